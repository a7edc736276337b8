/*
 * gateway/gwctl.h - what the files gateway/gwctl*.c share: a call of one
 * command, and how a request to the gateway runs.
 */
#ifndef GATEWAY_GWCTL_H
#define GATEWAY_GWCTL_H

#include "gateway/gwctl_link.h"
#include "gateway/gwctl_print.h"

/* Exit codes. */
enum {
	GWCTL_DONE,
	GWCTL_REFUSED, /* or not found                              */
	GWCTL_USAGE,
	GWCTL_UNREACHABLE,
	GWCTL_TIMED_OUT
};

#define CALL_VALUES_MAX 32

/* "--rate 5": an option of one command, as written. */
struct call_value {
	const char *name, *value;
};

struct call {
	const char *command;
	char **arguments;
	int n;
	const char *socket; /* --socket, or NULL                         */
	bool json, follow, messages, password_stdin;
	bool watch;  /* with --json objects go to `each`, too     */
	bool enough; /* set by `each`: the request is done        */
	struct call_value values[CALL_VALUES_MAX];
	int n_values;
	int timeout_ms;	     /* -1: none                                  */
	struct arena *arena; /* lives as long as the call                 */
};

/* One object of the answer; ERR_... ends the request. */
typedef enum err call_object(void *arg, const struct json_value *object);

/**
 * Sends the command with `arguments` (the members of a JSON object, written
 * by json_ calls and without its braces; may be empty) and hands every
 * object of the answer to `each`. With --json the lines are printed instead.
 * Complains on standard error. Returns the exit code; *n, unless NULL, is
 * the number of objects.
 */
int call_run(const struct call *c, struct bytes arguments, call_object *each,
	     void *arg, size_t *n);

/** Where the running gateway has its configuration; NULL: none answers. */
const char *call_configuration(const struct call *c);

/** Prints what `to` has on standard output; a failure to write is final. */
void call_print(const struct buf *to);

/* The commands; each returns an exit code. */
int call_status(struct call *c);
int call_links(struct call *c);
int call_queue(struct call *c);
int call_users(struct call *c);
int call_trace(struct call *c);
int call_order(struct call *c); /* hold, release, link, reload, stop */
int call_conf(struct call *c);
int call_esme(struct call *c);
int call_sms(struct call *c);
int call_ota(struct call *c);

/** The story of `key` as it happens, until it is settled: then that is in
 *  `state` (else it stays as it was). */
int call_follow(struct call *c, const char *key, char *state, size_t size);

/** The value of that option, or NULL. */
const char *call_value(const struct call *c, const char *name);
/** One line of standard input, with NUL at its end, for what has no place among
 *  the arguments. ERR_RANGE: none, or longer than size - 2; ERR_IO. */
enum err call_secret(char *to, size_t size) CHECKED;
/** Shows the answer as a table; `none` when there is nothing. */
int call_table(struct call *c, struct bytes arguments,
	       const struct print_column *columns, const char *none);
/** Prints what the gateway has to say about what it did. */
int call_say(struct call *c, struct bytes arguments);

#endif
