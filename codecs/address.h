/*
 * codecs/address.h - who sends and who receives, in one canonical form for
 * all technologies. Specs: ITU-T E.164, RFC 3966 (tel:), RFC 3261 19.1
 * (sip:), SMPP v3.4 5.2.5-5.2.6 (TON, NPI), OMA-TS-MMS_ENC 8 (/TYPE=PLMN).
 */
#ifndef CODECS_ADDRESS_H
#define CODECS_ADDRESS_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

#define ADDRESS_TEXT_MAX	255	/* octets of a canonical text         */
#define ADDRESS_E164_DIGITS	15
#define ADDRESS_SMPP_MAX	20	/* octets, without the NUL            */
#define ADDRESS_ALPHA_MAX	11	/* characters on the SMS side         */

enum address_kind {
	ADDRESS_NONE,
	ADDRESS_E164,		/* "+15550100001"                            */
	ADDRESS_SHORT,		/* "12345": digits that only home understands */
	ADDRESS_ALPHA,		/* "News": cannot be answered                */
	ADDRESS_SIP,		/* "sip:mary@cpm.example", no parameters     */
	ADDRESS_MAIL,		/* "a@b.example"                             */
	ADDRESS_ANONYMOUS	/* ""                                        */
};

/*
 * Canonical: two addresses are the same when kind and text are. Scheme and
 * domain are in small letters; never a control character, never a blank at
 * either end, at most ADDRESS_TEXT_MAX octets of valid UTF-8.
 */
struct address {
	enum address_kind kind;
	const char *text;	/* NUL-terminated; NULL only for NONE        */
};

/* How bare digits are meant. Every text may be NULL: not known. */
struct address_rules {
	const char *country;		  /* "44": digits, no plus           */
	const char *international_prefix; /* "00", also when NULL            */
	const char *trunk_prefix;	  /* "0"; "" where there is none     */
	const char *home_domain;	  /* "cpm.example"                   */
};

/* An address of SMPP; `text` as in the PDU, without the NUL. */
struct address_smpp {
	uint8_t ton, npi;
	struct bytes text;
};

/**
 * Reads any form: tel: with visual separators and phone-context, sip:, sips:
 * and im: (E164 when the user is a global number or ;user=phone says so),
 * mailto:, +digits, international and national digits, short code, mail,
 * .../TYPE=PLMN, one pair of <> around it; what is none of these is
 * alphanumeric. Bare digits: international prefix, then trunk prefix, then
 * up to 8 digits are a short code; longer ones are national where no trunk
 * prefix is used (but 11 or more that begin with `country` have it already),
 * else international; without a country all of them are local (SHORT),
 * and so is what has * or #.
 * *out lives in `arena`. `rules` may be NULL. ERR_MALFORMED: empty, control
 * characters, bad UTF-8 or bad syntax; ERR_RANGE: more than 15 digits;
 * ERR_TOOBIG: above ADDRESS_TEXT_MAX octets; ERR_UNSUPPORTED: another URI
 * scheme or /TYPE; ERR_NOMEM. On error *out keeps its value.
 */
enum err address_parse(struct bytes in, const struct address_rules *rules,
		       struct arena *arena, struct address *out) CHECKED;

/**
 * From SMPP. TON 1 is E164; 2 and 4 national; 3 and 6 short codes; 5 GSM
 * default alphabet (octets above 0x7F as Latin-1); 0 as address_parse does
 * with digits. NPI 14 and 18: the text is an URI. Empty text is NONE.
 * Errors as address_parse; ERR_RANGE also for TON above 6.
 */
enum err address_from_smpp(const struct address_smpp *in,
			   const struct address_rules *rules,
			   struct arena *arena, struct address *out) CHECKED;

/**
 * To SMPP: E164 1/1, SHORT 3/0 (2/1 above 8 digits), ALPHA 5/0 in GSM octets.
 * out->text borrows from `a` or lives in `arena`. ERR_UNSUPPORTED: the kind
 * has no form in SMPP, or a character outside the default alphabet, or '@',
 * whose octet would end the text; ERR_TOOBIG: above 20 digits or 11
 * characters; ERR_NOMEM.
 */
enum err address_to_smpp(const struct address *a, struct arena *arena,
			 struct address_smpp *out) CHECKED;

/**
 * The same towards an ESME: an ALPHA has the 20 octets that source_addr holds
 * (SMPP v3.4 4.6.1), with the extension of the default alphabet and Latin-1, as
 * address_from_smpp() reads them.
 */
enum err address_to_esme(const struct address *a, struct arena *arena,
			 struct address_smpp *out) CHECKED;

/**
 * Appends the URI for CPIM and P-Asserted-Identity: tel:+N,
 * tel:12345;phone-context=home, sip:<escaped>@alpha.home, mailto:,
 * sip:anonymous@anonymous.invalid. ERR_UNSUPPORTED: NONE, or home_domain is
 * needed and missing; else what `to` says.
 */
enum err address_uri(const struct address *a, const struct address_rules *rules,
		     struct buf *to) CHECKED;

/**
 * Appends the SIP form: sip:+N@home;user=phone,
 * sip:12345;phone-context=home@home;user=phone, else as address_uri.
 * ERR_UNSUPPORTED as there, and for mail.
 */
enum err address_sip_uri(const struct address *a,
			 const struct address_rules *rules,
			 struct buf *to) CHECKED;

/**
 * Appends the form of MM1 and MM4 headers: +N/TYPE=PLMN, 12345, News, mail.
 * ERR_UNSUPPORTED: NONE, SIP and ANONYMOUS (they have a field of their own).
 */
enum err address_mms(const struct address *a, struct buf *to) CHECKED;

/** Same kind and same canonical text; NONE equals nothing. */
bool address_equal(const struct address *a, const struct address *b);

/**
 * Is *a canonical as said above (whoever filled it in)? ERR_MALFORMED,
 * ERR_RANGE, ERR_TOOBIG. NONE is OK when its text is NULL.
 */
enum err address_check(const struct address *a) CHECKED;

#endif
