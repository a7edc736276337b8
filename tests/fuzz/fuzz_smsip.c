/*
 * What a device sends to its service centre: any RP-DATA is a message that
 * can be kept, or is refused with a cause; and what was kept can go to a
 * device as short messages again, each of them readable.
 */
#include "adapters/sip/smsip_map.h"
#include "tests/fuzz/fuzz.h"

#define NOW UINT64_C(1795287960000000)

static const uint8_t key[16] = { 7 };

static void check_plan(const struct sip_config *c, const struct message *m,
		       struct arena *a)
{
	struct smsip_context context = { c, NOW, key };
	struct leg leg = { .public_id = "q83vEjRWeJCrze8SNFZ4kA",
			   .to = { ADDRESS_E164, "+15550100002" },
			   .message = *m };
	struct smsip_plan plan;
	struct outcome why;
	struct tpdu t;
	size_t i;

	if (!smsip_plan_leg(&context, &leg, a, &plan, &why)) {
		MUST(why.text && why.class != OUTCOME_LATER);
		return;
	}
	for (i = 0; i < plan.count; i++)
		MUST(tpdu_decode(plan.tpdus[i], TPDU_TO_DEVICE, a, &t, NULL) ==
		     OK);
}

static void check_submit(const struct tpdu *t, struct arena *a)
{
	struct sip_config c = { .domain = "cpm.example",
				.sms_segments = 8,
				.rules = { .home_domain = "cpm.example",
					   .country = "1" } };
	struct identity who = { .user = "peter",
				.number = { ADDRESS_E164, "+15550100002" } };
	struct request q = { .call_id = "call", .cseq = 1 };
	struct smsip_submit in = { &c, &who, &q, NOW };
	struct smsip_arrival out;
	struct smsip_refusal no = smsip_submit_in(&in, t, a, &out);
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);

	if (no.cause == 0) {
		MUST(message_image(&out.message, &image) == OK);
		MUST(out.segment.part <= out.segment.of);
		MUST(out.dedupe.n > 0);
	}
	if (no.cause == 0 && out.segment.of == 0)
		check_plan(&c, &out.message, a);
	buf_clear(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 20);
	struct outcome o;
	struct rpdu rp;
	struct tpdu t;

	if (!a || rpdu_decode((struct bytes){ data, size }, a, &rp, NULL) != OK)
		goto out;
	if (rp.kind == RPDU_DATA && !rp.to_device &&
	    tpdu_decode(rp.user, TPDU_TO_CENTRE, a, &t, NULL) == OK &&
	    t.kind == TPDU_SUBMIT)
		check_submit(&t, a);
	if (rp.kind == RPDU_ERROR &&
	    tpdu_decode(rp.user, TPDU_TO_CENTRE_ERROR, a, &t, NULL) == OK) {
		smsip_outcome_of(rp.cause, &t, a, &o);
		MUST(o.text && o.class != OUTCOME_DELIVERED &&
		     o.class != OUTCOME_ACCEPTED);
	}
out:
	arena_free(a);
	return 0;
}
