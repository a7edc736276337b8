/* gateway/operate.h - what the files gateway/operate*.c share. */
#ifndef GATEWAY_OPERATE_H
#define GATEWAY_OPERATE_H

#include "gateway/appliance.h"
#include "gateway/trace.h"

#define OPERATE_THREADS_MAX 8	/* that search traces at once            */
#define OPERATE_ID_SIZE	    20

/** The number of a story or leg as a trace prints it; returns `id`. */
const char *operate_id(uint64_t number, char id[OPERATE_ID_SIZE]);

/** A member's text; the caller's. NULL: there is none, or no memory. */
char *operate_text(const struct json_value *arguments, const char *name);

/* What an operator looks for, and where. */
struct operate_wanted {
	char *directory, *key;
	char *address;		/* as traces have it, if `key` is another form
				   of one; else NULL                     */
};

/** False: no memory. operate_wanted_clear() in any case. */
bool operate_want(struct appliance *a, const char *key,
		  struct operate_wanted *out) CHECKED;
void operate_wanted_clear(struct operate_wanted *w);

/** As trace_find_story() where the key is a story's, else as trace_find(): by
 *  the key, and if nothing has that by the address. */
enum err operate_search(const struct operate_wanted *w, size_t *limit,
			trace_each *each, void *arg) CHECKED;

/** A thread of its own for a search; its last call is the second one.
 *  false: there are too many, or it cannot be started. */
bool operate_thread(struct appliance *a, void *(*run)(void *), void *arg)
	CHECKED;
void operate_thread_ended(struct appliance *a);

/** Closes the binds of an account at once. */
void operate_kick(struct appliance *a, struct control_session *s,
		  const char *name);

/** Submits a message of an operator's own, which has recipients, parts and
 *  wants; its id is the answer. ERR_... as message_image(). */
enum err operate_submit(struct appliance *a, struct control_session *s,
			struct message *m) CHECKED;

/* A text on its way: how would it go? */
struct operate_plan {
	const char *lane;		/* "sms/smsc-a"                      */
	const char *text;
	void (*done)(void *arg, struct bytes object);
	void *arg;
	struct arena *arena;		/* freed afterwards: all above is in it */
};

/**
 * Asks the lane's program; `done` gets its JSON object, or what is none when
 * it cannot say or is slow. Never called when the gateway stops first. False:
 * there is none to ask; nothing was taken.
 */
bool operate_plan(struct appliance *a, struct control_session *s,
		  const struct operate_plan *p) CHECKED;

/* The commands. */
void operate_sms(struct appliance *a, struct control_session *s,
		 const struct json_value *arguments);
void operate_ota(struct appliance *a, struct control_session *s,
		 const struct json_value *arguments);
void operate_esme(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments);
void operate_links(struct appliance *a, struct control_session *s,
		   const struct json_value *arguments);
void operate_link(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments);
void operate_trace(struct appliance *a, struct control_session *s,
		   const struct json_value *arguments);
void operate_hold(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments);
void operate_release(struct appliance *a, struct control_session *s,
		     const struct json_value *arguments);

#endif
