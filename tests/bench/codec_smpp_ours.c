/* Our own codec behind the face of an oracle, so that all are timed alike. */
#include "tests/codecs/oracle.h"

#include <stdlib.h>

const char *const oracle_name = "cpmgw";

void oracle_start(void)
{
}

bool oracle_trims(struct smpp_pdu *p)
{
	(void)p;
	return true;
}

bool oracle_encodes(const struct smpp_pdu *p, struct buf *to)
{
	return smpp_pdu_encode(p, to, NULL) == OK;
}

const char *oracle_differs(struct bytes wire, const struct smpp_pdu *want)
{
	struct smpp_pdu out;

	if (smpp_pdu_decode(wire, &out, NULL) != OK)
		return "decode";
	return bytes_equal(out.tlvs, want->tlvs) ? NULL : "tlv";
}

/* The compiler must believe that somebody looks at `p`. */
static void looked_at(const void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

void oracle_encode_often(const struct smpp_pdu *p, unsigned long n)
{
	struct buf b = BUF_INIT(4096);

	while (n-- > 0) {
		buf_reset(&b);
		if (smpp_pdu_encode(p, &b, NULL) != OK)
			abort();
		looked_at(b.p);
	}
	buf_clear(&b);
}

void oracle_decode_often(struct bytes wire, unsigned long n)
{
	struct smpp_pdu out;

	while (n-- > 0) {
		if (smpp_pdu_decode(wire, &out, NULL) != OK)
			abort();
		looked_at(&out);
	}
}
