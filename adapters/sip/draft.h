/*
 * adapters/sip/draft.h - a leg -> what goes into a MESSAGE, except for the
 * device that it goes to. RFC 3428, RFC 3862, RFC 5438.
 */
#ifndef ADAPTERS_SIP_DRAFT_H
#define ADAPTERS_SIP_DRAFT_H

#include "adapters/sip/config.h"
#include "gateway/leg.h"

#define DRAFT_KEYS_MAX	8	/* Message-ID, two of CPM, Call-IDs          */

struct draft_context {
	const struct sip_config *config;
	uint64_t now_us;
	uint64_t (*random)(void *arg);
	void *arg;
	bool assert_identity;	/* P-Asserted-Identity may go there          */
	const uint8_t *thread_key;	/* 16 octets: of Conversation-IDs    */
};

/* Texts live in the arena that was given; NULL or empty: absent. */
struct draft {
	const char *target;	/* the recipient's address as Request-URI    */
	struct bytes gruu;	/* in it: for that device only. Empty: none  */
	const char *from, *to;	/* header values, without tag                */
	const char *headers;	/* more lines, each ended by CRLF            */
	const char *type;
	struct bytes body;
	const char *listed_type;	/* or NULL: the same with the list   */
	struct bytes listed;	/* of those who are sent it, too             */
	const char *message_id;	/* imdn.Message-ID: its own, else the leg's  */
	struct bytes from_uri;	/* where `body` is a CPIM of our own: the URI
				 * of its From, in it                        */
	const char *plain_type;	/* for devices without message/cpim; or NULL */
	struct bytes plain;
	unsigned max_forwards;
	bool report_follows;	/* a notification is asked for               */
	bool direct;		/* and goes to the sender, by his own id     */
	bool is_report;
	const char *imdn_route;	/* a notification: the top IMDN-Route, to
				 * which it goes (RFC 5438 7.2.1.1); or NULL */
	/* What devices know it by, for the trace: see struct outcome. */
	const char *keys[DRAFT_KEYS_MAX];
	size_t n_keys;
};

/** One key more; NULL, or too many: left out. */
void draft_key(struct draft *d, const char *key);

/**
 * Makes it. ERR_UNSUPPORTED: what the leg carries cannot go by MESSAGE (a
 * body that is kept outside, an address without a SIP form); ERR_TOOBIG:
 * above message-maximum; ERR_RANGE: hops used up; ERR_NOMEM.
 */
enum err draft_make(const struct draft_context *c, const struct leg *leg,
		    struct arena *a, struct draft *out) CHECKED;

/**
 * The same with the URI of the SIP From in the CPIM From, for devices that
 * refuse a message in which they differ. ERR_UNSUPPORTED: somebody else has
 * written the CPIM (RFC 3862 allows no change); ERR_NOMEM.
 */
enum err draft_one_from(const struct draft *d, struct arena *a,
			struct bytes *body) CHECKED;

#endif
