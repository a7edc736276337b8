#include "adapters/smpp/progress.h"

#include "codecs/field.h"

enum { TAG_REFERENCE = 1, TAG_OF, TAG_WITHOUT, TAG_FAR_ID };

/* Its value: index of the segment in one octet, then the id. */
static enum err read_far_id(struct bytes v, struct arena *a,
			    struct progress *out)
{
	if (v.n < 1 || v.p[0] >= out->of)
		return ERR_MALFORMED;
	out->far_ids[v.p[0]] = arena_string(a, bytes_after(v, 1));
	return out->far_ids[v.p[0]] == NULL ? ERR_NOMEM : OK;
}

static enum err read_of(const struct field *f, struct arena *a,
			struct progress *out, enum err *bad)
{
	uint64_t of = field_value(f, bad);

	if (*bad != OK || of == 0 || of > 255 || out->of != 0)
		return ERR_MALFORMED;
	out->of = (uint8_t)of;
	out->begun = true;
	out->far_ids = arena_array(a, of, sizeof *out->far_ids);
	return out->far_ids == NULL ? ERR_NOMEM : OK;
}

static enum err read_field(const struct field *f, struct arena *a,
			   struct progress *out)
{
	enum err bad = OK;

	switch (f->tag) {
	case TAG_REFERENCE:
		out->reference = (uint16_t)field_value(f, &bad);
		return bad;
	case TAG_OF:
		return read_of(f, a, out, &bad);
	case TAG_WITHOUT:
		out->without = (uint8_t)field_value(f, &bad);
		return bad;
	case TAG_FAR_ID:
		return read_far_id(f->value, a, out);
	default:
		return OK;
	}
}

enum err progress_read(struct bytes in, struct arena *a, struct progress *out)
{
	struct progress p = { 0 };
	struct cursor c = CURSOR(in);
	struct field f;
	enum err e = OK;

	*out = (struct progress){ 0 };
	while (e == OK && field_next(&c, &f))
		e = read_field(&f, a, &p);
	if (e == ERR_NOMEM)
		return e;
	if (e == OK && c.bad == OK)
		*out = p;
	return OK;
}

void progress_write(const struct progress *p, struct buf *to)
{
	unsigned i;
	size_t mark;

	field_number(to, TAG_WITHOUT, p->without);
	if (!p->begun)
		return;
	field_number(to, TAG_REFERENCE, p->reference);
	field_number(to, TAG_OF, p->of);
	for (i = 0; i < p->of; i++) {
		if (!progress_has(p, i))
			continue;
		mark = field_open(to, TAG_FAR_ID);
		buf_u8(to, (uint8_t)i);
		buf_text(to, p->far_ids[i]);
		field_close(to, mark);
	}
}

bool progress_has(const struct progress *p, unsigned i)
{
	return p->begun && i < p->of && p->far_ids[i] != NULL;
}
