#include "codecs/rewrite.h"

#include <string.h>

#include "codecs/arena.h"
#include "codecs/expression.h"

struct rule {
	struct expression *expression;	/* NULL: `front` is meant             */
	struct bytes front, with;
};

struct rewrite {
	struct arena *arena;
	struct rule rules[REWRITE_RULES_MAX];
	size_t n;
};

static enum err refuse(struct buf *complaint, struct bytes rule,
		       const char *why)
{
	if (complaint != NULL)
		buf_printf(complaint, "%.*s: %s", (int)rule.n,
			   (const char *)rule.p, why);
	return ERR_RANGE;
}

/* Index of the last "->", or in.n. */
static size_t arrow(struct bytes in)
{
	size_t i;

	for (i = in.n; i >= 2; i--)
		if (in.p[i - 2] == '-' && in.p[i - 1] == '>')
			return i - 2;
	return in.n;
}

static const char *bad_replacement(struct bytes with, size_t groups)
{
	size_t i;

	for (i = 0; i < with.n; i++) {
		if (with.p[i] != '\\')
			continue;
		if (++i == with.n)
			return "a backslash at the end";
		if (with.p[i] == '\\')
			continue;
		if (with.p[i] < '0' || with.p[i] > '9')
			return "after a backslash only a digit or a backslash";
		if ((size_t)(with.p[i] - '0') > groups)
			return "there is no such group in the expression";
	}
	return NULL;
}

static enum err read_left(struct rule *r, struct bytes left, struct arena *a,
			  struct buf *complaint)
{
	if (left.n == 0 || left.p[0] != '/')
		return arena_copy(a, left, &r->front);
	if (left.n < 2 || left.p[left.n - 1] != '/')
		return refuse(complaint, left, "no '/' at its end");
	return expression_new((struct bytes){ left.p + 1, left.n - 2 },
			      &r->expression, complaint);
}

static enum err read_rule(struct rewrite *w, struct bytes text,
			  struct buf *complaint)
{
	struct rule *r = &w->rules[w->n];
	size_t at = arrow(text);
	struct bytes with = bytes_trim(bytes_after(text, at + 2));
	const char *why;
	enum err e;

	if (at == text.n)
		return refuse(complaint, text, "not a rule: FROM -> TO");
	if (w->n == REWRITE_RULES_MAX)
		return refuse(complaint, text, "more than 100 rules");
	w->n++;
	e = read_left(r, bytes_trim((struct bytes){ text.p, at }), w->arena,
		      complaint);
	if (e != OK)
		return e;
	why = bad_replacement(
		with, r->expression == NULL ? 0
					    : expression_groups(r->expression));
	if (why != NULL)
		return refuse(complaint, text, why);
	return arena_copy(w->arena, with, &r->with);
}

enum err rewrite_new(struct bytes rules, struct rewrite **out,
		     struct buf *complaint)
{
	struct rewrite *w;
	enum err e = ERR_NOMEM;

	*out = NULL;
	if (bytes_trim(rules).n == 0)
		return OK;
	if ((w = mem_zero(sizeof *w)) == NULL)
		return ERR_NOMEM;
	if ((w->arena = arena_new(4 * rules.n + 4096)) == NULL)
		goto out;
	do {
		size_t end = bytes_find(rules, ';');

		e = read_rule(w, bytes_trim((struct bytes){ rules.p, end }),
			      complaint);
		rules = bytes_after(rules, end + 1);
	} while (e == OK && rules.n > 0);
out:
	if (e == OK)
		*out = w;
	else
		rewrite_free(w);
	return e;
}

void rewrite_free(struct rewrite *w)
{
	if (w == NULL)
		return;
	while (w->n > 0)
		expression_free(w->rules[--w->n].expression);
	arena_free(w->arena);
	mem_free(w);
}

static bool fits(const struct rule *r, struct bytes text,
		 struct expression_part parts[EXPRESSION_GROUPS])
{
	if (r->expression != NULL)
		return expression_matches(r->expression, text, parts);
	parts[0] = (struct expression_part){ 0, r->front.n };
	return r->front.n == 0 ||
	       (text.n >= r->front.n &&
		memcmp(text.p, r->front.p, r->front.n) == 0);
}

/* A group that took no part is nothing. */
static void put_part(struct buf *to, struct bytes text,
		     const struct expression_part *p)
{
	if (p->from < p->to)
		buf_put(to, (struct bytes){ text.p + p->from,
					    p->to - p->from });
}

static void put_replacement(const struct rule *r, struct bytes text,
			    const struct expression_part *parts, struct buf *to)
{
	size_t i;

	for (i = 0; i < r->with.n; i++)
		if (r->with.p[i] != '\\')
			buf_u8(to, r->with.p[i]);
		else if (r->with.p[++i] == '\\')
			buf_u8(to, '\\');
		else
			put_part(to, text, &parts[r->with.p[i] - '0']);
}

enum err rewrite_apply(const struct rewrite *w, struct bytes text,
		       struct buf *to)
{
	struct expression_part parts[EXPRESSION_GROUPS];
	size_t i, n = w == NULL ? 0 : w->n, before = to->n;

	if (text.n > REWRITE_TEXT_MAX)
		return ERR_TOOBIG;
	for (i = 0; i < n && !fits(&w->rules[i], text, parts); i++)
		;
	if (i == n) {
		buf_put(to, text);
		return buf_status(to);
	}
	buf_put(to, (struct bytes){ text.p, parts[0].from });
	put_replacement(&w->rules[i], text, parts, to);
	buf_put(to, bytes_after(text, parts[0].to));
	if (buf_status(to) == OK && to->n - before > REWRITE_TEXT_MAX)
		return ERR_TOOBIG;
	return buf_status(to);
}
