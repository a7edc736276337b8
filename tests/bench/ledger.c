#include "tests/bench/ledger.h"

#include <stdio.h>
#include <stdlib.h>

#include "codecs/arena.h"
#include "tests/bench/load.h"

#define ROWS_FIRST 65536
#define NONE	   SIZE_MAX

struct ledger_row {
	uint64_t sent_us;
	uint32_t after_us[MOMENTS]; /* since it was sent; 0: not yet     */
	uint32_t pieces[MOMENTS];   /* a bit for each                    */
	bool refused;
};

struct ledger_name {
	uint64_t hash; /* 0: free                           */
	size_t number; /* NONE: the report came first       */
};

void ledger_init(struct ledger *l)
{
	*l = (struct ledger){ .room = ROWS_FIRST,
			      .names_room = ROWS_FIRST,
			      .pieces = { 1, 1, 1 } };
	l->rows = mem_zero(l->room * sizeof *l->rows);
	l->names = mem_zero(l->names_room * sizeof *l->names);
	must(l->rows != NULL && l->names != NULL, "memory");
}

void ledger_clear(struct ledger *l)
{
	mem_free(l->rows);
	mem_free(l->names);
}

static const char *const moment_names[MOMENTS] = { "answered", "arrived",
						   "reported" };

size_t ledger_send(struct ledger *l)
{
	size_t n = l->n++;

	if (n == l->room) {
		l->room *= 2;
		l->rows = mem_realloc(l->rows, l->room * sizeof *l->rows);
		must(l->rows != NULL, "memory");
	}
	l->rows[n] = (struct ledger_row){ .sent_us = now_us() };
	if (n == 0)
		l->began_us = l->rows[n].sent_us;
	l->sent_us = l->rows[n].sent_us;
	return n;
}

void ledger_expect(struct ledger *l, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		ledger_mark(l, ledger_send(l), ANSWERED);
}

void ledger_mark(struct ledger *l, size_t number, enum moment m)
{
	ledger_piece(l, number, m, 0);
}

void ledger_piece(struct ledger *l, size_t number, enum moment m,
		  unsigned piece)
{
	uint32_t all = UINT32_MAX >> (LEDGER_PIECES - l->pieces[m]);
	struct ledger_row *r;
	uint64_t now = now_us();

	if (number >= l->n || piece >= l->pieces[m]) {
		l->strange++;
		return;
	}
	r = &l->rows[number];
	if (r->pieces[m] & 1u << piece) {
		l->twice[m]++;
		return;
	}
	r->pieces[m] |= 1u << piece;
	if (r->pieces[m] != all)
		return;
	r->after_us[m] = (uint32_t)(now - r->sent_us) | 1;
	l->counts[m]++;
	l->last_us[m] = now;
}

void ledger_refused(struct ledger *l, size_t number)
{
	if (number >= l->n || l->rows[number].refused)
		return;
	l->rows[number].refused = true;
	l->refused++;
}

static uint64_t hash_of(struct bytes id)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < id.n; i++)
		h = (h ^ id.p[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 29;
	return h == 0 ? 1 : h;
}

/* The row of that hash, or the free one where it belongs. */
static struct ledger_name *name_row(struct ledger *l, uint64_t hash)
{
	size_t at = (size_t)(hash * UINT64_C(0x9E3779B97F4A7C15) >> 20) %
		    l->names_room;

	while (l->names[at].hash != 0 && l->names[at].hash != hash)
		at = (at + 1) % l->names_room;
	return &l->names[at];
}

static void more_names(struct ledger *l)
{
	size_t i, before = l->names_room;
	struct ledger_name *old = l->names;

	l->names_room *= 4;
	l->names = mem_zero(l->names_room * sizeof *l->names);
	must(l->names != NULL, "memory");
	for (i = 0; i < before; i++)
		if (old[i].hash != 0)
			*name_row(l, old[i].hash) = old[i];
	mem_free(old);
}

/* The row of that id; sets *fresh when it is new. */
static struct ledger_name *name_of(struct ledger *l, struct bytes id,
				   bool *fresh)
{
	uint64_t hash = hash_of(id);
	struct ledger_name *row;

	if (l->n_names * 2 > l->names_room)
		more_names(l);
	row = name_row(l, hash);
	*fresh = row->hash == 0;
	row->hash = hash;
	if (*fresh)
		l->n_names++;
	return row;
}

void ledger_named(struct ledger *l, struct bytes id, size_t number)
{
	bool fresh;
	struct ledger_name *row = name_of(l, id, &fresh);

	if (!fresh && row->number != NONE)
		l->strange++;
	else if (!fresh)
		ledger_mark(l, number, REPORTED);
	row->number = number;
}

void ledger_reported(struct ledger *l, struct bytes id)
{
	bool fresh;
	struct ledger_name *row = name_of(l, id, &fresh);

	if (fresh)
		row->number = NONE;
	else if (row->number == NONE)
		l->twice[REPORTED]++;
	else
		ledger_mark(l, row->number, REPORTED);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void print_moment(struct ledger *l, enum moment m)
{
	size_t i, n = 0;
	uint32_t *all = mem_alloc((l->n + 1) * sizeof *all);
	double spent = (double)(l->last_us[m] - l->began_us) / 1e6;

	must(all != NULL, "memory");
	for (i = 0; i < l->n; i++)
		if (l->rows[i].after_us[m] != 0)
			all[n++] = l->rows[i].after_us[m];
	qsort(all, n, sizeof *all, by_value);
	printf(",\"%s\":%zu,\"%s_twice\":%zu,\"%s_per_s\":%.1f",
	       moment_names[m], l->counts[m], moment_names[m], l->twice[m],
	       moment_names[m], n == 0 ? 0 : (double)n / spent);
	if (n > 0)
		printf(",\"%s_p50_ms\":%.3f,\"%s_p99_ms\":%.3f,"
		       "\"%s_max_ms\":%.3f",
		       moment_names[m], all[n / 2] / 1e3, moment_names[m],
		       all[n - 1 - n / 100] / 1e3, moment_names[m],
		       all[n - 1] / 1e3);
	mem_free(all);
}

void ledger_print(struct ledger *l, bool arrivals, bool reports)
{
	printf("\"sent\":%zu,\"refused\":%zu,\"strange\":%zu,\"whole\":%s",
	       l->n, l->refused, l->strange,
	       ledger_whole(l, arrivals, reports) ? "true" : "false");
	print_moment(l, ANSWERED);
	if (arrivals)
		print_moment(l, ARRIVED);
	if (reports)
		print_moment(l, REPORTED);
}

bool ledger_whole(const struct ledger *l, bool arrivals, bool reports)
{
	size_t want = l->n - l->refused, m;

	for (m = 0; m < MOMENTS; m++)
		if (l->twice[m] != 0)
			return false;
	return l->counts[ANSWERED] == l->n && l->strange == 0 &&
	       (!arrivals || l->counts[ARRIVED] == want) &&
	       (!reports || l->counts[REPORTED] == want);
}
