#include "codecs/push_si.h"

#include <string.h>

#include "codecs/timestamp.h"
#include "tests/check.h"

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"                       \
	"<!DOCTYPE si PUBLIC \"-//WAPFORUM//DTD SI 1.0//EN\"\r\n"              \
	" \"http://www.wapforum.org/DTD/si.dtd\">\r\n"

/* The example of WAP-167-ServiceInd 9.4. */
#define EXAMPLE                                                                \
	"02 05 6A 00 45 C6 0D 03 78 79 7A 00 85 03 65 6D 61 69 6C 2F "         \
	"31 32 33 2F 61 62 63 2E 77 6D 6C 00 0A C3 07 19 99 06 25 15 "         \
	"23 15 10 C3 04 19 99 06 30 01 03 59 6F 75 20 68 61 76 65 20 "         \
	"34 20 6E 65 77 20 65 6D 61 69 6C 73 00 01 01"

#define EXAMPLE_CREATED (930324195 * TIMESTAMP_SECOND)
#define EXAMPLE_EXPIRES (930700800 * TIMESTAMP_SECOND)

/* What both forms say. */
static const struct row {
	const char *name;
	struct push_si si; /* without its texts */
	const char *text, *href, *id;
	const char *hex, *xml;
} rows[] = {
	{ "9.4: the example",
	  { .created = EXAMPLE_CREATED, .expires = EXAMPLE_EXPIRES },
	  "You have 4 new emails",
	  "http://www.xyz.com/email/123/abc.wml",
	  "",
	  EXAMPLE,
	  HEAD "<si><indication href=\"http://www.xyz.com/email/123/abc.wml\""
	       " created=\"1999-06-25T15:23:15Z\""
	       " si-expires=\"1999-06-30T00:00:00Z\">"
	       "You have 4 new emails</indication></si>\r\n" },
	{ "9.3.2: https, another action",
	  { .action = PUSH_SI_HIGH },
	  "a",
	  "https://b.org/",
	  "i",
	  "02 05 6A 00 45 C6 0E 03 62 00 88 11 03 69 00 08 01 03 61 00 01 01",
	  HEAD "<si><indication href=\"https://b.org/\" si-id=\"i\""
	       " action=\"signal-high\">a</indication></si>\r\n" },
	{ "9.3.2: https://www., low",
	  { .action = PUSH_SI_LOW },
	  "a",
	  "https://www.b.net/c",
	  "",
	  "02 05 6A 00 45 C6 0F 03 62 00 87 03 63 00 06 01 03 61 00 01 01",
	  HEAD "<si><indication href=\"https://www.b.net/c\""
	       " action=\"signal-low\">a</indication></si>\r\n" },
	{ "9.3.2: http://, none",
	  { .action = PUSH_SI_NONE },
	  "a",
	  "http://b.edu/",
	  "",
	  "02 05 6A 00 45 C6 0C 03 62 00 86 05 01 03 61 00 01 01",
	  HEAD "<si><indication href=\"http://b.edu/\""
	       " action=\"signal-none\">a</indication></si>\r\n" },
	{ "another scheme",
	  { .action = PUSH_SI_MEDIUM },
	  "a",
	  "tel:1",
	  "",
	  "02 05 6A 00 45 C6 0B 03 74 65 6C 3A 31 00 01 03 61 00 01 01",
	  HEAD "<si><indication href=\"tel:1\">a</indication></si>\r\n" },
	{ "5.2.1: delete",
	  { .action = PUSH_SI_DELETE },
	  "",
	  "",
	  "i",
	  "02 05 6A 00 45 C6 11 03 69 00 09 01 01 01",
	  HEAD "<si><indication si-id=\"i\" action=\"delete\">"
	       "</indication></si>\r\n" },
	{ "a text alone",
	  { .action = PUSH_SI_MEDIUM },
	  "\xC3\xA9 < &",
	  "",
	  "",
	  "02 05 6A 00 45 46 03 C3 A9 20 3C 20 26 00 01 01",
	  HEAD "<si><indication>\xC3\xA9 &lt; &amp;</indication></si>\r\n" },
	{ "9.2.2: a date with a minute",
	  { .created = INT64_C(951782460) * TIMESTAMP_SECOND },
	  "a",
	  "",
	  "",
	  "02 05 6A 00 45 C6 0A C3 06 20 00 02 29 00 01 01 03 61 00 01 01",
	  HEAD "<si><indication created=\"2000-02-29T00:01:00Z\">a"
	       "</indication></si>\r\n" },
};

#define ROWS (sizeof rows / sizeof *rows)

static struct push_si filled(const struct row *r)
{
	struct push_si si = r->si;

	si.text = bytes_of(r->text);
	si.href = bytes_of(r->href);
	si.id = bytes_of(r->id);
	return si;
}

static bool same(const struct push_si *a, const struct push_si *b)
{
	return bytes_equal(a->text, b->text) && bytes_equal(a->href, b->href) &&
	       bytes_equal(a->id, b->id) && a->created == b->created &&
	       a->expires == b->expires && a->action == b->action;
}

static void test_wbxml(void)
{
	struct arena *a = arena_new(1 << 20);
	struct buf b = BUF_INIT(1024);
	struct push_si si, back;
	uint8_t raw[256];
	struct bytes in;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];

		si = filled(r);
		in = check_unhex(r->hex, raw, sizeof raw);
		buf_reset(&b);
		arena_reset(a);
		ROW(r, push_si_wbxml_encode(&si, &b) == OK);
		ROW(r, bytes_equal(buf_bytes(&b), in));
		ROW(r, push_si_wbxml_decode(in, a, &back, NULL) == OK);
		ROW(r, same(&si, &back));
		while (in.n-- > 0)
			ROW(r, push_si_wbxml_decode(in, a, &back, NULL) ==
				       ERR_MORE);
	}
	buf_clear(&b);
	arena_free(a);
}

static void test_xml(void)
{
	struct arena *a = arena_new(16 << 20);
	struct buf b = BUF_INIT(1024);
	struct push_si si, back;
	struct bytes in;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];

		si = filled(r);
		in = bytes_of(r->xml);
		buf_reset(&b);
		ROW(r, push_si_xml_encode(&si, &b) == OK);
		ROW(r, bytes_equal(buf_bytes(&b), in));
		ROW(r, push_si_xml_decode(in, a, &back, NULL) == OK);
		ROW(r, same(&si, &back));
		for (in.n -= 3; in.n > 0; in.n--) {
			arena_reset(a);
			ROW(r,
			    push_si_xml_decode(in, a, &back, NULL) == ERR_MORE);
		}
	}
	buf_clear(&b);
	arena_free(a);
}

static const struct hex_row {
	const char *name, *hex;
	enum err want;
	const char *field;
} hexes[] = {
	{ "9.3: public id as text, version 1.3, ISO-8859-1",
	  "03 00 00 04 1C 2D 2F 2F 57 41 50 46 4F 52 55 4D 2F 2F 44 54 44 20 "
	  "53 49 20 31 2E 30 2F 2F 45 4E 00 45 46 03 E9 00 01 01",
	  OK, "" },
	{ "8.2: info is passed over",
	  "02 05 6A 00 45 46 03 61 00 01 47 C8 12 03 63 00 01 C3 01 07 01 01 "
	  "01",
	  OK, "" },
	{ "a date as text",
	  "02 05 6A 00 45 86 0A 03 32 30 30 30 2D 30 32 2D 32 39 54 30 30 3A "
	  "30 30 3A 30 30 5A 00 01 01",
	  OK, "" },
	{ "a service loading", "02 06 6A 00 85 08 03 61 00 01", ERR_UNSUPPORTED,
	  "publicid" },
	{ "an indication without si", "02 05 6A 00 06", ERR_UNSUPPORTED, "si" },
	{ "si without indication", "02 05 6A 00 05", ERR_MALFORMED,
	  "indication" },
	{ "9.2.2: a date of 3 octets",
	  "02 05 6A 00 45 86 0A C3 03 20 00 02 01 01", ERR_MALFORMED,
	  "OPAQUE" },
	{ "9.2.2: a date of 8 octets",
	  "02 05 6A 00 45 86 0A C3 08 20 00 02 29 00 00 00 00 01 01",
	  ERR_MALFORMED, "OPAQUE" },
	{ "9.2.2: no decimal", "02 05 6A 00 45 86 0A C3 04 20 00 0A 29 01 01",
	  ERR_MALFORMED, "OPAQUE" },
	{ "9.2.2: no decimal above",
	  "02 05 6A 00 45 86 0A C3 04 20 00 A0 29 01 01", ERR_MALFORMED,
	  "OPAQUE" },
	{ "no such day", "02 05 6A 00 45 86 0A C3 04 20 01 02 29 01 01",
	  ERR_MALFORMED, "created" },
	{ "no such day to expire",
	  "02 05 6A 00 45 86 10 C3 04 20 01 02 29 01 01", ERR_MALFORMED,
	  "si-expires" },
	{ "a link as octets", "02 05 6A 00 45 86 0B C3 01 61 01 01",
	  ERR_UNSUPPORTED, "OPAQUE" },
	{ "an action that goes on", "02 05 6A 00 45 86 05 03 61 00 01 01",
	  ERR_MALFORMED, "action" },
};

static void test_hexes(void)
{
	struct arena *a = arena_new(1 << 20);
	struct push_si si;
	uint8_t raw[128];
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof hexes / sizeof *hexes; i++) {
		const struct hex_row *r = &hexes[i];
		struct fault why = { "", NULL, 0 };

		ROW(r,
		    push_si_wbxml_decode(check_unhex(r->hex, raw, sizeof raw),
					 a, &si, &why) == r->want);
		ROW(r, strcmp(why.field, r->field) == 0);
	}
	arena_free(a);
}

static const struct xml_row {
	const char *name, *xml;
	enum err want;
	const char *field;
} xmls[] = {
	{ "without a DOCTYPE", "<si><indication>a</indication></si>", OK, "" },
	{ "an offset, a fraction",
	  "<si><indication created=\"2000-01-01T00:00:00.5+01:00\"/></si>", OK,
	  "" },
	{ "a service loading", "<sl href=\"a\"/>", ERR_UNSUPPORTED, "si" },
	{ "no indication", "<si><info/></si>", ERR_MALFORMED, "indication" },
	{ "no date", "<si><indication created=\"today\"/></si>", ERR_MALFORMED,
	  "created" },
	{ "no action", "<si><indication action=\"x\"/></si>", ERR_MALFORMED,
	  "action" },
};

static void test_xmls(void)
{
	struct arena *a = arena_new(1 << 20);
	struct push_si si;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof xmls / sizeof *xmls; i++) {
		const struct xml_row *r = &xmls[i];
		struct fault why = { "", NULL, 0 };

		ROW(r, push_si_xml_decode(bytes_of(r->xml), a, &si, &why) ==
			       r->want);
		ROW(r, strcmp(why.field, r->field) == 0);
	}
	arena_free(a);
}

static void test_refused(void)
{
	struct push_si si = { .action = PUSH_SI_DELETE };
	struct buf b = BUF_INIT(1024);

	CU_ASSERT(push_si_wbxml_encode(&si, &b) == ERR_RANGE);
	CU_ASSERT(push_si_xml_encode(&si, &b) == ERR_RANGE);
	si = (struct push_si){ .created = TIMESTAMP_LAST + 1 };
	CU_ASSERT(push_si_wbxml_encode(&si, &b) == ERR_RANGE);
	CU_ASSERT(push_si_xml_encode(&si, &b) == ERR_RANGE);
	si = (struct push_si){ .expires = TIMESTAMP_FIRST - 1 };
	CU_ASSERT(push_si_wbxml_encode(&si, &b) == ERR_RANGE);
	CU_ASSERT(push_si_xml_encode(&si, &b) == ERR_RANGE);
	CU_ASSERT(b.n == 0);
	si = (struct push_si){ .text = bytes_of("\xFF") };
	CU_ASSERT(push_si_wbxml_encode(&si, &b) == ERR_RANGE);
	buf_clear(&b);
}

/* Both ways, either form. */
static enum err all_ways(const char *hex)
{
	struct arena *a = arena_new(1 << 20);
	struct buf b = BUF_INIT(1024);
	uint8_t raw[256];
	struct push_si si;
	enum err e = ERR_NOMEM;

	if (a == NULL)
		goto out;
	e = push_si_wbxml_decode(check_unhex(hex, raw, sizeof raw), a, &si,
				 NULL);
	if (e != OK || (e = push_si_wbxml_encode(&si, &b)) != OK)
		goto out;
	buf_clear(&b);
	if ((e = push_si_xml_encode(&si, &b)) != OK)
		goto out;
	e = push_si_xml_decode(buf_bytes(&b), a, &si, NULL);
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
		e = all_ways(EXAMPLE);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
	}
	CU_ASSERT(e == OK && n > 5);
}

static const struct check_test tests[] = { { "WBXML both ways", test_wbxml },
					   { "XML both ways", test_xml },
					   { "other WBXML", test_hexes },
					   { "other XML", test_xmls },
					   { "what it does not write",
					     test_refused },
					   { "memory ends", test_memory },
					   { NULL, NULL } };

CHECK_MAIN("push_si", tests)
