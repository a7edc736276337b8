/*
 * adapters/sip/users.h - what the engine's directory says about people, kept
 * for a while: bounded, unknown names only for seconds, and forgotten when
 * the engine says that something changed.
 */
#ifndef ADAPTERS_SIP_USERS_H
#define ADAPTERS_SIP_USERS_H

#include "gateway/adapter.h"

#define USERS_MAX	 65536		/* names and addresses kept          */
#define USERS_WAITING	 65536		/* questions at once                 */
#define USERS_UNKNOWN_US 5000000u	/* an unknown name is believed       */
#define USERS_KNOWN_US	 600000000u	/* a known one                       */

struct users;

struct user {
	bool exists;
	const char *name, *domain, *number;	/* NULL when there is none   */
	const char *ha1_md5, *ha1_sha256;
	uint32_t devices;
};

/** `u` is NULL when nobody could be asked; valid during the call only. */
typedef void users_done(void *arg, const struct user *u);

/** NULL: no memory. */
struct users *users_new(struct uplink *up, const uint8_t key[16]);
void users_free(struct users *u);

/**
 * Asks for a user by name or by address. When it is known `done` is called
 * before this returns. The text is copied.
 */
void users_ask(struct users *u, const struct lookup *what, users_done *done,
	       void *arg);

/** The engine's answer to question `ref`. */
void users_found(struct users *u, uint64_t ref, const struct found *v);

/** Forget what is known about it. */
void users_changed(struct users *u, const struct lookup *what);

/** Everything may be different: new settings. */
void users_forget(struct users *u);

#endif
