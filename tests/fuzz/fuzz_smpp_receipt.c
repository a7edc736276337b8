/* Receipts: what was read and can be written reads the same again. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/smpp_receipt.h"

static void again(const struct smpp_receipt *r)
{
	struct buf b = BUF_INIT(SMPP_RECEIPT_OCTETS_MAX);
	struct smpp_receipt out;

	if (smpp_receipt_encode(r, &b, NULL) != OK) {
		buf_clear(&b);
		return;
	}
	MUST(smpp_receipt_decode(buf_bytes(&b), &out, NULL) == OK);
	MUST(bytes_equal(out.id, r->id) && out.state == r->state);
	MUST(r->err.n == 0 || bytes_equal(out.err, r->err));
	MUST(r->sub == SMPP_COUNT_NONE || out.sub == r->sub);
	MUST(r->dlvrd == SMPP_COUNT_NONE || out.dlvrd == r->dlvrd);
	MUST(out.submitted.year == r->submitted.year &&
	     out.submitted.minute == r->submitted.minute);
	MUST(out.done.month == r->done.month && out.done.day == r->done.day);
	if (r->sub != SMPP_COUNT_NONE && r->dlvrd != SMPP_COUNT_NONE &&
	    r->text.n <= SMPP_RECEIPT_TEXT_MAX)
		MUST(bytes_equal(out.text, r->text));
	buf_clear(&b);
}

static void id(struct bytes in)
{
	static const enum smpp_id_kind kinds[] = {
		SMPP_ID_STRING, SMPP_ID_NOCASE, SMPP_ID_DECIMAL, SMPP_ID_HEX
	};
	char once[SMPP_ID_ROOM], twice[SMPP_ID_ROOM];
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		enum smpp_id_kind same = kinds[i];

		if (smpp_id_canonical(in, kinds[i], once) != OK)
			continue;
		MUST(strlen(once) > 0 && strlen(once) <= SMPP_ID_MAX);
		if (same == SMPP_ID_DECIMAL)
			same = SMPP_ID_HEX;
		MUST(smpp_id_canonical(bytes_of(once), same, twice) == OK);
		MUST(strcmp(once, twice) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct smpp_receipt r;
	struct fault why;

	id(in);
	if (smpp_receipt_decode(in, &r, &why) != OK)
		return 0;
	MUST(r.id.n + r.stat.n > 0 && r.id.n <= SMPP_ID_MAX);
	MUST(r.submitted.month <= 12 && r.done.day <= 31);
	again(&r);
	id(r.id);
	return 0;
}
