/* links.c - links by the names that operators use, and those they stopped. */
#include "gateway/road.h"

#include <string.h>

/* Lanes are remembered for ever; a name means those that are in use. */
static bool in_use(const struct lane *l)
{
	return (l->known && !l->dropped) || l->waiting > 0 || l->held;
}

enum err road_lane_called(const struct engine *e, const char *name,
			  struct lane **out)
{
	struct lane *l, *used = NULL, *any = NULL;
	size_t n = 0;

	for (l = e->lanes; l != NULL; l = l->next) {
		if (strcmp(l->name, name) == 0) {
			*out = l;
			return OK;
		}
		if (strcmp(l->peer, name) != 0)
			continue;
		any = l;
		if (in_use(l)) {
			used = l;
			n++;
		}
	}
	if (n > 1)
		return ERR_EXISTS;
	*out = used != NULL ? used : any;
	return *out == NULL ? ERR_NOTFOUND : OK;
}

void engine_which(const struct engine *e, const char *peer, struct buf *to)
{
	const struct lane *l;
	const char *before = "which: ";

	for (l = e->lanes; l != NULL; l = l->next)
		if (strcmp(l->peer, peer) == 0 && in_use(l)) {
			buf_printf(to, "%s%s", before, l->name);
			before = " or ";
		}
	buf_text(to, "?");
}

enum err engine_find_link(const struct engine *e, const char *name,
			  struct engine_link *out)
{
	struct lane *l;
	enum err why = road_lane_called(e, name, &l);

	if (why != OK)
		return why;
	if (!l->known || (l->dropped && !l->up))
		return ERR_NOTFOUND;
	*out = (struct engine_link){ .lane = l->name,
				     .peer = l->peer,
				     .child = l->child };
	return OK;
}

/* -- stopped ones ---------------------------------------------------------- */

struct keeping {
	engine_kept *done;
	void *arg;
};

static void kept(void *owner, struct step *s)
{
	const struct keeping *k = s->context;

	(void)owner;
	if (k->done != NULL)
		k->done(k->arg);
}

/* Of a link that is stopped the directory has its adapter's name. */
static void keep(struct engine *e, struct lane *l, const char *adapter,
		 const struct keeping *then)
{
	struct step *s = road_step(e, STEP_DIRECTORY, kept);
	struct keeping *k = road_room(s, 1, sizeof *k);

	mem_free(l->stopped);
	l->stopped = adapter == NULL ? NULL : mem_string(adapter);
	*k = *then;
	s->context = k;
	s->text = ROAD_STOPPED;
	s->text2 = l->name;	/* lanes outlive all steps */
	if (adapter != NULL)
		s->octets = road_octets(s, bytes_of(adapter));
	road_submit(e, s);
}

void engine_keep_stopped(struct engine *e, const char *lane, bool stopped,
			 engine_kept *done, void *arg)
{
	struct keeping then = { done, arg };
	struct lane *l;

	if (road_lane_called(e, lane, &l) != OK || l->child < 0 ||
	    (l->stopped != NULL) == stopped)
		done(arg);
	else
		keep(e, l, stopped ? e->children[l->child].name : NULL, &then);
}

void links_dropped(struct engine *e, struct lane *l)
{
	struct keeping then = { NULL, NULL };

	if (l->stopped != NULL)
		keep(e, l, NULL, &then);
}

void links_recovered(struct lane *l, struct bytes octets)
{
	char name[sizeof ((struct child_link *)NULL)->name] = "";

	if (octets.n < sizeof name)
		memcpy(name, octets.p, octets.n);
	mem_free(l->stopped);
	l->stopped = mem_string(name);
}

void engine_stop_links(struct engine *e, unsigned child, uint64_t ref)
{
	struct reply to = { child, e->children[child].life, ref };
	const struct lane *l;

	for (l = e->lanes; l != NULL; l = l->next) {
		struct control c = { .command = "stop", .peer = l->peer };

		if (l->stopped == NULL ||
		    strcmp(l->stopped, e->children[child].name) != 0)
			continue;
		buf_reset(&e->payload);
		if (control_image(&c, &e->payload) == OK)
			road_send(e, &to, FRAME_CONTROL,
				  buf_bytes(&e->payload));
	}
}
