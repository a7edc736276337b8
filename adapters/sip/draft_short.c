/*
 * draft_short.c - what people are shown of a short message that is more than
 * a text: WAP pushes, and those that appear at once. 3GPP TS 23.040
 * 9.2.3.24.4, 3GPP TS 23.038 4, RFC 3261 20.26, RFC 2183.
 */
#include "adapters/sip/draft_inside.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/pushed.h"
#include "codecs/wsp.h"

#define FLASH 0

/* Octets for the port of pushes, as they came by SMS? */
static bool is_push(const struct part *p)
{
	const char *at = strstr(p->type, "x-port=");

	return at && !p->external &&
	       strtoul(at + strlen("x-port="), NULL, 10) == WSP_PORT_PUSH;
}

/* What the push says, or what it is; else it stays. ERR_NOMEM. */
static enum err unwrap(struct drafting *d, struct part *p)
{
	struct pushed in;
	enum err e = pushed_read(p->body, d->arena, &in);

	if (e != OK)
		return e == ERR_NOMEM ? e : OK;
	p->type = in.text.n > 0 ? "text/plain;charset=UTF-8" : in.type;
	p->body = in.text.n > 0 ? in.text : in.body;
	return OK;
}

enum err draft_shown(struct drafting *d)
{
	const struct message *m = d->m;
	struct message *shown;
	bool change = m->sms_class == FLASH;
	enum err e = OK;
	size_t i;

	for (i = 0; i < m->n_parts; i++)
		change = change || is_push(&m->parts[i]);
	if (!change || m->kind != MESSAGE_USER)
		return OK;
	if (!(shown = arena_alloc(d->arena, sizeof(*shown))))
		return ERR_NOMEM;
	*shown = *m;
	shown->parts = arena_array(d->arena, m->n_parts + 1, sizeof(*m->parts));
	if (!shown->parts)
		return ERR_NOMEM;
	for (i = 0; i < m->n_parts && e == OK; i++) {
		shown->parts[i] = m->parts[i];
		if (is_push(&m->parts[i]))
			e = unwrap(d, &shown->parts[i]);
		if (m->sms_class == FLASH && !shown->parts[i].disposition)
			shown->parts[i].disposition = "render";
	}
	if (m->sms_class == FLASH && m->priority < PRIORITY_HIGH)
		shown->priority = PRIORITY_HIGH;
	d->m = shown;
	return e;
}
