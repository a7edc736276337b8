#include "adapters/sip/failures.h"

#include <string.h>

#include "codecs/arena.h"
#include "codecs/digest.h"

/* Two that fall on one place share it: the later one takes it over. */
struct place {
	uint64_t who;
	uint64_t since_us;
	unsigned count;
};

struct failures {
	uint8_t key[16];
	struct place places[FAILURES_PLACES];
};

struct failures *failures_new(const uint8_t key[16])
{
	struct failures *f = mem_zero(sizeof(*f));

	if (f)
		memcpy(f->key, key, sizeof(f->key));
	return f;
}

void failures_free(struct failures *f)
{
	mem_free(f);
}

static uint64_t who_is(const struct failures *f, struct bytes name,
		       struct bytes address)
{
	return digest_siphash(f->key, name) * 31 +
	       digest_siphash(f->key, address);
}

static struct place *place_of(struct failures *f, uint64_t who)
{
	return &f->places[who % FAILURES_PLACES];
}

bool failures_locked(const struct failures *f, struct bytes name,
		     struct bytes address, uint64_t now_us)
{
	uint64_t who = who_is(f, name, address);
	const struct place *p = &f->places[who % FAILURES_PLACES];

	return p->who == who && p->count >= FAILURES_MAX &&
	       now_us < p->since_us + FAILURES_WINDOW_US;
}

void failures_add(struct failures *f, struct bytes name, struct bytes address,
		  uint64_t now_us)
{
	uint64_t who = who_is(f, name, address);
	struct place *p = place_of(f, who);

	if (p->who != who || now_us >= p->since_us + FAILURES_WINDOW_US)
		*p = (struct place){ .who = who, .since_us = now_us };
	/* The lock lasts a window from the last straw on. */
	if (++p->count == FAILURES_MAX)
		p->since_us = now_us;
}

void failures_clear(struct failures *f, struct bytes name, struct bytes address)
{
	uint64_t who = who_is(f, name, address);
	struct place *p = place_of(f, who);

	if (p->who == who)
		p->count = 0;
}
