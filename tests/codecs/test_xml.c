#include "codecs/xml.h"

#include <string.h>

#include "tests/check.h"

static const char sample[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	"<!-- a comment --><?pi?>\r\n"
	"<list xmlns=\"urn:a\" xmlns:b=\"urn:b\" one=\"1 &amp; &#x41;\"\r\n"
	"  b:two='2'><entry>t1<![CDATA[ <&> ]]>&lt;&#128512;</entry>\r\n"
	"<b:entry/><entry xmlns=\"\">in none</entry>"
	"tail</list>\r\n";

static void test_tree(void)
{
	struct arena *a = arena_new(65536);
	const struct xml_node *n;
	struct xml_node *root;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_FATAL(xml_read(bytes_of(sample), a, &root, NULL) == OK);
	CU_ASSERT(xml_is(root, "urn:a", "list"));
	CU_ASSERT(!xml_is(root, "", "list"));
	CU_ASSERT(bytes_is(xml_attribute(root, "", "one"), "1 & A"));
	CU_ASSERT(bytes_is(xml_attribute(root, "urn:b", "two"), "2"));
	CU_ASSERT(xml_attribute(root, "", "two").n == 0);
	n = xml_child(root, "urn:a", "entry");
	CU_ASSERT_PTR_NOT_NULL_FATAL(n);
	CU_ASSERT(bytes_is(n->text, "t1 <&> <\xF0\x9F\x98\x80"));
	CU_ASSERT_PTR_NOT_NULL(xml_child(root, "urn:b", "entry"));
	n = xml_child(root, "", "entry");
	CU_ASSERT(bytes_is(xml_text(n), "in none"));
	CU_ASSERT_PTR_NULL(xml_child(root, "urn:c", "entry"));
	CU_ASSERT_PTR_NULL(xml_child(NULL, "", "x"));
	CU_ASSERT(xml_text(NULL).n == 0);
	CU_ASSERT(bytes_is(xml_text(root), "tail"));
	CU_ASSERT(bytes_is(root->text, "\ntail")); /* XML 1.0 2.11 */
	arena_free(a);
}

static void test_prefixes(void)
{
	struct arena *a = arena_new(65536);
	struct bytes in = bytes_of(sample);
	size_t last = in.n - 2;
	struct xml_node *root;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (in.n = 0; in.n < last; in.n++) {
		arena_reset(a);
		CU_ASSERT(xml_read(in, a, &root, NULL) == ERR_MORE);
	}
	arena_free(a);
}

static const struct row {
	const char *name, *text;
	enum err want;
} rows[] = {
	{ "smallest", "<a/>", OK },
	{ "white space in front", "\r\n <?xml version=\"1.0\"?><a/>", OK },
	{ "mark of UTF-8", "\xEF\xBB\xBF<a/>", OK },
	{ "utf8 without a dash",
	  "<?xml version=\"1.0\" encoding='utf8'?><a>\xC3\xA4</a>", OK },
	{ "Latin-1",
	  "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a>\xE4</a>", OK },
	{ "another encoding", "<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>",
	  ERR_UNSUPPORTED },
	{ "an EBCDIC encoding",
	  "<?xml version=\"1.0\" encoding=\"IBM037\"?><a/>", ERR_UNSUPPORTED },
	{ "UTF-16 with mark", "\xFF\xFE<", ERR_UNSUPPORTED },
	{ "no element", "hello", ERR_MALFORMED },
	{ "not UTF-8", "<a>\xE4</a>", ERR_MALFORMED },
	{ "overlong UTF-8", "<a>\xC1\x8B</a>", ERR_MALFORMED },
	{ "control character (2.2)", "<a>\x01</a>", ERR_MALFORMED },
	{ "reference to one", "<a>&#1;</a>", ERR_MALFORMED },
	{ "wrong end", "<a></b>", ERR_MALFORMED },
	{ "ends crossed", "<a><b></a></b>", ERR_MALFORMED },
	{ "attribute twice", "<a b='1' b='2'/>", ERR_MALFORMED },
	{ "attribute without quotes", "<a b=1/>", ERR_MALFORMED },
	{ "two roots", "<a/><b/>", ERR_MALFORMED },
	{ "text behind", "<a/>x", ERR_MALFORMED },
	{ "prefix without declaration", "<b:a/>", ERR_MALFORMED },
	{ "unknown entity", "<a>&foo;</a>", ERR_MALFORMED },
	{ "DOCTYPE", "<!DOCTYPE a><a/>", ERR_MALFORMED },
	{ "DOCTYPE from elsewhere",
	  "<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/x\"><a/>", ERR_MALFORMED },
	{ "file as an entity",
	  "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
	  "<a>&x;</a>",
	  ERR_MALFORMED },
	{ "entities of entities",
	  "<!DOCTYPE a [<!ENTITY x \"xxxxxxxx\"><!ENTITY y \"&x;&x;&x;\">]>"
	  "<a>&y;&y;</a>",
	  ERR_MALFORMED },
	{ "nothing", "", ERR_MORE },
	{ "white space alone", " \n", ERR_MORE },
};

static void test_rows(void)
{
	struct arena *a = arena_new(65536);
	struct xml_node *root;
	struct fault why;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		arena_reset(a);
		root = NULL;
		ROW(&rows[i], xml_read(bytes_of(rows[i].text), a, &root,
				       &why) == rows[i].want);
		ROW(&rows[i], (root != NULL) == (rows[i].want == OK));
	}
	CU_ASSERT(xml_read(bytes_of("<?xml version=\"1.0\" encoding="
				    "\"iso-8859-1\"?><a>\xE4</a>"),
			   a, &root, NULL) == OK);
	CU_ASSERT(bytes_is(root->text, "\xC3\xA4"));
	arena_free(a);
}

/* `open` n times, then `close` n times. */
static enum err read_repeated(const char *front, const char *open,
			      const char *close, unsigned n, const char *back)
{
	struct buf b = BUF_INIT(4 << 20);
	struct arena *a = arena_new(16 << 20);
	struct xml_node *root;
	unsigned i;
	enum err e;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	buf_text(&b, front);
	for (i = 0; i < n; i++)
		buf_printf(&b, open, i);
	for (i = 0; i < n; i++)
		buf_text(&b, close);
	buf_text(&b, back);
	CU_ASSERT(buf_status(&b) == OK);
	e = xml_read(buf_bytes(&b), a, &root, NULL);
	arena_free(a);
	buf_clear(&b);
	return e;
}

static void test_limits(void)
{
	CU_ASSERT(read_repeated("", "<a>", "</a>", XML_DEPTH_MAX, "") == OK);
	CU_ASSERT(read_repeated("", "<a>", "</a>", XML_DEPTH_MAX + 1, "") ==
		  ERR_TOOBIG);
	CU_ASSERT(read_repeated("<r>", "<a/>", "", XML_NODES_MAX - 1, "</r>") ==
		  OK);
	CU_ASSERT(read_repeated("<r>", "<a/>", "", XML_NODES_MAX, "</r>") ==
		  ERR_TOOBIG);
	CU_ASSERT(read_repeated("<r", " a%u='x'", "", XML_ATTRIBUTES_MAX,
				"/>") == OK);
	CU_ASSERT(read_repeated("<r", " a%u='x'", "", XML_ATTRIBUTES_MAX + 1,
				"/>") == ERR_TOOBIG);
	CU_ASSERT(read_repeated("<r>", "xxxxxxxx", "", XML_OCTETS_MAX / 8 - 1,
				"</r>") == OK);
	CU_ASSERT(read_repeated("<r>", "xxxxxxxx", "", XML_OCTETS_MAX / 8,
				"</r>") == ERR_TOOBIG);
}

/* Told before libxml2 compares them all with each other. */
static void test_attributes(void)
{
	static const char quoted[] =
		"<?xml version=\"1.0\"?><!-- = ' = --><r a='=\"=>='"
		" b=\"='=\"><![CDATA[<= ' = ]]>= = =<s c='x'/></r>";
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(XML_OCTETS_MAX);
	struct xml_node *root;
	struct fault why = { 0 };
	unsigned i;

	CU_ASSERT(xml_read(bytes_of(quoted), a, &root, &why) == OK);
	buf_text(&b, "<r>");
	for (i = 0; i < 30; i++) /* few in each element */
		buf_text(&b, "<s a='1' b='2' c='3' d='4'>===</s>");
	buf_text(&b, "<t");
	for (i = 0; b.n < XML_OCTETS_MAX - 20; i++)
		buf_printf(&b, " a%x=''", i);
	buf_text(&b, "/></r>");
	CU_ASSERT(xml_read(buf_bytes(&b), a, &root, &why) == ERR_TOOBIG);
	CU_ASSERT_STRING_EQUAL(why.field, "attributes");
	CU_ASSERT(why.offset == 3 + 30 * 34);
	buf_clear(&b);
	arena_free(a);
}

static void test_writer(void)
{
	static const char odd[] = "a<b>&\"'\r\n\t\x01\xFF\xEF\xBF\xBF\xC3\xA4";
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(512);
	struct xml_node *root;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	xml_put_element(&b, "e", bytes_of(odd));
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "<e>a&lt;b&gt;&amp;&quot;'&#13;\n\t\xEF\xBF\xBD"
			   "\xEF\xBF\xBD\xEF\xBF\xBD\xC3\xA4</e>"));
	CU_ASSERT(xml_read(buf_bytes(&b), a, &root, NULL) == OK);
	CU_ASSERT(bytes_is(root->text,
			   "a<b>&\"'\r\n\t\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
			   "\xC3\xA4"));
	buf_reset(&b);
	buf_text(&b, "<e");
	xml_put_attribute(&b, "x", bytes_of("a\"\n\t\r<"));
	buf_text(&b, ">");
	xml_put_text(&b, bytes_of("]]>"));
	buf_text(&b, "</e>");
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "<e x=\"a&quot;&#10;&#9;&#13;&lt;\">]]&gt;</e>"));
	CU_ASSERT(xml_read(buf_bytes(&b), a, &root, NULL) == OK);
	CU_ASSERT(bytes_is(xml_attribute(root, "", "x"), "a\"\n\t\r<"));
	CU_ASSERT(bytes_is(root->text, "]]>"));
	buf_clear(&b);
	arena_free(a);
}

static void test_memory(void)
{
	struct xml_node *root;
	struct arena *a;
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; n < 50 && e != OK; n++) {
		a = arena_new(65536);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		mem_fail_at(n);
		e = xml_read(bytes_of(sample), a, &root, NULL);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 2);
	for (n = 16; n < 2048; n += 16) {
		a = arena_new(n);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		e = xml_read(bytes_of(sample), a, &root, NULL);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK);
}

static const struct check_test tests[] = {
	{ "a document as a tree", test_tree },
	{ "cut anywhere", test_prefixes },
	{ "documents right and wrong", test_rows },
	{ "everything is bounded", test_limits },
	{ "attributes are counted first", test_attributes },
	{ "the writer escapes", test_writer },
	{ "memory", test_memory },
	{ NULL, NULL }
};
CHECK_MAIN("xml", tests)
