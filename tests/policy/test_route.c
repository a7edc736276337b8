/* By which ways a recipient is reached. */
#include <stdlib.h>
#include <string.h>

#include "policy/route.h"
#include "tests/check.h"

#define P(name_, preference_, cost_, weight_)                                  \
	{ name_, preference_, cost_, weight_ }

static const struct route_peer two[] = { P("smsc-a", 0, 0, 1),
					 P("smsc-b", 1, 0, 1) };
static const struct route_peer sixteen[ROUTE_PEERS_MAX] = {
	P("1", 0, 0, 1),  P("2", 1, 0, 1),   P("3", 2, 0, 1),
	P("4", 3, 0, 1),  P("5", 4, 0, 1),   P("6", 5, 0, 1),
	P("7", 6, 0, 1),  P("8", 7, 0, 1),   P("9", 8, 0, 1),
	P("10", 9, 0, 1), P("11", 10, 0, 1), P("12", 11, 0, 1),
	P("13", 12, 0, 1), P("14", 13, 0, 1), P("15", 14, 0, 1),
	P("16", 15, 0, 1)
};
/* Preference before cost, cost before weight; z is for need only. */
static const struct route_peer mixed[] = {
	P("dear", 1, 9, 1), P("z", 1, 2, 0),  P("cheap", 1, 2, 5),
	P("last", 2, 0, 9), P("first", 0, 100, 1)
};
static const struct route_rule rank = { "+1", TECHNOLOGY_SMS, mixed, 5 };
static const struct route_rule sms = { "+1555", TECHNOLOGY_SMS, two, 2 };
static const struct route_rule mms = { "+1555", TECHNOLOGY_MMS, two, 1 };
static const struct route_rule many = { "+1555", TECHNOLOGY_SMS, sixteen,
					ROUTE_PEERS_MAX };
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
	{ "as many links as there may be",
	  "sms/1 sms/2 sms/3 sms/4 sms/5 sms/6 sms/7 sms/8 sms/9 sms/10 "
	  "sms/11 sms/12 sms/13 sms/14 sms/15 sms/16",
	  { .rule = &many } },
	{ "and the device before them",
	  "cpm/cpm sms/1 sms/2 sms/3 sms/4 sms/5 sms/6 sms/7 sms/8 sms/9 "
	  "sms/10 sms/11 sms/12 sms/13 sms/14 sms/15 sms/16",
	  { .user = true, .registered = true, .when_absent = wish_sms,
	    .n_when_absent = 1, .rule = &many } },
	{ "preference, cost, weight",
	  "sms/first sms/cheap sms/z sms/dear sms/last", { .rule = &rank } },
	{ "the preferred one is down",
	  "sms/cheap sms/z sms/dear sms/last sms/first",
	  { .rule = &rank, .links = { .away = 1 << 4 } } },
	{ "those that are down keep their order",
	  "sms/z sms/last sms/first sms/cheap sms/dear",
	  { .rule = &rank, .links = { .away = 1 << 4 | 1 << 2 | 1 } } },
	{ "all are down", "sms/smsc-a sms/smsc-b",
	  { .rule = &sms, .links = { .away = 3 } } },
	{ "one is not for this message", "sms/smsc-b",
	  { .rule = &sms, .links = { .denied = 1 } } },
	{ "none is", "", { .rule = &sms, .links = { .denied = 3 } } },
	{ "none is, and he wishes it: held", "cpm/cpm!",
	  { .user = true, .when_absent = wish_sms, .n_when_absent = 1,
	    .rule = &sms, .links = { .denied = 3 } } },
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
		ROW(r, (v.n == 0) == (strncmp(v.reason, "no ", 3) == 0));
	}
	buf_clear(&got);
}

#define DRAWS 60000

/* Shares of the first and of the second way, three to two to one. */
static void test_weights(void)
{
	static const struct route_peer peers[] = { P("a", 1, 1, 3),
						   P("b", 1, 1, 2),
						   P("c", 1, 1, 1) };
	const struct route_rule rule = { "+1", TECHNOLOGY_SMS, peers, 3 };
	struct route_facts f = { .rule = &rule };
	unsigned first[3] = { 0 }, second[3] = { 0 };
	struct route_verdict v;

	for (f.links.random = 0; f.links.random < DRAWS; f.links.random++) {
		route_decide(&f, &v);
		first[v.ways[0].peer[0] - 'a']++;
		second[v.ways[1].peer[0] - 'a']++;
		CU_ASSERT(v.n == 3 && v.ways[2].peer != v.ways[0].peer &&
			  v.ways[1].peer != v.ways[0].peer &&
			  v.ways[1].peer != v.ways[2].peer);
	}
	/* 1/2, 1/3, 1/6 of 60000; six standard deviations are below 740. */
	CU_ASSERT(abs((int)first[0] - 30000) < 740);
	CU_ASSERT(abs((int)first[1] - 20000) < 740);
	CU_ASSERT(abs((int)first[2] - 10000) < 740);
	/* b after a: 1/2 * 2/3, b after c: 1/6 * 2/5. */
	CU_ASSERT(abs((int)second[1] - 24000) < 740);
}

static void test_same_random_same_verdict(void)
{
	struct route_facts f = { .rule = &rank };
	struct route_verdict v, w;
	size_t i;

	f.links.random = UINT64_C(0xFEDCBA9876543210);
	route_decide(&f, &v);
	route_decide(&f, &w);
	CU_ASSERT(v.n == 5 && w.n == 5);
	for (i = 0; i < v.n; i++)
		CU_ASSERT(v.ways[i].peer == w.ways[i].peer);
}

/* "a b|c" are ways by SMS, then by MMS. */
static const struct turn_row {
	const char *name, *ways;
	size_t at;
	uint32_t up;
	size_t turns;
	const char *want;
} turn_rows[] = {
	{ "no other", "a", 0, 1, 1, "a" },
	{ "the other is down", "ab", 0, 1, 1, "ab" },
	{ "the other is up", "ab", 0, 2, 2, "ba" },
	{ "and back", "ba", 0, 3, 2, "ab" },
	{ "behind all", "abc", 0, 6, 3, "bca" },
	{ "one between is down", "abcd", 0, 12, 3, "cbda" },
	{ "those before were given up", "abc", 1, 7, 2, "acb" },
	{ "the last of all", "abc", 2, 7, 1, "abc" },
	{ "other technologies stay", "abXY", 0, 15, 2, "baXY" },
	{ "and do not help", "aX", 0, 3, 1, "aX" },
	{ "nor does a link behind them", "aXb", 0, 7, 1, "aXb" },
};

static void test_turns(void)
{
	const struct turn_row *r;
	size_t i, n;

	for (r = turn_rows; r < turn_rows + sizeof turn_rows / sizeof *r; r++) {
		struct route_way ways[ROUTE_WAYS_MAX];
		char got[ROUTE_WAYS_MAX + 1] = "";

		n = strlen(r->ways);
		for (i = 0; i < n; i++)
			ways[i] = (struct route_way){
				r->ways[i] >= 'a' ? TECHNOLOGY_SMS
						  : TECHNOLOGY_MMS,
				r->ways + i
			};
		ROW(r, route_turn(ways, n, r->at, r->up) == r->turns);
		for (i = 0; i < n; i++)
			got[i] = ways[i].peer[0];
		ROW(r, strcmp(got, r->want) == 0);
	}
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "weights", test_weights },
	{ "turns", test_turns },
	{ "the same random number decides the same",
	  test_same_random_same_verdict },
	{ NULL, NULL }
};

CHECK_MAIN("route", tests)
