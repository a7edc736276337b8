#include "codecs/imdn.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

#define NS  "urn:ietf:params:xml:ns:imdn"
#define OMA "urn:oma:xml:cpm:imdn-extensions:1.0"

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<imdn xmlns=\"" NS "\"" \
	">"
#define IDS                                                                    \
	"<message-id>34jk324j</message-id>"                                    \
	"<datetime>2008-04-04T12:16:49-05:00</datetime>"

/* The documents that we write, and read back (RFC 5438 11.1). */
static const struct row {
	const char *name;
	struct imdn imdn;
	const char *subject, *note, *text;
} rows[] = {
	{ "delivered",
	  { .type = IMDN_DELIVERY, .status = IMDN_DELIVERED },
	  "",
	  "",
	  HEAD IDS
	  "<recipient-uri>im:bob@example.com</recipient-uri>"
	  "<original-recipient-uri>im:bob@example.org</original-recipient-uri>"
	  "<delivery-notification><status><delivered/></status>"
	  "</delivery-notification></imdn>\r\n" },
	{ "displayed, with subject",
	  { .type = IMDN_DISPLAY, .status = IMDN_DISPLAYED },
	  "a<b & c",
	  "",
	  HEAD IDS
	  "<recipient-uri>im:bob@example.com</recipient-uri>"
	  "<original-recipient-uri>im:bob@example.org</original-recipient-uri>"
	  "<subject xml:lang=\"fr\">a&lt;b &amp; c</subject>"
	  "<display-notification><status><displayed/></status>"
	  "</display-notification></imdn>\r\n" },
	{ "stored, with note",
	  { .type = IMDN_PROCESSING, .status = IMDN_STORED },
	  "",
	  "later",
	  HEAD IDS
	  "<recipient-uri>im:bob@example.com</recipient-uri>"
	  "<original-recipient-uri>im:bob@example.org</original-recipient-uri>"
	  "<processing-notification><status><stored/></status>"
	  "</processing-notification><note>later</note></imdn>\r\n" },
	{ "legacy SMS (OMA CPM)",
	  { .type = IMDN_INTERWORKING, .status = IMDN_LEGACY_SMS },
	  "",
	  "",
	  HEAD IDS
	  "<recipient-uri>im:bob@example.com</recipient-uri>"
	  "<original-recipient-uri>im:bob@example.org</original-recipient-uri>"
	  "<interworking-notification xmlns=\"" OMA "\">"
	  "<status><legacy-sms/></status></interworking-notification>"
	  "</imdn>\r\n" },
};

static struct imdn filled(const struct row *r)
{
	struct imdn n = r->imdn;

	n.message_id = bytes_of("34jk324j");
	n.datetime = bytes_of("2008-04-04T12:16:49-05:00");
	n.recipient_uri = bytes_of("im:bob@example.com");
	n.original_recipient_uri = bytes_of("im:bob@example.org");
	n.subject = bytes_of(r->subject);
	if (n.subject.n > 0)
		n.subject_language = bytes_of("fr");
	n.note = bytes_of(r->note);
	return n;
}

static bool same(const struct imdn *a, const struct imdn *b)
{
	return bytes_equal(a->message_id, b->message_id) &&
	       bytes_equal(a->datetime, b->datetime) &&
	       bytes_equal(a->recipient_uri, b->recipient_uri) &&
	       bytes_equal(a->original_recipient_uri,
			   b->original_recipient_uri) &&
	       bytes_equal(a->subject, b->subject) &&
	       bytes_equal(a->subject_language, b->subject_language) &&
	       bytes_equal(a->note, b->note) && a->type == b->type &&
	       a->status == b->status;
}

static void test_rows(void)
{
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(2048);
	struct imdn n, back;
	struct bytes in;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		arena_reset(a);
		buf_reset(&b);
		n = filled(r);
		ROW(r, imdn_encode(&n, &b) == OK);
		ROW(r, bytes_is(buf_bytes(&b), r->text));
		ROW(r, imdn_decode(buf_bytes(&b), a, &back, NULL) == OK);
		ROW(r, same(&n, &back));
		in = bytes_of(r->text);
		for (in.n -= 3; in.n > 0; in.n--) {
			arena_reset(a);
			ROW(r, imdn_decode(in, a, &back, NULL) == ERR_MORE);
		}
	}
	buf_clear(&b);
	arena_free(a);
}

/* RFC 5438 11.1.7, every pair; encode refuses what decode refuses. */
static void test_every_pair(void)
{
	static const unsigned fits[] = {
		[IMDN_DELIVERY] = 1u << IMDN_DELIVERED | 1u << IMDN_FAILED,
		[IMDN_DISPLAY] = 1u << IMDN_DISPLAYED,
		[IMDN_PROCESSING] = 1u << IMDN_PROCESSED | 1u << IMDN_STORED,
		[IMDN_INTERWORKING] =
			1u << IMDN_LEGACY_SMS | 1u << IMDN_LEGACY_MMS,
	};
	unsigned common = 1u << IMDN_FORBIDDEN | 1u << IMDN_ERROR, t, s;
	struct arena *a = arena_new(65536);
	struct buf b = BUF_INIT(2048);
	struct imdn n, back;
	enum err want;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (t = 0; t <= IMDN_INTERWORKING; t++) {
		for (s = 0; s <= IMDN_LEGACY_MMS; s++) {
			want = ((fits[t] | common) >> s & 1) ? OK
							     : ERR_MALFORMED;
			n = filled(&rows[0]);
			n.type = (enum imdn_type)t;
			n.status = (enum imdn_status)s;
			buf_reset(&b);
			CU_ASSERT(imdn_encode(&n, &b) ==
				  (want == OK ? OK : ERR_RANGE));
			buf_reset(&b);
			buf_printf(&b,
				   HEAD IDS "<x:%s-notification xmlns:x=\"%s\">"
					    "<x:status><x:%s/></x:status>"
					    "</x:%s-notification></imdn>",
				   imdn_type_name(n.type),
				   t == IMDN_INTERWORKING ? OMA : NS,
				   imdn_status_name(n.status),
				   imdn_type_name(n.type));
			CU_ASSERT(imdn_decode(buf_bytes(&b), a, &back, NULL) ==
				  want);
			CU_ASSERT(want != OK || (back.type == n.type &&
						 back.status == n.status));
			arena_reset(a);
		}
	}
	buf_clear(&b);
	arena_free(a);
}

#define DELIVERED                                                              \
	"<delivery-notification><status><delivered/></status>"                 \
	"</delivery-notification>"

static const struct text_row {
	const char *name, *text;
	enum err want;
	const char *field;
} texts[] = {
	{ "as RFC 5438 7.2.1.1 lays it out",
	  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	  "<imdn xmlns=\"" NS "\">\r\n  <message-id> 1 </message-id>\r\n"
	  "  <datetime>2008</datetime>\r\n <recipient-uri\r\n >im:b"
	  "</recipient-uri>\r\n <delivery-notification>\r\n <status>\r\n"
	  "<delivered/>\r\n </status>\r\n</delivery-notification>\r\n</imdn>",
	  OK, "" },
	{ "another order, unknown elements (11.1.9)",
	  "<i:imdn xmlns:i=\"" NS "\" xmlns:y=\"urn:y\"><y:any/>"
	  "<i:delivery-notification><i:status><y:z/><i:delivered/>"
	  "</i:status></i:delivery-notification><i:datetime>d</i:datetime>"
	  "<i:message-id>1</i:message-id></i:imdn>",
	  OK, "" },
	{ "interworking status in the outer namespace",
	  HEAD IDS
	  "<o:interworking-notification xmlns:o=\"" OMA "\">"
	  "<status><o:legacy-mms/></status></o:interworking-notification>"
	  "</imdn>",
	  OK, "" },
	{ "no namespace", "<imdn>" IDS DELIVERED "</imdn>", ERR_UNSUPPORTED,
	  "imdn" },
	{ "another root", "<x xmlns=\"" NS "\">" IDS DELIVERED "</x>",
	  ERR_UNSUPPORTED, "imdn" },
	{ "is composing (RFC 3994)",
	  "<isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\">"
	  "<state>idle</state></isComposing>",
	  ERR_UNSUPPORTED, "imdn" },
	{ "no message-id (11.1.1)",
	  HEAD "<datetime>d</datetime>" DELIVERED "</imdn>", ERR_MALFORMED,
	  "message-id" },
	{ "empty message-id",
	  HEAD "<message-id> </message-id><datetime>d"
	       "</datetime>" DELIVERED "</imdn>",
	  ERR_MALFORMED, "message-id" },
	{ "no datetime (11.1.2)",
	  HEAD "<message-id>1</message-id>" DELIVERED "</imdn>", ERR_MALFORMED,
	  "datetime" },
	{ "no notification (11.1.6)", HEAD IDS "</imdn>", ERR_UNSUPPORTED,
	  "notification" },
	{ "interworking in the wrong namespace",
	  HEAD IDS "<interworking-notification><status><legacy-sms/></status>"
		   "</interworking-notification></imdn>",
	  ERR_UNSUPPORTED, "notification" },
	{ "no status (11.1.7)", HEAD IDS "<delivery-notification/></imdn>",
	  ERR_MALFORMED, "status" },
	{ "empty status",
	  HEAD IDS "<delivery-notification><status/></delivery-notification>"
		   "</imdn>",
	  ERR_UNSUPPORTED, "status" },
	{ "status of the future",
	  HEAD IDS "<delivery-notification><status><lost/></status>"
		   "</delivery-notification></imdn>",
	  ERR_UNSUPPORTED, "status" },
	{ "status of another type",
	  HEAD IDS "<delivery-notification><status><displayed/></status>"
		   "</delivery-notification></imdn>",
	  ERR_MALFORMED, "status" },
	{ "not XML", "delivered", ERR_MALFORMED, "document" },
	{ "DOCTYPE", "<!DOCTYPE imdn>" HEAD, ERR_MALFORMED, "document" },
};

static void test_texts(void)
{
	struct arena *a = arena_new(65536);
	struct fault why;
	struct imdn n;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		const struct text_row *r = &texts[i];

		arena_reset(a);
		why.field = "";
		memset(&n, 0, sizeof n);
		ROW(r, imdn_decode(bytes_of(r->text), a, &n, &why) == r->want);
		ROW(r, strcmp(why.field, r->field) == 0);
		ROW(r, (n.message_id.n > 0) == (r->want == OK));
	}
	arena_free(a);
}

static void test_refused(void)
{
	struct imdn n = filled(&rows[0]);
	struct buf b = BUF_INIT(16);

	n.message_id.n = 0;
	CU_ASSERT(imdn_encode(&n, &b) == ERR_RANGE);
	n = filled(&rows[0]);
	n.datetime.n = 0;
	CU_ASSERT(imdn_encode(&n, &b) == ERR_RANGE && b.n == 0);
	n = filled(&rows[0]);
	CU_ASSERT(imdn_encode(&n, &b) == ERR_TOOBIG);
	buf_clear(&b);
}

static const struct want_row {
	const char *name, *text;
	unsigned want;
} wants[] = {
	{ "RFC 5438 7.1.1.3", "positive-delivery, negative-delivery",
	  IMDN_WANT_POSITIVE | IMDN_WANT_NEGATIVE },
	{ "all",
	  "positive-delivery,negative-delivery , display ,processing,"
	  "interworking",
	  31 },
	{ "parameters (10)", "display;x=\"y\" ; z=1, processing",
	  IMDN_WANT_DISPLAY | IMDN_WANT_PROCESSING },
	{ "unknown words (7.2.1)", "read, display, displayed",
	  IMDN_WANT_DISPLAY },
	{ "capitals", "Display", IMDN_WANT_DISPLAY },
	{ "empty (7.1.1.3)", "", 0 },
	{ "commas alone", ", ,,", 0 },
};

static void test_wants(void)
{
	struct buf b = BUF_INIT(128);
	unsigned want;
	size_t i;

	for (i = 0; i < sizeof wants / sizeof *wants; i++)
		ROW(&wants[i],
		    imdn_want_decode(bytes_of(wants[i].text)) == wants[i].want);
	for (want = 0; want < 32; want++) {
		buf_reset(&b);
		imdn_want_encode(want, &b);
		CU_ASSERT(imdn_want_decode(buf_bytes(&b)) == want);
	}
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "positive-delivery, negative-delivery, display, "
			   "processing, interworking"));
	buf_clear(&b);
}

static void test_memory(void)
{
	struct arena *a;
	struct imdn n;
	unsigned long i;
	enum err e = ERR_NOMEM;

	for (i = 1; i < 50 && e != OK; i++) {
		a = arena_new(65536);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		mem_fail_at(i);
		e = imdn_decode(bytes_of(rows[1].text), a, &n, NULL);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(e == OK && i > 2);
	n = filled(&rows[1]);
	for (i = 1, e = ERR_NOMEM; i < 10 && e != OK; i++) {
		struct buf b = BUF_INIT(2048);

		mem_fail_at(i);
		e = imdn_encode(&n, &b);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		buf_clear(&b);
	}
	CU_ASSERT(e == OK && i > 2);
}

/* Documents of a folder that the tester names; those of RFC 5438 are ours. */
static void foreign_document(const char *path, const char *name)
{
	static uint8_t octets[65536];
	struct buf again = BUF_INIT(65536);
	struct bytes in = { octets, 0 };
	struct arena *a = arena_new(1 << 20);
	FILE *f = fopen(path, "rb");
	struct imdn n;
	enum err e;

	CU_ASSERT_FATAL(a != NULL && f != NULL);
	in.n = fread(octets, 1, sizeof octets, f);
	fclose(f);
	e = imdn_decode(in, a, &n, NULL);
	CU_ASSERT((e == OK) == (strncmp(name, "rfc5438", 7) == 0));
	if (e == OK) {
		CU_ASSERT(bytes_is(n.message_id, "34jk324j"));
		CU_ASSERT(imdn_encode(&n, &again) == OK);
	}
	buf_clear(&again);
	arena_free(a);
}

static void test_foreign_documents(void)
{
	const char *base = getenv("CPMGW_VECTORS");
	char path[1024];
	struct dirent *entry;
	DIR *d;

	if (base == NULL) {
		CU_PASS("no CPMGW_VECTORS");
		return;
	}
	snprintf(path, sizeof path, "%s/imdn", base);
	d = opendir(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	while ((entry = readdir(d)) != NULL) {
		snprintf(path, sizeof path, "%s/imdn/%s", base, entry->d_name);
		if (entry->d_name[0] != '.')
			foreign_document(path, entry->d_name);
	}
	closedir(d);
}

static const struct check_test tests[] = {
	{ "written and read back", test_rows },
	{ "every type with every status", test_every_pair },
	{ "documents right and wrong", test_texts },
	{ "what is not written", test_refused },
	{ "Disposition-Notification", test_wants },
	{ "memory", test_memory },
	{ "foreign documents", test_foreign_documents },
	{ NULL, NULL }
};
CHECK_MAIN("imdn", tests)
