/*
 * What a recipient is sent of a message to a list: beside the message itself
 * the list of those whom he may know of. RFC 5364 4, RFC 5365 7.3.
 */
#include "adapters/sip/draft_inside.h"

#include "adapters/sip/body.h"
#include "adapters/sip/intake_map.h"
#include "codecs/resource_list.h"

#define LIST_MAX (256 * 1024)

static enum err keep(struct drafting *d, struct buf *text, struct bytes *out)
{
	enum err e = buf_status(text);

	return e == OK ? arena_copy(d->arena, buf_bytes(text), out) : e;
}

static enum err visible(struct drafting *d, struct resource_list *out)
{
	const struct recipient *r = d->m->recipients;
	const char *uri;
	size_t i;
	enum err e;

	out->n = d->m->n_recipients;
	out->entries = arena_array(d->arena, out->n, sizeof(*out->entries));
	if (!out->entries)
		return ERR_NOMEM;
	for (i = 0; i < out->n; i++) {
		if ((e = draft_uri(d, &r[i].address, &uri)) != OK)
			return e;
		out->entries[i] = (struct resource){
			.uri = bytes_of(uri),
			.name = bytes_of(r[i].name),
			.copy = (enum copy_control)r[i].role,
			.anonymize = r[i].anonymous,
			.count = 1,
		};
	}
	return OK;
}

static enum err with_list(struct drafting *d, struct bytes list)
{
	struct buf type = BUF_INIT(256);
	struct buf body = BUF_INIT(d->c->config->message_maximum);
	const struct body_part parts[] = {
		{ .type = d->out->type, .body = d->out->body },
		{ .type = RESOURCE_LIST_MIME_TYPE,
		  .disposition = RESOURCE_LIST_HISTORY,
		  .body = list },
	};
	struct bytes text;
	uint8_t random[16];
	enum err e;

	draft_random(d, random);
	e = body_write(parts, 2, random, &type, &body);
	if (e == OK)
		e = keep(d, &body, &d->out->listed);
	if (e == OK)
		e = keep(d, &type, &text);
	if (e == OK)
		d->out->listed_type = arena_string(d->arena, text);
	if (e == OK && !d->out->listed_type)
		e = ERR_NOMEM;
	buf_clear(&type);
	buf_clear(&body);
	/* RFC 5364 7: it is optional, and the message is what counts. */
	return e == ERR_TOOBIG ? OK : e;
}

enum err draft_listed(struct drafting *d)
{
	struct buf text = BUF_INIT(LIST_MAX);
	struct resource_list list;
	bool any = false;
	enum err e;

	if (!d->c->config->lists.history || d->m->kind != MESSAGE_USER ||
	    message_extra(d->m, EXTRA_LIST).n == 0)
		return OK;
	e = visible(d, &list);
	if (e == OK)
		e = resource_list_history(&list, d->arena, &text, &any);
	if (e == OK && any)
		e = with_list(d, buf_bytes(&text));
	buf_clear(&text);
	return e;
}
