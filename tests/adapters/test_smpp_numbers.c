/* Addresses as a peer wants them: SMPP v3.4 5.2.5, 5.2.6 and rules. */
#include <string.h>

#include "adapters/smpp/numbers.h"
#include "tests/check.h"
#include "tests/gateway/set.h"

static const struct address_rules uk = { "44", "00", "0", "cpm.example" };

#define SMSC(rows_) "smsc\nname=a\nhost=h\nsystem-id=x\n" rows_

static const char plain[] = SMSC("");
static const char odd[] = SMSC("short-ton-npi=6/0\nnational-ton-npi=0/1\n"
			       "sender-short-ton-npi=0/9\n"
			       "alphanumeric-ton-npi=5/1\n"
			       "sender-international-ton-npi=0/0");
static const char rules[] =
	SMSC("recipient-out=+44 -> 0; + -> 00\n"
	     "sender-out=/^News$/ -> 22222; /^\\+44(.*)$/ -> +1\\1; "
	     "/^12345$/ ->\n"
	     "recipient-in=/^9([0-9]*)$/ -> \\1; 777 ->\n"
	     "sender-in=+ -> +99; /^$/ -> Nobody");

static const struct out_row {
	const char *name, *conf;
	enum number_role role;
	struct address in;
	const char *want;	/* "ton/npi text", "error"                   */
} out_rows[] = {
	{ "international", plain, NUMBER_RECIPIENT,
	  { ADDRESS_E164, "+447700900123" }, "1/1 447700900123" },
	{ "short", plain, NUMBER_RECIPIENT, { ADDRESS_SHORT, "12345" },
	  "3/0 12345" },
	{ "national", plain, NUMBER_RECIPIENT,
	  { ADDRESS_SHORT, "077009001" }, "2/1 077009001" },
	{ "alphanumeric", plain, NUMBER_SENDER, { ADDRESS_ALPHA, "News" },
	  "5/0 News" },
	{ "11 characters", plain, NUMBER_SENDER,
	  { ADDRESS_ALPHA, "Hello World" }, "5/0 Hello World" },
	{ "12 characters", plain, NUMBER_SENDER,
	  { ADDRESS_ALPHA, "Hello World!" }, "too-big" },
	{ "not of the default alphabet", plain, NUMBER_SENDER,
	  { ADDRESS_ALPHA, "\xD0\x96" }, "unsupported" },
	{ "a URI", plain, NUMBER_RECIPIENT,
	  { ADDRESS_SIP, "sip:a@b.example" }, "unsupported" },
	{ "nobody", plain, NUMBER_SENDER, { ADDRESS_NONE, NULL },
	  "unsupported" },
	{ "odd: short", odd, NUMBER_RECIPIENT, { ADDRESS_SHORT, "12345" },
	  "6/0 12345" },
	{ "odd: a short sender", odd, NUMBER_SENDER,
	  { ADDRESS_SHORT, "12345" }, "0/9 12345" },
	{ "odd: national", odd, NUMBER_RECIPIENT,
	  { ADDRESS_SHORT, "077009001" }, "0/1 077009001" },
	{ "odd: a national sender as a recipient", odd, NUMBER_SENDER,
	  { ADDRESS_SHORT, "077009001" }, "0/1 077009001" },
	{ "odd: international", odd, NUMBER_RECIPIENT,
	  { ADDRESS_E164, "+44" }, "1/1 44" },
	{ "odd: an international sender", odd, NUMBER_SENDER,
	  { ADDRESS_E164, "+44" }, "0/0 44" },
	{ "odd: alphanumeric", odd, NUMBER_SENDER, { ADDRESS_ALPHA, "News" },
	  "5/1 News" },
	{ "made national", rules, NUMBER_RECIPIENT,
	  { ADDRESS_E164, "+447700900123" }, "2/1 07700900123" },
	{ "made short", rules, NUMBER_RECIPIENT, { ADDRESS_E164, "+441234" },
	  "3/0 01234" },
	{ "the second rule", rules, NUMBER_RECIPIENT,
	  { ADDRESS_E164, "+15550100001" }, "2/1 0015550100001" },
	{ "no rule", rules, NUMBER_RECIPIENT, { ADDRESS_SHORT, "12345" },
	  "3/0 12345" },
	{ "a name made a number", rules, NUMBER_SENDER,
	  { ADDRESS_ALPHA, "News" }, "3/0 22222" },
	{ "another country", rules, NUMBER_SENDER,
	  { ADDRESS_E164, "+447700900123" }, "1/1 17700900123" },
	{ "a sender made nobody", rules, NUMBER_SENDER,
	  { ADDRESS_SHORT, "12345" }, "0/0 " },
	{ "made too long", SMSC("recipient-out=+ -> +12345678"),
	  NUMBER_RECIPIENT, { ADDRESS_E164, "+447700900123" }, "out-of-range" },
	{ "a recipient made nobody", SMSC("recipient-out=/.*/ ->"),
	  NUMBER_RECIPIENT, { ADDRESS_SHORT, "1" }, "unsupported" },
};

static void numbers_of(struct numbers *n, const char *conf, struct settings **s)
{
	*s = set_read(conf);
	CU_ASSERT_FATAL(*s != NULL);
	numbers_read(n, settings_group_at(*s, "smsc", 0));
	numbers_types(n, settings_group_at(*s, "smsc", 0));
	CU_ASSERT(!n->no_memory);
}

static void test_out(void)
{
	struct arena *a = arena_new(65536);
	struct buf got = BUF_INIT(1000);
	const struct out_row *r;
	struct settings *s;

	CU_ASSERT_FATAL(a != NULL);
	for (r = out_rows; r < out_rows + sizeof out_rows / sizeof *r; r++) {
		struct numbers n = { .no_memory = false };
		struct address_smpp wire;
		enum err e;

		numbers_of(&n, r->conf, &s);
		buf_reset(&got);
		e = numbers_out(&n, r->role, &r->in, a, &wire);
		if (e != OK)
			buf_text(&got, err_name(e));
		else
			buf_printf(&got, "%u/%u %.*s", wire.ton, wire.npi,
				   (int)wire.text.n,
				   wire.text.n == 0
					   ? ""
					   : (const char *)wire.text.p);
		ROW(r, bytes_is(buf_bytes(&got), r->want));
		numbers_clear(&n);
		settings_free(s);
	}
	buf_clear(&got);
	arena_free(a);
}

/* Names of an ESME have all of source_addr; its rules see them as others do. */
static void test_esme(void)
{
	struct numbers n = { .esme = true };
	struct address a = { ADDRESS_ALPHA, "ABCDEFGHIJKLMNOPQRST" };
	struct arena *arena = arena_new(4096);
	struct address_smpp wire;

	CU_ASSERT_FATAL(arena != NULL);
	CU_ASSERT(numbers_out(&n, NUMBER_SENDER, &a, arena, &wire) == OK);
	CU_ASSERT(wire.ton == 5 && bytes_is(wire.text, a.text));
	a.text = "ABCDEFGHIJKLMNOPQRSTU";
	CU_ASSERT(numbers_out(&n, NUMBER_SENDER, &a, arena, &wire) ==
		  ERR_TOOBIG);
	n.esme = false;
	a.text = "ABCDEFGHIJKL";
	CU_ASSERT(numbers_out(&n, NUMBER_SENDER, &a, arena, &wire) ==
		  ERR_TOOBIG);
	arena_free(arena);
}

static const struct in_row {
	const char *name;
	enum number_role role;
	uint8_t ton, npi;
	const char *text;
	enum err want;
	struct address out;
} in_rows[] = {
	{ "no rule", NUMBER_RECIPIENT, 1, 1, "447700900123", OK,
	  { ADDRESS_E164, "+447700900123" } },
	{ "a number in front taken away", NUMBER_RECIPIENT, 3, 0, "912345", OK,
	  { ADDRESS_SHORT, "12345" } },
	{ "what is left is read anew", NUMBER_RECIPIENT, 3, 0,
	  "907700900123", OK, { ADDRESS_E164, "+447700900123" } },
	{ "nothing is left", NUMBER_RECIPIENT, 3, 0, "777", OK,
	  { ADDRESS_NONE, NULL } },
	{ "as traces show it", NUMBER_SENDER, 2, 1, "07700900123", OK,
	  { ADDRESS_E164, "+99447700900123" } },
	{ "nobody", NUMBER_SENDER, 0, 0, "", OK, { ADDRESS_ALPHA, "Nobody" } },
	{ "made too long", NUMBER_SENDER, 1, 1, "447700900123456",
	  ERR_MALFORMED, { ADDRESS_NONE, NULL } },
	{ "bad before rules", NUMBER_SENDER, 7, 0, "1", ERR_RANGE,
	  { ADDRESS_NONE, NULL } },
};

static void test_in(void)
{
	struct numbers n = { .no_memory = false };
	struct arena *a = arena_new(65536);
	const struct in_row *r;
	struct settings *s;

	CU_ASSERT_FATAL(a != NULL);
	numbers_of(&n, rules, &s);
	for (r = in_rows; r < in_rows + sizeof in_rows / sizeof *r; r++) {
		struct address_smpp wire = { r->ton, r->npi,
					     bytes_of(r->text) };
		struct address out = { ADDRESS_NONE, NULL };

		ROW(r, numbers_in(&n, r->role, &wire, &uk, a, &out) == r->want);
		ROW(r, out.kind == r->out.kind &&
			       bytes_equal(bytes_of(out.text),
					   bytes_of(r->out.text)));
	}
	numbers_clear(&n);
	settings_free(s);
	arena_free(a);
}

/* A zeroed one changes nothing; one that could not be read passes nothing. */
static void test_none(void)
{
	struct address in = { ADDRESS_SHORT, "12345" }, out;
	struct numbers n = { .no_memory = false };
	struct arena *a = arena_new(65536);
	struct settings *s = set_read(rules);
	struct address_smpp wire;
	unsigned long i;

	CU_ASSERT_FATAL(a != NULL && s != NULL);
	numbers_read(&n, NULL);
	CU_ASSERT(numbers_out(&n, NUMBER_RECIPIENT, &in, a, &wire) == OK);
	CU_ASSERT(wire.ton == 3 && bytes_is(wire.text, "12345"));
	CU_ASSERT(numbers_in(&n, NUMBER_SENDER, &wire, &uk, a, &out) == OK);
	CU_ASSERT(address_equal(&in, &out));
	for (i = 1; i < 100; i++) {
		mem_fail_at(i);
		numbers_read(&n, settings_group_at(s, "smsc", 0));
		mem_fail_at(0);
		if (!n.no_memory)
			break;
		CU_ASSERT(numbers_out(&n, NUMBER_RECIPIENT, &in, a, &wire) ==
			  ERR_NOMEM);
		CU_ASSERT(numbers_in(&n, NUMBER_SENDER, &wire, &uk, a, &out) ==
			  ERR_NOMEM);
	}
	CU_ASSERT(i > 5 && i < 100);
	numbers_clear(&n);
	settings_free(s);
	arena_free(a);
}

static const struct check_test tests[] = {
	{ "to SMPP", test_out },
	{ "to an ESME", test_esme },
	{ "from SMPP", test_in },
	{ "without rules", test_none },
	{ NULL, NULL }
};

CHECK_MAIN("smpp_numbers", tests)
