/*
 * codecs/provisioning.h - settings that are sent to a phone: the WAP
 * provisioning document and what proves where it comes from. Specs:
 * OMA-WAP-ProvCont 1.1 (WAP-183; 4.3 SEC and MAC, 4.4 the document, 7 its
 * tokens), OMA-WAP-ProvBoot 1.1 (WAP-184; the shared secrets).
 */
#ifndef CODECS_PROVISIONING_H
#define CODECS_PROVISIONING_H

#include "codecs/arena.h"
#include "codecs/bytes.h"
#include "codecs/wsp.h"

#define PROVISIONING_XML_TYPE	"text/vnd.wap.connectivity-xml"
#define PROVISIONING_WBXML_TYPE "application/vnd.wap.connectivity-wbxml"

#define PROVISIONING_DEPTH_MAX 8 /* characteristics in each other            */

struct provisioning_parm {
	struct bytes name;	/* "NAP-ADDRESS"                             */
	struct bytes value;	/* empty: none, the name says all            */
	struct provisioning_parm *next;
};

/* Parms stand before the characteristics inside. */
struct provisioning_group {
	struct bytes type;	/* of the characteristic: "NAPDEF"           */
	struct provisioning_parm *parm;
	struct provisioning_group *child, *next;
};

struct provisioning {
	struct bytes version;	/* "1.0", "1.1"; empty: not given            */
	struct provisioning_group *group;
};

/**
 * Appends a characteristic or a parm to the list that starts at *list; its
 * texts are borrowed. NULL: the arena is used up.
 */
struct provisioning_group *provisioning_add(struct arena *a,
					    struct provisioning_group **list,
					    struct bytes type);
struct provisioning_parm *provisioning_set(struct arena *a,
					   struct provisioning_parm **list,
					   struct bytes name,
					   struct bytes value);

/**
 * Either form into `out`, all of it in `a`; elements that the document type
 * has not are passed over. ERR_UNSUPPORTED: no provisioning document;
 * ERR_MALFORMED: a characteristic without type, a parm without name;
 * ERR_TOOBIG: deeper than PROVISIONING_DEPTH_MAX. Else as wbxml_read and
 * wapxml_read. On error *out keeps its value.
 */
enum err provisioning_wbxml_decode(struct bytes in, struct arena *a,
				   struct provisioning *out,
				   struct fault *why) CHECKED;
enum err provisioning_xml_decode(struct bytes in, struct arena *a,
				 struct provisioning *out,
				 struct fault *why) CHECKED;

/**
 * Appends either form. ERR_RANGE: an empty type or name, in WBXML text that
 * is not UTF-8 or has a NUL; ERR_TOOBIG: deeper than
 * PROVISIONING_DEPTH_MAX; else as `to` says.
 */
enum err provisioning_wbxml_encode(const struct provisioning *p,
				   struct buf *to) CHECKED;
enum err provisioning_xml_encode(const struct provisioning *p,
				 struct buf *to) CHECKED;

/* Value of the content type's parameter SEC (ProvCont 4.3). */
enum provisioning_security {
	PROVISIONING_NETWPIN = 0, /* the secret is the IMSI                  */
	PROVISIONING_USERPIN = 1, /* digits that the person keys in          */
	PROVISIONING_USERNETWPIN = 2 /* the IMSI, then the digits            */
};

#define PROVISIONING_MAC_DIGITS 40
#define PROVISIONING_PIN_MAX	32 /* digits                                 */

struct provisioning_secret {
	enum provisioning_security security;
	struct bytes imsi;	/* 6 to 15 digits; not for USERPIN           */
	struct bytes pin;	/* 1 to PROVISIONING_PIN_MAX; not for NETWPIN */
};

/**
 * HMAC-SHA1 of the encoded document, as it will be the body of the push,
 * keyed with the secret: the IMSI as in EF IMSI (3GPP TS 31.102 4.2.2, its
 * length left out), the PIN in ASCII. Writes upper-case digits and a NUL.
 * ERR_RANGE: the secret is not as above; ERR_NOMEM.
 */
enum err provisioning_mac(const struct provisioning_secret *s,
			  struct bytes body,
			  char mac[PROVISIONING_MAC_DIGITS + 1]) CHECKED;

/** The content type of such a push, with SEC and MAC; `mac` is borrowed. */
void provisioning_content_type(enum provisioning_security security,
			       const char *mac, struct wsp_content_type *out);

#endif
