/*
 * adapters/sip/identity.h - who somebody is, once that is certain, and
 * whether an address is his. RFC 3325 5.
 */
#ifndef ADAPTERS_SIP_IDENTITY_H
#define ADAPTERS_SIP_IDENTITY_H

#include "adapters/sip/users.h"
#include "codecs/address.h"

/* Canonical addresses; kind NONE where there is none. */
struct identity {
	const char *user;	/* name in the directory; NULL: not one of ours */
	struct address number, sip;
	const char *name;	/* display name, as it may be believed       */
};

/** Of a user of ours; everything is copied into `a`. */
enum err identity_of_user(const struct user *u, const char *domain,
			  struct arena *a, struct identity *out) CHECKED;

/** Of up to two asserted URIs (P-Asserted-Identity). ERR_MALFORMED. */
enum err identity_of_uris(const char *const *uris, size_t count,
			  const struct address_rules *rules, struct arena *a,
			  struct identity *out) CHECKED;

/** The one by which he is known to others: his number, else sip:. */
const struct address *identity_main(const struct identity *i);

/**
 * Is that URI his? *hidden is set when it is the anonymous one, which is
 * anybody's.
 */
bool identity_has(const struct identity *i, struct bytes uri,
		  const struct address_rules *rules, struct arena *a,
		  bool *hidden);

#endif
