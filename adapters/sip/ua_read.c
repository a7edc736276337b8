#include "adapters/sip/ua_inside.h"

#include <stdio.h>
#include <string.h>

/* Seconds from 1900, which the library counts from, to 1970. */
#define EPOCH_1900 2208988800u

#define LIST_ITEMS_MAX 8 /* of one header that we look at               */

static const char *url_text(su_home_t *home, const url_t *url)
{
	return url_as_string(home, url);
}

static enum request_method method_of(const sip_request_t *rq)
{
	static const struct {
		sip_method_t theirs;
		enum request_method ours;
	} methods[] = {
		{ sip_method_message, REQUEST_MESSAGE },
		{ sip_method_register, REQUEST_REGISTER },
		{ sip_method_options, REQUEST_OPTIONS },
		{ sip_method_cancel, REQUEST_CANCEL },
		{ sip_method_ack, REQUEST_ACK },
	};
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].theirs == rq->rq_method)
			return methods[i].ours;
	return REQUEST_OTHER;
}

/*
 * RFC 7616 3.4.6: `uri` is what the request asks for. RFC 3261 22.4 lets it
 * differ; some clients put the server itself there, by name or address, and
 * nothing else can stand there that a client would have meant for us.
 */
static bool is_elsewhere(struct ua_incoming *in, const url_t *asked,
			 struct bytes uri)
{
	su_home_t *home = msg_home(in->msg);
	char *text = su_strndup(home, (const char *)uri.p, (isize_t)uri.n);
	url_t *url = text ? url_make(home, text) : NULL;

	if (!url)
		return true;
	if (url_cmp(url, asked) == 0)
		return false;
	return url->url_user || !url->url_host ||
	       (strcasecmp(url->url_host, in->ua->config->domain) != 0 &&
		!host_is_ip_address(url->url_host));
}

static void read_credentials(struct ua_incoming *in, const sip_t *sip,
			     const msg_auth_t *au)
{
	struct request *r = &in->request;
	struct auth_credentials *c;
	size_t i;

	for (; au && r->n_credentials < REQUEST_CREDENTIALS_MAX;
	     au = au->au_next) {
		c = &r->credentials[r->n_credentials++];
		c->digest = au->au_scheme &&
			    strcasecmp(au->au_scheme, "Digest") == 0;
		for (i = 0; au->au_params && au->au_params[i]; i++)
			auth_parameter(c, bytes_of(au->au_params[i]));
		c->elsewhere =
			is_elsewhere(in, sip->sip_request->rq_url, c->uri);
	}
}

static enum err read_addresses(struct ua_incoming *in, const sip_t *sip)
{
	su_home_t *home = msg_home(in->msg);
	struct request *r = &in->request;
	const sip_p_asserted_identity_t *pai;

	r->target = url_text(home, sip->sip_request->rq_url);
	r->from = url_text(home, sip->sip_from->a_url);
	r->from_name = sip->sip_from->a_display;
	r->from_tag = sip->sip_from->a_tag;
	r->to = url_text(home, sip->sip_to->a_url);
	r->to_tag = sip->sip_to->a_tag;
	if (!r->target || !r->from || !r->to)
		return ERR_NOMEM;
	if (!r->trusted)
		return OK;
	for (pai = sip_p_asserted_identity(sip);
	     pai && r->n_asserted < REQUEST_IDENTITIES_MAX;
	     pai = pai->paid_next) {
		r->asserted[r->n_asserted] = url_text(home, pai->paid_url);
		if (!r->asserted[r->n_asserted++])
			return ERR_NOMEM;
		if (!r->asserted_name)
			r->asserted_name = pai->paid_display;
	}
	return OK;
}

/* The type with its parameters. */
static enum err read_type(struct ua_incoming *in, const sip_t *sip)
{
	const sip_content_type_t *c = sip->sip_content_type;
	su_home_t *home = msg_home(in->msg);
	char text[1024];
	size_t i, n;

	if (!c)
		return OK;
	in->request.type = c->c_type;
	if (!c->c_params || !c->c_params[0])
		return OK;
	n = (size_t)snprintf(text, sizeof(text), "%s", c->c_type);
	for (i = 0; c->c_params[i] && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, ";%s",
				      c->c_params[i]);
	if (n >= sizeof(text))
		return ERR_MALFORMED;
	in->request.type = su_strdup(home, text);
	return in->request.type ? OK : ERR_NOMEM;
}

/* One more item behind those that are there. */
static enum err append(su_home_t *home, const char **text,
		       const char *separator, const char *item)
{
	*text = su_sprintf(home, "%s%s%s", *text ? *text : "",
			   *text ? separator : "", item);
	return *text ? OK : ERR_NOMEM;
}

/* The items of a list header, joined; absent when there are none. */
static enum err read_list(su_home_t *home, const msg_list_t *list,
			  const char **out)
{
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && list && list->k_items && list->k_items[i] &&
		    i < LIST_ITEMS_MAX;
	     i++)
		e = append(home, out, ", ", list->k_items[i]);
	return e;
}

static enum err read_entity(struct ua_incoming *in, const sip_t *sip)
{
	su_home_t *home = msg_home(in->msg);
	struct request *r = &in->request;
	enum err e = read_type(in, sip);

	if (e != OK)
		return e;
	if (sip->sip_payload &&
	    sip->sip_payload->pl_len > in->ua->config->message_maximum)
		return ERR_TOOBIG;
	if ((e = read_list(home, sip->sip_content_encoding, &r->encoding)) !=
		    OK ||
	    (e = read_list(home, sip->sip_content_language, &r->language)) !=
		    OK)
		return e;
	if (sip->sip_content_disposition)
		r->disposition = sip->sip_content_disposition->cd_type;
	if (sip->sip_payload)
		r->body = (struct bytes){
			(const uint8_t *)sip->sip_payload->pl_data,
			sip->sip_payload->pl_len
		};
	return OK;
}

/* Headers that the library has no type for. */
static void read_unknown(struct request *r, const sip_t *sip)
{
	const struct {
		const char *name;
		const char **to;
		bool trusted; /* believed from a trusted server only       */
	} known[] = {
		{ "Conversation-ID", &r->conversation_id, false },
		{ "Contribution-ID", &r->contribution_id, false },
		{ "InReplyTo-Contribution-ID", &r->in_reply_to, false },
		{ "P-Asserted-Service", &r->service, true },
		{ "P-Preferred-Service", &r->service, false },
	};
	const sip_unknown_t *u;
	size_t i;

	for (u = sip->sip_unknown; u; u = u->un_next)
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (u->un_name && !*known[i].to &&
			    (r->trusted || !known[i].trusted) &&
			    strcasecmp(u->un_name, known[i].name) == 0)
				*known[i].to = u->un_value;
}

static void read_options(struct request *r, const sip_t *sip)
{
	static const char *const ours[] = { "path", "gruu", "outbound" };
	const msg_list_t *lists[2];
	bool known;
	size_t i, j, k;

	lists[0] = sip->sip_require;
	lists[1] = sip->sip_proxy_require;
	for (i = 0; i < 2; i++)
		for (j = 0;
		     lists[i] && lists[i]->k_items && lists[i]->k_items[j];
		     j++) {
			known = false;
			for (k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
				known |= strcasecmp(lists[i]->k_items[j],
						    ours[k]) == 0;
			if (r->method == REQUEST_MESSAGE &&
			    strcasecmp(lists[i]->k_items[j], LISTS_OPTION) == 0)
				known = r->recipient_list = true;
			if (!known && !r->unsupported)
				r->unsupported = lists[i]->k_items[j];
		}
	r->gruu = sip_has_feature(sip->sip_supported, "gruu") ||
		  sip_has_feature(sip->sip_require, "gruu");
	r->outbound = sip_has_feature(sip->sip_supported, "outbound") ||
		      sip_has_feature(sip->sip_require, "outbound");
}

static enum err read_privacy(struct ua_incoming *in, const sip_t *sip)
{
	const sip_privacy_t *p = sip->sip_privacy;
	const char *text = NULL;
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && p && p->priv_values && p->priv_values[i] &&
		    i < LIST_ITEMS_MAX;
	     i++)
		e = append(msg_home(in->msg), &text, ";", p->priv_values[i]);
	in->request.privacy = bytes_of(text);
	return e;
}

static enum err read_common(struct ua_incoming *in, const sip_t *sip)
{
	struct request *r = &in->request;

	if (sip->sip_expires) {
		r->has_expires = true;
		r->expires_s = sip->sip_expires->ex_delta > UINT32_MAX
				       ? UINT32_MAX
				       : (uint32_t)sip->sip_expires->ex_delta;
		if (sip->sip_expires->ex_date > EPOCH_1900)
			r->has_expires = false;
	}
	if (sip->sip_date && sip->sip_date->d_time > EPOCH_1900)
		r->date_us = (uint64_t)(sip->sip_date->d_time - EPOCH_1900) *
			     1000000;
	if (sip->sip_priority)
		r->priority = sip->sip_priority->g_string;
	if (sip->sip_subject)
		r->subject = sip->sip_subject->g_string;
	if (sip->sip_in_reply_to && sip->sip_in_reply_to->k_items)
		r->answered_call = sip->sip_in_reply_to->k_items[0];
	read_options(r, sip);
	read_unknown(r, sip);
	return read_privacy(in, sip);
}

static enum err read_features(su_home_t *home, const sip_contact_t *m,
			      struct request_contact *c)
{
	const char *text = NULL;
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && m->m_params && m->m_params[i] && i < 64; i++)
		if (m->m_params[i][0] == '+')
			e = append(home, &text, ";", m->m_params[i]);
	c->features = bytes_of(text);
	return e;
}

static enum err read_contacts(struct ua_incoming *in, const sip_t *sip)
{
	su_home_t *home = msg_home(in->msg);
	struct request *r = &in->request;
	const sip_contact_t *m;
	struct request_contact *c;
	enum err e;

	for (m = sip->sip_contact; m; m = m->m_next) {
		if (r->n_contacts == REQUEST_CONTACTS_MAX) {
			r->too_many_contacts = true;
			return OK;
		}
		c = &r->contacts[r->n_contacts++];
		c->all = m->m_url->url_type == url_any;
		if (c->all)
			continue;
		/* Headers inside a URI are none of ours (RFC 3261 19.1.1). */
		if (m->m_url->url_headers)
			return ERR_MALFORMED;
		c->uri = url_text(home, m->m_url);
		if (!c->uri)
			return ERR_NOMEM;
		c->q = m->m_q;
		c->expires = m->m_expires;
		c->instance = msg_params_find(m->m_params, "+sip.instance=");
		c->reg_id = msg_params_find(m->m_params, "reg-id=");
		if ((e = read_features(home, m, c)) != OK)
			return e;
	}
	return OK;
}

static enum err read_path(struct ua_incoming *in, const sip_t *sip)
{
	su_home_t *home = msg_home(in->msg);
	const char *uri, *text = NULL;
	const sip_path_t *p;
	enum err e = OK;
	size_t n = 0;

	for (p = sip->sip_path; e == OK && p && n < LIST_ITEMS_MAX;
	     p = p->r_next, n++) {
		uri = url_text(home, p->r_url);
		uri = uri ? su_sprintf(home, "<%s>", uri) : NULL;
		e = uri ? append(home, &text, ", ", uri) : ERR_NOMEM;
	}
	in->request.path = bytes_of(text);
	return e;
}

static void read_source(struct ua_incoming *in, const sip_t *sip)
{
	struct request *r = &in->request;
	su_sockaddr_t *from = msg_addr(in->msg);
	const sip_via_t *via = sip->sip_via;

	r->source = &from->su_sa;
	(void)tport_hostport(in->source, sizeof(in->source), from, 2);
	r->source_text = in->source;
	r->stream = ua_way_is_stream(&in->way);
	r->secure = in->way.wire != NULL;
	r->moved = via->v_received && !via->v_next;
	r->trusted = config_trusted(in->ua->config, r->source) != NULL ||
		     (in->way.wire && wire_trusted(in->ua, in->way.wire));
}

enum err ua_read(struct ua_incoming *in, const sip_t *sip)
{
	struct request *r = &in->request;
	enum err e;

	r->method = method_of(sip->sip_request);
	r->method_name = sip->sip_request->rq_method_name;
	r->call_id = sip->sip_call_id->i_id;
	r->cseq = sip->sip_cseq->cs_seq;
	r->max_forwards = -1;
	if (sip->sip_max_forwards)
		r->max_forwards = (int)sip->sip_max_forwards->mf_count;
	read_source(in, sip);
	if ((e = read_addresses(in, sip)) != OK ||
	    (e = read_common(in, sip)) != OK)
		return e;
	if (r->method == REQUEST_MESSAGE) {
		read_credentials(in, sip, sip->sip_proxy_authorization);
		return read_entity(in, sip);
	}
	if (r->method != REQUEST_REGISTER)
		return OK;
	read_credentials(in, sip, sip->sip_authorization);
	if ((e = read_contacts(in, sip)) != OK)
		return e;
	return read_path(in, sip);
}
