/* May it be submitted, now? What is wrong for good is said first. */
#include "policy/admit.h"

#include <string.h>

#include "tests/check.h"

static const struct row {
	const char *name;
	struct admit_facts facts;
	bool yes;
	enum outcome_class class;
	enum delivery_state state;
	const char *reason;
} rows[] = {
	{ "nothing against it", { 1, 100, 0, 50, false, false }, true,
	  OUTCOME_ACCEPTED, STATE_NONE, NULL },
	{ "as many as may be", { 100, 100, 51, 50, false, false }, true,
	  OUTCOME_ACCEPTED, STATE_NONE, NULL },
	{ "to nobody", { 0, 100, 0, 50, false, false }, false, OUTCOME_NEVER,
	  STATE_REJECTED, "no recipient" },
	{ "one too many", { 101, 100, 0, 50, false, false }, false,
	  OUTCOME_NEVER, STATE_REJECTED, "too many recipients" },
	{ "expires now", { 1, 100, 50, 50, false, false }, false,
	  OUTCOME_NEVER, STATE_EXPIRED, "it has expired already" },
	{ "while stopping", { 1, 100, 0, 50, false, true }, false,
	  OUTCOME_LATER, STATE_NONE, "the gateway is stopping" },
	{ "a full disk", { 1, 100, 0, 50, true, false }, false, OUTCOME_LATER,
	  STATE_NONE, "the disk is nearly full" },
	{ "expired, and a full disk", { 1, 100, 49, 50, true, true }, false,
	  OUTCOME_NEVER, STATE_EXPIRED, "it has expired already" },
};

static void test_rows(void)
{
	struct admit_verdict v;
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		memset(&v, 0xFF, sizeof v);
		admit_decide(&r->facts, &v);
		ROW(r, v.yes == r->yes && v.class == r->class);
		ROW(r, v.state == r->state);
		ROW(r, (v.retry_after_ms > 0) == (v.class == OUTCOME_LATER));
		ROW(r, r->reason == NULL ? v.reason == NULL
					 : strcmp(v.reason, r->reason) == 0);
	}
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ NULL, NULL }
};

CHECK_MAIN("admit", tests)
