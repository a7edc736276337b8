/* Accounts of ESMEs: the files, live changes over them, and their rows. */
#include <stdio.h>
#include <string.h>

#include "gateway/accounts.h"
#include "tests/check.h"
#include "tests/gateway/set.h"

#define FILES                                                                  \
	"esme\nsystem-id=esme1\npassword=secret1\nrate=10\n"                   \
	"short-code=22222;22224\nany-sender=yes\n"                             \
	"esme\nsystem-id=esme2\npassword=$sha256$s$00\nshort-code=22223\n"     \
	"smsc\nname=smsc-a\nhost=127.0.0.1\nsystem-id=x\n"
#define PASSWORD "\"password\":\"$scrypt$16$1$1$s$00\""

static const uint8_t key[16] = { 7 };

struct world {
	struct settings *settings;
	struct accounts *accounts;
	struct arena *arena;
	struct buf row, why;
};

static struct accounts *accounts_of(const struct settings *s)
{
	struct accounts *a = NULL;

	CU_ASSERT_FATAL(accounts_new(s, clock_system(), key, &a) == OK);
	return a;
}

static struct world begin(const char *files)
{
	struct world w = { .settings = set_read(files),
			   .arena = arena_new(1024 * 1024),
			   .row = BUF_INIT(ACCOUNT_ROW_MAX),
			   .why = BUF_INIT(4096) };

	CU_ASSERT_FATAL(w.settings != NULL && w.arena != NULL);
	w.accounts = accounts_of(w.settings);
	return w;
}

static void end(struct world *w)
{
	accounts_free(w->accounts);
	settings_free(w->settings);
	arena_free(w->arena);
	buf_clear(&w->row);
	buf_clear(&w->why);
}

/* `set` is the inside of an object. */
static enum err order(struct world *w, enum account_change what,
		      const char *name, const char *set)
{
	struct account_order o = { .what = what, .name = name };
	struct buf text = BUF_INIT(4096);
	enum err e;

	buf_printf(&text, "{%s}", set);
	CU_ASSERT_FATAL(json_read(buf_bytes(&text), w->arena, &o.set, NULL) ==
			OK);
	buf_reset(&w->row);
	buf_reset(&w->why);
	e = accounts_change(w->accounts, &o, &w->row, &w->why);
	buf_clear(&text);
	return e;
}

static const struct account *named(const struct world *w, const char *name)
{
	const struct account *a = accounts_named(w->accounts, name);

	CU_ASSERT_FATAL(a != NULL);
	return a;
}

static const char *owner(const struct world *w, const char *code)
{
	const struct account *a = accounts_of_code(w->accounts, code);

	return a == NULL ? "" : a->name;
}

static void test_files(void)
{
	struct world w = begin(FILES);
	const struct account *a = named(&w, "esme1");

	CU_ASSERT(a->rate == 10 && a->binds == 10 && a->any_sender);
	CU_ASSERT(a->enabled && !account_barred(a, 1));
	CU_ASSERT(strncmp(a->password, "$sha256$", 8) == 0);
	CU_ASSERT(strstr(a->password, "secret1") == NULL);
	CU_ASSERT_STRING_EQUAL(named(&w, "esme2")->password, "$sha256$s$00");
	CU_ASSERT_STRING_EQUAL(owner(&w, "22222"), "esme1");
	CU_ASSERT_STRING_EQUAL(owner(&w, "22224"), "esme1");
	CU_ASSERT_STRING_EQUAL(owner(&w, "22223"), "esme2");
	CU_ASSERT_STRING_EQUAL(owner(&w, "22222;22224"), "");
	CU_ASSERT(accounts_named(w.accounts, "smsc-a") == NULL);
	end(&w);
}

static const struct row {
	const char *name;
	enum account_change what;
	const char *account, *set;
	enum err want;
} rows[] = {
	{ "a new one", ACCOUNT_ADD, "shop", PASSWORD, OK },
	{ "without password", ACCOUNT_ADD, "shop", "\"rate\":\"1\"",
	  ERR_RANGE },
	{ "with a password that is none", ACCOUNT_ADD, "shop",
	  "\"password\":\"secret\"", ERR_RANGE },
	{ "that is there", ACCOUNT_ADD, "esme1", PASSWORD, ERR_EXISTS },
	{ "with the name of a link", ACCOUNT_ADD, "smsc-a", PASSWORD,
	  ERR_EXISTS },
	{ "with a long name", ACCOUNT_ADD, "sixteen-letters-", PASSWORD,
	  ERR_RANGE },
	{ "with no name", ACCOUNT_ADD, "", PASSWORD, ERR_RANGE },
	{ "with a line end", ACCOUNT_ADD, "a\nb", PASSWORD, ERR_RANGE },
	{ "with another script", ACCOUNT_ADD, "\xC3\xA9", PASSWORD, ERR_RANGE },
	{ "with a space", ACCOUNT_ADD, "a b", PASSWORD, ERR_RANGE },
	{ "with a code of another", ACCOUNT_ADD, "shop",
	  PASSWORD ",\"short-code\":\"1;22224\"", ERR_EXISTS },
	{ "a limit", ACCOUNT_SET, "esme1", "\"rate\":\"5\"", OK },
	{ "its own codes", ACCOUNT_SET, "esme1", "\"short-code\":\"22224\"",
	  OK },
	{ "no number", ACCOUNT_SET, "esme1", "\"rate\":\"many\"", ERR_RANGE },
	{ "too many", ACCOUNT_SET, "esme1", "\"rate\":\"100001\"", ERR_RANGE },
	{ "no kind", ACCOUNT_SET, "esme1", "\"bind\":\"sender\"", ERR_RANGE },
	{ "no setting", ACCOUNT_SET, "esme1", "\"colour\":\"5\"", ERR_RANGE },
	{ "its name", ACCOUNT_SET, "esme1", "\"system-id\":\"x\"", ERR_RANGE },
	{ "no text", ACCOUNT_SET, "esme1", "\"rate\":5", ERR_RANGE },
	{ "of nobody", ACCOUNT_SET, "nobody", "\"rate\":\"5\"", ERR_NOTFOUND },
	{ "remove what is in the files", ACCOUNT_REMOVE, "esme1", "",
	  ERR_DENIED },
	{ "remove nobody", ACCOUNT_REMOVE, "nobody", "", ERR_NOTFOUND },
	{ "reset", ACCOUNT_RESET, "esme1", "", OK },
};

static void test_orders(void)
{
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		struct world w = begin(FILES);

		ROW(r, order(&w, r->what, r->account, r->set) == r->want);
		ROW(r, (w.why.n > 0) == (r->want != OK));
		ROW(r, named(&w, "esme2")->rate == 0);
		if (r->want != OK)
			ROW(r, named(&w, "esme1")->rate == 10 && w.row.n == 0);
		end(&w);
	}
}

/* Into fresh accounts of other files, as after a restart. */
static void again(struct world *w, const char *files, const char *name)
{
	struct settings *s = set_read(files);
	struct accounts *a;

	CU_ASSERT_FATAL(s != NULL);
	a = accounts_of(s);
	CU_ASSERT(accounts_load(a, name, buf_bytes(&w->row)) == OK);
	accounts_free(w->accounts);
	settings_free(w->settings);
	w->settings = s;
	w->accounts = a;
}

static void test_over_the_files(void)
{
	struct world w = begin(FILES);

	CU_ASSERT(order(&w, ACCOUNT_SET, "esme1", "\"rate\":\"5\"") == OK);
	CU_ASSERT(order(&w, ACCOUNT_SET, "esme1",
			"\"short-code\":\"22230\",\"enabled\":\"no\"") == OK);
	CU_ASSERT(named(&w, "esme1")->rate == 5);
	CU_ASSERT_STRING_EQUAL(owner(&w, "22222"), "");
	CU_ASSERT_STRING_EQUAL(owner(&w, "22230"), "esme1");
	again(&w,
	      "esme\nsystem-id=esme1\npassword=p\nrate=20\nbinds=3\nwindow=7\n",
	      "esme1");
	CU_ASSERT(named(&w, "esme1")->rate == 5);
	CU_ASSERT(named(&w, "esme1")->binds == 3);
	CU_ASSERT(named(&w, "esme1")->window == 7);
	CU_ASSERT(account_barred(named(&w, "esme1"), 1));
	CU_ASSERT_STRING_EQUAL(owner(&w, "22230"), "esme1");
	CU_ASSERT(order(&w, ACCOUNT_RESET, "esme1", "") == OK);
	CU_ASSERT(w.row.n == 0);
	CU_ASSERT(named(&w, "esme1")->rate == 20);
	CU_ASSERT(!account_barred(named(&w, "esme1"), 1));
	CU_ASSERT_STRING_EQUAL(owner(&w, "22230"), "");
	end(&w);
}

static void test_taken_out_of_the_files(void)
{
	struct world w = begin(FILES);

	CU_ASSERT(order(&w, ACCOUNT_SET, "esme1", "\"rate\":\"5\"") == OK);
	again(&w, "gateway\n", "esme1");
	CU_ASSERT(accounts_named(w.accounts, "esme1") == NULL);
	CU_ASSERT(order(&w, ACCOUNT_ADD, "esme1", PASSWORD) == OK);
	CU_ASSERT(named(&w, "esme1")->rate == 0);
	end(&w);
}

static void test_added(void)
{
	struct world w = begin(FILES);
	struct accounts *heir;

	CU_ASSERT(order(&w, ACCOUNT_ADD, "shop",
			PASSWORD
			",\"short-code\":\"1;2\",\"binds\":\"2\"") == OK);
	CU_ASSERT(order(&w, ACCOUNT_SET, "shop", "\"rate\":\"9\"") == OK);
	again(&w, FILES, "shop");
	CU_ASSERT(named(&w, "shop")->rate == 9 &&
		  named(&w, "shop")->binds == 2);
	CU_ASSERT_STRING_EQUAL(owner(&w, "2"), "shop");
	heir = accounts_of(w.settings);
	CU_ASSERT(accounts_inherit(heir, w.accounts) == OK);
	accounts_free(w.accounts);
	w.accounts = heir;
	CU_ASSERT(named(&w, "shop")->rate == 9);
	CU_ASSERT(order(&w, ACCOUNT_RESET, "shop", "") == ERR_DENIED);
	CU_ASSERT(order(&w, ACCOUNT_REMOVE, "shop", "") == OK);
	CU_ASSERT(w.row.n == 0 && accounts_named(w.accounts, "shop") == NULL);
	CU_ASSERT_STRING_EQUAL(owner(&w, "2"), "");
	end(&w);
}

static void test_bans(void)
{
	struct world w = begin(FILES);

	CU_ASSERT(order(&w, ACCOUNT_SET, "esme1",
			"\"banned-until\":\"1000\"") == OK);
	CU_ASSERT(account_barred(named(&w, "esme1"), 999));
	CU_ASSERT(!account_barred(named(&w, "esme1"), 1000));
	CU_ASSERT(order(&w, ACCOUNT_SET, "esme1",
			"\"banned-until\":\"18446744073709551615\"") == OK);
	again(&w, FILES, "esme1");
	CU_ASSERT(account_barred(named(&w, "esme1"), UINT64_MAX - 1));
	end(&w);
}

static void test_unreadable_rows(void)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"{\"v\":2,\"set\":{}}",
		"{\"set\":{}}",
		"{\"v\":1,\"set\":{\"rate\":\"many\"}}",
		"{\"v\":1,\"set\":{\"password\":\"plain\"}}",
		"{\"v\":1,\"set\":{\"rate\":5}}",
	};
	size_t i;

	for (i = 1; i < sizeof texts / sizeof *texts; i++) {
		struct world w = begin(FILES);

		CU_ASSERT(accounts_load(w.accounts, "esme1",
					bytes_of(texts[i])) == OK);
		CU_ASSERT(account_barred(named(&w, "esme1"), 1));
		CU_ASSERT(strstr(named(&w, "esme1")->comment, "reset") != NULL);
		CU_ASSERT(order(&w, ACCOUNT_RESET, "esme1", "") == OK);
		CU_ASSERT(!account_barred(named(&w, "esme1"), 1));
		end(&w);
	}
}

static void test_names_of_a_later_version(void)
{
	struct world w = begin(FILES);

	CU_ASSERT(accounts_load(w.accounts, "esme1",
				bytes_of("{\"v\":1,\"set\":{\"moon\":\"1\","
					 "\"rate\":\"3\"}}")) == OK);
	CU_ASSERT(named(&w, "esme1")->rate == 3);
	CU_ASSERT(order(&w, ACCOUNT_SET, "esme1", "\"rate\":\"4\"") == OK);
	CU_ASSERT(strstr(buf_string(&w.row), "\"moon\":\"1\"") != NULL);
	end(&w);
}

struct seen {
	char text[8192];
	unsigned n;
};

static void see(void *arg, struct bytes object)
{
	struct seen *s = arg;
	size_t n = strlen(s->text);

	s->n++;
	snprintf(s->text + n, sizeof s->text - n, "%.*s\n", (int)object.n,
		 (const char *)object.p);
}

static void test_lists(void)
{
	struct world w = begin(FILES);
	struct seen s = { .n = 0 };
	struct buf one = BUF_INIT(4096);

	CU_ASSERT(order(&w, ACCOUNT_ADD, "a", PASSWORD) == OK);
	CU_ASSERT(order(&w, ACCOUNT_SET, "esme2", "\"rate\":\"4\"") == OK);
	CU_ASSERT(accounts_list(w.accounts, 1, see, &s) == OK);
	CU_ASSERT(s.n == 3);
	CU_ASSERT(strncmp(s.text, "{\"name\":\"a\",\"state\":\"enabled\",",
			  29) == 0);
	CU_ASSERT(strstr(s.text, "secret") == NULL);
	CU_ASSERT(strstr(s.text, "$s") == NULL);
	CU_ASSERT(strstr(s.text, "\"from\":\"live\"") != NULL);
	CU_ASSERT(strstr(s.text, "\"from\":\"files, changed live\","
				 "\"changed\":[\"rate\"]") != NULL);
	CU_ASSERT(accounts_show(w.accounts, "esme1", 1, &one) == OK);
	CU_ASSERT(strstr(s.text, buf_string(&one)) != NULL);
	CU_ASSERT(accounts_show(w.accounts, "nobody", 1, &one) == ERR_NOTFOUND);
	buf_clear(&one);
	end(&w);
}

static void test_no_memory(void)
{
	struct world w = begin(FILES);
	unsigned long n;
	enum err e = ERR_NOMEM;

	for (n = 1; e != OK && n < 300; n++) {
		struct account_order o = { .what = ACCOUNT_ADD,
					   .name = "shop" };

		CU_ASSERT_FATAL(json_read(bytes_of("{" PASSWORD
						   ",\"short-code\":\"1;2\"}"),
					  w.arena, &o.set, NULL) == OK);
		buf_clear(&w.row);
		mem_fail_at(n);
		e = accounts_change(w.accounts, &o, &w.row, &w.why);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		CU_ASSERT((accounts_named(w.accounts, "shop") != NULL) ==
			  (e == OK));
		CU_ASSERT((*owner(&w, "2") != '\0') == (e == OK));
	}
	CU_ASSERT(n > 5 && e == OK);
	end(&w);
}

static const struct check_test tests[] = {
	{ "accounts of the files", test_files },
	{ "orders", test_orders },
	{ "live changes over the files", test_over_the_files },
	{ "one that the files have no more", test_taken_out_of_the_files },
	{ "one that was added", test_added },
	{ "bans", test_bans },
	{ "rows that cannot be read", test_unreadable_rows },
	{ "rows of a later version", test_names_of_a_later_version },
	{ "lists", test_lists },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("accounts", tests)
