#include "codecs/group_document.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"

#define LS   "urn:oma:xml:poc:list-service"
#define RL   "urn:ietf:params:xml:ns:resource-lists"
#define CP   "urn:ietf:params:xml:ns:common-policy"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
#define OPEN                                                                   \
	"<group xmlns=\"" LS "\" xmlns:cp=\"" CP                               \
	"\" xmlns:ocp=\"urn:oma:xml:xdm:common-policy\">"
#define END "</group>\r\n"

/* As we write it. */
static const char whole[] = HEAD OPEN
	"<list-service uri=\"sip:walkers@cpm.example\">"
	"<display-name>Walkers &amp; co</display-name><list>"
	"<entry uri=\"tel:+15550100001\"></entry>"
	"<entry uri=\"sip:peter@cpm.example\"><display-name>Peter"
	"</display-name></entry></list><cp:ruleset>"
	"<cp:rule id=\"r1\"><cp:conditions><is-list-member/></cp:conditions>"
	"<cp:actions><allow-initiate-conference>true"
	"</allow-initiate-conference><allow-anonymity>false"
	"</allow-anonymity></cp:actions></cp:rule>"
	"<cp:rule id=\"r2\"><cp:conditions><cp:identity>"
	"<cp:one id=\"sip:guide@other.example\"/>"
	"<cp:many domain=\"cpm.example\"><cp:except id=\"sip:bob@cpm.example\""
	"/><cp:except domain=\"bad.example\"/></cp:many>"
	"<cp:many></cp:many></cp:identity></cp:conditions><cp:actions>"
	"</cp:actions></cp:rule><cp:rule id=\"r3\"><cp:conditions>"
	"<ocp:other-identity/><cp:sphere value=\"\"/></cp:conditions>"
	"<cp:actions></cp:actions></cp:rule></cp:ruleset></list-service>"
	"<list-service uri=\"tel:+15550109999\"><list></list></list-service>"
	END;

static void check_rules(const struct group *g)
{
	static const struct {
		const char *name, *uri, *domain;
		bool except, many;
	} wanted[] = {
		{ "one", "sip:guide@other.example", "", false, false },
		{ "many", "", "cpm.example", false, true },
		{ "except id", "sip:bob@cpm.example", "", true, false },
		{ "except domain", "", "bad.example", true, false },
		{ "all", "", "", false, true },
	};
	const struct group_rule *r = g->rules;
	size_t i;

	CU_ASSERT(r[0].members && !r[0].identity && !r[0].never &&
		  !r[0].others);
	CU_ASSERT(r[0].initiate == GROUP_YES && r[0].anonymity == GROUP_NO);
	CU_ASSERT(!r[1].members && r[1].identity && !r[1].never);
	CU_ASSERT(r[1].initiate == GROUP_SILENT &&
		  r[1].anonymity == GROUP_SILENT);
	CU_ASSERT_EQUAL_FATAL(r[1].n_identities, 5);
	for (i = 0; i < 5; i++) {
		const struct group_identity *one = &r[1].identities[i];

		ROW(&wanted[i], bytes_is(one->uri, wanted[i].uri));
		ROW(&wanted[i], bytes_is(one->domain, wanted[i].domain));
		ROW(&wanted[i], one->except == wanted[i].except);
		ROW(&wanted[i], one->many == wanted[i].many);
	}
	CU_ASSERT(r[2].others && r[2].never && !r[2].members);
}

static void test_whole(void)
{
	struct arena *a = arena_new(1 << 20);
	struct buf b = BUF_INIT(8192);
	struct bytes in = bytes_of(whole);
	struct group_fault why;
	struct group *g;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL_FATAL(group_document_decode(in, a, &g, &why), OK);
	CU_ASSERT(bytes_is(g->uri, "sip:walkers@cpm.example"));
	CU_ASSERT(bytes_is(g->name, "Walkers & co"));
	CU_ASSERT_EQUAL(g->line, 2);
	CU_ASSERT_EQUAL_FATAL(g->n_members, 2);
	CU_ASSERT(bytes_is(g->members[0].uri, "tel:+15550100001"));
	CU_ASSERT(g->members[0].name.n == 0);
	CU_ASSERT(bytes_is(g->members[1].name, "Peter"));
	CU_ASSERT_EQUAL_FATAL(g->n_rules, 3);
	check_rules(g);
	CU_ASSERT_PTR_NOT_NULL_FATAL(g->next);
	CU_ASSERT(bytes_is(g->next->uri, "tel:+15550109999"));
	CU_ASSERT(g->next->n_members == 0 && g->next->n_rules == 0);
	CU_ASSERT(g->next->next == NULL);
	CU_ASSERT_EQUAL(group_document_encode(g, &b), OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), whole));
	for (in.n -= 3; in.n > 0; in.n--) {
		arena_reset(a);
		CU_ASSERT_EQUAL(group_document_decode(in, a, &g, &why),
				ERR_MALFORMED);
		CU_ASSERT(why.what != NULL && why.line >= 1 && why.line <= 2);
	}
	buf_clear(&b);
	arena_free(a);
}

#define LS1(inside_)                                                           \
	"<group xmlns=\"" LS "\">\n<list-service uri=\"sip:g@x\">\n" inside_   \
	"\n</list-service></group>"
#define RULE(conditions_, actions_)                                            \
	LS1("<ruleset xmlns=\"" CP "\"><rule><conditions>" conditions_         \
	    "</conditions><actions>" actions_ "</actions></rule></ruleset>")

static const struct row {
	const char *name, *text;
	enum err want;
	size_t line;
	const char *what;
} rows[] = {
	{ "entries of RFC 4826 in it",
	  LS1("<list xmlns=\"" RL "\"><entry uri=\"tel:+1\"/></list>"), OK, 0,
	  NULL },
	{ "what others have added",
	  LS1("<x:y xmlns:x=\"urn:x\"/><list><x:entry xmlns:x=\"urn:x\"/>"
	      "</list><max-participant-count>5</max-participant-count>"),
	  OK, 0, NULL },
	{ "no members", LS1(""), OK, 0, NULL },
	{ "another document",
	  "\n<resource-lists xmlns=\"" RL "\"/>", ERR_UNSUPPORTED, 2,
	  "no group document" },
	{ "a group without one", "<group xmlns=\"" LS "\"/>", ERR_MALFORMED, 1,
	  "no list-service" },
	{ "no address", "<group xmlns=\"" LS "\">\n\n<list-service/></group>",
	  ERR_MALFORMED, 3, "list-service without uri" },
	{ "a member without address",
	  LS1("<list><entry uri=\"tel:+1\"/>\n<entry/></list>"), ERR_MALFORMED,
	  4, "entry without uri" },
	{ "members that are elsewhere",
	  "\n" LS1("<list><external anchor=\"http://h.example/x\"/></list>"),
	  ERR_UNSUPPORTED, 4, "members that are elsewhere" },
	{ "a reference", LS1("<list><entry-ref ref=\"x\"/></list>"),
	  ERR_UNSUPPORTED, 3, "members that are elsewhere" },
	{ "one without id (RFC 4745 7.1)",
	  RULE("<identity><one/></identity>", ""), ERR_MALFORMED, 3,
	  "one without id" },
	{ "except without either",
	  RULE("<identity><many><except/></many></identity>", ""),
	  ERR_MALFORMED, 3, "except without id or domain" },
	{ "two identities", RULE("<identity/>\n<identity/>", ""),
	  ERR_MALFORMED, 4, "two identities" },
	{ "no boolean",
	  RULE("", "\n<allow-anonymity>perhaps</allow-anonymity>"),
	  ERR_MALFORMED, 4, "an action that is neither true nor false" },
	{ "not well-formed", "<group xmlns=\"" LS "\">\n</x>", ERR_MALFORMED, 2,
	  "no well-formed XML" },
	{ "cut short", "<group xmlns=\"" LS "\">\n", ERR_MALFORMED, 2,
	  "ends too early" },
	{ "nothing", "", ERR_MALFORMED, 1, "ends too early" },
};

static void test_rows(void)
{
	struct arena *a = arena_new(1 << 20);
	struct group_fault why;
	struct group *g;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		arena_reset(a);
		ROW(r, group_document_decode(bytes_of(r->text), a, &g, &why) ==
			       r->want);
		ROW(r, why.line == r->line);
		ROW(r, (why.what == NULL) == (r->what == NULL));
		ROW(r, !why.what || !r->what ||
			       strcmp(why.what, r->what) == 0);
	}
	arena_free(a);
}

/* RFC 4745 7; OMA-TS-XDM_Group 5.1.2. */
static void test_conditions(void)
{
	static const struct {
		const char *name, *text;
		bool members, others, never, identity;
	} conditions[] = {
		{ "none", "", false, false, false, false },
		{ "a member", "<is-list-member/>", true, false, false, false },
		{ "a member, as Symbian writes it",
		  "<is-list-member>true</is-list-member>", true, false, false,
		  false },
		{ "no member", "<is-list-member>false</is-list-member>", false,
		  false, true, false },
		{ "another", "<other-identity/>", false, true, false, false },
		{ "at times", "<validity/>", false, false, true, false },
		{ "of the future", "<x:y xmlns:x=\"urn:x\"/>", false, false,
		  true, false },
		{ "nobody", "<identity/>", false, false, false, true },
	};
	struct arena *a = arena_new(1 << 20);
	struct group_fault why;
	struct group *g;
	char text[1000];
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof conditions / sizeof *conditions; i++) {
		snprintf(text, sizeof text, RULE("%s", ""),
			 conditions[i].text);
		CU_ASSERT_EQUAL_FATAL(group_document_decode(bytes_of(text), a,
							    &g, &why),
				      OK);
		CU_ASSERT_EQUAL_FATAL(g->n_rules, 1);
		ROW(&conditions[i],
		    g->rules[0].members == conditions[i].members);
		ROW(&conditions[i], g->rules[0].others == conditions[i].others);
		ROW(&conditions[i], g->rules[0].never == conditions[i].never);
		ROW(&conditions[i],
		    g->rules[0].identity == conditions[i].identity);
	}
	arena_free(a);
}

static void test_limits(void)
{
	struct buf b = BUF_INIT(1 << 20), entries = BUF_INIT(1 << 20);
	struct arena *a = arena_new(8 << 20);
	struct group empty = { .next = NULL };
	struct group_fault why;
	struct group *g;
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_EQUAL(group_document_encode(&empty, &b), ERR_RANGE);
	for (n = GROUP_DOCUMENT_MEMBERS_MAX;
	     n <= GROUP_DOCUMENT_MEMBERS_MAX + 1; n++) {
		check_repeat(&entries, "<entry uri=\"tel:+1\"/>", n,
			     "</list></list-service></group>");
		buf_reset(&b);
		buf_text(&b, OPEN "<list-service uri=\"sip:a@b\"><list>");
		buf_put(&b, buf_bytes(&entries));
		CU_ASSERT_EQUAL(
			group_document_decode(buf_bytes(&b), a, &g, &why),
			n > GROUP_DOCUMENT_MEMBERS_MAX ? ERR_TOOBIG : OK);
		arena_reset(a);
	}
	buf_clear(&entries);
	buf_clear(&b);
	arena_free(a);
}

static void test_no_memory(void)
{
	enum err e = ERR_NOMEM;
	struct group_fault why;
	struct group *g;
	struct arena *a;
	unsigned n;

	for (n = 1; e != OK && n < 300; n++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(a = arena_new(1 << 20));
		mem_fail_at(n);
		e = group_document_decode(bytes_of(whole), a, &g, &why);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 2);
}

static const struct check_test tests[] = {
	{ "a whole document", test_whole },
	{ "documents", test_rows },
	{ "conditions", test_conditions },
	{ "limits", test_limits },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};
CHECK_MAIN("group_document", tests)
