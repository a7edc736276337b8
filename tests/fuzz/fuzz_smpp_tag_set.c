/* Sets of optional parameters: what is taken has the tags that it names, and
 * what is added is a row of parameters. */
#include "tests/fuzz/fuzz.h"

#include "codecs/smpp_tag_set.h"
#include "codecs/smpp_tlv.h"

static void set(struct bytes in, struct buf *why)
{
	struct smpp_tag_set s = { .n = 0 };
	size_t i;

	if (smpp_tag_set_read(in, &s, why) != OK) {
		MUST(why->n > 0 && s.n == 0);
		return;
	}
	MUST(s.n <= SMPP_TAG_RANGES);
	for (i = 0; i < s.n; i++) {
		MUST(smpp_tag_set_has(&s, s.ranges[i].first));
		MUST(smpp_tag_set_has(&s, s.ranges[i].last));
	}
	MUST(!smpp_tag_set_has(&s, 0));
}

static void added(struct bytes in, struct buf *why)
{
	struct smpp_tag_added a = { .n = 0 };
	struct smpp_tlv tlv;
	struct bytes rest;
	size_t n = 0;

	if (smpp_tag_added_read(in, &a, why) != OK) {
		MUST(why->n > 0 && a.n == 0);
		return;
	}
	MUST(a.n <= SMPP_TAG_ADDED_MAX);
	rest = (struct bytes){ a.octets, a.n };
	while (smpp_tlv_next(&rest, &tlv))
		n += 4 + tlv.value.n;
	MUST(n == a.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf why = BUF_INIT(4096);

	set((struct bytes){ data, size }, &why);
	buf_reset(&why);
	added((struct bytes){ data, size }, &why);
	buf_clear(&why);
	return 0;
}
