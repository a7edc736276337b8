#include "codecs/resource_list.h"

#include <stdio.h>

#include "tests/check.h"

#define RL   "urn:ietf:params:xml:ns:resource-lists"
#define CP   "urn:ietf:params:xml:ns:copycontrol"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
#define OPEN "<resource-lists xmlns=\"" RL "\" xmlns:cp=\"" CP "\"><list>"
#define END  "</list></resource-lists>"

/* The parties of RFC 5364 6, in our own spelling. */
#define PARTIES                                                                \
	"<entry uri=\"sip:bill@example.com\" cp:copyControl=\"to\"/>"          \
	"<entry uri=\"sip:randy@example.net\" cp:copyControl=\"to\""           \
	" cp:anonymize=\"true\"/>"                                             \
	"<entry uri=\"sip:eddy@example.com\" cp:copyControl=\"to\""            \
	" cp:anonymize=\"true\"/>"                                             \
	"<entry uri=\"sip:joe@example.org\" cp:copyControl=\"cc\"/>"           \
	"<entry uri=\"sip:carol@example.net\" cp:copyControl=\"cc\""           \
	" cp:anonymize=\"true\"/>"                                             \
	"<entry uri=\"sip:ted@example.net\" cp:copyControl=\"bcc\"/>"          \
	"<entry uri=\"sip:andy@example.com\" cp:copyControl=\"bcc\"/>"

static const char whole[] = HEAD OPEN PARTIES END "\r\n";

static const struct {
	const char *name, *uri;
	enum copy_control copy;
	bool anonymize;
} parties[] = {
	{ "bill", "sip:bill@example.com", COPY_TO, false },
	{ "randy", "sip:randy@example.net", COPY_TO, true },
	{ "eddy", "sip:eddy@example.com", COPY_TO, true },
	{ "joe", "sip:joe@example.org", COPY_CC, false },
	{ "carol", "sip:carol@example.net", COPY_CC, true },
	{ "ted", "sip:ted@example.net", COPY_BCC, false },
	{ "andy", "sip:andy@example.com", COPY_BCC, false },
};

#define PARTY_COUNT (sizeof parties / sizeof *parties)

static void test_parties(void)
{
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(8192);
	struct resource_list l;
	struct bytes in = bytes_of(whole);
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL_FATAL(resource_list_decode(in, a, &l, NULL), OK);
	CU_ASSERT_EQUAL_FATAL(l.n, PARTY_COUNT);
	for (i = 0; i < PARTY_COUNT; i++) {
		ROW(&parties[i], bytes_is(l.entries[i].uri, parties[i].uri));
		ROW(&parties[i], l.entries[i].copy == parties[i].copy);
		ROW(&parties[i],
		    l.entries[i].anonymize == parties[i].anonymize);
		ROW(&parties[i], l.entries[i].count == 1);
		ROW(&parties[i], l.entries[i].name.n == 0);
	}
	CU_ASSERT_EQUAL(resource_list_encode(&l, &b), OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), whole));
	for (in.n -= 3; in.n > 0; in.n--) {
		arena_reset(a);
		CU_ASSERT_EQUAL(resource_list_decode(in, a, &l, NULL),
				ERR_MORE);
	}
	buf_clear(&b);
	arena_free(a);
}

/* RFC 5364 6: what the recipients are told. */
static void test_history(void)
{
	static const char told[] = HEAD OPEN
		"<entry uri=\"sip:bill@example.com\" cp:copyControl=\"to\"/>"
		"<entry uri=\"sip:anonymous@anonymous.invalid\""
		" cp:copyControl=\"to\" cp:count=\"2\"/>"
		"<entry uri=\"sip:joe@example.org\" cp:copyControl=\"cc\"/>"
		"<entry uri=\"sip:anonymous@anonymous.invalid\""
		" cp:copyControl=\"cc\"/>" END "\r\n";
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(8192);
	struct resource_list l, blind;
	bool any = false;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL_FATAL(
		resource_list_decode(bytes_of(whole), a, &l, NULL), OK);
	CU_ASSERT_EQUAL(resource_list_history(&l, a, &b, &any), OK);
	CU_ASSERT(any);
	CU_ASSERT(bytes_is(buf_bytes(&b), told));
	buf_reset(&b);
	blind = (struct resource_list){ &l.entries[5], 2 };
	CU_ASSERT_EQUAL(resource_list_history(&blind, a, &b, &any), OK);
	CU_ASSERT(!any && b.n == 0);
	buf_clear(&b);
	arena_free(a);
}

#define ONE "<entry uri=\"sip:a@b.example\"/>"

static const struct row {
	const char *name, *text;
	enum err want;
	size_t n;
	const char *field;
} rows[] = {
	{ "without copyControl it is bcc (RFC 5364 4)", OPEN ONE END, OK, 1,
	  "" },
	{ "nobody", OPEN END, OK, 0, "" },
	{ "no list at all", "<resource-lists xmlns=\"" RL "\"/>", OK, 0, "" },
	{ "two lists", OPEN ONE "</list><list>" ONE END, OK, 2, "" },
	{ "lists in lists (RFC 4826 3.1)",
	  OPEN ONE "<list>" ONE "<list/></list>" ONE END, OK, 3, "" },
	{ "a name, and what others have added",
	  OPEN "<display-name>All</display-name><entry uri=\" sip:a@b.example "
	       "\" x:y=\"z\" xmlns:x=\"urn:x\"><display-name>A</display-name>"
	       "<x:q/></entry>" END,
	  OK, 1, "" },
	{ "no uri (RFC 4826 3.2)", OPEN "<entry/>" END, ERR_MALFORMED, 0,
	  "uri" },
	{ "empty uri", OPEN "<entry uri=\" \"/>" END, ERR_MALFORMED, 0, "uri" },
	{ "another copyControl (RFC 5364 5)",
	  OPEN "<entry uri=\"sip:a@b\" cp:copyControl=\"To\"/>" END,
	  ERR_MALFORMED, 0, "copyControl" },
	{ "anonymize is a boolean",
	  OPEN "<entry uri=\"sip:a@b\" cp:anonymize=\"yes\"/>" END,
	  ERR_MALFORMED, 0, "anonymize" },
	{ "count is a number",
	  OPEN "<entry uri=\"sip:a@b\" cp:count=\"-1\"/>" END, ERR_MALFORMED, 0,
	  "count" },
	{ "count has an end",
	  OPEN "<entry uri=\"sip:a@b\" cp:count=\"4294967296\"/>" END,
	  ERR_MALFORMED, 0, "count" },
	{ "the second one counts, too", OPEN ONE "<entry/>" END, ERR_MALFORMED,
	  0, "uri" },
	{ "entry-ref is elsewhere (RFC 5365 6)",
	  OPEN "<entry-ref ref=\"x\"/>" END, ERR_UNSUPPORTED, 0, "entry-ref" },
	{ "external is elsewhere",
	  OPEN "<external anchor=\"http://h.example/x\"/>" END,
	  ERR_UNSUPPORTED, 0, "entry-ref" },
	{ "another document", "<rls-services xmlns=\"urn:x\"/>",
	  ERR_UNSUPPORTED, 0, "resource-lists" },
	{ "no name space", "<resource-lists><list/></resource-lists>",
	  ERR_UNSUPPORTED, 0, "resource-lists" },
	{ "not well-formed", OPEN END ">", ERR_MALFORMED, 0, NULL },
	{ "entities", "<!DOCTYPE x [<!ENTITY a \"b\">]>" OPEN END,
	  ERR_MALFORMED, 0, NULL },
	{ "nothing", "", ERR_MORE, 0, NULL },
};

static void test_rows(void)
{
	struct arena *a = arena_new(65536);
	struct resource_list l;
	struct fault why;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		l = (struct resource_list){ NULL, 77 };
		why = (struct fault){ 0 };
		ROW(r, resource_list_decode(bytes_of(r->text), a, &l, &why) ==
			       r->want);
		ROW(r, l.n == (r->want == OK ? r->n : 77));
		if (r->want == OK && l.n > 0) {
			ROW(r, l.entries[0].copy == COPY_BCC);
			ROW(r, bytes_is(l.entries[0].uri, "sip:a@b.example"));
		}
		if (r->want != OK && r->field != NULL)
			ROW(r, bytes_is(bytes_of(why.field), r->field));
		arena_reset(a);
	}
	arena_free(a);
}

/* Senders write the name space in other letters, too, and xs:boolean as 1. */
static void test_spellings(void)
{
	struct arena *a = arena_new(65536);
	struct resource_list l;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL_FATAL(
		resource_list_decode(
			bytes_of("<r:resource-lists xmlns:r=\"" RL
				 "\" xmlns:c=\"urn:ietf:params:xml:ns:"
				 "copyControl\"><r:list><r:entry "
				 "uri=\"tel:+1\" c:copyControl=\"cc\" "
				 "c:anonymize=\"1\" c:count=\"7\">"
				 "<r:display-name>J\xC3\xB6</r:display-name>"
				 "</r:entry></r:list></r:resource-lists>"),
			a, &l, NULL),
		OK);
	CU_ASSERT_EQUAL_FATAL(l.n, 1);
	CU_ASSERT(l.entries[0].copy == COPY_CC && l.entries[0].anonymize &&
		  l.entries[0].count == 7);
	CU_ASSERT(bytes_is(l.entries[0].name, "J\xC3\xB6"));
	arena_free(a);
}

static void test_limits(void)
{
	struct arena *a = arena_new(4 << 20);
	struct resource empty = { .count = 1 };
	struct resource_list l = { &empty, 1 };
	struct buf b = BUF_INIT(1 << 20), entries = BUF_INIT(1 << 20);
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL(resource_list_encode(&l, &b), ERR_RANGE);
	for (n = RESOURCE_LIST_MAX; n <= RESOURCE_LIST_MAX + 1; n++) {
		check_repeat(&entries, ONE, n, END);
		buf_reset(&b);
		buf_text(&b, OPEN);
		buf_put(&b, buf_bytes(&entries));
		CU_ASSERT_EQUAL(
			resource_list_decode(buf_bytes(&b), a, &l, NULL),
			n > RESOURCE_LIST_MAX ? ERR_TOOBIG : OK);
		arena_reset(a);
	}
	buf_clear(&entries);
	buf_clear(&b);
	arena_free(a);
}

static enum err read_and_tell(struct arena *a, struct buf *to)
{
	struct resource_list l;
	bool any;
	enum err e = resource_list_decode(bytes_of(whole), a, &l, NULL);

	return e == OK ? resource_list_history(&l, a, to, &any) : e;
}

static void test_no_memory(void)
{
	struct arena *a;
	struct buf b;
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; e != OK && n < 200; n++) {
		b = (struct buf)BUF_INIT(8192);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a = arena_new(65536));
		mem_fail_at(n);
		e = read_and_tell(a, &b);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		buf_clear(&b);
		arena_free(a);
	}
	CU_ASSERT_EQUAL(e, OK);
	CU_ASSERT(n > 2);
}

static const struct check_test tests[] = {
	{ "the parties of a list", test_parties },
	{ "what recipients are told", test_history },
	{ "documents", test_rows },
	{ "other spellings", test_spellings },
	{ "limits", test_limits },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};
CHECK_MAIN("resource_list", tests)
