#include <stdalign.h>
#include <string.h>

#include "tests/check.h"
#include "tests/gateway/link_values.h"

/* Room for any of the structures. */
union room {
	max_align_t align;
	char octets[LINK_VALUE_MAX];
};

static void test_round_trips(void)
{
	const struct link_value *v;
	struct arena *a = arena_new(NOTICE_IMAGE_MAX);
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);
	struct buf again = BUF_INIT(NOTICE_IMAGE_MAX);
	union room back;

	for (v = link_values(); v->name != NULL; v++) {
		buf_reset(&b);
		buf_reset(&again);
		ROW(v, v->size <= sizeof back);
		ROW(v, v->image(v->full, &b) == OK && b.n > 0);
		ROW(v, v->read(buf_bytes(&b), a, &back) == OK);
		ROW(v, v->image(&back, &again) == OK);
		ROW(v, bytes_equal(buf_bytes(&b), buf_bytes(&again)));
	}
	buf_clear(&b);
	buf_clear(&again);
	arena_free(a);
}

static void test_every_prefix(void)
{
	const struct link_value *v;
	struct arena *a = arena_new(NOTICE_IMAGE_MAX);
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);
	union room back;
	enum err e;

	for (v = link_values(); v->name != NULL; v++) {
		struct bytes cut;

		buf_reset(&b);
		ROW(v, v->image(v->full, &b) == OK);
		cut = buf_bytes(&b);
		for (cut.n = 0; cut.n < b.n; cut.n++) {
			arena_reset(a);
			e = v->read(cut, a, &back);
			ROW(v, e == OK || e == ERR_MORE);
		}
		buf_text(&b, "\x7F\x01?");
		ROW(v, v->read(buf_bytes(&b), a, &back) == OK);
		buf_text(&b, "\x7F");
		ROW(v, v->read(buf_bytes(&b), a, &back) == ERR_MORE);
	}
	buf_clear(&b);
	arena_free(a);
}

static void fails_at(const struct link_value *v, struct bytes image)
{
	enum err e = ERR_NOMEM;
	struct arena *a;
	union room back;
	unsigned long n;

	for (n = 1; e == ERR_NOMEM && n < 20; n++) {
		a = arena_new(NOTICE_IMAGE_MAX);
		mem_fail_at(n);
		e = v->read(image, a, &back);
		mem_fail_at(0);
		arena_free(a);
	}
	ROW(v, e == OK);
}

static void test_memory_ends(void)
{
	const struct link_value *v;
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);

	for (v = link_values(); v->name != NULL; v++) {
		buf_clear(&b);
		mem_fail_at(1);
		ROW(v, v->image(v->full, &b) == ERR_NOMEM);
		mem_fail_at(0);
		buf_clear(&b);
		ROW(v, v->image(v->full, &b) == OK);
		fails_at(v, buf_bytes(&b));
	}
	buf_clear(&b);
}

/* What only some of them know. */
static const struct row {
	const char *name, *of, *hex;
	enum err want;
} rows[] = {
	{ "no name", "hello", "02 01 31", ERR_MORE },
	{ "a name alone", "hello", "01 01 61", OK },
	{ "key of 15 octets", "welcome",
	  "01 0F 000000000000000000000000000000", ERR_MALFORMED },
	{ "id of 22", "accepted",
	  "02 16 30313233343536373839303132333435363738393031", OK },
	{ "id of 23", "accepted",
	  "02 17 3031323334353637383930313233343536373839303132",
	  ERR_MALFORMED },
	{ "id with NUL", "accepted", "02 03 30 00 31", ERR_MALFORMED },
	{ "duplicate is 2", "accepted", "03 01 02", ERR_MALFORMED },
	{ "part 2 of 3", "intake", "01 00 04 06 02 01 02 03 01 03", OK },
	{ "part 3 of 2", "intake", "01 00 04 06 02 01 03 03 01 02",
	  ERR_MALFORMED },
	{ "part 0 of 2", "intake", "01 00 04 03 03 01 02", ERR_MALFORMED },
	{ "part 9 of none", "intake", "01 00 04 03 02 01 09", OK },
	{ "lookup of kind 0", "lookup", "01 00 02 01 61", ERR_MALFORMED },
	{ "lookup of kind 4", "lookup", "01 01 04 02 01 61", ERR_MALFORMED },
	{ "lookup of kind 1", "lookup", "01 01 01 02 01 61", OK },
	{ "report of two kinds", "far_report", "01 00 02 00 05 01 03",
	  ERR_MALFORMED },
	{ "report by nobody", "far_report", "01 00 02 00 04 01 00",
	  ERR_MALFORMED },
};

static void test_octets(void)
{
	struct arena *a = arena_new(NOTICE_IMAGE_MAX);
	const struct link_value *v;
	union room back;
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		for (v = link_values(); strcmp(v->name, r->of) != 0; v++)
			;
		ROW(r, v->read(check_unhex(r->hex, raw, sizeof raw), a,
			       &back) == r->want);
	}
	arena_free(a);
}

static const struct check_test tests[] = {
	{ "round trips", test_round_trips },
	{ "every prefix", test_every_prefix },
	{ "memory ends", test_memory_ends },
	{ "octets", test_octets },
	{ NULL, NULL }
};

CHECK_MAIN("adapter", tests)
