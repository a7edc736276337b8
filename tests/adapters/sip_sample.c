#include "tests/adapters/sip_sample.h"

#include <string.h>

void sample_init(struct sample *s, uint64_t token)
{
	struct message *m = &s->leg.message;

	*s = (struct sample){ 0 };
	message_init(m);
	s->leg.token = token;
	s->leg.id = token;
	s->leg.story = 1;
	s->leg.technology = TECHNOLOGY_CPM;
	s->leg.peer = "cpm";
	s->leg.attempt = 1;
	s->leg.to = (struct address){ ADDRESS_E164, "+15550100001" };
	memcpy(s->leg.public_id, PUBLIC_ID, sizeof(PUBLIC_ID));
	s->to.address = s->leg.to;
	s->part = (struct part){ .type = "text/plain;charset=UTF-8",
				 .body = bytes_of("hi") };
	m->origin.technology = TECHNOLOGY_SMS;
	m->from = (struct address){ ADDRESS_E164, "+15550200001" };
	m->recipients = &s->to;
	m->n_recipients = 1;
	m->parts = &s->part;
	m->n_parts = 1;
	m->ids = s->ids;
	m->extras = s->extras;
	m->submitted_us = UINT64_C(1763672400000000);
}

void sample_extra(struct sample *s, const char *name, const char *value)
{
	s->extras[s->leg.message.n_extras++] =
		(struct extra){ name, bytes_of(value) };
}

void sample_id(struct sample *s, enum id_kind kind, const char *value)
{
	s->ids[s->leg.message.n_ids++] =
		(struct message_id){ .kind = kind, .value = value };
}

void sample_start(struct world *w, struct device_socket *d, bool tcp)
{
	world_start(w, NULL);
	device_open(d, w, tcp);
	CU_ASSERT_FATAL(device_register(d, "mary", 600) == 200);
}

void sample_finish(struct world *w, struct device_socket *d)
{
	device_close(d);
	world_finish(w);
}

void sample_take(struct device_socket *d, unsigned status)
{
	CU_ASSERT_FATAL(device_await(d));
	CU_ASSERT(strncmp(d->text, "MESSAGE sip:mary@127.0.0.1:", 27) == 0);
	if (status)
		device_reply(d, status, NULL);
}
