/* Sets of addresses, small by hand and a million against arithmetic. */
#include <string.h>

#include "codecs/number_list.h"
#include "tests/check.h"

static const struct row {
	const char *name, *entries, *text;
	bool want;
} rows[] = {
	{ "nothing in it", "", "12345", false },
	{ "a number", "+15550100001", "+15550100001", true },
	{ "another", "+15550100001", "+15550100002", false },
	{ "longer", "+15550100001", "+155501000010", false },
	{ "shorter", "+15550100001", "+1555010000", false },
	{ "a '+' in the entry counts", "+123", "123", false },
	{ "none stands for both", "123", "+123", true },
	{ "and for itself", "123", "123", true },
	{ "zeros in front count", "0123", "123", false },
	{ "all of them", "0123", "0123", true },
	{ "a prefix", "+1900*", "+19005550100", true },
	{ "exactly the prefix", "+1900*", "+1900", true },
	{ "less than it", "+1900*", "+190", false },
	{ "a prefix without '+'", "1900*", "+19005550100", true },
	{ "a prefix of zeros", "00*", "0044", true },
	{ "not a prefix", "00*", "044", false },
	{ "every international number", "+*", "+1", true },
	{ "but no short code", "+*", "1", false },
	{ "all numbers", "*", "12345", true },
	{ "and all names", "*", "News", true },
	{ "and nothing", "*", "", true },
	{ "a name", "News", "News", true },
	{ "in other letters", "News", "NEWS", false },
	{ "a longer name", "News", "Newsflash", false },
	{ "names that begin so", "News*", "Newsflash", true },
	{ "the name itself", "News*", "News", true },
	{ "others", "News*", "New", false },
	{ "an asterisk that was sent", "News*", "News*", true },
	{ "is not a prefix when asked for", "News", "New*", false },
	{ "16 digits", "1234567890123456", "1234567890123456", true },
	{ "15 of them are another number", "1234567890123456",
	  "123456789012345", false },
	{ "a prefix of a long number", "1234*", "12345678901234567890", true },
	{ "a prefix that is long itself", "12345678901234567*",
	  "12345678901234567890", true },
	{ "a service code", "*100#", "*100#", true },
	{ "digits before something else", "12*", "12#34", true },
	{ "an expression", "/^\\+44(70|76)/", "+447012345678", true },
	{ "that does not fit", "/^\\+44(70|76)/", "+447700900123", false },
	{ "an expression and a number", "/^9/; 123", "123", true },
	{ "the last of many", "1; 2; 3*; News; /x$/; +4", "+4", true },
	{ "a URI", "sip:mary@cpm.example", "sip:mary@cpm.example", true },
	{ "a number in a URI is none", "123*", "sip:123@cpm.example", false },
};

static void test_rows(void)
{
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		struct number_list *l = number_list_new();

		CU_ASSERT_FATAL(l != NULL);
		ROW(r, number_list_add_all(l, bytes_of(r->entries), NULL) ==
			       OK);
		number_list_finish(l);
		ROW(r, number_list_has(l, bytes_of(r->text)) == r->want);
		number_list_free(l);
	}
	number_list_free(NULL);
}

static const struct bad {
	const char *name, *entries, *why;
} bads[] = {
	{ "an empty item", "1;;2", ": not a number or a text" },
	{ "a plus", "+", "+: not a number or a text" },
	{ "an open expression", "/1", "/1: no '/' at its end" },
	{ "one slash", "/", "/: no '/' at its end" },
	{ "a bad expression", "/^(.)\\1/",
	  "/^(.)\\1/: a reference back is not allowed" },
	{ "a control character", "a\tb",
	  "entry: a control character in it, or not UTF-8" },
	{ "not UTF-8", "a\xFF",
	  "entry: a control character in it, or not UTF-8" },
};

static void test_bad(void)
{
	struct buf why = BUF_INIT(1000);
	const struct bad *r;

	for (r = bads; r < bads + sizeof bads / sizeof *bads; r++) {
		struct number_list *l = number_list_new();

		CU_ASSERT_FATAL(l != NULL);
		buf_reset(&why);
		ROW(r, number_list_add_all(l, bytes_of(r->entries), &why) ==
			       ERR_RANGE);
		ROW(r, bytes_is(buf_bytes(&why), r->why));
		number_list_free(l);
	}
	buf_clear(&why);
}

static void test_file(void)
{
	static const char good[] = "# what nobody wants\r\n"
				   "+19005550100\r\n"
				   "\n"
				   "  +1901*  \n"
				   "News\n"
				   "News\n"
				   "/^666/";
	struct number_list *l = number_list_new();
	struct buf why = BUF_INIT(1000);

	CU_ASSERT_FATAL(l != NULL);
	CU_ASSERT(number_list_read(l, bytes_of(good), "list", &why) == OK);
	number_list_finish(l);
	CU_ASSERT(why.n == 0 && number_list_count(l) == 4);
	CU_ASSERT(number_list_has(l, bytes_of("+19005550100")));
	CU_ASSERT(number_list_has(l, bytes_of("+1901")));
	CU_ASSERT(number_list_has(l, bytes_of("News")));
	CU_ASSERT(number_list_has(l, bytes_of("6667")));
	CU_ASSERT(!number_list_has(l, bytes_of("# what nobody wants")));
	CU_ASSERT(number_list_read(l, bytes_of("1\n+\n# x\n/(/\n2\n/9"), "list",
				   &why) == ERR_RANGE);
	CU_ASSERT(strncmp(buf_string(&why),
			  "list:2: +: not a number or a text\nlist:4: /(/: ",
			  47) == 0);
	CU_ASSERT(strstr(buf_string(&why), "list:6: /9: no '/' at its end\n") !=
		  NULL);
	number_list_free(l);
	buf_clear(&why);
}

#define MILLION 1000000u

/* Each third number from +4477 on, as a file; some of them twice. */
static void test_million(void)
{
	struct buf file = BUF_INIT(32 * 1024 * 1024);
	struct number_list *l = number_list_new();
	struct buf why = BUF_INIT(1000);
	char text[32];
	unsigned i, wrong = 0;

	CU_ASSERT_FATAL(l != NULL);
	for (i = 0; i < MILLION; i++)
		buf_printf(&file, "+4477%08u\n",
			   (unsigned)(i * UINT64_C(7919) % MILLION) * 3);
	buf_text(&file, "+447700000000\n");
	CU_ASSERT(number_list_read(l, buf_bytes(&file), "f", &why) == OK);
	buf_clear(&file);
	number_list_finish(l);
	CU_ASSERT(number_list_count(l) == MILLION);
	for (i = 0; i < 100000; i++) {
		snprintf(text, sizeof text, "+4477%08u", i);
		wrong += number_list_has(l, bytes_of(text)) != (i % 3 == 0);
	}
	CU_ASSERT(wrong == 0);
	CU_ASSERT(!number_list_has(l, bytes_of("+447703000000")));
	number_list_free(l);
	buf_clear(&why);
}

static void test_bounds(void)
{
	struct number_list *l = number_list_new();
	uint8_t text[NUMBER_LIST_TEXT_MAX + 1];
	unsigned i;
	enum err e = OK;

	CU_ASSERT_FATAL(l != NULL);
	memset(text, 'a', sizeof text);
	CU_ASSERT(number_list_add(l, (struct bytes){ text, sizeof text },
				  NULL) == ERR_RANGE);
	CU_ASSERT(number_list_add(l, (struct bytes){ text, sizeof text - 1 },
				  NULL) == OK);
	for (i = 0; i < NUMBER_LIST_EXPRESSIONS_MAX; i++)
		CU_ASSERT(number_list_add(l, bytes_of("/^a$/"), NULL) == OK);
	CU_ASSERT(number_list_add(l, bytes_of("/^a$/"), NULL) == ERR_RANGE);
	number_list_finish(l);
	CU_ASSERT(number_list_has(l, (struct bytes){ text, sizeof text - 1 }));
	CU_ASSERT(!number_list_has(l, (struct bytes){ text, sizeof text }));
	for (i = 0; e == OK; i++)
		e = number_list_add(l, bytes_of("1"), NULL);
	CU_ASSERT(e == ERR_TOOBIG && i == NUMBER_LIST_MAX);
	number_list_free(l);
}

static void test_no_memory(void)
{
	struct number_list *l;
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; e != OK; n++) {
		mem_fail_at(n);
		l = number_list_new();
		e = l == NULL ? ERR_NOMEM
			      : number_list_add_all(
					l, bytes_of("1; News; /2/; 3"), NULL);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		number_list_free(l);
	}
	CU_ASSERT(n > 4);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "mistakes", test_bad },
	{ "a file", test_file },
	{ "a million", test_million },
	{ "bounds", test_bounds },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("number_list", tests)
