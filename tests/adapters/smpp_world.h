/*
 * tests/adapters/smpp_world.h - cpmgw-smpp as a program, the test in the
 * engine's place at the link and in the peers' places at real sockets.
 */
#ifndef TESTS_ADAPTERS_SMPP_WORLD_H
#define TESTS_ADAPTERS_SMPP_WORLD_H

#include "codecs/smpp_pdu.h"
#include "gateway/adapter.h"
#include "gateway/link.h"
#include "gateway/process.h"
#include "tests/check.h"

#define WORLD_FRAMES 4096

struct world_frame {
	uint8_t type;
	uint64_t ref;
	struct bytes payload;	/* heap */
};

struct world {
	struct loop *loop;
	struct process process;
	struct link *link;
	struct loop_timer guard;
	struct arena *arena;	/* for what is read from frames */
	struct world_frame frames[WORLD_FRAMES];
	unsigned n_frames;
	struct world_frame got;	/* what wait_frame() found */
	uint8_t waited_for;
	bool closed;
	uint16_t port;		/* of the server */
	uint16_t tls_port;	/* likewise, smpp_tls.h */
	uint16_t smsc_port;
	int smsc_listener;
	const char *folder;	/* NULL: there is none */
};

/* A setting; NULL names end the list. A group of its own for each change of
 * `group`, or when `name` is "+". A value "~/x" is x in w->folder. */
struct world_setting {
	const char *group, *name, *value;
};

/** Starts the program with a server on a free port, and says welcome. */
void world_start(struct world *w);
void world_finish(struct world *w);

/** Settings -> prepare; true: taken. "@port", "@tls" and "@smsc" stand for
 *  ports. */
bool world_prepare(struct world *w, const struct world_setting *s);
void world_commit(struct world *w);
/** Both, then the end of the snapshot. */
void world_run(struct world *w, const struct world_setting *s);

/** The next frame of that type, into w->got; earlier ones of other types
 *  stay for later. Type 0: until the link is closed. */
bool world_wait(struct world *w, enum frame_type type);
/** Whether one of that type is there already. */
bool world_has(const struct world *w, enum frame_type type);

void world_tell(struct world *w, enum frame_type type, uint64_t ref,
		struct bytes payload);

/* What the engine says. */
void world_found(struct world *w, const struct found *f);	/* to w->got */
void world_accept(struct world *w, uint64_t ref, uint64_t id);
void world_outcome(struct world *w, enum frame_type type, uint64_t ref,
		   const struct outcome *o);
void world_leg(struct world *w, const struct leg *leg, const struct message *m);
void world_control(struct world *w, const char *command, const char *peer);

/* What the adapter has said, read from w->got. */
struct message world_message(struct world *w, struct intake *in);
/** The next outcome, its token in w->got.ref. */
struct outcome world_read_outcome(struct world *w);
/** The next note whose step is that; its text. */
const char *world_note(struct world *w, const char *step);

/** Until the peer's state says so; its frames are used up. */
bool world_peer(struct world *w, const char *peer, bool up);
/** Until its last error is that. */
bool world_peer_text(struct world *w, const char *peer, const char *text);

/* -- a peer at a socket: whole PDUs, blocking, 20 s at most -------------- */

struct wire {
	int fd;
	uint8_t buffer[SMPP_PDU_OCTETS_MAX];
	size_t n;		/* octets in it                         */
	size_t used;		/* of them, of the PDU that was read    */
	struct buf scratch;
	uint32_t sequence;
	uint8_t version;	/* interface_version of wire_bind()     */
	struct ssl_st *tls;	/* smpp_tls.h; NULL: plain              */
};

/** Connects to the server. */
void wire_connect(struct world *w, struct wire *x);
/** Takes the adapter's connection to the SMSC that the test is. */
void wire_accept(struct world *w, struct wire *x);
void wire_close(struct wire *x);

void wire_send(struct wire *x, const struct smpp_pdu *p);
void wire_octets(struct wire *x, struct bytes octets);
/** Whether the next PDU is there, and what. */
bool wire_read(struct wire *x, struct smpp_pdu *p);
/** Whether it has been closed by the far side, all having been read. */
bool wire_is_closed(struct wire *x);

/** A response with that status and id. */
void wire_respond(struct wire *x, const struct smpp_pdu *to, uint32_t status,
		  const char *id);

/** Binds as `account` whose password the engine knows; status of the answer. */
uint32_t wire_bind(struct world *w, struct wire *x, uint32_t bind_id,
		   const struct found *account);
/** Answers the adapter's bind. */
void wire_take_bind(struct wire *x, uint32_t status);

/* What its settings begin with. */
#define WORLD_LINK							\
	{ "smpp", "+", NULL },						\
	{ "smpp", "address", "127.0.0.1" },				\
	{ "smpp", "port", "@port" },					\
	{ "gateway", "+", NULL },					\
	{ "gateway", "country", "1" },					\
	{ "smsc", "+", NULL },						\
	{ "smsc", "name", "smsc-a" },					\
	{ "smsc", "host", "127.0.0.1" },				\
	{ "smsc", "port", "@smsc" },					\
	{ "smsc", "system-id", "cpmgw" },				\
	{ "smsc", "password", "cpmgw" },				\
	{ "smsc", "reconnect-first", "100ms" },				\
	{ "smsc", "reconnect-most", "200ms" }

extern const struct world_setting world_server_settings[];
extern const struct world_setting world_link_settings[];
extern const uint8_t world_id_key[16];

/** A program with a server, and a transceiver of esme1 bound to it. */
void world_server(struct world *w, struct wire *x);
/** A program that has bound to the test as smsc-a. */
void world_smsc(struct world *w, struct wire *x,
		const struct world_setting *s);
/** The first attempt of a leg to +15550200001 by smsc-a. */
struct leg world_leg_of(uint64_t token);
/** The same of one to 22222, for esme1. */
struct leg world_leg_to_esme(uint64_t token);
/** From +15550100001; both are borrowed. */
struct message world_text(struct part *part, const char *text);
/** The peer goes, then the program. */
void world_over(struct world *w, struct wire *x);

/** esme1: any sender, code 22222, no limits. Without a password_hash
 *  wire_bind() gives it the password that it uses, "secret1". */
struct found world_account(void);

#endif
