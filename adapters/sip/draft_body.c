#include "adapters/sip/draft_inside.h"

#include <stdio.h>
#include <string.h>

#include "adapters/short.h"
#include "adapters/sip/body.h"
#include "adapters/sip/imdn_map.h"
#include "adapters/sip/intake_map.h"
#include "codecs/cpim.h"
#include "codecs/cpm_ids.h"
#include "codecs/timestamp.h"

#define BODY_MAX   (1024 * 1024)
#define ROUTES_MAX 32
#define WANT_HERE                                                              \
	(WANT_POSITIVE | WANT_NEGATIVE | WANT_DISPLAY | WANT_PROCESSING |      \
	 WANT_INTERWORKING)

/* A device that says that it has it is the recipient himself. */
static uint8_t want_of(const struct message *m)
{
	unsigned want = m->want & WANT_HERE;

	if (m->want & WANT_ACKNOWLEDGED)
		want |= WANT_POSITIVE;
	return (uint8_t)want;
}

static enum err keep(struct drafting *d, struct buf *text, struct bytes *out)
{
	enum err e = buf_status(text);

	return e == OK ? arena_copy(d->arena, buf_bytes(text), out) : e;
}

/* When it was written, in the writer's own words if he gave any. */
static enum err datetime(struct drafting *d, uint64_t us, struct bytes *out)
{
	struct buf text = BUF_INIT(64);
	enum err e;

	if (us == 0)
		us = d->c->now_us;
	e = timestamp_rfc3339_encode((int64_t)(us / 1000000 * 1000000), 0,
				     &text);
	if (e == OK)
		e = keep(d, &text, out);
	buf_clear(&text);
	return e;
}

static enum err encode(struct drafting *d, const struct cpim_draft *draft)
{
	struct buf body = BUF_INIT(BODY_MAX);
	enum err e = cpim_encode(draft, &body);

	if (e == OK)
		e = keep(d, &body, &d->out->body);
	buf_clear(&body);
	d->out->type = CPIM_MIME_TYPE;
	return e;
}

/* -- messages of people --------------------------------------------------- */

/* A text that a program at a port of the telephone is to have is not for people
 * to read. */
static enum err for_a_port(const struct drafting *d, struct body_part *part)
{
	unsigned port = short_text_port(d->m);
	char text[128];
	int n;

	if (port == 0 || !body_type_is(part->type, "text/plain"))
		return OK;
	n = snprintf(text, sizeof(text), "%s;x-port=%u", part->type, port);
	if (n < 0 || (size_t)n >= sizeof(text))
		return OK;
	part->disposition = "attachment";
	part->type = arena_string(d->arena, bytes_of(text));
	return part->type ? OK : ERR_NOMEM;
}

/* One part as it is, several as multipart/mixed. */
static enum err content(struct drafting *d, struct cpim_draft *draft)
{
	const struct message *m = d->m;
	struct buf type = BUF_INIT(256), body = BUF_INIT(BODY_MAX);
	struct body_part *parts;
	uint8_t random[16];
	enum err e = OK;
	size_t i;

	parts = arena_array(d->arena, m->n_parts + 1, sizeof(*parts));
	if (!parts)
		return ERR_NOMEM;
	for (i = 0; i < m->n_parts; i++) {
		if (m->parts[i].external)
			return ERR_UNSUPPORTED;
		parts[i] = (struct body_part){
			.type = m->parts[i].type,
			.disposition = m->parts[i].disposition,
			.content_id = m->parts[i].content_id,
			.language = m->parts[i].language,
			.body = m->parts[i].body,
		};
		if ((e = for_a_port(d, &parts[i])) != OK)
			return e;
	}
	if (m->n_parts <= 1) {
		draft->content_type =
			bytes_of(m->n_parts ? parts[0].type
					    : "text/plain;charset=UTF-8");
		draft->disposition = bytes_of(parts[0].disposition);
		draft->body = parts[0].body;
		return OK;
	}
	draft_random(d, random);
	e = body_write(parts, m->n_parts, random, &type, &body);
	if (e == OK)
		e = keep(d, &type, &draft->content_type);
	if (e == OK)
		e = keep(d, &body, &draft->body);
	buf_clear(&type);
	buf_clear(&body);
	return e;
}

static const struct address *sender(const struct drafting *d)
{
	static const struct address hidden = { ADDRESS_ANONYMOUS, "" };

	if (d->m->privacy & (PRIVACY_ID | PRIVACY_USER))
		return &hidden;
	return &d->m->from;
}

/* Where the URI of From stands: the first line of what we write ends so. */
static struct bytes from_uri(struct bytes body, size_t octets)
{
	size_t end = bytes_find(body, '\r');

	return (struct bytes){ body.p + end - 1 - octets, octets };
}

enum err draft_body(struct drafting *d)
{
	const struct message *m = d->m;
	struct cpim_draft draft = {
		.subject = bytes_of(m->subject),
		.subject_language = bytes_of(m->subject_language),
		.message_id = bytes_of(d->leg->public_id),
		.want = want_of(m),
		.original_to.uri = bytes_of(m->original_to),
	};
	struct cpim_party to = { 0 };
	const char *uri;
	enum err e;

	if ((e = draft_uri(d, sender(d), &uri)) != OK)
		return e;
	draft.from.uri = bytes_of(uri);
	draft.from.name = bytes_of(m->from_name ? m->from_name
						: draft_name_of(sender(d)));
	if (sender(d)->kind == ADDRESS_ANONYMOUS)
		draft.from.name = bytes_of("Anonymous");
	if ((e = draft_uri(d, &d->leg->to, &uri)) != OK)
		return e;
	to.uri = bytes_of(uri);
	draft.to = &to;
	draft.to_count = 1;
	if (m->submitted_text)
		draft.datetime = bytes_of(m->submitted_text);
	else
		e = datetime(d, m->submitted_us, &draft.datetime);
	if (e == OK)
		e = content(d, &draft);
	if (e == OK)
		e = encode(d, &draft);
	if (e == OK)
		d->out->from_uri = from_uri(d->out->body, draft.from.uri.n);
	return e;
}

/* -- reports -------------------------------------------------------------- */

/* All IMDN-Record-Route of the message, in their order, as IMDN-Route. */
static enum err routes(struct drafting *d, struct cpim_draft *draft)
{
	struct bytes *to = arena_array(d->arena, ROUTES_MAX, sizeof(*to));
	size_t i, n = 0;

	if (!to)
		return ERR_NOMEM;
	for (i = 0; i < d->m->n_extras && n < ROUTES_MAX; i++)
		if (strcmp(d->m->extras[i].name, EXTRA_RECORD_ROUTE) == 0)
			to[n++] = d->m->extras[i].value;
	draft->routes = to;
	draft->route_count = n;
	if (n == 0)
		return OK;
	d->out->imdn_route = arena_string(d->arena, to[0]);
	return d->out->imdn_route ? OK : ERR_NOMEM;
}

static enum err document(struct drafting *d, struct bytes recipient,
			 struct bytes *out)
{
	struct imdn n = {
		.message_id = bytes_of(message_id_of(d->m, ID_IMDN)),
		.datetime = bytes_of(d->m->submitted_text),
		.recipient_uri = recipient,
		.original_recipient_uri = bytes_of(d->m->original_to),
		.type = imdn_type_of(d->m->report.kind),
	};
	struct buf text = BUF_INIT(16384);
	enum err e = imdn_status_of(&d->m->report, &n.status);

	if (e == OK && n.message_id.n == 0)
		e = ERR_UNSUPPORTED;
	if (e == OK && n.datetime.n == 0)
		e = datetime(d, d->m->submitted_us, &n.datetime);
	if (e == OK)
		e = imdn_encode(&n, &text);
	if (e == OK)
		e = keep(d, &text, out);
	buf_clear(&text);
	return e;
}

/* The URI that the message itself had, else that of the address. */
static enum err party(struct drafting *d, const char *extra,
		      const struct address *a, struct bytes *out)
{
	const char *uri;
	enum err e;

	*out = draft_extra(d, extra);
	if (out->n > 0)
		return OK;
	e = draft_uri(d, a, &uri);
	if (e == OK)
		*out = bytes_of(uri);
	return e;
}

enum err draft_report(struct drafting *d)
{
	struct cpim_draft draft = {
		.message_id = bytes_of(d->leg->public_id),
		.content_type = bytes_of(IMDN_MIME_TYPE),
		.disposition = bytes_of("notification"),
		.with_length = true,
	};
	struct cpim_party to = { 0 };
	enum err e;

	if ((e = party(d, EXTRA_CPIM_TO, &d->m->report.recipient,
		       &draft.from.uri)) != OK ||
	    (e = party(d, EXTRA_CPIM_FROM, &d->leg->to, &to.uri)) != OK)
		return e;
	draft.to = &to;
	draft.to_count = 1;
	if ((e = datetime(d, d->m->report.event_us, &draft.datetime)) != OK ||
	    (e = routes(d, &draft)) != OK ||
	    (e = document(d, draft.from.uri, &draft.body)) != OK)
		return e;
	return encode(d, &draft);
}
