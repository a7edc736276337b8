/* tests/adapters/sip_sample.h - a leg to mary's device, for changing. */
#ifndef TESTS_ADAPTERS_SIP_SAMPLE_H
#define TESTS_ADAPTERS_SIP_SAMPLE_H

#include "tests/adapters/sip_world.h"

#define PUBLIC_ID "q83vEjRWeJCrze8SNFZ4kA"

struct sample {
	struct leg leg;
	struct recipient to;
	struct part part;
	struct message_id ids[4];
	struct extra extras[4];
};

/* "hi" from the SMS user john to mary. */
void sample_init(struct sample *s, uint64_t token);
void sample_extra(struct sample *s, const char *name, const char *value);
void sample_id(struct sample *s, enum id_kind kind, const char *value);

/* A world with one device of mary's in it, registered; and its end. */
void sample_start(struct world *w, struct device_socket *d, bool tcp);
void sample_finish(struct world *w, struct device_socket *d);

/* Takes the MESSAGE that must have come; answers it unless status is 0. */
void sample_take(struct device_socket *d, unsigned status);

#endif
