#include "codecs/push_sl.h"

#include <string.h>

#include "tests/check.h"

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"                       \
	"<!DOCTYPE sl PUBLIC \"-//WAPFORUM//DTD SL 1.0//EN\"\r\n"              \
	" \"http://www.wapforum.org/DTD/sl.dtd\">\r\n"

/* The example of WAP-168-ServiceLoad 10.4. */
#define EXAMPLE                                                                \
	"02 06 6A 00 85 0A 03 78 79 7A 00 85 03 70 70 61 69 64 2F 31 "         \
	"32 33 2F 61 62 63 2E 77 6D 6C 00 01"

static const struct row {
	const char *name, *href;
	enum push_sl_action action;
	const char *hex, *xml;
} rows[] = {
	{ "10.4: the example", "http://www.xyz.com/ppaid/123/abc.wml",
	  PUSH_SL_EXECUTE_LOW, EXAMPLE,
	  HEAD "<sl href=\"http://www.xyz.com/ppaid/123/abc.wml\"/>\r\n" },
	{ "10.3.2: execute-high", "http://b.org/", PUSH_SL_EXECUTE_HIGH,
	  "02 06 6A 00 85 09 03 62 00 88 06 01",
	  HEAD "<sl href=\"http://b.org/\" action=\"execute-high\"/>\r\n" },
	{ "10.3.2: cache", "https://www.b.edu/", PUSH_SL_CACHE,
	  "02 06 6A 00 85 0C 03 62 00 86 07 01",
	  HEAD "<sl href=\"https://www.b.edu/\" action=\"cache\"/>\r\n" },
	{ "10.3.2: https", "https://b.net/", PUSH_SL_EXECUTE_LOW,
	  "02 06 6A 00 85 0B 03 62 00 87 01",
	  HEAD "<sl href=\"https://b.net/\"/>\r\n" },
	{ "10.3.2: another scheme", "a:b", PUSH_SL_EXECUTE_LOW,
	  "02 06 6A 00 85 08 03 61 3A 62 00 01",
	  HEAD "<sl href=\"a:b\"/>\r\n" },
};

static void test_both_ways(void)
{
	struct arena *a = arena_new(16 << 20);
	struct buf b = BUF_INIT(1024);
	uint8_t raw[256];
	struct bytes in;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct push_sl sl = { bytes_of(r->href), r->action }, back;

		buf_reset(&b);
		in = check_unhex(r->hex, raw, sizeof raw);
		ROW(r, push_sl_wbxml_encode(&sl, &b) == OK);
		ROW(r, bytes_equal(buf_bytes(&b), in));
		ROW(r, push_sl_wbxml_decode(in, a, &back, NULL) == OK);
		ROW(r,
		    bytes_is(back.href, r->href) && back.action == r->action);
		while (in.n-- > 0)
			ROW(r, push_sl_wbxml_decode(in, a, &back, NULL) ==
				       ERR_MORE);
		buf_reset(&b);
		ROW(r, push_sl_xml_encode(&sl, &b) == OK);
		ROW(r, bytes_is(buf_bytes(&b), r->xml));
		in = bytes_of(r->xml);
		ROW(r, push_sl_xml_decode(in, a, &back, NULL) == OK);
		ROW(r,
		    bytes_is(back.href, r->href) && back.action == r->action);
		for (in.n -= 3; in.n > 0; in.n--) {
			arena_reset(a);
			ROW(r,
			    push_sl_xml_decode(in, a, &back, NULL) == ERR_MORE);
		}
	}
	buf_clear(&b);
	arena_free(a);
}

static const struct other_row {
	const char *name, *hex, *xml;
	enum err want;
	const char *field;
} others[] = {
	{ "execute-low as a token", "02 06 6A 00 85 08 03 61 00 05 01",
	  "<sl href=\"a\" action=\"execute-low\"/>", OK, "" },
	{ "9.2: no href", "02 06 6A 00 85 07 01", "<sl action=\"cache\"/>",
	  ERR_MALFORMED, "href" },
	{ "another action", "02 06 6A 00 85 08 03 61 00 07 03 61 00 01",
	  "<sl href=\"a\" action=\"cachea\"/>", ERR_MALFORMED, "action" },
	{ "another element", "02 06 6A 02 61 00 04 00", "<a/>", ERR_UNSUPPORTED,
	  "sl" },
};

static void test_others(void)
{
	struct arena *a = arena_new(1 << 20);
	struct push_sl sl;
	uint8_t raw[64];
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof others / sizeof *others; i++) {
		const struct other_row *r = &others[i];
		struct fault why = { "", NULL, 0 };

		ROW(r,
		    push_sl_wbxml_decode(check_unhex(r->hex, raw, sizeof raw),
					 a, &sl, &why) == r->want);
		ROW(r, strcmp(why.field, r->field) == 0);
		why.field = "";
		ROW(r, push_sl_xml_decode(bytes_of(r->xml), a, &sl, &why) ==
			       r->want);
		ROW(r, strcmp(why.field, r->field) == 0);
	}
	arena_free(a);
}

static void test_refused(void)
{
	struct push_sl sl = { .action = PUSH_SL_CACHE };
	struct buf b = BUF_INIT(1024);

	CU_ASSERT(push_sl_wbxml_encode(&sl, &b) == ERR_RANGE && b.n == 0);
	CU_ASSERT(push_sl_xml_encode(&sl, &b) == ERR_RANGE && b.n == 0);
	sl.href = bytes_of("\xFF");
	CU_ASSERT(push_sl_wbxml_encode(&sl, &b) == ERR_RANGE);
	buf_clear(&b);
}

static enum err all_ways(void)
{
	struct arena *a = arena_new(1 << 20);
	struct buf b = BUF_INIT(1024);
	uint8_t raw[256];
	struct push_sl sl;
	enum err e = ERR_NOMEM;

	if (a == NULL)
		goto out;
	e = push_sl_wbxml_decode(check_unhex(EXAMPLE, raw, sizeof raw), a, &sl,
				 NULL);
	if (e != OK || (e = push_sl_wbxml_encode(&sl, &b)) != OK)
		goto out;
	buf_clear(&b);
	if ((e = push_sl_xml_encode(&sl, &b)) != OK)
		goto out;
	e = push_sl_xml_decode(buf_bytes(&b), a, &sl, NULL);
out:
	buf_clear(&b);
	arena_free(a);
	return e;
}

static void test_memory(void)
{
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; e == ERR_NOMEM && n < 256; n++) {
		mem_fail_at(n);
		e = all_ways();
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
	}
	CU_ASSERT(e == OK && n > 5);
}

static const struct check_test tests[] = { { "both ways", test_both_ways },
					   { "other documents", test_others },
					   { "what it does not write",
					     test_refused },
					   { "memory ends", test_memory },
					   { NULL, NULL } };

CHECK_MAIN("push_sl", tests)
