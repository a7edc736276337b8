#include "codecs/number_list.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/arena.h"
#include "codecs/expression.h"
#include "codecs/utf8.h"

#define DIGITS	  15
#define TEXTS_MAX ((size_t)64 * 1024 * 1024)	/* octets of no numbers       */

struct number_list {
	uint64_t *numbers;	/* packed, sorted                             */
	size_t n_numbers, room_numbers;
	struct bytes *texts;	/* sorted; '*' at the end: all that begin so  */
	size_t n_texts, room_texts;
	struct arena *arena;	/* of the texts; NULL: none yet               */
	struct expression *expressions[NUMBER_LIST_EXPRESSIONS_MAX];
	size_t n_expressions;
};

/* The digits at the front of a text, '+' before them or not. */
struct digits {
	uint64_t value;
	unsigned n;
	bool plus;
	size_t octets;		/* of the text                                */
};

/* Different for different numbers; `open`: all that begin so. */
static uint64_t pack(uint64_t value, unsigned n, bool plus, bool open)
{
	return (value << 4 | n) << 2 | (uint64_t)plus << 1 | open;
}

static struct digits digits_of(struct bytes text)
{
	struct digits d = { .plus = text.n > 0 && text.p[0] == '+' };

	d.octets = d.plus;
	while (d.octets < text.n && d.n < DIGITS && text.p[d.octets] >= '0' &&
	       text.p[d.octets] <= '9') {
		d.value = d.value * 10 + (uint64_t)(text.p[d.octets] - '0');
		d.octets++;
		d.n++;
	}
	return d;
}

struct number_list *number_list_new(void)
{
	return mem_zero(sizeof(struct number_list));
}

void number_list_free(struct number_list *l)
{
	if (l == NULL)
		return;
	while (l->n_expressions > 0)
		expression_free(l->expressions[--l->n_expressions]);
	arena_free(l->arena);
	mem_free(l->texts);
	mem_free(l->numbers);
	mem_free(l);
}

static enum err refuse(struct buf *complaint, struct bytes entry,
		       const char *why)
{
	if (complaint != NULL)
		buf_printf(complaint, "%.*s: %s",
			   entry.n > 60 ? 60 : (int)entry.n,
			   (const char *)entry.p, why);
	return ERR_RANGE;
}

/* Room for one more in an array that grows. NULL: no memory. */
static void *grown(void *array, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 16 : *room * 2;
	void *new;

	if (n < *room)
		return array;
	if ((new = mem_realloc(array, more * size)) != NULL)
		*room = more;
	return new;
}

static enum err add_number(struct number_list *l, uint64_t packed)
{
	uint64_t *to = grown(l->numbers, l->n_numbers, &l->room_numbers,
			     sizeof *to);

	if (to == NULL)
		return ERR_NOMEM;
	l->numbers = to;
	l->numbers[l->n_numbers++] = packed;
	return OK;
}

static enum err add_text(struct number_list *l, struct bytes entry)
{
	struct bytes *to = grown(l->texts, l->n_texts, &l->room_texts,
				 sizeof *to);

	if (to == NULL)
		return ERR_NOMEM;
	l->texts = to;
	if (l->arena == NULL && (l->arena = arena_new(TEXTS_MAX)) == NULL)
		return ERR_NOMEM;
	if (arena_used(l->arena) + entry.n + 64 > TEXTS_MAX)
		return ERR_TOOBIG;
	if (arena_copy(l->arena, entry, &l->texts[l->n_texts]) != OK)
		return ERR_NOMEM;
	l->n_texts++;
	return OK;
}

static enum err add_expression(struct number_list *l, struct bytes entry,
			       struct buf *complaint)
{
	enum err e;

	if (entry.n < 2 || entry.p[entry.n - 1] != '/')
		return refuse(complaint, entry, "no '/' at its end");
	if (l->n_expressions == NUMBER_LIST_EXPRESSIONS_MAX)
		return refuse(complaint, entry, "more than 100 expressions");
	e = expression_new((struct bytes){ entry.p + 1, entry.n - 2 },
			   &l->expressions[l->n_expressions], complaint);
	l->n_expressions += e == OK;
	return e;
}

static bool printable(struct bytes text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] < 0x20 || text.p[i] == 0x7F)
			return false;
	return true;
}

enum err number_list_add(struct number_list *l, struct bytes entry,
			 struct buf *complaint)
{
	bool open = entry.n > 0 && entry.p[entry.n - 1] == '*';
	struct digits d = digits_of(entry);

	if (l->n_numbers + l->n_texts == NUMBER_LIST_MAX)
		return ERR_TOOBIG;
	if (!printable(entry) || (entry.n > 0 && !utf8_valid(entry)))
		return refuse(complaint, bytes_of("entry"),
			      "a control character in it, or not UTF-8");
	if (entry.n == 0 || bytes_is(entry, "+"))
		return refuse(complaint, entry, "not a number or a text");
	if (entry.p[0] == '/')
		return add_expression(l, entry, complaint);
	if (entry.n > NUMBER_LIST_TEXT_MAX)
		return refuse(complaint, entry, "longer than 255 octets");
	if (d.octets + open == entry.n)
		return add_number(l, pack(d.value, d.n, d.plus, open));
	return add_text(l, entry);
}

enum err number_list_add_all(struct number_list *l, struct bytes items,
			     struct buf *complaint)
{
	enum err e = OK;

	while (e == OK && items.n > 0) {
		size_t end = bytes_find(items, ';');

		e = number_list_add(
			l, bytes_trim((struct bytes){ items.p, end }),
			complaint);
		items = bytes_after(items, end + 1);
	}
	return e;
}

/* One line of a file; ERR_RANGE only when it is a mistake. */
static enum err read_line(struct number_list *l, struct bytes line,
			  struct buf *why)
{
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	line = bytes_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return OK;
	return number_list_add(l, line, why);
}

enum err number_list_read(struct number_list *l, struct bytes file,
			  const char *name, struct buf *complaints)
{
	struct buf why = BUF_INIT(1000);
	unsigned long line = 0;
	bool good = true;
	enum err e = OK;

	while ((e == OK || e == ERR_RANGE) && file.n > 0) {
		size_t end = bytes_find(file, '\n');

		line++;
		e = read_line(l, (struct bytes){ file.p, end }, &why);
		file = bytes_after(file, end + 1);
		if (e != ERR_RANGE)
			continue;
		good = false;
		buf_printf(complaints, "%s:%lu: %.*s\n", name, line,
			   (int)why.n, (const char *)why.p);
		buf_reset(&why);
	}
	buf_clear(&why);
	if (e == OK && !good)
		e = ERR_RANGE;
	return e;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int by_text(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

void number_list_finish(struct number_list *l)
{
	uint64_t *fit;
	size_t i, n = 0;

	if (l->n_numbers > 0)
		qsort(l->numbers, l->n_numbers, sizeof *l->numbers, by_number);
	for (i = 0; i < l->n_numbers; i++)
		if (i == 0 || l->numbers[i] != l->numbers[i - 1])
			l->numbers[n++] = l->numbers[i];
	l->n_numbers = n;
	if (n > 0 && (fit = mem_realloc(l->numbers, n * sizeof *fit)) != NULL) {
		l->numbers = fit;
		l->room_numbers = n;
	}
	if (l->n_texts > 0)
		qsort(l->texts, l->n_texts, sizeof *l->texts, by_text);
	for (i = 0, n = 0; i < l->n_texts; i++)
		if (i == 0 || by_text(&l->texts[i], &l->texts[i - 1]) != 0)
			l->texts[n++] = l->texts[i];
	l->n_texts = n;
}

size_t number_list_count(const struct number_list *l)
{
	return l->n_numbers + l->n_texts + l->n_expressions;
}

/* With its '+', and as one whose entry has none. */
static bool has_packed(const struct number_list *l, const struct digits *d,
		       bool open)
{
	uint64_t key = pack(d->value, d->n, d->plus, open);

	if (bsearch(&key, l->numbers, l->n_numbers, sizeof key, by_number))
		return true;
	key = pack(d->value, d->n, false, open);
	return d->plus &&
	       bsearch(&key, l->numbers, l->n_numbers, sizeof key, by_number);
}

static bool has_number(const struct number_list *l, struct bytes text)
{
	struct digits d = digits_of(text);

	if (d.n > 0 && d.octets == text.n && has_packed(l, &d, false))
		return true;
	for (; d.n > 0; d.n--, d.value /= 10)
		if (has_packed(l, &d, true))
			return true;
	return has_packed(l, &d, true);
}

static bool has_text(const struct number_list *l, struct bytes text)
{
	uint8_t key[NUMBER_LIST_TEXT_MAX + 1];
	struct bytes open = { key, text.n + 1 };

	if (text.n > NUMBER_LIST_TEXT_MAX)
		return false;
	/* An entry that ends so stands for more than itself. */
	if ((text.n == 0 || text.p[text.n - 1] != '*') &&
	    bsearch(&text, l->texts, l->n_texts, sizeof text, by_text))
		return true;
	if (text.n > 0)
		memcpy(key, text.p, text.n);
	for (; open.n > 0; open.n--) {
		key[open.n - 1] = '*';
		if (bsearch(&open, l->texts, l->n_texts, sizeof open, by_text))
			return true;
	}
	return false;
}

bool number_list_has(const struct number_list *l, struct bytes text)
{
	size_t i;

	if (l->n_numbers > 0 && has_number(l, text))
		return true;
	if (l->n_texts > 0 && has_text(l, text))
		return true;
	for (i = 0; i < l->n_expressions; i++)
		if (expression_matches(l->expressions[i], text, NULL))
			return true;
	return false;
}
