/* By which ways a recipient is reached. */
#include <string.h>

#include "policy/route.h"
#include "tests/check.h"

static const char *const two[] = { "smsc-a", "smsc-b" };
static const char *const nine[] = { "1", "2", "3", "4", "5",
				    "6", "7", "8", "9" };
static const struct route_rule sms = { "+1555", TECHNOLOGY_SMS, two, 2 };
static const struct route_rule mms = { "+1555", TECHNOLOGY_MMS, two, 1 };
static const struct route_rule many = { "+1555", TECHNOLOGY_SMS, nine, 9 };
static const enum technology wish_sms[] = { TECHNOLOGY_SMS };
static const enum technology wish_both[] = { TECHNOLOGY_MMS, TECHNOLOGY_SMS };

static const struct row {
	const char *name, *want;	/* "cpm/cpm sms/smsc-a", "!": waits */
	struct route_facts facts;
} rows[] = {
	{ "nothing is known", "", { 0 } },
	{ "a user with a device", "cpm/cpm",
	  { .user = true, .registered = true } },
	{ "a user without", "cpm/cpm!", { .user = true } },
	{ "he wishes SMS", "sms/smsc-a sms/smsc-b",
	  { .user = true, .when_absent = wish_sms, .n_when_absent = 1,
	    .rule = &sms } },
	{ "he has a device, too", "cpm/cpm sms/smsc-a sms/smsc-b",
	  { .user = true, .registered = true, .when_absent = wish_sms,
	    .n_when_absent = 1, .rule = &sms } },
	{ "no link for his wish: held", "cpm/cpm!",
	  { .user = true, .when_absent = wish_sms, .n_when_absent = 1,
	    .rule = &mms } },
	{ "no rule for his number: held", "cpm/cpm!",
	  { .user = true, .when_absent = wish_sms, .n_when_absent = 1 } },
	{ "the second of his wishes", "sms/smsc-a sms/smsc-b",
	  { .user = true, .when_absent = wish_both, .n_when_absent = 2,
	    .rule = &sms } },
	{ "he wishes nothing: held, rule or not", "cpm/cpm!",
	  { .user = true, .rule = &sms } },
	{ "a short code", "sms/esme1",
	  { .account = "esme1", .account_technology = TECHNOLOGY_SMS,
	    .domain = "other.example", .rule = &sms } },
	{ "a domain", "cpm/other.example",
	  { .domain = "other.example", .rule = &sms } },
	{ "a number", "sms/smsc-a sms/smsc-b", { .rule = &sms } },
	{ "more links than ways", "sms/1 sms/2 sms/3 sms/4 sms/5 sms/6 sms/7 "
				  "sms/8",
	  { .rule = &many } },
	{ "and the device counts, too", "cpm/cpm sms/1 sms/2 sms/3 sms/4 "
					"sms/5 sms/6 sms/7",
	  { .user = true, .registered = true, .when_absent = wish_sms,
	    .n_when_absent = 1, .rule = &many } },
};

static void test_rows(void)
{
	const struct row *r;
	struct route_verdict v;
	struct buf got = BUF_INIT(1000);
	size_t i;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		buf_reset(&got);
		route_decide(&r->facts, &v);
		for (i = 0; i < v.n; i++)
			buf_printf(&got, "%s%s/%s", i == 0 ? "" : " ",
				   technology_name(v.ways[i].technology),
				   v.ways[i].peer);
		if (v.wait)
			buf_text(&got, "!");
		ROW(r, bytes_is(buf_bytes(&got), r->want));
		ROW(r, v.reason != NULL && v.reason[0] != '\0');
		ROW(r, (v.n == 0) == (strcmp(v.reason, "no route") == 0));
	}
	buf_clear(&got);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ NULL, NULL }
};

CHECK_MAIN("route", tests)
