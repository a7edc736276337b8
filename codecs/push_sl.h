/*
 * codecs/push_sl.h - Service Loading: a link that the phone loads by itself.
 * Spec: WAP-168-ServiceLoad 9 (the document), 10 (its tokens).
 */
#ifndef CODECS_PUSH_SL_H
#define CODECS_PUSH_SL_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

#define PUSH_SL_XML_TYPE   "text/vnd.wap.sl"
#define PUSH_SL_WBXML_TYPE "application/vnd.wap.slc"

/* The default of the DTD is the first. */
enum push_sl_action {
	PUSH_SL_EXECUTE_LOW,	/* when it does not disturb                  */
	PUSH_SL_EXECUTE_HIGH,	/* at once                                   */
	PUSH_SL_CACHE		/* only into the cache                       */
};

struct push_sl {
	struct bytes href;
	enum push_sl_action action;
};

/**
 * Either form into `out`; href is in `a`. ERR_UNSUPPORTED: no service
 * loading; ERR_MALFORMED: no href, or an unknown action. Else as wbxml_read
 * and wapxml_read. On error *out keeps its value.
 */
enum err push_sl_wbxml_decode(struct bytes in, struct arena *a,
			      struct push_sl *out, struct fault *why) CHECKED;
enum err push_sl_xml_decode(struct bytes in, struct arena *a,
			    struct push_sl *out, struct fault *why) CHECKED;

/**
 * Appends either form. ERR_RANGE: no href; in WBXML one that is not UTF-8 or
 * has a NUL; else as `to` says.
 */
enum err push_sl_wbxml_encode(const struct push_sl *sl, struct buf *to) CHECKED;
enum err push_sl_xml_encode(const struct push_sl *sl, struct buf *to) CHECKED;

#endif
