/*
 * A message to a list of recipients: the list is taken out of it, and what is
 * left is a message like any other. RFC 5365 7, RFC 5364 4, RFC 5363 4.1.
 */
#include "adapters/sip/intake_inside.h"

#include "adapters/sip/list_body.h"

_Static_assert((int)COPY_TO == (int)RECIPIENT_TO &&
		       (int)COPY_CC == (int)RECIPIENT_CC &&
		       (int)COPY_BCC == (int)RECIPIENT_BCC,
	       "the same roles on both sides");

/* Is it the service that was asked? *is says so. */
static bool look_at_target(struct work *w, bool *is)
{
	const struct sip_config *c = w->in->config;
	struct address target;
	enum err e;

	*is = false;
	if (c->lists.service.kind == ADDRESS_NONE)
		return true;
	e = address_of_uri(c, w->request->target, w->arena, &target);
	if (e == ERR_NOMEM)
		return intake_no_memory(w);
	*is = e == OK && address_equal(&target, &c->lists.service);
	return true;
}

static bool refuse_body(struct work *w, enum err e, const char *why)
{
	if (e == ERR_NOMEM)
		return intake_no_memory(w);
	if (e == ERR_UNSUPPORTED)
		return intake_refuse(w, 415, why);
	return intake_refuse(w, e == ERR_TOOBIG ? 413 : 400, why);
}

static bool take_list(struct work *w)
{
	const struct sip_config *c = w->in->config;
	struct request *r = arena_alloc(w->arena, sizeof(*r));
	struct list_body b;
	const char *why;
	enum err e;

	if (!r)
		return intake_no_memory(w);
	e = list_body_read(w->body, w->request->type, c->message_maximum,
			   w->arena, &b, &why);
	if (e != OK)
		return refuse_body(w, e, why);
	if (b.list.n == 0)
		return intake_refuse(w, 400, "recipient-list: nobody in it");
	if (b.list.n > c->lists.most)
		return intake_refuse(w, 413, "recipient-list: too long");
	*r = *w->request;
	r->type = b.type;
	r->language = b.language;
	r->disposition = NULL;
	w->request = r;
	w->body = b.body;
	w->list = b.list;
	return true;
}

bool intake_list(struct work *w)
{
	if (!look_at_target(w, &w->is_list))
		return false;
	if (!w->is_list)
		return !w->request->recipient_list ||
		       intake_refuse(w, 420, NULL);
	if (!lists_allow(&w->in->config->lists, w->in->sender))
		return intake_refuse(w, 403, "lists are not for you");
	return take_list(w);
}

/* -- its recipients ------------------------------------------------------- */

static bool one_recipient(struct work *w, const struct resource *r,
			  struct recipient *to)
{
	const struct sip_config *c = w->in->config;
	const char *uri = arena_string(w->arena, r->uri);
	enum err e = ERR_NOMEM;

	if (uri)
		e = address_of_uri(c, uri, w->arena, &to->address);
	if (e == ERR_NOMEM)
		return intake_no_memory(w);
	if (e != OK || to->address.kind == ADDRESS_ALPHA ||
	    to->address.kind == ADDRESS_ANONYMOUS)
		return intake_refuse(w, 400, "recipient-list: no address");
	/* A list of lists: RFC 5363 5.2 has no amplifiers. */
	if (address_equal(&to->address, &c->lists.service))
		return intake_refuse(w, 403, "recipient-list: a list in it");
	to->role = (enum recipient_role)r->copy;
	to->anonymous = r->anonymize;
	if (r->name.n > 0 && !(to->name = arena_string(w->arena, r->name)))
		return intake_no_memory(w);
	return true;
}

bool intake_recipients(struct work *w)
{
	struct message *m = w->m;

	m->recipients =
		arena_array(w->arena, w->list.n, sizeof(*m->recipients));
	if (!m->recipients)
		return intake_no_memory(w);
	/* RFC 5438 8: what a notification names beside the recipient. */
	if (!m->original_to)
		m->original_to = w->in->config->lists.service.text;
	for (m->n_recipients = 0; m->n_recipients < w->list.n;
	     m->n_recipients++)
		if (!one_recipient(w, &w->list.entries[m->n_recipients],
				   &m->recipients[m->n_recipients]))
			return false;
	return true;
}
