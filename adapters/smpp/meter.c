#include "adapters/smpp/meter.h"

#define SLOTS	  (METER_SECONDS + 1)
#define SECOND_US 1000000

void meter_count(struct meter *m, uint64_t now_us)
{
	uint64_t now = now_us / SECOND_US;
	unsigned i;

	for (i = 0; m->second < now && i < SLOTS; i++)
		m->counts[++m->second % SLOTS] = 0;
	if (m->second < now) { /* all of it is long ago */
		m->second = now;
		m->counts[now % SLOTS] = 0;
	}
	m->counts[m->second % SLOTS]++;
}

static uint32_t at(const struct meter *m, uint64_t second)
{
	return second > m->second || m->second - second >= METER_SECONDS
		       ? 0
		       : m->counts[second % SLOTS];
}

uint32_t meter_second(const struct meter *m, uint64_t now_us)
{
	return now_us < SECOND_US ? 0 : at(m, now_us / SECOND_US - 1);
}

uint32_t meter_running(const struct meter *m, uint64_t now_us)
{
	return at(m, now_us / SECOND_US);
}

uint32_t meter_minute(const struct meter *m, uint64_t now_us)
{
	uint64_t now = now_us / SECOND_US, i;
	uint32_t sum = 0;

	for (i = 0; i < METER_SECONDS && i <= now; i++)
		sum += at(m, now - i);
	return sum;
}
