#include <string.h>

#include "tests/check.h"
#include "tests/gateway/full_message.h"

static struct arena *arena;

static struct buf image_of(const struct message *m)
{
	struct buf b = BUF_INIT(MESSAGE_IMAGE_MAX);

	CU_ASSERT_FATAL(message_image(m, &b) == OK);
	return b;
}

static void test_round_trip(void)
{
	struct message m = full_message(), back;
	struct buf b = image_of(&m);
	struct fault why = { 0 };

	CU_ASSERT(message_read(buf_bytes(&b), arena, &back, &why) == OK);
	CU_ASSERT(message_same(&m, &back));
	buf_clear(&b);

	m = small_message();
	b = image_of(&m);
	CU_ASSERT(message_read(buf_bytes(&b), arena, &back, NULL) == OK);
	CU_ASSERT(message_same(&m, &back));
	CU_ASSERT(back.sms_class == -1 && back.adapt);
	buf_clear(&b);
	arena_reset(arena);
}

static void test_values_that_are_zero(void)
{
	struct message m, back;
	struct buf b;

	message_init(&m);
	CU_ASSERT(m.sms_class == -1 && m.priority == PRIORITY_NORMAL);
	m.sms_class = 0;
	m.priority = PRIORITY_LOW;
	m.adapt = false;
	b = image_of(&m);
	CU_ASSERT(message_read(buf_bytes(&b), arena, &back, NULL) == OK);
	CU_ASSERT(message_same(&m, &back));
	buf_clear(&b);
}

static void test_every_prefix(void)
{
	struct message m = full_message(), back;
	struct buf b = image_of(&m);
	struct bytes cut = buf_bytes(&b);
	size_t whole = b.n;

	for (cut.n = 0; cut.n < whole; cut.n++)
		CU_ASSERT(message_read(cut, arena, &back, NULL) == ERR_MORE);
	buf_clear(&b);
	arena_reset(arena);
}

static void test_slices_are_stored_once(void)
{
	static char text[20000];
	struct message m = small_message(), back;
	struct part whole = { .type = "text/plain" };
	struct buf b;

	memset(text, 'x', sizeof text - 1);
	m.native_type = "text/plain";
	m.native = bytes_of(text);
	whole.body = m.native;
	m.parts = &whole;
	b = image_of(&m);
	CU_ASSERT(b.n < sizeof text + 500);
	CU_ASSERT(message_read(buf_bytes(&b), arena, &back, NULL) == OK);
	CU_ASSERT(message_same(&m, &back));
	CU_ASSERT(back.parts[0].body.p == back.native.p);
	buf_clear(&b);
	arena_reset(arena);
}

/* Whole images: version, then the body. */
static const struct row {
	const char *name, *hex;
	enum err want;
} bad[] = {
	{ "nothing set", "01 01 01 02 00", OK },
	{ "unknown tags are passed over", "01 01 01 02 04 7F 02 AA BB", OK },
	{ "and so are later fields", "01 01 01 02 00 03 01 FF", OK },
	{ "a later major version", "01 01 02 02 00", ERR_UNSUPPORTED },
	{ "version 0", "01 00 02 00", ERR_MALFORMED },
	{ "a later minor version", "01 02 01 FF 02 00", OK },
	{ "and a value that it added", "01 02 01 FF 02 03 01 01 02",
	  ERR_UNSUPPORTED },
	{ "and a list that it made longer", "01 02 01 FF 02 03 06 01 65",
	  ERR_UNSUPPORTED },
	{ "major version 0", "01 02 00 01 02 00", ERR_MALFORMED },
	{ "no version", "02 00", ERR_MALFORMED },
	{ "version of 9 octets", "01 09 010101010101010101 02 00",
	  ERR_MALFORMED },
	{ "kind 2", "01 01 01 02 03 01 01 02", ERR_MALFORMED },
	{ "technology 10", "01 01 01 02 05 02 03 01 01 0A", ERR_MALFORMED },
	{ "address kind 7", "01 01 01 02 03 03 01 07", ERR_MALFORMED },
	{ "address kind 0", "01 01 01 02 03 03 01 00", ERR_MALFORMED },
	{ "a number without digits", "01 01 01 02 03 03 01 01", ERR_MALFORMED },
	{ "a mail address without @", "01 01 01 02 04 03 02 05 61",
	  ERR_MALFORMED },
	{ "a capital in a domain", "01 01 01 02 06 03 04 05 614042",
	  ERR_MALFORMED },
	{ "NUL in a text", "01 01 01 02 05 04 03 41 00 42", ERR_MALFORMED },
	{ "NUL at the end of a text", "01 01 01 02 04 04 02 41 00",
	  ERR_MALFORMED },
	{ "priority 4", "01 01 01 02 03 0F 01 04", ERR_MALFORMED },
	{ "SMS class 3", "01 01 01 02 03 11 01 04", OK },
	{ "SMS class 4", "01 01 01 02 03 11 01 05", ERR_MALFORMED },
	{ "adapt is 2", "01 01 01 02 03 14 01 02", ERR_MALFORMED },
	{ "tags descend", "01 01 01 02 04 05 00 04 00", ERR_MALFORMED },
	{ "a tag twice", "01 01 01 02 04 04 00 04 00", ERR_MALFORMED },
	{ "255 recipients", "01 01 01 02 04 06 02 FF 01", ERR_TOOBIG },
	{ "51 parts", "01 01 01 02 03 1C 01 33", ERR_TOOBIG },
	{ "more parts than octets", "01 01 01 02 05 1C 03 02 01 00",
	  ERR_MALFORMED },
	{ "a part without type", "01 01 01 02 05 1C 03 01 01 00",
	  ERR_MALFORMED },
	{ "a part", "01 01 01 02 08 1C 06 01 01 03 01 01 61", OK },
	{ "octets behind the last part",
	  "01 01 01 02 09 1C 07 01 01 03 01 01 61 00", ERR_MALFORMED },
	{ "a slice", "01 01 01 02 11 1B 02 4142 1C 0B 01 01 08 01 01 61 06 03"
		     "01 01 01",
	  OK },
	{ "a slice past the native body",
	  "01 01 01 02 11 1B 02 4142 1C 0B 01 01 08 01 01 61 06 03 01 01 02",
	  ERR_MALFORMED },
	{ "a slice of nothing",
	  "01 01 01 02 0D 1C 0B 01 01 08 01 01 61 06 03 01 00 01",
	  ERR_MALFORMED },
	{ "an external part with octets inside",
	  "01 01 01 02 0F 1C 0D 01 01 0A 01 01 61 06 02 00 41 07 01 01",
	  ERR_MALFORMED },
	{ "a multipart and its part",
	  "01 01 01 02 1A 1C 18 02 01 0D 01 0B 6D756C7469706172742F61 01 06 01"
	  "01 61 09 01 01",
	  OK },
	{ "a part inside a text",
	  "01 01 01 02 10 1C 0E 02 01 03 01 01 61 01 06 01 01 61 09 01 01",
	  ERR_MALFORMED },
	{ "a part inside nothing", "01 01 01 02 0B 1C 09 01 01 06 01 01 61 09"
				   "01 01",
	  ERR_MALFORMED },
	{ "a multipart with octets of its own",
	  "01 01 01 02 16 1C 14 01 01 11 01 0B 6D756C7469706172742F61 06 02 00"
	  "41",
	  ERR_MALFORMED },
	{ "a multipart without",
	  "01 01 01 02 15 1C 13 01 01 10 01 0B 6D756C7469706172742F61 06 01 00",
	  OK },
	{ "depth 9", "01 01 01 02 0B 1C 09 01 01 06 01 01 61 09 01 09",
	  ERR_MALFORMED },
	{ "a native body both inside and outside",
	  "01 01 01 02 07 1B 02 4142 1F 01 01", ERR_MALFORMED },
	{ "a wish for technology 10", "01 01 01 02 06 28 04 0A000000",
	  ERR_MALFORMED },
	{ "a distribution of 3", "01 01 01 02 03 25 01 03", ERR_MALFORMED },
	{ "two kinds of a report", "01 01 01 02 05 1E 03 03 01 03",
	  ERR_MALFORMED },
};

static void test_octets(void)
{
	struct message m;
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct row *r = &bad[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);

		ROW(r, message_read(in, arena, &m, NULL) == r->want);
	}
	arena_reset(arena);
}

static void test_faults_say_where(void)
{
	uint8_t raw[64];
	struct message m;
	struct fault why = { 0 };
	struct bytes in = check_unhex("01 01 01 02 05 02 03 01 01 0A", raw,
				      sizeof raw);

	CU_ASSERT(message_read(in, arena, &m, &why) == ERR_MALFORMED);
	CU_ASSERT(strcmp(why.field, "technology") == 0 && why.offset == 9);
}

static void test_what_cannot_be_written(void)
{
	struct buf b = BUF_INIT(MESSAGE_IMAGE_MAX), tight = BUF_INIT(40);
	struct part untyped = { .type = NULL };
	struct message m = small_message();
	static uint8_t big[MESSAGE_IMAGE_MAX];

	CU_ASSERT(message_image(&m, &tight) == ERR_TOOBIG);
	buf_clear(&tight);
	m.parts = &untyped;
	CU_ASSERT(message_image(&m, &b) == ERR_MALFORMED);
	buf_reset(&b);
	m.n_parts = MESSAGE_PARTS_MAX + 1;
	CU_ASSERT(message_image(&m, &b) == ERR_TOOBIG);
	buf_reset(&b);
	m.n_parts = 0;
	m.priority = PRIORITIES;
	CU_ASSERT(message_image(&m, &b) == ERR_RANGE);
	buf_reset(&b);
	m.priority = PRIORITY_LOW;
	m.prefer[3] = TECHNOLOGY_LOOPBACK + 1;
	CU_ASSERT(message_image(&m, &b) == ERR_MALFORMED);
	buf_reset(&b);
	m.prefer[3] = TECHNOLOGY_NONE;
	m.from.text = NULL;
	CU_ASSERT(message_image(&m, &b) == ERR_MALFORMED);
	buf_clear(&b);
	b.limit = 2 * MESSAGE_IMAGE_MAX;
	m = small_message();
	m.native = (struct bytes){ big, sizeof big };
	CU_ASSERT(message_image(&m, &b) == ERR_TOOBIG);
	buf_clear(&b);
}

static void test_memory_ends(void)
{
	struct message m = full_message(), back;
	struct buf b = image_of(&m), again = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct arena *a;
	enum err e = ERR_NOMEM;
	unsigned long n;

	for (n = 1; e == ERR_NOMEM && n < 50; n++) {
		a = arena_new(MESSAGE_ARENA_MAX);
		mem_fail_at(n);
		e = message_read(buf_bytes(&b), a, &back, NULL);
		mem_fail_at(0);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 2);
	e = ERR_NOMEM;
	for (n = 1; e == ERR_NOMEM && n < 50; n++) {
		buf_clear(&again);
		mem_fail_at(n);
		e = message_image(&m, &again);
		mem_fail_at(0);
	}
	CU_ASSERT(e == OK && n > 2);
	buf_clear(&again);
	for (n = 1; n < 2000; n += 16) {
		a = arena_new(n);
		e = message_read(buf_bytes(&b), a, &back, NULL);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	buf_clear(&b);
}

static void test_finders(void)
{
	struct message m = full_message();

	CU_ASSERT_STRING_EQUAL(message_id_of(&m, ID_CALL), "1@host");
	CU_ASSERT(message_id_of(&m, ID_TRANSACTION) == NULL);
	CU_ASSERT(message_extra(&m, "smpp.tlv.1400").n == 2);
	CU_ASSERT(message_extra(&m, "smpp.tlv.1401").n == 0);
	CU_ASSERT(message_part(&m, "text/plain") == &m.parts[0]);
	CU_ASSERT(message_part(&m, "text/html") == &m.parts[1]);
	CU_ASSERT(message_part(&m, "text/pl") == NULL);
}

static const struct check_test tests[] = {
	{ "round trip", test_round_trip },
	{ "values that are zero", test_values_that_are_zero },
	{ "every prefix", test_every_prefix },
	{ "slices are stored once", test_slices_are_stored_once },
	{ "octets", test_octets },
	{ "faults say where", test_faults_say_where },
	{ "what cannot be written", test_what_cannot_be_written },
	{ "memory ends", test_memory_ends },
	{ "finders", test_finders },
	{ NULL, NULL }
};

int main(void)
{
	int status;

	arena = arena_new(MESSAGE_ARENA_MAX);
	status = check_run("message", tests);
	arena_free(arena);
	return status;
}
