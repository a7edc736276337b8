/*
 * What the SMPP side is made of and what needs no socket: the window, the
 * tickets, passwords, progress, names. Time is an argument.
 */
#include <stdio.h>
#include <string.h>

#include "adapters/smpp/names.h"
#include "adapters/smpp/password.h"
#include "adapters/smpp/progress.h"
#include "adapters/smpp/ticket.h"
#include "adapters/smpp/window.h"
#include "codecs/digest.h"
#include "tests/check.h"

static enum err add(struct window *w, uint32_t sequence)
{
	struct window_item item = { .sequence = sequence, .which = sequence };

	return window_add(w, &item);
}

static void test_window(void)
{
	struct window *w = window_new(3);
	struct window_item item;

	CU_ASSERT_FATAL(w != NULL);
	CU_ASSERT(window_room(w) == 3 && !window_oldest(w, &item));
	/* 1 and 5 fall into one bucket of four. */
	CU_ASSERT(add(w, 1) == OK && add(w, 5) == OK);
	CU_ASSERT(add(w, 5) == ERR_EXISTS);
	CU_ASSERT(add(w, 0x7FFFFFFF) == OK && add(w, 2) == ERR_BUSY);
	CU_ASSERT(window_used(w) == 3 && window_room(w) == 0);
	CU_ASSERT(window_oldest(w, &item) && item.sequence == 1);
	CU_ASSERT(!window_take(w, 9, &item));
	CU_ASSERT(window_take(w, 5, &item) && item.which == 5);
	CU_ASSERT(!window_take(w, 5, &item));
	CU_ASSERT(add(w, 2) == OK);
	CU_ASSERT(window_take(w, 1, &item));
	CU_ASSERT(window_oldest(w, &item) && item.sequence == 0x7FFFFFFF);
	CU_ASSERT(window_take(w, 2, &item));
	CU_ASSERT(window_take(w, 0x7FFFFFFF, &item));
	CU_ASSERT(window_used(w) == 0 && !window_oldest(w, &item));
	window_free(w);
}

/* Whatever the order of the answers, the oldest is the one sent first. */
static void test_window_order(void)
{
	struct window *w = window_new(100);
	struct window_item item;
	uint32_t i, x = 12345, alive[100], n = 0, next = 1, k;

	CU_ASSERT_FATAL(w != NULL);
	for (i = 0; i < 100000; i++) {
		x = x * 1664525 + 1013904223;
		if (n < 100 && (x >> 16) % 3 != 0) {
			CU_ASSERT_FATAL(add(w, next) == OK);
			alive[n++] = next++;
		} else if (n > 0) {
			k = (x >> 8) % n;
			CU_ASSERT_FATAL(window_take(w, alive[k], &item));
			memmove(&alive[k], &alive[k + 1],
				(n - k - 1) * sizeof alive[0]);
			n--;
		}
		CU_ASSERT_FATAL(window_used(w) == n);
		if (n > 0)
			CU_ASSERT_FATAL(window_oldest(w, &item) &&
					item.sequence == alive[0]);
	}
	window_free(w);
}

/* It grows while it is used and is small again afterwards. */
static void test_window_memory(void)
{
	struct window *w;
	struct window_item item;
	uint32_t i;

	for (i = 1; i <= 3; i++) {
		mem_fail_at(i);
		CU_ASSERT(window_new(1000) == NULL);
	}
	mem_fail_at(0);
	w = window_new(1000);
	CU_ASSERT_FATAL(w != NULL);
	for (i = 1; i <= 16; i++)
		CU_ASSERT(add(w, i) == OK);
	for (i = 1; i <= 2; i++) {
		mem_fail_at(i);
		CU_ASSERT(add(w, 17) == ERR_NOMEM);
	}
	mem_fail_at(0);
	CU_ASSERT(window_used(w) == 16 && window_room(w) == 984);
	for (i = 17; i <= 1000; i++)
		CU_ASSERT(add(w, i) == OK);
	CU_ASSERT(add(w, i) == ERR_BUSY);
	for (i = 1; i < 1000; i++)
		CU_ASSERT(window_oldest(w, &item) && item.which == i &&
			  window_take(w, i, &item) && item.which == i);
	mem_fail_at(1);
	CU_ASSERT(window_take(w, 1000, &item) && item.which == 1000);
	mem_fail_at(0);
	for (i = 1; i <= 1000; i++)
		CU_ASSERT(add(w, i) == OK);
	for (i = 1000; i > 0; i--)
		CU_ASSERT(window_take(w, i, &item) && item.which == i);
	CU_ASSERT(window_used(w) == 0 && !window_oldest(w, &item));
	CU_ASSERT(add(w, 7) == OK && window_take(w, 7, &item));
	window_free(w);
}

static void test_tickets(void)
{
	struct tickets t = { 0 };
	struct ticket_list a = { .owner = &a }, b = { .owner = &b };
	uint64_t ref[600];
	struct ticket k;
	unsigned i;

	CU_ASSERT(!ticket_close(&t, 0, &k) && !ticket_close(&t, 7, &k));
	for (i = 0; i < 600; i++)
		ref[i] = ticket_open(&t, i % 2 ? &a : &b, i, 4);
	CU_ASSERT(a.count == 300 && b.count == 300);
	CU_ASSERT(ticket_close(&t, ref[1], &k) && k.sequence == 1);
	CU_ASSERT(k.list == &a && k.command_id == 4 && a.count == 299);
	CU_ASSERT(!ticket_close(&t, ref[1], &k));
	/* Its place is used again, its reference is not. */
	CU_ASSERT(ticket_open(&t, &a, 9, 4) != ref[1]);
	ticket_abandon(&t, &b);
	CU_ASSERT(b.count == 0);
	CU_ASSERT(ticket_close(&t, ref[2], &k) && k.list == NULL);
	for (i = 3; i < 600; i += 2)
		CU_ASSERT(ticket_close(&t, ref[i], &k));
	CU_ASSERT(a.count == 1);
	tickets_clear(&t);
	mem_fail_at(1);
	CU_ASSERT(ticket_open(&t, &b, 1, 4) == 0);
	mem_fail_at(0);
}

static void test_password(void)
{
	struct bytes pieces[] = { bytes_of("NaCl"), bytes_of("secret1") };
	uint8_t value[DIGEST_SHA256_OCTETS];
	char hash[128];
	size_t n, i;

	CU_ASSERT(digest_of(DIGEST_SHA256, pieces, 2, value) == OK);
	n = (size_t)snprintf(hash, sizeof hash, "$sha256$NaCl$");
	for (i = 0; i < sizeof value; i++)
		n += (size_t)snprintf(hash + n, sizeof hash - n, "%02X",
				      value[i]);
	CU_ASSERT(password_good(hash, bytes_of("secret1")));
	CU_ASSERT(!password_good(hash, bytes_of("secret2")));
	CU_ASSERT(!password_good(hash, bytes_of("")));
	CU_ASSERT(!password_good(NULL, bytes_of("secret1")));
	CU_ASSERT(!password_good("secret1", bytes_of("secret1")));
	CU_ASSERT(!password_good("$sha256$", bytes_of("")));
	for (; n > 0; n--) {
		hash[n - 1] = 0;
		CU_ASSERT(!password_good(hash, bytes_of("secret1")));
	}
	/* Even where that is the hash of nothing. */
	CU_ASSERT(digest_of(DIGEST_SHA256, pieces, 1, value) == OK);
	n = (size_t)snprintf(hash, sizeof hash, "$sha256$NaCl$");
	for (i = 0; i < sizeof value; i++)
		n += (size_t)snprintf(hash + n, sizeof hash - n, "%02x",
				      value[i]);
	CU_ASSERT(!password_good(hash, bytes_of("")));
}

static void test_progress(void)
{
	static const char *ids[] = { "A1", NULL, "" };
	static const char *raws[] = { "0xa1", NULL, "" };
	struct progress p = { .begun = true,
			      .reference = 513,
			      .of = 3,
			      .without = 9,
			      .far_ids = ids,
			      .raw_ids = raws,
			      .whole = true,
			      .source = { 5, 0, bytes_of("Shop") },
			      .dest = { 1, 1, bytes_of("15550200001") },
			      .coding = 8,
			      .registered = 0x11,
			      .form = 14 };
	struct progress q;
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(256);
	struct bytes in;
	unsigned i;

	progress_write(&p, &b);
	CU_ASSERT(progress_read(buf_bytes(&b), a, &q) == OK);
	CU_ASSERT(q.begun && q.reference == 513 && q.of == 3 && q.without == 9);
	CU_ASSERT(progress_has(&q, 0) && !progress_has(&q, 1));
	CU_ASSERT(progress_has(&q, 2) && !progress_has(&q, 3));
	CU_ASSERT_STRING_EQUAL(q.far_ids[0], "A1");
	CU_ASSERT_STRING_EQUAL(progress_raw_id(&q, 0), "0xa1");
	CU_ASSERT_STRING_EQUAL(progress_raw_id(&q, 2), "");
	CU_ASSERT(q.whole && q.coding == 8 && q.registered == 0x11);
	CU_ASSERT(q.form == 14 && q.source.ton == 5 && q.source.npi == 0);
	CU_ASSERT(bytes_is(q.source.digits, "Shop"));
	CU_ASSERT(q.dest.ton == 1 && q.dest.npi == 1);
	CU_ASSERT(bytes_is(q.dest.digits, "15550200001"));
	/* Any octets are read; what is none says nothing. */
	for (in = buf_bytes(&b); in.n > 0; in.n--)
		CU_ASSERT(progress_read((struct bytes){ in.p, in.n - 1 }, a,
					&q) == OK);
	for (i = 1; i < 8; i++) {
		mem_fail_at(i);
		arena_reset(a);
		CU_ASSERT(progress_read(buf_bytes(&b), a, &q) == OK ||
			  !q.begun);
		mem_fail_at(0);
	}
	buf_reset(&b);
	progress_write(&(struct progress){ 0 }, &b);
	CU_ASSERT(b.n == 0);
	buf_clear(&b);
	arena_free(a);
}

static void test_names(void)
{
	struct names t = { .key = "key" };
	static struct name_entry e[500];
	static char text[500][8];
	unsigned i;

	CU_ASSERT(names_find(&t, bytes_of("n1")) == NULL);
	for (i = 0; i < 500; i++) {
		snprintf(text[i], sizeof text[i], "n%u", i);
		e[i] = (struct name_entry){ .name = text[i], .thing = &e[i] };
		CU_ASSERT(names_add(&t, &e[i]) == OK);
	}
	for (i = 0; i < 500; i += 2)
		names_remove(&t, &e[i]);
	for (i = 0; i < 500; i++)
		CU_ASSERT(names_find(&t, bytes_of(text[i])) ==
			  (i % 2 ? &e[i] : NULL));
	names_clear(&t);
}

static const struct check_test tests[] = {
	{ "window", test_window },
	{ "the oldest of a window", test_window_order },
	{ "memory of a window", test_window_memory },
	{ "tickets", test_tickets },
	{ "passwords", test_password },
	{ "progress", test_progress },
	{ "names", test_names },
	{ NULL, NULL }
};

CHECK_MAIN("smpp parts", tests)
