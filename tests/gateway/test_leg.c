#include <string.h>

#include "gateway/leg.h"
#include "gateway/outcome.h"
#include "tests/check.h"
#include "tests/gateway/full_message.h"

static struct leg full_leg(void)
{
	return (struct leg){ .token = UINT64_MAX,
			     .id = 3,
			     .story = 4,
			     .public_id = "q83vEjRWeJCrze8SNFZ4kA",
			     .technology = TECHNOLOGY_SMS,
			     .peer = "smsc-a",
			     .to = { ADDRESS_E164, "+15550100002" },
			     .recipient = 2,
			     .attempt = 7,
			     .maybe_duplicate = true,
			     .native = true,
			     .progress = { (const uint8_t *)"\0\1\2", 3 } };
}

static struct buf leg_octets(const struct leg *leg, const struct message *m)
{
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct buf out = BUF_INIT(2 * MESSAGE_IMAGE_MAX);

	CU_ASSERT_FATAL(message_image(m, &image) == OK);
	CU_ASSERT_FATAL(leg_image(leg, buf_bytes(&image), &out) == OK);
	buf_clear(&image);
	return out;
}

static void test_leg(void)
{
	struct leg leg = full_leg(), back;
	struct message m = full_message();
	struct buf b = leg_octets(&leg, &m);
	struct arena *a = arena_new(MESSAGE_ARENA_MAX);
	struct bytes cut = buf_bytes(&b);
	size_t whole = cut.n;

	CU_ASSERT(leg_read(buf_bytes(&b), a, &back, NULL) == OK);
	CU_ASSERT(back.token == leg.token && back.id == 3 && back.story == 4);
	CU_ASSERT_STRING_EQUAL(back.public_id, leg.public_id);
	CU_ASSERT(back.technology == TECHNOLOGY_SMS);
	CU_ASSERT_STRING_EQUAL(back.peer, "smsc-a");
	CU_ASSERT(back.to.kind == ADDRESS_E164);
	CU_ASSERT_STRING_EQUAL(back.to.text, "+15550100002");
	CU_ASSERT(back.recipient == 2 && back.attempt == 7);
	CU_ASSERT(back.maybe_duplicate && back.native);
	CU_ASSERT(bytes_equal(back.progress, leg.progress));
	CU_ASSERT(message_same(&back.message, &m));
	for (cut.n = 0; cut.n < whole; cut.n++)
		CU_ASSERT(leg_read(cut, a, &back, NULL) == ERR_MORE);
	buf_u8(&b, 0);
	CU_ASSERT(leg_read(buf_bytes(&b), a, &back, NULL) == ERR_MALFORMED);
	arena_free(a);
	buf_clear(&b);
}

static void test_leg_refuses(void)
{
	struct leg leg = full_leg(), back;
	struct message m = full_message();
	struct arena *a = arena_new(MESSAGE_ARENA_MAX);
	struct fault why = { 0 };
	struct buf b;

	leg.recipient = m.n_recipients;
	b = leg_octets(&leg, &m);
	CU_ASSERT(leg_read(buf_bytes(&b), a, &back, &why) == ERR_MALFORMED);
	CU_ASSERT_STRING_EQUAL(why.field, "recipient");
	buf_reset(&b);
	leg.recipient = 0;
	CU_ASSERT(leg_image(&leg, bytes_of("\x01\x01\x01"), &b) == OK);
	CU_ASSERT(leg_read(buf_bytes(&b), a, &back, &why) == ERR_MALFORMED);
	CU_ASSERT(why.offset > 3 && why.offset <= b.n);
	arena_free(a);
	buf_clear(&b);
}

static void test_memory_ends(void)
{
	struct leg leg = full_leg(), back;
	struct message m = full_message();
	struct buf b = leg_octets(&leg, &m);
	enum err e = ERR_NOMEM;
	unsigned long n;

	for (n = 1; e == ERR_NOMEM && n < 50; n++) {
		struct arena *a = arena_new(MESSAGE_ARENA_MAX);

		mem_fail_at(n);
		e = leg_read(buf_bytes(&b), a, &back, NULL);
		mem_fail_at(0);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 2);
	buf_clear(&b);
}

static void test_outcome(void)
{
	static const char *ids[] = { "1001", "", "1003" };
	static const char *peers[] = { "smsc-a", "smsc-b", "smsc-a" };
	struct outcome o = { OUTCOME_UNANSWERED,
			     STATE_REACHABLE,
			     0x58,
			     1500,
			     "throttled",
			     "SMPP v3.4 5.1.3",
			     ids,
			     3,
			     { (const uint8_t *)"\1\2", 2 },
			     ids,
			     2,
			     true,
			     true,
			     300,
			     STATE_REPORT_DENIED,
			     peers,
			     3,
			     "027",
			     0,
			     NULL,
			     0,
			     "reference 7",
			     true,
			     true },
		       back;
	struct buf b = BUF_INIT(OUTCOME_IMAGE_MAX);
	struct arena *a = arena_new(OUTCOME_IMAGE_MAX);
	size_t i;

	CU_ASSERT(outcome_image(&o, &b) == OK);
	CU_ASSERT(outcome_read(buf_bytes(&b), a, &back) == OK);
	CU_ASSERT(back.class == o.class && back.state == o.state);
	CU_ASSERT(back.far_code == 0x58 && back.retry_after_ms == 1500);
	CU_ASSERT_STRING_EQUAL(back.text, o.text);
	CU_ASSERT_STRING_EQUAL(back.clause, o.clause);
	CU_ASSERT(bytes_equal(back.progress, o.progress));
	CU_ASSERT_FATAL(back.n_far_ids == 3);
	for (i = 0; i < 3; i++)
		CU_ASSERT_STRING_EQUAL(back.far_ids[i], ids[i]);
	CU_ASSERT_FATAL(back.n_keys == 2);
	CU_ASSERT_STRING_EQUAL(back.ack_id, o.ack_id);
	CU_ASSERT(back.absent && back.sender);
	CU_ASSERT_STRING_EQUAL(back.keys[0], "1001");
	CU_ASSERT(back.absent && back.by_sms && back.direct);
	CU_ASSERT_STRING_EQUAL(back.error, "027");
	CU_ASSERT(back.report_wait_s == 300);
	CU_ASSERT_FATAL(back.n_far_peers == 3);
	CU_ASSERT_STRING_EQUAL(back.far_peers[1], "smsc-b");
	CU_ASSERT(back.unreported == STATE_REPORT_DENIED);
	for (i = 0; i < b.n; i++) {
		struct bytes cut = { b.p, i };
		enum err e = outcome_read(cut, a, &back);

		CU_ASSERT(e == OK || e == ERR_MORE);
	}
	o.n_far_ids = OUTCOME_FAR_IDS_MAX + 1;
	CU_ASSERT(outcome_image(&o, &b) == ERR_TOOBIG);
	buf_clear(&b);
	o.n_far_ids = 0;
	o.n_keys = OUTCOME_KEYS_MAX + 1;
	CU_ASSERT(outcome_image(&o, &b) == ERR_TOOBIG);
	buf_clear(&b);
	arena_free(a);
}

static const struct row {
	const char *name, *hex;
	enum err want;
} rows[] = {
	{ "empty is accepted", "", OK },
	{ "class 7", "01 01 07", OK },
	{ "class 8", "01 01 08", ERR_MALFORMED },
	{ "state 22", "02 01 16", ERR_MALFORMED },
	{ "code above 32 bits", "03 05 00 00 00 00 01", ERR_MALFORMED },
	{ "two ids", "07 05 02 01 00 01 00", OK },
	{ "an id with a NUL", "07 04 01 01 01 00", ERR_MALFORMED },
	{ "an element of another tag", "07 03 01 02 00", ERR_MALFORMED },
	{ "256 ids", "07 02 80 02", ERR_TOOBIG },
	{ "the count never ends", "07 01 80", ERR_MALFORMED },
	{ "unknown tag 200", "C8 01 01 00", OK },
	{ "tag 0", "00 00", ERR_MALFORMED },
};

static void test_outcome_octets(void)
{
	struct arena *a = arena_new(OUTCOME_IMAGE_MAX);
	struct outcome o;
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		ROW(&rows[i],
		    outcome_read(check_unhex(rows[i].hex, raw, sizeof raw), a,
				 &o) == rows[i].want);
	arena_free(a);
}

static const struct check_test tests[] = {
	{ "leg", test_leg },
	{ "leg refuses", test_leg_refuses },
	{ "memory ends", test_memory_ends },
	{ "outcome", test_outcome },
	{ "outcome octets", test_outcome_octets },
	{ NULL, NULL }
};

CHECK_MAIN("leg", tests)
