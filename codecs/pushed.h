/*
 * codecs/pushed.h - what people and programs are given by WAP push: a service
 * indication or loading as a text, an MMS notification as it is; and back.
 * Specs: WAP-167-ServiceInd, WAP-168-ServiceLoad, OMA-MMS-ENC 7, WAP-230-WSP
 * 8.2.4.1, 3GPP TS 23.040 9.2.3.24.4 (ports).
 */
#ifndef CODECS_PUSHED_H
#define CODECS_PUSHED_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

#define PUSHED_MMS_TYPE "application/vnd.wap.mms-message"

struct pushed {
	const char *type;	/* media type of `body`, without parameters  */
	struct bytes body;	/* borrowed from the push                    */
	struct bytes text;	/* UTF-8: text, LF, link, or one of them; for
				   an MMS empty: it is for a program         */
};

/**
 * Reads a push as it came to port 2948 (codecs/wsp.h); texts are in `a`.
 * ERR_UNSUPPORTED: none of the three, or an indication that takes another
 * away; else as wsp_push_decode, push_si_wbxml_decode and their likes. On
 * error *out keeps its value.
 */
enum err pushed_read(struct bytes push, struct arena *a,
		     struct pushed *out) CHECKED;

/** Is that media type (with parameters) one of pushed_write()? */
bool pushed_takes(const char *type);

/**
 * Appends the push with `body` of that type: a service indication or loading
 * in XML or WBXML, which it goes as, or an MMS PDU. ERR_UNSUPPORTED: another
 * type; else as the decoders of `body` and as `to` says.
 */
enum err pushed_write(const char *type, struct bytes body, struct arena *a,
		      struct buf *to) CHECKED;

#endif
