/*
 * adapters/sip/auth.h - digest authentication of devices: challenges, nonces
 * and their replay. Specs: RFC 7616, RFC 2617 (older answers), RFC 8760.
 *
 * A nonce is its time of issue, a serial number and an HMAC over both, so
 * that none is kept until it is used; then its nonce-counts are, in a bounded
 * table. When the table is full the oldest goes, and what was issued no later
 * than that one is stale from then on: a repeated request never passes.
 */
#ifndef ADAPTERS_SIP_AUTH_H
#define ADAPTERS_SIP_AUTH_H

#include "codecs/digest.h"

#define AUTH_NONCE_TEXT	32	/* characters of a nonce                     */
#define AUTH_USES_MAX	65536	/* nonces in use that are remembered         */
#define AUTH_TEXT_MAX	1024	/* octets of one challenge                   */

/* What Authorization or Proxy-Authorization says; without quotes. */
struct auth_credentials {
	bool digest;		/* the scheme is Digest                      */
	bool elsewhere;		/* `uri` is not what is asked for            */
	struct bytes username, realm, nonce, uri, response, algorithm;
	struct bytes cnonce, qop, nc;
};

/** Takes one parameter, `name=value` or `name="value"`; unknown is fine. */
void auth_parameter(struct auth_credentials *c, struct bytes parameter);

struct auth_settings {
	const char *realm;
	enum digest_algorithm algorithms[2];	/* of the challenges, in order */
	size_t n_algorithms;
	uint64_t lifetime_us;
};

struct auth;

/** `s->realm` is copied. NULL: no memory. */
struct auth *auth_new(const uint8_t key[16], const struct auth_settings *s);
void auth_free(struct auth *a);

/** Other settings from now on; nonces given out stay good. ERR_NOMEM. */
enum err auth_change(struct auth *a, const struct auth_settings *s) CHECKED;

/**
 * Appends challenges, one for each algorithm, in order, as header lines ended
 * by CRLF: `name` is "WWW-Authenticate" or "Proxy-Authenticate". One nonce
 * serves all of them. `serial` is 64 random bits.
 */
enum err auth_challenge(const struct auth *a, const char *name, uint64_t now_us,
			uint64_t serial, bool stale, struct buf *to) CHECKED;

enum auth_verdict {
	AUTH_GOOD,
	AUTH_STALE,		/* challenge again, stale=true               */
	AUTH_BAD		/* challenge again                           */
};

/**
 * Can these credentials be ours at all: Digest, our realm, an algorithm of
 * ours, a nonce of ours that is young enough? Cheap, before the user is
 * looked up.
 */
enum auth_verdict auth_look(struct auth *a, const struct auth_credentials *c,
			    uint64_t now_us);

struct auth_request {
	const struct auth_credentials *credentials;
	const char *ha1_md5, *ha1_sha256;	/* hexadecimal, or NULL      */
	struct bytes method, body;
	uint64_t now_us;
};

/** The whole check; AUTH_GOOD uses the nonce-count up. */
enum auth_verdict auth_check(struct auth *a, const struct auth_request *r);

#endif
