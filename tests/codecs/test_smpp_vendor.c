/* The statuses of vendors, SMPP v3.4 5.1.3, as settings write them. */
#include "codecs/smpp_vendor.h"

#include <string.h>

#include "tests/check.h"

static const struct row {
	const char *name, *text;
	const char *complaint;	/* NULL: it is good                          */
	uint32_t status;
	enum smpp_vendor_kind kind;
} rows[] = {
	{ "nothing", "", NULL, 0x400, SMPP_VENDOR_UNKNOWN },
	{ "blanks", " \t; ", NULL, 0x400, SMPP_VENDOR_UNKNOWN },
	{ "one", "0x400:throttle", NULL, 0x400, SMPP_VENDOR_THROTTLE },
	{ "another", "0x400:throttle", NULL, 0x401, SMPP_VENDOR_UNKNOWN },
	{ "the last", "0x4ff:final", NULL, 0x4FF, SMPP_VENDOR_FINAL },
	{ "two", "0x400:throttle 0x4A1:retry", NULL, 0x4A1, SMPP_VENDOR_RETRY },
	{ "two, with ;", "0X400:throttle;0x4a1:retry", NULL, 0x400,
	  SMPP_VENDOR_THROTTLE },
	{ "two, with both", " 0x400:final ;  0x4a1:retry ", NULL, 0x4A1,
	  SMPP_VENDOR_RETRY },
	{ "a range begins", "0x410-0x41f:retry", NULL, 0x410,
	  SMPP_VENDOR_RETRY },
	{ "a range ends", "0x410-0x41F:retry", NULL, 0x41F,
	  SMPP_VENDOR_RETRY },
	{ "after a range", "0x410-0x41F:retry", NULL, 0x420,
	  SMPP_VENDOR_UNKNOWN },
	{ "all of them", "0x400-0x4FF:final", NULL, 0x47B, SMPP_VENDOR_FINAL },
	{ "of SMPP itself", "0x400-0x4FF:final", NULL, 0x58,
	  SMPP_VENDOR_UNKNOWN },
	{ "reserved", "0x400-0x4FF:final", NULL, 0x500, SMPP_VENDOR_UNKNOWN },
	{ "before them", "0x3FF:retry",
	  "0x3FF:retry is not a vendor's status, 0x400..0x4FF", 0, 0 },
	{ "behind them", "0x4F0-0x500:retry",
	  "0x4F0-0x500:retry is not a vendor's status, 0x400..0x4FF", 0, 0 },
	{ "of SMPP", "0x400:final 0x58:throttle",
	  "0x58:throttle is not a vendor's status, 0x400..0x4FF", 0, 0 },
	{ "decimal", "1024:retry",
	  "1024:retry is not STATUS:WORD, such as 0x400:throttle", 0, 0 },
	{ "no word", "0x400",
	  "0x400 is not STATUS:WORD, such as 0x400:throttle", 0, 0 },
	{ "an empty word", "0x400:", "0x400: says none of throttle, retry or "
				     "final", 0, 0 },
	{ "another word", "0x400:later",
	  "0x400:later says none of throttle, retry or final", 0, 0 },
	{ "a blank inside", "0x400: retry",
	  "0x400: says none of throttle, retry or final", 0, 0 },
	{ "no digits", "0x:retry",
	  "0x:retry is not STATUS:WORD, such as 0x400:throttle", 0, 0 },
	{ "no hexadecimal ones", "0x4G0:retry",
	  "0x4G0:retry is not STATUS:WORD, such as 0x400:throttle", 0, 0 },
	{ "half a range", "0x400-:retry",
	  "0x400-:retry is not STATUS:WORD, such as 0x400:throttle", 0, 0 },
	{ "backwards", "0x410-0x400:retry",
	  "0x410-0x400:retry ends before it begins", 0, 0 },
	{ "twice", "0x400:retry 0x400:retry",
	  "0x400:retry has a status that is there twice", 0, 0 },
	{ "ranges meet", "0x400-0x410:retry 0x410-0x420:final",
	  "0x410-0x420:final has a status that is there twice", 0, 0 },
	{ "a long one", "0x400:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "0x400:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa... says none of throttle, "
	  "retry or final", 0, 0 },
	{ "more digits than fit", "0x100000400:retry",
	  "0x100000400:retry is not STATUS:WORD, such as 0x400:throttle", 0,
	  0 },
};

static void test_rows(void)
{
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		struct smpp_vendor v = { { SMPP_VENDOR_RETRY } };
		struct buf why = BUF_INIT(256);
		enum err e = smpp_vendor_read(bytes_of(r->text), &v, &why);

		if (r->complaint == NULL) {
			ROW(r, e == OK && why.n == 0);
			ROW(r, smpp_vendor_kind(&v, r->status) == r->kind);
		} else {
			ROW(r, e == ERR_RANGE);
			ROW(r, strcmp(buf_string(&why), r->complaint) == 0);
			ROW(r, v.kinds[0] == SMPP_VENDOR_RETRY);
			ROW(r, smpp_vendor_read(bytes_of(r->text), &v, NULL) ==
				       ERR_RANGE);
		}
		buf_clear(&why);
	}
}

/* What is cut short is a mistake, or says less, and never more. */
static void test_prefixes(void)
{
	static const char text[] = "0x400:throttle 0x410-0x41F:retry";
	struct bytes in = bytes_of(text);
	struct smpp_vendor all = { { 0 } }, v;
	size_t whole = 0, i;

	CU_ASSERT(smpp_vendor_read(in, &all, NULL) == OK);
	for (; in.n > 0; in.n--) {
		v = (struct smpp_vendor){ { 0 } };
		if (smpp_vendor_read(in, &v, NULL) != OK)
			continue;
		whole++;
		for (i = 0; i < sizeof v.kinds; i++)
			CU_ASSERT(v.kinds[i] == SMPP_VENDOR_UNKNOWN ||
				  v.kinds[i] == all.kinds[i]);
	}
	CU_ASSERT(whole == 3);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "cut short", test_prefixes },
	{ NULL, NULL }
};

CHECK_MAIN("smpp_vendor", tests)
