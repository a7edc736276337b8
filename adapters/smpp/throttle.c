#include "adapters/smpp/throttle.h"

#define SECOND_US 1000000

static struct rate_rule rule(const struct throttle *t)
{
	return (struct rate_rule){ .per_second = t->pace, .burst = 1 };
}

static uint32_t greater(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* What the far side takes in a second, or half of what it did not. */
static void lower_pace(struct throttle *t, uint64_t now_us)
{
	uint32_t taken = greater(meter_second(&t->taken, now_us),
				 meter_running(&t->taken, now_us));

	if (t->proven || t->pace == 0) {
		t->peak = greater(taken, 1);
		t->pace = greater(t->peak / 4 * 3 + t->peak % 4 * 3 / 4, 1);
	} else {
		t->pace = greater(t->pace / 2, 1);
	}
}

bool throttle_refused(struct throttle *t, uint64_t sent_us, uint64_t now_us)
{
	uint64_t pause = t->until_us - t->since_us;

	t->refused++;
	t->taking = false;
	if (t->until_us != 0 && sent_us < t->until_us)
		return false;
	if (t->until_us == 0 || t->proven)
		pause = THROTTLE_FIRST_US;
	else
		pause = pause * 2 < THROTTLE_MOST_US ? pause * 2
						     : THROTTLE_MOST_US;
	lower_pace(t, now_us);
	t->since_us = now_us;
	t->until_us = t->grown_us = now_us + pause;
	t->paused_us += pause;
	t->proven = false;
	t->allowed = 1;
	t->answered = 0;
	return true;
}

bool throttle_queue_full(struct throttle *t, uint64_t sent_us, uint64_t now_us)
{
	if (!t->taking)
		return throttle_refused(t, sent_us, now_us);
	t->refused++;
	t->taking = false;
	return false;
}

/* Twice as many at once after each of them has been answered. */
static void open_window(struct throttle *t)
{
	if (t->allowed == 0 || ++t->answered < t->allowed)
		return;
	t->answered = 0;
	t->allowed *= 2;
	if (t->allowed > RATE_MOST)
		t->allowed = 0;
}

void throttle_answered(struct throttle *t, uint64_t sent_us, uint64_t now_us)
{
	meter_count(&t->taken, now_us);
	t->taking = true;
	if (sent_us < t->until_us)
		return;
	t->proven = true;
	open_window(t);
}

void throttle_congested(struct throttle *t, uint64_t now_us)
{
	t->congested++;
	if (now_us < t->until_us ||
	    (t->congested_us != 0 && now_us < t->congested_us + SECOND_US))
		return;
	lower_pace(t, now_us);
	t->congested_us = t->grown_us = now_us;
	t->proven = true;
}

/* Twice what it once took: it takes everything again. */
static void raise_pace(struct throttle *t, uint64_t now_us)
{
	uint32_t step = greater(t->peak / 20, 1);

	while (t->pace != 0 && t->proven && t->grown_us + SECOND_US <= now_us) {
		t->grown_us += SECOND_US;
		t->pace += step;
		if (t->pace >= 2 * t->peak)
			t->pace = t->allowed = 0;
	}
}

uint64_t throttle_wait_us(struct throttle *t, uint64_t now_us)
{
	struct rate_rule r;

	if (now_us < t->until_us)
		return t->until_us - now_us;
	raise_pace(t, now_us);
	r = rule(t);
	return rate_wait_us(&r, &t->rate, now_us);
}

void throttle_sent(struct throttle *t, uint64_t now_us)
{
	struct rate_rule r = rule(t);
	bool passed = rate_pass(&r, &t->rate, now_us);

	(void)passed; /* throttle_wait_us() has said so */
}

unsigned throttle_allows(const struct throttle *t)
{
	return t->allowed == 0 ? UINT32_MAX : t->allowed;
}

bool throttle_pauses(const struct throttle *t, uint64_t now_us)
{
	return now_us < t->until_us;
}
