#include "codecs/provisioning.h"

#include <string.h>

#include "tests/check.h"

/* OMA-WAP-ProvCont 1.1 7: code page 0, then 1, then 0. */
#define EXAMPLE                                                                \
	"03 0B 6A 00 C5 46 01 C6 55 01 87 11 06 03 4E 31 00 01 87 10 "         \
	"06 AB 01 87 08 06 03 61 70 6E 2E 65 78 61 6D 70 6C 65 00 01 "         \
	"87 09 06 89 01 87 14 01 C6 5A 01 87 0C 06 9A 01 87 0D 06 03 "         \
	"75 00 01 01 01 C6 51 01 87 15 06 03 50 31 00 01 C6 52 01 87 "         \
	"2F 06 03 51 31 00 01 87 20 06 03 31 39 32 2E 30 2E 32 2E 31 "         \
	"00 01 87 21 06 85 01 C6 53 01 87 23 06 03 39 32 30 31 00 01 "         \
	"87 24 06 CB 01 01 01 01 C6 00 01 55 01 87 36 06 03 77 34 00 "         \
	"01 87 22 06 03 4E 31 00 01 C6 56 01 87 34 06 03 68 74 74 70 "         \
	"3A 2F 2F 6D 6D 73 2E 65 78 61 6D 70 6C 65 2F 00 01 87 35 06 "         \
	"03 49 50 56 34 00 01 C6 53 01 87 23 06 03 38 30 00 01 01 01 "         \
	"C6 57 01 87 33 06 03 48 54 54 50 2D 42 41 53 49 43 00 01 01 "         \
	"01 86 00 00 56 01 01"

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"                       \
	"<!DOCTYPE wap-provisioningdoc PUBLIC "                                \
	"\"-//WAPFORUM//DTD PROV 1.0//EN\"\r\n"                                \
	" \"http://www.wapforum.org/DTD/prov.dtd\">\r\n"

#define P(name_, value_) "<parm name=\"" name_ "\" value=\"" value_ "\"/>\r\n"
#define C(type_)	 "<characteristic type=\"" type_ "\">\r\n"
#define E		 "</characteristic>\r\n"

static const char example_xml[] =
	HEAD "<wap-provisioningdoc version=\"1.0\">\r\n" C("NAPDEF") P(
		"NAPID", "N1") P("BEARER", "GSM-GPRS") P("NAP-ADDRESS",
							 "apn.example")
		P("NAP-ADDRTYPE", "APN") "<parm name=\"INTERNET\"/>\r\n" C(
			"NAPAUTHINFO") P("AUTHTYPE",
					 "PAP") P("AUTHNAME",
						  "u") E E C("PXLOGICAL")
			P("PROXY-ID", "P1") C("PXPHYSICAL") P(
				"PHYSICAL-PROXY-ID",
				"Q1") P("PXADDR", "192.0.2.1") P("PXADDRTYPE",
								 "IPV4")
				C("PORT") P("PORTNBR", "9201") P(
					"SERVICE",
					"CO-WSP") E E E C("APPLICATION")
					P("APPID", "w4") P("TO-NAPID", "N1") C(
						"APPADDR") P("ADDR",
							     "http://"
							     "mms.example/")
						P("ADDRTYPE",
						  "IPV4") C("PORT") P("PORTNBR",
								      "80")
							E E C("APPAUTH") P(
								"AAUTHTYPE",
								"HTTP-BASIC") E
								E C("BOOTSTRAP")
									E
	"</wap-provisioningdoc>\r\n";

/* A document as rows: depth, then a characteristic or a parm of it. */
static const struct line {
	unsigned depth;
	const char *type, *name, *value;
} lines[] = {
	{ 0, "NAPDEF", NULL, NULL },
	{ 0, NULL, "NAPID", "N1" },
	{ 0, NULL, "BEARER", "GSM-GPRS" },
	{ 0, NULL, "NAP-ADDRESS", "apn.example" },
	{ 0, NULL, "NAP-ADDRTYPE", "APN" },
	{ 0, NULL, "INTERNET", "" },
	{ 1, "NAPAUTHINFO", NULL, NULL },
	{ 1, NULL, "AUTHTYPE", "PAP" },
	{ 1, NULL, "AUTHNAME", "u" },
	{ 0, "PXLOGICAL", NULL, NULL },
	{ 0, NULL, "PROXY-ID", "P1" },
	{ 1, "PXPHYSICAL", NULL, NULL },
	{ 1, NULL, "PHYSICAL-PROXY-ID", "Q1" },
	{ 1, NULL, "PXADDR", "192.0.2.1" },
	{ 1, NULL, "PXADDRTYPE", "IPV4" },
	{ 2, "PORT", NULL, NULL },
	{ 2, NULL, "PORTNBR", "9201" },
	{ 2, NULL, "SERVICE", "CO-WSP" },
	{ 0, "APPLICATION", NULL, NULL },
	{ 0, NULL, "APPID", "w4" },
	{ 0, NULL, "TO-NAPID", "N1" },
	{ 1, "APPADDR", NULL, NULL },
	{ 1, NULL, "ADDR", "http://mms.example/" },
	{ 1, NULL, "ADDRTYPE", "IPV4" },
	{ 2, "PORT", NULL, NULL },
	{ 2, NULL, "PORTNBR", "80" },
	{ 1, "APPAUTH", NULL, NULL },
	{ 1, NULL, "AAUTHTYPE", "HTTP-BASIC" },
	{ 0, "BOOTSTRAP", NULL, NULL },
};

static enum err build(struct arena *a, struct provisioning *out)
{
	struct provisioning_group *open[4] = { NULL }, **list;
	const struct line *l;
	size_t i;

	*out = (struct provisioning){ .version = bytes_of("1.0") };
	for (i = 0; i < sizeof lines / sizeof *lines; i++) {
		l = &lines[i];
		list = l->depth == 0 ? &out->group : &open[l->depth - 1]->child;
		if (l->type != NULL) {
			open[l->depth] =
				provisioning_add(a, list, bytes_of(l->type));
			if (open[l->depth] == NULL)
				return ERR_NOMEM;
		} else if (provisioning_set(a, &open[l->depth]->parm,
					    bytes_of(l->name),
					    bytes_of(l->value)) == NULL) {
			return ERR_NOMEM;
		}
	}
	return OK;
}

static bool same_groups(const struct provisioning_group *a,
			const struct provisioning_group *b)
{
	const struct provisioning_parm *p, *q;

	for (; a != NULL && b != NULL; a = a->next, b = b->next) {
		if (!bytes_equal(a->type, b->type) ||
		    !same_groups(a->child, b->child))
			return false;
		for (p = a->parm, q = b->parm; p != NULL && q != NULL;
		     p = p->next, q = q->next)
			if (!bytes_equal(p->name, q->name) ||
			    !bytes_equal(p->value, q->value))
				return false;
		if (p != q)
			return false;
	}
	return a == b;
}

static bool same(const struct provisioning *a, const struct provisioning *b)
{
	return bytes_equal(a->version, b->version) &&
	       same_groups(a->group, b->group);
}

static void test_both_ways(void)
{
	struct arena *a = arena_new(16 << 20);
	struct buf b = BUF_INIT(4096);
	struct provisioning p, back;
	uint8_t raw[512];
	struct bytes in = check_unhex(EXAMPLE, raw, sizeof raw);

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_FATAL(build(a, &p) == OK);
	CU_ASSERT(provisioning_wbxml_encode(&p, &b) == OK);
	CU_ASSERT(bytes_equal(buf_bytes(&b), in));
	CU_ASSERT(provisioning_wbxml_decode(in, a, &back, NULL) == OK);
	CU_ASSERT(same(&p, &back));
	while (in.n-- > 0)
		CU_ASSERT(provisioning_wbxml_decode(in, a, &back, NULL) ==
			  ERR_MORE);
	buf_reset(&b);
	CU_ASSERT(provisioning_xml_encode(&p, &b) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b), example_xml));
	in = bytes_of(example_xml);
	CU_ASSERT(provisioning_xml_decode(in, a, &back, NULL) == OK);
	CU_ASSERT(same(&p, &back));
	arena_reset(a);
	for (in.n -= 3; in.n > 0; in.n--) {
		CU_ASSERT(provisioning_xml_decode(in, a, &back, NULL) ==
			  ERR_MORE);
		arena_reset(a);
	}
	buf_clear(&b);
	arena_free(a);
}

/* Each document as WBXML and as what it says, in XML without its head. */
static const struct row {
	const char *name, *hex;
	enum err want;
	const char *xml, *field;
} rows[] = {
	{ "7.2: version 1.1", "03 0B 6A 00 C5 45 03 31 2E 31 00 01 01", OK,
	  "<wap-provisioningdoc version=\"1.1\">\r\n", "" },
	{ "nothing in it", "03 0B 6A 00 05", OK, "<wap-provisioningdoc>\r\n",
	  "" },
	{ "7.3: a value of two tokens, page 1",
	  "03 0B 6A 00 45 C6 00 01 57 01 87 33 06 91 93 01 01 01", OK,
	  "<wap-provisioningdoc>\r\n" C("APPAUTH") P("AAUTHTYPE", "HTTP-DIGEST")
		  E,
	  "" },
	{ "7.1: tags of page 1",
	  "03 0B 6A 00 45 00 01 C6 55 01 87 07 06 03 78 00 01 01 01", OK,
	  "<wap-provisioningdoc>\r\n" C("NAPDEF") P("NAME", "x") E, "" },
	{ "names that have no token",
	  "03 0B 6A 00 45 C6 50 03 58 00 01 87 05 03 59 00 06 03 5A 00 01 01 "
	  "01",
	  OK, "<wap-provisioningdoc>\r\n" C("X") P("Y", "Z") E, "" },
	{ "a text that starts like a token",
	  "03 0B 6A 00 45 C6 55 01 87 07 06 03 48 41 50 50 59 00 01 01 01", OK,
	  "<wap-provisioningdoc>\r\n" C("NAPDEF") P("NAME", "HAPPY") E, "" },
	{ "a parm at the top is passed over",
	  "03 0B 6A 00 45 87 07 06 03 61 00 01 01", OK,
	  "<wap-provisioningdoc>\r\n", "" },
	{ "another document", "03 0B 6A 00 06", ERR_UNSUPPORTED, NULL,
	  "wap-provisioningdoc" },
	{ "a characteristic without type", "03 0B 6A 00 45 06 01",
	  ERR_MALFORMED, NULL, "characteristic" },
	{ "a parm without name", "03 0B 6A 00 45 C6 55 01 87 06 85 01 01 01",
	  ERR_MALFORMED, NULL, "characteristic" },
	{ "nine in each other",
	  "03 0B 6A 00 45 C6 55 01 C6 55 01 C6 55 01 C6 55 01 C6 55 01 C6 55 "
	  "01 C6 55 01 C6 55 01 C6 55 01 01 01 01 01 01 01 01 01 01 01",
	  ERR_TOOBIG, NULL, "characteristic" },
};

static void test_rows(void)
{
	struct arena *a = arena_new(1 << 20);
	uint8_t raw[128];
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct fault why = { "", NULL, 0 };
		struct buf b = BUF_INIT(4096), want = BUF_INIT(4096);
		struct provisioning p, back;

		ROW(r, provisioning_wbxml_decode(
			       check_unhex(r->hex, raw, sizeof raw), a, &p,
			       &why) == r->want);
		ROW(r, strcmp(why.field, r->field) == 0);
		if (r->want == OK) {
			buf_printf(&want, "%s%s</wap-provisioningdoc>\r\n",
				   HEAD, r->xml);
			ROW(r, provisioning_xml_encode(&p, &b) == OK);
			ROW(r, bytes_equal(buf_bytes(&b), buf_bytes(&want)));
			buf_reset(&b);
			ROW(r, provisioning_wbxml_encode(&p, &b) == OK);
			ROW(r, provisioning_wbxml_decode(buf_bytes(&b), a,
							 &back, NULL) == OK);
			ROW(r, same(&p, &back));
		}
		buf_clear(&b);
		buf_clear(&want);
	}
	arena_free(a);
}

static void test_refused(void)
{
	struct provisioning_group g[PROVISIONING_DEPTH_MAX + 1] = { 0 };
	struct provisioning_parm parm = { .value = bytes_of("v") };
	struct provisioning p = { .group = g };
	struct buf b = BUF_INIT(4096);
	size_t i;

	CU_ASSERT(provisioning_wbxml_encode(&p, &b) == ERR_RANGE);
	CU_ASSERT(provisioning_xml_encode(&p, &b) == ERR_RANGE);
	g[0].type = bytes_of("T");
	g[0].parm = &parm;
	CU_ASSERT(provisioning_wbxml_encode(&p, &b) == ERR_RANGE);
	CU_ASSERT(provisioning_xml_encode(&p, &b) == ERR_RANGE);
	CU_ASSERT(b.n == 0);
	parm.name = bytes_of("\xFF");
	CU_ASSERT(provisioning_wbxml_encode(&p, &b) == ERR_RANGE);
	parm.name = bytes_of("n");
	for (i = 0; i < PROVISIONING_DEPTH_MAX; i++) {
		g[i].type = g[0].type;
		CU_ASSERT(provisioning_wbxml_encode(&p, &b) == OK);
		CU_ASSERT(provisioning_xml_encode(&p, &b) == OK);
		g[i + 1].type = g[0].type;
		g[i].child = &g[i + 1];
		buf_reset(&b);
	}
	CU_ASSERT(provisioning_wbxml_encode(&p, &b) == ERR_TOOBIG);
	CU_ASSERT(provisioning_xml_encode(&p, &b) == ERR_TOOBIG);
	buf_clear(&b);
}

/* Both ways, either form. */
static enum err all_ways(void)
{
	struct arena *a = arena_new(1 << 20);
	struct buf b = BUF_INIT(4096);
	struct provisioning p;
	enum err e = ERR_NOMEM;

	if (a == NULL || (e = build(a, &p)) != OK ||
	    (e = provisioning_wbxml_encode(&p, &b)) != OK ||
	    (e = provisioning_wbxml_decode(buf_bytes(&b), a, &p, NULL)) != OK)
		goto out;
	buf_clear(&b);
	if ((e = provisioning_xml_encode(&p, &b)) != OK)
		goto out;
	e = provisioning_xml_decode(buf_bytes(&b), a, &p, NULL);
out:
	buf_clear(&b);
	arena_free(a);
	return e;
}

static void test_memory(void)
{
	unsigned long n;
	struct arena *a;
	size_t limit;
	struct provisioning p;
	enum err e = ERR_NOMEM;

	for (n = 1; e == ERR_NOMEM && n < 256; n++) {
		mem_fail_at(n);
		e = all_ways();
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
	}
	CU_ASSERT(e == OK && n > 5);
	for (limit = 1; limit < 10000; limit += 97) {
		a = arena_new(limit);
		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		e = provisioning_xml_decode(bytes_of(example_xml), a, &p, NULL);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		CU_ASSERT(limit > 100 || e == ERR_NOMEM);
		arena_free(a);
	}
}

/* RFC 2104 over EXAMPLE; the keys are in the names (3GPP TS 24.008 10.5.1.4).
 */
static const struct mac_row {
	const char *name, *imsi, *pin;
	enum provisioning_security security;
	enum err want;
	const char *mac;
} macs[] = {
	{ "39 01 51 10 32 54 76 98", "310150123456789", "",
	  PROVISIONING_NETWPIN, OK,
	  "6F6694127C0829EC9DFAFB36AC6B75AB4119ED9B" },
	{ "31 01 51 10 32 54 76 F8", "31015012345678", "", PROVISIONING_NETWPIN,
	  OK, "D3D1F87D056625DC6450B183C3AE497D493EEFC8" },
	{ "31 01 51 F0", "310150", "", PROVISIONING_NETWPIN, OK,
	  "A9B81E2D34A177A4E6E5AC3B4DF500FA00F01590" },
	{ "the digits", "", "1234", PROVISIONING_USERPIN, OK,
	  "6017E8608ACCF3D6EF00EDB6092D63D9DC19AD5B" },
	{ "39 01 51 10 32 54 76 98 and the digits", "310150123456789", "1234",
	  PROVISIONING_USERNETWPIN, OK,
	  "2A1DBEF9E5EF1FD54FFDACA6994BA2BB898C5B82" },
	{ "five digits of an IMSI", "31015", "", PROVISIONING_NETWPIN,
	  ERR_RANGE, "" },
	{ "sixteen digits of an IMSI", "3101501234567890", "1",
	  PROVISIONING_USERNETWPIN, ERR_RANGE, "" },
	{ "no digit in an IMSI", "31015012345678x", "", PROVISIONING_NETWPIN,
	  ERR_RANGE, "" },
	{ "no PIN", "310150123456789", "", PROVISIONING_USERPIN, ERR_RANGE,
	  "" },
	{ "no digit in a PIN", "310150123456789", "12a",
	  PROVISIONING_USERNETWPIN, ERR_RANGE, "" },
	{ "33 digits", "", "123456789012345678901234567890123",
	  PROVISIONING_USERPIN, ERR_RANGE, "" },
};

static void test_macs(void)
{
	uint8_t raw[512];
	struct bytes body = check_unhex(EXAMPLE, raw, sizeof raw);
	size_t i;

	for (i = 0; i < sizeof macs / sizeof *macs; i++) {
		const struct mac_row *r = &macs[i];
		char mac[PROVISIONING_MAC_DIGITS + 1] = "";
		struct provisioning_secret s = { r->security, bytes_of(r->imsi),
						 bytes_of(r->pin) };

		ROW(r, provisioning_mac(&s, body, mac) == r->want);
		ROW(r, strcmp(mac, r->mac) == 0);
	}
}

/* OMA-WAP-ProvCont 4.3: SEC, then MAC, in the content type of the push. */
static void test_push(void)
{
	uint8_t raw[64];
	struct wsp_push p = { .transaction_id = 1, .body = bytes_of("x") };
	struct buf b = BUF_INIT(256);

	provisioning_content_type(PROVISIONING_USERPIN,
				  "0123456789ABCDEF0123456789ABCDEF01234567",
				  &p.type);
	CU_ASSERT(wsp_push_encode(&p, &b) == OK);
	CU_ASSERT(bytes_equal(
		buf_bytes(&b),
		check_unhex("01 06 2F 1F 2D B6 91 81 92 30 31 32 33 34 35 36 "
			    "37 38 39 41 42 43 44 45 46 30 31 32 33 34 35 36 "
			    "37 38 39 41 42 43 44 45 46 30 31 32 33 34 35 36 "
			    "37 00 78",
			    raw, sizeof raw)));
	buf_clear(&b);
}

static const struct check_test tests[] = { { "both ways", test_both_ways },
					   { "documents", test_rows },
					   { "what it does not write",
					     test_refused },
					   { "memory ends", test_memory },
					   { "MAC", test_macs },
					   { "the push", test_push },
					   { NULL, NULL } };

CHECK_MAIN("provisioning", tests)
