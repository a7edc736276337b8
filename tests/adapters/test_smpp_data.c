/*
 * data_sm towards an SMSC: what it says in other words than submit_sm, and
 * what it cannot say. SMPP v3.4 4.7, 5.3.2.9, 5.3.2.32.
 */
#include <string.h>

#include "tests/adapters/smpp_desk.h"
#include "tests/adapters/smpp_world.h"

static const struct world_setting data_settings[] = {
	WORLD_LINK, { "smsc", "submit", "data_sm" }, { NULL, NULL, NULL }
};

static struct bytes payload(const struct smpp_pdu *p)
{
	struct bytes v = { NULL, 0 };

	CU_ASSERT(p->short_message.n == 0);
	CU_ASSERT(smpp_tlv_find(p->tlvs, SMPP_TLV_MESSAGE_PAYLOAD, &v));
	return v;
}

static void test_fields(void)
{
	struct outcome why;
	struct smpp_pdu p;
	struct desk k;
	uint32_t number;

	desk_open(&k, "hello", false);
	k.manner.data_sm = true;
	k.leg.message.want = WANT_POSITIVE | WANT_NEGATIVE;
	k.leg.message.expires_us = DESK_NOW + 90000001;
	k.leg.message.priority = PRIORITY_HIGH;
	k.leg.message.service_type = "CMT";
	CU_ASSERT(smpp_depart(&k.d, &why));
	CU_ASSERT_FATAL(desk_pdu_at(&k, 0, &p));
	CU_ASSERT(p.command_id == SMPP_DATA_SM);
	CU_ASSERT(bytes_is(payload(&p), "hello"));
	CU_ASSERT(bytes_is(p.source.digits, "15550100001"));
	CU_ASSERT(bytes_is(p.dest.digits, "15550200001"));
	CU_ASSERT(bytes_is(p.service_type, "CMT"));
	CU_ASSERT(p.registered_delivery == 1);
	CU_ASSERT(smpp_tlv_number(p.tlvs, SMPP_TLV_QOS_TIME_TO_LIVE, &number));
	CU_ASSERT(number == 91);
	CU_ASSERT_STRING_EQUAL(desk_lost(&k), "lost=priority_flag");
	desk_close(&k);
}

/* One attempt: the shortest life that the link takes. */
static void test_once(void)
{
	struct outcome why;
	struct smpp_pdu p;
	struct desk k;
	uint32_t number;

	desk_open(&k, "now", false);
	k.manner.data_sm = true;
	k.leg.message.once = true;
	CU_ASSERT(smpp_depart(&k.d, &why));
	CU_ASSERT_FATAL(desk_pdu_at(&k, 0, &p));
	CU_ASSERT(smpp_tlv_number(p.tlvs, SMPP_TLV_QOS_TIME_TO_LIVE, &number));
	CU_ASSERT(number == 60);
	desk_close(&k);
	desk_open(&k, "ever", false);
	k.manner.data_sm = true;
	CU_ASSERT(smpp_depart(&k.d, &why));
	CU_ASSERT_FATAL(desk_pdu_at(&k, 0, &p));
	CU_ASSERT(!smpp_tlv_number(p.tlvs, SMPP_TLV_QOS_TIME_TO_LIVE, &number));
	CU_ASSERT(desk_lost(&k) == NULL || desk_lost(&k)[0] == 0);
	desk_close(&k);
}

/* The header of user data is in message_payload, too: 5.2.12. */
static void test_segments(void)
{
	static char text[400];
	static const enum segment_means means[] = { SEGMENT_UDH8, SEGMENT_SAR,
						    SEGMENT_PAYLOAD };
	static const unsigned of[] = { 3, 3, 1 };
	struct outcome why;
	struct smpp_pdu p;
	struct desk k;
	uint32_t number;
	size_t i;

	memset(text, 'x', sizeof text - 1);
	for (i = 0; i < 3; i++) {
		desk_open(&k, text, false);
		k.manner.data_sm = true;
		k.manner.write.means = means[i];
		CU_ASSERT(smpp_depart(&k.d, &why));
		CU_ASSERT(k.d.of == of[i]);
		CU_ASSERT_FATAL(desk_pdu_at(&k, of[i] - 1, &p));
		CU_ASSERT(p.command_id == SMPP_DATA_SM);
		if (means[i] == SEGMENT_UDH8)
			CU_ASSERT(p.esm_class == SMPP_ESM_UDHI &&
				  payload(&p).p[0] == 5);
		if (means[i] == SEGMENT_SAR)
			CU_ASSERT(smpp_tlv_number(p.tlvs,
						  SMPP_TLV_SAR_SEGMENT_SEQNUM,
						  &number) &&
				  number == 3);
		if (means[i] == SEGMENT_PAYLOAD)
			CU_ASSERT(payload(&p).n == sizeof text - 1);
		desk_close(&k);
	}
}

static void test_link(void)
{
	struct leg leg = world_leg_of(5);
	struct smpp_pdu p, no;
	struct outcome o;
	struct part part;
	struct message m = world_text(&part, "by data");
	struct buf tlvs = BUF_INIT(16);
	struct world w;
	struct wire x;

	m.want = WANT_POSITIVE;
	world_smsc(&w, &x, data_settings);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p) && p.command_id == SMPP_DATA_SM);
	CU_ASSERT(bytes_is(payload(&p), "by data"));
	wire_respond(&x, &p, ESME_ROK, "abc");
	o = world_read_outcome(&w);
	CU_ASSERT(w.got.ref == 5 && o.class == OUTCOME_ACCEPTED);
	CU_ASSERT_FATAL(o.n_far_ids == 1);
	CU_ASSERT_STRING_EQUAL(o.far_ids[0], "abc");
	/* 5.3.2.33: why it failed. */
	leg = world_leg_of(6);
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	smpp_tlv_put_number(&tlvs, SMPP_TLV_DELIVERY_FAILURE_REASON, 1, 1);
	no = (struct smpp_pdu){ .command_id = SMPP_DATA_SM_RESP,
				.command_status = ESME_RDELIVERYFAILURE,
				.sequence_number = p.sequence_number,
				.tlvs = buf_bytes(&tlvs) };
	wire_send(&x, &no);
	o = world_read_outcome(&w);
	CU_ASSERT(w.got.ref == 6 && o.class == OUTCOME_ADDRESS);
	buf_clear(&tlvs);
	world_over(&w, &x);
}

static const struct check_test tests[] = {
	{ "fields", test_fields },
	{ "one attempt", test_once },
	{ "segments", test_segments },
	{ "over a link", test_link },
	{ NULL, NULL }
};

CHECK_MAIN("data_sm", tests)
