#include "adapters/smpp/text_out.h"

#include <string.h>

#include "adapters/short.h"
#include "adapters/smpp/keep.h"
#include "adapters/smpp/smpp_map.h"
#include "codecs/json.h"

static struct segment_options options_of(const struct departure *d,
					 uint16_t reference)
{
	struct segment_options o = d->manner->write;
	const struct message *m = &d->leg->message;

	o.reference = o.means == SEGMENT_UDH8 ? reference & 0xFF : reference;
	short_header(m, &o.header);
	if (m->sms_class >= 0 && m->sms_class <= 3) {
		o.classed = true;
		o.message_class = (uint8_t)m->sms_class;
	}
	if (d->progress->without & SMPP_AS_UCS2) {
		o.ucs2 = true;
		o.classed = false;
	}
	return o;
}

static bool planned(enum err e, struct outcome *why)
{
	if (e == OK)
		return true;
	if (e == ERR_NOMEM)
		return smpp_no_way(why, OUTCOME_LATER, "no memory");
	if (e == ERR_TOOBIG)
		return smpp_no_way(why, OUTCOME_NEVER,
				   "more segments than max-segments");
	return smpp_no_way(why, OUTCOME_NEVER, "cannot be cut into segments");
}

static bool is_text(const struct part *p)
{
	return strncasecmp(p->type, "text/plain", strlen("text/plain")) == 0;
}

/* Parts that do not go: all but the texts, or but `data` unless NULL. */
static void name_other_parts(struct departure *d, const struct part *data)
{
	const struct message *m = &d->leg->message;
	size_t i;

	for (i = 0; i < m->n_parts; i++)
		if (&m->parts[i] != data &&
		    (data != NULL || !is_text(&m->parts[i])))
			smpp_lost(d, m->parts[i].type);
}

/* Where it goes, unless what came by SMPP says so itself. */
static void put_ports(const struct departure *d, const char *type,
		      struct udh *h)
{
	unsigned port = short_port(type);

	if (h->ports || port == 0 || keep_has(d, SMPP_TLV_DESTINATION_PORT))
		return;
	h->ports = true;
	h->to_port = (uint16_t)port;
	h->from_port = (uint16_t)short_source_port(type);
}

static bool plan_data(struct departure *d, struct segment_options *o,
		      struct segment_plan *plan, struct outcome *why)
{
	const struct part *part = short_data(&d->leg->message);
	struct bytes octets;
	enum err e;

	if (part == NULL)
		return smpp_no_way(why, OUTCOME_ADDRESS,
				   "nothing in it that SMS carries");
	name_other_parts(d, part);
	put_ports(d, part->type, &o->header);
	e = short_octets(part, d->arena, d->scratch, &octets);
	if (e != OK && e != ERR_NOMEM)
		return smpp_no_way(why, OUTCOME_NEVER,
				   "not a service indication or loading");
	if (e == OK)
		e = segment_split_data(octets, o, d->arena, plan);
	return planned(e, why);
}

bool text_out_plan(struct departure *d, uint16_t reference,
		   struct segment_plan *plan, struct outcome *why)
{
	struct segment_options o = options_of(d, reference);
	enum err e;
	bool any;

	buf_reset(d->scratch);
	e = short_text(&d->leg->message, d->arena, d->scratch, &any);
	if (e == OK && !any)
		return plan_data(d, &o, plan, why);
	if (e == OK) {
		name_other_parts(d, NULL);
		e = segment_split(buf_bytes(d->scratch), &o, d->arena, plan);
		if (e == OK && plan->replaced)
			smpp_lost(d, "letters");
	}
	return planned(e, why);
}

enum err text_out_show(const struct manner *m, struct bytes text,
		       struct arena *a, struct buf *to)
{
	struct json_writer w = JSON_WRITER(to);
	struct segment_plan plan;
	enum err e = segment_split(text, &m->write, a, &plan);

	if (e == ERR_NOMEM)
		return e;
	json_open_object(&w);
	if (e == OK) {
		json_put_string(&w, "alphabet", segment_alphabet_name(&plan));
		json_put_uint(&w, "segments", plan.count);
	}
	json_close_object(&w);
	return buf_status(to);
}
