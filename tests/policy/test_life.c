#include "policy/life.h"
#include "tests/check.h"

static const struct row {
	const char *name;
	struct life_facts facts;
	uint64_t ends_us;
	bool cut;
} rows[] = {
	{ "nothing said", { 1000, 0, 0 }, 1100, false },
	{ "a shorter one of its own", { 1000, 0, 1010 }, 1010, false },
	{ "a longer one of its own", { 1000, 0, 1500 }, 1500, false },
	{ "as long as may be", { 1000, 0, 2000 }, 2000, false },
	{ "longer than may be", { 1000, 0, 2001 }, 2000, true },
	{ "longer than numbers are", { 1000, 0, UINT64_MAX }, 2000, true },
	{ "scheduled: from then on", { 1000, 1500, 0 }, 1600, false },
	{ "scheduled, its own", { 1000, 1500, 2400 }, 2400, false },
	{ "scheduled, longer than may be", { 1000, 1500, 2501 }, 2500, true },
	{ "a schedule that has gone by", { 1000, 500, 0 }, 1100, false },
	{ "a schedule too far away", { 1000, UINT64_MAX, 0 }, 2100, false },
};

static void lives(void)
{
	static const struct life_rule rule = { 100, 1000 };
	const struct row *r;
	struct life_verdict v;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		life_decide(&rule, &r->facts, &v);
		ROW(r, v.ends_us == r->ends_us);
		ROW(r, v.cut == r->cut);
	}
}

static const struct check_test tests[] = {
	{ "lives", lives },
	{ NULL, NULL }
};

CHECK_MAIN("life", tests)
