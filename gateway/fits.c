/*
 * fits.c - what a peer has said that it cannot carry is refused before it is
 * accepted: texts that are too long for it, names that it has no room for.
 */
#include "gateway/road.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/utf8.h"

static const struct outcome too_long = {
	.class = OUTCOME_NEVER,
	.state = STATE_UNDELIVERABLE,
	.far_code = 413,
	.text = "more text than the way there carries",
	.clause = "3GPP TS 23.040 9.2.3.24.1",
};

static const struct outcome bad_sender = {
	.class = OUTCOME_NEVER,
	.state = STATE_REJECTED,
	.sender = true,
	.text = "the sender's name has no form on the way there",
	.clause = "3GPP TS 23.040 9.1.2.5",
};

/* How long the texts are together. */
struct measure {
	size_t septets, units;
	bool wide;		/* with letters outside GSM 03.38            */
};

static void measure(struct measure *m, struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	size_t septets;

	if (gsm7_count(text, NULL, &septets) == OK)
		m->septets += septets;
	else
		m->wide = true;
	while (p < end)
		m->units += utf8_next(&p, end) > 0xFFFF ? 2 : 1;
}

/* Of texts in UTF-8, which nearly all are; the others the adapter knows. */
static bool is_text(const struct part *p)
{
	static const char type[] = "text/plain";

	return strncasecmp(p->type, type, sizeof type - 1) == 0 &&
	       !p->external &&
	       (strcasestr(p->type, "charset=") == NULL ||
		strcasestr(p->type, "charset=utf-8") != NULL ||
		strcasestr(p->type, "charset=\"utf-8") != NULL);
}

static size_t octets(const struct message *m)
{
	size_t i, n = m->subject == NULL ? 0 : strlen(m->subject);

	for (i = 0; i < m->n_parts; i++)
		n += m->parts[i].body.n;
	return n;
}

static bool text_fits(const struct lane *l, const struct message *m)
{
	struct measure all = { 0 };
	size_t i;

	/* An octet has a unit at most, and an escape before it. */
	if (l->units_most == 0 || octets(m) <= l->units_most / 2)
		return true;
	if (m->subject != NULL)
		measure(&all, bytes_of(m->subject));
	for (i = 0; i < m->n_parts; i++)
		if (is_text(&m->parts[i]))
			measure(&all, m->parts[i].body);
	return all.wide ? all.units <= l->units_most
			: all.septets <= l->septets_most;
}

static bool name_fits(struct engine *e, const struct lane *l,
		      const struct address *from)
{
	struct address_smpp unused;
	enum err why = OK;

	if (l->short_names && from->kind == ADDRESS_ALPHA)
		why = address_to_smpp(from, e->scratch, &unused);
	return why == OK || why == ERR_NOMEM;
}

bool fits_way(struct engine *e, const struct message *m,
	      const struct route_way *way, struct outcome *why)
{
	const struct lane *l = road_lane(e, way->technology, way->peer);

	if (l == NULL)
		return true;
	if (!name_fits(e, l, &m->from)) {
		*why = bad_sender;
		return false;
	}
	if (text_fits(l, m))
		return true;
	*why = too_long;
	return false;
}
