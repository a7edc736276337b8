#include "codecs/tpdu_inside.h"

#include <string.h>

/* Bits of the first octet (9.2.3). */
enum {
	BITS_MTI = 0x03,
	BIT_NO_MORE = 0x04, /* TP-MMS: set when no more wait                  */
	BIT_REJECT = 0x04,
	BIT_LOOP = 0x08,
	BIT_REPORT = 0x20,
	BIT_UDHI = 0x40,
	BIT_REPLY = 0x80
};

/* Bits of TP-PI (9.2.3.27). */
enum { PI_PROTOCOL = 0x01, PI_CODING = 0x02, PI_USER = 0x04, PI_MORE = 0x80 };

#define VALIDITY_SHIFT 3
#define VALIDITY_BITS  3

static const struct {
	uint8_t type; /* TP-MTI                                       */
	bool to_device;
} kinds[] = {
	[TPDU_DELIVER] = { 0, true },
	[TPDU_DELIVER_REPORT] = { 0, false },
	[TPDU_SUBMIT] = { 1, false },
	[TPDU_SUBMIT_REPORT] = { 1, true },
	[TPDU_STATUS_REPORT] = { 2, true },
	[TPDU_COMMAND] = { 2, false },
};

static bool kind_of(uint8_t first, bool to_device, enum tpdu_kind *out)
{
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].type == (first & BITS_MTI) &&
		    kinds[i].to_device == to_device) {
			*out = (enum tpdu_kind)i;
			return true;
		}
	return false;
}

/* -- reading -------------------------------------------------------------- */

static void read_stamp(struct tpdu_reading *r, uint8_t to[TPDU_STAMP_OCTETS])
{
	struct bytes octets = cursor_take(&r->c, TPDU_STAMP_OCTETS);

	if (octets.n == TPDU_STAMP_OCTETS)
		memcpy(to, octets.p, octets.n);
}

static void read_validity(struct tpdu_reading *r, struct tpdu *t)
{
	if (t->validity == TPDU_RELATIVE)
		t->period[0] = cursor_u8(&r->c);
	else if (t->validity != TPDU_NO_VALIDITY)
		read_stamp(r, t->period);
}

/* PID, DCS, user data: what all messages with a text have. */
static void read_content(struct tpdu_reading *r, struct tpdu *t)
{
	t->protocol = cursor_u8(&r->c);
	t->coding = cursor_u8(&r->c);
	if (t->kind == TPDU_DELIVER)
		read_stamp(r, t->sent);
	else
		read_validity(r, t);
	tpdu_read_user(r, t);
}

/* 9.2.3.27: further octets of it say nothing that is known. */
static uint8_t read_indicator(struct tpdu_reading *r)
{
	uint8_t first = cursor_u8(&r->c), more = first;

	while (more & PI_MORE)
		more = cursor_u8(&r->c);
	return first;
}

static void read_optional(struct tpdu_reading *r, struct tpdu *t, uint8_t pi)
{
	t->has_protocol = pi & PI_PROTOCOL;
	t->has_coding = pi & PI_CODING;
	t->has_user = pi & PI_USER;
	if (t->has_protocol)
		t->protocol = cursor_u8(&r->c);
	if (t->has_coding)
		t->coding = cursor_u8(&r->c);
	if (t->has_user)
		tpdu_read_user(r, t);
}

static void read_report(struct tpdu_reading *r, struct tpdu *t)
{
	uint8_t pi;

	if (t->error)
		t->cause = cursor_u8(&r->c);
	pi = read_indicator(r);
	if (t->kind == TPDU_SUBMIT_REPORT)
		read_stamp(r, t->sent);
	read_optional(r, t, pi);
}

/* 9.2.2.3: TP-PI and what follows may be left out. */
static void read_status(struct tpdu_reading *r, struct tpdu *t)
{
	t->reference = cursor_u8(&r->c);
	tpdu_read_address(r, &t->address);
	read_stamp(r, t->sent);
	read_stamp(r, t->done);
	t->status = cursor_u8(&r->c);
	if (cursor_left(&r->c) > 0)
		read_optional(r, t, read_indicator(r));
}

static void read_command(struct tpdu_reading *r, struct tpdu *t)
{
	uint8_t n;

	t->reference = cursor_u8(&r->c);
	t->protocol = cursor_u8(&r->c);
	t->command = cursor_u8(&r->c);
	t->number = cursor_u8(&r->c);
	tpdu_read_address(r, &t->address);
	n = cursor_u8(&r->c);
	if (n > TPDU_COMMAND_MAX)
		tpdu_refuse(r, "TP-CDL", "3GPP TS 23.040 9.2.3.20");
	t->user = cursor_take(&r->c, n);
}

static void read_kind(struct tpdu_reading *r, struct tpdu *t, uint8_t first)
{
	t->report = first & BIT_REPORT;
	t->udhi = first & BIT_UDHI;
	switch (t->kind) {
	case TPDU_DELIVER:
		t->more = !(first & BIT_NO_MORE);
		t->loop = first & BIT_LOOP;
		t->reply_path = first & BIT_REPLY;
		tpdu_read_address(r, &t->address);
		read_content(r, t);
		return;
	case TPDU_SUBMIT:
		t->reject_duplicates = first & BIT_REJECT;
		t->validity = (enum tpdu_validity)(first >> VALIDITY_SHIFT &
						   VALIDITY_BITS);
		t->reply_path = first & BIT_REPLY;
		t->reference = cursor_u8(&r->c);
		tpdu_read_address(r, &t->address);
		read_content(r, t);
		return;
	case TPDU_STATUS_REPORT:
		t->more = !(first & BIT_NO_MORE);
		t->loop = first & BIT_LOOP;
		read_status(r, t);
		return;
	case TPDU_COMMAND:
		read_command(r, t);
		return;
	case TPDU_DELIVER_REPORT:
	case TPDU_SUBMIT_REPORT:
		t->report = false; /* the bit is not theirs */
		read_report(r, t);
		return;
	}
}

/* Nothing may follow where no TP-PI could say that something does. */
static void read_end(struct tpdu_reading *r, enum tpdu_kind kind)
{
	if ((kind == TPDU_DELIVER || kind == TPDU_SUBMIT ||
	     kind == TPDU_COMMAND) &&
	    cursor_left(&r->c) > 0)
		tpdu_refuse(r, "TP-UD", "3GPP TS 23.040 9.2.3.24");
}

enum err tpdu_decode(struct bytes in, enum tpdu_way way, struct arena *a,
		     struct tpdu *out, struct fault *why)
{
	struct tpdu_reading r = { .c = CURSOR(in), .arena = a };
	struct tpdu t = { .error = way == TPDU_TO_CENTRE_ERROR ||
				   way == TPDU_TO_DEVICE_ERROR };
	uint8_t first = cursor_u8(&r.c);

	if (in.n == 0)
		return fault_set(why, ERR_MORE, "TP-MTI",
				 "3GPP TS 23.040 9.2.3.1", 0);
	if (!kind_of(first, way >= TPDU_TO_DEVICE, &t.kind))
		return fault_set(why, ERR_UNSUPPORTED, "TP-MTI",
				 "3GPP TS 23.040 9.2.3.1", 0);
	t.error = t.error && (t.kind == TPDU_DELIVER_REPORT ||
			      t.kind == TPDU_SUBMIT_REPORT);
	read_kind(&r, &t, first);
	if (r.bad == OK && r.c.bad == OK)
		read_end(&r, t.kind);
	if (r.bad != OK)
		return fault_set(why, r.bad, r.why.field, r.why.clause,
				 r.why.offset);
	if (r.c.bad != OK)
		return fault_set(why, r.c.bad, "TPDU", "3GPP TS 23.040 9.2.2",
				 r.c.at);
	*out = t;
	return OK;
}

/* -- writing -------------------------------------------------------------- */

static uint8_t first_octet(const struct tpdu *t)
{
	unsigned v = kinds[t->kind].type;
	bool text = t->kind == TPDU_DELIVER || t->kind == TPDU_SUBMIT;

	if (t->udhi)
		v |= BIT_UDHI;
	if (t->report && t->kind != TPDU_DELIVER_REPORT &&
	    t->kind != TPDU_SUBMIT_REPORT)
		v |= BIT_REPORT;
	if (t->reply_path && text)
		v |= BIT_REPLY;
	if (t->kind == TPDU_SUBMIT) {
		v |= t->reject_duplicates ? BIT_REJECT : 0U;
		v |= (unsigned)t->validity << VALIDITY_SHIFT;
	}
	if (t->kind == TPDU_DELIVER || t->kind == TPDU_STATUS_REPORT) {
		v |= t->more ? 0U : BIT_NO_MORE;
		v |= t->loop ? BIT_LOOP : 0U;
	}
	return (uint8_t)v;
}

static void put_stamp(const uint8_t octets[TPDU_STAMP_OCTETS], struct buf *to)
{
	buf_put(to, (struct bytes){ octets, TPDU_STAMP_OCTETS });
}

static enum err put_content(const struct tpdu *t, struct buf *to)
{
	buf_u8(to, t->protocol);
	buf_u8(to, t->coding);
	if (t->kind == TPDU_DELIVER)
		put_stamp(t->sent, to);
	else if (t->validity == TPDU_RELATIVE)
		buf_u8(to, t->period[0]);
	else if (t->validity != TPDU_NO_VALIDITY)
		put_stamp(t->period, to);
	return tpdu_put_user(t, to);
}

static uint8_t indicator(const struct tpdu *t)
{
	return (uint8_t)((t->has_protocol ? PI_PROTOCOL : 0) |
			 (t->has_coding ? PI_CODING : 0) |
			 (t->has_user ? PI_USER : 0));
}

static enum err put_optional(const struct tpdu *t, struct buf *to)
{
	if (t->has_protocol)
		buf_u8(to, t->protocol);
	if (t->has_coding)
		buf_u8(to, t->coding);
	return t->has_user ? tpdu_put_user(t, to) : OK;
}

static enum err put_report(const struct tpdu *t, struct buf *to)
{
	if (t->error)
		buf_u8(to, t->cause);
	buf_u8(to, indicator(t));
	if (t->kind == TPDU_SUBMIT_REPORT)
		put_stamp(t->sent, to);
	return put_optional(t, to);
}

static enum err put_status(const struct tpdu *t, struct buf *to)
{
	put_stamp(t->sent, to);
	put_stamp(t->done, to);
	buf_u8(to, t->status);
	if (indicator(t) == 0)
		return OK;
	buf_u8(to, indicator(t));
	return put_optional(t, to);
}

static enum err put_command(const struct tpdu *t, struct buf *to)
{
	enum err e;

	if (t->user.n > TPDU_COMMAND_MAX)
		return ERR_TOOBIG;
	buf_u8(to, t->protocol);
	buf_u8(to, t->command);
	buf_u8(to, t->number);
	if ((e = tpdu_put_address(&t->address, to)) != OK)
		return e;
	buf_u8(to, (uint8_t)t->user.n);
	buf_put(to, t->user);
	return OK;
}

static enum err put_kind(const struct tpdu *t, struct buf *to)
{
	enum err e = OK;

	switch (t->kind) {
	case TPDU_DELIVER_REPORT:
	case TPDU_SUBMIT_REPORT:
		return put_report(t, to);
	case TPDU_COMMAND:
		buf_u8(to, t->reference);
		return put_command(t, to);
	case TPDU_SUBMIT:
	case TPDU_STATUS_REPORT:
		buf_u8(to, t->reference);
		break;
	case TPDU_DELIVER:
		break;
	}
	if ((e = tpdu_put_address(&t->address, to)) != OK)
		return e;
	return t->kind == TPDU_STATUS_REPORT ? put_status(t, to)
					     : put_content(t, to);
}

enum err tpdu_encode(const struct tpdu *t, struct buf *to)
{
	enum err e;

	buf_u8(to, first_octet(t));
	e = put_kind(t, to);
	return e == OK ? buf_status(to) : e;
}
