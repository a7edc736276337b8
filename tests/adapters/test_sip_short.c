/*
 * What a phone is given of a short message: pushes as texts, flash messages
 * as such. 3GPP TS 23.038 4, 3GPP TS 23.040 9.2.3.24.4, RFC 3261 20.26.
 */
#include <string.h>

#include "adapters/sip/draft.h"
#include "tests/check.h"

#define SI                                                                     \
	"01 06 01 AE 02 05 6A 00 45 C6 0C 03 61 2E 65 78 2F 00 01 03 48 69 "   \
	"00 "                                                                  \
	"01 01"
#define PORT "application/octet-stream;x-port="

static uint64_t chance(void *arg)
{
	(void)arg;
	return 4;
}

static const struct row {
	const char *name, *type, *hex;
	int8_t class;
	const char *has, *plain; /* in the CPIM; for old devices, or NULL */
} rows[] = {
	{ "a service indication", PORT "2948;x-source-port=9200", SI, -1,
	  "Content-Type: text/plain;charset=UTF-8\r\n\r\nHi\nhttp://a.ex/",
	  "Hi\nhttp://a.ex/" },
	{ "an MMS notification", PORT "2948", "01 06 03 BE AF 84 41 42", -1,
	  "Content-Type: application/vnd.wap.mms-message\r\n\r\nAB", NULL },
	{ "a push that is none", PORT "2948", "41 42", -1,
	  "Content-Type: " PORT "2948\r\n\r\nAB", NULL },
	{ "another port", PORT "29480", SI, -1,
	  "Content-Type: " PORT "29480\r\n", NULL },
	{ "a text", "text/plain;charset=UTF-8", "41", -1,
	  "Content-Type: text/plain;charset=UTF-8\r\n\r\nA", "A" },
	{ "a flash", "text/plain;charset=UTF-8", "41", 0,
	  "Content-Disposition: render\r\n", "A" },
};

static bool has(struct bytes in, const char *text)
{
	return memmem(in.p, in.n, text, strlen(text)) != NULL;
}

static enum err make(const struct row *r, struct arena *a, struct draft *out)
{
	static const uint8_t key[16] = { 0 };
	struct sip_config config = { .domain = "cpm.example",
				     .rules = { .home_domain = "cpm.example" },
				     .message_maximum = 100000 };
	struct draft_context c = { .config = &config,
				   .now_us = 1000000,
				   .random = chance,
				   .thread_key = key };
	uint8_t octets[256];
	struct part part = { .type = r->type,
			     .body = check_unhex(r->hex, octets, 256) };
	struct leg leg = { .public_id = "id",
			   .to = { ADDRESS_E164, "+15550200001" } };

	message_init(&leg.message);
	leg.message.kind = MESSAGE_USER;
	leg.message.from = (struct address){ ADDRESS_E164, "+15550100001" };
	leg.message.asserted = leg.message.from;
	leg.message.parts = &part;
	leg.message.n_parts = 1;
	leg.message.sms_class = r->class;
	return draft_make(&c, &leg, a, out);
}

static void test_rows(void)
{
	struct arena *a = arena_new(1 << 20);
	struct draft d;
	size_t i;

	CU_ASSERT_FATAL(a != NULL);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		arena_reset(a);
		CU_ASSERT_FATAL(make(r, a, &d) == OK);
		ROW(r, has(d.body, r->has));
		ROW(r, (strstr(d.headers, "Priority: urgent\r\n") != NULL) ==
			       (r->class == 0));
		ROW(r, (r->plain != NULL) == (d.plain_type != NULL));
		ROW(r, r->plain == NULL || bytes_is(d.plain, r->plain));
	}
	arena_free(a);
}

static void test_memory_ends(void)
{
	enum err e = ERR_NOMEM;
	struct arena *a;
	struct draft d;
	unsigned n;

	for (n = 1; e == ERR_NOMEM && n < 200; n++) {
		a = arena_new(1 << 20);
		mem_fail_at(n);
		e = make(&rows[0], a, &d);
		mem_fail_at(0);
		arena_free(a);
	}
	CU_ASSERT(e == OK && n > 5);
}

static const struct check_test tests[] = { { "rows", test_rows },
					   { "memory ends", test_memory_ends },
					   { NULL, NULL } };

CHECK_MAIN("sip_short", tests)
