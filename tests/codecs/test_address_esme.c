/* Names of senders as an ESME gets them. SMPP v3.4 4.6.1. */
#include "tests/check.h"

#include "codecs/address.h"

/* SMPP v3.4 4.6.1: source_addr of deliver_sm, 20 octets. */
static void test_esme(void)
{
	static const struct row {
		const char *name, *text;
		enum err want;
		const char *octets;
	} names[] = {
		{ "20 characters", "ABCDEFGHIJKLMNOPQRST", OK,
		  "ABCDEFGHIJKLMNOPQRST" },
		{ "21", "ABCDEFGHIJKLMNOPQRSTU", ERR_TOOBIG, NULL },
		{ "the extension table",
		  "A\xE2\x82\xAC"
		  "B",
		  OK,
		  "A\x1B"
		  "eB" },
		{ "an escape that has no room",
		  "ABCDEFGHIJKLMNOPQRS\xE2\x82\xAC", ERR_TOOBIG, NULL },
		{ "Latin-1 that GSM lacks", "\xC3\x9Cn\xC3\xAF", OK,
		  "\x5En\xEF" },
		{ "neither", "\xD0\x96", ERR_UNSUPPORTED, NULL },
		{ "an octet 00", "A@B", ERR_UNSUPPORTED, NULL },
	};
	struct arena *arena = arena_new(10000);
	struct address a = { ADDRESS_ALPHA, NULL }, back;
	struct address_smpp s = { 0, 0, { NULL, 0 } };
	size_t i;

	CU_ASSERT_FATAL(arena != NULL);
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		const struct row *r = &names[i];

		a.text = r->text;
		ROW(r, address_to_esme(&a, arena, &s) == r->want);
		if (r->want != OK)
			continue;
		ROW(r, s.ton == 5 && s.npi == 0);
		ROW(r, bytes_is(s.text, r->octets));
		ROW(r, address_from_smpp(&s, NULL, arena, &back) == OK);
		ROW(r, address_equal(&a, &back));
	}
	a = (struct address){ ADDRESS_SHORT, "12345" };
	CU_ASSERT(address_to_esme(&a, arena, &s) == OK && s.ton == 3);
	arena_free(arena);
	a = (struct address){ ADDRESS_ALPHA, "News" };
	arena = arena_new(10000);
	CU_ASSERT_FATAL(arena != NULL);
	mem_fail_at(1);
	CU_ASSERT(address_to_esme(&a, arena, &s) == ERR_NOMEM);
	mem_fail_at(0);
	arena_free(arena);
}

static const struct check_test tests[] = { { "names of 20 octets", test_esme },
					   { NULL, NULL } };

CHECK_MAIN("address_esme", tests)
