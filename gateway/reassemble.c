/*
 * reassemble.c - parts of a longer short message wait on disk until all are
 * there, or until their time is over, and then go on as one message. Each
 * part was accepted under an id of its own, and each of these ids gets its
 * receipt. 3GPP TS 23.040 9.2.3.24.1.
 */
#include "gateway/road.h"

#include <stdio.h>
#include <string.h>

#include "codecs/joined.h"

#define PARTS_EVERY_US	1000000
#define PARTS_SETS	100
#define AGAIN_US	5000000	/* until a set is tried that was refused      */
#define PARTS_OCTETS	MESSAGE_INLINE_MAX	/* all bodies, as they came  */
#define JOINED_MAX	(3 * PARTS_OCTETS)	/* the same as UTF-8         */
#define PART_IMAGE_MAX	(PARTS_OCTETS / 2)	/* with that a whole image   */
#define LOST_MAX	2048
#define GAP		"[\xE2\x80\xA6]"	/* U+2026 */

/* A part on disk: its own id, the receipts it asks for, its image. */
#define PART_HEADER 9

struct waiting_part {
	struct reply reply;
	uint64_t id;
};

struct join {
	struct message message;		/* of the first part that is there    */
	struct part part;
	struct joined bodies;
	uint64_t next;			/* number of the part that is due     */
	bool text;
	bool any;
};

static void accepted(struct engine *e, const struct waiting_part *w, bool again)
{
	struct accepted a = { .id = w->id, .duplicate = again };

	buf_reset(&e->payload);
	if (keys_public_id(e->keys, w->id, a.public_id) == OK &&
	    accepted_image(&a, &e->payload) == OK)
		road_send(e, &w->reply, FRAME_ACCEPTED,
			  buf_bytes(&e->payload));
}

static enum err add_id(struct engine *e, struct join *j, uint64_t id,
		       uint8_t want)
{
	struct message *m = &j->message;
	char *decimal = arena_alloc(e->scratch, 24);

	if (decimal == NULL || m->n_ids >= MESSAGE_IDS_MAX)
		return ERR_NOMEM;
	snprintf(decimal, 24, "%llu",
		 (unsigned long long)keys_decimal(e->keys, id));
	m->ids[m->n_ids++] = (struct message_id){ ID_SMPP, decimal, want };
	return OK;
}

/* Does its sender know it by an id of his own? */
static bool has_own_id(const struct message *part)
{
	return message_id_of(part, ID_SMS_REFERENCE) != NULL;
}

static enum err add_own_ids(struct join *j, const struct message *part)
{
	struct message *m = &j->message;
	size_t i;

	for (i = 0; i < part->n_ids; i++) {
		if (part->ids[i].kind != ID_SMS_REFERENCE)
			continue;
		if (m->n_ids >= MESSAGE_IDS_MAX)
			return ERR_NOMEM;
		m->ids[m->n_ids++] = part->ids[i];
	}
	return OK;
}

/* What the reports name it by; those of the first part are there already. */
static enum err add_ids(struct engine *e, struct join *j,
			const struct step_item *item, const struct message *m,
			bool first)
{
	struct cursor c = CURSOR(item->octets);
	uint64_t id = cursor_u64(&c);
	uint8_t want = cursor_u8(&c);

	j->message.want |= want;
	if (!has_own_id(m))
		return add_id(e, j, id, want);
	return first ? OK : add_own_ids(j, m);
}

static enum err begin(struct engine *e, struct join *j, const struct message *m)
{
	struct message_id *ids = arena_array(
		e->scratch, m->n_ids + STEP_FAR_MAX, sizeof *ids);

	if (ids == NULL)
		return ERR_NOMEM;
	if (m->n_ids > 0)
		memcpy(ids, m->ids, m->n_ids * sizeof *ids);
	j->message = *m;
	j->message.ids = ids;
	j->any = true;
	if (m->n_parts > 0) {
		j->part = m->parts[0];
		j->text = strncmp(j->part.type, "text/plain", 10) == 0;
	}
	return OK;
}

static enum err fill_gap(struct join *j, uint64_t number)
{
	enum err why = OK;

	for (; j->next < number && why == OK; j->next++)
		if (j->text)
			why = joined_put(&j->bodies, GAP);
	j->next = number + 1;
	return why;
}

/* An extra goes with the whole when the first part has it. */
static bool kept(const struct join *j, const struct extra *x)
{
	const struct message *m = &j->message;
	size_t i;

	for (i = 0; i < m->n_extras; i++)
		if (strcmp(m->extras[i].name, x->name) == 0 &&
		    bytes_equal(m->extras[i].value, x->value))
			return true;
	return false;
}

/* What only a later part says is not part of the whole. */
static void tell_lost(struct engine *e, const struct join *j, uint64_t id,
		      const struct message *m)
{
	struct buf lost = BUF_INIT(LOST_MAX);
	size_t i;

	for (i = 0; i < m->n_extras; i++)
		if (!kept(j, &m->extras[i]))
			buf_printf(&lost, "%s%s", lost.n == 0 ? "lost=" : ",",
				   m->extras[i].name);
	if (lost.n > 0 || lost.bad != OK)
		tell_message(e, id, m,
			     &(struct story){ .step = "join",
					      .verdict = "lost",
					      .text = buf_string(&lost) });
	buf_clear(&lost);
}

static enum err add_part(struct engine *e, struct join *j,
			 const struct step_item *item)
{
	struct cursor c = CURSOR(item->octets);
	uint64_t id = cursor_u64(&c);
	bool first = !j->any;
	struct message m;
	enum err why;

	if (cursor_left(&c) == 0)
		return c.bad == OK ? ERR_MORE : c.bad;
	why = message_read(bytes_after(item->octets, PART_HEADER), e->scratch,
			   &m, NULL);
	if (why != OK)		/* damaged on the disk: a gap, too */
		return why == ERR_NOMEM ? why : OK;
	if (first && (why = begin(e, j, &m)) != OK)
		return why;
	tell_lost(e, j, id, &m);
	if ((why = fill_gap(j, item->number)) != OK)
		return why;
	if (m.n_parts > 0)
		why = joined_add(&j->bodies, m.parts[0].type, m.parts[0].body);
	return why == OK ? add_ids(e, j, item, &m, first) : why;
}

/* The parts of one set, in order -> one message, its body in j->bodies. */
static enum err join_parts(struct engine *e, struct join *j,
			   const struct step_item *item, size_t n)
{
	enum err why = OK;

	for (; n > 0 && why == OK; n--, item = item->next)
		why = add_part(e, j, item);
	if (why == OK)
		why = joined_end(&j->bodies, &j->part.body);
	if (why != OK)
		return why;
	if (j->text)
		j->part.type = joined_text_type(j->part.type);
	j->message.parts = &j->part;
	j->message.n_parts = 1;
	j->message.native = (struct bytes){ NULL, 0 };
	return OK;
}

/* A set of which nothing can be read any more. */
static void drop(struct engine *e, struct bytes set)
{
	struct step *s = road_step(e, STEP_INSERT, NULL);

	s->part_key = road_octets(s, set);
	road_submit(e, s);
}

/*
 * The set goes on as one message, or ends with `ended`. What cannot be joined
 * for want of memory is found again.
 */
static void join_up(struct engine *e, const struct step_item *first, size_t n,
		    const struct outcome *ended)
{
	struct join j = { .next = 1, .bodies = JOINED_INIT(JOINED_MAX) };
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct intake in = { .segment = { .key = first->leg.meta,
					  .part = 1,
					  .of = 1 } };
	struct reply nobody = { .life = 0 };
	enum err why = join_parts(e, &j, first, n);

	if (why == OK && !j.any) {
		drop(e, first->leg.meta);
	} else if (why == OK && message_image(&j.message, &image) == OK) {
		in.message = buf_bytes(&image);
		if (ended == NULL)
			intake_message(e, &nobody, &in, &j.message);
		else
			intake_ended(e, &in, &j.message, ended);
	}
	joined_clear(&j.bodies);
	buf_clear(&image);
}

/* A part that is kept already is known by the id that it got first. */
static void known_by(struct waiting_part *w, const struct step *s)
{
	struct cursor c = CURSOR(s->found->octets);
	uint64_t id = cursor_u64(&c);

	if (c.bad == OK)
		w->id = id;
}

static void part_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	struct waiting_part *w = s->context;

	if (s->result != OK && s->result != ERR_EXISTS) {
		road_refuse(e, &w->reply, FRAME_REFUSED,
			    &(struct outcome){ .class = OUTCOME_LATER,
					       .text = "the disk is full",
					       .clause = "minimum-free" });
		return;
	}
	if (s->result == ERR_EXISTS) {
		e->counts.duplicates++;
		known_by(w, s);
	}
	accepted(e, w, s->result == ERR_EXISTS);
	if (s->complete)
		join_up(e, s->found, s->n_found, NULL);
}

/* What makes it this part and no other: not the time, nor how it came. */
static struct store_key part_mark(struct engine *e, const struct intake *in,
				  const struct message *m)
{
	uint8_t place[] = { in->segment.part, in->segment.of };
	struct bytes pieces[] = { in->segment.key,
				  { place, sizeof place },
				  { NULL, 0 },
				  { NULL, 0 } };

	if (m->n_parts > 0) {
		pieces[2] = bytes_of(m->parts[0].type);
		pieces[3] = m->parts[0].body;
	}
	return keys_hash(e->keys, pieces, 4);
}

/* What can never be one message must not be accepted part by part. */
static bool fits(const struct intake *in, const struct message *m)
{
	return in->message.n <= PART_IMAGE_MAX &&
	       (m->n_parts == 0 ||
		m->parts[0].body.n <= PARTS_OCTETS / in->segment.of);
}

static bool takes(struct engine *e, const struct reply *to,
		  const struct intake *in, const struct message *m)
{
	struct choice c = { .why = { .class = OUTCOME_NEVER,
				     .state = STATE_REJECTED,
				     .text = "too long when it is joined" } };
	size_t i;

	if (m->n_recipients == 0)
		c.why.text = "no recipient";
	else if (fits(in, m))
		for (i = 0; i < m->n_recipients && c.verdict.n == 0; i++)
			choose_ways(e, m, &m->recipients[i].address, &c);
	if (c.verdict.n > 0)
		return true;
	e->counts.refused++;
	road_refuse(e, to, FRAME_REFUSED, &c.why);
	return false;
}

void reassemble_part(struct engine *e, const struct reply *to,
		     const struct intake *in, const struct message *m)
{
	struct waiting_part *w;
	struct step *s;
	uint8_t *octets;

	if (!takes(e, to, in, m))
		return;
	s = road_step(e, STEP_PART, part_done);
	w = road_room(s, 1, sizeof *w);
	*w = (struct waiting_part){ *to, road_id(e) };
	s->context = w;
	s->intake = true;
	s->part_key = road_octets(s, in->segment.key);
	s->key = part_mark(e, in, m);
	s->set = w->id;
	s->again_us = e->last_us + AGAIN_US;
	s->number = in->segment.part;
	s->of = in->segment.of;
	s->until_us = e->last_us + (in->segment.timeout_s > 0
					    ? in->segment.timeout_s * 1000000ull
					    : e->parts_us);
	octets = road_room(s, PART_HEADER + in->message.n, 1);
	for (size_t i = 0; i < 8; i++)
		octets[i] = (uint8_t)(w->id >> (56 - 8 * i));
	octets[8] = m->want;
	memcpy(octets + PART_HEADER, in->message.p, in->message.n);
	s->octets = (struct bytes){ octets, PART_HEADER + in->message.n };
	tell_message(e, w->id, m,
		     &(struct story){ .step = "intake", .verdict = "part" });
	road_submit(e, s);
}

/* -- sets that will not be completed any more -------------------------------- */

static const struct outcome incomplete = {
	.class = OUTCOME_NEVER,
	.state = STATE_UNDELIVERABLE,
	.text = "parts of it are missing",
	.clause = "reassembly-partial = drop",
};

static const struct outcome repetition = {
	.class = OUTCOME_NEVER,
	.state = STATE_UNKNOWN,
	.text = "a repetition of parts that went on before",
	.clause = "dedupe-window",
};

static bool same_set(const struct step_item *a, const struct step_item *b)
{
	return bytes_equal(a->leg.meta, b->leg.meta);
}

static void end_set(struct engine *e, const struct step_item *item, size_t n)
{
	if (item->count == n)
		join_up(e, item, n, &repetition);
	else if (e->deliver_partial || n == item->number2)
		join_up(e, item, n, NULL);
	else
		join_up(e, item, n, &incomplete);
}

static void expired_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct step_item *item = s->found, *after;
	size_t n;

	for (; item != NULL; item = after) {
		n = 1;
		for (after = item->next;
		     after != NULL && same_set(item, after);
		     after = after->next)
			n++;
		end_set(e, item, n);
	}
}

void reassemble_tick(struct engine *e, uint64_t now)
{
	struct step *s;

	if (now < e->parts_after_us)
		return;
	e->parts_after_us = now + PARTS_EVERY_US;
	s = road_step(e, STEP_PARTS_EXPIRED, expired_done);
	s->until_us = now;
	s->set = road_id(e);
	s->again_us = now + AGAIN_US;
	s->limit = PARTS_SETS;
	road_submit(e, s);
}
