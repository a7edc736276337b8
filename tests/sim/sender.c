/* sender.c - who submits what, when, and again when no answer came. */
#include "tests/sim/sim.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_US	(3 * SECOND)
#define PARTS		8	/* value: mail, then part                    */
#define WANTS		6

struct asked *sender_asked(struct sim *s, uint64_t ref)
{
	struct asked *a = &s->asked[ref % ASKED_MAX];

	return a->used && a->ref == ref ? a : NULL;
}

void sender_forget(struct sim *s, enum child_number c)
{
	size_t i;

	for (i = 0; i < ASKED_MAX; i++) {
		struct asked *a = &s->asked[i];

		if (!a->used || s->mails[a->mail].child != c)
			continue;
		a->used = false;
		s->mails[a->mail].open--;
		s->mails[a->mail].lost++;
	}
}

/* -- submitting ----------------------------------------------------------- */

static void fill_text(const struct mail *m, unsigned part, struct buf *body)
{
	size_t i;

	if (m->of > 0)
		buf_printf(body, "m%up%u;", m->number, part);
	else
		buf_printf(body, "m%u;", m->number);
	for (i = 0; m->of == 0 && i < m->padding; i++)
		buf_u8(body, (uint8_t)('A' + i % 26));
}

static enum err message_of(const struct sim *s, const struct mail *m,
			   struct bytes body, struct buf *image)
{
	struct recipient to[COPIES_MAX] = { 0 };
	struct part part = { .type = "text/plain;charset=UTF-8", .body = body };
	char id[32];
	struct message_id ids[1] = { { ID_IMDN, id, 0 } };
	struct message x;
	unsigned i;

	message_init(&x);
	snprintf(id, sizeof id, "id-%u", m->number);
	for (i = 0; i < m->n_copies; i++) {
		to[i].address.kind = m->copies[i].kind;
		to[i].address.text = m->copies[i].address;
	}
	x.origin = (struct origin){ peer_models[m->peer].technology,
				    peer_models[m->peer].name,
				    m->account[0] == '\0' ? NULL
							  : m->account };
	x.from = (struct address){ m->from_kind, m->from };
	x.recipients = to;
	x.n_recipients = m->n_copies;
	x.received_us = sim_wall(s);
	x.expires_us = m->lifetime_us == 0 ? 0 : sim_wall(s) + m->lifetime_us;
	x.priority = m->priority;
	x.want = m->want;
	x.once = m->once;
	x.ids = ids;
	x.n_ids = m->child == SIP ? 1 : 0;
	x.parts = &part;
	x.n_parts = 1;
	return message_image(&x, image);
}

static enum err intake_of(const struct sim *s, const struct mail *m,
			  unsigned part, struct buf *image)
{
	struct buf body = BUF_INIT(MESSAGE_INLINE_MAX);
	struct buf octets = BUF_INIT(MESSAGE_IMAGE_MAX);
	char key[96];
	struct intake in = { .native = m->native };
	enum err e;

	fill_text(m, part, &body);
	e = message_of(s, m, buf_bytes(&body), &octets);
	in.message = buf_bytes(&octets);
	snprintf(key, sizeof key, "%s m%u", m->from, m->number);
	if (m->keyed)
		in.dedupe = bytes_of(key);
	if (m->of > 0) {
		in.segment.key = bytes_of(key);
		in.segment.part = (uint8_t)part;
		in.segment.of = (uint8_t)m->of;
	}
	if (e == OK)
		e = intake_image(&in, image);
	buf_clear(&body);
	buf_clear(&octets);
	return e;
}

static void ask(struct sim *s, struct mail *m, unsigned part)
{
	struct asked *a = &s->asked[++s->ref % ASKED_MAX];
	struct buf image = BUF_INIT(FRAME_PAYLOAD_MAX);

	if (a->used || intake_of(s, m, part, &image) != OK) {
		sim_fail(s, "intake", "m%u cannot be submitted", m->number);
		buf_clear(&image);
		return;
	}
	*a = (struct asked){ true, s->ref, s->adapters[m->child].life,
			     m->number, part };
	m->open++;
	m->tries++;
	if (m->first_us == 0)
		m->first_us = s->now;
	sim_tell(s, "m%u: submitted by %s%s", m->number, m->from,
		 m->native ? ", native" : "");
	adapter_send(s, m->child, FRAME_INTAKE, s->ref, &image);
}

/* Whoever got no answer asks again, if he has a key to be known by. */
static void again(struct sim *s, uint64_t value)
{
	struct mail *m = &s->mails[value / PARTS];

	if (!m->positive && !m->negative && m->open == 0 &&
	    (m->keyed || m->lost == 0))
		sender_submit(s, value);
}

void sender_submit(struct sim *s, uint64_t value)
{
	struct mail *m = &s->mails[value / PARTS];
	struct adapter_model *a = &s->adapters[m->child];

	if (!a->up || !a->open || !a->peer_up[m->peer] || !s->running) {
		sim_at(s, sim_between(s, 50, 500) * MS, sender_submit, value);
		return;
	}
	if (m->keyed && m->open > 0 && !sim_chance(s, s->knobs.twice))
		return;
	if (!m->keyed && m->of == 0 &&
	    (m->positive || m->open > 0 || m->lost > 0))
		return;
	ask(s, m, (unsigned)(value % PARTS));
	if (m->of == 0 && m->tries < 20)
		sim_at(s, AGAIN_US, again, value);
}

/* -- answers -------------------------------------------------------------- */

static void refused(struct sim *s, struct mail *m, const struct asked *a,
		    const struct outcome *o)
{
	uint64_t value = (uint64_t)a->mail * PARTS + a->part;

	sim_tell(s, "m%u: refused, %s: %s", m->number,
		 outcome_class_name(o->class), o->text ? o->text : "");
	if (o->class == OUTCOME_NEVER || o->class == OUTCOME_ADDRESS) {
		if (!m->positive)
			m->negative = true;
		return;
	}
	if (m->tries < 20)
		sim_at(s, sim_between(s, 200, 2000) * MS, sender_submit, value);
}

static bool positive(struct sim *s, const struct frame *f, struct outcome *o)
{
	if (f->type == FRAME_ACCEPTED)
		return true;
	if (outcome_read(f->payload, s->scratch, o) != OK)
		sim_fail(s, "frames", "a broken outcome");
	return f->type == FRAME_ANSWER && (o->class == OUTCOME_ACCEPTED ||
					   o->class == OUTCOME_DELIVERED);
}

/* -- second thoughts ------------------------------------------------------ */

/* From now on it may end undelivered, whether the answer comes or not. */
static void cancel(struct sim *s, uint64_t number)
{
	struct mail *m = &s->mails[number];
	struct amendment v = { .kind = AMEND_CANCEL,
			       .id = m->id,
			       .account = m->account };
	struct buf image = BUF_INIT(FRAME_PAYLOAD_MAX);
	unsigned i;

	if (!s->adapters[m->child].open || !s->running)
		return;
	if (amendment_image(&v, &image) != OK) {
		sim_fail(s, "frames", "m%u cannot be cancelled", m->number);
		buf_clear(&image);
		return;
	}
	for (i = 0; i < m->n_copies; i++)
		m->copies[i].refused = true;
	sim_tell(s, "m%u: to be cancelled", m->number);
	adapter_send(s, m->child, FRAME_AMENDMENT, number, &image);
}

static void think_again(struct sim *s, const struct mail *m)
{
	if (m->id != 0 && m->account[0] != '\0' && !s->quiet &&
	    sim_chance(s, s->knobs.cancel))
		sim_at(s, sim_between(s, 0, 4000) * MS, cancel, m->number);
}

void sender_answered(struct sim *s, enum child_number c, const struct frame *f)
{
	struct asked *a = sender_asked(s, f->ref);
	struct outcome o = { 0 };
	struct mail *m;

	if (a == NULL || a->life != s->adapters[c].life) {
		sim_fail(s, "answers", "one to nobody's question");
		return;
	}
	m = &s->mails[a->mail];
	a->used = false;
	m->open--;
	if (!positive(s, f, &o)) {
		refused(s, m, a, &o);
		return;
	}
	sim_tell(s, "m%u: taken", m->number);
	think_again(s, m);
	if (m->of > 0 && !m->part_repeated && !s->quiet &&
	    sim_chance(s, s->knobs.twice)) {
		m->part_repeated = true;
		sim_at(s, sim_between(s, 0, 4000) * MS, sender_submit,
		       (uint64_t)m->number * PARTS + a->part);
	}
	/* Some ask again all the same. */
	if (m->keyed && !s->quiet && sim_chance(s, s->knobs.twice))
		sim_at(s, sim_between(s, 0, 2000) * MS, sender_submit,
		       (uint64_t)a->mail * PARTS);
}

void sender_standing(struct sim *s, const struct frame *f)
{
	struct mail *m = &s->mails[f->ref];
	struct standing v;
	unsigned i;

	if (standing_read(f->payload, s->scratch, &v) != OK) {
		sim_fail(s, "frames", "a broken standing");
		return;
	}
	sim_tell(s, "m%u: %s", m->number,
		 v.class == OUTCOME_DELIVERED ? "cancelled" : "not cancelled");
	for (i = 0; v.class == OUTCOME_DELIVERED && i < m->n_copies; i++)
		m->copies[i].cancelled = true;
}

/* -- planning ------------------------------------------------------------- */

static void from_user(struct sim *s, struct mail *m)
{
	unsigned user = (unsigned)sim_between(s, 0, USERS - 1);

	m->child = SIP;
	m->peer = CPM;
	m->from_kind = ADDRESS_SIP;
	snprintf(m->from, sizeof m->from, "sip:u%u@cpm.example", user);
	snprintf(m->account, sizeof m->account, "u%u", user);
	m->keyed = sim_chance(s, s->knobs.keyed);
	m->native = sim_chance(s, s->knobs.native);
}

static void from_esme(struct mail *m, unsigned which)
{
	m->child = SMPP;
	m->peer = which == 0 ? ESME1 : ESME2;
	m->from_kind = ADDRESS_SHORT;
	snprintf(m->from, sizeof m->from, "700%u", which + 1);
	snprintf(m->account, sizeof m->account, "esme%u", which + 1);
}

static void from_smsc(struct sim *s, struct mail *m)
{
	m->child = SMPP;
	m->peer = sim_chance(s, 50) ? SMSC_A : SMSC_B;
	m->from_kind = ADDRESS_E164;
	snprintf(m->from, sizeof m->from, "+1555030000%u",
		 (unsigned)sim_between(s, 0, 9));
}

static void to_user(struct sim *s, struct copy *c)
{
	c->user = (int)sim_between(s, 0, USERS - 1);
	if (sim_chance(s, 50)) {
		c->kind = ADDRESS_SIP;
		snprintf(c->address, sizeof c->address,
			 "sip:u%d@cpm.example", c->user);
	} else {
		c->kind = ADDRESS_E164;
		snprintf(c->address, sizeof c->address, "+1555010000%d",
			 c->user);
	}
}

static void to_somebody(struct sim *s, struct copy *c)
{
	unsigned dice = (unsigned)sim_between(s, 0, 99);

	c->user = -1;
	if (s->knobs.crowd && dice < 90) {
		to_user(s, c);
		c->user %= 2;
		c->address[c->kind == ADDRESS_SIP ? 5 : 11] =
			(char)('0' + c->user);
	} else if (dice < 45) {
		to_user(s, c);
	} else if (dice < 80) {
		c->kind = ADDRESS_E164;
		snprintf(c->address, sizeof c->address, "+1555020000%u",
			 dice % 10);
	} else if (dice < 90) {
		c->kind = ADDRESS_SHORT;
		snprintf(c->address, sizeof c->address, "700%u", dice % 2 + 1);
	} else if (dice < 98) {
		c->kind = ADDRESS_SIP;
		snprintf(c->address, sizeof c->address, "sip:x%u@%s", dice % 3,
			 peer_models[REMOTE].name);
	} else {
		c->kind = ADDRESS_E164;
		snprintf(c->address, sizeof c->address, NO_ROUTE "00%u", dice);
	}
}

static bool known_already(const struct mail *m, const struct copy *c)
{
	unsigned i;

	for (i = 0; i < m->n_copies; i++)
		if (strcmp(m->copies[i].address, c->address) == 0 ||
		    (c->user >= 0 && m->copies[i].user == c->user))
			return true;
	return false;
}

static void recipients(struct sim *s, struct mail *m)
{
	unsigned i, n = sim_chance(s, s->knobs.shared) && m->of == 0
				? COPIES_MAX
				: 1;
	struct copy c;

	for (i = 0; i < n; i++) {
		c = (struct copy){ 0 };
		to_somebody(s, &c);
		if (!known_already(m, &c))
			m->copies[m->n_copies++] = c;
	}
}

static uint8_t wants(struct sim *s)
{
	static const uint8_t choice[WANTS] = {
		0,
		WANT_NEGATIVE,
		WANT_POSITIVE | WANT_NEGATIVE,
		WANT_POSITIVE,
		WANT_POSITIVE | WANT_NEGATIVE | WANT_DISPLAY,
		WANT_POSITIVE | WANT_NEGATIVE | WANT_DISPLAY |
			WANT_PROCESSING | WANT_INTERWORKING,
	};

	return choice[sim_between(s, 0, WANTS - 1)];
}

static struct mail *new_mail(struct sim *s)
{
	struct mail *m = &s->mails[s->n_mails];

	m->number = s->n_mails++;
	m->priority = PRIORITY_NORMAL;
	if (sim_chance(s, 20))
		m->priority =
			(enum priority)sim_between(s, 0, PRIORITIES - 1);
	m->want = wants(s);
	m->padding = sim_chance(s, s->knobs.large)
			     ? sim_between(s, 1000, 20000)
			     : sim_between(s, 0, 100);
	if (sim_chance(s, 10))
		m->lifetime_us = sim_between(s, 500, 25000) * MS;
	m->once = sim_chance(s, 3);
	return m;
}

static void submit_at(struct sim *s, struct mail *m, uint64_t at)
{
	unsigned part;

	if (m->of == 0)
		sim_at(s, at, sender_submit, (uint64_t)m->number * PARTS);
	for (part = 1; part <= m->of; part++)
		sim_at(s, at + sim_between(s, 0, SECOND), sender_submit,
		       (uint64_t)m->number * PARTS + part);
}

static void plan_one(struct sim *s)
{
	struct mail *m = new_mail(s);
	unsigned dice = (unsigned)sim_between(s, 0, 99);

	if (s->knobs.crowd)
		dice = 84;
	if (dice < 50)
		from_user(s, m);
	else if (dice < 85)
		from_esme(m, dice % 2);
	else
		from_smsc(s, m);
	if (dice >= 50 && dice < 85 && sim_chance(s, 30))
		m->want |= WANT_ALERT;
	if (m->child == SMPP && sim_chance(s, s->knobs.parts))
		m->of = (unsigned)sim_between(s, 2, PARTS_MAX);
	m->once &= m->of == 0;
	if (m->of == 0 && m->child == SMPP)
		m->keyed = sim_chance(s, s->knobs.keyed / 2);
	recipients(s, m);
	submit_at(s, m, sim_between(s, 0, s->knobs.faults_us));
}

/* Hundreds by one account, and one of another a little later. */
static void plan_backlog(struct sim *s)
{
	unsigned i, n = s->knobs.flood ? 1300 : 200;
	struct mail *m;

	for (i = 0; i < n + 1; i++) {
		m = new_mail(s);
		from_esme(m, i == n ? 1 : 0);
		m->priority = PRIORITY_NORMAL;
		m->want = 0;
		m->lifetime_us = 0;
		m->once = false;
		m->padding = 0;
		m->n_copies = 1;
		m->copies[0].user = -1;
		m->copies[0].kind = ADDRESS_E164;
		snprintf(m->copies[0].address, 64, "+1555020000%u", i % 10);
		m->probe = i == n;
		submit_at(s, m, 300 * MS + (i == n ? 1500 * MS : i * 100));
	}
}

void sender_plan(struct sim *s)
{
	unsigned i;

	if (s->knobs.backlog)
		plan_backlog(s);
	for (i = 0; i < s->knobs.mails; i++)
		plan_one(s);
}
