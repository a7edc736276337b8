#include "gateway/outcome.h"

#include "codecs/shape.h"

/* Only ever append: progress of legs is on disk in this form. */
static const struct shape_row rows[] = {
	[1] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, class),
		.max = OUTCOME_UNANSWERED },
	[2] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, state),
		.max = STATE_ACKNOWLEDGED },
	[3] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, far_code),
		.max = UINT32_MAX },
	[4] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, retry_after_ms),
		.max = UINT32_MAX },
	[5] = { SHAPE_TEXT, SHAPE_AT(struct outcome, text) },
	[6] = { SHAPE_TEXT, SHAPE_AT(struct outcome, clause) },
	[7] = { SHAPE_TEXTS, SHAPE_AT(struct outcome, far_ids),
		SHAPE_COUNT(struct outcome, n_far_ids),
		.max = OUTCOME_FAR_IDS_MAX },
	[8] = { SHAPE_OCTETS, SHAPE_AT(struct outcome, progress) },
	[9] = { SHAPE_TEXTS, SHAPE_AT(struct outcome, keys),
		SHAPE_COUNT(struct outcome, n_keys),
		.max = OUTCOME_KEYS_MAX },
	[10] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, absent), .max = 1 },
	[11] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, by_sms), .max = 1 },
	[12] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, report_wait_s),
		 .max = UINT32_MAX },
	[13] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, unreported),
		 .max = STATE_REACHABLE },
	[14] = { SHAPE_TEXTS, SHAPE_AT(struct outcome, far_peers),
		 SHAPE_COUNT(struct outcome, n_far_peers),
		 .max = OUTCOME_FAR_IDS_MAX },
	[15] = { SHAPE_TEXT, SHAPE_AT(struct outcome, error) },
	[16] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, sender), .max = 1 },
	[17] = { SHAPE_TEXT, SHAPE_AT(struct outcome, ack_id) },
	[18] = { SHAPE_NUMBER, SHAPE_AT(struct outcome, direct), .max = 1 },
};
static const struct shape outcome_shape = SHAPE(struct outcome, rows, 0);

enum err outcome_image(const struct outcome *o, struct buf *to)
{
	return shape_image(&outcome_shape, o, to);
}

enum err outcome_read(struct bytes image, struct arena *a, struct outcome *out)
{
	struct outcome o = { .class = OUTCOME_ACCEPTED };
	enum err e = shape_read(&outcome_shape, image, a, &o, NULL);

	if (e == OK)
		*out = o;
	return e;
}
