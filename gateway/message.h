/*
 * gateway/message.h - the one neutral form. Every codec maps to and from it
 * and never to another codec; what a side cannot carry is traced as
 * lost=<field>.
 *
 * Strings are NUL-terminated UTF-8 and may be NULL (absent) unless it says
 * otherwise. Times are microseconds since 1970 UTC, 0 is absent. Everything
 * that a struct message points to belongs to one arena, or is borrowed from
 * the image that it was read from.
 */
#ifndef GATEWAY_MESSAGE_H
#define GATEWAY_MESSAGE_H

#include "codecs/address.h"
#include "codecs/arena.h"
#include "policy/facts.h"

#define MESSAGE_RECIPIENTS_MAX	254	/* SMPP v3.4 5.2.24 */
#define MESSAGE_PARTS_MAX	50
#define MESSAGE_IDS_MAX		300	/* one per segment, and the rest */
#define MESSAGE_EXTRAS_MAX	100
#define MESSAGE_DEPTH_MAX	8	/* multiparts inside each other */
#define MESSAGE_PREFER_MAX	4
#define MESSAGE_INLINE_MAX	65536	/* above: a body of its own      */
#define MESSAGE_IMAGE_MAX	262144	/* octets of one image           */
#define MESSAGE_ARENA_MAX	1048576

enum message_kind {
	MESSAGE_USER,		/* what people and services write         */
	MESSAGE_REPORT		/* what became of one: see struct report  */
};

enum recipient_role { RECIPIENT_TO, RECIPIENT_CC, RECIPIENT_BCC };

/* How the address is hidden from a service (MM7 addressCoding). */
enum recipient_coding { CODING_PLAIN, CODING_ENCRYPTED, CODING_OBFUSCATED };

struct recipient {
	struct address address;
	const char *name;	/* display name */
	enum recipient_role role;
	enum recipient_coding coding;
	bool display_only;	/* named to the others, gets no copy      */
	bool anonymous;		/* not named to the others (RFC 5364 4)   */
};

/* A body that is not in the image: a file or database object of its own. */
struct body_reference {
	uint64_t octets;
	uint8_t sha256[32];	/* also its name; checked at every read */
};

/*
 * A list in the order of the text is a tree: the parts of a multipart, which
 * has no body of its own, follow it and are one deeper.
 */
struct part {
	const char *type;	/* "text/plain;charset=UTF-8"; never NULL */
	const char *disposition, *content_id, *name, *language;
	struct bytes body;	/* decoded; empty when it is external     */
	bool external;
	struct body_reference reference;
	uint8_t depth;		/* 0: at the top; at most DEPTH_MAX       */
	bool fixed;		/* not to be adapted though others may be */
	const char *location;	/* Content-Location                       */
	const char *description;	/* Content-Description, alt text  */
};

/* Ids that others gave. On disk: only ever append. */
enum id_kind {
	ID_NONE,
	ID_IMDN,		/* imdn.Message-ID                        */
	ID_CALL,		/* SIP Call-ID                            */
	ID_CONVERSATION,
	ID_CONTRIBUTION,
	ID_IN_REPLY_TO,		/* InReplyTo-Contribution-ID              */
	ID_SMPP,		/* message_id that we gave to a segment   */
	ID_SMPP_REFERENCE,	/* user_message_reference                 */
	ID_TRANSACTION,		/* MM7 TransactionID, X-Mms-Transaction-ID */
	ID_LINKED,		/* MM7 LinkedID                           */
	ID_MESSAGE,		/* Message-ID of MM1, MM4 and mail        */
	ID_ANSWERED,		/* the Message-ID that this one answers   */
	ID_CANCEL,		/* MM7 CancelID                           */
	ID_REPLY_CHARGING,	/* X-Mms-Reply-Charging-ID                */
	ID_SMS_REFERENCE	/* of one SMS-SUBMIT of a device: TP-MR, and
				 * TP-SCTS in seconds since 1970: "5 1795287960" */
};

struct message_id {
	enum id_kind kind;
	const char *value;	/* never NULL */
	uint8_t want;		/* of an ID_SMPP or ID_SMS_REFERENCE:
				 * receipts asked for it                  */
};

/* What only one technology knows and must get back unchanged. */
struct extra {
	const char *name;	/* "sip.imdn-record-route", "smpp.tlv.1400" */
	struct bytes value;
};

struct origin {
	enum technology technology;
	const char *peer;	/* bind, account or listener it came over */
	const char *account;	/* who is asked to pay: user or account   */
};

/* What became of `about`; the far side's own words are kept. */
struct report {
	uint64_t about;		/* our id of the message reported on      */
	struct address recipient;
	enum want kind;		/* POSITIVE or NEGATIVE for deliveries,   */
				/* else DISPLAY, PROCESSING, INTERWORKING */
	enum delivery_state state;
	enum technology via;	/* what carried the leg                   */
	uint32_t far_code;
	const char *text;
	uint64_t event_us;
	const char *cause;	/* finer than state: MMStatusExtension,   */
				/* a mail's "5.4.7"                       */
};

struct charging {		/* MM7 ServiceCode, ChargedParty ...      */
	const char *service_code, *charged_party, *charged_party_id;
	const char *third_party;	/* ThirdPartyPayer                */
	const char *vasp_id, *vas_id;
	const char *ims_id;	/* icid of P-Charging-Vector              */
};

/* X-Mms-Reply-Charging: who pays for the answer. */
enum reply_charging_mode {
	REPLY_CHARGING_NONE,
	REPLY_CHARGING_ASKED,
	REPLY_CHARGING_ASKED_TEXT,	/* for an answer of text only     */
	REPLY_CHARGING_GIVEN,
	REPLY_CHARGING_GIVEN_TEXT
};

struct reply_charging {
	enum reply_charging_mode mode;
	uint64_t until_us;	/* 0: no end                              */
	uint64_t octets;	/* of the answer; 0: any                  */
};

/* Application addressing (MM7 ApplicID, X-Mms-Applic-ID ...). */
struct application {
	const char *id, *reply_id, *info;
};

enum content_class {		/* X-Mms-Content-Class                    */
	CONTENT_UNCLASSED,
	CONTENT_TEXT,
	CONTENT_IMAGE_BASIC,
	CONTENT_IMAGE_RICH,
	CONTENT_VIDEO_BASIC,
	CONTENT_VIDEO_RICH,
	CONTENT_MEGAPIXEL,
	CONTENT_CONTENT_BASIC,
	CONTENT_CONTENT_RICH
};

/* What must hold of a recipient (MM7 DeliveryCondition): bits of a set. */
enum condition { CONDITION_MMS_CAPABLE = 1, CONDITION_HOME_NETWORK = 2 };

struct message {
	enum message_kind kind;
	struct origin origin;
	struct address from;	/* kind ADDRESS_ANONYMOUS when hidden     */
	const char *from_name;
	struct address asserted;/* who it really is, inside the trust     */
	struct recipient *recipients;
	size_t n_recipients;
	const char *original_to;/* imdn.Original-To, as a URI             */

	uint64_t received_us, submitted_us, earliest_us, expires_us;
	const char *submitted_text;	/* CPIM DateTime, verbatim        */

	const char *subject, *subject_language;
	enum priority priority;
	enum message_class class;
	int8_t sms_class;	/* 0..3, or -1                            */
	uint8_t want;		/* bits of enum want                      */
	uint8_t privacy;	/* bits of enum privacy                   */
	bool adapt;		/* content may be transcoded              */
	bool once;		/* one attempt, never held (Expires: 0)   */
	const char *service;	/* ICSI, or NULL                          */
	const char *service_type;	/* SMPP service_type              */
	struct charging charging;

	struct message_id *ids;
	size_t n_ids;
	struct part *parts;
	size_t n_parts;
	struct extra *extras;
	size_t n_extras;

	/* The body as it came (message/cpim): native legs send it unchanged.
	 * Bodies of parts may be slices of it and are then stored once. */
	const char *native_type;
	struct bytes native;	/* empty when it is external              */
	bool native_external;
	struct body_reference native_reference;

	struct report report;	/* when kind is MESSAGE_REPORT            */

	struct reply_charging reply_charging;
	struct application application;
	enum content_class content_class;
	bool protected;		/* DRM: neither adapted nor previewed     */
	int8_t distribution;	/* may be passed on: 1, not: 0; -1: open  */
	uint8_t conditions;	/* bits of enum condition                 */
	uint8_t forwards;	/* how often it was forwarded so far      */
	/* The sender's wish, enum technology in order; 0 ends it. */
	uint8_t prefer[MESSAGE_PREFER_MAX];
	struct address group;	/* the group that `from` speaks in        */
	const char *group_name;
};

/** Zeroed; sms_class = distribution = -1, priority normal, adapt true. */
void message_init(struct message *m);

/**
 * Appends the versioned image of `m`: what is stored and what travels
 * between programs. ERR_TOOBIG: above the limit of `to`, or more recipients,
 * parts, ids or extras than the maxima above. ERR_MALFORMED: no tree of
 * parts, octets of a body that is external, no canonical address ...
 * ERR_RANGE: a number. ERR_NOMEM.
 */
enum err message_image(const struct message *m, struct buf *to) CHECKED;

/**
 * Reads an image. Total: any octets give OK or an error. Octet strings are
 * borrowed from `image`, the rest is in `a`. ERR_MORE, ERR_MALFORMED,
 * ERR_TOOBIG (a maximum), ERR_NOMEM. ERR_UNSUPPORTED: written by a later
 * version, and not to be understood by this one. Members that only a later
 * version has are passed over.
 */
enum err message_read(struct bytes image, struct arena *a, struct message *out,
		      struct fault *why) CHECKED;

/** The first id of that kind, or NULL. */
const char *message_id_of(const struct message *m, enum id_kind kind);

/** The first extra of that name; empty bytes when there is none. */
struct bytes message_extra(const struct message *m, const char *name);

/** The first part of that type ("text/plain"), parameters ignored; or NULL. */
const struct part *message_part(const struct message *m, const char *type);

#endif
