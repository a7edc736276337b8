/*
 * Messages and reports between the neutral form and PDUs, without sockets:
 * SMPP v3.4 4.4, 4.6, 5.2; 3GPP TS 23.040 9.2.3.24; 3GPP TS 23.038 4.
 */
#include <string.h>

#include "adapters/smpp/job.h"
#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_map.h"
#include "tests/adapters/smpp_desk.h"

/* One text by each coding. */
static void test_codings_in(void)
{
	static const struct row {
		const char *name;
		uint8_t coding, esm_class;
		const char *hex, *type, *text;
		int sms_class;
	} rows[] = {
		{ "GSM 7-bit", 0, 0, "68 65 6c 6c 6f 20 1b 65",
		  "text/plain;charset=UTF-8", "hello \xe2\x82\xac", -1 },
		{ "flash", 0xF0, 0, "68 69", "text/plain;charset=UTF-8", "hi",
		  0 },
		{ "ASCII", 1, 0, "40", "text/plain;charset=UTF-8", "@", -1 },
		{ "Latin-1", 3, 0, "e7", "text/plain;charset=UTF-8", "\xc3\xa7",
		  -1 },
		{ "UCS2", 8, 0, "04 1f d8 3d de 00", "text/plain;charset=UTF-8",
		  "\xd0\x9f\xf0\x9f\x98\x80", -1 },
		{ "8-bit", 4, 0, "41 42", "application/octet-stream", "AB",
		  -1 },
		{ "8-bit for a port", 4, 0x40, "06 05 04 0b 84 23 f0 41",
		  "application/octet-stream;x-port=2948;x-source-port="
		  "9200",
		  "A", -1 },
		{ "vCard", 4, 0x40, "06 05 04 23 f4 00 00 41", "text/x-vcard",
		  "A", -1 },
		{ "empty", 0, 0, "", "text/plain;charset=UTF-8", "", -1 },
	};
	struct manner m = desk_manner(true);
	struct arena *a = arena_new(65536);
	struct smpp_arrival out;
	uint8_t octets[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		struct smpp_pdu p = desk_pdu();

		p.data_coding = r->coding;
		p.esm_class = r->esm_class;
		p.short_message = check_unhex(r->hex, octets, sizeof octets);
		arena_reset(a);
		ROW(r, smpp_message_in(&p, &m, DESK_NOW, a, &out) == ESME_ROK);
		ROW(r, strcmp(out.message.parts[0].type, r->type) == 0);
		ROW(r, bytes_is(out.message.parts[0].body, r->text));
		ROW(r, out.message.sms_class == r->sms_class);
		ROW(r, out.segment.of == 0);
	}
	arena_free(a);
}

/* Ten days ahead at most: see desk_manner(). */
static void test_schedule_in(void)
{
	struct manner m = desk_manner(true);
	struct arena *a = arena_new(65536);
	struct smpp_pdu p = desk_pdu();
	struct smpp_arrival out;

	p.schedule_delivery_time = bytes_of("000010000000000R");
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) == ESME_ROK);
	p.schedule_delivery_time = bytes_of("000010000001000R");
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) == ESME_RINVSCHED);
	arena_free(a);
}

static void test_fields_in(void)
{
	struct manner m = desk_manner(true);
	struct arena *a = arena_new(65536);
	struct buf tlvs = BUF_INIT(256);
	struct smpp_pdu p = desk_pdu();
	struct smpp_arrival out;

	p.validity_period = bytes_of("000003000000000R");
	p.schedule_delivery_time = bytes_of("251120220000000+");
	p.priority_flag = 2;
	p.service_type = bytes_of("a\001b");
	p.protocol_id = 0x32;
	smpp_tlv_put_number(&tlvs, SMPP_TLV_USER_MESSAGE_REFERENCE, 513, 2);
	smpp_tlv_put(&tlvs, 0x1401, bytes_of("vendor"));
	p.tlvs = buf_bytes(&tlvs);
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) == ESME_ROK);
	CU_ASSERT(out.message.expires_us ==
		  DESK_NOW + UINT64_C(3) * 86400 * 1000000);
	CU_ASSERT(out.message.earliest_us ==
		  DESK_NOW + UINT64_C(3600) * 1000000);
	CU_ASSERT(out.message.priority == PRIORITY_HIGH);
	CU_ASSERT_STRING_EQUAL(out.message.service_type, "a?b");
	CU_ASSERT_STRING_EQUAL(message_id_of(&out.message, ID_SMPP_REFERENCE),
			       "513");
	CU_ASSERT(bytes_is(message_extra(&out.message, "smpp.tlv.1401"),
			   "vendor"));
	CU_ASSERT(message_extra(&out.message, "smpp.protocol_id").n == 1);
	p.validity_period = bytes_of("251120205900000+");
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) ==
		  ESME_RINVEXPIRY);
	p.validity_period = bytes_of("251120213000000+");
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) == ESME_RINVSCHED);
	p = desk_pdu();
	p.priority_flag = 4;
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) ==
		  ESME_RINVPRTFLG);
	p = desk_pdu();
	p.dest.ton = 9;
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) ==
		  ESME_RINVDSTTON);
	p = desk_pdu();
	p.source.ton = 9;
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) ==
		  ESME_RINVSRCTON);
	p = desk_pdu();
	p.esm_class = SMPP_ESM_UDHI;
	p.short_message = bytes_of("\x05\x00");
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) ==
		  ESME_RINVMSGLEN);
	buf_clear(&tlvs);
	arena_free(a);
}

/* 5.2.6: NPI 14 and 18, and any text with an @, name somebody at a domain. */
static void test_uris_in(void)
{
	static const struct row {
		const char *name;
		uint8_t ton, npi;
		const char *text;
		uint32_t status;
		const char *want;
	} uris[] = {
		{ "NPI 14", 0, 14, "user@x.org", ESME_ROK, "sip:user@x.org" },
		{ "NPI 18", 5, 18, "u.v@X.org", ESME_ROK, "sip:u.v@x.org" },
		{ "no NPI", 0, 0, "user@x.org", ESME_ROK, "sip:user@x.org" },
		{ "a scheme", 0, 14, "sip:user@x.org", ESME_ROK,
		  "sip:user@x.org" },
		{ "a number", 0, 14, "tel:+15550200001", ESME_ROK,
		  "+15550200001" },
		{ "a number's domain", 0, 14, "+15550200001@x.org", ESME_ROK,
		  "+15550200001" },
		{ "mail", 0, 14, "mailto:user@x.org", 0x0A, NULL },
		{ "no URI for SIP", 0, 14, "a b@x.org", 0x0A, NULL },
		{ "another scheme", 0, 14, "ftp://x.org", 0x0A, NULL },
	};
	struct manner m = desk_manner(true);
	struct arena *a = arena_new(65536);
	struct smpp_arrival out;
	size_t i;

	for (i = 0; i < sizeof uris / sizeof uris[0]; i++) {
		const struct row *r = &uris[i];
		struct smpp_pdu p = desk_pdu();

		p.source = (struct smpp_address){ r->ton, r->npi,
						  bytes_of(r->text) };
		ROW(r, smpp_message_in(&p, &m, DESK_NOW, a, &out) == r->status);
		ROW(r, r->want == NULL ||
			       strcmp(out.message.from.text, r->want) == 0);
		p.dest = p.source;
		p.source = desk_pdu().source;
		ROW(r, (smpp_message_in(&p, &m, DESK_NOW, a, &out) ==
			ESME_ROK) == (r->want != NULL));
		ROW(r, r->want == NULL ||
			       strcmp(out.message.recipients[0].address.text,
				      r->want) == 0);
	}
	arena_free(a);
}

/* Parts by each means: 16-bit reference, SAR, and both at once. */
static void test_joining_in(void)
{
	struct manner m = desk_manner(false);
	struct arena *a = arena_new(65536);
	struct buf tlvs = BUF_INIT(256);
	struct smpp_pdu p = desk_pdu();
	struct smpp_arrival out;
	uint8_t octets[32];

	p.esm_class = SMPP_ESM_UDHI;
	p.short_message = check_unhex("06 08 04 12 34 02 01 41", octets, 32);
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) == ESME_ROK);
	CU_ASSERT(out.segment.part == 1 && out.segment.of == 2);
	CU_ASSERT(bytes_is(out.message.parts[0].body, "A"));
	/* 9.2.3.24.1: part 0 is no part. */
	p.short_message = check_unhex("06 08 04 12 34 02 00 41", octets, 32);
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) == ESME_ROK);
	CU_ASSERT(out.segment.of == 0);
	smpp_tlv_put_number(&tlvs, SMPP_TLV_SAR_MSG_REF_NUM, 0x1234, 2);
	smpp_tlv_put_number(&tlvs, SMPP_TLV_SAR_TOTAL_SEGMENTS, 3, 1);
	smpp_tlv_put_number(&tlvs, SMPP_TLV_SAR_SEGMENT_SEQNUM, 3, 1);
	p = desk_pdu();
	p.tlvs = buf_bytes(&tlvs);
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) == ESME_ROK);
	CU_ASSERT(out.segment.part == 3 && out.segment.of == 3);
	p.esm_class = SMPP_ESM_UDHI;
	p.short_message = check_unhex("06 08 04 12 34 02 01 41", octets, 32);
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &out) ==
		  ESME_RINVOPTPARAMVAL);
	buf_clear(&tlvs);
	arena_free(a);
}

/* -- out ----------------------------------------------------------------- */

static void test_lengths_out(void)
{
	static const struct row {
		const char *name;
		enum segment_means means;
		unsigned count, parts;
		uint8_t esm_class;
	} rows[] = {
		{ "160 are one", SEGMENT_UDH8, 160, 1, 0x00 },
		{ "161 are two", SEGMENT_UDH8, 161, 2, 0x40 },
		{ "16-bit reference", SEGMENT_UDH16, 305, 3, 0x40 },
		{ "SAR", SEGMENT_SAR, 161, 2, 0x00 },
		{ "payload", SEGMENT_PAYLOAD, 400, 1, 0x00 },
	};
	char text[512];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		struct smpp_pdu p;
		struct desk k;
		struct bytes v;

		memset(text, 'a', sizeof text);
		text[r->count] = 0;
		desk_open(&k, text, false);
		k.manner.write.means = r->means;
		ROW(r, smpp_depart(&k.d, &k.why));
		ROW(r, k.d.of == r->parts && k.progress.of == r->parts);
		ROW(r, desk_pdu_at(&k, r->parts - 1, &p) &&
			       !desk_pdu_at(&k, r->parts, &p));
		ROW(r, desk_pdu_at(&k, 0, &p) && p.esm_class == r->esm_class);
		ROW(r, smpp_tlv_find(p.tlvs, SMPP_TLV_SAR_MSG_REF_NUM, &v) ==
			       (r->means == SEGMENT_SAR));
		ROW(r, smpp_tlv_find(p.tlvs, SMPP_TLV_MESSAGE_PAYLOAD, &v) ==
			       (r->means == SEGMENT_PAYLOAD));
		ROW(r, smpp_tlv_find(p.tlvs, SMPP_TLV_MORE_MESSAGES_TO_SEND,
				     &v) == (r->parts > 1));
		desk_close(&k);
	}
}

/* What cannot go this way, and whose fault it is. */
static void test_no_way(void)
{
	static const struct row {
		const char *name;
		enum address_kind kind;
		const char *to, *type;
		uint64_t expires_us;
		enum outcome_class class;
	} rows[] = {
		{ "no number", ADDRESS_SIP, "sip:a@cpm.example",
		  "text/plain;charset=UTF-8", 0, OUTCOME_ADDRESS },
		{ "a picture", ADDRESS_E164, "+15550200001", "image/png", 0,
		  OUTCOME_ADDRESS },
		{ "expired", ADDRESS_E164, "+15550200001",
		  "text/plain;charset=UTF-8", DESK_NOW, OUTCOME_NEVER },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct desk k;

		desk_open(&k, "x", false);
		k.leg.to = (struct address){ rows[i].kind, rows[i].to };
		k.part.type = rows[i].type;
		k.leg.message.expires_us = rows[i].expires_us;
		ROW(&rows[i], !smpp_depart(&k.d, &k.why));
		ROW(&rows[i], k.why.class == rows[i].class);
		ROW(&rows[i], k.pdus.n == 0);
		desk_close(&k);
	}
}

/* SMPP v3.4 5.2.5 */
static const struct sender {
	const char *name;
	struct address from, asserted;
	const char *display;
	uint8_t ton;
	const char *digits;
} senders[] = {
	{ "a number",
	  { ADDRESS_E164, "+15550100001" },
	  { 0 },
	  NULL,
	  1,
	  "15550100001" },
	{ "a short code", { ADDRESS_SHORT, "12345" }, { 0 }, NULL, 3, "12345" },
	{ "a name", { ADDRESS_ALPHA, "News" }, { 0 }, NULL, 5, "News" },
	{ "SIP with a number",
	  { ADDRESS_SIP, "sip:mary@cpm.example" },
	  { ADDRESS_E164, "+15550100001" },
	  NULL,
	  1,
	  "15550100001" },
	{ "SIP without",
	  { ADDRESS_SIP, "sip:mary@cpm.example" },
	  { 0 },
	  NULL,
	  5,
	  "mary" },
	{ "SIP with a display name",
	  { ADDRESS_SIP, "sip:m@cpm.example" },
	  { 0 },
	  "Mary Ellen Moore",
	  5,
	  "Mary Ellen" },
	{ "anonymous",
	  { ADDRESS_ANONYMOUS, "" },
	  { ADDRESS_E164, "+15550100001" },
	  NULL,
	  0,
	  "" },
};

static void test_senders_out(void)
{
	struct smpp_pdu p;
	size_t i;

	for (i = 0; i < sizeof senders / sizeof senders[0]; i++) {
		struct desk k;

		desk_open(&k, "x", false);
		k.leg.message.from = senders[i].from;
		k.leg.message.asserted = senders[i].asserted;
		k.leg.message.from_name = senders[i].display;
		ROW(&senders[i],
		    smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
		ROW(&senders[i], p.source.ton == senders[i].ton);
		ROW(&senders[i], bytes_is(p.source.digits, senders[i].digits));
		desk_close(&k);
	}
}

/* What is sent when a coding was refused: 08, if it can be. */
static void test_ucs2_out(void)
{
	static const struct row {
		const char *name, *text;
		int8_t class;
		uint8_t without;
		const char *octets;
		uint8_t coding;
		bool last;
	} codings[] = {
		{ "default", "a", -1, 0, "61", 0x00, false },
		{ "with a class", "a", 1, 0, "61", 0xF1, false },
		{ "UCS2 by itself", "ж", -1, 0, "04 36", 0x08, true },
		{ "as UCS2", "a€", -1, SMPP_AS_UCS2, "00 61 20 AC", 0x08,
		  true },
		{ "as UCS2 without its class", "a", 1, SMPP_AS_UCS2, "00 61",
		  0x08, true },
	};
	struct smpp_pdu p;
	uint8_t octets[8];
	size_t i;

	for (i = 0; i < sizeof codings / sizeof codings[0]; i++) {
		const struct row *r = &codings[i];
		struct desk k;

		desk_open(&k, r->text, false);
		k.leg.message.sms_class = r->class;
		k.progress.without = r->without;
		ROW(r, smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
		ROW(r, p.data_coding == r->coding);
		ROW(r, bytes_equal(p.short_message,
				   check_unhex(r->octets, octets, 8)));
		ROW(r, k.d.coding_last == r->last);
		desk_close(&k);
	}
}

static void test_content_out(void)
{
	struct smpp_pdu p;
	struct desk k;

	desk_open(&k, "hello", false);
	k.leg.message.subject = "Subject";
	CU_ASSERT(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(bytes_is(p.short_message, "Subject\nhello"));
	desk_close(&k);
	desk_open(&k, "A", false);
	k.part.type = "application/octet-stream;x-port=2948";
	CU_ASSERT(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(p.data_coding == 4 && p.esm_class == SMPP_ESM_UDHI);
	CU_ASSERT(p.short_message.n == 8 && p.short_message.p[7] == 'A');
	CU_ASSERT(p.short_message.p[3] == 0x0b && p.short_message.p[4] == 0x84);
	desk_close(&k);
	desk_open(&k, "\xd0\x9f", false);
	k.leg.message.sms_class = 0;
	CU_ASSERT(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(p.data_coding == 8 && p.short_message.n == 2);
	desk_close(&k);
	desk_open(&k, "\xe7", false);
	k.part.type = "text/plain; charset=iso-8859-1";
	k.manner.write.latin1 = true;
	CU_ASSERT(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(p.data_coding == 3 && p.short_message.p[0] == 0xe7);
	desk_close(&k);
}

/* A job's life by hand: two of three taken, one lost, then nothing else. */
static void test_job(void)
{
	static const enum outcome_class lost[] = { OUTCOME_LINK,
						   OUTCOME_UNANSWERED };
	struct jobs pool = { 0 };
	struct outcome out;
	struct bytes pdu;
	struct smpp_pdu yes = { .command_id = SMPP_SUBMIT_SM_RESP,
				.message_id = bytes_of("M") };
	unsigned i, segment;
	struct job *j;
	struct desk k;
	char text[400];

	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = 0;
	for (i = 0; i < 2; i++) {
		desk_open(&k, text, false);
		j = job_new(&pool, &k.d, &k.why);
		CU_ASSERT_FATAL(j != NULL);
		while (job_peek(j, &pdu, &segment))
			job_sent(j, segment);
		CU_ASSERT(j->of == 3 && j->sent == 3 && !job_settled(j));
		job_answer(j, 2, &yes, &k.manner);
		job_answer(j, 0, &yes, &k.manner);
		job_lost(j, 1, i == 1);
		CU_ASSERT(job_settled(j));
		CU_ASSERT(job_outcome(j, "smsc-a", k.arena, &k.scratch,
				      &out) == OK);
		CU_ASSERT(out.class == lost[i] && out.n_far_ids == 2);
		CU_ASSERT(out.progress.n > 0);
		job_free(&pool, j);
		desk_close(&k);
	}
	jobs_clear(&pool);
}

/* A segment that can never arrive: what is not sent stays here. */
static void test_job_stops(void)
{
	struct smpp_pdu no = { .command_id = SMPP_SUBMIT_SM_RESP,
			       .command_status = ESME_RINVDSTADR };
	struct jobs pool = { 0 };
	struct outcome out;
	struct bytes pdu;
	unsigned segment = 0;
	struct job *j;
	struct desk k;
	char text[400];

	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = 0;
	desk_open(&k, text, false);
	j = job_new(&pool, &k.d, &k.why);
	CU_ASSERT_FATAL(j != NULL && job_peek(j, &pdu, &segment));
	job_sent(j, segment);
	job_answer(j, segment, &no, &k.manner);
	CU_ASSERT(job_settled(j) && !job_peek(j, &pdu, &segment));
	CU_ASSERT(job_outcome(j, "smsc-a", k.arena, &k.scratch,
				      &out) == OK);
	CU_ASSERT(out.class == OUTCOME_ADDRESS);
	CU_ASSERT(out.far_code == ESME_RINVDSTADR);
	CU_ASSERT_STRING_EQUAL(out.text, "ESME_RINVDSTADR");
	job_free(&pool, j);
	jobs_clear(&pool);
	desk_close(&k);
}

/* Without memory nothing is said that is not so. */
static void test_no_memory(void)
{
	struct jobs pool = { 0 };
	struct smpp_arrival in;
	struct smpp_pdu p = desk_pdu();
	struct manner m = desk_manner(true);
	unsigned i, failed = 0;
	struct job *j;
	struct desk k;

	p.short_message = bytes_of("hello");
	for (i = 1; i < 20; i++) {
		desk_open(&k, "hello", false);
		mem_fail_at(i);
		j = job_new(&pool, &k.d, &k.why);
		mem_fail_at(0);
		if (j == NULL)
			failed++;
		CU_ASSERT(j != NULL || k.why.class == OUTCOME_LATER ||
			  k.why.class == OUTCOME_NEVER);
		job_free(&pool, j);
		jobs_clear(&pool);
		arena_reset(k.arena);
		mem_fail_at(i);
		if (smpp_message_in(&p, &m, DESK_NOW, k.arena, &in) != ESME_ROK)
			failed++;
		mem_fail_at(0);
		desk_close(&k);
	}
	CU_ASSERT(failed > 0);
}

/* 7.1.1: absolute, or relative for one attempt; an ESME gets none. */
static void test_validity_out(void)
{
	static const struct row {
		const char *name;
		uint64_t expires_us;
		bool once, server;
		const char *want;
	} rows[] = {
		{ "none", 0, false, false, "" },
		{ "until then", DESK_NOW + 60000000, false, false,
		  "251120210100000+" },
		{ "one attempt", 0, true, false, "000000000100000R" },
		{ "one attempt, until then", DESK_NOW + 1, true, false,
		  "000000000100000R" },
		{ "to an ESME", DESK_NOW + 1, true, true, "" },
	};
	struct smpp_pdu p;
	struct desk k;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];

		desk_open(&k, "hi", r->server);
		k.leg.message.expires_us = r->expires_us;
		k.leg.message.once = r->once;
		ROW(r, smpp_depart(&k.d, &k.why));
		CU_ASSERT_FATAL(desk_pdu_at(&k, 0, &p));
		ROW(r, bytes_is(p.validity_period, r->want));
		desk_close(&k);
	}
}

static const struct check_test tests[] = { { "codings in", test_codings_in },
					   { "fields in", test_fields_in },
					   { "schedule in", test_schedule_in },
					   { "parts in", test_joining_in },
					   { "URIs in", test_uris_in },
					   { "lengths out", test_lengths_out },
					   { "no way out", test_no_way },
					   { "senders out", test_senders_out },
					   { "UCS2 out", test_ucs2_out },
					   { "content out", test_content_out },
					   { "validity out", test_validity_out },
					   { "a job", test_job },
					   { "a job that stops",
					     test_job_stops },
					   { "no memory", test_no_memory },
					   { NULL, NULL } };

CHECK_MAIN("smpp text", tests)
