/*
 * SMPP and the neutral form: what comes in as a message has an image that
 * reads the same, and goes out again as PDUs that decode. The first octet
 * says how the peer speaks, the rest is one PDU.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_out.h"

#define NOW UINT64_C(1763672400000000)

static void pdus_decode(const struct buf *pdus, unsigned of)
{
	struct bytes rest = buf_bytes(pdus), one;
	struct smpp_pdu p;
	unsigned n = 0;

	while (rest.n > 0) {
		MUST(smpp_frame(rest, SMPP_PDU_OCTETS_MAX, &one, NULL) == OK);
		MUST(smpp_pdu_decode(one, &p, NULL) == OK);
		rest = bytes_after(rest, one.n);
		n++;
	}
	MUST(n == of && of >= 1 && of <= 255);
}

static void out_again(const struct message *m, const struct manner *manner,
		      struct arena *a)
{
	static const uint8_t key[16];
	struct buf scratch = BUF_INIT(262144), pdus = BUF_INIT(262144);
	struct leg leg = { .id = 5, .attempt = 1, .message = *m };
	struct progress progress = { 0 };
	struct departure d = { .leg = &leg,
			       .manner = manner,
			       .progress = &progress,
			       .reference = 1,
			       .id_key = key,
			       .now_us = NOW,
			       .arena = a,
			       .scratch = &scratch,
			       .pdus = &pdus };
	struct outcome why = { .text = NULL };

	leg.to = m->recipients[0].address;
	if (smpp_depart(&d, &why))
		pdus_decode(&pdus, d.of);
	else
		MUST(why.text != NULL);
	buf_clear(&scratch);
	buf_clear(&pdus);
}

static void one_message(const struct smpp_pdu *p, const struct manner *m,
			struct arena *a)
{
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct smpp_arrival in;
	struct message again;

	if (smpp_message_in(p, m, NOW, a, &in) != ESME_ROK)
		return;
	if (in.message.n_recipients == 0) { /* they come one by one */
		MUST(p->command_id == SMPP_SUBMIT_MULTI);
		return;
	}
	MUST(in.segment.of == 0 ||
	     (in.segment.part >= 1 && in.segment.part <= in.segment.of));
	MUST(in.segment.of != 1 && (in.segment.of == 0 || in.segment.key.n));
	/* Those of submit_multi are read one by one. */
	MUST((in.message.n_recipients == 0) ==
	     (p->command_id == SMPP_SUBMIT_MULTI));
	if (in.message.n_recipients > 0 &&
	    message_image(&in.message, &image) == OK) {
		MUST(message_read(buf_bytes(&image), a, &again, NULL) == OK);
		MUST(address_equal(&again.recipients[0].address,
				   &in.message.recipients[0].address));
		MUST(bytes_equal(again.parts[0].body,
				 in.message.parts[0].body));
		out_again(&again, m, a);
	}
	buf_clear(&image);
}

static void one_report(const struct smpp_pdu *p, const struct manner *m,
		       struct arena *a)
{
	struct far_report r;

	if (smpp_report_in(p, m, NOW, a, &r) != OK)
		return;
	MUST(r.far_id != NULL && r.far_id[0] != 0 && r.state != STATE_NONE);
}

static void notes(struct bytes in, struct arena *a)
{
	struct buf once = BUF_INIT(1 << 18), twice = BUF_INIT(1 << 18);
	struct progress p;

	MUST(progress_read(in, a, &p) == OK);
	progress_write(&p, &once);
	MUST(progress_read(buf_bytes(&once), a, &p) == OK);
	progress_write(&p, &twice);
	MUST(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	buf_clear(&once);
	buf_clear(&twice);
}

/* Its command_length is right, or too little would be looked at. */
static void set_length(uint8_t *pdu, size_t n)
{
	pdu[0] = pdu[1] = 0;
	pdu[2] = (uint8_t)(n >> 8);
	pdu[3] = (uint8_t)n;
}

/* The rest of its ways of writing: by the sequence number, which is free. */
static void set_texts(struct manner *m, uint8_t ways)
{
	m->write.charset = m->read.default_charset;
	m->read.packed = m->write.packed = ways & 1;
	m->write.single = ways & 2 ? SEGMENT_ANY_LANGUAGE : 0;
	m->write.locking = ways & 4 ? SEGMENT_ANY_LANGUAGE : 0;
	m->write.latin1 = ways & 8;
	m->write.replace = ways & 16 ? SEGMENT_REPLACE : SEGMENT_AS_IT_IS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(4 * MESSAGE_ARENA_MAX);
	struct manner m = { .peer = "peer",
			    .rules = { .country = "1" },
			    .service_type = "",
			    .most_ahead_us = UINT64_C(864000000000),
			    .joined_timeout_s = 300 };
	struct bytes in = bytes_after((struct bytes){ data, size }, 1);
	struct smpp_pdu p;

	if (size == 0) {
		arena_free(a);
		return 0;
	}
	m.server = data[0] & 1;
	m.read.gsm_dcs = m.write.gsm_dcs = data[0] & 2;
	m.write.means = (enum segment_means)(data[0] >> 2 & 3);
	m.read.default_charset = (enum segment_charset)(data[0] >> 4 & 3);
	m.receipt_id = (enum smpp_id_kind)(data[0] >> 6);
	set_texts(&m, size > SMPP_HEADER_OCTETS ? data[SMPP_HEADER_OCTETS] : 0);
	notes(in, a);
	if (arena_copy(a, in, &in) == OK && in.n >= SMPP_HEADER_OCTETS)
		set_length((uint8_t *)(uintptr_t)in.p, in.n);
	if (smpp_pdu_decode(in, &p, NULL) == OK) {
		one_message(&p, &m, a);
		one_report(&p, &m, a);
	}
	arena_free(a);
	return 0;
}
