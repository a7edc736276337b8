#include "adapters/smpp/multi.h"

#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_map.h"
#include "codecs/arena.h"

struct multi {
	size_t n;			/* destinations                      */
	uint32_t status[SMPP_DESTINATIONS_MAX];
	size_t octets;
	uint8_t dests[];		/* as they came                      */
};

struct multi *multi_new(const struct smpp_pdu *p)
{
	struct multi *v = mem_zero(sizeof *v + p->dests.n);

	if (v == NULL)
		return NULL;
	v->n = p->number_of_dests;
	v->octets = p->dests.n;
	if (p->dests.n > 0)
		memcpy(v->dests, p->dests.p, p->dests.n);
	return v;
}

static uint32_t read_one(struct inbox *in, struct arena *a,
			 const struct smpp_dest *d, struct address *out)
{
	uint32_t status = ESME_RINVDLNAME;

	if (!d->is_list)
		status = smpp_recipient_in(&d->sme, &in->peer->manner, a, out);
	if (status == ESME_ROK && in->pass != NULL)
		status = in->pass(in);
	return status;
}

uint32_t multi_read(struct multi *v, struct inbox *in, struct arena *a,
		    struct message *m)
{
	struct bytes rest = { v->dests, v->octets };
	uint32_t first = ESME_ROK;
	struct smpp_dest d;
	size_t i;

	m->n_recipients = 0;
	m->recipients = arena_array(a, v->n, sizeof *m->recipients);
	if (m->recipients == NULL)
		return ESME_RSYSERR;
	for (i = 0; i < v->n && smpp_dest_next(&rest, &d); i++) {
		v->status[i] = read_one(
			in, a, &d, &m->recipients[m->n_recipients].address);
		if (v->status[i] == ESME_RSYSERR)
			return ESME_RSYSERR;
		if (v->status[i] == ESME_ROK)
			m->n_recipients++;
		else if (first == ESME_ROK)
			first = v->status[i];
	}
	return m->n_recipients > 0 ? ESME_ROK : first;
}

/* What the engine refused, by the order of those that were taken. */
static void add_refused(struct multi *v, struct bytes refused)
{
	size_t i, taken = 0;

	for (i = 0; i < v->n && refused.n >= 2; i++) {
		struct outcome o = { .class = refused.p[1],
				     .state = STATE_REJECTED };

		if (v->status[i] != ESME_ROK)
			continue;
		if (taken++ != refused.p[0])
			continue;
		v->status[i] =
			smpp_outcome_answer(&o, SMPP_ANSWER_SUBMIT).status;
		refused = bytes_after(refused, 2);
	}
}

void multi_answer(struct multi *v, struct bytes refused, struct smpp_pdu *p,
		  struct buf *to)
{
	struct bytes rest = { v->dests, v->octets };
	struct smpp_dest d;
	size_t i;

	add_refused(v, refused);
	for (i = 0; i < v->n && smpp_dest_next(&rest, &d); i++) {
		struct smpp_failed f = { d.sme, v->status[i] };

		if (v->status[i] == ESME_ROK)
			continue;
		if (d.is_list)
			f.sme = (struct smpp_address){ .digits = d.list };
		smpp_failed_put(to, &f);
		p->no_unsuccess++;
	}
	p->failed = buf_bytes(to);
}
