/*
 * What only one SMSC means: the statuses of its vendor (SMPP v3.4 5.1.3, 0x400
 * to 0x4FF) as its link's settings say, and how congested it is (SMPP v5.0
 * 4.8.4.18).
 */
#include <time.h>

#include "tests/adapters/smpp_world.h"

static const struct world_setting settings[] = {
	WORLD_LINK,
	{ "smsc", "vendor-status",
	  "0x400:throttle 0x410-0x412:retry;0x4A1:final" },
	{ NULL, NULL, NULL }
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void send_leg(struct world *w, uint64_t token)
{
	struct leg leg = world_leg_of(token);
	struct part part;
	struct message m = world_text(&part, "hi");

	world_leg(w, &leg, &m);
}

static void answer(struct wire *x, uint32_t status, int congestion)
{
	struct buf tlvs = BUF_INIT(16);
	struct smpp_pdu p, r;

	CU_ASSERT_FATAL(wire_read(x, &p) && p.command_id == SMPP_SUBMIT_SM);
	if (congestion >= 0)
		smpp_tlv_put_number(&tlvs, SMPP_TLV_CONGESTION_STATE,
				    (uint32_t)congestion, 1);
	r = (struct smpp_pdu){ .command_id = SMPP_SUBMIT_SM_RESP,
			       .command_status = status,
			       .sequence_number = p.sequence_number,
			       .tlvs = buf_bytes(&tlvs) };
	if (status == ESME_ROK)
		r.message_id = bytes_of("id");
	wire_send(x, &r);
	buf_clear(&tlvs);
}

static void test_statuses(void)
{
	static const struct row {
		const char *name;
		uint32_t status;
		enum outcome_class class;
	} rows[] = {
		{ "retry", 0x410, OUTCOME_LATER },
		{ "retry, the end of the range", 0x412, OUTCOME_LATER },
		{ "final", 0x4A1, OUTCOME_NEVER },
		{ "not named", 0x413, OUTCOME_NEVER },
		{ "of 3.4", ESME_RX_T_APPN, OUTCOME_LATER },
	};
	struct world w;
	struct wire x;
	uint64_t before;
	size_t i;

	world_smsc(&w, &x, settings);
	before = now_ms();
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct outcome o;

		send_leg(&w, i + 1);
		answer(&x, rows[i].status, -1);
		o = world_read_outcome(&w);
		ROW(&rows[i], o.class == rows[i].class);
		ROW(&rows[i], o.far_code == rows[i].status);
		ROW(&rows[i], o.retry_after_ms == 0);
	}
	CU_ASSERT(now_ms() - before < 900);
	world_over(&w, &x);
}

/* All of the link rests, as after ESME_RTHROTTLED. */
static void test_throttle(void)
{
	struct outcome o;
	struct world w;
	struct wire x;
	uint64_t before;

	world_smsc(&w, &x, settings);
	send_leg(&w, 1);
	answer(&x, 0x400, -1);
	before = now_ms();
	o = world_read_outcome(&w);
	CU_ASSERT(o.class == OUTCOME_LATER && o.far_code == 0x400);
	CU_ASSERT(o.retry_after_ms > 900 && o.retry_after_ms <= 1001);
	send_leg(&w, 2);
	answer(&x, ESME_ROK, -1);
	CU_ASSERT(now_ms() - before >= 950);
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_ACCEPTED);
	world_over(&w, &x);
}

/* Three messages, the first answered so: how long until the third is sent. */
static uint64_t third_after_ms(int congestion, uint32_t status)
{
	struct world w;
	struct wire x;
	uint64_t before, after;

	world_smsc(&w, &x, settings);
	send_leg(&w, 1);
	answer(&x, status, congestion);
	(void)world_read_outcome(&w);
	before = now_ms();
	send_leg(&w, 2);
	send_leg(&w, 3);
	answer(&x, ESME_ROK, -1);
	answer(&x, ESME_ROK, -1);
	after = now_ms();
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_ACCEPTED);
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_ACCEPTED);
	world_over(&w, &x);
	return after - before;
}

/* From 80 on; what is above 100 means nothing. */
static void test_congestion(void)
{
	CU_ASSERT(third_after_ms(-1, ESME_ROK) < 800);
	CU_ASSERT(third_after_ms(79, ESME_ROK) < 800);
	CU_ASSERT(third_after_ms(101, ESME_ROK) < 800);
	CU_ASSERT(third_after_ms(80, ESME_ROK) >= 900);
	CU_ASSERT(third_after_ms(100, ESME_ROK) >= 900);
	CU_ASSERT(third_after_ms(95, ESME_RX_T_APPN) >= 900);
}

static const struct check_test tests[] = {
	{ "statuses", test_statuses },
	{ "throttle", test_throttle },
	{ "congestion", test_congestion },
	{ NULL, NULL }
};

CHECK_MAIN("smpp vendor", tests)
