/* A stream of SMPP: every PDU in it is refused with an answer, or is what
 * its encoding decodes to. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/smpp_pdu.h"

#define LIMIT 65536

static void inside(struct bytes part, struct bytes whole)
{
	MUST(part.n == 0 ||
	     (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

static void lists(const struct smpp_pdu *p)
{
	struct bytes rest = p->dests;
	struct smpp_failed f;
	struct smpp_dest d;
	struct smpp_tlv t;
	unsigned n;

	for (n = 0; smpp_dest_next(&rest, &d); n++)
		MUST(d.is_list ? d.list.n <= 20 : d.sme.digits.n <= 20);
	MUST(rest.n == 0 && n == p->number_of_dests);
	rest = p->failed;
	for (n = 0; smpp_failed_next(&rest, &f); n++)
		MUST(f.sme.digits.n <= 20);
	MUST(rest.n == 0 && n == p->no_unsuccess);
	rest = p->tlvs;
	while (smpp_tlv_next(&rest, &t))
		inside(t.value, p->tlvs);
	MUST(rest.n == 0);
}

/* decode(encode(x)) is x: every field of it is written, so the octets tell. */
static void again(const struct smpp_pdu *p, size_t n)
{
	struct buf b = BUF_INIT(LIMIT), c = BUF_INIT(LIMIT);
	struct smpp_pdu out;
	enum err e = smpp_pdu_encode(p, &b, NULL);

	if (p->short_message.n == 255) {
		MUST(e == ERR_RANGE && b.n == 0);
		return;
	}
	MUST(e == OK && b.n <= n + 1);
	MUST(smpp_pdu_decode(buf_bytes(&b), &out, NULL) == OK);
	MUST(smpp_pdu_encode(&out, &c, NULL) == OK);
	MUST(bytes_equal(buf_bytes(&b), buf_bytes(&c)));
	buf_clear(&b);
	buf_clear(&c);
}

static void good(const struct smpp_pdu *p, struct bytes pdu)
{
	inside(p->short_message, pdu);
	inside(p->message_id, pdu);
	inside(p->tlvs, pdu);
	inside(smpp_pdu_message(p), pdu);
	lists(p);
	again(p, pdu.n);
}

static void bad(const struct smpp_refusal *why, struct bytes pdu)
{
	struct smpp_pdu no = smpp_refusal_pdu(why);
	struct buf b = BUF_INIT(LIMIT);

	MUST(why->at.field != NULL && why->at.clause != NULL);
	MUST(why->at.offset <= pdu.n && why->command_status != ESME_ROK);
	if (why->answer_id != 0)
		MUST(smpp_pdu_encode(&no, &b, NULL) == OK && b.n <= 17);
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size }, pdu;
	struct smpp_refusal why;
	struct smpp_pdu out;
	enum err e;

	while ((e = smpp_frame(in, LIMIT, &pdu, &why)) == OK) {
		MUST(pdu.p == in.p && pdu.n >= 16 && pdu.n <= in.n);
		memset(&why, 0xA5, sizeof why);
		if (smpp_pdu_decode(pdu, &out, &why) == OK)
			good(&out, pdu);
		else
			bad(&why, pdu);
		in = bytes_after(in, pdu.n);
	}
	MUST(e == ERR_MORE || why.framing_lost);
	return 0;
}
