/*
 * codecs/cpim.h: slices lie in the input; what is inserted is found and
 * nothing else changes; what is written again reads the same.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/cpim.h"
#include "codecs/imdn.h"

static void inside(struct bytes in, struct bytes slice)
{
	MUST(slice.n == 0 || (slice.p >= in.p && slice.n <= in.n &&
			      slice.p + slice.n <= in.p + in.n));
}

static struct bytes plain(struct bytes value, struct arena *a)
{
	struct buf b = BUF_INIT(1 << 20);
	struct bytes out;

	cpim_unescape(value, &b);
	MUST(buf_status(&b) == OK);
	MUST(arena_copy(a, buf_bytes(&b), &out) == OK);
	buf_clear(&b);
	return out;
}

/* Blanks at both ends of a line cannot be kept (RFC 3862 2.2). */
static bool has_outer_blank(struct bytes text)
{
	return text.n > 0 && (text.p[0] == ' ' || text.p[text.n - 1] == ' ');
}

static void rewrite(const struct cpim *c, struct arena *a)
{
	struct cpim_party from = { plain(c->from.name, a), c->from.uri };
	struct cpim_draft d = {
		.from = from,
		.to = &from,
		.to_count = 1,
		.datetime = c->datetime,
		.subject = plain(c->subject, a),
		.subject_language = c->subject_language,
		.message_id = c->message_id,
		.want = imdn_want_decode(c->disposition_notification),
		.content_type = c->type.full.value,
		.body = c->body,
	};
	struct buf b = BUF_INIT(2 << 20);
	struct cpim back;

	if (has_outer_blank(d.subject))
		d.subject.n = 0;
	if (cpim_encode(&d, &b) == OK) {
		MUST(cpim_decode(buf_bytes(&b), a, &back, NULL) == OK);
		MUST(bytes_equal(back.from.uri, from.uri));
		MUST(bytes_equal(plain(back.from.name, a), from.name));
		MUST(bytes_equal(back.to[0].uri, from.uri));
		MUST(bytes_equal(back.datetime, d.datetime));
		MUST(bytes_equal(plain(back.subject, a), d.subject));
		MUST(bytes_equal(back.message_id, d.message_id));
		MUST(imdn_want_decode(back.disposition_notification) == d.want);
		MUST(bytes_equal(back.body, d.body));
	}
	buf_clear(&b);
}

static void insert(struct bytes in, const struct cpim *c, struct arena *a)
{
	struct buf b = BUF_INIT(1 << 20), back = BUF_INIT(1 << 20);
	struct bytes uri = bytes_of("sip:gw@fuzz");
	struct cpim with;
	size_t front = 0, tail;
	enum err e;

	MUST(cpim_insert(in, "IMDN-Record-Route", uri, a, &b) == OK);
	while (front < in.n && b.p[front] == in.p[front])
		front++;
	tail = in.n - front;
	MUST(memcmp(b.p + b.n - tail, in.p + front, tail) == 0);
	e = cpim_decode(buf_bytes(&b), a, &with, NULL);
	MUST(e == OK || e == ERR_TOOBIG);
	if (e == OK) {
		MUST(with.record_route_count == c->record_route_count + 1);
		MUST(bytes_equal(with.record_routes[0].uri, uri));
		MUST(bytes_equal(with.body, c->body));
		MUST(cpim_remove(buf_bytes(&b), "IMDN-Record-Route", a,
				 &back) == OK);
		MUST(back.n < b.n && back.n >= in.n);
	}
	buf_clear(&b);
	buf_clear(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16 << 20);
	struct bytes in = { data, size };
	struct cpim c;
	size_t i;

	MUST(a != NULL);
	if (cpim_decode(in, a, &c, NULL) == OK) {
		inside(in, c.body);
		inside(in, c.entity);
		inside(in, c.subject);
		inside(in, c.required);
		for (i = 0; i < c.count; i++) {
			inside(in, c.headers[i].raw);
			inside(c.headers[i].raw, c.headers[i].value);
		}
		rewrite(&c, a);
		insert(in, &c, a);
	}
	plain(in, a);
	arena_free(a);
	return 0;
}
