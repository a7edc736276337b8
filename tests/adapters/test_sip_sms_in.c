/*
 * cpmgw-sip as a program: what devices send to their service centre. 3GPP TS
 * 24.341 5.3.3.3, 3GPP TS 24.011 7.3.
 */
#include <stdio.h>
#include <string.h>

#include "tests/adapters/sip_phone.h"

/* RP-DATA 9 with an SMS-SUBMIT of TP-MR 5 to +15550200001: "Hi". */
static const uint8_t data[] = { 0x00, 0x09, 0x00, 0x07, 0x91, 0x51, 0x55,
				0x00, 0x90, 0x99, 0xF9, 0x0F, 0x21, 0x05,
				0x0B, 0x91, 0x51, 0x55, 0x20, 0x00, 0x00,
				0xF1, 0x00, 0x00, 0x02, 0xC8, 0x34 };

/* Sends it, with the credentials of before; the engine has it then. */
static uint64_t hand_in(struct world *w, struct device_socket *d,
			const struct device_request *r, struct intake *v)
{
	struct world_frame *f;

	device_ask(d, r);
	f = world_wait(w, FRAME_INTAKE);
	CU_ASSERT_FATAL(f != NULL && intake_read(f->payload, v) == OK);
	return f->ref;
}

/* The RP message behind the 202. */
static const uint8_t *take_answer(struct device_socket *d)
{
	CU_ASSERT_FATAL(device_await(d));
	CU_ASSERT(device_status(d) == 202);
	CU_ASSERT_FATAL(device_await(d));
	CU_ASSERT_STRING_EQUAL(device_header(d, "In-Reply-To"),
			       "from-the-telephone");
	CU_ASSERT_STRING_EQUAL(device_header(d, "Content-Type"), PHONE_TYPE);
	return (const uint8_t *)device_body(d);
}

/* Acknowledged when the engine has it on disk, and not before. */
static void test_submitted(void)
{
	struct device_request r = phone_request(data, sizeof(data), NULL);
	struct device_socket d;
	struct message m;
	const uint8_t *rp;
	struct intake v;
	struct world w;
	uint64_t ref;

	phone_start(&w, &d, false);
	ref = hand_in(&w, &d, &r, &v);
	CU_ASSERT(!v.native && v.segment.of == 0);
	CU_ASSERT_FATAL(message_read(v.message, w.arena, &m, NULL) == OK);
	CU_ASSERT_STRING_EQUAL(m.from.text, "+15550100001");
	CU_ASSERT_STRING_EQUAL(m.recipients[0].address.text, "+15550200001");
	CU_ASSERT(bytes_is(m.parts[0].body, "Hi"));
	CU_ASSERT(m.want == (WANT_POSITIVE | WANT_NEGATIVE));
	CU_ASSERT(device_silent(&d, 30));
	world_accept(&w, ref);
	rp = take_answer(&d);
	/* RP-ACK 9, SMS-SUBMIT-REPORT without parameters but TP-SCTS. */
	CU_ASSERT(memcmp(rp, "\x03\x09\x41\x09\x01\x00", 6) == 0);
	device_reply(&d, 200, NULL);
	CU_ASSERT(world_wait(&w, FRAME_TRACE) != NULL);
	sample_finish(&w, &d);
}

static void test_not_submitted(void)
{
	static const struct outcome nowhere = { .class = OUTCOME_ADDRESS };
	struct device_request r = phone_request(data, sizeof(data), NULL);
	struct device_socket d;
	const uint8_t *rp;
	struct intake v;
	struct world w;

	phone_start(&w, &d, true);
	world_outcome(&w, FRAME_REFUSED, hand_in(&w, &d, &r, &v), &nowhere);
	rp = take_answer(&d);
	/* RP-ERROR 9, unassigned number; TP-FCS: invalid SME address. */
	CU_ASSERT(memcmp(rp, "\x05\x09\x01\x01\x41\x0A\x01\xC3\x00", 9) == 0);
	device_reply(&d, 200, NULL);
	sample_finish(&w, &d);
}

/* Whoever had no room is tried again; and is told so. */
static void test_memory_available(void)
{
	struct device_request r = phone_request("\x06\x2A", 2, NULL);
	struct device_socket d;
	const uint8_t *rp;
	struct outcome o;
	struct sample s;
	struct world w;
	char call_id[64];
	uint8_t reference;

	phone_start(&w, &d, false);
	CU_ASSERT(world_wait(&w, FRAME_AVAILABLE) != NULL);
	sample_init(&s, 31);
	world_leg(&w, &s.leg);
	reference = phone_take(&d, call_id);
	device_reply(&d, 200, NULL);
	phone_refuse(&d, reference, 22, call_id);
	CU_ASSERT(world_answer(&w, 31, &o) && o.class == OUTCOME_ABSENT);
	CU_ASSERT(world_silent(&w, FRAME_AVAILABLE, 30));
	device_ask(&d, &r);
	rp = take_answer(&d);
	CU_ASSERT(rp[0] == 3 && rp[1] == 0x2A);
	CU_ASSERT(world_wait(&w, FRAME_AVAILABLE) != NULL);
	device_reply(&d, 200, NULL);
	sample_finish(&w, &d);
}

static void test_malformed(void)
{
	static const struct row {
		const char *name, *hex;
		unsigned status; /* 202: RP-ERROR of that cause         */
		uint8_t cause;
	} rows[] = {
		{ "empty RP-ACK", "02", 400, 0 },
		{ "RP-ERROR without its cause", "04 01", 400, 0 },
		{ "RP-DATA cut short", "00 01 00 07 91", 202, 96 },
		{ "RP-DATA without a TPDU", "00 01 00 03 91 51 55 00", 202,
		  96 },
		{ "a TPDU of a kind that is reserved",
		  "00 01 00 03 91 51 55 01 03", 202, 69 },
		{ "an RP-MTI that is reserved", "07 01", 202, 97 },
		{ "what only the network sends", "03 01", 202, 97 },
	};
	struct device_request r;
	struct device_socket d;
	struct world w;
	uint8_t octets[32];
	struct bytes in;
	size_t i;

	phone_start(&w, &d, false);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		in = check_unhex(rows[i].hex, octets, sizeof(octets));
		r = phone_request(in.p, in.n, NULL);
		device_ask(&d, &r);
		CU_ASSERT_FATAL(device_await(&d));
		ROW(&rows[i], device_status(&d) == rows[i].status);
		if (rows[i].status != 202)
			continue;
		CU_ASSERT_FATAL(device_await(&d));
		in.p = (const uint8_t *)device_body(&d);
		ROW(&rows[i],
		    in.p[0] == 5 && in.p[1] == 1 && in.p[3] == rows[i].cause);
		device_reply(&d, 200, NULL);
	}
	sample_finish(&w, &d);
}

/* Behind a core: it registers for the telephone, says who speaks, and brings
 * everything to it. */
static void test_behind_a_core(void)
{
	char trusted[64], contact[128], why[256];
	const char *const more[] = { phone_settings[0], trusted, NULL };
	struct device_request r;
	struct device_socket core;
	struct outcome o;
	struct sample s;
	struct intake v;
	struct world w;
	uint8_t ack[] = { 2, 0 };
	uint64_t ref;

	world_start(&w, phone_settings);
	device_open(&core, &w, false);
	snprintf(trusted, sizeof(trusted), "core.trusted-peers=127.0.0.1:%u",
		 core.port);
	CU_ASSERT(world_configure(&w, more, why, sizeof(why)));
	snprintf(contact, sizeof(contact),
		 "Contact: <sip:127.0.0.1:%u>;+g.3gpp.smsip\r\n", core.port);
	r = device_registration(contact);
	r.user = NULL;
	CU_ASSERT(device_converse(&core, &r) == 200);
	sample_init(&s, 41);
	world_leg(&w, &s.leg);
	CU_ASSERT_FATAL(device_await(&core));
	CU_ASSERT(strncmp(core.text, "MESSAGE sip:+15550100001@cpm.example",
			  36) == 0);
	ack[1] = (uint8_t)device_body(&core)[1];
	device_reply(&core, 200, NULL);
	r = phone_request(ack, 2,
			  "P-Asserted-Identity: <sip:mary@cpm.example>\r\n");
	r.user = NULL;
	CU_ASSERT(device_converse(&core, &r) == 202);
	CU_ASSERT(world_answer(&w, 41, &o) && o.class == OUTCOME_DELIVERED);
	r = phone_request(data, sizeof(data),
			  "P-Asserted-Identity: <sip:mary@cpm.example>\r\n");
	r.user = NULL;
	ref = hand_in(&w, &core, &r, &v);
	world_accept(&w, ref);
	CU_ASSERT(memcmp(take_answer(&core), "\x03\x09\x41", 3) == 0);
	CU_ASSERT(strncmp(core.text, "MESSAGE sip:mary@cpm.example ", 29) == 0);
	device_reply(&core, 200, NULL);
	sample_finish(&w, &core);
}

static void test_without_a_telephone(void)
{
	struct device_request r = phone_request("\x06\x2A", 2, NULL);
	struct device_socket d;
	struct world w;

	world_start(&w, phone_settings);
	device_open(&d, &w, false);
	CU_ASSERT(device_converse(&d, &r) == 403);
	sample_finish(&w, &d);
}

static const struct check_test tests[] = {
	{ "submitted", test_submitted },
	{ "not submitted", test_not_submitted },
	{ "memory available", test_memory_available },
	{ "malformed", test_malformed },
	{ "behind a core", test_behind_a_core },
	{ "without a telephone", test_without_a_telephone },
	{ NULL, NULL }
};

CHECK_MAIN("sip_sms_in", tests)
