/* store_steps.c - every kind of step to its function. */
#include "gateway/store_inside.h"

static enum err bind_device(struct store *s, const struct step *step)
{
	enum statement which = step->until_us == 0 ? BINDING_DELETE
						   : BINDING_INSERT;
	sqlite3_stmt *q = prepared(s, which);

	if (step->text == NULL || step->text2 == NULL)
		return ERR_RANGE;
	bind_text(q, 1, step->text);
	bind_text(q, 2, step->text2);
	if (which == BINDING_INSERT) {
		bind_number(q, 3, step->until_us);
		bind_octets(q, 4, step->octets);
	}
	return run(s, which);
}

static enum err directory_entry(struct store *s, const struct step *step)
{
	enum statement which = step->octets.n == 0 ? DIRECTORY_DELETE
						   : DIRECTORY_INSERT;
	sqlite3_stmt *q = prepared(s, which);

	if (step->text == NULL || step->text2 == NULL)
		return ERR_RANGE;
	bind_text(q, 1, step->text);
	bind_text(q, 2, step->text2);
	if (which == DIRECTORY_INSERT)
		bind_octets(q, 3, step->octets);
	return run(s, which);
}

/* Two texts, octets and a number: a row of `binding` or `directory`. */
static enum err add_row(struct step *step, sqlite3_stmt *q)
{
	const char *text, *text2;
	struct step_item *item;
	enum err e;

	if ((e = item_text(step, q, 0, &text)) != OK ||
	    (e = item_text(step, q, 1, &text2)) != OK ||
	    (e = item_octets(step, column_octets(q, 2), &item)) != OK)
		return e;
	item->text = text;
	item->text2 = text2;
	item->number = column_number(q, 3);
	return OK;
}

static enum err add_name(struct step *step, sqlite3_stmt *q)
{
	struct step_item *item;
	const char *text;
	enum err e;

	if ((e = item_text(step, q, 1, &text)) != OK)
		return e;
	if ((item = item_add(step)) == NULL)
		return ERR_NOMEM;
	item->number = column_number(q, 0);
	item->text = text;
	return OK;
}

static enum err add_recipient(struct step *step, sqlite3_stmt *q)
{
	struct step_item *item = item_add(step);

	if (item == NULL)
		return ERR_NOMEM;
	item->count = column_hash(q, 0);
	item->number = column_number(q, 1);
	return OK;
}

/* All rows, or as many as `limit` and the arena allow; ERR_NOMEM: neither. */
static enum err all_rows(struct store *s, enum statement which,
			 struct step *step,
			 enum err (*add)(struct step *, sqlite3_stmt *))
{
	enum err e;
	bool row;

	while ((e = next_row(s, which, &row)) == OK && row) {
		if (step->limit != 0 && step->n_found == step->limit)
			break;
		if ((e = add(step, prepared(s, which))) != OK)
			break;
	}
	rows_end(s, which);
	step->complete = e == OK && !row;
	return e == ERR_NOMEM && step->limit != 0 && step->n_found > 0 ? OK : e;
}

static enum err all_bindings(struct store *s, struct step *step)
{
	bind_number(prepared(s, BINDING_ALL), 1, step->until_us);
	return all_rows(s, BINDING_ALL, step, add_row);
}

static enum err all_entries(struct store *s, struct step *step)
{
	bind_text(prepared(s, DIRECTORY_ALL), 1, step->text);
	bind_text(prepared(s, DIRECTORY_ALL), 2, step->text2);
	return all_rows(s, DIRECTORY_ALL, step, add_row);
}

static enum err waiting_counts(struct store *s, struct step *step)
{
	bind_hash(prepared(s, LEG_RECIPIENTS), 1, step->after_id);
	return all_rows(s, LEG_RECIPIENTS, step, add_recipient);
}

static enum err all_names(struct store *s, struct step *step)
{
	bind_number(prepared(s, NAME_ALL), 1, step->name);
	bind_number(prepared(s, NAME_ALL), 2, step->after_id);
	return all_rows(s, NAME_ALL, step, add_name);
}

/* One look-up each: a flow with a million legs is passed over at once. */
static enum err all_flows(struct store *s, struct step *step)
{
	sqlite3_stmt *q = prepared(s, LEG_FLOW);
	uint64_t lane = step->lane, flow = step->flow;
	struct step_item *item;
	enum err e;
	bool row;

	while (step->limit == 0 || step->n_found < step->limit) {
		bind_number(q, 1, lane);
		bind_number(q, 2, flow);
		if ((e = next_row(s, LEG_FLOW, &row)) != OK)
			return e;
		step->complete = !row;
		if (!row)
			break;
		lane = column_number(q, 0);
		flow = column_number(q, 1);
		rows_end(s, LEG_FLOW);
		if ((item = item_add(step)) == NULL)
			return ERR_NOMEM;
		item->number = lane;
		item->number2 = flow;
	}
	return OK;
}

static enum err keep_name(struct store *s, const struct step *step)
{
	sqlite3_stmt *q = prepared(s, NAME_INSERT);

	if (step->text == NULL)
		return ERR_RANGE;
	bind_number(q, 1, step->name);
	bind_number(q, 2, step->number);
	bind_text(q, 3, step->text);
	return run(s, NAME_INSERT);
}

static enum err counts(struct store *s, struct step *step)
{
	uint64_t greatest;
	enum err e;
	bool row;

	step->story = gone_greatest(s);
	if ((e = next_row(s, LEG_GREATEST, &row)) != OK)
		return e;
	if (row) {
		greatest = column_number(prepared(s, LEG_GREATEST), 0);
		rows_end(s, LEG_GREATEST);
		if (greatest > step->story)
			step->story = greatest;
	}
	return tally_items(s, step);
}

/* The steps about legs and far keys. */
static enum err apply_leg(struct store *s, struct step *step)
{
	bool needs_leg = step->kind == STEP_UPDATE ||
			 step->kind == STEP_REMOVE || step->kind == STEP_GET ||
			 step->kind == STEP_STORY;

	if (needs_leg && step->n_legs != 1)
		return ERR_RANGE;
	if (step->kind == STEP_INSERT)
		return legs_insert(s, step);
	if (step->kind == STEP_UPDATE)
		return leg_update(s, step);
	if (step->kind == STEP_REMOVE)
		return leg_remove(s, step);
	if (step->kind == STEP_STORY)
		return legs_story(s, step);
	if (step->kind == STEP_GET)
		return leg_get(s, step, step->legs[0].id, NULL);
	return step->n_far == 1 ? far_step(s, step) : ERR_RANGE;
}

static enum err apply(struct store *s, struct step *step)
{
	switch (step->kind) {
	case STEP_INSERT:
	case STEP_UPDATE:
	case STEP_REMOVE:
	case STEP_GET:
	case STEP_STORY:
	case STEP_FAR:
		return apply_leg(s, step);
	case STEP_SEEN:
		return key_seen(s, step);
	case STEP_ORPHANS:
		return orphans_claimed(s, step);
	case STEP_REFILL:
		return legs_refill(s, step);
	case STEP_WAITING:
		return legs_waiting(s, step);
	case STEP_EXPIRED:
		return legs_expired(s, step);
	case STEP_LIST:
		return legs_list(s, step);
	case STEP_PART:
		return part_step(s, step);
	case STEP_PARTS_EXPIRED:
		return parts_expired(s, step);
	case STEP_BIND:
		return bind_device(s, step);
	case STEP_BINDINGS:
		return all_bindings(s, step);
	case STEP_DIRECTORY:
		return directory_entry(s, step);
	case STEP_DIRECTORY_ALL:
		return all_entries(s, step);
	case STEP_NAME:
		return keep_name(s, step);
	case STEP_NAMES:
		return all_names(s, step);
	case STEP_FLOWS:
		return all_flows(s, step);
	case STEP_COUNTS:
		return counts(s, step);
	case STEP_WAITING_COUNTS:
		return waiting_counts(s, step);
	case STEP_WAITING_WHO:
		return legs_waiting_who(s, step);
	case STEP_FORGET:
		return far_forget(s, step);
	case STEP_TRACE:
		return OK;
	}
	return ERR_UNSUPPORTED;
}

/* A step that is applied again, after a rollback, starts from nothing. */
static enum err apply_one(struct store *s, struct step *step)
{
	step->found = NULL;
	step->found_end = &step->found;
	step->n_found = 0;
	step->next_us = 0;
	step->complete = false;
	step->result = apply(s, step);
	/* Nobody else has the file, so these say that it is not ours now. */
	if (step->result == ERR_BUSY || step->result == ERR_DENIED)
		step->result = ERR_IO;
	return step->result;
}

void store_apply(struct store *s, struct step *step)
{
	enum err e = apply_one(s, step);
	struct step *also;

	for (also = step->also; also != NULL; also = also->also) {
		if (step->result != OK) {
			also->result = step->result;
			continue;
		}
		e = apply_one(s, also);
		if (e == ERR_IO || e == ERR_TOOBIG)
			step->result = e;
	}
}
