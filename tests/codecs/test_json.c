#include "codecs/json.h"

#include <string.h>

#include "codecs/utf8.h"
#include "tests/check.h"

static const struct text_row {
	const char *name, *text, *json;
} texts[] = {
	{ "plain", "abc", "\"abc\"" },
	{ "empty", "", "\"\"" },
	{ "RFC 8259 7, two characters", "\"\\\b\f\n\r\t",
	  "\"\\\"\\\\\\b\\f\\n\\r\\t\"" },
	{ "slash is not escaped", "/", "\"/\"" },
	{ "other controls", "\x01\x1F\x7F", "\"\\u0001\\u001f\\u007f\"" },
	{ "UTF-8 stays", "\xC3\xA4\xF0\x9F\x98\x80",
	  "\"\xC3\xA4\xF0\x9F\x98\x80\"" },
	{ "separators of lines", "\xE2\x80\xA8\xE2\x80\xA9",
	  "\"\\u2028\\u2029\"" },
	{ "repaired", "a\xFFz\xC3", "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\"" },
};

static void test_text(void)
{
	struct buf b = BUF_INIT(256);
	struct json_writer w;
	size_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		buf_reset(&b);
		w = JSON_WRITER(&b);
		json_string(&w, texts[i].text);
		ROW(&texts[i], bytes_is(buf_bytes(&b), texts[i].json));
	}
	buf_clear(&b);
}

static void test_writer(void)
{
	struct buf b = BUF_INIT(512);
	struct json_writer w = JSON_WRITER(&b);

	json_open_object(&w);
	json_put_string(&w, "a", "x");
	json_put_string(&w, "none", NULL);
	json_put_int(&w, "least", INT64_MIN);
	json_put_uint(&w, "most", UINT64_MAX);
	json_put_bool(&w, "yes", true);
	json_put_text(&w, "q\"", bytes_of("y"));
	json_name(&w, "list");
	json_open_array(&w);
	json_uint(&w, 1);
	json_null(&w);
	json_open_array(&w);
	json_close_array(&w);
	json_open_object(&w);
	json_close_object(&w);
	json_bool(&w, false);
	json_int(&w, -5);
	json_close_array(&w);
	json_put_uint(&w, "end", 0);
	json_close_object(&w);
	CU_ASSERT(buf_status(&b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "{\"a\":\"x\",\"none\":null,"
			   "\"least\":-9223372036854775808,"
			   "\"most\":18446744073709551615,\"yes\":true,"
			   "\"q\\\"\":\"y\","
			   "\"list\":[1,null,[],{},false,-5],\"end\":0}"));
	buf_clear(&b);
}

static const struct read_row {
	const char *name, *text;
	enum err want;
} reads[] = {
	{ "object", " {\"a\" : 1 , \"b\":[true,false,null]}\r\n", OK },
	{ "empty array", "[]", OK },
	{ "any value (RFC 8259 2)", "\"x\"", OK },
	{ "number", "-0.5e+10", OK },
	{ "zero", "0", OK },
	{ "escapes", "\"\\u00e4\\uD83D\\uDE00\\/\\\"\\\\\\b\\f\\n\\r\\t\"",
	  OK },
	{ "leading zero (6)", "01", ERR_MALFORMED },
	{ "plus", "+1", ERR_MALFORMED },
	{ "no digit behind the point", "[1.]", ERR_MALFORMED },
	{ "no digit in the exponent", "[1e]", ERR_MALFORMED },
	{ "point first", ".5", ERR_MALFORMED },
	{ "comma too many", "[1,]", ERR_MALFORMED },
	{ "comma missing", "[1 2]", ERR_MALFORMED },
	{ "name is no string", "{1:2}", ERR_MALFORMED },
	{ "colon missing", "{\"a\" 2}", ERR_MALFORMED },
	{ "brackets crossed", "[1}", ERR_MALFORMED },
	{ "two texts", "1 2", ERR_MALFORMED },
	{ "control in a string (7)", "\"a\tb\"", ERR_MALFORMED },
	{ "unknown escape", "\"\\x\"", ERR_MALFORMED },
	{ "digits missing", "\"\\u12g4\"", ERR_MALFORMED },
	{ "lone low surrogate (8.2)", "\"\\uDC00\"", ERR_MALFORMED },
	{ "lone high surrogate (8.2)", "\"\\uD800x\"", ERR_MALFORMED },
	{ "two high surrogates", "\"\\uD800\\uD800\"", ERR_MALFORMED },
	{ "not UTF-8 (8.1)", "\"\xFFz\"", ERR_MALFORMED },
	{ "wrong word", "nul!", ERR_MALFORMED },
	{ "byte order mark (8.1)", "\xEF\xBB\xBF{}", ERR_MALFORMED },
	{ "nothing", "  ", ERR_MORE },
};

static void test_read(void)
{
	struct arena *a = arena_new(65536);
	const struct json_value *v;
	struct bytes in;
	struct fault why;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof reads / sizeof *reads; i++) {
		arena_reset(a);
		in = bytes_of(reads[i].text);
		ROW(&reads[i], json_read(in, a, &v, &why) == reads[i].want);
	}
	in = bytes_of("[1, x]");
	CU_ASSERT(json_read(in, a, &v, &why) == ERR_MALFORMED);
	CU_ASSERT(why.offset == 4);
	arena_free(a);
}

static const char sample[] =
	"{\"id\":\"m\\u00e4\\ud83d\\ude00\",\"n\":42,\"neg\":-1,\"big\":1e3,"
	"\"yes\":true,\"no\":false,\"list\":[{\"a\":null},[],\"\xC3\xA4\"],"
	"\"n\":43,\"na\\u006de\":0}";

static void test_prefixes(void)
{
	struct arena *a = arena_new(65536);
	struct bytes in = bytes_of(sample);
	const struct json_value *v;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (in.n--; in.n > 0; in.n--) {
		arena_reset(a);
		CU_ASSERT(json_read(in, a, &v, NULL) == ERR_MORE);
	}
	arena_free(a);
}

static void test_find(void)
{
	struct arena *a = arena_new(65536);
	const struct json_value *v, *list;
	struct bytes text;
	uint64_t n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_FATAL(json_read(bytes_of(sample), a, &v, NULL) == OK);
	CU_ASSERT(json_find_text(v, "id", &text) == OK);
	CU_ASSERT(bytes_is(text, "m\xC3\xA4\xF0\x9F\x98\x80"));
	CU_ASSERT(json_find_text(v, "n", &text) == ERR_MALFORMED);
	CU_ASSERT(json_find_text(v, "x", &text) == ERR_NOTFOUND);
	CU_ASSERT(json_find_uint(v, "n", 100, &n) == OK && n == 43);
	CU_ASSERT(json_find_uint(v, "n", 42, &n) == ERR_RANGE);
	CU_ASSERT(json_find_uint(v, "neg", 100, &n) == ERR_MALFORMED);
	CU_ASSERT(json_find_uint(v, "big", 9999, &n) == ERR_MALFORMED);
	CU_ASSERT(json_find_uint(v, "id", 9999, &n) == ERR_MALFORMED);
	CU_ASSERT(json_find_uint(v, "x", 9999, &n) == ERR_NOTFOUND);
	CU_ASSERT(json_find_true(v, "yes") && !json_find_true(v, "no"));
	CU_ASSERT(!json_find_true(v, "x") && !json_find_true(v, "n"));
	CU_ASSERT_PTR_NOT_NULL(json_find(v, "name"));
	list = json_find(v, "list");
	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	CU_ASSERT(list->kind == JSON_ARRAY);
	CU_ASSERT(list->child->kind == JSON_OBJECT);
	CU_ASSERT(json_find(list->child, "a")->kind == JSON_NULL);
	CU_ASSERT(list->child->next->kind == JSON_ARRAY);
	CU_ASSERT_PTR_NULL(list->child->next->child);
	CU_ASSERT(bytes_is(list->child->next->next->text, "\xC3\xA4"));
	CU_ASSERT_PTR_NULL(json_find(list, "a"));
	CU_ASSERT_PTR_NULL(json_find(NULL, "a"));
	arena_free(a);
}

/* `depth` brackets open and close again. */
static enum err read_deep(size_t depth, struct arena *a)
{
	const struct json_value *v;
	uint8_t text[100];

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	return json_read((struct bytes){ text, 2 * depth }, a, &v, NULL);
}

static void test_limits(void)
{
	struct arena *a = arena_new(4 << 20), *small = arena_new(300);
	const struct json_value *v;
	struct buf b = BUF_INIT(65536);
	size_t i;

	CU_ASSERT_FATAL(a != NULL && small != NULL);
	CU_ASSERT(read_deep(JSON_DEPTH_MAX, a) == OK);
	CU_ASSERT(read_deep(JSON_DEPTH_MAX + 1, a) == ERR_TOOBIG);
	buf_text(&b, "[1");
	for (i = 0; i < JSON_VALUES_MAX - 2; i++)
		buf_text(&b, ",1");
	buf_text(&b, "]");
	CU_ASSERT(json_read(buf_bytes(&b), a, &v, NULL) == OK);
	buf_text(&b, "x");
	b.n -= 2;
	buf_text(&b, ",1]");
	CU_ASSERT(json_read(buf_bytes(&b), a, &v, NULL) == ERR_TOOBIG);
	CU_ASSERT(json_read(bytes_of(sample), small, &v, NULL) == ERR_NOMEM);
	buf_clear(&b);
	arena_free(a);
	arena_free(small);
}

static void test_memory(void)
{
	const struct json_value *v;
	struct arena *a;
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; n < 100 && e != OK; n++) {
		a = arena_new(65536);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		mem_fail_at(n);
		e = json_read(bytes_of(sample), a, &v, NULL);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 2);
}

static const struct check_test tests[] = {
	{ "strings are escaped and repaired", test_text },
	{ "the writer sets the commas", test_writer },
	{ "texts right and wrong", test_read },
	{ "cut anywhere", test_prefixes },
	{ "members are found", test_find },
	{ "depth, values and arena are bounded", test_limits },
	{ "memory", test_memory },
	{ NULL, NULL }
};
CHECK_MAIN("json", tests)
