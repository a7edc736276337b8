/* Mistakes that no single value shows, and what was meant instead. */
#include "gateway/settings_inside.h"

#include <stdlib.h>
#include <string.h>

#define WORD_MAX 40 /* longer words are not worth a suggestion */

struct check {
	const struct settings *s;
	struct buf *complaints;
	bool good;
};

/* "file:line: group smsc: port: " of a value, or of its group. */
static void begin(struct check *c, const struct settings_group *g, size_t row)
{
	const struct setting *what = &g->kind->table->settings[row];

	c->good = false;
	settings_where(g, what->name, c->complaints);
	buf_printf(c->complaints, ": group %s: %s: ", g->kind->table->name,
		   what->name);
}

static void check_single(struct check *c, const struct settings_kind *k)
{
	size_t i;

	for (i = 1; k->table->key == NULL && i < k->n; i++) {
		const struct settings_group *g = k->at[i];

		c->good = false;
		settings_put_where(c->s, g->file, g->line, c->complaints);
		buf_printf(c->complaints,
			   ": group %s: only one is allowed, and "
			   "there is one at ",
			   k->table->name);
		settings_put_where(c->s, k->at[0]->file, k->at[0]->line,
				   c->complaints);
		buf_text(c->complaints, "\n");
	}
}

static void twice(struct check *c, const struct settings_group *g, size_t row,
		  const struct settings_group *first)
{
	const struct setting *what = &g->kind->table->settings[row];

	begin(c, g, row);
	if (what->type != SETTING_SECRET)
		buf_printf(c->complaints, "%s ", g->values[row].text);
	buf_printf(c->complaints, "is already that of group %s at ",
		   first->kind->table->name);
	settings_where(first, first->kind->table->settings[0].name,
		       c->complaints);
	buf_text(c->complaints, "\n");
}

static void check_names(struct check *c, const struct settings_kind *k)
{
	size_t i;

	if (k->key == k->n_rows)
		return;
	for (i = 0; i < k->n; i++) {
		const char *name = k->by_name[i]->name;

		if (k->by_name[i]->values[k->key].text == NULL)
			continue;
		if (i > 0 && strcmp(name, k->by_name[i - 1]->name) == 0 &&
		    *name != '\0') {
			twice(c, k->by_name[i], k->key, k->by_name[i - 1]);
		} else if (*name == '\0' || strpbrk(name, " ;/|") != NULL) {
			begin(c, k->by_name[i], k->key);
			buf_text(c->complaints,
				 "a name may not be empty, nor have a space, "
				 "';', '/' or '|' in it\n");
		}
	}
}

/* A value, or an item of a list, that no other group may have. */
struct only {
	struct bytes text;
	const struct settings_group *of;
};

static int by_text(const void *a, const void *b)
{
	const struct only *x = a, *y = b;
	size_t n = x->text.n < y->text.n ? x->text.n : y->text.n;
	int d = n == 0 ? 0 : memcmp(x->text.p, y->text.p, n);

	if (d != 0)
		return d;
	if (x->text.n != y->text.n)
		return x->text.n < y->text.n ? -1 : 1;
	return (x->of->line > y->of->line) - (x->of->line < y->of->line);
}

static size_t count_items(const struct settings_kind *k, size_t row)
{
	struct bytes left, item;
	size_t n = 0, i;

	for (i = 0; i < k->n; i++) {
		left = settings_list(bytes_of(k->at[i]->values[row].text));
		while (settings_next(&left, &item))
			n++;
	}
	return n;
}

static void say_twice(struct check *c, size_t row, const struct only *second,
		      const struct only *first)
{
	begin(c, second->of, row);
	if (second->of->kind->table->settings[row].type != SETTING_SECRET) {
		settings_put_shown(c->complaints, second->text);
		buf_text(c->complaints, " ");
	}
	buf_printf(c->complaints, "is already that of group %s at ",
		   first->of->kind->table->name);
	settings_where(first->of, first->of->kind->table->settings[0].name,
		       c->complaints);
	buf_text(c->complaints, "\n");
}

static enum err check_unique(struct check *c, const struct settings_kind *k,
			     size_t row)
{
	size_t room = count_items(k, row), n = 0, i;
	struct bytes left, item;
	struct only *all;

	if (room < 2)
		return OK;
	if ((all = mem_alloc(room * sizeof *all)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < k->n; i++) {
		left = settings_list(bytes_of(k->at[i]->values[row].text));
		while (settings_next(&left, &item))
			all[n++] = (struct only){ item, k->at[i] };
	}
	qsort(all, n, sizeof *all, by_text);
	for (i = 1; i < n; i++)
		if (bytes_equal(all[i].text, all[i - 1].text) &&
		    all[i].of != all[i - 1].of)
			say_twice(c, row, &all[i], &all[i - 1]);
	mem_free(all);
	return OK;
}

static const struct settings_group *link_named(const struct settings *s,
					       const char *name,
					       const struct settings_kind *but)
{
	const struct settings_group *g = NULL;
	size_t i;

	for (i = 0; g == NULL && i < s->n_kinds; i++)
		if (s->kinds[i].table->link && &s->kinds[i] != but)
			g = settings_group_named(s, s->kinds[i].table->name,
						 name);
	return g;
}

/* Links of all groups share one space of names: a trace names only them. */
static void check_link_names(struct check *c, const struct settings_kind *k)
{
	const struct settings_group *other;
	size_t i;

	for (i = 0; k->table->link && i < k->n; i++) {
		if (*k->at[i]->name == '\0')
			continue;
		other = link_named(c->s, k->at[i]->name, k);
		if (other != NULL && other->kind < k)
			twice(c, k->at[i], k->key, other);
	}
}

static void check_links(struct check *c, const struct settings_group *g,
			size_t row)
{
	struct bytes left = settings_list(bytes_of(g->values[row].text)), item;
	char name[256];

	while (settings_next(&left, &item)) {
		if (item.n < sizeof name) {
			memcpy(name, item.p, item.n);
			name[item.n] = '\0';
			if (link_named(c->s, name, NULL) != NULL)
				continue;
		}
		begin(c, g, row);
		settings_put_shown(c->complaints, item);
		buf_text(c->complaints, " is not the name of any link\n");
	}
}

static size_t items(const struct settings_group *g, size_t row)
{
	struct bytes left = settings_list(bytes_of(g->values[row].text)), item;
	size_t n = 0;

	while (settings_next(&left, &item))
		n++;
	return n;
}

static void check_most(struct check *c, const struct settings_group *g,
		       size_t row)
{
	const struct setting *what = &g->kind->table->settings[row];
	size_t n = items(g, row);

	if (what->max == 0 || n <= what->max)
		return;
	begin(c, g, row);
	buf_printf(c->complaints, "%zu links are more than %llu\n", n,
		   (unsigned long long)what->max);
}

/* A list of numbers has one for each link. */
static void check_numbers(struct check *c, const struct settings_group *g,
			  size_t row)
{
	const struct setting *rows = g->kind->table->settings;
	size_t n = items(g, row), links = 0;

	while (rows[links].type != SETTING_LINKS)
		links++;
	if (n == 0 || n == items(g, links))
		return;
	begin(c, g, row);
	buf_printf(c->complaints, "%zu numbers for %zu links of %s\n", n,
		   items(g, links), rows[links].name);
}

/* Of NAME-first and NAME-most the first may not be greater. */
static void check_order(struct check *c, const struct settings_kind *k,
			size_t row, const char *low, const char *high)
{
	const struct setting *rows = k->table->settings;
	size_t n = strlen(rows[row].name), end = strlen(low), most, i;
	char name[WORD_MAX * 2];

	if (n < end || n >= WORD_MAX ||
	    strcmp(rows[row].name + n - end, low) != 0)
		return;
	memcpy(name, rows[row].name, n - end);
	strcpy(name + n - end, high);
	if ((most = settings_row_named(k, bytes_of(name))) == k->n_rows)
		return;
	for (i = 0; i < k->n; i++) {
		if (k->at[i]->values[row].number <=
		    k->at[i]->values[most].number)
			continue;
		begin(c, k->at[i], row);
		buf_printf(c->complaints, "%s is above %s, which is %s\n",
			   k->at[i]->values[row].text, name,
			   k->at[i]->values[most].text);
	}
}

/* Short messages go nowhere without a link. */
static void check_routes(struct check *c)
{
	const struct settings_kind *k =
		settings_kind_named(c->s, bytes_of("route"));
	size_t i, technology, peer;

	if (k == NULL)
		return;
	technology = settings_row_named(k, bytes_of("technology"));
	peer = settings_row_named(k, bytes_of("peer"));
	for (i = 0; i < k->n && peer < k->n_rows; i++) {
		const char *t = k->at[i]->values[technology].text;

		if (t == NULL || strcmp(t, "sms") != 0 ||
		    k->at[i]->values[peer].written != NULL)
			continue;
		begin(c, k->at[i], peer);
		buf_text(c->complaints, "must be set where technology = sms: "
					"the name of a link\n");
	}
}

/* An account that has to bind with TLS is not called without. */
static void check_calls(struct check *c)
{
	const struct settings_kind *k =
		settings_kind_named(c->s, bytes_of("esme"));
	size_t i, host;

	if (k == NULL)
		return;
	host = settings_row_named(k, bytes_of("outbind-host"));
	for (i = 0; i < k->n && host < k->n_rows; i++) {
		const struct settings_group *g = k->at[i];

		if (g->values[host].text == NULL ||
		    (settings_text(g, "tls-name") == NULL &&
		     strcmp(settings_text(g, "tls"), "require") != 0))
			continue;
		begin(c, g, host);
		buf_text(c->complaints, "outbind goes without TLS, and this "
					"account has to bind with it\n");
	}
}

/* The address and port that a program of the adapters listens on. */
struct listener {
	const struct settings_group *group;
	size_t port;
	const char *address;
	uint64_t number;
};

static bool listener_of(const struct check *c, const struct settings_kind *k,
			struct listener *l)
{
	const struct settings_group *g = settings_single(c->s, "gateway");
	size_t address = settings_row_named(k, bytes_of("address")), i = 0;
	struct bytes item = { NULL, 0 };

	l->port = settings_row_named(k, bytes_of("port"));
	if (k->table->key != NULL || address == k->n_rows ||
	    l->port == k->n_rows)
		return false;
	while (settings_item(g, "adapters", i, &item) &&
	       !bytes_is(item, k->table->name))
		i++;
	if (!bytes_is(item, k->table->name))
		return false;
	l->group = k->n > 0 ? k->at[0] : k->none;
	l->address = l->group->values[address].text;
	l->number = l->group->values[l->port].number;
	return l->address != NULL;
}

static bool is_any(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

static bool collide(const struct listener *a, const struct listener *b)
{
	return a->number == b->number &&
	       (strcmp(a->address, b->address) == 0 || is_any(a->address) ||
		is_any(b->address));
}

/*
 * A group that there is once, with `address` and `port`, listens there when
 * the adapter of its name is run.
 */
static void check_listeners(struct check *c)
{
	struct listener a, b;
	size_t i, j;

	for (i = 0; i < c->s->n_kinds; i++)
		for (j = 0; j < i && listener_of(c, &c->s->kinds[i], &a); j++) {
			if (!listener_of(c, &c->s->kinds[j], &b) ||
			    !collide(&a, &b))
				continue;
			begin(c, a.group, a.port);
			buf_printf(c->complaints,
				   "%s:%llu is already that of group %s at ",
				   a.address, (unsigned long long)a.number,
				   b.group->kind->table->name);
			settings_where(b.group, "port", c->complaints);
			buf_text(c->complaints, "\n");
		}
}

static enum err check_rows(struct check *c, const struct settings_kind *k)
{
	enum err e = OK;
	size_t row, i;

	for (row = 0; e == OK && row < k->n_rows; row++) {
		const struct setting *what = &k->table->settings[row];

		if (what->unique)
			e = check_unique(c, k, row);
		for (i = 0; what->type == SETTING_LINKS && i < k->n; i++) {
			check_links(c, k->at[i], row);
			check_most(c, k->at[i], row);
		}
		for (i = 0; what->type == SETTING_NUMBERS && i < k->n; i++)
			check_numbers(c, k->at[i], row);
		check_order(c, k, row, "-first", "-most");
		check_order(c, k, row, "lifetime", "lifetime-most");
		check_order(c, k, row, "-minimum", "-maximum");
	}
	return e;
}

enum err settings_check_whole(const struct settings *s, struct buf *complaints)
{
	struct check c = { .s = s, .complaints = complaints, .good = true };
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && i < s->n_kinds; i++) {
		check_single(&c, &s->kinds[i]);
		check_names(&c, &s->kinds[i]);
		check_link_names(&c, &s->kinds[i]);
		e = check_rows(&c, &s->kinds[i]);
	}
	check_routes(&c);
	check_calls(&c);
	check_listeners(&c);
	if (e == OK && !c.good)
		e = ERR_RANGE;
	return e;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters added, left out, replaced or swapped with their neighbour. */
static size_t distance(struct bytes a, struct bytes b)
{
	size_t d[WORD_MAX + 1][WORD_MAX + 1], i, j;

	for (j = 0; j <= b.n; j++)
		d[0][j] = j;
	for (i = 1; i <= a.n; i++) {
		d[i][0] = i;
		for (j = 1; j <= b.n; j++) {
			bool same = a.p[i - 1] == b.p[j - 1];

			d[i][j] = least(d[i - 1][j], d[i][j - 1]) + 1;
			d[i][j] = least(d[i][j], d[i - 1][j - 1] + !same);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[a.n][b.n];
}

const char *settings_nearest(struct bytes word, const char *const *names,
			     size_t n)
{
	const char *nearest = NULL;
	size_t best = word.n < 5 ? 2 : 3, i; /* fewer changes than this */

	for (i = 0; word.n <= WORD_MAX && i < n; i++) {
		struct bytes name = bytes_of(names[i]);
		size_t d;

		if (name.n > WORD_MAX || (d = distance(word, name)) >= best)
			continue;
		best = d;
		nearest = names[i];
	}
	return nearest;
}
