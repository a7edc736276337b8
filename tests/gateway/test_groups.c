/* Groups from a folder of documents; who may send to them (RFC 4745 7, 10). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codecs/xml.h"
#include "gateway/groups.h"
#include "tests/check.h"
#include "tests/gateway/set.h"

#define HEAD                                                                   \
	"<group xmlns=\"urn:oma:xml:poc:list-service\" "                       \
	"xmlns:cp=\"urn:ietf:params:xml:ns:common-policy\">\n"
#define SERVICE(uri_, inside_)                                                 \
	"<list-service uri=\"" uri_ "\">" inside_ "</list-service>\n"
#define MEMBERS                                                                \
	"<list><entry uri=\"sip:mary@cpm.example\"><display-name>Mary"         \
	"</display-name></entry><entry uri=\"tel:+15550200001\"/></list>"
#define RULE(conditions_, actions_)                                            \
	"<cp:rule><cp:conditions>" conditions_ "</cp:conditions><cp:actions>"  \
	actions_ "</cp:actions></cp:rule>"
#define RULES(rules_) "<cp:ruleset>" rules_ "</cp:ruleset>"
#define ONE(uri_)     "<cp:identity><cp:one id=\"" uri_ "\"/></cp:identity>"
#define MANY(in_)     "<cp:identity><cp:many " in_ "</cp:many></cp:identity>"
#define YES	      "<allow-initiate-conference>true</allow-initiate-conference>"
#define NO	      "<allow-initiate-conference>0</allow-initiate-conference>"
#define HIDDEN	      "<allow-anonymity>true</allow-anonymity>"
#define MEMBER	      "<is-list-member/>"

static void put_file(const char *folder, const char *name, const char *text)
{
	char path[1000];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT(fputs(text, f) >= 0);
	CU_ASSERT(fclose(f) == 0);
}

static void drop_file(const char *folder, const char *name)
{
	char path[1000];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	CU_ASSERT(unlink(path) == 0);
}

static enum err read_folder(const char *folder, struct groups **g,
			    struct buf *complaints)
{
	struct settings *s;
	char text[1000];
	enum err e;

	snprintf(text, sizeof text,
		 "gateway\ncountry=44\ngroups\nfolder=%s", folder);
	s = set_read(text);
	CU_ASSERT_FATAL(s != NULL);
	e = groups_new(s, g, complaints);
	settings_free(s);
	return e;
}

/* mary's number and her address are the same person. */
static bool same(void *arg, const struct address *a, const struct address *b)
{
	static const char *const mary[] = { "sip:mary@cpm.example",
					    "+15550100001" };

	(void)arg;
	return address_equal(a, b) ||
	       ((strcmp(a->text, mary[0]) == 0 ||
		 strcmp(a->text, mary[1]) == 0) &&
		(strcmp(b->text, mary[0]) == 0 ||
		 strcmp(b->text, mary[1]) == 0));
}

#define MARY  { ADDRESS_E164, "+15550100001" }
#define JOHN  { ADDRESS_E164, "+15550200001" }
#define PETER { ADDRESS_SIP, "sip:peter@cpm.example" }
#define EVE   { ADDRESS_SIP, "sip:eve@other.example" }

static const struct row {
	const char *name, *rules;
	struct address from;
	bool hidden;
	enum group_answer want;
} rows[] = {
	{ "a member", "", MARY, false, GROUP_MAY },
	{ "by his number", "", JOHN, false, GROUP_MAY },
	{ "no member", "", PETER, false, GROUP_MAY_NOT },
	{ "a hidden member", "", MARY, true, GROUP_NOT_HIDDEN },
	{ "a hidden stranger", "", PETER, true, GROUP_MAY_NOT },
	{ "a rule for members", RULE(MEMBER, YES), MARY, false, GROUP_MAY },
	{ "is not for others", RULE(MEMBER, YES), PETER, false,
	  GROUP_MAY_NOT },
	{ "a rule about something else", RULE("", HIDDEN), MARY, true,
	  GROUP_MAY },
	{ "says nothing of strangers", RULE("", HIDDEN), PETER, true,
	  GROUP_MAY_NOT },
	{ "everybody", RULE("", YES), EVE, false, GROUP_MAY },
	{ "one", RULE(ONE("sip:eve@other.example"), YES), EVE, false,
	  GROUP_MAY },
	{ "and a member is not", RULE(ONE("sip:eve@other.example"), YES), MARY,
	  false, GROUP_MAY_NOT },
	{ "one, by another address", RULE(ONE("sip:mary@cpm.example"), YES),
	  MARY, false, GROUP_MAY },
	{ "a domain", RULE(MANY("domain=\"CPM.example\">"), YES), PETER, false,
	  GROUP_MAY },
	{ "another domain", RULE(MANY("domain=\"cpm.example\">"), YES), EVE,
	  false, GROUP_MAY_NOT },
	{ "all but one",
	  RULE(MANY("><cp:except id=\"sip:eve@other.example\"/>"), YES), EVE,
	  false, GROUP_MAY_NOT },
	{ "all but that one",
	  RULE(MANY("><cp:except id=\"sip:eve@other.example\"/>"), YES), PETER,
	  false, GROUP_MAY },
	{ "all but a domain",
	  RULE(MANY("><cp:except domain=\"other.example\"/>"), YES), EVE, false,
	  GROUP_MAY_NOT },
	{ "all conditions must fit",
	  RULE(MEMBER ONE("sip:eve@other.example"), YES), EVE, false,
	  GROUP_MAY_NOT },
	{ "a condition of the future", RULE("<cp:validity/>", YES), MARY,
	  false, GROUP_MAY_NOT },
	{ "nobody (RFC 4745 7.1)", RULE("<cp:identity/>", YES), MARY, false,
	  GROUP_MAY_NOT },
	{ "no", RULE(MEMBER, NO), MARY, false, GROUP_MAY_NOT },
	{ "yes wins (RFC 4745 10.2)", RULE(MEMBER, NO) RULE("", YES), MARY,
	  false, GROUP_MAY },
	{ "the others", RULE(ONE("sip:eve@other.example"), NO)
				RULE("<other-identity/>", YES),
	  PETER, false, GROUP_MAY },
	{ "not one of the others", RULE(ONE("sip:eve@other.example"), NO)
					   RULE("<other-identity/>", YES),
	  EVE, false, GROUP_MAY_NOT },
	{ "a hidden one where that may be", RULE(MEMBER, YES HIDDEN), MARY,
	  true, GROUP_MAY },
};

static void test_rules(void)
{
	static const struct address group = { ADDRESS_SIP, "sip:g@x.example" };
	const char *folder = check_directory();
	struct buf complaints = BUF_INIT(4000);
	const struct group_known *known;
	struct groups *g;
	char text[4000];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct group_sender who = { .addresses = { &r->from },
					    .hidden = r->hidden,
					    .same = same };

		snprintf(text, sizeof text,
			 HEAD SERVICE("sip:g@X.example", MEMBERS RULES("%s"))
			 "</group>",
			 r->rules);
		put_file(folder, "g.xml", text);
		CU_ASSERT_FATAL(read_folder(folder, &g, &complaints) == OK);
		known = groups_find(g, &group);
		CU_ASSERT_FATAL(known != NULL);
		ROW(r, groups_ask(known, &who) == r->want);
		groups_free(g);
	}
	drop_file(folder, "g.xml");
	buf_clear(&complaints);
	groups_free(NULL);
}

static void test_folder(void)
{
	static const struct address wanted[] = {
		{ ADDRESS_SIP, "sip:a@x.example" },
		{ ADDRESS_E164, "+442071234567" },
		{ ADDRESS_SHORT, "12345" },
		{ ADDRESS_SIP, "sip:c@x.example" },
	};
	static const struct address others[] = {
		{ ADDRESS_SIP, "sip:z@x.example" },
		{ ADDRESS_E164, "sip:a@x.example" },
		{ ADDRESS_NONE, NULL },
	};
	const char *folder = check_directory();
	struct buf complaints = BUF_INIT(4000);
	const struct group_known *known;
	struct groups *g;
	char said[1000];
	size_t i;

	put_file(folder, "one.xml",
		 HEAD SERVICE("sip:a@x.example", "<display-name>A</display-name>"
						 MEMBERS)
		 SERVICE("tel:020-7123-4567", "") SERVICE("12345", "")
		 "</group>");
	put_file(folder, "two.xml", HEAD SERVICE("sip:c@x.example", MEMBERS)
		 "</group>");
	put_file(folder, ".hidden.xml", "no document");
	put_file(folder, "readme", "no document");
	CU_ASSERT_FATAL(read_folder(folder, &g, &complaints) == OK);
	CU_ASSERT(complaints.n == 0 && groups_count(g) == 4);
	for (i = 0; i < 4; i++)
		CU_ASSERT(groups_find(g, &wanted[i]) != NULL);
	for (i = 0; i < 3; i++)
		CU_ASSERT(groups_find(g, &others[i]) == NULL);
	known = groups_find(g, &wanted[0]);
	CU_ASSERT_STRING_EQUAL(known->name, "A");
	CU_ASSERT_FATAL(known->n_members == 2);
	CU_ASSERT_STRING_EQUAL(known->members[0].name, "Mary");
	CU_ASSERT_STRING_EQUAL(known->members[0].address.text,
			       "sip:mary@cpm.example");
	CU_ASSERT(known->members[1].name == NULL);
	snprintf(said, sizeof said, "sip:a@x.example (%s/one.xml:2)", folder);
	CU_ASSERT_STRING_EQUAL(known->said, said);
	groups_free(g);
	drop_file(folder, "one.xml");
	drop_file(folder, "two.xml");
	buf_clear(&complaints);
}

static void mistake(const char *text, const char *what)
{
	const char *folder = check_directory();
	struct buf complaints = BUF_INIT(4000);
	struct groups *g;
	char want[2000];

	put_file(folder, "bad.xml", text);
	snprintf(want, sizeof want, "%s/bad.xml:%s\n", folder, what);
	CU_ASSERT(read_folder(folder, &g, &complaints) == ERR_RANGE);
	CU_ASSERT(g == NULL);
	CU_ASSERT_STRING_EQUAL(buf_string(&complaints), want);
	drop_file(folder, "bad.xml");
	buf_clear(&complaints);
}

static void test_mistakes(void)
{
	struct buf many = BUF_INIT(2 << 20), all = BUF_INIT(1 << 20);

	mistake("<x/>", "1: no group document");
	mistake(HEAD SERVICE("http://x.example/", "") "</group>",
		"2: no address that can be sent to: http://x.example/");
	mistake(HEAD SERVICE("sip:a@x.example",
			     "\n<list>\n<entry uri=\"News\"/></list>")
		"</group>",
		"4: no address that can be sent to: News");
	mistake(HEAD SERVICE("sip:a@x.example",
			     RULES(RULE(ONE("http://x"), YES)))
		"</group>",
		"2: no address in a rule: http://x");
	check_repeat(&many, "<entry uri=\"tel:+1555\"/>", 255,
		     "</list></list-service></group>");
	buf_text(&all, HEAD "<list-service uri=\"sip:a@x.example\"><list>");
	buf_put(&all, buf_bytes(&many));
	mistake(buf_string(&all), "2: more than 254 members: sip:a@x.example");
	check_repeat(&many, " ", XML_OCTETS_MAX, "\n");
	mistake(buf_string(&many), " larger than 1M");
	buf_clear(&many);
	buf_clear(&all);
}

/* All of them are told at once; an address is one group's. */
static void test_several(void)
{
	const char *folder = check_directory();
	struct buf complaints = BUF_INIT(4000);
	struct groups *g;
	char want[3000];

	put_file(folder, "a.xml", HEAD SERVICE("sip:a@x.example", "")
		 SERVICE("sip:a@X.EXAMPLE", "")
		 SERVICE("sip:b@x.example",
			 "<list><entry uri=\"sip:a@x.example\"/></list>")
		 "</group>");
	put_file(folder, "b.xml", "");
	snprintf(want, sizeof want,
		 "%1$s/b.xml:1: ends too early\n"
		 "sip:a@x.example (%1$s/a.xml:3): is already there: "
		 "sip:a@x.example (%1$s/a.xml:2)\n"
		 "sip:b@x.example (%1$s/a.xml:4): a member is a group: "
		 "sip:a@x.example (%1$s/a.xml:3)\n",
		 folder);
	CU_ASSERT(read_folder(folder, &g, &complaints) == ERR_RANGE);
	CU_ASSERT_STRING_EQUAL(buf_string(&complaints), want);
	drop_file(folder, "a.xml");
	drop_file(folder, "b.xml");
	buf_clear(&complaints);
}

static void test_no_folder(void)
{
	struct buf complaints = BUF_INIT(4000);
	struct address a = MARY;
	struct settings *s = set_read("gateway");
	struct groups *g;

	CU_ASSERT_FATAL(s != NULL);
	CU_ASSERT_FATAL(groups_new(s, &g, &complaints) == OK);
	CU_ASSERT(groups_count(g) == 0 && groups_find(g, &a) == NULL);
	groups_free(g);
	settings_free(s);
	CU_ASSERT(read_folder("/nowhere", &g, &complaints) == ERR_RANGE);
	CU_ASSERT_STRING_EQUAL(buf_string(&complaints),
			       "f:4: group groups: folder: /nowhere: "
			       "No such file or directory\n");
	buf_clear(&complaints);
}

static void test_no_memory(void)
{
	const char *folder = check_directory();
	struct settings *s;
	struct groups *g = NULL;
	enum err e = ERR_NOMEM;
	char text[1000];
	unsigned n;

	put_file(folder, "a.xml",
		 HEAD SERVICE("sip:a@x.example",
			      MEMBERS RULES(RULE(ONE("sip:b@x"), YES)))
		 "</group>");
	snprintf(text, sizeof text, "groups\nfolder=%s", folder);
	s = set_read(text);
	CU_ASSERT_FATAL(s != NULL);
	for (n = 1; e == ERR_NOMEM && n < 300; n++) {
		struct buf complaints = BUF_INIT(4000);

		mem_fail_at(n);
		e = groups_new(s, &g, &complaints);
		mem_fail_at(0);
		CU_ASSERT((e == OK) == (g != NULL));
		buf_clear(&complaints);
	}
	CU_ASSERT(e == OK && n > 4);
	groups_free(g);
	settings_free(s);
	drop_file(folder, "a.xml");
}

static const struct check_test tests[] = {
	{ "who may send", test_rules },
	{ "a folder", test_folder },
	{ "mistakes", test_mistakes },
	{ "several mistakes", test_several },
	{ "no folder", test_no_folder },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};
CHECK_MAIN("groups", tests)
