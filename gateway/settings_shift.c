/* Several gateways on one machine: all ports moved by the same number. */
#include "gateway/settings_inside.h"

#define PORT_MAX 65535

static bool is_port(const struct setting *row)
{
	return row->type == SETTING_PORT || row->type == SETTING_PEERS;
}

/* `v` with its ports moved, as text in `to`. ERR_RANGE: one is too great. */
static enum err moved(const struct setting *row, const struct settings_value *v,
		      uint64_t n, struct buf *to)
{
	struct bytes left = settings_list(bytes_of(v->text)), item, host;
	uint64_t port;

	if (row->type == SETTING_PORT) {
		buf_printf(to, "%llu", (unsigned long long)(v->number + n));
		return v->number + n > PORT_MAX ? ERR_RANGE : buf_status(to);
	}
	while (settings_next(&left, &item)) {
		bool six;

		if (!settings_peer(item, &host, &port))
			return ERR_MALFORMED;
		if (port + n > PORT_MAX)
			return ERR_RANGE;
		six = bytes_find(host, ':') < host.n;
		buf_printf(to, "%s%s%.*s%s:%llu", to->n > 0 ? ";" : "",
			   six ? "[" : "", (int)host.n, (const char *)host.p,
			   six ? "]" : "", (unsigned long long)(port + n));
	}
	return buf_status(to);
}

static enum err shift_value(struct settings *s, const struct setting *row,
			    struct settings_value *v, uint64_t n, bool change)
{
	struct buf text = BUF_INIT(2 * SETTINGS_VALUE_MAX);
	enum err e = OK;

	if (!is_port(row) || v->text == NULL)
		return OK;
	if ((e = moved(row, v, n, &text)) != OK || !change)
		goto out;
	v->text = arena_string(s->arena, buf_bytes(&text));
	if (v->text == NULL)
		e = ERR_NOMEM;
	if (row->type == SETTING_PORT)
		v->number += n;
out:
	buf_clear(&text);
	return e;
}

static enum err shift_group(struct settings *s, struct settings_group *g,
			    uint64_t n, bool change)
{
	enum err e = OK;
	size_t row;

	for (row = 0; e == OK && row < g->kind->n_rows; row++)
		e = shift_value(s, &g->kind->table->settings[row],
				&g->values[row], n, change);
	return e;
}

static enum err shift_all(struct settings *s, uint64_t n, bool change)
{
	enum err e = OK;
	size_t i, j;

	for (i = 0; e == OK && i < s->n_kinds; i++) {
		e = shift_group(s, s->kinds[i].none, n, change);
		for (j = 0; e == OK && j < s->kinds[i].n; j++)
			e = shift_group(s, s->kinds[i].at[j], n, change);
	}
	return e;
}

enum err settings_shift_ports(struct settings *s, uint64_t n)
{
	enum err e;

	if (n > PORT_MAX)
		return ERR_RANGE;
	if ((e = shift_all(s, n, false)) != OK)
		return e;
	if ((e = shift_all(s, n, true)) != OK)
		return e;
	s->shift += n;
	return OK;
}
