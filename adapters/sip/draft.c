#include "adapters/sip/draft_inside.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "adapters/sip/body.h"
#include "adapters/sip/intake_map.h"
#include "adapters/sip/smsip_map.h"
#include "codecs/cpim.h"
#include "codecs/cpm_ids.h"
#include "codecs/digest.h"

#define HEADERS_MAX 16384
#define URI_MAX	    1024
#define HOPS	    70

void draft_key(struct draft *d, const char *key)
{
	if (key && d->n_keys < DRAFT_KEYS_MAX)
		d->keys[d->n_keys++] = key;
}

void draft_random(const struct drafting *d, uint8_t out[16])
{
	uint64_t half;
	int i;

	for (i = 0; i < 2; i++) {
		half = d->c->random(d->c->arg);
		memcpy(out + 8 * i, &half, 8);
	}
}

/* -- header values -------------------------------------------------------- */

/* One line without control characters, or it is left out. */
static bool printable(const char *text)
{
	if (!text || !*text)
		return false;
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return false;
	return true;
}

static void put_line(struct buf *to, const char *name, const char *value)
{
	if (printable(value))
		buf_printf(to, "%s: %s\r\n", name, value);
}

static void put_name(struct buf *to, const char *name)
{
	if (!printable(name))
		return;
	buf_u8(to, '"');
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			buf_u8(to, '\\');
		buf_u8(to, (uint8_t)*name);
	}
	buf_text(to, "\" ");
}

static const char *kept(struct drafting *d, struct buf *text)
{
	return buf_status(text) == OK ? arena_string(d->arena, buf_bytes(text))
				      : NULL;
}

struct bytes draft_extra(const struct drafting *d, const char *name)
{
	static const char *const of_recipient[] = { EXTRA_TO, EXTRA_CPIM_TO,
						    EXTRA_GRUU };
	size_t i;

	for (i = 0; d->m->group.kind != ADDRESS_NONE && i < 3; i++)
		if (strcmp(name, of_recipient[i]) == 0)
			return (struct bytes){ 0 };
	return message_extra(d->m, name);
}

/* "Name" <uri>: the URI that came with a message of our own side, else the
 * SIP form of the address. */
static enum err name_addr(struct drafting *d, const char *name,
			  const char *extra, const struct address *a,
			  const char **out)
{
	struct bytes uri = draft_extra(d, extra);
	struct buf text = BUF_INIT(URI_MAX);
	enum err e = OK;

	put_name(&text, name);
	buf_u8(&text, '<');
	if (uri.n > 0)
		buf_put(&text, uri);
	else
		e = address_sip_uri(a, &d->c->config->rules, &text);
	buf_u8(&text, '>');
	if (e == OK) {
		*out = kept(d, &text);
		e = *out ? OK : ERR_NOMEM;
	}
	buf_clear(&text);
	return e;
}

enum err draft_uri(struct drafting *d, const struct address *a,
		   const char **out)
{
	struct buf text = BUF_INIT(URI_MAX);
	enum err e = address_uri(a, &d->c->config->rules, &text);

	if (e == OK) {
		*out = kept(d, &text);
		e = *out ? OK : ERR_NOMEM;
	}
	buf_clear(&text);
	return e;
}

/* A report goes the way back: what was To is From. */
const char *draft_name_of(const struct address *who)
{
	return who->kind == ADDRESS_ALPHA ? who->text : NULL;
}

static enum err put_addresses(struct drafting *d)
{
	const struct address_rules *rules = &d->c->config->rules;
	bool report = d->m->kind == MESSAGE_REPORT;
	const struct address *from =
		report ? &d->m->report.recipient : &d->m->from;
	struct buf text = BUF_INIT(URI_MAX);
	const char *name = report ? NULL : d->m->from_name;
	enum err e;

	if (!report && !name)
		name = draft_name_of(from);
	if (from->kind == ADDRESS_ANONYMOUS)
		name = "Anonymous";
	e = name_addr(d, name, report ? EXTRA_TO : EXTRA_FROM, from,
		      &d->out->from);
	if (e == OK)
		e = name_addr(d, NULL, report ? EXTRA_FROM : EXTRA_TO,
			      &d->leg->to, &d->out->to);
	if (e == OK)
		e = address_sip_uri(&d->leg->to, rules, &text);
	if (e == OK && !report)
		e = arena_copy(d->arena, draft_extra(d, EXTRA_GRUU),
			       &d->out->gruu);
	if (e == OK && d->out->gruu.n > 0) {
		buf_u8(&text, ';');
		buf_put(&text, d->out->gruu);
	}
	if (e == OK) {
		d->out->target = kept(d, &text);
		e = d->out->target ? OK : ERR_NOMEM;
	}
	buf_clear(&text);
	return e;
}

/* -- more headers --------------------------------------------------------- */

/* RFC 3966: the number as tel: and as sip:, then what else is asserted. */
static void put_asserted(struct drafting *d, struct buf *to)
{
	const struct address_rules *rules = &d->c->config->rules;
	const struct message *m = d->m;
	bool another = m->asserted.kind != ADDRESS_NONE &&
		       !address_equal(&m->asserted, &m->from);
	struct buf one = BUF_INIT(URI_MAX);

	if (!d->c->assert_identity || (m->privacy & PRIVACY_ID) ||
	    m->kind == MESSAGE_REPORT || m->from.kind == ADDRESS_ANONYMOUS ||
	    m->from.kind == ADDRESS_NONE)
		return;
	if (address_uri(&m->from, rules, &one) != OK)
		goto out;
	buf_printf(to, "P-Asserted-Identity: <%.*s>", (int)one.n,
		   (const char *)one.p);
	buf_reset(&one);
	if ((another && address_uri(&m->asserted, rules, &one) == OK) ||
	    (!another && m->from.kind == ADDRESS_E164 &&
	     address_sip_uri(&m->from, rules, &one) == OK))
		buf_printf(to, ", <%.*s>", (int)one.n, (const char *)one.p);
	buf_text(to, "\r\n");
out:
	buf_clear(&one);
}

static void put_privacy(const struct message *m, struct buf *to)
{
	static const struct {
		uint8_t bit;
		const char *word;
	} words[] = {
		{ PRIVACY_ID, "id" },
		{ PRIVACY_HEADER, "header" },
		{ PRIVACY_HISTORY, "history" },
		{ PRIVACY_USER, "user" },
		{ PRIVACY_CRITICAL, "critical" },
	};
	const char *separator = "Privacy: ";
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (m->privacy & words[i].bit) {
			buf_printf(to, "%s%s", separator, words[i].word);
			separator = ";";
		}
	if (m->privacy)
		buf_text(to, "\r\n");
}

/*
 * An id that is the same whenever it is made of the same texts, and tells
 * nobody what they are.
 */
static void make_id(const struct drafting *d, const char *what, const char *one,
		    const char *other, char out[CPM_UUID_OCTETS])
{
	struct buf text = BUF_INIT(2 * ADDRESS_TEXT_MAX + 64);
	uint8_t octets[16];
	uint64_t half;
	int i;

	for (i = 0; i < 2; i++) {
		buf_reset(&text);
		buf_printf(&text, "%s %d\n%s\n%s", what, i, one, other);
		half = digest_siphash(d->c->thread_key, buf_bytes(&text));
		memcpy(octets + 8 * i, &half, 8);
	}
	if (buf_status(&text) != OK)
		draft_random(d, octets);
	buf_clear(&text);
	cpm_id_make(octets, out);
}

/*
 * For what began outside CPM: one conversation for each pair of people, so
 * that devices thread it; but who is hidden is not one and the same person.
 */
static void conversation_of(const struct drafting *d, char out[CPM_UUID_OCTETS])
{
	const struct message *m = d->m;
	uint8_t random[16];

	if (m->from.kind != ADDRESS_NONE && m->from.kind != ADDRESS_ANONYMOUS &&
	    (m->privacy & (PRIVACY_ID | PRIVACY_USER)) == 0) {
		make_id(d, "conversation", m->from.text, d->leg->to.text, out);
		return;
	}
	draft_random(d, random);
	cpm_id_make(random, out);
}

/* The trace has it, too. */
static void put_id(struct drafting *d, struct buf *to, const char *name,
		   const char *id)
{
	put_line(to, name, id);
	draft_key(d->out, arena_string(d->arena, bytes_of(id)));
}

static void put_ids(struct drafting *d, struct buf *to)
{
	const struct message *m = d->m;
	char made[CPM_UUID_OCTETS];
	const char *id;

	/* A notification belongs where its message does. */
	if (m->kind == MESSAGE_REPORT) {
		put_line(to, CPM_CONVERSATION_ID,
			 message_id_of(m, ID_CONVERSATION));
		put_line(to, CPM_CONTRIBUTION_ID,
			 message_id_of(m, ID_CONTRIBUTION));
		return;
	}
	if (!(id = message_id_of(m, ID_CONVERSATION))) {
		conversation_of(d, made);
		id = made;
	}
	put_id(d, to, CPM_CONVERSATION_ID, id);
	if (!(id = message_id_of(m, ID_CONTRIBUTION))) {
		make_id(d, "contribution", d->leg->public_id, "", made);
		id = made;
	}
	put_id(d, to, CPM_CONTRIBUTION_ID, id);
	put_line(to, CPM_IN_REPLY_TO_CONTRIBUTION,
		 message_id_of(m, ID_IN_REPLY_TO));
}

/* Date and Expires (RFC 3428 7). */
static void put_times(struct drafting *d, struct buf *to)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)(d->c->now_us / 1000000);
	struct tm t;

	if (!gmtime_r(&now, &t))
		return;
	buf_printf(to, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
		   days + 3 * t.tm_wday, t.tm_mday, months + 3 * t.tm_mon,
		   t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
	if (d->m->once)
		buf_text(to, "Expires: 0\r\n");
	else if (d->m->expires_us > d->c->now_us)
		buf_printf(to, "Expires: %llu\r\n",
			   (unsigned long long)((d->m->expires_us -
						 d->c->now_us + 999999) /
						1000000));
}

static const char *priority_text(enum priority p)
{
	switch (p) {
	case PRIORITY_LOW:
		return "non-urgent";
	case PRIORITY_HIGH:
		return "urgent";
	case PRIORITY_URGENT:
		return "emergency";
	case PRIORITY_NORMAL:
	case PRIORITIES:
		break;
	}
	return NULL;
}

/* That of the body, unless CPIM has it. */
static const char *language_of(const struct message *m)
{
	if (!m->native_type || m->n_parts != 1 ||
	    body_type_is(m->native_type, CPIM_MIME_TYPE))
		return NULL;
	return m->parts[0].language;
}

static enum err put_headers(struct drafting *d)
{
	const char *service = d->m->service, *disposition = NULL;
	struct buf text = BUF_INIT(HEADERS_MAX);
	struct bytes kept_disposition = { 0 };

	if (!printable(service) || d->m->kind == MESSAGE_REPORT)
		service = cpm_service_icsi(CPM_PAGER);
	put_asserted(d, &text);
	put_line(&text, "P-Asserted-Service", service);
	buf_printf(&text, "Accept-Contact: *;%s\r\n",
		   cpm_service_tag(CPM_PAGER));
	put_ids(d, &text);
	put_privacy(d->m, &text);
	put_times(d, &text);
	put_line(&text, "Priority", priority_text(d->m->priority));
	if (d->m->kind == MESSAGE_USER) {
		put_line(&text, "Subject", d->m->subject);
		put_line(&text, "Content-Language", language_of(d->m));
		kept_disposition = message_extra(d->m, EXTRA_DISPOSITION);
	}
	if (kept_disposition.n > 0)
		disposition = arena_string(d->arena, kept_disposition);
	put_line(&text, "Content-Disposition", disposition);
	d->out->headers = kept(d, &text);
	buf_clear(&text);
	return d->out->headers ? OK : ERR_NOMEM;
}

static enum err put_hops(struct drafting *d)
{
	struct bytes text = { 0 };
	uint64_t hops = HOPS;

	if (d->m->kind == MESSAGE_USER)
		text = message_extra(d->m, EXTRA_HOPS);
	if (text.n > 0 && bytes_decimal(text, 255, &hops) != OK)
		hops = HOPS;
	if (text.n > 0 && hops == 0)
		return ERR_RANGE;
	d->out->max_forwards = (unsigned)(text.n > 0 ? hops - 1 : hops);
	return OK;
}

/* What a device without message/cpim is given: the text alone. */
static enum err put_plain(struct drafting *d)
{
	const struct part *text = message_part(d->m, "text/plain");

	if (d->m->kind != MESSAGE_USER || !text || text->external ||
	    strcmp(d->out->type, CPIM_MIME_TYPE) != 0)
		return OK;
	d->out->plain_type = arena_string(d->arena, bytes_of(text->type));
	if (!d->out->plain_type)
		return ERR_NOMEM;
	return arena_copy(d->arena, text->body, &d->out->plain);
}

/* As it came, octet by octet (RFC 3862 allows no change); and its id. */
static enum err put_native(struct drafting *d)
{
	const char *id = message_id_of(d->m, ID_IMDN);

	if (id && !(d->out->message_id = arena_string(d->arena, bytes_of(id))))
		return ERR_NOMEM;
	d->out->type = arena_string(d->arena, bytes_of(d->m->native_type));
	if (!d->out->type)
		return ERR_NOMEM;
	return arena_copy(d->arena, d->m->native, &d->out->body);
}

enum err draft_one_from(const struct draft *d, struct arena *a,
			struct bytes *body)
{
	const char *uri = strrchr(d->from, '<') + 1;
	struct buf text = BUF_INIT(d->body.n + strlen(uri));
	size_t at = (size_t)(d->from_uri.p - d->body.p);
	enum err e;

	if (d->from_uri.n == 0)
		return ERR_UNSUPPORTED;
	buf_put(&text, (struct bytes){ d->body.p, at });
	buf_put(&text, (struct bytes){ (const uint8_t *)uri, strlen(uri) - 1 });
	buf_put(&text, bytes_after(d->body, at + d->from_uri.n));
	e = buf_status(&text);
	if (e == OK)
		e = arena_copy(a, buf_bytes(&text), body);
	buf_clear(&text);
	return e;
}

/*
 * Who is hidden has no address that a notification could go to: it must come
 * to us, by an id of ours (RFC 5438 12.1.1).
 */
static bool hides_reports(const struct drafting *d)
{
	return d->m->from.kind == ADDRESS_ANONYMOUS && !d->leg->native &&
	       (d->m->want & (WANT_POSITIVE | WANT_NEGATIVE | WANT_DISPLAY));
}

/* Only message/cpim can say that it is for a group. */
static bool tells_no_group(const struct message *m)
{
	return m->group.kind != ADDRESS_NONE && m->kind == MESSAGE_USER &&
	       strncasecmp(m->native_type, CPIM_MIME_TYPE,
			   strlen(CPIM_MIME_TYPE)) != 0;
}

enum err draft_make(const struct draft_context *c, const struct leg *leg,
		    struct arena *a, struct draft *out)
{
	struct drafting d = { c, leg, &leg->message, a, out };
	enum err e;

	*out = (struct draft){ 0 };
	out->message_id = arena_string(a, bytes_of(leg->public_id));
	if (!out->message_id)
		return ERR_NOMEM;
	draft_key(out, out->message_id);
	out->is_report = d.m->kind == MESSAGE_REPORT;
	if ((e = draft_shown(&d)) != OK || (e = put_hops(&d)) != OK ||
	    (e = put_addresses(&d)) != OK || (e = put_headers(&d)) != OK)
		return e;
	if (d.m->native.n > 0 && d.m->native_type && !tells_no_group(d.m) &&
	    !hides_reports(&d))
		e = put_native(&d);
	else if (smsip_is_report(d.m))
		e = OK; /* never as a MESSAGE of CPM: no body */
	else if (d.m->kind == MESSAGE_REPORT)
		e = draft_report(&d);
	else
		e = draft_body(&d);
	if (e == OK)
		e = put_plain(&d);
	if (e == OK && out->body.n > c->config->message_maximum)
		e = ERR_TOOBIG;
	if (e == OK)
		e = draft_listed(&d);
	/* Only message/cpim carries the wish for a notification. */
	out->report_follows = d.m->kind == MESSAGE_USER && out->type &&
			      strcmp(out->type, CPIM_MIME_TYPE) == 0 &&
			      (d.m->want & (WANT_POSITIVE | WANT_NEGATIVE |
					    WANT_DISPLAY |
					    WANT_ACKNOWLEDGED)) != 0;
	out->direct = out->report_follows && out->from_uri.n == 0 &&
		      message_id_of(d.m, ID_IMDN) != NULL;
	return e;
}
