#include "adapters/sip/intake_inside.h"

#include <string.h>

#include "adapters/sip/body.h"
#include "codecs/inflate.h"

#define PARTS_LIMIT (1024 * 1024)

/* -- bodies --------------------------------------------------------------- */

static bool undo_encoding(struct work *w)
{
	struct buf plain = BUF_INIT(w->in->config->message_maximum);
	const char *encoding = w->request->encoding;
	enum err e;

	w->body = w->request->body;
	if (!encoding || strcasecmp(encoding, "identity") == 0)
		return true;
	if (strcasecmp(encoding, "deflate") != 0 &&
	    strcasecmp(encoding, "gzip") != 0)
		return intake_refuse(w, 415, "Content-Encoding");
	e = inflate_read(w->request->body, &plain);
	if (e == OK)
		e = arena_copy(w->arena, buf_bytes(&plain), &w->body);
	buf_clear(&plain);
	if (e == ERR_TOOBIG)
		return intake_refuse(w, 413, NULL);
	if (e == ERR_NOMEM)
		return intake_no_memory(w);
	return e == OK ? true : intake_refuse(w, 400, "Content-Encoding");
}

static bool read_cpim(struct work *w)
{
	struct fault why = { 0 };
	enum err e;

	if (!w->request->type ||
	    !body_type_is(w->request->type, CPIM_MIME_TYPE))
		return true;
	e = cpim_decode(w->body, w->arena, &w->cpim, &why);
	if (e == ERR_NOMEM)
		return intake_no_memory(w);
	if (e != OK)
		return intake_refuse(w, 400, "message/cpim");
	if (w->cpim.required.n > 0)
		return intake_refuse(w, 400, "CPIM Require: unknown header");
	w->is_cpim = true;
	return true;
}

bool intake_open(struct work *w)
{
	return undo_encoding(w) && intake_list(w) && read_cpim(w);
}

static struct body_source source_of(const struct work *w)
{
	struct body_source s = { 0 };

	if (!w->is_cpim) {
		s.type = bytes_of(w->request->type);
		s.language = bytes_of(w->request->language);
		s.body = w->body;
		return s;
	}
	s.type = header_find(&w->cpim.mime, "Content-Type");
	s.disposition = w->cpim.disposition;
	s.content_id = w->cpim.content_id;
	s.transfer_encoding = w->cpim.transfer_encoding;
	s.language = header_find(&w->cpim.mime, "Content-Language");
	s.body = w->cpim.body;
	return s;
}

static bool keep_parts(struct work *w, const struct body *b)
{
	struct part *to = arena_array(w->arena, b->count, sizeof(*to));
	const struct body_part *p;
	size_t i;

	if (!to && b->count > 0)
		return intake_no_memory(w);
	for (i = 0; i < b->count; i++) {
		p = &b->parts[i];
		to[i].type = p->type;
		to[i].disposition = p->disposition;
		to[i].content_id = p->content_id;
		to[i].name = p->name;
		to[i].language = p->language;
		to[i].body = p->body;
	}
	w->m->parts = to;
	w->m->n_parts = b->count;
	return true;
}

/* The kind that the content makes it. */
static bool look_inside(struct work *w, const struct body *b)
{
	enum err e;

	w->out->kind = MAPPED_MESSAGE;
	if (b->count != 1)
		return true;
	if (body_type_is(b->parts[0].type, "application/im-iscomposing+xml")) {
		w->out->kind = MAPPED_COMPOSING;
		w->m->once = true;
		return true;
	}
	if (!body_type_is(b->parts[0].type, IMDN_MIME_TYPE))
		return true;
	e = imdn_decode(b->parts[0].body, w->arena, &w->out->imdn, NULL);
	if (e == ERR_NOMEM)
		return intake_no_memory(w);
	if (e != OK)
		return intake_refuse(w, 400, "message/imdn+xml");
	w->out->kind = MAPPED_IMDN;
	return true;
}

/*
 * The octets that go on to devices. Who wants to be hidden but has put his
 * name into the CPIM From is hidden there, too (RFC 3428); nothing else is
 * changed (RFC 3862).
 */
static bool keep_native(struct work *w)
{
	struct buf text = BUF_INIT(w->body.n + 128);
	struct bytes line = { 0 };
	bool hidden = false;
	size_t at, i;
	enum err e;

	w->m->native = w->body;
	for (i = 0; w->is_cpim && i < w->cpim.count; i++)
		if (bytes_is(w->cpim.headers[i].name, "From"))
			line = w->cpim.headers[i].raw;
	if (!w->hidden || line.n == 0 || line.p < w->body.p ||
	    (identity_has(w->in->sender, w->cpim.from.uri,
			  &w->in->config->rules, w->arena, &hidden) &&
	     hidden))
		return true;
	at = (size_t)(line.p - w->body.p);
	buf_put(&text, (struct bytes){ w->body.p, at });
	buf_text(&text, "From: Anonymous <sip:anonymous@anonymous.invalid>");
	buf_put(&text, bytes_after(w->body, at + line.n));
	e = buf_status(&text);
	if (e == OK)
		e = arena_copy(w->arena, buf_bytes(&text), &w->m->native);
	buf_clear(&text);
	return e == OK ? true : intake_no_memory(w);
}

bool intake_body(struct work *w)
{
	struct body_source s = source_of(w);
	struct body b;
	enum err e;

	e = body_read(&s, PARTS_LIMIT, w->arena, &b);
	if (e == ERR_NOMEM)
		return intake_no_memory(w);
	if (e == ERR_TOOBIG)
		return intake_refuse(w, 413, NULL);
	if (e == ERR_UNSUPPORTED)
		return intake_refuse(w, 415, "Content-Transfer-Encoding");
	if (e != OK)
		return intake_refuse(w, 400, "body");
	w->m->native_type = w->request->type ? w->request->type : "text/plain";
	return keep_native(w) && keep_parts(w, &b) && look_inside(w, &b);
}
