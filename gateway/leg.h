/* gateway/leg.h - one message to one recipient by one technology. */
#ifndef GATEWAY_LEG_H
#define GATEWAY_LEG_H

#include "gateway/message.h"

#define PUBLIC_ID_SIZE	23	/* 22 characters of base64url and a NUL */

struct leg {
	uint64_t token;		/* give it back with the outcome         */
	uint64_t id;		/* ours, inside; never on a wire         */
	uint64_t story;		/* id of the message, as in traces       */
	char public_id[PUBLIC_ID_SIZE];	/* ours, for the wire: also the  */
				/* imdn.Message-ID of what we originate  */
	enum technology technology;
	const char *peer;	/* bind, account or listener to use      */
	struct address to;
	size_t recipient;	/* index into message.recipients         */
	unsigned attempt;	/* 1, 2, ...                             */
	bool maybe_duplicate;	/* an earlier attempt may have arrived   */
	bool native;		/* not spooled: its sender still waits   */
	struct bytes progress;	/* see struct outcome                    */
	struct message message;
};

/**
 * Appends everything but `message`, whose image follows as octets.
 * ERR_TOOBIG, ERR_NOMEM.
 */
enum err leg_image(const struct leg *leg, struct bytes message_octets,
		   struct buf *to) CHECKED;

/** Total reader of both; memory from `a`, octets borrowed from `image`. */
enum err leg_read(struct bytes image, struct arena *a, struct leg *out,
		  struct fault *why) CHECKED;

#endif
