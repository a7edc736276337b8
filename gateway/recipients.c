/* recipients.c - who gets a copy: each person one, however often named. */
#include "gateway/road.h"

/* The greatest role counts (RFC 5364 4), and the wish not to be named. */
static void join(struct recipient *first, const struct recipient *again)
{
	if (again->role < first->role)
		first->role = again->role;
	first->anonymous |= again->anonymous;
	first->display_only &= again->display_only;
}

/* Leaves the first of those who are the same person. */
static void fold(struct engine *e, struct message *m)
{
	uint64_t who[MESSAGE_RECIPIENTS_MAX];
	size_t i, k, n = 0;

	for (i = 0; i < m->n_recipients; i++) {
		who[n] = choose_recipient(e, &m->recipients[i].address);
		for (k = 0; k < n && who[k] != who[n]; k++)
			;
		if (k < n)
			join(&m->recipients[k], &m->recipients[i]);
		else
			m->recipients[n++] = m->recipients[i];
	}
	m->n_recipients = n;
}

/* The message is not any more what came. */
static enum err write_again(struct engine *e, struct intake *in,
			    const struct message *m)
{
	enum err why;

	buf_reset(&e->image);
	if ((why = message_image(m, &e->image)) != OK)
		return why;
	return arena_copy(e->scratch, buf_bytes(&e->image), &in->message);
}

enum err recipients_settle(struct engine *e, struct intake *in,
			   struct message *m)
{
	size_t before = m->n_recipients;

	/* Each is answered for itself there. */
	if (in->partial || before < 2 || before > MESSAGE_RECIPIENTS_MAX)
		return OK;
	fold(e, m);
	return m->n_recipients < before ? write_again(e, in, m) : OK;
}
