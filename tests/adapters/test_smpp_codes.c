/*
 * What the network said of a failure, and when: from an SMSC's receipt to the
 * one that an ESME gets. SMPP v3.4 5.3.2.31, appendix B.
 */
#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_out.h"
#include "codecs/smpp_receipt.h"
#include "tests/check.h"

#define ARENA_MAX 65536
#define MINUTE	  UINT64_C(60000000)
#define HOUR	  (60 * MINUTE)
#define NINE_PM	  UINT64_C(1763672400000000)	/* 2025-11-20 21:00:00 UTC */

static const struct error_row {
	const char *name, *tlv, *err;
	enum smpp_state state;
	const char *error;	/* NULL: none is known */
	const char *told;
	bool tlv_told;
} error_rows[] = {
	{ "GSM 45", "\3\0\55", "000", 5, "045", "045", true },
	{ "GSM 1", "\3\0\1", "000", 5, "001", "001", true },
	{ "no error in it", "\3\0\0", "000", 5, "000", "000", true },
	{ "no error in it, but in the text", "\3\0\0", "045", 5, "045", "045",
	  true },
	{ "ANSI-136, 256", "\1\1\0", "000", 5, "256", "256", true },
	{ "more than three digits", "\3\4\322", "000", 5, "1234", "234",
	  true },
	{ "text alone", NULL, "045", 5, "045", "045", false },
	{ "one digit", NULL, "1", 3, "1", "1", false },
	{ "no number", NULL, "21b", 8, "21b", "21b", false },
	{ "accepted", "\3\0\55", "000", 6, "045", "045", true },
	{ "on its way", "\3\0\55", "000", 1, "045", "045", true },
	{ "delivered", "\3\0\0", "000", 2, "000", "000", false },
	{ "nothing", NULL, NULL, 5, NULL, "000", false },
};

static struct smpp_pdu receipt(const struct error_row *r, struct buf *text,
			       struct buf *tlvs)
{
	struct smpp_pdu p = { .command_id = SMPP_DELIVER_SM,
			      .esm_class = SMPP_ESM_TYPE_RECEIPT };

	buf_reset(text);
	buf_reset(tlvs);
	buf_printf(text, "id:427 stat:%s", smpp_state_stat(r->state));
	if (r->err != NULL)
		buf_printf(text, " err:%s", r->err);
	if (r->tlv != NULL)
		smpp_tlv_put(tlvs, SMPP_TLV_NETWORK_ERROR_CODE,
			     (struct bytes){ (const uint8_t *)r->tlv, 3 });
	p.short_message = buf_bytes(text);
	p.tlvs = buf_bytes(tlvs);
	return p;
}

/* The receipt that an ESME gets of such a report, and what is in it. */
static bool told(const struct report *report, struct buf *pdus,
		 struct smpp_pdu *p, struct smpp_receipt *text)
{
	static const uint8_t key[16] = { 1 };
	struct buf scratch = BUF_INIT(4096);
	struct arena *a = arena_new(ARENA_MAX);
	struct manner manner = { .server = true };
	struct progress progress = { 0 };
	struct leg leg = { .to = { ADDRESS_E164, "+15550100001" } };
	struct departure d = { .leg = &leg,
			       .manner = &manner,
			       .progress = &progress,
			       .id_key = key,
			       .arena = a,
			       .scratch = &scratch,
			       .pdus = pdus };
	struct outcome why;
	bool good;

	message_init(&leg.message);
	leg.message.kind = MESSAGE_REPORT;
	leg.message.want = WANT_NEGATIVE | WANT_POSITIVE | WANT_INTERMEDIATE;
	leg.message.report = *report;
	leg.message.report.recipient =
		(struct address){ ADDRESS_E164, "+15550200001" };
	buf_reset(pdus);
	good = smpp_depart(&d, &why) &&
	       smpp_pdu_decode(buf_bytes(pdus), p, NULL) == OK &&
	       smpp_receipt_decode(p->short_message, text, NULL) == OK;
	buf_clear(&scratch);
	arena_free(a);
	return good;
}

static void check_told(const struct error_row *row, const struct far_report *r)
{
	struct report report = { .state = r->state,
				 .far_code = r->far_code,
				 .error = r->error };
	struct buf pdus = BUF_INIT(4096);
	struct smpp_receipt text;
	struct smpp_pdu p;
	struct bytes v;
	bool any;

	if (!told(&report, &pdus, &p, &text)) {
		ROW(row, false);
		return;
	}
	ROW(row, bytes_is(text.err, row->told));
	any = smpp_tlv_find(p.tlvs, SMPP_TLV_NETWORK_ERROR_CODE, &v);
	ROW(row, any == row->tlv_told);
	ROW(row, !any || (v.n == 3 && memcmp(v.p, row->tlv, 3) == 0));
	buf_clear(&pdus);
}

static void test_errors(void)
{
	struct buf text = BUF_INIT(256), tlvs = BUF_INIT(256);
	struct arena *a = arena_new(ARENA_MAX);
	struct manner m = { .peer = "smsc-a" };
	struct far_report r;
	struct smpp_pdu p;
	size_t i;

	for (i = 0; i < sizeof error_rows / sizeof error_rows[0]; i++) {
		const struct error_row *row = &error_rows[i];

		p = receipt(row, &text, &tlvs);
		ROW(row, smpp_report_in(&p, &m, NINE_PM, a, &r) == OK);
		ROW(row, (r.error == NULL) == (row->error == NULL));
		ROW(row, r.error == NULL || strcmp(r.error, row->error) == 0);
		check_told(row, &r);
	}
	buf_clear(&text);
	buf_clear(&tlvs);
	arena_free(a);
}

/* What no network said has no network_error_code. */
static const struct cause {
	const char *name;
	uint32_t far_code;
	const char *err;
} causes[] = {
	{ "SIP 603", 603, "603" },
	{ "ESME_RX_P_APPN", ESME_RX_P_APPN, "101" },
	{ "a vendor's", 0x400, "400" },
	{ "a vendor's last", 0x4FF, "4FF" },
	{ "a reserved one", 0x0003002D, "02D" },
	{ "no code", 0, "000" },
};

static void test_causes(void)
{
	struct buf pdus = BUF_INIT(4096);
	struct smpp_receipt text;
	struct smpp_pdu p;
	struct bytes v;
	size_t i;

	for (i = 0; i < sizeof causes / sizeof causes[0]; i++) {
		struct report r = { .state = STATE_UNDELIVERABLE,
				    .far_code = causes[i].far_code };

		if (!told(&r, &pdus, &p, &text)) {
			ROW(&causes[i], false);
			continue;
		}
		ROW(&causes[i], bytes_is(text.err, causes[i].err));
		ROW(&causes[i], !smpp_tlv_find(p.tlvs,
					       SMPP_TLV_NETWORK_ERROR_CODE,
					       &v));
	}
	buf_clear(&pdus);
}

/* Appendix B: by the SMSC's own clock, in minutes. */
static const struct date_row {
	const char *name, *done;
	int ahead_s;
	uint64_t now_us, event_us;
} date_rows[] = {
	{ "an hour ago", "2511202100", 0, NINE_PM + HOUR, NINE_PM },
	{ "with seconds", "251120205930", 0, NINE_PM + HOUR,
	  NINE_PM - MINUTE / 2 },
	{ "ahead of UTC", "2511202230", 5400, NINE_PM + HOUR, NINE_PM },
	{ "behind UTC", "2511201800", -10800, NINE_PM + HOUR, NINE_PM },
	{ "in this minute", "2511202100", 0, NINE_PM + 7000000,
	  NINE_PM + 7000000 },
	{ "to come", "2511202101", 0, NINE_PM, NINE_PM + MINUTE },
	{ "none", "0000000000", 0, NINE_PM, NINE_PM },
	{ "no date", "2513322561", 0, NINE_PM, NINE_PM },
	{ "before 1970", "6001010000", 0, NINE_PM, NINE_PM },
};

static void test_dates(void)
{
	struct buf text = BUF_INIT(256);
	struct arena *a = arena_new(ARENA_MAX);
	struct far_report r;
	size_t i;

	for (i = 0; i < sizeof date_rows / sizeof date_rows[0]; i++) {
		const struct date_row *row = &date_rows[i];
		struct manner m = { .peer = "smsc-a",
				    .receipt_ahead_s = row->ahead_s };
		struct smpp_pdu p = { .command_id = SMPP_DELIVER_SM,
				      .esm_class = SMPP_ESM_TYPE_RECEIPT };

		buf_reset(&text);
		buf_printf(&text, "id:427 done date:%s stat:DELIVRD",
			   row->done);
		p.short_message = buf_bytes(&text);
		ROW(row, smpp_report_in(&p, &m, row->now_us, a, &r) == OK);
		ROW(row, r.event_us == row->event_us);
	}
	buf_clear(&text);
	arena_free(a);
}

static const struct check_test tests[] = { { "errors of networks",
					     test_errors },
					   { "causes of our own", test_causes },
					   { "when it was", test_dates },
					   { NULL, NULL } };

CHECK_MAIN("smpp codes", tests)
