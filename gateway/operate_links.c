/*
 * operate_links.c - gwctl links, link and esme kick: questions to adapters.
 * What they count is asked for when it is to be shown; one that is slow to
 * answer is waited for a moment only.
 */
#include "gateway/operate.h"

#include <stdio.h>
#include <string.h>

#define LINES_MAX (8 * 1024 * 1024)
#define SLOW_US	  2000000

/* What was asked, until all have answered. */
struct inquiry {
	struct inquiry *next;
	struct appliance *appliance;
	uint64_t ref, ticket;
	uint32_t awaited;	/* children, a bit each                       */
	void (*answered)(struct inquiry *q, struct bytes answer);
	struct loop_timer slow;	/* then it is answered by nothing             */
	const char *order;	/* gwctl link: "start", "stop", "drain"       */
	char *lane;		/* or account; NULL: all                      */
	struct operate_plan plan;	/* its arena goes with this           */
};

static struct inquiry *begin(struct appliance *a, struct control_session *s)
{
	struct inquiry *q = mem_zero(sizeof *q);

	if (q == NULL)
		return NULL;
	q->appliance = a;
	q->ref = ++a->last_ref;
	q->ticket = control_ticket(s);
	q->next = a->inquiries;
	a->inquiries = q;
	return q;
}

static void end(struct inquiry *q)
{
	struct inquiry **at = &q->appliance->inquiries;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	loop_clear_timer(q->appliance->loop, &q->slow);
	arena_free(q->plan.arena);
	mem_free(q->lane);
	mem_free(q);
}

void operate_forget(struct appliance *a)
{
	while (a->inquiries != NULL)
		end(a->inquiries);
}

static bool ask(struct inquiry *q, unsigned child, const struct control *c)
{
	struct frame f = { .type = FRAME_CONTROL, .ref = q->ref };
	struct buf image = BUF_INIT(4096);
	bool sent = false;

	if (control_image(c, &image) == OK) {
		f.payload = buf_bytes(&image);
		sent = appliance_send(q->appliance, child, &f, -1);
	}
	if (sent)
		q->awaited |= (uint32_t)1 << child;
	buf_clear(&image);
	return sent;
}

static void too_slow(void *arg)
{
	struct inquiry *q = arg;

	q->answered(q, (struct bytes){ NULL, 0 });
}

/* False: it is not waited for, and not answered. */
static bool wait(struct inquiry *q)
{
	return loop_set_timer(q->appliance->loop, &q->slow, SLOW_US, too_slow,
			      q) == OK;
}

/* -- links ---------------------------------------------------------------- */

/* One that knows no more of its links complains, or says nothing. */
static void show_details(struct inquiry *q, struct bytes lines)
{
	struct control_session *s =
		control_find(q->appliance->control, q->ticket);

	if (s != NULL && lines.n > 0 && lines.p[0] == '{')
		control_lines(s, lines);
	if (s != NULL)
		control_end(s, 0, NULL);
	end(q);
}

/* Its program may know more of one link. */
static bool ask_details(struct inquiry *q)
{
	struct control c = { .command = CONTROL_SHOW };
	struct engine_link l;

	if (q->lane == NULL ||
	    engine_find_link(q->appliance->engine, q->lane, &l) != OK ||
	    l.child < 0)
		return false;
	c.peer = l.peer;
	q->answered = show_details;
	q->awaited = 0;
	return ask(q, (unsigned)l.child, &c);
}

/* What was told on the way has been taken. */
static void show_links(struct inquiry *q, struct bytes answer)
{
	struct control_session *s =
		control_find(q->appliance->control, q->ticket);
	struct buf lines = BUF_INIT(LINES_MAX);
	enum err e = ERR_CLOSED;

	(void)answer;
	if (s == NULL) {
		end(q);
		return;
	}
	e = engine_describe_links(q->appliance->engine, q->lane, &lines);
	if (e == OK)
		control_lines(s, buf_bytes(&lines));
	buf_clear(&lines);
	if (e == OK && ask_details(q))
		return;
	control_end(s, e != OK, e == OK		    ? NULL
				: e == ERR_NOTFOUND ? "no such link"
						    : "out of memory");
	end(q);
}

static void no_link(struct appliance *a, struct control_session *s,
		    const char *name, enum err why)
{
	struct buf which = BUF_INIT(CONTROL_LINE_MAX);

	if (why == ERR_EXISTS)
		engine_which(a->engine, name, &which);
	else
		buf_text(&which, "no such link");
	control_end(s, 1, buf_string(&which));
	buf_clear(&which);
}

/* Which of them is meant; false: none, which has been said. */
static bool name_link(struct inquiry *q, struct control_session *s,
		      const char *name)
{
	struct engine_link l;
	enum err e;

	if (name == NULL)
		return true;
	if ((e = engine_find_link(q->appliance->engine, name, &l)) == OK &&
	    (q->lane = mem_string(l.lane)) != NULL)
		return true;
	no_link(q->appliance, s, name, e);
	return false;
}

void operate_links(struct appliance *a, struct control_session *s,
		   const struct json_value *arguments)
{
	struct control tell = { .command = CONTROL_TELL };
	struct inquiry *q = begin(a, s);
	char *name = operate_text(arguments, "name");
	bool good = q != NULL && name_link(q, s, name);
	unsigned i;

	mem_free(name);
	if (q != NULL && !good) {
		end(q);
		return;
	}
	if (q == NULL || !wait(q)) {
		if (q != NULL)
			end(q);
		control_end(s, 1, "out of memory");
		return;
	}
	q->answered = show_links;
	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (a->programs[i].live)
			(void)ask(q, i, &tell);	/* else it has ended */
	if (q->awaited == 0)
		show_links(q, (struct bytes){ NULL, 0 });
}

/* -- link start, link stop ------------------------------------------------ */

static void refuse(struct inquiry *q, struct bytes complaint)
{
	struct control_session *s =
		control_find(q->appliance->control, q->ticket);
	char why[512];

	snprintf(why, sizeof why, "%.*s",
		 complaint.n > 500 ? 500 : (int)complaint.n,
		 (const char *)complaint.p);
	if (s != NULL)
		control_end(s, 1, why);
	end(q);
}

/* It has been done, and is on disk. */
static void link_done(void *arg)
{
	struct inquiry *q = arg;
	struct control_session *s =
		control_find(q->appliance->control, q->ticket);
	struct buf line = BUF_INIT(CONTROL_LINE_MAX), text = BUF_INIT(4096);
	struct json_writer w = JSON_WRITER(&line);

	buf_printf(&text, "link %s is told to %s", q->lane, q->order);
	json_open_object(&w);
	json_put_string(&w, "link", q->lane);
	json_put_string(&w, "told", q->order);
	json_put_text(&w, "text", buf_bytes(&text));
	json_close_object(&w);
	if (s != NULL) {
		control_line(s, buf_bytes(&line));
		control_end(s, 0, NULL);
	}
	buf_clear(&line);
	buf_clear(&text);
	end(q);
}

/* An answer of nothing says yes. */
static void ordered(struct inquiry *q, struct bytes complaint)
{
	if (complaint.n > 0)
		refuse(q, complaint);
	else
		engine_keep_stopped(q->appliance->engine, q->lane,
				    strcmp(q->order, "start") != 0, link_done,
				    q);
}

static void order(struct appliance *a, struct control_session *s,
		  const char *name, const char *command)
{
	struct control c = { .command = command };
	struct engine_link l;
	struct inquiry *q;
	enum err e = engine_find_link(a->engine, name, &l);

	if (e != OK) {
		no_link(a, s, name, e);
		return;
	}
	if ((q = begin(a, s)) == NULL ||
	    (q->lane = mem_string(l.lane)) == NULL) {
		control_end(s, 1, "out of memory");
		if (q != NULL)
			end(q);
		return;
	}
	q->answered = ordered;
	q->order = command;
	c.peer = l.peer;
	if (l.child < 0 || !ask(q, (unsigned)l.child, &c))
		refuse(q, bytes_of("its program does not run"));
}

static const char *order_named(const char *action)
{
	static const char *const orders[] = { "start", "stop", "drain" };
	size_t i;

	for (i = 0; action != NULL && i < sizeof orders / sizeof *orders; i++)
		if (strcmp(action, orders[i]) == 0)
			return orders[i];
	return NULL;
}

void operate_link(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments)
{
	char *action = operate_text(arguments, "action");
	char *name = operate_text(arguments, "name");

	const char *command = order_named(action);

	if (name == NULL || command == NULL)
		control_end(s, 2, "link start|stop|drain NAME");
	else
		order(a, s, name, command);
	mem_free(action);
	mem_free(name);
}

/* -- esme kick ------------------------------------------------------------ */

static void kicked(struct inquiry *q, struct bytes complaint)
{
	struct control_session *s =
		control_find(q->appliance->control, q->ticket);
	struct buf text = BUF_INIT(4096);

	if (complaint.n > 0) {
		refuse(q, complaint);
		return;
	}
	buf_printf(&text, "the binds of %s are closed", q->lane);
	if (s != NULL) {
		control_text(s, buf_string(&text));
		control_end(s, 0, NULL);
	}
	buf_clear(&text);
	end(q);
}

void operate_kick(struct appliance *a, struct control_session *s,
		  const char *name)
{
	struct control c = { .command = "kick", .peer = name };
	struct engine_link l;
	struct inquiry *q;

	if (engine_find_link(a->engine, name, &l) != OK || l.child < 0) {
		control_end(s, 1, "it is not bound");
		return;
	}
	if ((q = begin(a, s)) == NULL || (q->lane = mem_string(name)) == NULL) {
		control_end(s, 1, "out of memory");
		if (q != NULL)
			end(q);
		return;
	}
	q->answered = kicked;
	if (!ask(q, (unsigned)l.child, &c))
		refuse(q, bytes_of("its program does not run"));
}

/* -- sms test ------------------------------------------------------------- */

static void planned(struct inquiry *q, struct bytes object)
{
	q->plan.done(q->plan.arg, object);
	end(q);
}

bool operate_plan(struct appliance *a, struct control_session *s,
		  const struct operate_plan *p)
{
	struct control c = { .command = CONTROL_PLAN, .text = p->text };
	struct engine_link l;
	struct inquiry *q;

	if (engine_find_link(a->engine, p->lane, &l) != OK || l.child < 0 ||
	    (q = begin(a, s)) == NULL)
		return false;
	c.peer = l.peer;
	q->answered = planned;
	if (!wait(q) || !ask(q, (unsigned)l.child, &c)) {
		end(q);
		return false;
	}
	q->plan = *p;
	return true;
}

/* -- answers -------------------------------------------------------------- */

static void take(struct inquiry *q, unsigned child, struct bytes complaint)
{
	uint32_t bit = (uint32_t)1 << child;

	if ((q->awaited & bit) == 0)
		return;
	q->awaited &= ~bit;
	if (q->awaited == 0)
		q->answered(q, complaint);
}

void operate_controlled(struct appliance *a, unsigned child,
			const struct frame *f)
{
	struct inquiry *q = a->inquiries;

	while (q != NULL && q->ref != f->ref)
		q = q->next;
	if (q != NULL)
		take(q, child, f->payload);
}

void operate_child_down(struct appliance *a, unsigned child)
{
	struct inquiry *q, *next;

	for (q = a->inquiries; q != NULL; q = next) {
		next = q->next;
		take(q, child, bytes_of("its program has ended"));
	}
}
