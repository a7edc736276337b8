/*
 * codecs/push_si.h - Service Indication: a text and a link that a service
 * pushes to a person. Spec: WAP-167-ServiceInd 5 (what it means), 8 (the
 * document), 9 (its tokens).
 */
#ifndef CODECS_PUSH_SI_H
#define CODECS_PUSH_SI_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

#define PUSH_SI_XML_TYPE   "text/vnd.wap.si"
#define PUSH_SI_WBXML_TYPE "application/vnd.wap.sic"

/* How much the arrival may disturb; the default of the DTD is the first. */
enum push_si_action {
	PUSH_SI_MEDIUM,
	PUSH_SI_NONE,
	PUSH_SI_LOW,
	PUSH_SI_HIGH,
	PUSH_SI_DELETE		/* take the indication of this id away       */
};

/* Of the elements only `indication`; `info` is for programs, not people. */
struct push_si {
	struct bytes text;	/* UTF-8, what is shown                      */
	struct bytes href;	/* the link; empty: none                     */
	struct bytes id;	/* si-id; empty: href is it                  */
	int64_t created, expires; /* microseconds since 1970, whole seconds;
				     0: not given                            */
	enum push_si_action action;
};

/**
 * Either form into `out`; texts are in `a`. ERR_UNSUPPORTED: no service
 * indication; ERR_MALFORMED: no `indication` in it, a date that is none, an
 * unknown action. Else as wbxml_read and wapxml_read. On error *out keeps its
 * value.
 */
enum err push_si_wbxml_decode(struct bytes in, struct arena *a,
			      struct push_si *out, struct fault *why) CHECKED;
enum err push_si_xml_decode(struct bytes in, struct arena *a,
			    struct push_si *out, struct fault *why) CHECKED;

/**
 * Appends either form. ERR_RANGE: to delete without an id (5.2.1), a date
 * outside the years 0 to 9999, in WBXML text that is not UTF-8 or has a NUL;
 * else as `to` says.
 */
enum err push_si_wbxml_encode(const struct push_si *si, struct buf *to) CHECKED;
enum err push_si_xml_encode(const struct push_si *si, struct buf *to) CHECKED;

#endif
