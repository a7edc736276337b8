/* Black and white lists from settings and from files. */
#include <stdio.h>
#include <string.h>

#include "gateway/access.h"
#include "tests/check.h"
#include "tests/gateway/set.h"

#define LINKS                                                                  \
	"smsc\nname=a\nhost=h\nsystem-id=x\n"                                  \
	"smsc\nname=b\nhost=h\nsystem-id=x\n"                                  \
	"esme\nsystem-id=e\npassword=p\n"

static const char conf[] = LINKS
	"access\nname=friend\naction=allow\nsender=+19005550100\n"
	"access\nname=dear\naction=deny\nsender=+1900*\n"
	"access\nname=news\naction=deny\nsender=News\nrecipient=+447*\n"
	"access\nname=only-short\naction=allow\nfrom=e\nrecipient=/^.{5}$/\n"
	"access\nname=rest-of-e\naction=deny\nfrom=e\n"
	"access\nname=not-b\naction=deny\nrecipient=+49*\nway=b\n"
	"access\nname=white\naction=allow\nrecipient=+33*\nway=a\n"
	"access\nname=black\naction=deny\nway=a";

#define FROM(x_) .from = { x_ }
#define TO(x_)	 .to = { x_ }

static const struct row {
	const char *name;
	struct access_query query;
	const char *want;	/* NULL: it may                               */
} rows[] = {
	{ "nobody has a rule", { FROM("+1555"), TO("+1555") }, NULL },
	{ "a black list", { FROM("+19005550101"), TO("+1555") },
	  "denied by rule dear (f:17)" },
	{ "the rule before it", { FROM("+19005550100"), TO("+1555") }, NULL },
	{ "who it really is", { .from = { "sip:x@y", "+1900" } },
	  "denied by rule dear (f:17)" },
	{ "both must fit", { FROM("News"), TO("+4420") }, NULL },
	{ "and do", { FROM("News"), TO("+4477") },
	  "denied by rule news (f:21)" },
	{ "the user's number", { FROM("News"), .to = { "sip:m@y", "+4477" } },
	  "denied by rule news (f:21)" },
	{ "an account's white list",
	  { FROM("+1"), TO("12345"), .origin = { "e", "e" } }, NULL },
	{ "and what is not on it",
	  { FROM("+1"), TO("123456"), .origin = { NULL, "e" } },
	  "denied by rule rest-of-e (f:31)" },
	{ "other accounts do not mind",
	  { FROM("+1"), TO("123456"), .origin = { "a", NULL } }, NULL },
	{ "rules of ways say nothing of messages", { TO("+4930") }, NULL },
	{ "not that way", { TO("+4930"), .way = "b" },
	  "denied by rule not-b (f:35)" },
	{ "that way only for these", { TO("+3312"), .way = "a" }, NULL },
	{ "not for others", { TO("+4930"), .way = "a" },
	  "denied by rule black (f:45)" },
	{ "a way without rules", { TO("+4930"), .way = "c" }, NULL },
	{ "rules of messages say nothing of ways",
	  { FROM("+19005550101"), TO("+44"), .way = "b" }, NULL },
	{ "nothing is known", { .way = NULL }, NULL },
};

/* Is it denied for its sender alone? */
static void check_sender(const struct access *a, const struct access_query *q,
			 bool want)
{
	bool sender = !want;

	CU_ASSERT(access_denies(a, q, &sender) != NULL && sender == want);
}

static void test_rows(void)
{
	struct buf complaints = BUF_INIT(1000);
	struct settings *s = set_read(conf);
	const struct row *r;
	struct access *a;

	CU_ASSERT_FATAL(s != NULL);
	CU_ASSERT_FATAL(access_new(s, &a, &complaints) == OK);
	settings_free(s);
	CU_ASSERT(access_of_ways(a) && complaints.n == 0);
	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		const char *got = access_denies(a, &r->query, NULL);

		ROW(r, (got == NULL) == (r->want == NULL));
		ROW(r, got == NULL || r->want == NULL ||
			       strcmp(got, r->want) == 0);
	}
	check_sender(a, &(struct access_query){ FROM("+19005550101"),
						TO("+1555") },
		     true);
	check_sender(a, &(struct access_query){ FROM("News"), TO("+4477") },
		     false);
	access_free(a);
	access_free(NULL);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT(fputs(text, f) >= 0);
	CU_ASSERT(fclose(f) == 0);
}

static enum err with_file(const char *path, struct access **a,
			  struct buf *complaints)
{
	struct settings *s;
	char text[1000];
	enum err e;

	snprintf(text, sizeof text,
		 "access\nname=x\naction=deny\nrecipient=1\nrecipient-file=%s",
		 path);
	s = set_read(text);
	CU_ASSERT_FATAL(s != NULL);
	e = access_new(s, a, complaints);
	settings_free(s);
	return e;
}

static void test_file(void)
{
	struct buf complaints = BUF_INIT(1000);
	struct access_query q = { TO("+1900") };
	char path[500], want[1500];
	struct access *a;

	snprintf(path, sizeof path, "%s/numbers", check_directory());
	write_file(path, "# black\n+1900\n\nNews\n");
	CU_ASSERT_FATAL(with_file(path, &a, &complaints) == OK);
	CU_ASSERT(!access_of_ways(a) && complaints.n == 0);
	CU_ASSERT(access_denies(a, &q, NULL) != NULL);
	q.to[0] = "1";
	CU_ASSERT(access_denies(a, &q, NULL) != NULL);
	q.to[0] = "+1901";
	CU_ASSERT(access_denies(a, &q, NULL) == NULL);
	access_free(a);

	write_file(path, "+1900\n/(/\n\n+\n");
	CU_ASSERT(with_file(path, &a, &complaints) == ERR_RANGE && a == NULL);
	snprintf(want, sizeof want, "%s:4: +: not a number or a text\n", path);
	CU_ASSERT(strstr(buf_string(&complaints), want) != NULL);
	snprintf(want, sizeof want, "%s:2: /(/: ", path);
	CU_ASSERT(strncmp(buf_string(&complaints), want, strlen(want)) == 0);

	CU_ASSERT(remove(path) == 0);
	buf_reset(&complaints);
	CU_ASSERT(with_file(path, &a, &complaints) == ERR_RANGE && a == NULL);
	snprintf(want, sizeof want,
		 "f:5: group access: recipient-file: %s: No such file or "
		 "directory\n",
		 path);
	CU_ASSERT(strcmp(buf_string(&complaints), want) == 0);
	buf_clear(&complaints);
}

static void test_no_memory(void)
{
	struct buf complaints = BUF_INIT(1000);
	struct settings *s = set_read(conf);
	struct access *a = NULL;
	unsigned long n;
	enum err e = ERR_NOMEM;

	CU_ASSERT_FATAL(s != NULL);
	for (n = 1; e != OK; n++) {
		mem_fail_at(n);
		e = access_new(s, &a, &complaints);
		mem_fail_at(0);
		CU_ASSERT(e == OK || (e == ERR_NOMEM && a == NULL));
	}
	CU_ASSERT(n > 10);
	access_free(a);
	settings_free(s);
	buf_clear(&complaints);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "files", test_file },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("access", tests)
