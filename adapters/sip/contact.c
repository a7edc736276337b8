#include "adapters/sip/contact.h"

#include "codecs/field.h"

/* On disk: only ever append. */
enum {
	TAG_VERSION = 1,
	TAG_USER,
	TAG_NUMBER,
	TAG_DOMAIN,
	TAG_KEY,
	TAG_URI,
	TAG_INSTANCE,
	TAG_REG_ID,
	TAG_Q,
	TAG_FEATURES,
	TAG_PATH,
	TAG_ROUTE,
	TAG_CALL_ID,
	TAG_CSEQ,
	TAG_EXPIRES,
	TAG_STREAM,
	TAG_CORE
};

#define VERSION 1

enum err contact_image(const struct contact *c, struct buf *to)
{
	field_number(to, TAG_VERSION, VERSION);
	field_text(to, TAG_USER, c->user);
	field_text(to, TAG_NUMBER, c->number);
	field_text(to, TAG_DOMAIN, c->domain);
	field_text(to, TAG_KEY, c->key);
	field_text(to, TAG_URI, c->uri);
	field_text(to, TAG_INSTANCE, c->instance);
	field_text(to, TAG_REG_ID, c->reg_id);
	field_text(to, TAG_Q, c->q);
	field_text(to, TAG_FEATURES, c->features);
	field_text(to, TAG_PATH, c->path);
	field_text(to, TAG_ROUTE, c->route);
	field_text(to, TAG_CALL_ID, c->call_id);
	field_number(to, TAG_CSEQ, c->cseq);
	field_number(to, TAG_EXPIRES, c->expires_us);
	field_number(to, TAG_STREAM, c->stream);
	field_number(to, TAG_CORE, c->core);
	return buf_status(to);
}

static const char **text_of(struct contact *c, unsigned tag)
{
	switch (tag) {
	case TAG_USER:
		return &c->user;
	case TAG_NUMBER:
		return &c->number;
	case TAG_DOMAIN:
		return &c->domain;
	case TAG_KEY:
		return &c->key;
	case TAG_URI:
		return &c->uri;
	case TAG_INSTANCE:
		return &c->instance;
	case TAG_REG_ID:
		return &c->reg_id;
	case TAG_Q:
		return &c->q;
	case TAG_FEATURES:
		return &c->features;
	case TAG_PATH:
		return &c->path;
	case TAG_ROUTE:
		return &c->route;
	case TAG_CALL_ID:
		return &c->call_id;
	default:
		return NULL;
	}
}

static void number_of(struct contact *c, const struct field *f, enum err *bad)
{
	uint64_t v = field_value(f, bad);

	if (f->tag == TAG_CSEQ)
		c->cseq = (uint32_t)v;
	else if (f->tag == TAG_EXPIRES)
		c->expires_us = v;
	else if (f->tag == TAG_STREAM)
		c->stream = v != 0;
	else if (f->tag == TAG_CORE)
		c->core = v != 0;
	else if (f->tag == TAG_VERSION && v != VERSION)
		*bad = ERR_UNSUPPORTED;
}

enum err contact_read(struct bytes image, struct arena *a, struct contact *out)
{
	struct cursor c = CURSOR(image);
	struct contact v = { 0 };
	struct field f;
	const char **text;
	enum err bad = OK;

	while (bad == OK && field_next(&c, &f)) {
		text = text_of(&v, f.tag);
		if (!text)
			number_of(&v, &f, &bad);
		else if (!(*text = arena_string(a, f.value)))
			bad = ERR_NOMEM;
	}
	if (bad == OK)
		bad = c.bad;
	if (bad == OK && (!v.user || !v.key || !v.uri || !v.call_id))
		bad = ERR_MALFORMED;
	if (bad == OK)
		*out = v;
	return bad;
}

enum err contact_copy(const struct contact *c, struct arena *a,
		      struct contact *out)
{
	struct contact v = *c;
	const char **text;
	unsigned tag;

	for (tag = TAG_USER; tag <= TAG_CALL_ID; tag++) {
		text = text_of(&v, tag);
		if (text && *text &&
		    !(*text = arena_string(a, bytes_of(*text))))
			return ERR_NOMEM;
	}
	*out = v;
	return OK;
}
