/*
 * codecs/smpp_vendor.h - what the command_statuses mean that vendors of SMSCs
 * may use as they like, 0x400 to 0x4FF (SMPP v3.4 5.1.3), as operators write
 * it:
 *
 *	0x400:throttle 0x410-0x41F:retry 0x4A1:final
 */
#ifndef CODECS_SMPP_VENDOR_H
#define CODECS_SMPP_VENDOR_H

#include "codecs/bytes.h"

#define SMPP_VENDOR_FIRST 0x400u
#define SMPP_VENDOR_LAST  0x4FFu

enum smpp_vendor_kind {
	SMPP_VENDOR_UNKNOWN,	/* nothing is said of it                     */
	SMPP_VENDOR_FINAL,	/* this message will never be taken          */
	SMPP_VENDOR_RETRY,	/* it may be taken later                     */
	SMPP_VENDOR_THROTTLE	/* likewise, and all of them should wait     */
};

struct smpp_vendor {
	uint8_t kinds[SMPP_VENDOR_LAST - SMPP_VENDOR_FIRST + 1];
};

/**
 * Reads items separated by spaces or ';': a status or a range of them in
 * hexadecimal, a colon, a word. Empty text is none. ERR_RANGE: a mistake; what
 * it is was written to `complaint`, unless NULL, and *out is as before.
 */
enum err smpp_vendor_read(struct bytes text, struct smpp_vendor *out,
			  struct buf *complaint) CHECKED;

/** Of any status; those of SMPP itself are UNKNOWN here. */
enum smpp_vendor_kind smpp_vendor_kind(const struct smpp_vendor *v,
				       uint32_t status);

#endif
