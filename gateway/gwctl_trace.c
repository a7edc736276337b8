/* gwctl trace: a message's story, a line for each step, and as a ladder. */
#include "gateway/gwctl.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#include "gateway/gwctl_ladder.h"

#define STEPS_MAX  20000
#define WHAT_LEAST 30
#define WHAT_MOST  96
#define OUT_MAX	   (16 * 1024 * 1024)

struct tale {
	struct arena *arena;
	struct ladder_step *steps;
	const char **whats;
	size_t n, room, width;
	bool follow, more; /* more: than are shown                     */
	const char *last; /* --follow: id of the line before           */
	struct call *call; /* that ends with the story; or NULL        */
	char *state;
	size_t size;
};

static enum err read_step(struct arena *a, const struct json_value *v,
			  struct ladder_step *s)
{
	const struct {
		const char *name;
		const char **to;
	} members[] = {
		{ "id", &s->id },	    { "time", &s->time },
		{ "step", &s->step },	    { "from", &s->from },
		{ "to", &s->to },	    { "technology", &s->technology },
		{ "verdict", &s->verdict }, { "far_id", &s->far_id },
		{ "text", &s->text },	    { "peer", &s->peer },
		{ "leg", &s->leg },	    { "clause", &s->clause },
	};
	size_t i;

	for (i = 0; i < sizeof members / sizeof *members; i++) {
		*members[i].to = print_member(a, v, members[i].name);
		if (*members[i].to == NULL)
			return ERR_NOMEM;
	}
	if (strcmp(s->technology, "none") == 0)
		s->technology = "";
	return OK;
}

/* "john -> mary, sms over smsc-a; id 12; text" */
static const char *what_happened(struct arena *a, const struct ladder_step *s)
{
	struct buf out = BUF_INIT(3 * GWCTL_TEXT_MAX);
	const char *text;

	if (*s->from != '\0' || *s->to != '\0')
		buf_printf(&out, "%s -> %s", s->from, s->to);
	if (*s->technology != '\0' || *s->peer != '\0')
		buf_printf(&out, "%s%s", out.n > 0 ? ", " : "", s->technology);
	if (*s->peer != '\0' && strcmp(s->peer, s->technology) != 0)
		buf_printf(&out, "%sover %s", *s->technology != '\0' ? " " : "",
			   s->peer);
	if (*s->far_id != '\0')
		buf_printf(&out, "%sid %s", out.n > 0 ? "; " : "", s->far_id);
	if (*s->text != '\0')
		buf_printf(&out, "%s%s", out.n > 0 ? "; " : "", s->text);
	text = arena_string(a, buf_bytes(&out));
	buf_clear(&out);
	return text;
}

static void put_heading(const struct ladder_step *s, struct buf *to)
{
	size_t date = strcspn(s->time, "T");

	buf_printf(to, "message %s", s->id);
	if (s->time[date] == 'T')
		buf_printf(to, ", %.*s", (int)date, s->time);
	buf_text(to, "\n");
}

static void put_line(const struct ladder_step *s, const char *what,
		     size_t width, struct buf *to)
{
	struct bytes clock = ladder_clock(s->time);

	buf_printf(to, "  %-15.*s  ", (int)clock.n, (const char *)clock.p);
	print_padded(to, s->step, 10);
	buf_text(to, "  ");
	print_padded(to, what,
		     *s->verdict == '\0' && *s->clause == '\0' ? 0 : width);
	if (*s->verdict != '\0' || *s->clause != '\0') {
		buf_text(to, "  ");
		print_padded(to, s->verdict, *s->clause == '\0' ? 0 : 12);
	}
	if (*s->clause != '\0')
		buf_printf(to, "  [%s]", s->clause);
	buf_text(to, "\n");
}

static enum err keep(struct tale *t, const struct ladder_step *s,
		     const char *what)
{
	struct ladder_step *steps;
	const char **whats;
	size_t room = t->room == 0 ? 64 : t->room * 2, width;

	if (t->n == STEPS_MAX) {
		t->more = true;
		return OK;
	}
	if (t->n == t->room) {
		steps = mem_realloc(t->steps, room * sizeof *steps);
		if (steps == NULL)
			return ERR_NOMEM;
		t->steps = steps;
		whats = mem_realloc(t->whats, room * sizeof(const char *));
		if (whats == NULL)
			return ERR_NOMEM;
		t->whats = whats;
		t->room = room;
	}
	t->steps[t->n] = *s;
	t->whats[t->n++] = what;
	width = print_width(what);
	if (width > t->width)
		t->width = width > WHAT_MOST ? WHAT_MOST : width;
	return OK;
}

static enum err print_at_once(struct tale *t, const struct ladder_step *s,
			      const char *what)
{
	struct buf out = BUF_INIT(OUT_MAX);
	char *id;

	if (t->last == NULL || strcmp(t->last, s->id) != 0) {
		put_heading(s, &out);
		id = mem_string(s->id);
		if (id == NULL)
			return ERR_NOMEM;
		mem_free((void *)(uintptr_t)t->last);
		t->last = id;
	}
	put_line(s, what, WHAT_MOST, &out);
	call_print(&out);
	buf_clear(&out);
	arena_reset(t->arena);
	return OK;
}

static enum err take_step(void *arg, const struct json_value *object)
{
	struct tale *t = arg;
	struct ladder_step s;
	const char *what;
	enum err e = read_step(t->arena, object, &s);

	if (e != OK)
		return e;
	if ((what = what_happened(t->arena, &s)) == NULL)
		return ERR_NOMEM;
	if (t->call != NULL && strcmp(s.step, "report") == 0) {
		snprintf(t->state, t->size, "%s", s.verdict);
		t->call->enough = true;
	}
	if (t->call != NULL && t->call->json) {
		arena_reset(t->arena);
		return OK;
	}
	return t->follow ? print_at_once(t, &s, what) : keep(t, &s, what);
}

static bool is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Steps of one message in the order they came, moved together to `to`. */
static size_t gather(const struct tale *t, const char *id,
		     struct ladder_step *to)
{
	size_t n = 0, i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->steps[i].id, id) == 0)
			to[n++] = t->steps[i];
	return n;
}

static bool told_before(const struct tale *t, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (strcmp(t->steps[j].id, t->steps[i].id) == 0)
			return true;
	return false;
}

static enum err put_tale(const struct tale *t, struct buf *to)
{
	struct ladder_step *one = mem_alloc((t->n + 1) * sizeof *one);
	size_t i, j, n;

	if (one == NULL)
		return ERR_NOMEM;
	for (i = 0; i < t->n; i++) {
		if (told_before(t, i))
			continue;
		buf_text(to, i == 0 ? "" : "\n");
		put_heading(&t->steps[i], to);
		for (j = i; j < t->n; j++)
			if (strcmp(t->steps[j].id, t->steps[i].id) == 0)
				put_line(&t->steps[j], t->whats[j], t->width,
					 to);
		buf_text(to, "\n");
		n = gather(t, t->steps[i].id, one);
		ladder_draw(one, n, is_utf8(), to);
	}
	mem_free(one);
	return buf_status(to);
}

int call_follow(struct call *c, const char *key, char *state, size_t size)
{
	struct tale t = { .arena = arena_new(OUT_MAX),
			  .follow = true,
			  .call = c,
			  .state = state,
			  .size = size };
	struct buf arguments = BUF_INIT(GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&arguments);
	int code = GWCTL_REFUSED;

	json_put_string(&w, "key", key);
	json_put_bool(&w, "follow", true);
	c->command = "trace";
	if (t.arena != NULL)
		code = call_run(c, buf_bytes(&arguments), take_step, &t, NULL);
	mem_free((void *)(uintptr_t)t.last);
	buf_clear(&arguments);
	arena_free(t.arena);
	return code;
}

int call_trace(struct call *c)
{
	struct tale t = { .arena = c->arena,
			  .follow = c->follow,
			  .width = WHAT_LEAST };
	struct buf arguments = BUF_INIT(GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&arguments);
	struct buf out = BUF_INIT(OUT_MAX);
	size_t n = 0;
	int code;

	json_put_string(&w, "key", c->arguments[0]);
	if (c->follow) {
		json_put_bool(&w, "follow", true);
		c->timeout_ms = -1;
	}
	code = call_run(c, buf_bytes(&arguments), take_step, &t, &n);
	if (!c->json && t.n > 0 && put_tale(&t, &out) == OK)
		call_print(&out);
	if (t.more)
		fprintf(stderr, "gwctl: there are more steps than the first "
				"%d; --json shows all\n",
			STEPS_MAX);
	if (code == GWCTL_DONE && n == 0 && !c->follow) {
		fprintf(stderr, "gwctl: nothing is known of %s\n",
			c->arguments[0]);
		code = GWCTL_REFUSED;
	}
	mem_free(t.steps);
	mem_free(t.whats);
	mem_free((void *)(uintptr_t)t.last);
	buf_clear(&arguments);
	buf_clear(&out);
	return code;
}
