#include "adapters/sip/intake_inside.h"

#include <stdio.h>
#include <string.h>

#include "adapters/sip/gruu.h"
#include "codecs/cpm_ids.h"
#include "codecs/timestamp.h"

#define DEDUPE_MAX 1024

_Static_assert(WANT_POSITIVE == (int)IMDN_WANT_POSITIVE &&
		       WANT_NEGATIVE == (int)IMDN_WANT_NEGATIVE &&
		       WANT_DISPLAY == (int)IMDN_WANT_DISPLAY &&
		       WANT_PROCESSING == (int)IMDN_WANT_PROCESSING &&
		       WANT_INTERWORKING == (int)IMDN_WANT_INTERWORKING,
	       "the same bits on both sides");

bool intake_refuse(struct work *w, unsigned status, const char *warning)
{
	w->out->status = status;
	w->out->warning = warning;
	return false;
}

bool intake_no_memory(struct work *w)
{
	return intake_refuse(w, 503, NULL);
}

static const char *keep(struct work *w, struct bytes text)
{
	return text.n > 0 ? arena_string(w->arena, text) : NULL;
}

/* -- addresses ------------------------------------------------------------ */

/* "sip:mary@127.0.0.1:5060" -> the part behind '@'. */
static struct bytes host_of(const char *text)
{
	const char *at = strchr(text, '@');

	return bytes_of(at ? at + 1 : "");
}

static bool is_host_at(const struct sip_config *c, struct bytes host,
		       unsigned port)
{
	char with_port[300];

	(void)snprintf(with_port, sizeof(with_port),
		       strchr(c->address, ':') ? "[%s]:%u" : "%s:%u",
		       c->address, port);
	return bytes_is_nocase(host, with_port);
}

static bool is_own_host(const struct sip_config *c, struct bytes host)
{
	return bytes_is_nocase(host, c->address) ||
	       is_host_at(c, host, c->port) ||
	       (c->tls_port != 0 && is_host_at(c, host, c->tls_port));
}

/* RFC 5630 5.2: who is registered here is so by both kinds of URI. */
static enum err one_scheme(const struct sip_config *c, struct arena *a,
			   struct address *address)
{
	struct buf text = BUF_INIT(ADDRESS_TEXT_MAX);

	if (address->kind != ADDRESS_SIP ||
	    strncmp(address->text, "sips:", 5) != 0 ||
	    config_domain(c, (const char *)host_of(address->text).p))
		return OK;
	buf_printf(&text, "sip:%s", address->text + 5);
	address->text = arena_string(a, buf_bytes(&text));
	buf_clear(&text);
	return address->text ? OK : ERR_NOMEM;
}

enum err address_of_uri(const struct sip_config *c, const char *uri,
			struct arena *a, struct address *out)
{
	struct buf text = BUF_INIT(ADDRESS_TEXT_MAX);
	struct address address;
	struct bytes user;
	enum err e;

	if ((e = address_parse(bytes_of(uri), &c->rules, a, &address)) != OK ||
	    (e = one_scheme(c, a, &address)) != OK)
		return e;
	if (address.kind != ADDRESS_SIP ||
	    !is_own_host(c, host_of(address.text))) {
		*out = address;
		return OK;
	}
	user = (struct bytes){ (const uint8_t *)address.text,
			       strcspn(address.text, "@") };
	buf_put(&text, user);
	buf_printf(&text, "@%s", c->domain);
	e = buf_status(&text);
	if (e == OK)
		e = address_parse(buf_bytes(&text), &c->rules, a, out);
	buf_clear(&text);
	return e;
}

static bool map_recipient(struct work *w)
{
	struct recipient *to = arena_alloc(w->arena, sizeof(*to));
	const struct sip_config *c = w->in->config;
	enum err e;

	if (w->is_list)
		return intake_recipients(w);
	if (!to)
		return intake_no_memory(w);
	w->gruu = gruu_of(w->request->target);
	e = address_of_uri(c, w->request->target, w->arena, &to->address);
	/* sip:cpm.example names the server: the recipient stands in To. */
	if (e != OK && e != ERR_UNSUPPORTED) {
		w->gruu = gruu_of(w->request->to);
		e = address_of_uri(c, w->request->to, w->arena, &to->address);
	}
	if (e == ERR_NOMEM)
		return intake_no_memory(w);
	if (e == ERR_UNSUPPORTED)
		return intake_refuse(w, 416, NULL);
	if (e == ERR_RANGE || e == ERR_TOOBIG)
		return intake_refuse(w, 404, NULL);
	if (e != OK)
		return intake_refuse(w, 400,
				     "no recipient in Request-URI or To");
	to->role = RECIPIENT_TO;
	w->m->recipients = to;
	w->m->n_recipients = 1;
	return true;
}

/* Whoever reads it shall find the From that we have looked at, and no other:
 * neither a second one nor one of another namespace. */
static bool one_from(const struct work *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->cpim.count; i++)
		n += bytes_is_nocase(w->cpim.headers[i].name, "From");
	return n == (w->cpim.from.uri.n > 0);
}

/* From, inside and outside, must be the sender's own (RFC 3325 5). */
static bool map_sender(struct work *w)
{
	const struct identity *s = w->in->sender;
	const struct address_rules *rules = &w->in->config->rules;
	const struct address *sip = s->number.kind ? &s->sip : &s->number;

	if (!identity_has(s, bytes_of(w->request->from), rules, w->arena,
			  &w->hidden))
		return intake_refuse(w, 403, "From is not yours");
	if (w->is_cpim && !one_from(w))
		return intake_refuse(w, 400, "CPIM From");
	if (w->is_cpim && w->cpim.from.uri.n > 0 &&
	    !identity_has(s, w->cpim.from.uri, rules, w->arena, &w->hidden))
		return intake_refuse(w, 403, "CPIM From is not yours");
	if (w->m->privacy & (PRIVACY_ID | PRIVACY_USER))
		w->hidden = true;
	w->m->from = *identity_main(s);
	w->m->asserted = *sip;
	if (w->hidden) {
		w->m->privacy |= PRIVACY_ID;
		w->m->asserted = *identity_main(s);
		w->m->from = (struct address){ ADDRESS_ANONYMOUS, "" };
	}
	return true;
}

/* -- texts ---------------------------------------------------------------- */

/* A display name without its quotes and escapes, or anything that moves the
 * cursor of whoever reads it. */
static const char *plain_name(struct work *w, const char *text)
{
	struct buf name = BUF_INIT(256);
	const char *made = NULL;
	size_t n = text ? strlen(text) : 0, i = 0;

	if (n >= 2 && text[0] == '"' && text[n - 1] == '"') {
		i = 1;
		n--;
	}
	for (; i < n; i++) {
		if (text[i] == '\\' && i + 1 < n)
			i++;
		if ((unsigned char)text[i] >= 0x20 && text[i] != 0x7F)
			buf_u8(&name, (uint8_t)text[i]);
	}
	if (name.n > 0 && buf_status(&name) == OK)
		made = arena_string(w->arena, bytes_trim(buf_bytes(&name)));
	buf_clear(&name);
	return made;
}

static const char *unescaped(struct work *w, struct bytes value)
{
	struct buf text = BUF_INIT(4096);
	const char *made = NULL;

	if (value.n == 0)
		return NULL;
	cpim_unescape(value, &text);
	if (buf_status(&text) == OK)
		made = arena_string(w->arena, buf_bytes(&text));
	buf_clear(&text);
	return made;
}

static enum priority priority_of(const char *text)
{
	if (!text)
		return PRIORITY_NORMAL;
	if (strcasecmp(text, "non-urgent") == 0)
		return PRIORITY_LOW;
	if (strcasecmp(text, "urgent") == 0)
		return PRIORITY_HIGH;
	if (strcasecmp(text, "emergency") == 0)
		return PRIORITY_URGENT;
	return PRIORITY_NORMAL;
}

static uint8_t privacy_of(struct bytes text)
{
	static const struct {
		const char *word;
		uint8_t bit;
	} words[] = {
		{ "id", PRIVACY_ID },
		{ "header", PRIVACY_HEADER },
		{ "history", PRIVACY_HISTORY },
		{ "user", PRIVACY_USER },
		{ "critical", PRIVACY_CRITICAL },
	};
	uint8_t bits = 0;
	struct bytes word;
	size_t end, i;

	while (text.n > 0) {
		end = bytes_find(text, ';');
		word = bytes_trim((struct bytes){ text.p, end });
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (bytes_is_nocase(word, words[i].word))
				bits |= words[i].bit;
		text = bytes_after(text, end + 1);
	}
	return bits;
}

/* -- times ---------------------------------------------------------------- */

static void map_times(struct work *w)
{
	const struct request *r = w->request;
	struct message *m = w->m;
	struct buf text = BUF_INIT(64);
	uint64_t from = w->in->now_us;
	int64_t t;

	m->received_us = w->in->now_us;
	m->submitted_us = w->in->now_us;
	if (w->is_cpim && w->cpim.datetime.n > 0) {
		m->submitted_text = keep(w, w->cpim.datetime);
		if (timestamp_rfc3339_decode(w->cpim.datetime, &t, NULL) ==
			    OK &&
		    t > 0)
			m->submitted_us = (uint64_t)t;
	} else if (timestamp_rfc3339_encode((int64_t)(from / 1000000 * 1000000),
					    0, &text) == OK) {
		m->submitted_text = keep(w, buf_bytes(&text));
	}
	buf_clear(&text);
	if (!r->has_expires)
		return;
	if (r->expires_s == 0) {
		m->once = true;
		return;
	}
	/* RFC 3428 7: from Date on; a clock that is ahead is not believed. */
	if (r->date_us > 0 && r->date_us < from)
		from = r->date_us;
	m->expires_us = from + (uint64_t)r->expires_s * 1000000;
}

/* -- identifiers ---------------------------------------------------------- */

static void add_id(struct work *w, enum id_kind kind, const char *value)
{
	if (value)
		w->m->ids[w->m->n_ids++] =
			(struct message_id){ .kind = kind, .value = value };
}

static const char *valid(const char *id)
{
	return id && cpm_id_valid(bytes_of(id)) ? id : NULL;
}

static bool map_ids(struct work *w)
{
	const struct request *r = w->request;
	struct message *m = w->m;

	m->ids = arena_array(w->arena, 6, sizeof(*m->ids));
	if (!m->ids)
		return intake_no_memory(w);
	if (w->is_cpim && cpm_message_id_valid(w->cpim.message_id))
		add_id(w, ID_IMDN, keep(w, w->cpim.message_id));
	add_id(w, ID_CALL, r->call_id);
	add_id(w, ID_CONVERSATION, valid(r->conversation_id));
	add_id(w, ID_CONTRIBUTION, valid(r->contribution_id));
	add_id(w, ID_IN_REPLY_TO, valid(r->in_reply_to));
	/* The trace of what it tells about shall have it too. */
	if (w->out->kind == MAPPED_IMDN)
		add_id(w, ID_LINKED, keep(w, w->out->imdn.message_id));
	return true;
}

static void add_extra(struct work *w, const char *name, struct bytes value)
{
	if (value.n > 0)
		w->m->extras[w->m->n_extras++] =
			(struct extra){ .name = name, .value = value };
}

static bool map_extras(struct work *w)
{
	size_t routes = w->is_cpim ? w->cpim.record_route_count : 0, i;
	char hops[16];

	if (routes > 32)
		routes = 32;
	w->m->extras = arena_array(w->arena, routes + 8, sizeof(*w->m->extras));
	if (!w->m->extras)
		return intake_no_memory(w);
	if (!w->hidden)
		add_extra(w, EXTRA_FROM, bytes_of(w->request->from));
	/* A list is the To of none of its recipients (RFC 5365 7.2). */
	add_extra(w, w->is_list ? EXTRA_LIST : EXTRA_TO,
		  bytes_of(w->is_list ? "1" : w->request->to));
	add_extra(w, EXTRA_GRUU, w->gruu);
	if (w->is_cpim && !w->hidden)
		add_extra(w, EXTRA_CPIM_FROM, w->cpim.from.uri);
	if (w->is_cpim && w->cpim.to_count > 0 && !w->is_list)
		add_extra(w, EXTRA_CPIM_TO, w->cpim.to[0].uri);
	if (w->request->max_forwards >= 0 && w->request->max_forwards < 70) {
		(void)snprintf(hops, sizeof(hops), "%d",
			       w->request->max_forwards);
		add_extra(w, EXTRA_HOPS, bytes_of(keep(w, bytes_of(hops))));
	}
	if (w->request->disposition)
		add_extra(w, EXTRA_DISPOSITION,
			  bytes_of(w->request->disposition));
	for (i = 0; i < routes; i++)
		add_extra(w, EXTRA_RECORD_ROUTE, w->cpim.record_routes[i].uri);
	return true;
}

/* -- all of it ------------------------------------------------------------ */

static void map_headers(struct work *w)
{
	const struct request *r = w->request;
	struct message *m = w->m;

	m->origin.technology = TECHNOLOGY_CPM;
	m->origin.peer = "cpm";
	m->origin.account = w->in->sender->user;
	m->priority = priority_of(r->priority);
	m->privacy = privacy_of(r->privacy);
	m->service = r->service;
	m->subject = plain_name(w, r->subject);
	m->from_name = plain_name(w, r->from_name);
	if (!m->from_name)
		m->from_name = plain_name(w, w->in->sender->name);
	if (!w->is_cpim)
		return;
	if (w->cpim.subject.n > 0)
		m->subject = unescaped(w, w->cpim.subject);
	m->subject_language = keep(w, w->cpim.subject_language);
	if (w->cpim.from.name.n > 0)
		m->from_name = unescaped(w, w->cpim.from.name);
	m->original_to = keep(w, w->cpim.original_to.uri);
	/* Without an id there is nothing that a report could name; and a
	 * notification asks for none (RFC 5438 7.2.1.1). */
	if (cpm_message_id_valid(w->cpim.message_id))
		m->want = (uint8_t)imdn_want_decode(
			w->cpim.disposition_notification);
}

static bool map_dedupe(struct work *w)
{
	const char *id = message_id_of(w->m, ID_IMDN);
	struct buf key = BUF_INIT(DEDUPE_MAX);
	enum err e;

	buf_printf(&key, "%s\n", identity_main(w->in->sender)->text);
	/* Of several devices the first that tells (RFC 5438 7.2.1). */
	if (w->out->kind == MAPPED_IMDN)
		buf_printf(&key, "\n\n%.*s\n%d\n%s",
			   (int)w->out->imdn.message_id.n,
			   (const char *)w->out->imdn.message_id.p,
			   (int)w->out->imdn.type,
			   w->m->recipients[0].address.text);
	else if (id) /* one message fanned out has one id (RFC 5438 6.3) */
		buf_printf(&key, "%s\n%s", id,
			   w->m->recipients[0].address.text);
	else
		buf_printf(&key, "\n%s\n%s\n%u",
			   w->request->from_tag ? w->request->from_tag : "",
			   w->request->call_id, (unsigned)w->request->cseq);
	e = buf_status(&key);
	if (e == OK)
		e = arena_copy(w->arena, buf_bytes(&key), &w->out->dedupe);
	buf_clear(&key);
	if (e == ERR_TOOBIG)
		return intake_refuse(w, 400, "Call-ID");
	return e == OK ? true : intake_no_memory(w);
}

/* Only a notification finds its way to who is hidden, or has but a name: by the
 * id of the message. */
static bool answers_only(const struct address *to)
{
	return to->kind == ADDRESS_ANONYMOUS || to->kind == ADDRESS_ALPHA;
}

void intake_map(const struct intake_map *in, struct mapped *out)
{
	struct work w = {
		.in = in,
		.arena = in->arena,
		.request = in->request,
		.out = out,
		.m = &out->message,
	};

	*out = (struct mapped){ 0 };
	message_init(w.m);
	if (!intake_open(&w))
		return;
	map_headers(&w);
	if (!map_sender(&w) || !map_recipient(&w) || !intake_body(&w) ||
	    !map_ids(&w) || !map_extras(&w))
		return;
	if (answers_only(&w.m->recipients[0].address) &&
	    out->kind != MAPPED_IMDN) {
		(void)intake_refuse(&w, 404, NULL);
		return;
	}
	if (w.is_list && out->kind != MAPPED_MESSAGE) {
		(void)intake_refuse(&w, 403, "only messages go to a list");
		return;
	}
	map_times(&w);
	if (out->kind != MAPPED_MESSAGE)
		w.m->want = 0;
	(void)map_dedupe(&w);
}
