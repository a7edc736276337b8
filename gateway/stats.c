#include "gateway/stats.h"

#include <inttypes.h>
#include <string.h>

#include "codecs/arena.h"

struct number {
	struct number *next;
	uint64_t n;
	char value[];		/* of the label */
};

struct family {
	struct family *next;
	const struct measure *measure;
	struct number *numbers;
};

struct stats {
	struct family *families, **end;
	uint64_t nowhere;
};

struct stats *stats_new(void)
{
	struct stats *s = mem_zero(sizeof *s);

	if (s != NULL)
		s->end = &s->families;
	return s;
}

static void free_numbers(struct number *n)
{
	struct number *next;

	for (; n != NULL; n = next) {
		next = n->next;
		mem_free(n);
	}
}

void stats_free(struct stats *s)
{
	struct family *f, *next;

	if (s == NULL)
		return;
	for (f = s->families; f != NULL; f = next) {
		next = f->next;
		free_numbers(f->numbers);
		mem_free(f);
	}
	mem_free(s);
}

static struct family *family_of(struct stats *s, const struct measure *m)
{
	struct family *f;

	for (f = s->families; f != NULL; f = f->next)
		if (f->measure == m)
			return f;
	if ((f = mem_zero(sizeof *f)) == NULL)
		return NULL;
	f->measure = m;
	*s->end = f;
	s->end = &f->next;
	return f;
}

uint64_t *stats_number(struct stats *s, const struct measure *m,
		       const char *value)
{
	struct family *f = family_of(s, m);
	struct number **at, *n;
	size_t size;

	if (f == NULL)
		return &s->nowhere;
	if (value == NULL || m->label == NULL)
		value = "";
	for (at = &f->numbers; *at != NULL; at = &(*at)->next)
		if (strcmp((*at)->value, value) == 0)
			return &(*at)->n;
	size = strlen(value) + 1;
	if ((n = mem_zero(sizeof *n + size)) == NULL)
		return &s->nowhere;
	memcpy(n->value, value, size);
	*at = n;
	return &n->n;
}

void stats_list(const struct stats *s, stats_each *each, void *arg)
{
	const struct family *f;
	const struct number *n;

	for (f = s->families; f != NULL; f = f->next)
		for (n = f->numbers; n != NULL; n = n->next)
			each(arg, f->measure,
			     f->measure->label == NULL ? NULL : n->value, n->n);
}

static void put_label(struct buf *to, const char *label, const char *value)
{
	buf_printf(to, "{%s=\"", label);
	for (; *value != '\0'; value++) {
		if (*value == '\n') {
			buf_text(to, "\\n");
			continue;
		}
		if (*value == '\\' || *value == '"')
			buf_u8(to, '\\');
		buf_u8(to, (uint8_t)*value);
	}
	buf_text(to, "\"}");
}

static void put_family(struct buf *to, const struct family *f)
{
	const struct measure *m = f->measure;
	const struct number *n;

	buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->sentence,
		   m->name, m->kind == MEASURE_GAUGE ? "gauge" : "counter");
	for (n = f->numbers; n != NULL; n = n->next) {
		buf_text(to, m->name);
		if (m->label != NULL)
			put_label(to, m->label, n->value);
		buf_printf(to, " %" PRIu64 "\n", n->n);
	}
}

enum err stats_text(const struct stats *s, struct buf *to)
{
	const struct family *f;

	for (f = s->families; f != NULL; f = f->next)
		put_family(to, f);
	return buf_status(to);
}
