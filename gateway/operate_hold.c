/*
 * operate_hold.c - gwctl hold and release: a lane by its name, else a message
 * by one of our ids, else whatever messages the traces know by that name.
 */
#include "gateway/operate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORIES_MAX  10000
#define ASKED_AT_ONCE 64

struct holding {
	struct appliance *appliance;
	uint64_t ticket;
	bool hold;
	struct operate_wanted wanted;
	char *by;

	/* What the search found. */
	uint64_t *stories;
	size_t n, room;
	enum err result;
	struct holding *next;

	size_t asked, answered, changed;
	enum engine_hold_verdict worst;	/* of those that were not changed */
};

static void ask_more(struct holding *h);

static void holding_free(struct holding *h)
{
	operate_wanted_clear(&h->wanted);
	mem_free(h->by);
	mem_free(h->stories);
	mem_free(h);
}

static const char *why_not(enum engine_hold_verdict v, bool hold)
{
	switch (v) {
	case HOLD_SENDING:
		return "it is being sent just now; try again";
	case HOLD_ALREADY:
		return hold ? "it is held already" : "it is not held";
	case HOLD_SENT:
		return "it has been sent, only its report is waited for";
	case HOLD_DONE:
	case HOLD_NOTHING:
		break;
	}
	return "nothing of it waits: it was delivered, has failed or has "
	       "expired";
}

static void finish(struct holding *h)
{
	struct control_session *s =
		control_find(h->appliance->control, h->ticket);

	if (s != NULL && h->n == STORIES_MAX)
		control_text(s, "there may be more: only the newest 10000 "
				"messages of that name were looked at");
	if (s != NULL && h->changed > 0)
		control_end(s, 0, NULL);
	else if (s != NULL && h->result != OK && h->result != ERR_NOTFOUND)
		control_end(s, 1, "the traces cannot be read");
	else if (s != NULL)
		control_end(s, 1,
			    h->n == 0 ? "no such lane or message"
				      : why_not(h->worst, h->hold));
	holding_free(h);
}

static void tell(const struct holding *h, struct control_session *s,
		 uint64_t story)
{
	const char *state = h->hold ? "held" : "released";
	struct buf line = BUF_INIT(1024);
	struct json_writer w = JSON_WRITER(&line);
	char id[OPERATE_ID_SIZE], text[100];

	snprintf(text, sizeof text, "message %s is %s", operate_id(story, id),
		 state);
	json_open_object(&w);
	json_put_string(&w, "id", id);
	json_put_string(&w, "state", state);
	json_put_string(&w, "text", text);
	json_close_object(&w);
	control_line(s, buf_bytes(&line));
	buf_clear(&line);
}

static void count(struct holding *h, uint64_t story,
		  enum engine_hold_verdict v)
{
	struct control_session *s =
		control_find(h->appliance->control, h->ticket);

	h->answered++;
	if (v == HOLD_DONE) {
		h->changed++;
		if (s != NULL)
			tell(h, s, story);
	} else if (v < h->worst) {
		h->worst = v;
	}
}

static void one_done(void *arg, uint64_t story, enum engine_hold_verdict v)
{
	struct holding *h = arg;

	count(h, story, v);
	if (h->answered == h->n)
		finish(h);
	else if (h->asked < h->n)
		ask_more(h);
}

static void ask_more(struct holding *h)
{
	while (h->asked < h->n && h->asked - h->answered < ASKED_AT_ONCE)
		engine_hold_story(h->appliance->engine,
				  h->stories[h->asked++], h->hold, h->by,
				  one_done, h);
}

/* -- the search, on a thread of its own ----------------------------------- */

static void collect(void *arg, const struct trace_record *t)
{
	struct holding *h = arg;
	uint64_t *more;
	size_t i;

	for (i = 0; i < h->n; i++)
		if (h->stories[i] == t->story)
			return;
	if (h->n == h->room) {
		h->room = h->room == 0 ? 16 : 2 * h->room;
		more = mem_realloc(h->stories, h->room * sizeof *more);
		if (more == NULL) {
			h->room = h->n;
			h->result = ERR_NOMEM;
			return;
		}
		h->stories = more;
	}
	h->stories[h->n++] = t->story;
}

static void *search(void *arg)
{
	struct holding *h = arg;
	struct appliance *a = h->appliance;
	size_t limit = STORIES_MAX;
	enum err e = operate_search(&h->wanted, &limit, collect, h);
	uint64_t one = 1;

	if (h->result == OK)
		h->result = e;
	h->next = __atomic_load_n(&a->found, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&a->found, &h->next, h, false,
					    __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	if (write(a->wake, &one, sizeof one) != sizeof one)
		abort();	/* an eventfd that is open takes it */
	operate_thread_ended(a);
	return NULL;
}

void operate_found(struct appliance *a)
{
	struct holding *h = __atomic_exchange_n(&a->found, NULL,
						__ATOMIC_ACQUIRE);
	struct holding *next;

	for (; h != NULL; h = next) {
		next = h->next;
		if (h->n == 0)
			finish(h);
		else
			ask_more(h);
	}
}

static void start_search(struct holding *h)
{
	struct control_session *s =
		control_find(h->appliance->control, h->ticket);

	if (s != NULL && operate_thread(h->appliance, search, h))
		return;
	if (s != NULL)
		control_end(s, 1, "too many searches at once");
	holding_free(h);
}

/* -- by an id of ours; if it is none, it may be another's ----------------- */

static void first_done(void *arg, uint64_t story, enum engine_hold_verdict v)
{
	struct holding *h = arg;

	if (v == HOLD_NOTHING) {
		start_search(h);
		return;
	}
	h->n = 1;
	count(h, story, v);
	finish(h);
}

static void hold_message(struct holding *h)
{
	struct engine *e = h->appliance->engine;
	uint64_t story = engine_story_of(e, h->wanted.key);

	if (story != 0)
		engine_hold_story(e, story, h->hold, h->by, first_done, h);
	else
		start_search(h);
}

/* -- lanes ---------------------------------------------------------------- */

static void tell_lane(const struct holding *h, struct control_session *s)
{
	const char *state = h->hold ? "held" : "released";
	struct buf line = BUF_INIT(CONTROL_LINE_MAX), text = BUF_INIT(4096);
	struct json_writer w = JSON_WRITER(&line);

	buf_printf(&text, "lane %s is %s", h->wanted.key, state);
	json_open_object(&w);
	json_put_string(&w, "lane", h->wanted.key);
	json_put_string(&w, "state", state);
	json_put_text(&w, "text", buf_bytes(&text));
	json_close_object(&w);
	control_line(s, buf_bytes(&line));
	control_end(s, 0, NULL);
	buf_clear(&line);
	buf_clear(&text);
}

static void lane_done(void *arg)
{
	struct holding *h = arg;
	struct control_session *s =
		control_find(h->appliance->control, h->ticket);

	if (s != NULL)
		tell_lane(h, s);
	holding_free(h);
}

static void ambiguous(struct appliance *a, struct control_session *s,
		      const char *name)
{
	struct buf which = BUF_INIT(CONTROL_LINE_MAX);

	engine_which(a->engine, name, &which);
	control_end(s, 1, buf_string(&which));
	buf_clear(&which);
}

static struct holding *holding_new(struct appliance *a,
				   struct control_session *s, const char *name,
				   bool hold)
{
	struct holding *h = mem_zero(sizeof *h);

	if (h == NULL)
		return NULL;
	h->appliance = a;
	h->ticket = control_ticket(s);
	h->hold = hold;
	h->worst = HOLD_NOTHING;
	h->by = control_who(s);
	if (operate_want(a, name, &h->wanted) && h->by != NULL)
		return h;
	holding_free(h);
	return NULL;
}

static void hold_or_release(struct appliance *a, struct control_session *s,
			    const struct json_value *arguments, bool hold)
{
	char *name = operate_text(arguments, "name");
	struct engine_hold lane = { .lane = name, .held = hold };
	struct holding *h = NULL;
	enum err e;

	if (name == NULL) {
		control_end(s, 2, "hold or release what? a name is missing");
	} else if ((h = holding_new(a, s, name, hold)) == NULL) {
		control_end(s, 1, "out of memory");
	} else {
		lane.by = h->by;
		e = engine_hold(a->engine, &lane, lane_done, h);
		if (e == ERR_EXISTS) {
			ambiguous(a, s, name);
			holding_free(h);
		} else if (e != OK) {
			hold_message(h);
		}
	}
	mem_free(name);
}

void operate_hold(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments)
{
	hold_or_release(a, s, arguments, true);
}

void operate_release(struct appliance *a, struct control_session *s,
		     const struct json_value *arguments)
{
	hold_or_release(a, s, arguments, false);
}
