#include "adapters/smpp/progress.h"

#include <string.h>

#include "codecs/field.h"

/* Of legs that wait, on disk: only ever append. */
enum {
	TAG_REFERENCE = 1,
	TAG_OF,
	TAG_WITHOUT,
	TAG_FAR_ID,
	TAG_RAW_ID,
	TAG_SOURCE,
	TAG_DEST,
	TAG_CODING,
	TAG_REGISTERED,
	TAG_FORM,
	TAG_PLAN,
	TAG_PEER,
	TAG_SEGMENT_PEER
};

/* Its value: index of the segment in one octet, then the id. */
static enum err read_id(struct bytes v, struct arena *a, unsigned of,
			const char **ids)
{
	if (v.n < 1 || v.p[0] >= of)
		return ERR_MALFORMED;
	ids[v.p[0]] = arena_string(a, bytes_after(v, 1));
	return ids[v.p[0]] == NULL ? ERR_NOMEM : OK;
}

/* Its value: type of number, plan, then the digits. */
static enum err read_address(struct bytes v, struct smpp_address *out)
{
	if (v.n < 2)
		return ERR_MALFORMED;
	*out = (struct smpp_address){ v.p[0], v.p[1], bytes_after(v, 2) };
	return OK;
}

static enum err read_octet(const struct field *f, uint8_t *out)
{
	enum err bad = OK;

	*out = (uint8_t)field_value(f, &bad);
	return bad;
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
	out->raw_ids = arena_array(a, of, sizeof *out->raw_ids);
	out->peers = arena_array(a, of, sizeof *out->peers);
	return out->far_ids == NULL || out->raw_ids == NULL ||
			       out->peers == NULL
		       ? ERR_NOMEM
		       : OK;
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
		return read_octet(f, &out->without);
	case TAG_FAR_ID:
		return read_id(f->value, a, out->of, out->far_ids);
	case TAG_RAW_ID:
		return read_id(f->value, a, out->of, out->raw_ids);
	case TAG_SEGMENT_PEER:
		return read_id(f->value, a, out->of, out->peers);
	case TAG_PLAN:
		out->plan = field_value(f, &bad);
		return bad;
	case TAG_PEER:
		out->peer = arena_string(a, f->value);
		return out->peer == NULL ? ERR_NOMEM : OK;
	case TAG_SOURCE:
		out->whole = true;
		return read_address(f->value, &out->source);
	case TAG_DEST:
		return read_address(f->value, &out->dest);
	case TAG_CODING:
		return read_octet(f, &out->coding);
	case TAG_REGISTERED:
		return read_octet(f, &out->registered);
	case TAG_FORM:
		return read_octet(f, &out->form);
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

static void put_id(struct buf *to, unsigned tag, unsigned i, const char *id)
{
	size_t mark = field_open(to, tag);

	buf_u8(to, (uint8_t)i);
	buf_text(to, id);
	field_close(to, mark);
}

static void put_address(struct buf *to, unsigned tag,
			const struct smpp_address *a)
{
	size_t mark = field_open(to, tag);

	buf_u8(to, a->ton);
	buf_u8(to, a->npi);
	buf_put(to, a->digits);
	field_close(to, mark);
}

static void write_whole(const struct progress *p, struct buf *to)
{
	put_address(to, TAG_SOURCE, &p->source);
	put_address(to, TAG_DEST, &p->dest);
	field_number(to, TAG_CODING, p->coding);
	field_number(to, TAG_REGISTERED, p->registered);
	field_number(to, TAG_FORM, p->form);
}

static void write_peers(const struct progress *p, struct buf *to)
{
	unsigned i;

	if (p->plan != 0)
		field_number(to, TAG_PLAN, p->plan);
	if (p->peer == NULL)
		return;
	field_text(to, TAG_PEER, p->peer);
	for (i = 0; i < p->of; i++)
		if (progress_has(p, i) && p->peers != NULL &&
		    p->peers[i] != NULL && strcmp(p->peers[i], p->peer) != 0)
			put_id(to, TAG_SEGMENT_PEER, i, p->peers[i]);
}

void progress_write(const struct progress *p, struct buf *to)
{
	unsigned i;

	field_number(to, TAG_WITHOUT, p->without);
	if (!p->begun)
		return;
	field_number(to, TAG_REFERENCE, p->reference);
	field_number(to, TAG_OF, p->of);
	for (i = 0; i < p->of; i++) {
		if (!progress_has(p, i))
			continue;
		put_id(to, TAG_FAR_ID, i, p->far_ids[i]);
	}
	for (i = 0; i < p->of; i++)
		if (progress_has(p, i) &&
		    strcmp(progress_raw_id(p, i), p->far_ids[i]) != 0)
			put_id(to, TAG_RAW_ID, i, progress_raw_id(p, i));
	write_peers(p, to);
	if (p->whole)
		write_whole(p, to);
}

const char *progress_raw_id(const struct progress *p, unsigned i)
{
	if (p->raw_ids != NULL && p->raw_ids[i] != NULL)
		return p->raw_ids[i];
	return p->far_ids[i];
}

const char *progress_peer(const struct progress *p, unsigned i)
{
	return p->peers != NULL && p->peers[i] != NULL ? p->peers[i] : p->peer;
}

bool progress_has(const struct progress *p, unsigned i)
{
	return p->begun && i < p->of && p->far_ids[i] != NULL;
}
