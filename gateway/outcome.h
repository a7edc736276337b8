/*
 * gateway/outcome.h - what became of a leg, or of an intake. Never mixed with
 * enum err, which says why a call failed.
 */
#ifndef GATEWAY_OUTCOME_H
#define GATEWAY_OUTCOME_H

#include "codecs/arena.h"
#include "policy/facts.h"

#define OUTCOME_FAR_IDS_MAX	255
#define OUTCOME_KEYS_MAX	8
#define OUTCOME_IMAGE_MAX	65536

struct outcome {
	enum outcome_class class;
	enum delivery_state state;	/* STATE_NONE: follows from class */
	uint32_t far_code;		/* SIP status, command_status ... */
	uint32_t retry_after_ms;	/* the far side's wish; 0: none   */
	const char *text;		/* for people; NULL or UTF-8      */
	const char *clause;		/* the rule that decided          */
	const char **far_ids;		/* ids the far side gave, in order */
	size_t n_far_ids;
	/* The adapter's own notes on what it has done of this leg (which
	 * segments were accepted); it gets them back with the next attempt. */
	struct bytes progress;
	/* What the far side knows it by, for the trace alone: Call-ID ...   */
	const char **keys;
	size_t n_keys;
	bool absent;			/* the recipient was not there    */
	bool by_sms;			/* as short messages, whatever    */
					/* the technology of the way      */
	/* Of one that was accepted: how long after its lifetime a report may
	 * still come, and what is told when none has: STATE_NONE: that it has
	 * expired, STATE_REPORT_DENIED: nothing. */
	uint32_t report_wait_s;
	enum delivery_state unreported;
	/* Who gave far_ids, in their order, where that was not always the peer
	 * of this attempt. */
	const char **far_peers;
	size_t n_far_peers;
	const char *error;		/* the network's own, or NULL     */
	uint64_t event_us;		/* of a report alone: when it was, */
					/* by its clock; 0: not said      */
	/* Inside the engine alone, see struct report. */
	const char *reply;
	uint16_t response;
	const char *ack_id;		/* acknowledgements of the recipient
					 * himself come by it; NULL: none */
	bool sender;			/* it is the sender's address that
					 * will not do                    */
	/* Accepted, and its recipient reports to its sender, not to us. */
	bool direct;
};

/** Appends the image. ERR_TOOBIG, ERR_NOMEM. */
enum err outcome_image(const struct outcome *o, struct buf *to) CHECKED;

/** Total reader; memory from `a`, octets borrowed from `image`. */
enum err outcome_read(struct bytes image, struct arena *a,
		      struct outcome *out) CHECKED;

#endif
