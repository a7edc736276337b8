/* What encoding and decoding one of each costs. */
#include "tests/bench/cost.h"

#include <stdlib.h>

#include "codecs/cpim.h"
#include "codecs/digest.h"
#include "codecs/imdn.h"
#include "codecs/segment.h"
#include "codecs/smpp_pdu.h"
#include "codecs/smpp_receipt.h"

#define TEXT                                                                   \
	"A short message of the length that people write, with a question "    \
	"at its end, and nothing that is not in the default alphabet?"

#define S(text_)                                                               \
	{                                                                      \
		(const uint8_t *)(text_), sizeof(text_) - 1                    \
	}

static void good(enum err e)
{
	if (e != OK)
		abort();
}

static const struct smpp_pdu submit = {
	.command_id = SMPP_SUBMIT_SM,
	.sequence_number = 7,
	.source = { 1, 1, S("15550100001") },
	.dest = { 1, 1, S("15550200001") },
	.registered_delivery = 1,
	.short_message = S(TEXT),
};

static const struct smpp_receipt receipt = {
	.id = S("1795272560490123"),
	.sub = 1,
	.dlvrd = 1,
	.submitted = { 2025, 1, 31, 12, 0, 0 },
	.done = { 2025, 1, 31, 12, 1, 0 },
	.state = SMPP_STATE_DELIVERED,
	.stat = S("DELIVRD"),
	.err = S("000"),
	.text = S("A short message"),
};

static void pdu_encode(unsigned times)
{
	struct buf wire = BUF_INIT(4096);
	unsigned i;

	good(smpp_pdu_encode(&submit, &wire, NULL));
	cost_begin();
	for (i = 0; i < times; i++) {
		buf_reset(&wire);
		good(smpp_pdu_encode(&submit, &wire, NULL));
	}
	cost_end();
	buf_clear(&wire);
}

static void pdu_decode(unsigned times)
{
	struct buf wire = BUF_INIT(4096);
	struct smpp_pdu p;
	struct bytes one;
	unsigned i;

	good(smpp_pdu_encode(&submit, &wire, NULL));
	cost_begin();
	for (i = 0; i < times; i++) {
		good(smpp_frame(buf_bytes(&wire), 4096, &one, NULL));
		good(smpp_pdu_decode(one, &p, NULL));
	}
	cost_end();
	buf_clear(&wire);
}

static void receipt_encode(unsigned times)
{
	struct buf text = BUF_INIT(SMPP_RECEIPT_OCTETS_MAX);
	unsigned i;

	good(smpp_receipt_encode(&receipt, &text, NULL));
	cost_begin();
	for (i = 0; i < times; i++) {
		buf_reset(&text);
		good(smpp_receipt_encode(&receipt, &text, NULL));
	}
	cost_end();
	buf_clear(&text);
}

static void receipt_decode(unsigned times)
{
	struct buf text = BUF_INIT(SMPP_RECEIPT_OCTETS_MAX);
	struct smpp_receipt r;
	unsigned i;

	good(smpp_receipt_encode(&receipt, &text, NULL));
	cost_begin();
	for (i = 0; i < times; i++)
		good(smpp_receipt_decode(buf_bytes(&text), &r, NULL));
	cost_end();
	buf_clear(&text);
}

static void split(unsigned times, const char *text)
{
	static const struct segment_options o = { 0 };
	struct arena *a = arena_new(1 << 20);
	struct segment_plan plan;
	unsigned i;

	cost_begin();
	for (i = 0; i < times; i++) {
		arena_reset(a);
		good(segment_split(bytes_of(text), &o, a, &plan));
	}
	cost_end();
	arena_free(a);
}

static void split_gsm(unsigned times)
{
	split(times, TEXT);
}

static void split_ucs2(unsigned times)
{
	split(times, "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 " TEXT);
}

static void text_gsm(unsigned times)
{
	static const struct segment_rules rules = { 0 };
	const struct segment_wire wire = { S(TEXT), 0, false };
	struct arena *a = arena_new(1 << 20);
	struct segment_content c;
	unsigned i;

	cost_begin();
	for (i = 0; i < times; i++) {
		arena_reset(a);
		good(segment_text(&wire, &rules, a, &c, NULL));
	}
	cost_end();
	arena_free(a);
}

static void put_cpim(struct buf *to)
{
	static const struct cpim_party party = {
		.uri = S("sip:mary@cpm.example")
	};
	const struct cpim_draft d = {
		.from = { .uri = S("sip:peter@cpm.example") },
		.to = &party,
		.to_count = 1,
		.datetime = S("2025-01-31T12:00:00Z"),
		.message_id = S("q83vEjRWeJCrze8SNFZ4kA"),
		.want = IMDN_WANT_POSITIVE | IMDN_WANT_DISPLAY,
		.content_type = S("text/plain;charset=UTF-8"),
		.body = S(TEXT),
	};

	buf_reset(to);
	good(cpim_encode(&d, to));
}

static void cpim_write(unsigned times)
{
	struct buf text = BUF_INIT(65536);
	unsigned i;

	put_cpim(&text);
	cost_begin();
	for (i = 0; i < times; i++)
		put_cpim(&text);
	cost_end();
	buf_clear(&text);
}

static void cpim_read(unsigned times)
{
	struct buf text = BUF_INIT(65536);
	struct arena *a = arena_new(1 << 20);
	struct cpim c;
	unsigned i;

	put_cpim(&text);
	cost_begin();
	for (i = 0; i < times; i++) {
		arena_reset(a);
		good(cpim_decode(buf_bytes(&text), a, &c, NULL));
	}
	cost_end();
	arena_free(a);
	buf_clear(&text);
}

static const struct imdn notification = {
	.message_id = S("q83vEjRWeJCrze8SNFZ4kA"),
	.datetime = S("2025-01-31T12:00:00Z"),
	.recipient_uri = S("sip:mary@cpm.example"),
	.type = IMDN_DELIVERY,
	.status = IMDN_DELIVERED,
};

static void imdn_write(unsigned times)
{
	struct buf text = BUF_INIT(65536);
	unsigned i;

	good(imdn_encode(&notification, &text));
	cost_begin();
	for (i = 0; i < times; i++) {
		buf_reset(&text);
		good(imdn_encode(&notification, &text));
	}
	cost_end();
	buf_clear(&text);
}

static void imdn_read(unsigned times)
{
	struct buf text = BUF_INIT(65536);
	struct arena *a = arena_new(1 << 20);
	struct imdn n;
	unsigned i;

	good(imdn_encode(&notification, &text));
	good(imdn_decode(buf_bytes(&text), a, &n, NULL));
	cost_begin();
	for (i = 0; i < times; i++) {
		arena_reset(a);
		good(imdn_decode(buf_bytes(&text), a, &n, NULL));
	}
	cost_end();
	arena_free(a);
	buf_clear(&text);
}

const struct cost codec_costs[] = {
	{ "smpp_pdu_encode", 1000, pdu_encode },
	{ "smpp_pdu_decode", 1000, pdu_decode },
	{ "smpp_receipt_encode", 1000, receipt_encode },
	{ "smpp_receipt_decode", 1000, receipt_decode },
	{ "segment_split_gsm", 200, split_gsm },
	{ "segment_split_ucs2", 200, split_ucs2 },
	{ "segment_text_gsm", 200, text_gsm },
	{ "cpim_encode", 200, cpim_write },
	{ "cpim_decode", 200, cpim_read },
	{ "imdn_encode", 200, imdn_write },
	{ "imdn_decode", 200, imdn_read },
	{ NULL, 0, NULL },
};
