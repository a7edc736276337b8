#include "adapters/sip/sip_map.h"

#define RETRY_AFTER_S	  5 /* when we have no better idea               */
#define RETRY_AFTER_MAX_S 3600

/* RFC 3261 21: what a final response means, in order of code. */
static const struct verdict {
	unsigned low, high;
	enum outcome_class class;
	enum delivery_state state;
	const char *clause;
} verdicts[] = {
	{ 300, 399, OUTCOME_ADDRESS, STATE_UNDELIVERABLE, "RFC 3261 21.3" },
	{ 400, 400, OUTCOME_NEVER, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 401, 401, OUTCOME_LATER, STATE_NONE, "RFC 3261 21.4" },
	{ 402, 403, OUTCOME_NEVER, STATE_REJECTED, "RFC 3261 21.4" },
	{ 404, 404, OUTCOME_ADDRESS, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 405, 406, OUTCOME_NEVER, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 407, 407, OUTCOME_LATER, STATE_NONE, "RFC 3261 21.4" },
	{ 408, 408, OUTCOME_ABSENT, STATE_NONE, "RFC 3261 21.4" },
	{ 410, 410, OUTCOME_ADDRESS, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 413, 413, OUTCOME_NEVER, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 415, 415, OUTCOME_NEVER, STATE_UNRECOGNISED, "RFC 3261 21.4" },
	{ 416, 416, OUTCOME_ADDRESS, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 430, 430, OUTCOME_ABSENT, STATE_NONE, "RFC 5626 11.5" },
	{ 433, 433, OUTCOME_NEVER, STATE_REJECTED, "RFC 3261 21.4" },
	{ 480, 480, OUTCOME_ABSENT, STATE_NONE, "RFC 3261 21.4" },
	{ 481, 483, OUTCOME_NEVER, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 484, 485, OUTCOME_ADDRESS, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 486, 487, OUTCOME_LATER, STATE_NONE, "RFC 3261 21.4" },
	{ 491, 491, OUTCOME_LATER, STATE_NONE, "RFC 3261 21.4" },
	{ 400, 499, OUTCOME_NEVER, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 500, 500, OUTCOME_LATER, STATE_NONE, "RFC 3261 21.5" },
	{ 501, 501, OUTCOME_NEVER, STATE_UNDELIVERABLE, "RFC 3261 21.5" },
	{ 502, 502, OUTCOME_LATER, STATE_NONE, "RFC 3261 21.5" },
	{ 503, 503, OUTCOME_LATER, STATE_NONE, "RFC 3261 21.5" },
	{ 504, 504, OUTCOME_LATER, STATE_NONE, "RFC 3261 21.5" },
	{ 505, 505, OUTCOME_NEVER, STATE_UNDELIVERABLE, "RFC 3261 21.5" },
	{ 513, 513, OUTCOME_NEVER, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 500, 599, OUTCOME_LATER, STATE_NONE, "RFC 3261 21.5" },
	{ 604, 604, OUTCOME_ADDRESS, STATE_UNDELIVERABLE, "RFC 3261 21.4" },
	{ 600, 699, OUTCOME_NEVER, STATE_REJECTED, "RFC 3261 21.6" },
};

static const struct verdict *verdict_of(unsigned status)
{
	size_t i;

	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (status >= verdicts[i].low && status <= verdicts[i].high)
			return &verdicts[i];
	return &verdicts[1];
}

static void success(const struct sip_result *r, bool report_follows,
		    struct outcome *out)
{
	/* 202: somebody on the way keeps it; the device has not got it. */
	if (report_follows || r->status == 202) {
		out->class = OUTCOME_ACCEPTED;
		out->clause = "RFC 3428 7";
		return;
	}
	out->class = OUTCOME_DELIVERED;
	out->state = STATE_DELIVERED;
	out->clause = "RFC 3428 7";
}

static uint32_t retry_after_ms(uint32_t s)
{
	return (s < RETRY_AFTER_MAX_S ? s : RETRY_AFTER_MAX_S) * 1000;
}

void outcome_of_sip(const struct sip_result *r, bool report_follows,
		    unsigned attempt, struct outcome *out)
{
	const struct verdict *v;

	*out = (struct outcome){ .far_code = r->status, .text = r->reason };
	if (r->status >= 200 && r->status < 300) {
		success(r, report_follows, out);
		return;
	}
	v = verdict_of(r->status);
	out->class = v->class;
	out->state = v->state;
	out->clause = v->clause;
	out->retry_after_ms = retry_after_ms(r->retry_after_s);
	/* No answer, no connection, a dead flow: the device is away. */
	if (r->own) {
		out->class = OUTCOME_ABSENT;
		out->state = STATE_NONE;
		out->clause = "RFC 3261 17.1.2";
		return;
	}
	if ((r->status == 600 || r->status == 603) && r->retry_after_s > 0 &&
	    attempt <= 1) {
		out->class = OUTCOME_LATER;
		out->state = STATE_NONE;
	}
}

/* Best first. */
static unsigned rank(enum outcome_class c)
{
	static const unsigned char ranks[] = {
		[OUTCOME_DELIVERED] = 0, [OUTCOME_ACCEPTED] = 1,
		[OUTCOME_NEVER] = 3,	 [OUTCOME_LATER] = 4,
		[OUTCOME_LINK] = 5,	 [OUTCOME_UNANSWERED] = 6,
		[OUTCOME_ABSENT] = 7,	 [OUTCOME_ADDRESS] = 8,
	};

	return c < sizeof(ranks) ? ranks[c] : 9;
}

static bool is_6xx(const struct outcome *o)
{
	return o->far_code >= 600 && o->far_code < 700;
}

bool outcome_better(const struct outcome *a, const struct outcome *b)
{
	/* A 6xx is the user's own word, whatever his other devices say. */
	if (is_6xx(a) && b->far_code >= 300 && b->far_code < 600)
		return true;
	if (is_6xx(b) && a->far_code >= 300 && a->far_code < 600)
		return false;
	return rank(a->class) < rank(b->class);
}

/* SMPP v3.4 5.1.3: what the other technology said while we waited. */
static const struct {
	unsigned low, high, sip;
} smpp_codes[] = {
	{ 0x01, 0x01, 413 },   { 0x04, 0x05, 503 },   { 0x0A, 0x0A, 403 },
	{ 0x0B, 0x0B, 404 },   { 0x0D, 0x0F, 503 },   { 0x14, 0x14, 503 },
	{ 0x15, 0x15, 403 },   { 0x33, 0x34, 400 },   { 0x40, 0x40, 400 },
	{ 0x44, 0x44, 400 },   { 0x48, 0x49, 403 },   { 0x50, 0x51, 404 },
	{ 0x53, 0x53, 503 },   { 0x58, 0x58, 503 },   { 0x61, 0x62, 400 },
	{ 0x64, 0x64, 480 },   { 0x66, 0x66, 403 },   { 0x100, 0x101, 403 },
	{ 0x102, 0x102, 503 }, { 0x103, 0x103, 403 }, { 0x104, 0x104, 415 },
};

static unsigned of_smpp(unsigned code)
{
	size_t i;

	for (i = 0; i < sizeof(smpp_codes) / sizeof(smpp_codes[0]); i++)
		if (code >= smpp_codes[i].low && code <= smpp_codes[i].high)
			return smpp_codes[i].sip;
	return 500;
}

static unsigned of_never(const struct outcome *o)
{
	if (o->state == STATE_REJECTED)
		return 403;
	if (o->state == STATE_UNRECOGNISED)
		return 415;
	if (o->state == STATE_EXPIRED)
		return 480;
	if (o->far_code > 0 && o->far_code < 300)
		return of_smpp(o->far_code);
	return 500;
}

static unsigned of_class(const struct outcome *o)
{
	switch (o->class) {
	case OUTCOME_DELIVERED:
		return 200;
	case OUTCOME_ACCEPTED:
		return 202;
	case OUTCOME_ABSENT:
		return 480;
	case OUTCOME_ADDRESS:
		return 404;
	case OUTCOME_LATER:
	case OUTCOME_LINK:
		return 503;
	case OUTCOME_UNANSWERED:
		return 504;
	case OUTCOME_NEVER:
		break;
	}
	return of_never(o);
}

struct sip_status sip_status_of(const struct outcome *o)
{
	struct sip_status s = { .code = o->far_code };
	bool good =
		o->class == OUTCOME_DELIVERED || o->class == OUTCOME_ACCEPTED;

	/* Codes of other technologies lie outside SIP's final ones. */
	if (good ? s.code < 200 || s.code > 299 : s.code < 300 || s.code > 699)
		s.code = of_class(o);
	/* Nobody may answer 408 to a MESSAGE (RFC 4320 4.1), nor hand on
	 * another's challenge. Where a device has moved to is not told: there
	 * is no valid forwarding location (RFC 3261 21.4.18). */
	if (s.code == 408 || (s.code >= 300 && s.code < 400))
		s.code = 480;
	if (s.code == 401 || s.code == 407)
		s.code = 500;
	if (o->retry_after_ms > 0)
		s.retry_after_s = (o->retry_after_ms + 999) / 1000;
	else if (s.code == 503)
		s.retry_after_s = RETRY_AFTER_S;
	return s;
}

static const struct {
	unsigned code;
	const char *phrase;
} phrases[] = {
	{ 100, "Trying" },
	{ 200, "OK" },
	{ 202, "Accepted" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 407, "Proxy Authentication Required" },
	{ 410, "Gone" },
	{ 413, "Request Entity Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Unsupported URI Scheme" },
	{ 420, "Bad Extension" },
	{ 423, "Interval Too Brief" },
	{ 433, "Anonymity Disallowed" },
	{ 480, "Temporarily Unavailable" },
	{ 481, "Call/Transaction Does Not Exist" },
	{ 482, "Loop Detected" },
	{ 483, "Too Many Hops" },
	{ 484, "Address Incomplete" },
	{ 485, "Ambiguous" },
	{ 486, "Busy Here" },
	{ 487, "Request Terminated" },
	{ 488, "Not Acceptable Here" },
	{ 491, "Request Pending" },
	{ 493, "Undecipherable" },
	{ 500, "Server Internal Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Server Time-out" },
	{ 505, "Version Not Supported" },
	{ 513, "Message Too Large" },
	{ 600, "Busy Everywhere" },
	{ 603, "Decline" },
	{ 604, "Does Not Exist Anywhere" },
	{ 606, "Not Acceptable" },
};

const char *sip_phrase(unsigned code)
{
	size_t i;

	for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].code == code)
			return phrases[i].phrase;
	return code < 300 ? "OK" : "Refused";
}
