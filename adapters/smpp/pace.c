#include "adapters/smpp/pace.h"

#include "codecs/arena.h"

/* Above this rate a shorter period is watched instead of more times. */
#define SLOTS_MAX 1024

enum err pace_set(struct pace *p, uint32_t rate)
{
	uint32_t slots = rate < SLOTS_MAX ? rate : SLOTS_MAX;
	uint64_t *times = NULL;

	if (rate == p->rate)
		return OK;
	if (rate > 0 && (times = mem_zero(slots * sizeof *times)) == NULL)
		return ERR_NOMEM;
	mem_free(p->times);
	*p = (struct pace){ .rate = rate, .slots = slots, .times = times };
	if (rate > 0)
		p->period_us = UINT64_C(1000000) * slots / rate;
	return OK;
}

void pace_clear(struct pace *p)
{
	mem_free(p->times);
	*p = (struct pace){ 0 };
}

bool pace_pass(struct pace *p, uint64_t now_us)
{
	uint64_t *oldest;

	if (p->rate == 0)
		return true;
	oldest = &p->times[p->at];
	if (*oldest != 0 && now_us - *oldest < p->period_us)
		return false;
	*oldest = now_us == 0 ? 1 : now_us;
	p->at = p->at + 1 == p->slots ? 0 : p->at + 1;
	return true;
}
