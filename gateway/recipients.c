/*
 * recipients.c - who gets a copy: the members of a group for it, and each
 * person one, however often named.
 */
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

/* -- groups --------------------------------------------------------------- */

static bool same_person(void *arg, const struct address *a,
			const struct address *b)
{
	struct engine *e = arg;

	return address_equal(a, b) ||
	       choose_recipient(e, a) == choose_recipient(e, b);
}

static const struct address *shown(const struct address *a)
{
	return a->kind == ADDRESS_NONE || a->kind == ADDRESS_ANONYMOUS ? NULL
								       : a;
}

static struct group_sender sender_of(struct engine *e, const struct message *m)
{
	return (struct group_sender){
		.addresses = { shown(&m->from), shown(&m->asserted) },
		.hidden = m->from.kind == ADDRESS_ANONYMOUS,
		.same = same_person,
		.arg = e,
	};
}

static const struct outcome no_memory = { .class = OUTCOME_LATER,
					  .text = "out of memory" };

static void never(struct engine *e, const struct group_known *g,
		  const char *text, struct outcome *why)
{
	struct buf said = BUF_INIT(8192);

	*why = (struct outcome){ .class = OUTCOME_NEVER,
				 .state = STATE_REJECTED,
				 .clause = "group = groups" };
	buf_printf(&said, "%s %s", text, g->said);
	why->text = arena_string(e->scratch, buf_bytes(&said));
	buf_clear(&said);
}

/* RFC 5079: 433, where that is what keeps him from it. */
static bool may(struct engine *e, const struct group_known *g,
		const struct group_sender *who, struct outcome *why)
{
	switch (groups_ask(g, who)) {
	case GROUP_MAY:
		return true;
	case GROUP_MAY_NOT:
		never(e, g, "may not send to group", why);
		break;
	case GROUP_NOT_HIDDEN:
		never(e, g, "may not be hidden from group", why);
		why->far_code = 433;
		break;
	}
	return false;
}

/* All members but the sender himself. */
static enum err members(struct engine *e, const struct group_known *g,
			const struct group_sender *who, struct message *m)
{
	struct recipient *to =
		arena_array(e->scratch, g->n_members + 1, sizeof *to);
	size_t i;

	if (to == NULL)
		return ERR_NOMEM;
	m->recipients = to;
	m->n_recipients = 0;
	for (i = 0; i < g->n_members; i++) {
		if (group_sender_is(who, &g->members[i].address))
			continue;
		to[m->n_recipients++] = (struct recipient){
			.address = g->members[i].address,
			.name = g->members[i].name,
			.role = RECIPIENT_TO,
		};
	}
	return OK;
}

static bool open_group(struct engine *e, const struct group_known *g,
		       struct message *m, struct outcome *why)
{
	struct group_sender who = sender_of(e, m);

	if (!may(e, g, &who, why))
		return false;
	if (members(e, g, &who, m) != OK) {
		*why = no_memory;
		return false;
	}
	if (m->n_recipients == 0) {
		never(e, g, "nobody else is in group", why);
		why->state = STATE_UNDELIVERABLE;
		why->far_code = 480;
		return false;
	}
	m->group = g->address;
	m->group_name = g->name;
	if (m->original_to == NULL && g->address.kind == ADDRESS_SIP)
		m->original_to = g->address.text;
	return true;
}

/* -- all of it ------------------------------------------------------------ */

/* The message is not any more what came. */
static bool write_again(struct engine *e, struct intake *in,
			const struct message *m, struct outcome *why)
{
	buf_reset(&e->image);
	if (message_image(m, &e->image) == OK &&
	    arena_copy(e->scratch, buf_bytes(&e->image), &in->message) == OK)
		return true;
	*why = no_memory;
	return false;
}

static const struct group_known *group_of(const struct engine *e,
					  const struct message *m)
{
	if (m->kind != MESSAGE_USER || m->n_recipients != 1)
		return NULL;
	return groups_find(e->groups, &m->recipients[0].address);
}

bool recipients_plain(const struct engine *e, const struct intake *in,
		      const struct message *m)
{
	/* A partial one is answered for each of them; too many are refused. */
	if (m->n_recipients > 1)
		return in->partial || m->n_recipients > MESSAGE_RECIPIENTS_MAX;
	return group_of(e, m) == NULL;
}

bool recipients_settle(struct engine *e, struct intake *in, struct message *m,
		       struct outcome *why)
{
	const struct group_known *g = group_of(e, m);
	size_t before = m->n_recipients;

	if (g != NULL && !open_group(e, g, m, why))
		return false;
	fold(e, m);
	if (g == NULL && m->n_recipients == before)
		return true;
	/* Nobody's answer is that of the group. */
	in->native = in->native && g == NULL;
	in->partial = false;
	return write_again(e, in, m, why);
}
