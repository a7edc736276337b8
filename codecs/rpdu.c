#include "codecs/rpdu.h"

#include "codecs/tpdu_inside.h"

#define IE_USER	  0x41
#define SPARE	  0xF8
#define CAUSE_MAX 0x7F

/* -- reading -------------------------------------------------------------- */

/* An address with its length in octets (8.2.5.1, 8.2.5.2); empty: none. */
static void read_address(struct tpdu_reading *r, struct address_smpp *out)
{
	uint8_t length = cursor_u8(&r->c), type;
	struct bytes digits;
	size_t most;

	if (length == 0)
		return;
	if (length > RPDU_ADDRESS_MAX) {
		tpdu_refuse(r, "RP-Address", "3GPP TS 24.011 8.2.5.1");
		return;
	}
	type = cursor_u8(&r->c);
	digits = cursor_take(&r->c, length - 1U);
	if (r->c.bad != OK)
		return;
	most = 2 * digits.n;
	out->ton = type >> 4 & 7;
	out->npi = type & 0x0F;
	out->text = tpdu_read_digits(r, digits, most);
}

static void read_user(struct tpdu_reading *r, struct rpdu *out)
{
	uint8_t length = cursor_u8(&r->c);

	if (length > RPDU_USER_MAX)
		tpdu_refuse(r, "RP-User-Data", "3GPP TS 24.011 8.2.5.3");
	out->user = cursor_take(&r->c, length);
}

/* One address is empty: that of the side where the device is. */
static void read_data(struct tpdu_reading *r, struct rpdu *out)
{
	struct address_smpp from = { 0 }, to = { 0 };
	bool wrong;

	read_address(r, &from);
	read_address(r, &to);
	out->centre = out->to_device ? from : to;
	wrong = out->to_device ? to.text.n > 0 : from.text.n > 0;
	if (wrong)
		tpdu_refuse(r, "RP-Address", "3GPP TS 24.011 7.3.1");
	read_user(r, out);
}

/* TS 24.007 11.2.4: an identifier above 7F has no length behind it. */
static void read_elements(struct tpdu_reading *r, struct rpdu *out)
{
	uint8_t id;

	while (r->c.bad == OK && r->bad == OK && cursor_left(&r->c) > 0) {
		id = cursor_u8(&r->c);
		if (id == IE_USER)
			read_user(r, out);
		else if (id < 0x80)
			(void)cursor_take(&r->c, cursor_u8(&r->c));
	}
}

static void read_cause(struct tpdu_reading *r, struct rpdu *out)
{
	uint8_t length = cursor_u8(&r->c);
	struct bytes octets = cursor_take(&r->c, length);

	if (length == 0 && r->c.bad == OK)
		tpdu_refuse(r, "RP-Cause", "3GPP TS 24.011 8.2.5.4");
	if (octets.n > 0)
		out->cause = octets.p[0] & CAUSE_MAX;
}

enum err rpdu_decode(struct bytes in, struct arena *a, struct rpdu *out,
		     struct fault *why)
{
	struct tpdu_reading r = { .c = CURSOR(in), .arena = a };
	struct rpdu made = { 0 };
	uint8_t type = cursor_u8(&r.c) & (uint8_t)~SPARE;

	made.kind = (enum rpdu_kind)(type >> 1);
	made.to_device = type & 1;
	if (made.kind == RPDU_SMMA && made.to_device)
		return fault_set(why, ERR_UNSUPPORTED, "RP-MTI",
				 "3GPP TS 24.011 8.2.2", 0);
	made.reference = cursor_u8(&r.c);
	if (made.kind == RPDU_DATA)
		read_data(&r, &made);
	if (made.kind == RPDU_ERROR)
		read_cause(&r, &made);
	read_elements(&r, &made);
	if (r.bad != OK)
		return fault_set(why, r.bad, r.why.field, r.why.clause,
				 r.why.offset);
	if (r.c.bad != OK)
		return fault_set(why, r.c.bad, "RPDU", "3GPP TS 24.011 7.3",
				 r.c.at);
	*out = made;
	return OK;
}

/* -- writing -------------------------------------------------------------- */

static enum err put_centre(const struct address_smpp *a, struct buf *to)
{
	size_t octets = (a->text.n + 1) / 2;

	if (1 + octets > RPDU_ADDRESS_MAX)
		return ERR_TOOBIG;
	if (a->ton > 7 || a->npi > 15)
		return ERR_RANGE;
	buf_u8(to, (uint8_t)(1 + octets));
	buf_u8(to, (uint8_t)(0x80 | a->ton << 4 | a->npi));
	return tpdu_put_digits(a->text, to);
}

static enum err put_data(const struct rpdu *r, struct buf *to)
{
	enum err e;

	if (!r->to_device)
		buf_u8(to, 0);
	if ((e = put_centre(&r->centre, to)) != OK)
		return e;
	if (r->to_device)
		buf_u8(to, 0);
	buf_u8(to, (uint8_t)r->user.n);
	buf_put(to, r->user);
	return OK;
}

enum err rpdu_encode(const struct rpdu *r, struct buf *to)
{
	if (r->user.n > RPDU_USER_MAX)
		return ERR_TOOBIG;
	if (r->cause > CAUSE_MAX || (r->kind == RPDU_SMMA && r->to_device))
		return ERR_RANGE;
	buf_u8(to, (uint8_t)((unsigned)r->kind << 1 | r->to_device));
	buf_u8(to, r->reference);
	if (r->kind == RPDU_DATA) {
		enum err e = put_data(r, to);

		return e == OK ? buf_status(to) : e;
	}
	if (r->kind == RPDU_ERROR) {
		buf_u8(to, 1);
		buf_u8(to, r->cause);
	}
	if (r->user.n > 0 && r->kind != RPDU_SMMA) {
		buf_u8(to, IE_USER);
		buf_u8(to, (uint8_t)r->user.n);
		buf_put(to, r->user);
	}
	return buf_status(to);
}

/* -- names ---------------------------------------------------------------- */

static const struct {
	uint8_t cause;
	const char *text;
} causes[] = {
	{ RPDU_CAUSE_UNASSIGNED, "unassigned number" },
	{ 8, "operator determined barring" },
	{ 10, "call barred" },
	{ RPDU_CAUSE_REJECTED, "short message transfer rejected" },
	{ RPDU_CAUSE_MEMORY, "memory capacity exceeded" },
	{ 27, "destination out of service" },
	{ 28, "unidentified subscriber" },
	{ 29, "facility rejected" },
	{ 30, "unknown subscriber" },
	{ RPDU_CAUSE_OUT_OF_ORDER, "network out of order" },
	{ RPDU_CAUSE_TEMPORARY, "temporary failure" },
	{ RPDU_CAUSE_CONGESTION, "congestion" },
	{ 47, "resources unavailable" },
	{ 50, "requested facility not subscribed" },
	{ RPDU_CAUSE_NOT_IMPLEMENTED, "requested facility not implemented" },
	{ RPDU_CAUSE_REFERENCE, "invalid message reference" },
	{ RPDU_CAUSE_INCORRECT, "semantically incorrect message" },
	{ RPDU_CAUSE_MANDATORY, "invalid mandatory information" },
	{ 97, "message type not implemented" },
	{ 98, "message not compatible with protocol state" },
	{ 99, "information element not implemented" },
	{ RPDU_CAUSE_UNSPECIFIED, "protocol error" },
	{ RPDU_CAUSE_INTERWORKING, "interworking" },
};

const char *rpdu_cause_text(uint8_t cause)
{
	size_t i;

	for (i = 0; i < sizeof causes / sizeof *causes; i++)
		if (causes[i].cause == cause)
			return causes[i].text;
	return "unspecified cause";
}
