/*
 * Short messages of SIP devices <-> the neutral form. 3GPP TS 23.040 9.2,
 * 3GPP TS 24.011 8.2.5.4.
 */
#include <string.h>

#include "adapters/sip/contact.h"
#include "adapters/sip/smsip_map.h"
#include "tests/check.h"

#define NOW UINT64_C(1795287960000000) /* 2026-11-21 19:06:00 UTC */

static const uint8_t key[16] = { 7 };

static struct sip_config config_of(void)
{
	return (struct sip_config){
		.domain = "cpm.example",
		.rules = { .home_domain = "cpm.example", .country = "1" },
		.sms_segments = 8,
		.sms_centre = { ADDRESS_E164, "+15550009999" },
	};
}

static bool has(struct bytes in, const char *text)
{
	return in.n == strlen(text) && memcmp(in.p, text, in.n) == 0;
}

/* -- in ------------------------------------------------------------------- */

#define TO "0B 91 51 55 20 00 00 F1 " /* +15550200001 */

static const struct submit_row {
	const char *name, *hex;
	uint8_t cause, tp_cause;
	const char *type, *body;
	int8_t class;
	uint8_t want, of;
	uint64_t lifetime_s;
} submits[] = {
	{ "a text", "01 05 " TO "00 00 02 C8 34", 0, 0,
	  "text/plain;charset=UTF-8", "Hi", -1, 0, 0, 0 },
	{ "a status report is asked for", "21 05 " TO "00 00 02 C8 34", 0, 0,
	  "text/plain;charset=UTF-8", "Hi", -1, WANT_POSITIVE | WANT_NEGATIVE,
	  0, 0 },
	{ "UCS2, class 0", "01 05 " TO "00 18 02 20 AC", 0, 0,
	  "text/plain;charset=UTF-8", "\xE2\x82\xAC", 0, 0, 0, 0 },
	{ "Turkish", "41 05 " TO "00 00 07 03 24 01 01 D8 9C 01", 0, 0,
	  "text/plain;charset=UTF-8", "\xC4\x9F", -1, 0, 0, 0 },
	{ "octets for a port",
	  "41 05 " TO "00 04 09 06 05 04 3E 80 00 00 41 42", 0, 0,
	  "application/octet-stream;x-port=16000", "AB", -1, 0, 0, 0 },
	{ "a part", "41 05 " TO "00 08 08 05 00 03 07 02 01 00 48", 0, 0,
	  "text/plain;charset=utf-16be", NULL, -1, 0, 2, 0 },
	{ "part 1 of 1 is no part",
	  "41 05 " TO "00 08 08 05 00 03 07 01 01 "
	  "00 48",
	  0, 0, "text/plain;charset=UTF-8", "H", -1, 0, 0, 0 },
	{ "an hour", "11 05 " TO "00 00 0B 02 C8 34", 0, 0,
	  "text/plain;charset=UTF-8", "Hi", -1, 0, 0, 3600 },
	{ "no such lifetime", "09 05 " TO "00 00 04 00 00 00 00 00 00 02 C8 34",
	  127, 0xC7, NULL, NULL, -1, 0, 0, 0 },
	{ "over before it began",
	  "19 05 " TO "00 00 02 10 10 00 00 00 00 02 C8 34", 127, 0xC7, NULL,
	  NULL, -1, 0, 0, 0 },
	{ "no recipient", "01 05 00 91 00 00 02 C8 34", 1, 0xC3, NULL, NULL, -1,
	  0, 0, 0 },
	{ "a name is no recipient", "01 05 04 D0 C8 34 00 00 02 C8 34", 1, 0xC3,
	  NULL, NULL, -1, 0, 0, 0 },
	{ "a header that is none", "41 05 " TO "00 08 04 03 00 09 00", 95, 0xFF,
	  NULL, NULL, -1, 0, 0, 0 },
};

static struct smsip_refusal submit(const char *hex, struct arena *a,
				   struct smsip_arrival *out, enum err *e)
{
	static uint8_t octets[256];
	struct sip_config config = config_of();
	struct identity peter = { .user = "peter",
				  .number = { ADDRESS_E164, "+15550100002" } };
	struct request q = { .call_id = "call", .from_tag = "tag", .cseq = 2 };
	struct smsip_submit in = { &config, &peter, &q, NOW };
	struct tpdu t;

	*e = tpdu_decode(check_unhex(hex, octets, sizeof(octets)),
			 TPDU_TO_CENTRE, a, &t, NULL);
	if (*e != OK)
		return (struct smsip_refusal){ 0, 0 };
	return smsip_submit_in(&in, &t, a, out);
}

static void check_submit(const struct submit_row *r,
			 const struct smsip_arrival *v)
{
	const struct message *m = &v->message;
	uint64_t end = r->lifetime_s ? NOW + r->lifetime_s * 1000000 : 0;

	ROW(r, strcmp(m->parts[0].type, r->type) == 0);
	ROW(r, !r->body || has(m->parts[0].body, r->body));
	ROW(r, m->sms_class == r->class && m->want == r->want);
	ROW(r, m->expires_us == end);
	ROW(r, strcmp(m->recipients[0].address.text, "+15550200001") == 0);
	ROW(r, strcmp(m->from.text, "+15550100002") == 0);
	ROW(r, strcmp(message_id_of(m, ID_SMS_REFERENCE), "5 1795287960") == 0);
	ROW(r, m->ids[0].want == r->want);
	ROW(r, v->segment.of == r->of && (v->segment.key.n > 0) == (r->of > 0));
}

static void test_submits(void)
{
	struct arena *a = arena_new(1 << 20);
	struct smsip_arrival v;
	struct smsip_refusal no;
	enum err e;
	size_t i;

	for (i = 0; i < sizeof(submits) / sizeof(submits[0]); i++) {
		const struct submit_row *r = &submits[i];

		arena_reset(a);
		no = submit(r->hex, a, &v, &e);
		ROW(r, e == OK);
		ROW(r, no.cause == r->cause && no.tp_cause == r->tp_cause);
		if (r->cause == 0 && no.cause == 0)
			check_submit(r, &v);
	}
	arena_free(a);
}

/* TP-RD: the same short message whatever MESSAGE brings it. */
static void test_what_repeats(void)
{
	struct arena *a = arena_new(1 << 20);
	struct smsip_arrival one, two, other;
	enum err e;

	CU_ASSERT(submit("05 05 " TO "00 00 02 C8 34", a, &one, &e).cause == 0);
	CU_ASSERT(submit("05 05 " TO "00 00 02 C8 34", a, &two, &e).cause == 0);
	CU_ASSERT(submit("05 06 " TO "00 00 02 C8 34", a, &other, &e).cause ==
		  0);
	CU_ASSERT(bytes_equal(one.dedupe, two.dedupe));
	CU_ASSERT(!bytes_equal(one.dedupe, other.dedupe));
	CU_ASSERT(submit("01 05 " TO "00 00 02 C8 34", a, &two, &e).cause == 0);
	CU_ASSERT(!bytes_equal(one.dedupe, two.dedupe));
	arena_free(a);
}

static void test_memory_ends_in(void)
{
	struct smsip_refusal no = { RPDU_CAUSE_CONGESTION, 0 };
	struct smsip_arrival v;
	struct arena *a;
	enum err e = ERR_NOMEM;
	unsigned n;

	for (n = 1; (no.cause || e == ERR_NOMEM) && n < 100; n++) {
		a = arena_new(1 << 20);
		mem_fail_at(n);
		no = submit(submits[4].hex, a, &v, &e);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		CU_ASSERT(no.cause == 0 || no.cause == RPDU_CAUSE_CONGESTION);
		arena_free(a);
	}
	CU_ASSERT(n > 3 && n < 100);
}

/* -- out ------------------------------------------------------------------ */

static bool plan(const struct leg *leg, struct arena *a, struct smsip_plan *out,
		 struct outcome *why)
{
	struct sip_config config = config_of();
	struct smsip_context c = { &config, NOW, key };

	return smsip_plan_leg(&c, leg, a, out, why);
}

static void make_leg(struct leg *leg, struct part *part, const char *text)
{
	*leg = (struct leg){ .public_id = "q83vEjRWeJCrze8SNFZ4kA",
			     .to = { ADDRESS_E164, "+15550100002" } };
	*part = (struct part){ .type = "text/plain;charset=UTF-8",
			       .body = bytes_of(text) };
	message_init(&leg->message);
	leg->message.from = (struct address){ ADDRESS_E164, "+15550200001" };
	leg->message.asserted = leg->message.from;
	leg->message.submitted_us = NOW;
	leg->message.parts = part;
	leg->message.n_parts = 1;
}

static const struct deliver_row {
	const char *name, *from_hex, *tail_hex, *text;
	struct address from;
} delivers[] = {
	/* 9.2.2.1: MTI, MMS; OA; PID, DCS; SCTS; UDL, UD. */
	{ "from a number",
	  "04 0B 91 51 55 20 00 00 F1",
	  "00 00 62 11 12 91 60 00 00 02 C8 34",
	  "Hi",
	  { ADDRESS_E164, "+15550200001" } },
	{ "from a short code",
	  "04 05 B0 21 43 F5",
	  "00 00 62 11 12 91 60 00 00 02 C8 34",
	  "Hi",
	  { ADDRESS_SHORT, "12345" } },
	{ "from a name",
	  "04 07 D0 C8 B4 BD 0D",
	  "00 00 62 11 12 91 60 00 00 02 C8 34",
	  "Hi",
	  { ADDRESS_ALPHA, "Hivm" } },
	{ "from nobody",
	  "04 00 80",
	  "00 00 62 11 12 91 60 00 00 02 C8 34",
	  "Hi",
	  { ADDRESS_ANONYMOUS, "" } },
	{ "UCS2",
	  "04 0B 91 51 55 20 00 00 F1",
	  "00 08 62 11 12 91 60 00 00 02 04 16",
	  "\xD0\x96",
	  { ADDRESS_E164, "+15550200001" } },
};

static void test_delivers(void)
{
	struct arena *a = arena_new(1 << 20);
	uint8_t octets[64];
	struct smsip_plan p;
	struct outcome why;
	struct part part;
	struct leg leg;
	size_t i, n;

	for (i = 0; i < sizeof(delivers) / sizeof(delivers[0]); i++) {
		const struct deliver_row *r = &delivers[i];

		arena_reset(a);
		make_leg(&leg, &part, r->text);
		leg.message.from = leg.message.asserted = r->from;
		ROW(r, plan(&leg, a, &p, &why) && p.count == 1);
		n = check_unhex(r->from_hex, octets, 32).n;
		n += check_unhex(r->tail_hex, octets + n, 32).n;
		ROW(r,
		    p.count == 1 && bytes_equal(p.tpdus[0],
						(struct bytes){ octets, n }));
	}
	arena_free(a);
}

/* Each attempt has the same parts, and they say what they are. */
static void test_parts(void)
{
	struct arena *a = arena_new(1 << 20);
	struct buf text = BUF_INIT(4096);
	struct smsip_plan p, again;
	struct outcome why;
	struct part part;
	struct leg leg;
	struct tpdu t;
	size_t i;

	check_repeat(&text, "x", 153 * 8, "");
	make_leg(&leg, &part, "");
	part.body = buf_bytes(&text);
	CU_ASSERT_FATAL(plan(&leg, a, &p, &why) && p.count == 8);
	CU_ASSERT_FATAL(plan(&leg, a, &again, &why) && again.count == 8);
	for (i = 0; i < p.count; i++) {
		CU_ASSERT(bytes_equal(p.tpdus[i], again.tpdus[i]));
		CU_ASSERT_FATAL(tpdu_decode(p.tpdus[i], TPDU_TO_DEVICE, a, &t,
					    NULL) == OK);
		CU_ASSERT(t.udhi && t.more == (i < 7));
		CU_ASSERT(t.user.n == 6 + 153 && t.user.p[4] == 8 &&
			  t.user.p[5] == i + 1);
	}
	check_repeat(&text, "x", 153 * 8 + 1, "");
	part.body = buf_bytes(&text);
	CU_ASSERT(!plan(&leg, a, &p, &why) && why.class == OUTCOME_NEVER);
	CU_ASSERT(why.far_code == 513);
	buf_clear(&text);
	arena_free(a);
}

static void test_what_is_not_told(void)
{
	struct arena *a = arena_new(1 << 20);
	struct part part, both[2];
	struct smsip_plan p;
	struct outcome why;
	struct leg leg;

	make_leg(&leg, &part, "<isComposing/>");
	part.type = "application/im-iscomposing+xml";
	CU_ASSERT(plan(&leg, a, &p, &why) && p.count == 0);
	part.type = "image/png";
	leg.message.parts = both;
	leg.message.n_parts = 2;
	both[0] = both[1] = part;
	both[0].type = "text/plain";
	CU_ASSERT(plan(&leg, a, &p, &why) && p.count == 1);
	CU_ASSERT(p.lost != NULL && strcmp(p.lost, "lost=image/png") == 0);
	both[0].type = "application/octet-stream";
	CU_ASSERT(plan(&leg, a, &p, &why) && p.count == 1);
	CU_ASSERT(p.lost != NULL && strcmp(p.lost, "lost=image/png") == 0);
	leg.message.parts = &part;
	leg.message.n_parts = 1;
	CU_ASSERT(!plan(&leg, a, &p, &why) && why.class == OUTCOME_ADDRESS);
	arena_free(a);
}

static const struct report_row {
	const char *name;
	enum delivery_state state;
	size_t count;
	uint8_t status;
} reports[] = {
	{ "delivered", STATE_DELIVERED, 2, 0x00 },
	{ "expired", STATE_EXPIRED, 1, 0x46 },
	{ "deleted", STATE_DELETED, 1, 0x48 },
	{ "undeliverable", STATE_UNDELIVERABLE, 1, 0x43 },
	{ "rejected", STATE_REJECTED, 1, 0x42 },
	{ "not understood", STATE_UNRECOGNISED, 1, 0x41 },
	{ "nobody knows", STATE_UNKNOWN, 1, 0x01 },
	{ "displayed is not told", STATE_DISPLAYED, 0, 0 },
	{ "processed is not told", STATE_PROCESSED, 0, 0 },
};

static void test_reports(void)
{
	struct message_id ids[] = {
		{ ID_CALL, "call", 0 },
		{ ID_SMS_REFERENCE, "5 1795287960", WANT_POSITIVE },
		{ ID_SMS_REFERENCE, "6 1795287961", 0 },
		{ ID_SMS_REFERENCE, "255 1795287962",
		  WANT_POSITIVE | WANT_NEGATIVE },
	};
	struct arena *a = arena_new(1 << 20);
	struct smsip_plan p;
	struct outcome why;
	struct part part;
	struct leg leg;
	struct tpdu t;
	size_t i;

	make_leg(&leg, &part, "Hi");
	leg.message.kind = MESSAGE_REPORT;
	leg.message.ids = ids;
	leg.message.n_ids = 4;
	leg.message.report.recipient = leg.message.from;
	leg.message.report.event_us = NOW + 60000000;
	CU_ASSERT(smsip_is_report(&leg.message));
	for (i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		const struct report_row *r = &reports[i];

		leg.message.report.state = r->state;
		ROW(r, plan(&leg, a, &p, &why) && p.count == r->count);
		if (p.count == 0)
			continue;
		ROW(r, tpdu_decode(p.tpdus[p.count - 1], TPDU_TO_DEVICE, a, &t,
				   NULL) == OK);
		ROW(r, t.kind == TPDU_STATUS_REPORT && t.status == r->status);
		ROW(r,
		    t.reference == 255 && has(t.address.text, "15550200001"));
		ROW(r, memcmp(t.sent, "\x62\x11\x12\x91\x60\x20\x00", 7) == 0);
		ROW(r, memcmp(t.done, "\x62\x11\x12\x91\x70\x00\x00", 7) == 0);
	}
	arena_free(a);
}

static void test_memory_ends_out(void)
{
	struct outcome why = { .class = OUTCOME_LATER };
	struct smsip_plan p;
	struct part part;
	struct leg leg;
	struct arena *a;
	bool good = false;
	unsigned n;

	make_leg(&leg, &part, "Hi");
	for (n = 1; !good && n < 100; n++) {
		a = arena_new(1 << 20);
		mem_fail_at(n);
		good = plan(&leg, a, &p, &why);
		mem_fail_at(0);
		CU_ASSERT(good || why.class == OUTCOME_LATER);
		arena_free(a);
	}
	CU_ASSERT(good && n > 3);
}

/* -- causes --------------------------------------------------------------- */

static const struct cause_row {
	const char *name;
	uint8_t cause, tp_cause; /* 0: no SMS-DELIVER-REPORT            */
	enum outcome_class class;
	enum delivery_state state;
} causes[] = {
	{ "no memory", 22, 0, OUTCOME_ABSENT, STATE_NONE },
	{ "its storage is full", 111, 0xD3, OUTCOME_ABSENT, STATE_NONE },
	{ "the card is full", 22, 0xD0, OUTCOME_ABSENT, STATE_NONE },
	{ "the card's toolkit is busy", 111, 0xD4, OUTCOME_LATER, STATE_NONE },
	{ "temporary", 41, 0, OUTCOME_LATER, STATE_NONE },
	{ "congestion", 42, 0, OUTCOME_LATER, STATE_NONE },
	{ "rejected", 21, 0, OUTCOME_NEVER, STATE_REJECTED },
	{ "no such number", 1, 0, OUTCOME_ADDRESS, STATE_NONE },
	{ "semantically incorrect", 95, 0, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "invalid information", 96, 0, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "protocol error", 111, 0xFF, OUTCOME_NEVER, STATE_UNDELIVERABLE },
	{ "alphabet not supported", 111, 0x90, OUTCOME_NEVER,
	  STATE_UNRECOGNISED },
	{ "one that is reserved", 77, 0, OUTCOME_NEVER, STATE_UNDELIVERABLE },
};

static void test_causes(void)
{
	struct arena *a = arena_new(1 << 20);
	struct outcome o;
	struct tpdu t;
	size_t i;

	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		const struct cause_row *r = &causes[i];

		t = (struct tpdu){ .kind = TPDU_DELIVER_REPORT,
				   .error = true,
				   .cause = r->tp_cause };
		smsip_outcome_of(r->cause, r->tp_cause ? &t : NULL, a, &o);
		ROW(r, o.class == r->class && o.state == r->state);
		ROW(r, (o.far_code & 0xFFFF) == r->cause && o.text != NULL);
	}
	arena_free(a);
}

static const struct refusal_row {
	const char *name;
	enum outcome_class class;
	enum delivery_state state;
	uint8_t cause, tp_cause;
} refusals[] = {
	{ "taken", OUTCOME_ACCEPTED, STATE_NONE, 0, 0 },
	{ "no way there", OUTCOME_ADDRESS, STATE_NONE, 1, 0xC3 },
	{ "the disk is full", OUTCOME_LATER, STATE_NONE, 42, 0xC0 },
	{ "barred", OUTCOME_NEVER, STATE_REJECTED, 21, 0xC4 },
	{ "never", OUTCOME_NEVER, STATE_UNDELIVERABLE, 21, 0xFF },
};

static void test_refusals(void)
{
	struct smsip_refusal no;
	struct outcome o;
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal_row *r = &refusals[i];

		o = (struct outcome){ .class = r->class, .state = r->state };
		no = smsip_refusal_of(&o);
		ROW(r, no.cause == r->cause && no.tp_cause == r->tp_cause);
	}
}

/* -- who takes them ------------------------------------------------------- */

static const struct feature_row {
	const char *name, *features;
	bool sms, messages;
} features[] = {
	{ "nothing", NULL, false, false },
	{ "alone", "+g.3gpp.smsip", true, false },
	{ "with a value", "+g.3gpp.smsip=\"x\"", true, false },
	{ "behind another", "+sip.instance=\"<urn:x>\";+G.3GPP.SMSIP", true,
	  false },
	{ "a longer name", "+g.3gpp.smsip2", false, false },
	{ "the end of another", "+x+g.3gpp.smsip", false, false },
	{ "and CPM",
	  "+g.3gpp.smsip;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims."
	  "icsi.oma.cpm.msg\"",
	  true, true },
	{ "and SIMPLE IM", "+g.oma.sip-im;+g.3gpp.smsip", true, true },
};

static void test_features(void)
{
	size_t i;

	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		const struct feature_row *r = &features[i];
		struct contact c = { .features = r->features };

		ROW(r, contact_has(&c, "+g.3gpp.smsip") == r->sms);
		ROW(r, contact_takes_messages(&c) == r->messages);
	}
}

static const struct check_test tests[] = {
	{ "submits", test_submits },
	{ "what repeats", test_what_repeats },
	{ "memory ends in", test_memory_ends_in },
	{ "delivers", test_delivers },
	{ "parts", test_parts },
	{ "what is not told", test_what_is_not_told },
	{ "reports", test_reports },
	{ "memory ends out", test_memory_ends_out },
	{ "causes", test_causes },
	{ "refusals", test_refusals },
	{ "features", test_features },
	{ NULL, NULL }
};

CHECK_MAIN("sip_smsip", tests)
