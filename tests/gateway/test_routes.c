/* Number rules from settings: which one, and which links in what rank. */
#include <string.h>

#include "gateway/routes.h"
#include "tests/check.h"
#include "tests/gateway/set.h"

static const char conf[] =
	"route\nname=uk\nprefix=+44;0044\ntechnology=sms\npeer=a;b;c\n"
	"route\nname=mobile\nprefix=+447\ntechnology=sms\npeer=c;a\n"
	"weight=3;1\n"
	"route\nname=dear\nprefix=+449\ntechnology=sms\npeer=a;b\n"
	"preference=2;1\ncost=5;6\npriority=200\n"
	"route\nname=cheap\nprefix=+449\ntechnology=sms\npeer=c\n"
	"route\nname=mms\nprefix=+1\ntechnology=mms\n"
	"smsc\nname=a\nhost=h\nsystem-id=x\n"
	"smsc\nname=b\nhost=h\nsystem-id=x\n"
	"smsc\nname=c\nhost=h\nsystem-id=x";

static const struct row {
	const char *name, *number;
	const char *want;	/* "prefix: name/preference/cost/weight ..." */
} rows[] = {
	{ "as written", "+4420", "+44: a/0/0/1 b/1/0/1 c/2/0/1" },
	{ "another of its prefixes", "004420",
	  "0044: a/0/0/1 b/1/0/1 c/2/0/1" },
	{ "the longest prefix; shares", "+447700900123",
	  "+447: c/0/0/3 a/0/0/1" },
	{ "the prefix itself", "+447", "+447: c/0/0/3 a/0/0/1" },
	{ "of two the lower priority", "+449", "+449: c/0/0/1" },
	{ "a technology alone", "+15550100001", "+1: mms/0/0/0" },
	{ "none", "+49", "" },
	{ "no number", "", "" },
};

static void put(const struct route_rule *r, struct buf *to)
{
	size_t i;

	if (r == NULL)
		return;
	buf_printf(to, "%s:", r->prefix);
	for (i = 0; i < r->n_peers; i++)
		buf_printf(to, " %s/%u/%u/%u", r->peers[i].name,
			   r->peers[i].preference, r->peers[i].cost,
			   r->peers[i].weight);
}

static void test_rows(void)
{
	struct settings *s = set_read(conf);
	struct arena *a = arena_new(65536);
	struct buf got = BUF_INIT(1000);
	struct routes *routes = NULL;
	const struct row *r;

	CU_ASSERT_FATAL(s != NULL && a != NULL);
	CU_ASSERT_FATAL(routes_new(s, a, &routes) == OK);
	settings_free(s);
	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		buf_reset(&got);
		put(routes_find(routes, r->number), &got);
		ROW(r, bytes_is(buf_bytes(&got), r->want));
	}
	buf_clear(&got);
	arena_free(a);
}

static void test_no_memory(void)
{
	struct settings *s = set_read(conf);
	struct routes *routes;
	struct arena *a;
	enum err e = ERR_NOMEM;
	size_t limit;

	CU_ASSERT_FATAL(s != NULL);
	for (limit = 1; e != OK; limit += 64) {
		a = arena_new(limit);
		CU_ASSERT_FATAL(a != NULL);
		e = routes_new(s, a, &routes);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		arena_free(a);
	}
	CU_ASSERT(limit > 64);
	settings_free(s);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("routes", tests)
