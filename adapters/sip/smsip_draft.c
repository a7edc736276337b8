/* smsip_draft.c - a leg -> SMS-DELIVER or SMS-STATUS-REPORT. 3GPP TS 23.040
 * 9.2.2.1 and 9.2.2.3. */
#include "adapters/sip/smsip_map.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/short.h"
#include "codecs/digest.h"
#include "codecs/segment.h"
#include "policy/receipts.h"

#define LOST_MAX    1024
#define SCRATCH_MAX MESSAGE_IMAGE_MAX

struct planning {
	const struct smsip_context *c;
	const struct leg *leg;
	const struct message *m;
	struct arena *arena;
	struct smsip_plan *out;
	struct outcome *why;
	struct buf scratch;
};

static bool no_way(struct planning *p, enum outcome_class class,
		   const char *text)
{
	*p->why = (struct outcome){ .class = class,
				    .text = text,
				    .clause = "3GPP TS 23.040 9.2.2.1" };
	return false;
}

static bool no_memory(struct planning *p)
{
	return no_way(p, OUTCOME_LATER, "no memory");
}

static bool add_tpdu(struct planning *p, const struct tpdu *t)
{
	struct buf one = BUF_INIT(TPDU_OCTETS_MAX);
	enum err e = tpdu_encode(t, &one);

	if (e == OK)
		e = arena_copy(p->arena, buf_bytes(&one),
			       &p->out->tpdus[p->out->count++]);
	buf_clear(&one);
	if (e == ERR_NOMEM)
		return no_memory(p);
	return e == OK ? true : no_way(p, OUTCOME_NEVER, "does not fit a TPDU");
}

static bool make_room(struct planning *p, size_t n)
{
	p->out->tpdus = arena_array(p->arena, n, sizeof(*p->out->tpdus));
	return p->out->tpdus ? true : no_memory(p);
}

/* Who is hidden, or has no such form, is nobody: an empty address. */
static bool put_address(struct planning *p, const struct address *a,
			struct address_smpp *out)
{
	enum err e = address_to_smpp(a, p->arena, out);

	if (e == ERR_NOMEM)
		return no_memory(p);
	if (e != OK)
		*out = (struct address_smpp){ 0 };
	return true;
}

static void put_stamp(uint64_t us, uint8_t out[TPDU_STAMP_OCTETS])
{
	if (us == 0 || tpdu_stamp_encode((int64_t)us, out) != OK)
		memset(out, 0, TPDU_STAMP_OCTETS);
}

/* -- messages ------------------------------------------------------------- */

static struct segment_options options_of(const struct planning *p)
{
	struct segment_options o = {
		.gsm_dcs = true,
		.parts_max = p->c->config->sms_segments,
	};
	const struct message *m = p->m;

	/* Each attempt has the same, so that parts of several fit. */
	o.reference =
		(uint8_t)digest_siphash(p->c->key, bytes_of(p->leg->public_id));
	short_header(m, &o.header);
	if (m->sms_class >= 0 && m->sms_class <= 3) {
		o.classed = true;
		o.message_class = (uint8_t)m->sms_class;
	}
	return o;
}

static bool is_text(const struct part *part)
{
	return strncasecmp(part->type, "text/plain", strlen("text/plain")) == 0;
}

/* Parts that do not go: all but the texts, or but `data` unless NULL. */
static enum err name_lost(struct planning *p, const struct part *data)
{
	const struct message *m = p->m;
	struct buf lost = BUF_INIT(LOST_MAX);
	size_t i;

	for (i = 0; i < m->n_parts; i++)
		if (&m->parts[i] != data && (data || !is_text(&m->parts[i])))
			buf_printf(&lost, "%s%s",
				   lost.n ? "," : "lost=", m->parts[i].type);
	if (lost.n > 0)
		p->out->lost = arena_string(p->arena, buf_bytes(&lost));
	i = lost.n;
	buf_clear(&lost);
	return i > 0 && !p->out->lost ? ERR_NOMEM : OK;
}

static enum err split_data(struct planning *p, struct segment_options *o,
			   struct segment_plan *plan)
{
	const struct part *part = short_data(p->m);
	struct bytes octets;
	enum err e;

	if (!part)
		return ERR_UNSUPPORTED;
	if (!o->header.ports && short_port(part->type) != 0) {
		o->header.ports = true;
		o->header.to_port = (uint16_t)short_port(part->type);
		o->header.from_port = (uint16_t)short_source_port(part->type);
	}
	e = short_octets(part, p->arena, &p->scratch, &octets);
	if (e != OK)
		return e == ERR_NOMEM ? e : ERR_UNSUPPORTED;
	if ((e = name_lost(p, part)) != OK)
		return e;
	return segment_split_data(octets, o, p->arena, plan);
}

static bool split(struct planning *p, struct segment_plan *plan)
{
	struct segment_options o = options_of(p);
	bool any;
	enum err e = short_text(p->m, p->arena, &p->scratch, &any);

	if (e == OK && any)
		e = name_lost(p, NULL);
	if (e == OK && any)
		e = segment_split(buf_bytes(&p->scratch), &o, p->arena, plan);
	else if (e == OK)
		e = split_data(p, &o, plan);
	if (e == OK)
		return true;
	if (e == ERR_NOMEM)
		return no_memory(p);
	if (e == ERR_UNSUPPORTED)
		return no_way(p, OUTCOME_ADDRESS,
			      "nothing in it that SMS carries");
	(void)no_way(p, OUTCOME_NEVER, "cannot be cut into segments");
	if (e == ERR_TOOBIG) {
		p->why->text = "more segments than sms-max-segments";
		p->why->far_code = 513;
	}
	return false;
}

static uint8_t protocol_of(const struct message *m)
{
	struct bytes v = message_extra(m, SHORT_PROTOCOL);

	return v.n == 1 ? v.p[0] : 0;
}

static bool plan_message(struct planning *p)
{
	const struct message *m = p->m;
	struct address from = short_sender(m, p->arena);
	struct segment_plan plan;
	struct tpdu t = { .kind = TPDU_DELIVER,
			  .report = m->want & WANT_POSITIVE,
			  .protocol = protocol_of(m) };
	size_t i;

	if (!split(p, &plan) || !put_address(p, &from, &t.address) ||
	    !make_room(p, plan.count))
		return false;
	t.coding = plan.data_coding;
	put_stamp(m->submitted_us ? m->submitted_us : p->c->now_us, t.sent);
	for (i = 0; i < plan.count; i++) {
		t.more = i + 1 < plan.count;
		t.udhi = plan.segments[i].udhi;
		t.user = plan.segments[i].short_message;
		if (!add_tpdu(p, &t))
			return false;
	}
	return true;
}

/* -- reports -------------------------------------------------------------- */

/* TP-ST of a final state (9.2.3.15); false: a status report has none. */
static bool status_of(enum delivery_state s, uint8_t *out)
{
	static const struct {
		enum delivery_state state;
		uint8_t status;
	} rows[] = {
		{ STATE_DELIVERED, TPDU_STATUS_RECEIVED },
		{ STATE_EXPIRED, TPDU_STATUS_EXPIRED },
		{ STATE_DELETED, TPDU_STATUS_DELETED },
		{ STATE_UNDELIVERABLE, TPDU_STATUS_NOT_OBTAINABLE },
		{ STATE_REJECTED, TPDU_STATUS_REJECTED },
		{ STATE_UNKNOWN, TPDU_STATUS_FORWARDED },
		{ STATE_UNRECOGNISED, TPDU_STATUS_INCOMPATIBLE },
		{ STATE_CONDITION_NOT_MET, TPDU_STATUS_NOT_OBTAINABLE },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].state == s) {
			*out = rows[i].status;
			return true;
		}
	return false;
}

/* "5 1795287960": TP-MR, and TP-SCTS in seconds. */
static bool read_reference(const char *value, struct tpdu *t)
{
	char *end;
	unsigned long reference = strtoul(value, &end, 10);
	unsigned long long seconds = strtoull(end, NULL, 10);

	t->reference = (uint8_t)reference;
	put_stamp(seconds * 1000000, t->sent);
	return reference <= UINT8_MAX;
}

bool smsip_is_report(const struct message *m)
{
	return m->kind == MESSAGE_REPORT &&
	       message_id_of(m, ID_SMS_REFERENCE) != NULL;
}

static bool plan_report(struct planning *p)
{
	const struct report *r = &p->m->report;
	struct tpdu t = { .kind = TPDU_STATUS_REPORT };
	const struct message_id *id;
	size_t i;

	if (!status_of(r->state, &t.status))
		return true;
	if (!put_address(p, &r->recipient, &t.address) ||
	    !make_room(p, p->m->n_ids))
		return false;
	put_stamp(r->event_us ? r->event_us : p->c->now_us, t.done);
	for (i = 0; i < p->m->n_ids; i++) {
		id = &p->m->ids[i];
		if (id->kind == ID_SMS_REFERENCE &&
		    (id->want & receipts_kind(r->state)) &&
		    read_reference(id->value, &t) && !add_tpdu(p, &t))
			return false;
	}
	return true;
}

/* "Is writing" is worth nothing there. */
static bool is_composing(const struct message *m)
{
	static const char type[] = "application/im-iscomposing+xml";

	return m->n_parts == 1 &&
	       strncasecmp(m->parts[0].type, type, sizeof(type) - 1) == 0;
}

bool smsip_plan_leg(const struct smsip_context *c, const struct leg *leg,
		    struct arena *a, struct smsip_plan *out,
		    struct outcome *why)
{
	struct planning p = { .c = c,
			      .leg = leg,
			      .m = &leg->message,
			      .arena = a,
			      .out = out,
			      .why = why,
			      .scratch = BUF_INIT(SCRATCH_MAX) };
	bool good = true;

	*out = (struct smsip_plan){ 0 };
	if (smsip_is_report(p.m))
		good = plan_report(&p);
	else if (p.m->kind == MESSAGE_USER && !is_composing(p.m))
		good = plan_message(&p);
	buf_clear(&p.scratch);
	return good;
}
