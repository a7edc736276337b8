/* As whom an account sends. */
#include "policy/sender.h"
#include "tests/check.h"

static const struct row {
	const char *name;
	struct sender_facts facts;
	enum sender_verdict want;
} rows[] = {
	{ "its own", { .given = true, .listed = true }, SENDER_KEPT },
	{ "another's", { .given = true }, SENDER_REFUSED },
	{ "anybody's, which it may", { .given = true, .any = true },
	  SENDER_KEPT },
	{ "none", { .given = false }, SENDER_REFUSED },
	{ "none, which cannot be listed", { .listed = true }, SENDER_REFUSED },
	{ "none, and it may be anybody", { .any = true }, SENDER_KEPT },
	{ "none, but there is a default", { .fallback = true },
	  SENDER_FALLBACK },
	{ "none, and it may be anybody, but there is a default",
	  { .any = true, .fallback = true }, SENDER_FALLBACK },
	{ "another's, and there is a default",
	  { .given = true, .fallback = true }, SENDER_REFUSED },
	{ "another's, replaced by the default",
	  { .given = true, .fallback = true, .replace = true },
	  SENDER_FALLBACK },
	{ "another's, to be replaced by nothing",
	  { .given = true, .replace = true }, SENDER_REFUSED },
	{ "its own is not replaced",
	  { .given = true, .listed = true, .fallback = true, .replace = true },
	  SENDER_KEPT },
	{ "forced, whatever it gave",
	  { .given = true, .listed = true, .any = true, .forced = true,
	    .fallback = true }, SENDER_FORCED },
	{ "forced, and it gave none", { .forced = true }, SENDER_FORCED },
};

static void test_rows(void)
{
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++)
		ROW(r, sender_decide(&r->facts) == r->want);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ NULL, NULL }
};

CHECK_MAIN("sender", tests)
