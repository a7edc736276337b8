/*
 * operate_links.c - gwctl links, link and esme kick: questions to adapters. What they
 * count is asked for when it is to be shown; one that is slow to answer is
 * waited for a moment only.
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
	struct loop_timer slow;	/* of gwctl links                             */
	bool is_link, stop;	/* gwctl link, and start or stop              */
	bool is_kick;
	char *lane;
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

/* -- links ---------------------------------------------------------------- */

static void show_links(struct inquiry *q)
{
	struct control_session *s =
		control_find(q->appliance->control, q->ticket);
	struct buf lines = BUF_INIT(LINES_MAX);

	if (s == NULL) {
		end(q);
		return;
	}
	if (engine_describe_links(q->appliance->engine, &lines) == OK) {
		control_lines(s, buf_bytes(&lines));
		control_end(s, 0, NULL);
	} else {
		control_end(s, 1, "out of memory");
	}
	buf_clear(&lines);
	end(q);
}

static void too_slow(void *arg)
{
	show_links(arg);
}

void operate_links(struct appliance *a, struct control_session *s,
		   const struct json_value *arguments)
{
	struct control tell = { .command = CONTROL_TELL };
	struct inquiry *q = begin(a, s);
	unsigned i;

	(void)arguments;
	if (q == NULL || loop_set_timer(a->loop, &q->slow, SLOW_US, too_slow,
					q) != OK) {
		if (q != NULL)
			end(q);
		control_end(s, 1, "out of memory");
		return;
	}
	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (a->programs[i].live)
			(void)ask(q, i, &tell);	/* else it has ended */
	if (q->awaited == 0)
		show_links(q);
}

/* -- link start, link stop ------------------------------------------------ */

static void refuse(struct inquiry *q, const char *why)
{
	struct control_session *s =
		control_find(q->appliance->control, q->ticket);

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

	buf_printf(&text, "link %s is told to %s", q->lane,
		   q->stop ? "stop" : "start");
	json_open_object(&w);
	json_put_string(&w, "link", q->lane);
	json_put_string(&w, "told", q->stop ? "stop" : "start");
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

static void order(struct appliance *a, struct control_session *s,
		  const char *name, bool stop)
{
	struct control c = { .command = stop ? "stop" : "start" };
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
	q->is_link = true;
	q->stop = stop;
	c.peer = l.peer;
	if (l.child < 0 || !ask(q, (unsigned)l.child, &c))
		refuse(q, "its program does not run");
}

void operate_link(struct appliance *a, struct control_session *s,
		  const struct json_value *arguments)
{
	char *action = operate_text(arguments, "action");
	char *name = operate_text(arguments, "name");

	if (name == NULL || action == NULL ||
	    (strcmp(action, "start") != 0 && strcmp(action, "stop") != 0))
		control_end(s, 2, "link start|stop NAME");
	else
		order(a, s, name, strcmp(action, "stop") == 0);
	mem_free(action);
	mem_free(name);
}

/* -- esme kick ------------------------------------------------------------ */

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
	q->is_kick = true;
	if (!ask(q, (unsigned)l.child, &c))
		refuse(q, "its program does not run");
}

static void kicked(struct inquiry *q)
{
	struct control_session *s =
		control_find(q->appliance->control, q->ticket);
	struct buf text = BUF_INIT(4096);

	buf_printf(&text, "the binds of %s are closed", q->lane);
	if (s != NULL) {
		control_text(s, buf_string(&text));
		control_end(s, 0, NULL);
	}
	buf_clear(&text);
	end(q);
}

/* -- answers -------------------------------------------------------------- */

/* An answer of nothing says yes. */
static void answered(struct inquiry *q, struct bytes complaint)
{
	char why[512];

	if (!q->is_link && !q->is_kick) {
		show_links(q);
	} else if (complaint.n > 0) {
		snprintf(why, sizeof why, "%.*s", (int)complaint.n,
			 (const char *)complaint.p);
		refuse(q, why);
	} else if (q->is_kick) {
		kicked(q);
	} else {
		engine_keep_stopped(q->appliance->engine, q->lane, q->stop,
				    link_done, q);
	}
}

static void take(struct inquiry *q, unsigned child, struct bytes complaint)
{
	uint32_t bit = (uint32_t)1 << child;

	if ((q->awaited & bit) == 0)
		return;
	q->awaited &= ~bit;
	if (q->awaited == 0)
		answered(q, complaint);
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
