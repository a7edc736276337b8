/* change.c - accounts that operators change while the gateway runs. */
#include "gateway/road.h"

#include <stdlib.h>

/* Who waits for the change to be on disk. */
struct change {
	engine_changed *done;
	void *arg;
};

const char *change_recovered(struct engine *e, const struct step *s)
{
	struct accounts *a = directory_accounts(e->directory);
	const struct step_item *item;
	const char *last = NULL;

	for (item = s->found; item != NULL; item = item->next) {
		last = item->text2;
		if (accounts_load(a, last, item->octets) != OK)
			abort(); /* no memory: the next process tries again */
	}
	return last;
}

/* Whoever has something of the account at hand asks again. */
static void tell_children(struct engine *e, const char *name)
{
	struct lookup what = { LOOKUP_ACCOUNT, name };
	struct reply to = { .child = 0 };

	buf_reset(&e->payload);
	if (lookup_image(&what, &e->payload) != OK)
		return; /* no such name was accepted */
	for (; to.child < ENGINE_CHILDREN; to.child++) {
		to.life = e->children[to.child].life;
		road_send(e, &to, FRAME_CHANGED, buf_bytes(&e->payload));
	}
}

static void change_done(void *owner, struct step *s)
{
	struct engine *e = owner;
	const struct change *c = s->context;

	if (s->result == OK)
		tell_children(e, s->text2);
	c->done(c->arg, s->result);
}

static void keep(struct engine *e, const char *name, struct bytes row,
		 const struct change *c)
{
	struct step *s = road_step(e, STEP_DIRECTORY, change_done);
	struct change *own = road_room(s, 1, sizeof *own);

	*own = *c;
	s->context = own;
	s->text = ACCOUNTS_KIND;
	if ((s->text2 = arena_string(s->arena, bytes_of(name))) == NULL)
		abort();
	s->octets = road_octets(s, row);
	road_submit(e, s);
}

enum err engine_change_account(struct engine *e, const struct account_order *o,
			       struct buf *why, engine_changed *done, void *arg)
{
	struct accounts *a = directory_accounts(e->directory);
	struct buf row = BUF_INIT(ACCOUNT_ROW_MAX);
	enum err r = accounts_change(a, o, &row, why);

	if (r == OK)
		keep(e, o->name, buf_bytes(&row),
		     &(struct change){ done, arg });
	buf_clear(&row);
	return r;
}

enum err engine_list_accounts(struct engine *e, const char *name,
			      accounts_each *each, void *arg)
{
	const struct accounts *a = directory_accounts(e->directory);
	struct buf object = BUF_INIT(2 * ACCOUNT_ROW_MAX);
	enum err r;

	if (name == NULL)
		return accounts_list(a, road_now(e), each, arg);
	r = accounts_show(a, name, road_now(e), &object);
	if (r == OK)
		each(arg, buf_bytes(&object));
	buf_clear(&object);
	return r;
}

bool engine_has_account(const struct engine *e, const char *name)
{
	return accounts_named(directory_accounts(e->directory), name) != NULL;
}

uint64_t engine_now_us(struct engine *e)
{
	return road_now(e);
}
