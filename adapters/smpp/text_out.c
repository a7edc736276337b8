#include "adapters/smpp/text_out.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/smpp/keep.h"
#include "adapters/smpp/smpp_map.h"
#include "codecs/joined.h"
#include "codecs/json.h"
#include "codecs/pushed.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"
#include "codecs/wsp.h"

static bool starts(const char *text, const char *with)
{
	return strncasecmp(text, with, strlen(with)) == 0;
}

static bool charset_is(const char *type, const char *name)
{
	const char *at = strcasestr(type, "charset=");

	if (at == NULL)
		return false;
	at += strlen("charset=");
	return starts(at + (*at == '"'), name);
}

/* One text part as UTF-8, whatever its label promised. */
static enum err add_text(const struct part *part, struct arena *a,
			 struct buf *to)
{
	bool damaged = false;
	uint8_t *latin;
	size_t n;

	if (charset_is(part->type, "utf-16"))
		return ucs2_decode(part->body, to, &damaged);
	if (!charset_is(part->type, "iso-8859-1"))
		return utf8_repair(part->body, to, &damaged);
	if ((latin = arena_alloc(a, 3 * part->body.n + 1)) == NULL)
		return ERR_NOMEM;
	n = utf8_from_set(UTF8_SET_LATIN1, part->body, latin, &damaged);
	buf_put(to, (struct bytes){ latin, n });
	return buf_status(to);
}

/* The texts one after the other, LF between them; *any: there was one. */
static enum err gather(const struct message *m, struct arena *a, struct buf *to,
		       bool *any)
{
	enum err e;
	size_t i;

	*any = false;
	if (m->subject != NULL && m->subject[0] != 0) {
		buf_text(to, m->subject);
		buf_text(to, "\n");
	}
	for (i = 0; i < m->n_parts; i++) {
		if (!starts(m->parts[i].type, "text/plain"))
			continue;
		if (m->parts[i].external)
			return ERR_TOOBIG;
		if (*any)
			buf_text(to, "\n");
		*any = true;
		if ((e = add_text(&m->parts[i], a, to)) != OK)
			return e;
	}
	return buf_status(to);
}

/* The number of that parameter; 0: it has none, or one that is no port. */
static unsigned parameter(const char *type, const char *name)
{
	const char *at = strstr(type, name);
	unsigned long port;

	if (at == NULL)
		return 0;
	port = strtoul(at + strlen(name), NULL, 10);
	return port <= UINT16_MAX ? (unsigned)port : 0;
}

/* 3GPP TS 23.040 9.2.3.24.3: the port that says what the octets are; 0: none.
 */
static unsigned port_of(const char *type)
{
	if (pushed_takes(type))
		return WSP_PORT_PUSH;
	if (starts(type, "text/x-vcard") || starts(type, "text/vcard"))
		return JOINED_PORT_CARD;
	if (starts(type, "text/calendar") || starts(type, "text/x-vcalendar"))
		return JOINED_PORT_CALENDAR;
	return parameter(type, "x-port=");
}

/* Pushes come from where connectionless WSP is. */
static unsigned from_port_of(const char *type)
{
	return pushed_takes(type) ? WSP_PORT_SESSIONLESS
				  : parameter(type, "x-source-port=");
}

static const struct part *data_part(const struct message *m)
{
	size_t i;

	for (i = 0; i < m->n_parts; i++)
		if (!m->parts[i].external &&
		    (port_of(m->parts[i].type) != 0 ||
		     starts(m->parts[i].type, "application/octet-stream")))
			return &m->parts[i];
	return NULL;
}

static struct segment_options options_of(const struct departure *d,
					 uint16_t reference)
{
	struct segment_options o = d->manner->write;
	const struct message *m = &d->leg->message;

	o.reference = o.means == SEGMENT_UDH8 ? reference & 0xFF : reference;
	keep_header(m, &o.header);
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
	if (e == ERR_TOOBIG) {
		smpp_no_way(why, OUTCOME_NEVER,
			    "more segments than max-segments");
		why->far_code = ESME_RINVMSGLEN;
		return false;
	}
	return smpp_no_way(why, OUTCOME_NEVER, "cannot be cut into segments");
}

/* Parts that do not go: all but the texts, or but `data` unless NULL. */
static void name_other_parts(struct departure *d, const struct part *data)
{
	const struct message *m = &d->leg->message;
	size_t i;

	for (i = 0; i < m->n_parts; i++)
		if (&m->parts[i] != data &&
		    (data != NULL || !starts(m->parts[i].type, "text/plain")))
			smpp_lost(d, m->parts[i].type);
}

/* Where it goes, unless what came by SMPP says so itself. */
static void put_ports(const struct departure *d, const char *type,
		      struct udh *h)
{
	unsigned port = port_of(type);

	if (h->ports || port == 0 || keep_has(d, SMPP_TLV_DESTINATION_PORT))
		return;
	h->ports = true;
	h->to_port = (uint16_t)port;
	h->from_port = (uint16_t)from_port_of(type);
}

/* The octets of the part on the wire: a push is put together in d->scratch. */
static enum err octets_of(struct departure *d, const struct part *part,
			  struct bytes *out)
{
	enum err e;

	*out = part->body;
	if (!pushed_takes(part->type))
		return OK;
	buf_reset(d->scratch);
	e = pushed_write(part->type, part->body, d->arena, d->scratch);
	*out = buf_bytes(d->scratch);
	return e;
}

static bool plan_data(struct departure *d, struct segment_options *o,
		      struct segment_plan *plan, struct outcome *why)
{
	const struct part *part = data_part(&d->leg->message);
	struct bytes octets;
	enum err e;

	if (part == NULL)
		return smpp_no_way(why, OUTCOME_ADDRESS,
				   "nothing in it that SMS carries");
	name_other_parts(d, part);
	put_ports(d, part->type, &o->header);
	if ((e = octets_of(d, part, &octets)) != OK && e != ERR_NOMEM)
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
	e = gather(&d->leg->message, d->arena, d->scratch, &any);
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
