#include "codecs/wapxml.h"

#include <string.h>

#include "tests/check.h"

#define TYPE "<!DOCTYPE a PUBLIC \"-//X//EN\" \"http://x/>\">"

static const struct row {
	const char *name, *text;
	enum err want;
	const char *field;
} rows[] = {
	{ "no DOCTYPE", "<a>b</a>", OK, "" },
	{ "XML 1.0 2.8: one with a public id", TYPE "<a>b</a>", OK, "" },
	{ "with a system id", "<!DOCTYPE a SYSTEM 'x\">'><a>b</a>", OK, "" },
	{ "with neither", "<!DOCTYPE a><a>b</a>", OK, "" },
	{ "behind all that may be there",
	  "\xEF\xBB\xBF<?xml version=\"1.0\"?>\r\n <!-- <!DOCTYPE --> <?p <a?>"
	  "\t" TYPE "\n<!-- x --><a>b</a>",
	  OK, "" },
	{ "an internal subset", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>b</a>",
	  ERR_MALFORMED, "DOCTYPE" },
	{ "two of them", TYPE TYPE "<a>b</a>", ERR_MALFORMED, "document" },
	{ "one inside", "<a>" TYPE "</a>", ERR_MALFORMED, "document" },
	{ "without end", "<!DOCTYPE a \"><a>b</a>", ERR_MORE, "DOCTYPE" },
	{ "a comment without end", "<!-- <!DOCTYPE a>", ERR_MORE, "document" },
	{ "white space alone", " \r\n", ERR_MORE, "document" },
	{ "empty", "", ERR_MORE, "document" },
};

static void test_reads(void)
{
	struct arena *a = arena_new(1 << 20);
	struct xml_node *root;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct fault why = { "", NULL, 0 };

		root = NULL;
		ROW(r,
		    wapxml_read(bytes_of(r->text), a, &root, &why) == r->want);
		ROW(r, strcmp(why.field, r->field) == 0);
		ROW(r, r->want != OK || (xml_is(root, "", "a") &&
					 bytes_is(root->text, "b")));
	}
	arena_free(a);
}

static void test_bounds(void)
{
	static const uint8_t zeros[XML_OCTETS_MAX + 1];
	struct bytes much = { zeros, sizeof zeros };
	struct arena *a = arena_new(64);
	struct xml_node *root;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT(wapxml_read(much, a, &root, NULL) == ERR_TOOBIG);
	CU_ASSERT(wapxml_read(bytes_of(TYPE "                 <a>b</a>"), a,
			      &root, NULL) == ERR_NOMEM);
	arena_free(a);
}

static void test_begins(void)
{
	struct buf b = BUF_INIT(256);

	wapxml_begin(&b, "a", "-//X//EN", "http://x/");
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
			   "<!DOCTYPE a PUBLIC \"-//X//EN\"\r\n"
			   " \"http://x/\">\r\n"));
	buf_clear(&b);
}

static const struct check_test tests[] = { { "reads", test_reads },
					   { "bounds", test_bounds },
					   { "begins", test_begins },
					   { NULL, NULL } };

CHECK_MAIN("wapxml", tests)
