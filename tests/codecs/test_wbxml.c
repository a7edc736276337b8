#include "tests/check.h"

#include <string.h>

#include "codecs/wbxml.h"

/* The vocabularies of the two examples of WAP-192-WBXML 8. */
static const struct wbxml_tag simple_tags[] = {
	{ 0, 0x05, "BR" },    { 0, 0x06, "CARD" }, { 0, 0x07, "XYZ" },
	{ 1, 0x05, "OTHER" }, { 0, 0, NULL },
};

static const struct wbxml_tag tags[] = {
	{ 0, 0x05, "CARD" }, { 0, 0x06, "INPUT" }, { 0, 0x07, "XYZ" },
	{ 0, 0x08, "DO" },   { 0, 0, NULL },
};

static const struct wbxml_start starts[] = {
	{ 0, 0x05, "STYLE", "LIST" }, { 0, 0x06, "TYPE", "" },
	{ 0, 0x07, "TYPE", "TEXT" },  { 0, 0x08, "URL", "http://" },
	{ 0, 0x09, "NAME", "" },      { 0, 0x0A, "KEY", "" },
	{ 1, 0x05, "WIDTH", "" },     { 1, 0x06, "URL", "" },
	{ 0, 0, NULL, NULL },
};

static const struct wbxml_word words[] = {
	{ 0, 0x85, ".org" },
	{ 0, 0x86, "ACCEPT" },
	{ 1, 0x85, "100%" },
	{ 0, 0, NULL },
};

static enum err opaque(struct bytes attribute, struct bytes octets,
		       struct buf *text)
{
	if (!bytes_is(attribute, "KEY"))
		return ERR_UNSUPPORTED;
	if (octets.n > 4)
		return ERR_MALFORMED;
	buf_printf(text, "%zu octets", octets.n);
	return buf_status(text);
}

static const struct wbxml_vocabulary simple = {
	.public_id = 2,
	.public_text = "-//X//EN",
	.tags = simple_tags,
	.starts = starts,
	.words = words,
};

static const struct wbxml_vocabulary rich = {
	.public_id = 0x1234,
	.public_text = "-//X//EN",
	.tags = tags,
	.starts = starts,
	.words = words,
	.pieces = true,
	.opaque = opaque,
};

#define EXAMPLE_1                                                              \
	"01 01 03 00 47 46 03 20 58 20 26 20 59 00 05 03 20 58 00 02 81 20 "   \
	"03 3D 00 02 81 20 03 31 20 00 01 01"
#define EXAMPLE_2                                                              \
	"01 01 6A 12 61 62 63 00 20 45 6E 74 65 72 20 6E 61 6D 65 3A 20 00 "   \
	"47 C5 09 83 00 05 01 88 06 86 08 03 78 79 7A 00 85 03 2F 73 00 01 "   \
	"83 04 86 07 0A 03 4E 00 01 01 01"

/* A tree is said as <name a="v">'text'children</>. */
static const struct row {
	const char *name;
	const struct wbxml_vocabulary *v;
	const char *hex;
	enum err want;
	const char *text, *field;
} rows[] = {
	{ "8.1: the simple example", &simple, EXAMPLE_1, OK,
	  "<XYZ><CARD>' X & Y X\xC2\xA0=\xC2\xA0"
	  "1 '<BR></></></>",
	  "" },
	{ "8.2: the expanded example", &rich, EXAMPLE_2, OK,
	  "<XYZ><CARD NAME=\"abc\" STYLE=\"LIST\">' Enter name: '"
	  "<DO TYPE=\"ACCEPT\" URL=\"http://xyz.org/s\"></>"
	  "<INPUT TYPE=\"TEXT\" KEY=\"N\"></></></>",
	  "" },
	{ "5.5: our public id", &rich, "03 A4 34 6A 00 07", OK, "<XYZ></>",
	  "" },
	{ "5.5: public id as text", &rich,
	  "03 00 01 6A 0A 00 2D 2F 2F 58 2F 2F 45 4E 00 07", OK, "<XYZ></>",
	  "" },
	{ "5.5: another public id", &rich, "03 05 6A 00 07", ERR_UNSUPPORTED,
	  "", "publicid" },
	{ "5.5: another text", &rich, "03 00 02 6A 03 00 2D 00 07",
	  ERR_UNSUPPORTED, "", "publicid" },
	{ "5.5: a text outside the table", &rich, "03 00 7F 6A 00 07",
	  ERR_UNSUPPORTED, "", "publicid" },
	{ "5.4: version 1.0", &rich, "00 01 00 07", ERR_UNSUPPORTED, "",
	  "version" },
	{ "5.4: version 1.4", &rich, "04 01 6A 00 07", ERR_UNSUPPORTED, "",
	  "version" },
	{ "5.6: charset UTF-16", &rich, "03 01 87 77 00 07", ERR_UNSUPPORTED,
	  "", "charset" },
	{ "5.6: unknown charset, UTF-8", &rich, "03 01 00 00 47 03 C3 A9 00 01",
	  OK, "<XYZ>'\xC3\xA9'</>", "" },
	{ "5.6: ISO-8859-1", &rich, "03 01 04 00 47 03 E9 00 01", OK,
	  "<XYZ>'\xC3\xA9'</>", "" },
	{ "5.6: no US-ASCII", &rich, "03 01 03 00 47 03 C3 A9 00 01",
	  ERR_MALFORMED, "", "text" },
	{ "5.6: no UTF-8", &rich, "03 01 6A 00 47 03 E9 00 01", ERR_MALFORMED,
	  "", "text" },
	{ "5.8.1: tag code pages", &simple,
	  "03 01 6A 00 47 00 01 05 00 00 06 01", OK,
	  "<XYZ><OTHER></><CARD></></>", "" },
	{ "5.8.1: attribute code pages", &rich,
	  "03 01 6A 00 C7 00 01 05 85 00 00 09 85 01 08 01", OK,
	  "<XYZ WIDTH=\"100%\" NAME=\".org\"><DO></></>", "" },
	{ "5.8.1: an unknown page", &rich, "03 01 6A 00 47 00 07 05 01",
	  ERR_UNSUPPORTED, "", "TAG" },
	{ "5.8.4.5: literal tags", &rich,
	  "03 01 6A 04 61 00 62 00 44 00 84 02 09 03 63 00 01 04 00 01", OK,
	  "<a><b NAME=\"c\"></><a></></>", "" },
	{ "5.8.4.5: a literal with all", &rich,
	  "03 01 6A 02 61 00 C4 00 09 03 63 00 01 03 64 00 01", OK,
	  "<a NAME=\"c\">'d'</>", "" },
	{ "5.8.4.5: a literal attribute", &rich,
	  "03 01 6A 02 61 00 87 04 00 03 62 00 01", OK, "<XYZ a=\"b\"></>",
	  "" },
	{ "5.8.4.5: a literal without name", &rich, "03 01 6A 01 00 04 00",
	  ERR_MALFORMED, "", "LITERAL" },
	{ "5.8.4.1: a string outside the table", &rich,
	  "03 01 6A 02 61 00 47 83 02 01", ERR_MALFORMED, "",
	  "string table index" },
	{ "5.8.4.1: a string without end", &rich, "03 01 6A 01 61 47 83 00 01",
	  ERR_MALFORMED, "", "string table index" },
	{ "5.8.4.6: opaque content", &rich, "03 01 6A 00 47 C3 02 61 62 01", OK,
	  "<XYZ>'ab'</>", "" },
	{ "5.8.4.6: opaque content with a NUL", &rich,
	  "03 01 6A 00 47 C3 02 61 00 01", ERR_UNSUPPORTED, "", "text" },
	{ "5.8.4.6: an opaque value", &rich, "03 01 6A 00 87 0A C3 02 00 00 01",
	  OK, "<XYZ KEY=\"2 octets\"></>", "" },
	{ "an attribute that has no opaque", &rich,
	  "03 01 6A 00 87 09 C3 02 00 00 01", ERR_UNSUPPORTED, "", "OPAQUE" },
	{ "an opaque value that is none", &rich,
	  "03 01 6A 00 87 0A C3 05 00 00 00 00 00 01", ERR_MALFORMED, "",
	  "OPAQUE" },
	{ "a vocabulary without opaque", &simple,
	  "03 01 6A 00 87 0A C3 02 00 00 01", ERR_UNSUPPORTED, "", "OPAQUE" },
	{ "5.8.4.3: entities in a value", &rich,
	  "03 01 6A 00 87 09 02 84 80 00 02 41 01", OK,
	  "<XYZ NAME=\"\xF0\x90\x80\x80"
	  "A\"></>",
	  "" },
	{ "5.8.4.3: entity 0", &rich, "03 01 6A 00 47 02 00 01", ERR_MALFORMED,
	  "", "ENTITY" },
	{ "5.8.4.3: a surrogate", &rich, "03 01 6A 00 47 02 83 B0 00 01",
	  ERR_MALFORMED, "", "ENTITY" },
	{ "5.8.4.4: processing instructions", &rich,
	  "03 01 6A 02 61 00 43 04 00 03 62 00 01 47 43 04 00 01 01 43 04 00 "
	  "01",
	  OK, "<XYZ></>", "" },
	{ "5.8.4.2: an extension in content", &rich,
	  "03 01 6A 00 47 40 61 00 01", ERR_UNSUPPORTED, "", "extension" },
	{ "5.8.4.2: an extension in a value", &rich, "03 01 6A 00 87 09 C0 01",
	  ERR_UNSUPPORTED, "", "extension" },
	{ "an unknown tag", &rich, "03 01 6A 00 3F", ERR_UNSUPPORTED, "",
	  "TAG" },
	{ "an unknown attribute", &rich, "03 01 6A 00 87 7F 01",
	  ERR_UNSUPPORTED, "", "attrStart" },
	{ "an unknown value", &rich, "03 01 6A 00 87 09 FF 01", ERR_UNSUPPORTED,
	  "", "attrValue" },
	{ "a value without attribute", &rich, "03 01 6A 00 87 86 01",
	  ERR_MALFORMED, "", "attribute" },
	{ "a tag among attributes", &rich, "03 01 6A 00 87 44 01",
	  ERR_MALFORMED, "", "attribute" },
	{ "text before the root", &rich, "03 01 6A 00 03 61 00", ERR_MALFORMED,
	  "", "body" },
	{ "a second root", &rich, "03 01 6A 00 07 07", ERR_MALFORMED, "",
	  "body" },
	{ "END of nothing", &rich, "03 01 6A 00 07 01", ERR_MALFORMED, "",
	  "body" },
	{ "no body", &rich, "03 01 6A 00", ERR_MORE, "", "body" },
};

static void say(struct buf *to, const struct xml_node *n)
{
	const struct xml_attribute *a;

	for (; n != NULL; n = n->next) {
		buf_u8(to, '<');
		buf_put(to, n->name);
		for (a = n->attributes; a != NULL; a = a->next) {
			buf_u8(to, ' ');
			buf_put(to, a->name);
			buf_text(to, "=\"");
			buf_put(to, a->value);
			buf_u8(to, '"');
		}
		buf_u8(to, '>');
		if (n->text.n > 0) {
			buf_u8(to, '\'');
			buf_put(to, n->text);
			buf_u8(to, '\'');
		}
		say(to, n->child);
		buf_text(to, "</>");
	}
}

static void test_reads(void)
{
	struct arena *a = arena_new(1 << 20);
	uint8_t raw[128];
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct buf said = BUF_INIT(1024);
		struct fault why = { "", NULL, 0 };
		struct xml_node *root = NULL;

		ROW(r, wbxml_read(in, r->v, a, &root, &why) == r->want);
		ROW(r, strcmp(why.field, r->field) == 0 && why.offset <= in.n);
		say(&said, root);
		ROW(r, bytes_is(buf_bytes(&said), r->text));
		buf_clear(&said);
		arena_reset(a);
	}
	arena_free(a);
}

/* Of an example every prefix is a document that goes on. */
static void test_prefixes(void)
{
	struct arena *a = arena_new(1 << 20);
	struct xml_node *root = NULL;
	uint8_t raw[128];
	struct bytes in;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	in = check_unhex(EXAMPLE_2, raw, sizeof raw);
	while (in.n-- > 0)
		CU_ASSERT(wbxml_read(in, &rich, a, &root, NULL) == ERR_MORE);
	in = check_unhex(EXAMPLE_1, raw, sizeof raw);
	while (in.n-- > 0)
		CU_ASSERT(wbxml_read(in, &simple, a, &root, NULL) == ERR_MORE);
	CU_ASSERT(root == NULL);
	arena_free(a);
}

/* Elements in each other, in a row, attributes in a row, and much text. */
static void test_bounds(void)
{
	static uint8_t raw[32768] = { 3, 1, 106, 0 };
	struct arena *a = arena_new(64 << 20);
	struct xml_node *root;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	memset(raw + 4, 0x47, XML_DEPTH_MAX);
	memset(raw + 4 + XML_DEPTH_MAX, 1, XML_DEPTH_MAX);
	CU_ASSERT(wbxml_read((struct bytes){ raw, 4 + 2 * XML_DEPTH_MAX },
			     &rich, a, &root, NULL) == OK);
	memset(raw + 4, 0x47, XML_DEPTH_MAX + 1);
	CU_ASSERT(wbxml_read((struct bytes){ raw, sizeof raw }, &rich, a, &root,
			     NULL) == ERR_TOOBIG);
	memset(raw + 5, 0x07, XML_NODES_MAX - 1);
	raw[4 + XML_NODES_MAX] = 1;
	CU_ASSERT(wbxml_read((struct bytes){ raw, 5 + XML_NODES_MAX }, &rich, a,
			     &root, NULL) == OK);
	raw[4 + XML_NODES_MAX] = 0x07;
	raw[5 + XML_NODES_MAX] = 1;
	CU_ASSERT(wbxml_read((struct bytes){ raw, 6 + XML_NODES_MAX }, &rich, a,
			     &root, NULL) == ERR_TOOBIG);
	raw[4] = 0x87;
	memset(raw + 5, 0x09, XML_ATTRIBUTES_MAX);
	raw[5 + XML_ATTRIBUTES_MAX] = 1;
	CU_ASSERT(wbxml_read((struct bytes){ raw, 6 + XML_ATTRIBUTES_MAX },
			     &rich, a, &root, NULL) == OK);
	raw[5 + XML_ATTRIBUTES_MAX] = 0x09;
	CU_ASSERT(wbxml_read((struct bytes){ raw, 128 }, &rich, a, &root,
			     NULL) == ERR_TOOBIG);
	/* A table of 100 octets, told again and again. */
	raw[3] = 101;
	memset(raw + 4, 'a', 100);
	raw[104] = 0;
	raw[105] = 0x47;
	for (i = 106; i + 2 < sizeof raw; i += 2) {
		raw[i] = 0x83;
		raw[i + 1] = 0;
	}
	CU_ASSERT(wbxml_read((struct bytes){ raw, i }, &rich, a, &root, NULL) ==
		  ERR_TOOBIG);
	raw[106 + 2 * 2600] = 1;
	CU_ASSERT(wbxml_read((struct bytes){ raw, 107 + 2 * 2600 }, &rich, a,
			     &root, NULL) == OK);
	CU_ASSERT(root->text.n == 260000);
	arena_free(a);
}

/* Writes the second example: there its strings are in a table, here not. */
static void write_example(struct wbxml_writer *w, struct buf *to)
{
	wbxml_begin(w, &rich, 3, to);
	wbxml_open(w, "XYZ", WBXML_CONTENT);
	wbxml_open(w, "CARD", WBXML_CONTENT | WBXML_ATTRIBUTES);
	wbxml_attribute(w, "NAME", bytes_of("abc"));
	wbxml_attribute(w, "STYLE", bytes_of("LIST"));
	wbxml_end(w);
	wbxml_open(w, "DO", WBXML_ATTRIBUTES);
	wbxml_attribute(w, "TYPE", bytes_of("ACCEPT"));
	wbxml_attribute(w, "URL", bytes_of("http://xyz.org/s"));
	wbxml_end(w);
	wbxml_text(w, bytes_of(" Enter name: "));
	wbxml_open(w, "INPUT", WBXML_ATTRIBUTES);
	wbxml_attribute(w, "TYPE", bytes_of("TEXT"));
	wbxml_attribute(w, "URL", bytes_of("ftp:"));
	wbxml_attribute_opaque(w, "KEY", bytes_of("N"));
	wbxml_end(w);
	wbxml_end(w);
	wbxml_end(w);
}

static void test_writes(void)
{
	uint8_t raw[128];
	struct buf b = BUF_INIT(256);
	struct wbxml_writer w;
	struct bytes want = check_unhex(
		"03 A4 34 6A 00 47 C5 09 03 61 62 63 00 05 01 88 06 86 08 03 "
		"78 79 7A 00 85 03 2F 73 00 01 03 20 45 6E 74 65 72 20 6E 61 "
		"6D 65 3A 20 00 86 07 00 01 06 03 66 74 70 3A 00 00 00 0A C3 "
		"01 4E 01 01 01",
		raw, sizeof raw);
	size_t i;

	write_example(&w, &b);
	CU_ASSERT(wbxml_status(&w) == OK);
	CU_ASSERT(bytes_equal(buf_bytes(&b), want));
	for (i = 0; i < want.n; i++) {
		buf_reset(&b);
		b.limit = i;
		write_example(&w, &b);
		CU_ASSERT(wbxml_status(&w) == ERR_TOOBIG);
	}
	buf_clear(&b);
	mem_fail_at(1);
	b.limit = 256;
	write_example(&w, &b);
	mem_fail_at(0);
	CU_ASSERT(wbxml_status(&w) == ERR_NOMEM);
	buf_clear(&b);
}

/* Without pieces a token stands for a whole value or for none of it. */
static void test_whole_values(void)
{
	uint8_t raw[64];
	struct buf b = BUF_INIT(256);
	struct wbxml_writer w;

	wbxml_begin(&w, &simple, 1, &b);
	wbxml_open(&w, "XYZ", WBXML_ATTRIBUTES);
	wbxml_attribute(&w, "TYPE", bytes_of("ACCEPT"));
	wbxml_attribute(&w, "TYPE", bytes_of("ACCEPT.org"));
	wbxml_attribute(&w, "TYPE", bytes_of("TEXTS"));
	wbxml_attribute(&w, "NAME", bytes_of(""));
	wbxml_end(&w);
	CU_ASSERT(wbxml_status(&w) == OK);
	CU_ASSERT(bytes_equal(
		buf_bytes(&b),
		check_unhex("01 02 6A 00 87 06 86 06 03 41 43 43 45 50 54 2E "
			    "6F 72 67 00 06 03 54 45 58 54 53 00 09 01",
			    raw, sizeof raw)));
	buf_clear(&b);
}

static void test_refused(void)
{
	struct buf b = BUF_INIT(256);
	struct wbxml_writer w;

	wbxml_begin(&w, &rich, 3, &b);
	wbxml_open(&w, "NONE", 0);
	CU_ASSERT(wbxml_status(&w) == ERR_UNSUPPORTED);
	wbxml_begin(&w, &rich, 3, &b);
	wbxml_attribute(&w, "NONE", bytes_of(""));
	wbxml_text(&w, bytes_of("\xFF"));
	CU_ASSERT(wbxml_status(&w) == ERR_UNSUPPORTED);
	wbxml_begin(&w, &rich, 3, &b);
	wbxml_attribute_opaque(&w, "STYLE", bytes_of(""));
	CU_ASSERT(wbxml_status(&w) == ERR_UNSUPPORTED);
	wbxml_begin(&w, &rich, 3, &b);
	wbxml_text(&w, bytes_of("\xFF"));
	CU_ASSERT(wbxml_status(&w) == ERR_RANGE);
	wbxml_begin(&w, &rich, 3, &b);
	wbxml_text(&w, (struct bytes){ (const uint8_t *)"a\0", 2 });
	CU_ASSERT(wbxml_status(&w) == ERR_RANGE);
	buf_clear(&b);
}

static void test_memory(void)
{
	struct bytes in;
	uint8_t raw[128];
	struct xml_node *root;
	struct arena *a;
	unsigned long n;
	enum err e = ERR_NOMEM;

	in = check_unhex(EXAMPLE_2, raw, sizeof raw);
	for (n = 1; e == ERR_NOMEM && n < 64; n++) {
		a = arena_new(1 << 20);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		mem_fail_at(n);
		e = wbxml_read(in, &rich, a, &root, NULL);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 3);
	for (n = 1; n < 600; n += 16) {
		a = arena_new(n);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		e = wbxml_read(in, &rich, a, &root, NULL);
		CU_ASSERT(e == ERR_NOMEM);
		arena_free(a);
	}
}

static const struct check_test tests[] = {
	{ "reads", test_reads },
	{ "prefixes", test_prefixes },
	{ "bounds", test_bounds },
	{ "writes", test_writes },
	{ "whole values", test_whole_values },
	{ "what it does not write", test_refused },
	{ "memory ends", test_memory },
	{ NULL, NULL }
};

CHECK_MAIN("wbxml", tests)
