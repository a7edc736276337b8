/* As whom an account sends: settings, and what they make of a message. */
#include <string.h>

#include "adapters/smpp/senders.h"
#include "codecs/smpp_pdu.h"
#include "tests/check.h"
#include "tests/gateway/set.h"

#define ESME(rows_) "esme\nsystem-id=e\npassword=p\n" rows_

static const struct address_rules uk = { "44", "00", "0", "cpm.example" };

static const struct row {
	const char *name, *conf, *code;
	struct address from;
	bool any;
	uint32_t want;
	struct address out;	/* and who it really is, when it was replaced */
} rows[] = {
	{ "its short code", ESME(""), "22222", { ADDRESS_SHORT, "22222" },
	  false, ESME_ROK, { ADDRESS_SHORT, "22222" } },
	{ "another one", ESME(""), "22222", { ADDRESS_SHORT, "22223" }, false,
	  ESME_RINVSRCADR, { ADDRESS_SHORT, "22223" } },
	{ "its number", ESME(""), "+15550100009",
	  { ADDRESS_E164, "+15550100009" }, false, ESME_ROK,
	  { ADDRESS_E164, "+15550100009" } },
	{ "none: its short code", ESME(""), "22222", { ADDRESS_ANONYMOUS, "" },
	  false, ESME_ROK, { ADDRESS_SHORT, "22222" } },
	{ "none, and it has none", ESME(""), "", { ADDRESS_ANONYMOUS, "" },
	  false, ESME_RINVSRCADR, { ADDRESS_ANONYMOUS, "" } },
	{ "anybody", ESME(""), "", { ADDRESS_ALPHA, "Bank" }, true, ESME_ROK,
	  { ADDRESS_ALPHA, "Bank" } },
	{ "nobody, as anybody may", ESME(""), "", { ADDRESS_ANONYMOUS, "" },
	  true, ESME_ROK, { ADDRESS_ANONYMOUS, "" } },
	{ "a name on its list", ESME("allowed-address=News;+4420*;/^9{3}$/"),
	  "", { ADDRESS_ALPHA, "News" }, false, ESME_ROK,
	  { ADDRESS_ALPHA, "News" } },
	{ "a number that begins so", ESME("allowed-address=News;+4420*"), "",
	  { ADDRESS_E164, "+442071234567" }, false, ESME_ROK,
	  { ADDRESS_E164, "+442071234567" } },
	{ "without '+' in the list", ESME("allowed-address=4420*"), "",
	  { ADDRESS_E164, "+442071234567" }, false, ESME_ROK,
	  { ADDRESS_E164, "+442071234567" } },
	{ "an expression", ESME("allowed-address=/^9{3}$/"), "",
	  { ADDRESS_SHORT, "999" }, false, ESME_ROK,
	  { ADDRESS_SHORT, "999" } },
	{ "not on the list", ESME("allowed-address=News"), "",
	  { ADDRESS_ALPHA, "Bank" }, false, ESME_RINVSRCADR,
	  { ADDRESS_ALPHA, "Bank" } },
	{ "a default of its own", ESME("default-sender=News"), "22222",
	  { ADDRESS_ANONYMOUS, "" }, false, ESME_ROK,
	  { ADDRESS_ALPHA, "News" } },
	{ "a national default", ESME("default-sender=07700900123"), "",
	  { ADDRESS_ANONYMOUS, "" }, false, ESME_ROK,
	  { ADDRESS_E164, "+447700900123" } },
	{ "instead of a wrong one",
	  ESME("default-sender=News\nwrong-sender=default"), "22222",
	  { ADDRESS_ALPHA, "Bank" }, false, ESME_ROK,
	  { ADDRESS_ALPHA, "News" } },
	{ "forced", ESME("forced-sender=12345\nany-sender=yes"), "22222",
	  { ADDRESS_ALPHA, "Bank" }, true, ESME_ROK,
	  { ADDRESS_SHORT, "12345" } },
};

/* As the engine answers a lookup. */
static struct found found_of(const struct settings_group *g, const char *code)
{
	return (struct found){
		.exists = true,
		.short_code = code[0] == '\0' ? NULL : code,
		.allowed = settings_text(g, "allowed-address"),
		.default_sender = settings_text(g, "default-sender"),
		.forced_sender = settings_text(g, "forced-sender"),
		.wrong_sender = settings_text(g, "wrong-sender"),
	};
}

static void test_rows(void)
{
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		struct settings *set = set_read(r->conf);
		struct senders s = { .allowed = NULL };
		struct message m;
		struct found f;

		CU_ASSERT_FATAL(set != NULL);
		f = found_of(settings_group_at(set, "esme", 0), r->code);
		message_init(&m);
		m.from = m.asserted = r->from;
		senders_read(&s, &f, &uk);
		ROW(r, senders_admit(&s, r->any, &m) == r->want);
		ROW(r, address_equal(&m.from, &r->out));
		ROW(r, address_equal(&m.asserted, &r->out));
		senders_clear(&s);
		settings_free(set);
	}
}

static void test_several_codes(void)
{
	static const struct found f = { .short_code = "22222",
					.short_codes = "22222; 22224;+441" };
	struct senders s = { .allowed = NULL };
	struct message m;

	message_init(&m);
	m.from = (struct address){ ADDRESS_SHORT, "22224" };
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_RINVSRCADR);
	senders_read(&s, &f, &uk);
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_ROK);
	m.from = (struct address){ ADDRESS_E164, "+441" };
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_ROK);
	m.from = (struct address){ ADDRESS_SHORT, "22223" };
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_RINVSRCADR);
	m.from = (struct address){ ADDRESS_ANONYMOUS, "" };
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_ROK);
	CU_ASSERT_STRING_EQUAL(m.from.text, "22222");
	senders_clear(&s);
}

static void test_little_known(void)
{
	static const struct found f = { .short_code = "22222" };
	struct senders s = { .allowed = NULL };
	struct message m;

	message_init(&m);
	m.from = (struct address){ ADDRESS_SHORT, "22222" };
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_RINVSRCADR);
	senders_read(&s, &f, &uk);
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_ROK);
	m.from = (struct address){ ADDRESS_SHORT, "22223" };
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_RINVSRCADR);
	m.from = (struct address){ ADDRESS_ANONYMOUS, "" };
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_ROK);
	CU_ASSERT_STRING_EQUAL(m.from.text, "22222");
	senders_clear(&s);
}

static void test_no_memory(void)
{
	struct settings *set = set_read(
		ESME("allowed-address=News;/1/;2\ndefault-sender=News\n"
		     "forced-sender=12345"));
	struct senders s = { .allowed = NULL };
	struct message m;
	struct found f;
	unsigned long n;

	CU_ASSERT_FATAL(set != NULL);
	f = found_of(settings_group_at(set, "esme", 0), "1");
	for (n = 1; n < 100; n++) {
		message_init(&m);
		mem_fail_at(n);
		senders_read(&s, &f, &uk);
		mem_fail_at(0);
		if (!s.no_memory)
			break;
		CU_ASSERT(senders_admit(&s, true, &m) == ESME_RSYSERR);
	}
	CU_ASSERT(n > 5 && n < 100);
	CU_ASSERT(senders_admit(&s, false, &m) == ESME_ROK);
	senders_clear(&s);
	settings_free(set);
}

static const struct check_test tests[] = {
	{ "rows", test_rows },
	{ "several short codes", test_several_codes },
	{ "only a short code is known", test_little_known },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("smpp_senders", tests)
