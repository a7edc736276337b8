#include "gateway/gwctl_ladder.h"

#include <stdio.h>
#include <string.h>

#include "codecs/utf8.h"
#include "gateway/gwctl_print.h"

#define PARTIES_MAX  8
#define LEGS_MAX     256
#define CELLS_MAX    256
#define TIME_WIDTH   17 /* of the clock, with the space behind it     */
#define COLUMN_LEAST 14
#define COLUMN_MOST  24
#define TOTAL_WIDTH  100 /* wished for                                 */
#define BEHIND	     0

/* Which hops a step has: seen from the gateway. */
enum way {
	WAY_NONE, /* inside: a note                             */
	WAY_FROM_SENDER,
	WAY_TO_RECIPIENT,
	WAY_FROM_RECIPIENT,
	WAY_TO_SENDER,
	WAY_ANSWER /* of whoever the leg was sent to             */
};

static const struct {
	const char *step;
	enum way way;
} ways[] = { { "intake", WAY_FROM_SENDER },
	     { "native", WAY_TO_RECIPIENT },
	     { "send", WAY_TO_RECIPIENT },
	     { "report-in", WAY_FROM_RECIPIENT },
	     { "report", WAY_TO_SENDER },
	     { "outcome", WAY_ANSWER },
	     { NULL, WAY_NONE } };

/* Verdicts of steps that never reached a wire. */
static const char *const unsent[] = { "no-way-back", "undelivered", "abandoned",
				      "duplicate", NULL };

struct glyphs {
	uint32_t life, line, dotted, right, left, note;
};

static const struct glyphs ascii = { '|', '-', '.', '>', '<', '*' };
static const struct glyphs unicode = { 0x2502, 0x2500, 0x2508,
				       0x25B6, 0x25C0, 0x25CF };

struct ladder {
	struct bytes parties[PARTIES_MAX]; /* from left to right         */
	size_t n, gateway, width;
	const char *reports[LEGS_MAX]; /* legs that carry reports            */
	size_t n_reports;
	const struct glyphs *glyphs;
	uint32_t cells[CELLS_MAX]; /* BEHIND: the right half of a wide one   */
};

struct bytes ladder_clock(const char *time)
{
	const char *t = strchr(time, 'T');
	struct bytes all = bytes_of(time);

	if (t == NULL)
		return all;
	all = bytes_after(all, (size_t)(t - time) + 1);
	if (all.n > 0 && all.p[all.n - 1] == 'Z')
		all.n--;
	return all;
}

struct bytes ladder_party(const char *address)
{
	static const char *const schemes[] = { "sip:", "sips:", "tel:", NULL };
	struct bytes a = bytes_of(address);
	size_t i;

	for (i = 0; schemes[i] != NULL; i++) {
		size_t n = strlen(schemes[i]);

		if (strncmp(address, schemes[i], n) != 0)
			continue;
		a = bytes_after(a, n);
		a.n = bytes_find(a, i < 2 ? '@' : ';');
		return a;
	}
	return a;
}

/* The link that a step went over, when it is a party of its own. */
static struct bytes link_of(const struct ladder_step *s)
{
	if (strcmp(s->technology, "cpm") == 0 || strcmp(s->peer, "cpm") == 0)
		return bytes_of("");
	return bytes_of(s->peer);
}

static enum way way_of(const struct ladder_step *s)
{
	size_t i;

	for (i = 0; unsent[i] != NULL; i++)
		if (strcmp(s->verdict, unsent[i]) == 0 &&
		    strcmp(s->step, "intake") != 0)
			return WAY_NONE;
	for (i = 0; ways[i].step != NULL; i++)
		if (strcmp(s->step, ways[i].step) == 0)
			break;
	return ways[i].way;
}

static size_t column_of(const struct ladder *l, struct bytes party)
{
	size_t i;

	for (i = 0; party.n > 0 && i < l->n; i++)
		if (bytes_equal(l->parties[i], party))
			return i;
	return l->n;
}

static void insert(struct ladder *l, size_t at, struct bytes party)
{
	if (party.n == 0 || l->n == PARTIES_MAX || column_of(l, party) < l->n)
		return;
	memmove(&l->parties[at + 1], &l->parties[at],
		(l->n - at) * sizeof l->parties[0]);
	l->parties[at] = party;
	l->n++;
	if (at <= l->gateway)
		l->gateway++;
}

static bool is_report(const struct ladder *l, const struct ladder_step *s)
{
	size_t i;

	for (i = 0; *s->leg != '\0' && i < l->n_reports; i++)
		if (strcmp(l->reports[i], s->leg) == 0)
			return true;
	return false;
}

/* Senders and their links to the left of the gateway, recipients right. */
static void seat(struct ladder *l, const struct ladder_step *s)
{
	enum way way = way_of(s);

	if (way == WAY_TO_SENDER && l->n_reports < LEGS_MAX)
		l->reports[l->n_reports++] = s->leg;
	if (way == WAY_FROM_SENDER || way == WAY_TO_SENDER) {
		insert(l, l->gateway, link_of(s));
		insert(l, 0, ladder_party(s->from));
	}
	if (way == WAY_TO_RECIPIENT || way == WAY_FROM_RECIPIENT) {
		insert(l, l->gateway + 1, link_of(s));
		insert(l, l->n, ladder_party(s->to));
	}
}

/* -- one line ------------------------------------------------------------- */

static size_t x_of(const struct ladder *l, size_t column)
{
	return TIME_WIDTH + column * l->width + l->width / 2;
}

static void clear_cells(struct ladder *l, bool lives)
{
	size_t i;

	for (i = 0; i < CELLS_MAX; i++)
		l->cells[i] = ' ';
	for (i = 0; lives && i < l->n; i++)
		l->cells[x_of(l, i)] = l->glyphs->life;
}

/* Cells from `x` on, and before `end`. What takes none is left out. */
static void put_cells(struct ladder *l, size_t x, size_t end,
		      struct bytes text)
{
	size_t columns;
	uint32_t cp;

	if (end > CELLS_MAX)
		end = CELLS_MAX;
	while (text.n > 0) {
		text = bytes_after(text, utf8_step(text, &cp));
		columns = print_columns(cp);
		if (columns == 0)
			continue;
		if (x + columns > end)
			break;
		l->cells[x++] = cp == UTF8_BAD ? '?' : cp;
		if (columns == 2)
			l->cells[x++] = BEHIND;
	}
}

static size_t columns_of(struct bytes text)
{
	size_t n = 0;
	uint32_t cp;

	while (text.n > 0) {
		text = bytes_after(text, utf8_step(text, &cp));
		n += print_columns(cp);
	}
	return n;
}

static void flush_cells(struct ladder *l, struct buf *to)
{
	size_t n = CELLS_MAX, i;

	while (n > 0 && l->cells[n - 1] == ' ')
		n--;
	for (i = 0; i < n; i++)
		if (l->cells[i] != BEHIND)
			utf8_append(to, l->cells[i]);
	buf_text(to, "\n");
}

static void put_centred(struct ladder *l, size_t from, size_t to,
			struct bytes text)
{
	size_t room = to - from, n = columns_of(text);

	if (n > room)
		n = room;
	put_cells(l, from + (room - n) / 2, to, text);
}

static void arrow(struct ladder *l, size_t from, size_t to, bool dotted,
		  struct bytes label)
{
	bool right = from < to;
	size_t a = x_of(l, right ? from : to), b = x_of(l, right ? to : from);
	size_t x;

	if (from == to)
		return;
	for (x = a + 1; x < b; x++)
		l->cells[x] = dotted ? l->glyphs->dotted : l->glyphs->line;
	l->cells[right ? b - 1 : a + 1] =
		right ? l->glyphs->right : l->glyphs->left;
	if (label.n > 0)
		put_centred(l, a + 3, b - 2, label);
}

static void put_time(struct ladder *l, const struct ladder_step *s)
{
	put_cells(l, 0, TIME_WIDTH - 1, ladder_clock(s->time));
}

static void draw_note(struct ladder *l, const struct ladder_step *s,
		      struct buf *to)
{
	size_t x = x_of(l, l->gateway);
	struct buf text = BUF_INIT(1024);

	clear_cells(l, true);
	put_time(l, s);
	l->cells[x] = l->glyphs->note;
	buf_printf(&text, " %s", s->step);
	if (*s->verdict != '\0')
		buf_printf(&text, ": %s", s->verdict);
	if (*s->technology != '\0' && strcmp(s->step, "route") == 0)
		buf_printf(&text, " (%s%s%s)", s->technology,
			   *s->peer == '\0' ? "" : " ", s->peer);
	buf_text(&text, " ");
	put_cells(l, x + 1, CELLS_MAX, buf_bytes(&text));
	flush_cells(l, to);
	buf_clear(&text);
}

/* What an arrow says: what travels, or how it was answered. */
static void put_label(const struct ladder_step *s, enum way way,
		      struct buf *label)
{
	const char *what = s->technology;

	if (way == WAY_ANSWER || way == WAY_FROM_RECIPIENT)
		what = s->verdict;
	else if (way == WAY_TO_SENDER)
		what = "report";
	buf_printf(label, " %s", *what == '\0' ? s->step : what);
	if (way == WAY_FROM_SENDER && strcmp(s->verdict, "taken") != 0)
		buf_printf(label, ": %s", s->verdict);
	if (strcmp(s->verdict, "maybe-duplicate") == 0)
		buf_text(label, " again?");
	buf_text(label, " ");
}

static void draw_step(struct ladder *l, const struct ladder_step *s,
		      struct buf *to)
{
	enum way way = way_of(s);
	bool sender = way == WAY_FROM_SENDER || way == WAY_TO_SENDER ||
		      (way == WAY_ANSWER && is_report(l, s));
	bool out = way == WAY_TO_RECIPIENT || way == WAY_TO_SENDER;
	struct buf label = BUF_INIT(512);
	size_t far = column_of(l, ladder_party(sender ? s->from : s->to));
	size_t link = column_of(l, link_of(s)), near = link;

	if (link == l->n) {
		near = far;
		far = l->n;
	}
	if (way == WAY_NONE || near == l->n || near == l->gateway) {
		draw_note(l, s, to);
		return;
	}
	clear_cells(l, true);
	put_time(l, s);
	put_label(s, way, &label);
	arrow(l, out ? l->gateway : near, out ? near : l->gateway, false,
	      buf_bytes(&label));
	if (far < l->n && way != WAY_ANSWER)
		arrow(l, out ? near : far, out ? far : near, true,
		      bytes_of(""));
	flush_cells(l, to);
	buf_clear(&label);
}

static void draw_head(struct ladder *l, struct buf *to)
{
	size_t i;

	clear_cells(l, false);
	for (i = 0; i < l->n; i++) {
		size_t a = x_of(l, i) - l->width / 2;

		put_centred(l, a, a + l->width - 1, l->parties[i]);
	}
	flush_cells(l, to);
	clear_cells(l, true);
	flush_cells(l, to);
}

void ladder_draw(const struct ladder_step *steps, size_t n, bool utf8,
		 struct buf *to)
{
	struct ladder l = { .n = 1, .glyphs = utf8 ? &unicode : &ascii };
	size_t i;

	l.parties[0] = bytes_of("gateway");
	for (i = 0; i < n; i++)
		seat(&l, &steps[i]);
	if (l.n == 1)
		return;
	l.width = (TOTAL_WIDTH - TIME_WIDTH) / l.n;
	if (l.width < COLUMN_LEAST)
		l.width = COLUMN_LEAST;
	if (l.width > COLUMN_MOST)
		l.width = COLUMN_MOST;
	draw_head(&l, to);
	for (i = 0; i < n; i++)
		draw_step(&l, &steps[i], to);
	clear_cells(&l, true);
	flush_cells(&l, to);
}
