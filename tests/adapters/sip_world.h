/*
 * tests/adapters/sip_world.h - cpmgw-sip as a program, with the test in the
 * engine's place at one end and devices with raw sockets at the other.
 */
#ifndef TESTS_ADAPTERS_SIP_WORLD_H
#define TESTS_ADAPTERS_SIP_WORLD_H

#include <netinet/in.h>

#include "codecs/digest.h"
#include "gateway/adapter.h"
#include "gateway/link.h"
#include "gateway/process.h"
#include "tests/check.h"

#define WORLD_FRAMES 4096
#define DEVICE_TEXT  70000

struct world_frame {
	uint8_t type;
	uint64_t ref;
	struct bytes payload;	/* in the world's arena                      */
};

struct world {
	struct loop *loop;
	struct process process;
	struct link *link;
	struct loop_timer guard;
	struct arena *arena;
	struct world_frame frames[WORLD_FRAMES];
	size_t n_frames;
	uint8_t waited_for;
	bool closed, timed_out, ready;
	bool keep_bindings;	/* BOUND is left to the test                 */
	uint16_t port;
	size_t lookups;
};

/* A program that is ready, with users mary (+15550100001), peter and bob;
 * `more` are lines "group.setting=value", NULL at the end, or NULL. */
void world_start(struct world *w, const char *const *more);
/* The same without SNAPSHOT_END: the test sends its own snapshot first. */
void world_start_bare(struct world *w, const char *const *more);
void world_ready(struct world *w);
/* Ends it by closing the link; the program must end with 0. */
void world_finish(struct world *w);

/* The next frame of that type, in the order they came; NULL after 10 s. */
struct world_frame *world_wait(struct world *w, enum frame_type type);
/* The same, but it must not come within `ms`. */
bool world_silent(struct world *w, enum frame_type type, unsigned ms);
void world_tell(struct world *w, enum frame_type type, uint64_t ref,
		struct bytes payload);
void world_outcome(struct world *w, enum frame_type type, uint64_t ref,
		   const struct outcome *o);
/* ACCEPTED with some id. */
void world_accept(struct world *w, uint64_t ref);
/* A LEG with that token. */
void world_leg(struct world *w, const struct leg *leg);
/* The answer to a leg. */
bool world_answer(struct world *w, uint64_t token, struct outcome *o);
/* Settings from the lines; false: refused, the complaint is in `why`. */
bool world_configure(struct world *w, const char *const *more, char *why,
		     size_t size);

/* A device: one UDP socket or one TCP connection. */
struct device_socket {
	int fd;
	bool tcp;
	uint16_t port;		/* its own                                   */
	const struct world *world;
	char nonce[128];	/* of the last challenge                     */
	unsigned nonce_count, cseq, branch;
	size_t tail;		/* so many octets at the end go apart        */
	char in[DEVICE_TEXT];	/* TCP: what is not taken yet                */
	size_t in_n;
	char text[DEVICE_TEXT];	/* the last message that came                */
	size_t text_n;
};

void device_open(struct device_socket *d, const struct world *w, bool tcp);
void device_close(struct device_socket *d);
void device_send(struct device_socket *d, const char *text, size_t n);
/* The next message in d->text; false after 10 s. */
bool device_receive(struct device_socket *d);
/* The same, while the engine's end does its work. */
bool device_await(struct device_socket *d);
bool device_silent(struct device_socket *d, unsigned ms);
/* Status of the response in d->text; 0: a request. */
unsigned device_status(const struct device_socket *d);
/* The value of that header in d->text; "" when absent. */
const char *device_header(const struct device_socket *d, const char *name);
const char *device_body(const struct device_socket *d);

struct device_request {
	const char *method, *target, *from, *to, *call_id;
	const char *headers;	/* more, each line ended by CRLF             */
	const char *type, *body;
	size_t body_n;		/* 0: strlen                                 */
	const char *user, *password;	/* NULL: no credentials              */
	const char *uri;		/* in them; NULL: the target         */
	enum digest_algorithm algorithm;
	unsigned cseq, branch;	/* 0: the next                               */
};

/* mary's, to the SMS user john; and her registration, Contact in `headers`. */
struct device_request device_message(const char *type, const char *body);
struct device_request device_registration(const char *headers);

/* Sends it; credentials for the last nonce when there is one. */
void device_ask(struct device_socket *d, const struct device_request *r);
/* Sends it, is challenged, sends it again; the status of the answer, which
 * is taken as the engine allows: `answer` may be NULL. */
unsigned device_converse(struct device_socket *d, struct device_request *r);
/* The request in d->text is answered with that status. */
void device_reply(struct device_socket *d, unsigned status,
		  const char *headers);
/* Registers `user` ("mary") there; the status. */
unsigned device_register(struct device_socket *d, const char *user,
			 unsigned expires);

#endif
