/* Images of legs and outcomes: read, written, and read the same. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "gateway/leg.h"
#include "gateway/outcome.h"
#include "tests/gateway/full_message.h"

static void outcome(struct bytes in, struct arena *a)
{
	struct buf first = BUF_INIT(1 << 20), second = BUF_INIT(1 << 20);
	struct outcome o;

	if (outcome_read(in, a, &o) == OK) {
		MUST(outcome_image(&o, &first) == OK);
		MUST(outcome_read(buf_bytes(&first), a, &o) == OK);
		MUST(outcome_image(&o, &second) == OK);
		MUST(bytes_equal(buf_bytes(&first), buf_bytes(&second)));
	}
	buf_clear(&first);
	buf_clear(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct arena *a = arena_new(4 * MESSAGE_ARENA_MAX);
	struct buf b = BUF_INIT(1 << 20), m = BUF_INIT(1 << 20);
	struct fault why = { 0 };
	struct leg leg, again;

	MUST(a != NULL);
	outcome(in, a);
	if (leg_read(in, a, &leg, &why) != OK) {
		MUST(why.field != NULL && why.offset <= size);
	} else {
		MUST(message_image(&leg.message, &m) == OK);
		MUST(leg_image(&leg, buf_bytes(&m), &b) == OK);
		MUST(leg_read(buf_bytes(&b), a, &again, NULL) == OK);
		MUST(again.token == leg.token && again.id == leg.id);
		MUST(again.story == leg.story && again.attempt == leg.attempt);
		MUST(again.recipient == leg.recipient);
		MUST(again.technology == leg.technology);
		MUST(again.native == leg.native &&
		     again.maybe_duplicate == leg.maybe_duplicate);
		MUST(strcmp(again.public_id, leg.public_id) == 0);
		MUST(again.to.kind == ADDRESS_NONE ||
		     address_equal(&again.to, &leg.to));
		MUST(message_same(&again.message, &leg.message));
		MUST(bytes_equal(again.progress, leg.progress));
	}
	buf_clear(&b);
	buf_clear(&m);
	arena_free(a);
	return 0;
}
