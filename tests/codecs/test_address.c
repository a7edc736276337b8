#include "tests/check.h"

#include <string.h>

#include "codecs/address.h"

static const struct address_rules uk = { "44", NULL, "0", "cpm.example" };
static const struct address_rules us = { "1", "011", "", "cpm.example" };

#define E164   ADDRESS_E164
#define SHORT  ADDRESS_SHORT
#define ALPHA  ADDRESS_ALPHA
#define SIP    ADDRESS_SIP
#define MAIL   ADDRESS_MAIL
#define NOBODY ADDRESS_ANONYMOUS
#define NONE   ADDRESS_NONE

static const struct row {
	const char *name, *text;
	const struct address_rules *rules;
	enum err want;
	enum address_kind kind;
	const char *out;
} rows[] = {
	{ "RFC 3966 3: global", "tel:+15550100001", NULL, OK, E164,
	  "+15550100001" },
	{ "RFC 3966 5.1.1: visual separators", "tel:+1-(555).010-0001", NULL,
	  OK, E164, "+15550100001" },
	{ "scheme in capitals", "TEL:+15550100001;isub=12", NULL, OK, E164,
	  "+15550100001" },
	{ "RFC 3966 5.1.5: context of a country",
	  "tel:07700900123;phone-context=+44", &uk, OK, E164, "+447700900123" },
	{ "context of a country, national part bare",
	  "tel:7700900123;phone-context=+44", NULL, OK, E164, "+447700900123" },
	{ "RFC 3966 5.1.5: context of a domain",
	  "tel:12345;phone-context=cpm.example", &uk, OK, SHORT, "12345" },
	{ "service code", "tel:*100#;phone-context=cpm.example", &uk, OK, SHORT,
	  "*100#" },
	{ "tel: with letters", "tel:news", NULL, ERR_MALFORMED, 0, NULL },
	{ "tel: alone", "tel:", NULL, ERR_MALFORMED, 0, NULL },
	{ "RFC 3261 19.1.6: user=phone",
	  "sip:+447700900123@cpm.example;user=phone", NULL, OK, E164,
	  "+447700900123" },
	{ "global user without user=phone", "sip:+447700900123@other.example",
	  NULL, OK, E164, "+447700900123" },
	{ "escaped plus", "sip:%2B447700900123@h", NULL, OK, E164,
	  "+447700900123" },
	{ "national user with user=phone",
	  "sip:07700900123@cpm.example;transport=tcp;User=Phone", &uk, OK, E164,
	  "+447700900123" },
	{ "short code with user=phone",
	  "sip:12345;phone-context=cpm.example@cpm.example;user=phone", &uk, OK,
	  SHORT, "12345" },
	{ "digits without user=phone are a name", "sip:12345@cpm.example", &uk,
	  OK, SIP, "sip:12345@cpm.example" },
	{ "RFC 3261 19.1.4: host without case",
	  "SIP:Mary@CPM.Example;lr?Subject=x", NULL, OK, SIP,
	  "sip:Mary@cpm.example" },
	{ "RFC 3261 19.1.4: needless escape", "sip:%6dary@cpm.example", NULL,
	  OK, SIP, "sip:mary@cpm.example" },
	{ "escape that is needed", "sip:a%40%c3%a9@h", NULL, OK, SIP,
	  "sip:a%40%C3%A9@h" },
	{ "password is no part of it", "sip:mary:secret@cpm.example", NULL, OK,
	  SIP, "sip:mary@cpm.example" },
	{ "sips: stays", "sips:mary@cpm.example:5061", NULL, OK, SIP,
	  "sips:mary@cpm.example:5061" },
	{ "IPv6 host", "sip:mary@[2001:DB8::1]:5060", NULL, OK, SIP,
	  "sip:mary@[2001:db8::1]:5060" },
	{ "host alone", "sip:cpm.example", NULL, OK, SIP, "sip:cpm.example" },
	{ "RFC 3862: im:", "<im:mary@cpm.example>", NULL, OK, SIP,
	  "sip:mary@cpm.example" },
	{ "RFC 3323 4.1.1.3", "sip:anonymous@anonymous.invalid", NULL, OK,
	  NOBODY, "" },
	{ "our alphanumeric sender", "sip:My%20News@alpha.cpm.example", &uk, OK,
	  ALPHA, "My News" },
	{ "the same host elsewhere", "sip:News@alpha.other.example", &uk, OK,
	  SIP, "sip:News@alpha.other.example" },
	{ "no user", "sip:@h", NULL, ERR_MALFORMED, 0, NULL },
	{ "no host", "sip:a@", NULL, ERR_MALFORMED, 0, NULL },
	{ "bad escape", "sip:a%4@h", NULL, ERR_MALFORMED, 0, NULL },
	{ "escaped NUL", "sip:a%00@alpha.cpm.example", &uk, ERR_MALFORMED, 0,
	  NULL },
	{ "escaped line end", "sip:a%0D%0Ab@alpha.cpm.example", &uk,
	  ERR_MALFORMED, 0, NULL },
	{ "bracket open", "sip:a@[::1", NULL, ERR_MALFORMED, 0, NULL },
	{ "plus and digits", " +44 7700 900123 ", NULL, OK, E164,
	  "+447700900123" },
	{ "international prefix", "00447700900123", &uk, OK, E164,
	  "+447700900123" },
	{ "another international prefix", "011447700900123", &us, OK, E164,
	  "+447700900123" },
	{ "trunk prefix", "07700900123", &uk, OK, E164, "+447700900123" },
	{ "no trunk prefix in use", "5550100001", &us, OK, E164,
	  "+15550100001" },
	{ "country code without plus", "15550100001", &us, OK, E164,
	  "+15550100001" },
	{ "international without plus", "447700900123", &uk, OK, E164,
	  "+447700900123" },
	{ "no country known", "5550100001", NULL, OK, SHORT, "5550100001" },
	{ "short code", "12345", &uk, OK, SHORT, "12345" },
	{ "short code of 8", "12345678", &us, OK, SHORT, "12345678" },
	{ "E.164 6.1: 15 digits", "+123456789012345", NULL, OK, E164,
	  "+123456789012345" },
	{ "16 digits", "+1234567890123456", NULL, ERR_RANGE, 0, NULL },
	{ "50 digits", "12345678901234567890123456789012345678901234567890",
	  &uk, ERR_RANGE, 0, NULL },
	{ "no country begins with 0", "+0123456", NULL, ERR_MALFORMED, 0,
	  NULL },
	{ "mail", "Anna.B@B.Example", NULL, OK, MAIL, "Anna.B@b.example" },
	{ "mailto:", "mailto:a%2Bb@b.example?subject=x", NULL, OK, MAIL,
	  "a+b@b.example" },
	{ "mail with a blank", "a b@b.example", NULL, ERR_MALFORMED, 0, NULL },
	{ "mail without domain", "a@", NULL, ERR_MALFORMED, 0, NULL },
	{ "OMA-TS-MMS_ENC 8: PLMN", "+447700900123/TYPE=PLMN", NULL, OK, E164,
	  "+447700900123" },
	{ "PLMN with a domain (MM4)", "+447700900123/type=plmn@mms.cpm.example",
	  NULL, OK, E164, "+447700900123" },
	{ "PLMN, short code", "12345/TYPE=PLMN", NULL, OK, SHORT, "12345" },
	{ "OMA-TS-MMS_ENC 8: IPv4", "192.0.2.1/TYPE=IPv4", NULL,
	  ERR_UNSUPPORTED, 0, NULL },
	{ "alphanumeric", "News", NULL, OK, ALPHA, "News" },
	{ "alphanumeric with a colon", "Info: x", NULL, OK, ALPHA, "Info: x" },
	{ "alphanumeric beyond ASCII", "Čaj", NULL, OK, ALPHA, "Čaj" },
	{ "another scheme", "http://cpm.example/", NULL, ERR_UNSUPPORTED, 0,
	  NULL },
	{ "another scheme with user", "wv:mary@cpm.example", NULL,
	  ERR_UNSUPPORTED, 0, NULL },
	{ "empty", "", NULL, ERR_MALFORMED, 0, NULL },
	{ "blanks", "  \t", NULL, ERR_MALFORMED, 0, NULL },
	{ "line end", "News\r\nBcc: x", NULL, ERR_MALFORMED, 0, NULL },
	{ "DEL", "a\x7F", NULL, ERR_MALFORMED, 0, NULL },
	{ "C1 control", "a\xC2\x85z", NULL, ERR_MALFORMED, 0, NULL },
	{ "bad UTF-8", "a\xFFz", NULL, ERR_MALFORMED, 0, NULL },
};

static bool same(const struct address *a, enum address_kind kind,
		 const char *text)
{
	if (a->kind != kind || address_check(a) != OK)
		return false;
	return text == NULL ? a->text == NULL
			    : a->text != NULL && strcmp(a->text, text) == 0;
}

static void test_parse(void)
{
	struct arena *arena = arena_new(100000);
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct address a = { NONE, NULL };

		ROW(r, address_parse(bytes_of(r->text), r->rules, arena, &a) ==
			       r->want);
		ROW(r, same(&a, r->kind, r->out));
	}
	arena_free(arena);
}

static void test_parse_bounds(void)
{
	struct arena *arena = arena_new(100000);
	struct address a = { NONE, NULL };
	char text[2000];

	CU_ASSERT_FATAL(arena != NULL);
	memset(text, 'x', sizeof text);
	CU_ASSERT(address_parse((struct bytes){ (uint8_t *)text, 255 }, NULL,
				arena, &a) == OK);
	CU_ASSERT(strlen(a.text) == ADDRESS_TEXT_MAX);
	CU_ASSERT(address_parse((struct bytes){ (uint8_t *)text, 256 }, NULL,
				arena, &a) == ERR_TOOBIG);
	CU_ASSERT(address_parse((struct bytes){ (uint8_t *)text, 2000 }, NULL,
				arena, &a) == ERR_TOOBIG);
	CU_ASSERT(address_parse((struct bytes){ (uint8_t *)"a\0b", 3 }, NULL,
				arena, &a) == ERR_MALFORMED);
	CU_ASSERT(strlen(a.text) == ADDRESS_TEXT_MAX);
	arena_free(arena);
}

static const struct smpp_row {
	const char *name;
	uint8_t ton, npi;
	const char *text;
	const struct address_rules *rules;
	enum err want;
	enum address_kind kind;
	const char *out;
} smpp_rows[] = {
	{ "TON 1", 1, 1, "447700900123", &uk, OK, E164, "+447700900123" },
	{ "TON 1 with plus", 1, 1, "+447700900123", &uk, OK, E164,
	  "+447700900123" },
	{ "TON 1 with 00", 1, 1, "00447700900123", NULL, OK, E164,
	  "+447700900123" },
	{ "TON 1 with letters", 1, 1, "News", &uk, ERR_MALFORMED, 0, NULL },
	{ "TON 2", 2, 1, "07700900123", &uk, OK, E164, "+447700900123" },
	{ "TON 2 without trunk prefix", 2, 1, "7700900123", &uk, OK, E164,
	  "+447700900123" },
	{ "TON 4 without country", 4, 1, "900123", NULL, OK, SHORT, "900123" },
	{ "TON 3", 3, 0, "12345", &uk, OK, SHORT, "12345" },
	{ "TON 6", 6, 0, "88", &uk, OK, SHORT, "88" },
	{ "TON 3 with letters", 3, 0, "News", &uk, OK, ALPHA, "News" },
	{ "TON 0, international", 0, 0, "00447700900123", &uk, OK, E164,
	  "+447700900123" },
	{ "TON 0, short", 0, 1, "12345", &uk, OK, SHORT, "12345" },
	{ "TON 0, letters", 0, 0, "News", &uk, OK, ALPHA, "News" },
	{ "TON 5", 5, 0, "News", &uk, OK, ALPHA, "News" },
	{ "TON 5, digits stay a name", 5, 0, "12345", &uk, OK, ALPHA, "12345" },
	{ "TON 5, 3GPP TS 23.038 6.2.1", 5, 0, "\x02 \x5B\x11", &uk, OK, ALPHA,
	  "$ Ä_" },
	{ "TON 5, extension", 5, 0, "A\x1B\x65", &uk, OK, ALPHA, "A€" },
	{ "TON 5, Latin-1", 5, 0, "Caf\xE9", &uk, OK, ALPHA, "Café" },
	{ "TON 5, line feed inside", 5, 0, "A\nB", &uk, ERR_MALFORMED, 0,
	  NULL },
	{ "NPI 14", 0, 14, "sip:mary@cpm.example", &uk, OK, SIP,
	  "sip:mary@cpm.example" },
	{ "NPI 18", 1, 18, "+447700900123/TYPE=PLMN", &uk, OK, E164,
	  "+447700900123" },
	{ "TON 7 is reserved", 7, 0, "1234", &uk, ERR_RANGE, 0, NULL },
	{ "nothing", 1, 1, "", &uk, OK, NONE, NULL },
};

static void test_from_smpp(void)
{
	struct arena *arena = arena_new(100000);
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof smpp_rows / sizeof *smpp_rows; i++) {
		const struct smpp_row *r = &smpp_rows[i];
		struct address_smpp in = { r->ton, r->npi, bytes_of(r->text) };
		struct address a = { NONE, NULL };

		ROW(r, address_from_smpp(&in, r->rules, arena, &a) == r->want);
		ROW(r, same(&a, r->kind, r->out));
	}
	arena_free(arena);
}

static const struct out_row {
	const char *name;
	struct address in;
	enum err smpp;
	uint8_t ton, npi;
	const char *text;	     /* of SMPP                   */
	const char *uri, *sip, *mms; /* NULL: ERR_UNSUPPORTED     */
} out_rows[] = {
	{ "E164",
	  { E164, "+447700900123" },
	  OK,
	  1,
	  1,
	  "447700900123",
	  "tel:+447700900123",
	  "sip:+447700900123@cpm.example;user=phone",
	  "+447700900123/TYPE=PLMN" },
	{ "short code",
	  { SHORT, "12345" },
	  OK,
	  3,
	  0,
	  "12345",
	  "tel:12345;phone-context=cpm.example",
	  "sip:12345;phone-context=cpm.example@cpm.example;user=phone",
	  "12345" },
	{ "service code",
	  { SHORT, "*1#" },
	  OK,
	  3,
	  0,
	  "*1#",
	  "tel:*1#;phone-context=cpm.example",
	  "sip:*1%23;phone-context=cpm.example@cpm.example;user=phone",
	  "*1#" },
	{ "local number",
	  { SHORT, "5550100001" },
	  OK,
	  2,
	  1,
	  "5550100001",
	  "tel:5550100001;phone-context=cpm.example",
	  "sip:5550100001;phone-context=cpm.example@cpm.example;user=phone",
	  "5550100001" },
	{ "alphanumeric",
	  { ALPHA, "My News" },
	  OK,
	  5,
	  0,
	  "My News",
	  "sip:My%20News@alpha.cpm.example",
	  "sip:My%20News@alpha.cpm.example",
	  "My News" },
	{ "3GPP TS 23.038 6.2.1",
	  { ALPHA, "_Ä$" },
	  OK,
	  5,
	  0,
	  "\x11\x5B\x02",
	  "sip:_%C3%84%24@alpha.cpm.example",
	  "sip:_%C3%84%24@alpha.cpm.example",
	  "_Ä$" },
	{ "11 characters",
	  { ALPHA, "abcdefghijk" },
	  OK,
	  5,
	  0,
	  "abcdefghijk",
	  "sip:abcdefghijk@alpha.cpm.example",
	  "sip:abcdefghijk@alpha.cpm.example",
	  "abcdefghijk" },
	{ "12 characters",
	  { ALPHA, "abcdefghijkl" },
	  ERR_TOOBIG,
	  0,
	  0,
	  NULL,
	  "sip:abcdefghijkl@alpha.cpm.example",
	  "sip:abcdefghijkl@alpha.cpm.example",
	  "abcdefghijkl" },
	{ "an octet 00 inside",
	  { ALPHA, "a@b" },
	  ERR_UNSUPPORTED,
	  0,
	  0,
	  NULL,
	  "sip:a%40b@alpha.cpm.example",
	  "sip:a%40b@alpha.cpm.example",
	  "a@b" },
	{ "extension table",
	  { ALPHA, "[a]" },
	  ERR_UNSUPPORTED,
	  0,
	  0,
	  NULL,
	  "sip:%5Ba%5D@alpha.cpm.example",
	  "sip:%5Ba%5D@alpha.cpm.example",
	  "[a]" },
	{ "outside the alphabet",
	  { ALPHA, "Čaj" },
	  ERR_UNSUPPORTED,
	  0,
	  0,
	  NULL,
	  "sip:%C4%8Caj@alpha.cpm.example",
	  "sip:%C4%8Caj@alpha.cpm.example",
	  "Čaj" },
	{ "sip",
	  { SIP, "sip:mary@cpm.example" },
	  ERR_UNSUPPORTED,
	  0,
	  0,
	  NULL,
	  "sip:mary@cpm.example",
	  "sip:mary@cpm.example",
	  NULL },
	{ "mail",
	  { MAIL, "a+%@b.example" },
	  ERR_UNSUPPORTED,
	  0,
	  0,
	  NULL,
	  "mailto:a%2B%25@b.example",
	  NULL,
	  "a+%@b.example" },
	{ "anonymous",
	  { NOBODY, "" },
	  ERR_UNSUPPORTED,
	  0,
	  0,
	  NULL,
	  "sip:anonymous@anonymous.invalid",
	  "sip:anonymous@anonymous.invalid",
	  NULL },
	{ "none",
	  { NONE, NULL },
	  ERR_UNSUPPORTED,
	  0,
	  0,
	  NULL,
	  NULL,
	  NULL,
	  NULL },
};

typedef enum err writer(const struct address *, const struct address_rules *,
			struct buf *);

static enum err write_mms(const struct address *a,
			  const struct address_rules *rules, struct buf *to)
{
	(void)rules;
	return address_mms(a, to);
}

static bool writes(writer *w, const struct address *a, const char *want)
{
	struct buf b = BUF_INIT(1024);
	bool good;

	if (want == NULL)
		good = w(a, &uk, &b) == ERR_UNSUPPORTED;
	else
		good = w(a, &uk, &b) == OK && bytes_is(buf_bytes(&b), want);
	buf_clear(&b);
	return good;
}

static void test_out(void)
{
	struct arena *arena = arena_new(100000);
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof out_rows / sizeof *out_rows; i++) {
		const struct out_row *r = &out_rows[i];
		struct address_smpp s = { 0, 0, { NULL, 0 } };

		ROW(r, address_check(&r->in) == OK);
		ROW(r, address_to_smpp(&r->in, arena, &s) == r->smpp);
		ROW(r, s.ton == r->ton && s.npi == r->npi);
		ROW(r, bytes_is(s.text, r->text));
		ROW(r, writes(address_uri, &r->in, r->uri));
		ROW(r, writes(address_sip_uri, &r->in, r->sip));
		ROW(r, writes(write_mms, &r->in, r->mms));
	}
	arena_free(arena);
}

/* What is written is read as the same, by each form that has all of it. */
static void test_round_trip(void)
{
	struct arena *arena = arena_new(100000);
	struct buf b = BUF_INIT(1024);
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof out_rows / sizeof *out_rows; i++) {
		const struct out_row *r = &out_rows[i];
		struct address_rules here = uk;
		struct address a = { NONE, NULL };
		struct address_smpp s;

		here.country = NULL;
		buf_reset(&b);
		if (address_uri(&r->in, &here, &b) == OK) {
			ROW(r, address_parse(buf_bytes(&b), &here, arena, &a) ==
				       OK);
			ROW(r, address_equal(&a, &r->in));
		}
		buf_reset(&b);
		if (address_sip_uri(&r->in, &here, &b) == OK) {
			ROW(r, address_parse(buf_bytes(&b), &here, arena, &a) ==
				       OK);
			ROW(r, address_equal(&a, &r->in));
		}
		if (r->smpp == OK && address_to_smpp(&r->in, arena, &s) == OK) {
			ROW(r, address_from_smpp(&s, &here, arena, &a) == OK);
			ROW(r, address_equal(&a, &r->in));
		}
	}
	buf_clear(&b);
	arena_free(arena);
}

static const struct check_row {
	const char *name;
	struct address in;
	enum err want;
} check_rows[] = {
	{ "none with text", { NONE, "" }, ERR_MALFORMED },
	{ "text missing", { E164, NULL }, ERR_MALFORMED },
	{ "no plus", { E164, "447700900123" }, ERR_MALFORMED },
	{ "separator", { E164, "+44 7700900123" }, ERR_MALFORMED },
	{ "two digits", { E164, "+44" }, ERR_MALFORMED },
	{ "letters in a short code", { SHORT, "12a" }, ERR_MALFORMED },
	{ "21 digits", { SHORT, "123456789012345678901" }, ERR_RANGE },
	{ "empty alphanumeric", { ALPHA, "" }, ERR_MALFORMED },
	{ "blank at the end", { ALPHA, "News " }, ERR_MALFORMED },
	{ "line separator", { ALPHA, "a\u2028b" }, ERR_MALFORMED },
	{ "capital in the host", { SIP, "sip:a@B" }, ERR_MALFORMED },
	{ "parameters", { SIP, "sip:a@b;lr" }, ERR_MALFORMED },
	{ "no scheme", { SIP, "a@b" }, ERR_MALFORMED },
	{ "two addresses",
	  { MAIL, "a@b.example, c@d.example" },
	  ERR_MALFORMED },
	{ "brackets", { MAIL, "<a@b.example>" }, ERR_MALFORMED },
	{ "anonymous with text", { NOBODY, "x" }, ERR_MALFORMED },
};

static void test_check(void)
{
	struct address a = { ALPHA, "News" }, none = { NONE, NULL };
	size_t i;

	for (i = 0; i < sizeof check_rows / sizeof *check_rows; i++) {
		const struct check_row *r = &check_rows[i];

		ROW(r, address_check(&r->in) == r->want);
	}
	CU_ASSERT(address_equal(&a, &a));
	CU_ASSERT(!address_equal(&none, &none));
	CU_ASSERT(!address_equal(&a, &none));
	CU_ASSERT(!address_equal(&a, &(struct address){ ALPHA, "news" }));
}

/* Every prefix of every row gives OK and a canonical address, or an error. */
static void test_prefixes(void)
{
	struct arena *arena = arena_new(100000);
	struct bytes in;
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		in = bytes_of(r->text);
		for (; in.n > 0; in.n--) {
			struct address a = { NONE, NULL };

			arena_reset(arena);
			if (address_parse(in, r->rules, arena, &a) == OK)
				ROW(r, address_check(&a) == OK);
			else
				ROW(r, a.text == NULL);
		}
	}
	arena_free(arena);
}

static void test_memory_ends(void)
{
	const char *texts[] = { "sip:mary@cpm.example", "News",
				"mailto:a@b.example",
				"sip:a%20b@alpha.cpm.example" };
	struct address a = { NONE, NULL };
	struct address_smpp s, in = { 5, 0, bytes_of("News") };
	struct arena *arena;
	unsigned long n;
	size_t i;
	enum err e;

	for (i = 0; i < 5; i++) {
		for (n = 1, e = ERR_NOMEM; e == ERR_NOMEM; n++) {
			arena = arena_new(10000);
			mem_fail_at(n);
			e = i < 4 ? address_parse(bytes_of(texts[i]), &uk,
						  arena, &a)
				  : address_from_smpp(&in, &uk, arena, &a);
			mem_fail_at(0);
			CU_ASSERT(e == OK || (e == ERR_NOMEM && n < 10));
			CU_ASSERT((e == OK) == (a.text != NULL));
			a = (struct address){ NONE, NULL };
			arena_free(arena);
		}
		CU_ASSERT(n > 2);
	}
	arena = arena_new(2);
	a = (struct address){ ALPHA, "News" };
	CU_ASSERT(address_to_smpp(&a, arena, &s) == ERR_NOMEM);
	arena_free(arena);
}

static const struct check_test tests[] = {
	{ "reads every free form", test_parse },
	{ "keeps its bounds", test_parse_bounds },
	{ "reads SMPP addresses", test_from_smpp },
	{ "writes every form", test_out },
	{ "reads what it wrote", test_round_trip },
	{ "knows what is canonical", test_check },
	{ "prefixes", test_prefixes },
	{ "memory ends", test_memory_ends },
	{ NULL, NULL }
};

CHECK_MAIN("address", tests)
