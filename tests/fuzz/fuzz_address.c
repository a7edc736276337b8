/* Addresses: what is read is canonical, and its own forms read the same. */
#include "tests/fuzz/fuzz.h"

#include "codecs/address.h"

typedef enum err writer(const struct address *, const struct address_rules *,
			struct buf *);

static void again(const struct address *a, const struct address_rules *rules,
		  struct arena *arena, writer *w)
{
	struct buf b = BUF_INIT(4096);
	struct address back = { ADDRESS_NONE, NULL };
	enum err e = w(a, rules, &b);

	MUST(e == OK || e == ERR_UNSUPPORTED);
	if (e == OK) {
		MUST(address_parse(buf_bytes(&b), rules, arena, &back) == OK);
		MUST(address_equal(a, &back));
	}
	buf_clear(&b);
}

static void to_smpp_and_back(const struct address *a,
			     const struct address_rules *rules,
			     struct arena *arena)
{
	struct address back = { ADDRESS_NONE, NULL };
	struct address_smpp s;

	if (address_to_smpp(a, arena, &s) != OK)
		return;
	MUST(s.text.n > 0 && s.text.n <= ADDRESS_SMPP_MAX);
	MUST(bytes_find(s.text, 0) == s.text.n);
	if (a->kind == ADDRESS_SHORT && s.ton == 2)
		return; /* TON 2 may well make it a global one */
	MUST(address_from_smpp(&s, rules, arena, &back) == OK);
	MUST(address_equal(a, &back));
}

static void to_esme_and_back(const struct address *a, struct arena *arena)
{
	struct address back = { ADDRESS_NONE, NULL };
	struct address_smpp s;

	if (a->kind != ADDRESS_ALPHA || address_to_esme(a, arena, &s) != OK)
		return;
	MUST(s.text.n > 0 && s.text.n <= ADDRESS_SMPP_MAX);
	MUST(bytes_find(s.text, 0) == s.text.n);
	MUST(address_from_smpp(&s, NULL, arena, &back) == OK);
	MUST(address_equal(a, &back));
}

static void all(struct bytes in, const struct address_rules *rules,
		struct arena *arena)
{
	struct address a = { ADDRESS_NONE, NULL };

	if (address_parse(in, rules, arena, &a) != OK) {
		MUST(a.text == NULL);
		return;
	}
	MUST(address_check(&a) == OK);
	again(&a, rules, arena, address_uri);
	again(&a, rules, arena, address_sip_uri);
	to_smpp_and_back(&a, rules, arena);
	to_esme_and_back(&a, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct address_rules uk = { "44", NULL, "0", "h.example" };
	static const struct address_rules us = { "1", "011", "", "h.example" };
	struct bytes in = { data, size };
	struct arena *arena = arena_new(1 << 20);
	struct address a = { ADDRESS_NONE, NULL };
	struct address_smpp s;

	MUST(arena != NULL);
	all(in, NULL, arena);
	all(in, &uk, arena);
	all(in, &us, arena);
	if (size >= 2) {
		s = (struct address_smpp){ data[0], data[1],
					   bytes_after(in, 2) };
		if (address_from_smpp(&s, &uk, arena, &a) == OK)
			MUST(address_check(&a) == OK);
	}
	arena_free(arena);
	return 0;
}
