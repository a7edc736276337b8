/*
 * adapters/sip: SIP status <-> outcome (RFC 3261 21, RFC 3428), and the small
 * rooms that everything goes through: answers, slots, targets, contacts.
 */
#include <stdio.h>
#include <string.h>

#include "adapters/sip/answers.h"
#include "adapters/sip/contact.h"
#include "adapters/sip/targets.h"
#include "adapters/sip/failures.h"
#include "adapters/sip/sip_map.h"
#include "adapters/sip/slots.h"
#include "tests/check.h"

static const struct outcome_row {
	const char *name;
	unsigned sip;
	bool own;
	uint32_t retry_after_s;
	bool report;
	unsigned attempt;
	enum outcome_class class;
	enum delivery_state state;
} outcome_rows[] = {
	{ "200", 200, false, 0, false, 1, OUTCOME_DELIVERED, STATE_DELIVERED },
	{ "200, report to come", 200, false, 0, true, 1, OUTCOME_ACCEPTED,
	  STATE_NONE },
	{ "202", 202, false, 0, false, 1, OUTCOME_ACCEPTED, STATE_NONE },
	{ "302", 302, false, 0, false, 1, OUTCOME_ADDRESS,
	  STATE_UNDELIVERABLE },
	{ "400", 400, false, 0, false, 1, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "402", 402, false, 0, false, 1, OUTCOME_NEVER, STATE_REJECTED },
	{ "403", 403, false, 0, false, 1, OUTCOME_NEVER, STATE_REJECTED },
	{ "404", 404, false, 0, false, 1, OUTCOME_ADDRESS,
	  STATE_UNDELIVERABLE },
	{ "405", 405, false, 0, false, 1, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "410", 410, false, 0, false, 1, OUTCOME_ADDRESS,
	  STATE_UNDELIVERABLE },
	{ "413", 413, false, 0, false, 1, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "415", 415, false, 0, false, 1, OUTCOME_NEVER, STATE_UNRECOGNISED },
	{ "433", 433, false, 0, false, 1, OUTCOME_NEVER, STATE_REJECTED },
	{ "480", 480, false, 0, false, 1, OUTCOME_ABSENT, STATE_NONE },
	{ "482", 482, false, 0, false, 1, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "484", 484, false, 0, false, 1, OUTCOME_ADDRESS,
	  STATE_UNDELIVERABLE },
	{ "486", 486, false, 0, false, 1, OUTCOME_LATER, STATE_NONE },
	{ "491", 491, false, 0, false, 1, OUTCOME_LATER, STATE_NONE },
	{ "499", 499, false, 0, false, 1, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "500", 500, false, 0, false, 1, OUTCOME_LATER, STATE_NONE },
	{ "501", 501, false, 0, false, 1, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "503", 503, false, 9, false, 1, OUTCOME_LATER, STATE_NONE },
	{ "513", 513, false, 0, false, 1, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "580", 580, false, 0, false, 1, OUTCOME_LATER, STATE_NONE },
	{ "600", 600, false, 0, false, 1, OUTCOME_NEVER, STATE_REJECTED },
	{ "603, later", 603, false, 5, false, 1, OUTCOME_LATER, STATE_NONE },
	{ "603, once more is enough", 603, false, 5, false, 2, OUTCOME_NEVER,
	  STATE_REJECTED },
	{ "604", 604, false, 0, false, 1, OUTCOME_ADDRESS,
	  STATE_UNDELIVERABLE },
	{ "699", 699, false, 0, false, 1, OUTCOME_NEVER, STATE_REJECTED },
	{ "no answer", 408, true, 0, false, 1, OUTCOME_ABSENT, STATE_NONE },
	{ "no connection", 503, true, 0, false, 1, OUTCOME_ABSENT, STATE_NONE },
	{ "nonsense", 999, false, 0, false, 1, OUTCOME_NEVER,
	  STATE_UNDELIVERABLE },
};

static void test_outcome(void)
{
	struct sip_result r;
	struct outcome o;
	size_t i;

	for (i = 0; i < sizeof(outcome_rows) / sizeof(outcome_rows[0]); i++) {
		r = (struct sip_result){
			.status = outcome_rows[i].sip,
			.own = outcome_rows[i].own,
			.retry_after_s = outcome_rows[i].retry_after_s,
		};
		outcome_of_sip(&r, outcome_rows[i].report,
			       outcome_rows[i].attempt, &o);
		ROW(&outcome_rows[i], o.class == outcome_rows[i].class);
		ROW(&outcome_rows[i], o.state == outcome_rows[i].state);
		ROW(&outcome_rows[i], o.far_code == outcome_rows[i].sip);
		ROW(&outcome_rows[i], o.clause != NULL);
	}
}

static const struct status_row {
	const char *name;
	struct outcome o;
	unsigned code;
	uint32_t retry_after_s;
} status_rows[] = {
	{ "stored", { .class = OUTCOME_ACCEPTED }, 202, 0 },
	{ "delivered", { .class = OUTCOME_DELIVERED }, 200, 0 },
	{ "far 200", { .class = OUTCOME_ACCEPTED, .far_code = 200 }, 200, 0 },
	{ "SMSC's ok", { .class = OUTCOME_ACCEPTED, .far_code = 0 }, 202, 0 },
	{ "no route", { .class = OUTCOME_ADDRESS }, 404, 0 },
	{ "absent", { .class = OUTCOME_ABSENT }, 480, 0 },
	{ "later", { .class = OUTCOME_LATER }, 503, 5 },
	{ "later, soon",
	  { .class = OUTCOME_LATER, .retry_after_ms = 1 },
	  503,
	  1 },
	{ "link", { .class = OUTCOME_LINK }, 503, 5 },
	{ "unanswered", { .class = OUTCOME_UNANSWERED }, 504, 0 },
	{ "refused",
	  { .class = OUTCOME_NEVER, .state = STATE_REJECTED },
	  403,
	  0 },
	{ "not understood",
	  { .class = OUTCOME_NEVER, .state = STATE_UNRECOGNISED },
	  415,
	  0 },
	{ "too late",
	  { .class = OUTCOME_NEVER, .state = STATE_EXPIRED },
	  480,
	  0 },
	{ "never", { .class = OUTCOME_NEVER }, 500, 0 },
	{ "too long for SMS (6.1)",
	  { .class = OUTCOME_NEVER, .far_code = 0x01 },
	  413,
	  0 },
	{ "sender barred (6.1)",
	  { .class = OUTCOME_NEVER, .far_code = 0x0A },
	  403,
	  0 },
	{ "bad data coding (6.1)",
	  { .class = OUTCOME_NEVER, .far_code = 0x104 },
	  415,
	  0 },
	{ "vendor's (6.1)",
	  { .class = OUTCOME_NEVER, .far_code = 0x400 },
	  500,
	  0 },
	{ "far 603", { .class = OUTCOME_NEVER, .far_code = 603 }, 603, 0 },
	{ "never 408", { .class = OUTCOME_ABSENT, .far_code = 408 }, 480, 0 },
	{ "never a redirection",
	  { .class = OUTCOME_ADDRESS, .far_code = 302 },
	  480,
	  0 },
	{ "never another's challenge",
	  { .class = OUTCOME_LATER, .far_code = 401 },
	  500,
	  0 },
};

static void test_status(void)
{
	struct sip_status s;
	size_t i;

	for (i = 0; i < sizeof(status_rows) / sizeof(status_rows[0]); i++) {
		s = sip_status_of(&status_rows[i].o);
		ROW(&status_rows[i], s.code == status_rows[i].code);
		ROW(&status_rows[i],
		    s.retry_after_s == status_rows[i].retry_after_s);
		ROW(&status_rows[i], sip_phrase(s.code)[0] != 0);
	}
}

/* Of the answers of several devices. */
static void test_better(void)
{
	static const struct row {
		const char *name;
		unsigned better, worse;
	} rows[] = {
		{ "busy, not unknown", 486, 404 },
		{ "away, not unknown", 480, 404 },
		{ "later, not away", 500, 480 },
		{ "refused, not later", 403, 500 },
		{ "the user's own word", 603, 403 },
		{ "the user's own word, absent elsewhere", 603, 480 },
	};
	struct outcome a, b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		outcome_of_sip(&(struct sip_result){ .status = rows[i].better },
			       false, 1, &a);
		outcome_of_sip(&(struct sip_result){ .status = rows[i].worse },
			       false, 1, &b);
		ROW(&rows[i], outcome_better(&a, &b));
		ROW(&rows[i], !outcome_better(&b, &a));
	}
}

static void test_answers(void)
{
	struct answers *a = answers_new(16);
	static const struct answer v = { .status = 202 };
	const struct answer *seen;
	uint64_t i;

	CU_ASSERT(answers_see(a, 1, 0) == NULL);
	seen = answers_see(a, 1, 5);
	CU_ASSERT(seen && seen->status == 0);
	answers_set(a, 1, &v);
	seen = answers_see(a, 1, ANSWERS_LIFETIME_US - 1);
	CU_ASSERT(seen && seen->status == 202);
	CU_ASSERT(answers_see(a, 1, ANSWERS_LIFETIME_US) == NULL);
	/* Bounded: the oldest goes. */
	for (i = 2; i < 18; i++)
		CU_ASSERT(answers_see(a, i, ANSWERS_LIFETIME_US) == NULL);
	CU_ASSERT(answers_count(a) == 16);
	CU_ASSERT(answers_see(a, 17, ANSWERS_LIFETIME_US) != NULL);
	CU_ASSERT(answers_see(a, 1, ANSWERS_LIFETIME_US) == NULL);
	answers_free(a);
	/* It grows as it is needed. */
	a = answers_new(100000);
	for (i = 0; i < 50000; i++)
		CU_ASSERT(answers_see(a, i * 64, i) == NULL);
	for (i = 0; i < 50000; i++)
		CU_ASSERT(answers_see(a, i * 64, 50000) != NULL);
	answers_set(a, 1, &v); /* forgotten: nothing happens */
	CU_ASSERT(answers_count(a) == 50000);
	answers_free(a);
}

static void test_slots(void)
{
	struct slots s = SLOTS_INIT(100);
	uint64_t refs[100], old;
	int things[100];
	unsigned i;

	for (i = 0; i < 100; i++)
		CU_ASSERT((refs[i] = slots_put(&s, &things[i])) != 0);
	CU_ASSERT(slots_put(&s, things) == 0);
	for (i = 0; i < 100; i++)
		CU_ASSERT(slots_get(&s, refs[i]) == &things[i]);
	old = refs[5];
	slots_drop(&s, old);
	CU_ASSERT(slots_get(&s, old) == NULL && s.count == 99);
	slots_drop(&s, old);
	CU_ASSERT(s.count == 99);
	CU_ASSERT((refs[5] = slots_put(&s, &things[6])) != old);
	CU_ASSERT(slots_get(&s, old) == NULL);
	CU_ASSERT(slots_get(&s, 0) == NULL);
	CU_ASSERT(slots_get(&s, UINT64_MAX) == NULL);
	slots_clear(&s);
}

/* -- targets -------------------------------------------------------------- */

struct thing {
	struct target_item item;
	bool started, left, ends_at_once;
};

static void on_start(struct target_item *item)
{
	struct thing *t = (struct thing *)item;

	t->started = true;
	if (t->ends_at_once)
		target_done(item);
}

static void on_gone(struct target_item *item)
{
	((struct thing *)item)->left = true;
}

static void test_targets(void)
{
	struct thing t[5] = { 0 };
	struct target target = { 0 };
	unsigned i;

	t[1].ends_at_once = true;
	for (i = 0; i < 5; i++) {
		t[i].item.start = on_start;
		t[i].item.gone = on_gone;
		target_add(&target, &t[i].item);
	}
	CU_ASSERT(t[0].started && !t[1].started && target.waiting == 4);
	target_done(&t[3].item); /* given up while it waits */
	target_done(&t[0].item);
	CU_ASSERT(t[1].started && t[2].started && !t[3].started);
	CU_ASSERT(!t[4].started && target.waiting == 1);
	target_close(&target);
	CU_ASSERT(t[4].left && !t[2].left && t[2].item.target == NULL);
	target_done(&t[2].item);
	CU_ASSERT(!t[4].started);
}

/* -- contacts ------------------------------------------------------------- */

static void test_contact(void)
{
	static const struct contact c = {
		.user = "mary",
		.number = "+15550100001",
		.domain = "cpm.example",
		.key = "<urn:uuid:1>",
		.uri = "sip:mary@192.0.2.1:5060",
		.instance = "\"<urn:uuid:1>\"",
		.q = "0.5",
		.path = "<sip:edge.example;lr>",
		.route = "sip:198.51.100.1:4000;transport=udp",
		.call_id = "a84b4c76e66710",
		.cseq = UINT32_MAX,
		.expires_us = UINT64_MAX,
		.stream = true,
	};
	struct buf image = BUF_INIT(CONTACT_IMAGE_MAX), again = image;
	struct arena *a = arena_new(65536);
	struct contact back, copy;
	struct bytes in;
	char *texts;

	CU_ASSERT_FATAL(contact_image(&c, &image) == OK);
	CU_ASSERT_FATAL(contact_read(buf_bytes(&image), a, &back) == OK);
	CU_ASSERT_STRING_EQUAL(back.route, c.route);
	CU_ASSERT(back.reg_id == NULL && back.stream && !back.core);
	CU_ASSERT_FATAL(contact_keep(&back, &copy, &texts) == OK);
	CU_ASSERT(copy.key != back.key && strcmp(copy.key, c.key) == 0);
	CU_ASSERT(contact_image(&copy, &again) == OK);
	CU_ASSERT(bytes_equal(buf_bytes(&image), buf_bytes(&again)));
	in = buf_bytes(&image);
	for (in.n = 0; in.n < image.n; in.n++)
		if (contact_read(in, a, &back) == OK)
			CU_ASSERT(back.user && back.key && back.uri);
	mem_free(texts);
	buf_clear(&image);
	buf_clear(&again);
	arena_free(a);
}

static void test_failures(void)
{
	struct failures *f = failures_new((const uint8_t *)"0123456789abcdef");
	struct bytes mary = bytes_of("mary"), here = bytes_of("127.0.0.1:");
	unsigned i;

	for (i = 0; i < FAILURES_MAX; i++) {
		CU_ASSERT(!failures_locked(f, mary, here, i));
		failures_add(f, mary, here, i);
	}
	CU_ASSERT(failures_locked(f, mary, here, i));
	CU_ASSERT(!failures_locked(f, mary, bytes_of("192.0.2.1:"), i));
	CU_ASSERT(!failures_locked(f, bytes_of("bob"), here, i));
	CU_ASSERT(!failures_locked(f, mary, here, i + FAILURES_WINDOW_US));
	failures_clear(f, mary, here);
	CU_ASSERT(!failures_locked(f, mary, here, i));
	/* A wrong one now and then is nothing. */
	for (i = 0; i < 5 * FAILURES_MAX; i++)
		failures_add(f, mary, here, i * FAILURES_WINDOW_US / 9);
	CU_ASSERT(!failures_locked(f, mary, here, i * FAILURES_WINDOW_US / 9));
	failures_free(f);
}

/* Who can be called when his connection has gone. */
static void test_listens(void)
{
	static const struct listens_row {
		const char *name, *uri, *seen;
		bool want;
	} table[] = {
		{ "there", "sip:bob@192.0.2.7:5062;transport=tcp",
		  "[192.0.2.7]:40001", true },
		{ "in capitals", "sip:bob@192.0.2.7;transport=TCP;ob",
		  "[192.0.2.7]:40001", true },
		{ "without a user", "sip:192.0.2.7;transport=tcp",
		  "[192.0.2.7]:40001", true },
		{ "of IPv6", "sip:bob@[2001:DB8::1]:5062;transport=tcp",
		  "[2001:db8::1]:40001", true },
		{ "behind a translator", "sip:bob@10.0.0.7:5062;transport=tcp",
		  "[192.0.2.7]:40001", false },
		{ "the front of another", "sip:bob@192.0.2.7;transport=tcp",
		  "[192.0.2.70]:40001", false },
		{ "not for TCP", "sip:bob@192.0.2.7:5062", "[192.0.2.7]:40001",
		  false },
		{ "without its end", "sip:bob@[::1;transport=tcp", "[::1]:1",
		  false },
		{ "nobody", "sip:", "[::1]:1", false },
		{ "nothing", "", "", false },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct listens_row *r = &table[i];

		ROW(r, contact_listens(r->uri, r->seen) == r->want);
	}
}

static const struct check_test tests[] = {
	{ "status to outcome", test_outcome },
	{ "outcome to status", test_status },
	{ "the best of several", test_better },
	{ "remembers answers", test_answers },
	{ "numbers things", test_slots },
	{ "takes turns", test_targets },
	{ "keeps contacts", test_contact },
	{ "who listens", test_listens },
	{ "counts failures", test_failures },
	{ NULL, NULL }
};
CHECK_MAIN("sip map", tests)
