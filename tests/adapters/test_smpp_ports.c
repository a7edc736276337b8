/*
 * Binary short messages: pushes, cards, events and other octets for a port,
 * both ways. 3GPP TS 23.040 9.2.3.24.3 and 9.2.3.24.4, SMPP v3.4 5.3.2.20-21,
 * WAP-259-WDP appendix B.
 */
#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "codecs/joined.h"
#include "codecs/push_si.h"
#include "codecs/push_sl.h"
#include "codecs/pushed.h"
#include "codecs/wsp.h"
#include "tests/adapters/smpp_desk.h"

#define SI_XML "<si><indication href=\"http://a.ex/\">Hi</indication></si>"

/* What is said of each type on the wire. */
static const struct row {
	const char *name, *type, *body;
	unsigned to, from; /* ports; 0: no header */
	const char *hex;   /* of the text, NULL: the body */
} rows[] = {
	{ "a card", "text/x-vcard", "BEGIN:VCARD", 9204, 0, NULL },
	{ "a card of today", "text/vcard;charset=UTF-8", "BEGIN:VCARD", 9204, 0,
	  NULL },
	{ "an event", "text/calendar;charset=UTF-8", "BEGIN:VCALENDAR", 9205, 0,
	  NULL },
	{ "an older event", "text/x-vcalendar", "BEGIN:VCALENDAR", 9205, 0,
	  NULL },
	{ "octets", "application/octet-stream", "AB", 0, 0, NULL },
	{ "octets for a port", "application/octet-stream;x-port=5505", "AB",
	  5505, 0, NULL },
	{ "and from a port",
	  "application/octet-stream;x-port=5505;x-source-port=5506", "AB", 5505,
	  5506, NULL },
	{ "a port that is none", "application/octet-stream;x-port=70000", "AB",
	  0, 0, NULL },
	{ "a service indication", "text/vnd.wap.si;charset=UTF-8", SI_XML, 2948,
	  9200,
	  "01 06 01 AE 02 05 6A 00 45 C6 0C 03 61 2E 65 78 2F 00 01 03 48 69 "
	  "00 01 01" },
	{ "MMS", PUSHED_MMS_TYPE, "\x8C\x82", 2948, 9200,
	  "01 06 03 BE AF 84 8C 82" },
};

static void check_pdu(const struct row *r, const struct smpp_pdu *p)
{
	struct udh h = { 0 };
	size_t used = 0;
	uint8_t raw[256];
	struct bytes want = bytes_of(r->body);

	if (r->hex != NULL)
		want = check_unhex(r->hex, raw, sizeof raw);
	ROW(r, p->data_coding == 4);
	ROW(r, ((p->esm_class & SMPP_ESM_UDHI) != 0) == (r->to != 0));
	if (r->to != 0)
		ROW(r, udh_decode(p->short_message, &h, &used, NULL) == OK);
	ROW(r, h.to_port == r->to && h.from_port == r->from);
	ROW(r, bytes_equal(bytes_after(p->short_message, used), want));
}

static void test_out(void)
{
	struct smpp_pdu p;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct desk k;

		desk_open(&k, r->body, false);
		k.part.type = r->type;
		ROW(r, smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
		check_pdu(r, &p);
		ROW(r, strcmp(desk_lost(&k), "") == 0);
		desk_close(&k);
	}
}

/* A document that is none is refused, not sent as it is. */
static void test_no_document(void)
{
	struct desk k;

	desk_open(&k, "hello", false);
	k.part.type = "text/vnd.wap.si";
	CU_ASSERT(!smpp_depart(&k.d, &k.why));
	CU_ASSERT(k.why.class == OUTCOME_NEVER);
	desk_close(&k);
}

/* The content of a PDU as a message has it, its parts joined. */
static void arrive(const struct smpp_pdu *p, struct arena *a, const char **type,
		   struct buf *body)
{
	struct manner m = desk_manner(true);
	struct smpp_arrival in;

	CU_ASSERT_FATAL(smpp_message_in(p, &m, DESK_NOW, a, &in) == 0);
	CU_ASSERT_FATAL(in.message.n_parts == 1);
	*type = in.message.parts[0].type;
	buf_put(body, in.message.parts[0].body);
}

/* By header and by parameters the type is the same. */
static void test_in(void)
{
	static const struct in_row {
		const char *name;
		unsigned to, from;
		const char *type;
	} in_rows[] = {
		{ "a card", 9204, 0, "text/x-vcard" },
		{ "an event", 9205, 0, "text/calendar" },
		{ "a push", 2948, 9200,
		  "application/octet-stream;x-port=2948;x-source-port=9200" },
		{ "another", 5505, 0, "application/octet-stream;x-port=5505" },
		{ "none", 0, 0, "application/octet-stream" },
	};
	struct arena *a = arena_new(1 << 18);
	struct buf tlvs = BUF_INIT(256), body = BUF_INIT(4096);
	struct buf octets = BUF_INIT(4096);
	const char *type;
	size_t i;

	for (i = 0; i < sizeof in_rows / sizeof *in_rows; i++) {
		const struct in_row *r = &in_rows[i];
		struct smpp_pdu p = desk_pdu();
		struct udh h = { .ports = r->to != 0,
				 .to_port = (uint16_t)r->to,
				 .from_port = (uint16_t)r->from };

		arena_reset(a);
		buf_reset(&tlvs);
		buf_reset(&octets);
		buf_reset(&body);
		p.data_coding = 4;
		CU_ASSERT_FATAL(udh_encode(&h, &octets) == OK);
		buf_text(&octets, "AB");
		p.short_message = buf_bytes(&octets);
		p.esm_class = r->to != 0 ? SMPP_ESM_UDHI : 0;
		arrive(&p, a, &type, &body);
		ROW(r, strcmp(type, r->type) == 0);
		ROW(r, bytes_is(buf_bytes(&body), "AB"));
		if (r->to == 0)
			continue;
		smpp_tlv_put_number(&tlvs, SMPP_TLV_DESTINATION_PORT, r->to, 2);
		if (r->from != 0)
			smpp_tlv_put_number(&tlvs, SMPP_TLV_SOURCE_PORT,
					    r->from, 2);
		p.tlvs = buf_bytes(&tlvs);
		p.esm_class = 0;
		p.short_message = bytes_of("AB");
		arrive(&p, a, &type, &body);
		ROW(r, strcmp(type, r->type) == 0);
	}
	buf_clear(&tlvs);
	buf_clear(&octets);
	buf_clear(&body);
	arena_free(a);
}

/* A long indication: cut, sent, joined and read again. */
static void test_long(void)
{
	static const enum segment_means means[] = { SEGMENT_UDH8, SEGMENT_UDH16,
						    SEGMENT_SAR };
	struct buf xml = BUF_INIT(4096), body = BUF_INIT(4096);
	struct bytes text;
	const char *type;
	struct pushed in;
	unsigned i, n;

	check_repeat(&xml, "<si><indication href=\"http://a.ex/\">", 1, "");
	for (n = 0; n < 50; n++)
		buf_text(&xml, "0123456789");
	buf_text(&xml, "</indication></si>");
	for (i = 0; i < 3; i++) {
		struct smpp_pdu p;
		struct desk k;

		desk_open(&k, "", false);
		k.part.type = "text/vnd.wap.si";
		k.part.body = buf_bytes(&xml);
		k.manner.write.means = means[i];
		CU_ASSERT_FATAL(smpp_depart(&k.d, &k.why));
		buf_reset(&body);
		for (n = 0; desk_pdu_at(&k, n, &p); n++)
			arrive(&p, k.arena, &type, &body);
		CU_ASSERT(n == 5 && n == k.d.of);
		CU_ASSERT_STRING_EQUAL(type,
				       "application/octet-stream;x-port=2948;"
				       "x-source-port=9200");
		CU_ASSERT_FATAL(pushed_read(buf_bytes(&body), k.arena, &in) ==
				OK);
		text = in.text;
		CU_ASSERT(text.n == 500 + 1 + strlen("http://a.ex/"));
		CU_ASSERT(memcmp(text.p, "0123456789", 10) == 0);
		desk_close(&k);
	}
	buf_clear(&xml);
	buf_clear(&body);
}

/* A card in the default alphabet is a card, in one part and in two. */
static void test_text_card(void)
{
	static const struct card_row {
		const char *name, *hex, *type;
	} card_rows[] = {
		{ "whole", "06 05 04 23 F4 00 00 00",
		  "text/x-vcard;charset=UTF-8" },
		{ "an event", "06 05 04 23 F5 00 00 00",
		  "text/calendar;charset=UTF-8" },
		{ "another port", "06 05 04 23 F6 00 00 00",
		  "text/plain;charset=UTF-8" },
		{ "a part", "0B 00 03 01 02 01 05 04 23 F4 00 00 00",
		  "text/plain;charset=gsm7;locking=0;single=0;x-port=9204" },
	};
	struct manner m = desk_manner(true);
	struct arena *a = arena_new(1 << 18);
	struct smpp_arrival in;
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof card_rows / sizeof *card_rows; i++) {
		const struct card_row *r = &card_rows[i];
		struct smpp_pdu p = desk_pdu();
		const struct part *part;

		arena_reset(a);
		p.esm_class = SMPP_ESM_UDHI;
		p.short_message = check_unhex(r->hex, raw, sizeof raw);
		ROW(r, smpp_message_in(&p, &m, DESK_NOW, a, &in) == 0);
		part = in.message.parts;
		ROW(r, strcmp(part->type, r->type) == 0);
		ROW(r, bytes_is(part->body, "@") || in.segment.of == 2);
		ROW(r, in.segment.of == 0 ||
			       strcmp(joined_text_type(part->type),
				      "text/x-vcard;charset=UTF-8") == 0);
	}
	arena_free(a);
}

/* What came for a port by SMPP goes on with the same header. */
static void test_through(void)
{
	struct manner m = desk_manner(true);
	struct smpp_pdu p = desk_pdu(), out;
	struct smpp_arrival in;
	uint8_t raw[64];
	struct desk k;

	desk_open(&k, "", false);
	p.data_coding = 0xF5;
	p.esm_class = SMPP_ESM_UDHI;
	p.short_message = check_unhex("06 05 04 0B 84 23 F1 2A 06 01 AE 02",
				      raw, sizeof raw);
	CU_ASSERT_FATAL(smpp_message_in(&p, &m, DESK_NOW, k.arena, &in) == 0);
	k.leg.message = in.message;
	CU_ASSERT_FATAL(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &out));
	CU_ASSERT(out.data_coding == 0xF5);
	CU_ASSERT(bytes_equal(out.short_message, p.short_message));
	desk_close(&k);
}

static const struct check_test tests[] = { { "out", test_out },
					   { "no document", test_no_document },
					   { "in", test_in },
					   { "a long push", test_long },
					   { "a card as text", test_text_card },
					   { "through", test_through },
					   { NULL, NULL } };

CHECK_MAIN("smpp_ports", tests)
