/*
 * adapters/sip/contact.h - what is known of one registered device, and its
 * image: the registrar's own octets in struct binding.
 */
#ifndef ADAPTERS_SIP_CONTACT_H
#define ADAPTERS_SIP_CONTACT_H

#include "codecs/arena.h"

#define CONTACT_IMAGE_MAX 12288

/* Absent texts are NULL. */
struct contact {
	const char *user;	/* name in the directory                     */
	const char *number, *domain;	/* of the user, when it registered   */
	const char *key;	/* instance and reg-id, else the URI         */
	const char *uri;	/* of Contact                                */
	const char *instance, *reg_id, *q;
	const char *features;	/* "+g.3gpp.icsi-ref=...;+g..."              */
	const char *path;	/* Path, whole                               */
	const char *route;	/* where it was seen, behind a translator    */
	const char *call_id;	/* of its last REGISTER                      */
	uint32_t cseq;
	uint64_t expires_us;	/* since 1970                                */
	bool stream;		/* reached over its own connection only      */
	bool core;		/* a SIP core registered for it              */
};

enum err contact_image(const struct contact *c, struct buf *to) CHECKED;

/** Total reader; texts go to `a`. ERR_MALFORMED, ERR_MORE, ERR_NOMEM. */
enum err contact_read(struct bytes image, struct arena *a, struct contact *out)
	CHECKED;

/** Is that feature, as "+g.3gpp.smsip", among those it registered with? */
bool contact_has(const struct contact *c, const char *feature);

/** Has it registered for messages of CPM, or of SIMPLE IM? */
bool contact_takes_messages(const struct contact *c);

/**
 * RFC 3261 10.3, 18.2.2: a device that names a place for TCP, and is itself
 * where that is, can be called there when its connection has gone; `seen` is
 * where it came from, "[127.0.0.1]:5060". One behind a translator cannot.
 */
bool contact_listens(const char *uri, const char *seen);

/**
 * A copy with all its texts in one block, *texts, which is the caller's to
 * free. ERR_NOMEM: nothing has changed.
 */
enum err contact_keep(const struct contact *c, struct contact *out,
		      char **texts) CHECKED;

#endif
