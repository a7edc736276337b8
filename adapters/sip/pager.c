/* MESSAGE in: RFC 3428 7. */
#include "adapters/sip/intake_map.h"
#include "adapters/sip/smsip.h"

#include <string.h>

static void refuse(struct asked *a, unsigned status, const char *warning)
{
	struct buf text = BUF_INIT(512);
	struct ua_reply reply = { .status = status };

	if (status == 503)
		reply.retry_after_s = SIP_RETRY_AFTER_S;
	if (warning)
		buf_printf(&text, "Warning: 399 %s \"%s\"\r\n",
			   a->sip->config->domain, warning);
	if (status == 420)
		buf_text(&text, "Unsupported: " LISTS_OPTION "\r\n");
	if (status == 415)
		buf_text(&text, "Accept-Encoding: deflate, gzip, identity\r\n");
	if (text.n > 0)
		reply.headers = buf_string(&text);
	a->sip->failed++;
	asked_end(a, &reply);
	buf_clear(&text);
}

static void hand_over(struct asked *a)
{
	const struct mapped *m = a->mapped;
	struct buf *image = &a->sip->image;
	struct intake v = { .dedupe = m->dedupe };
	enum err e;

	/* Nobody's answer is that of a list: RFC 5365 7. */
	v.native = message_extra(&m->message, EXTRA_LIST).n == 0;
	buf_reset(image);
	e = message_image(&m->message, image);
	if (e == OK) {
		v.message = buf_bytes(image);
		e = uplink_intake(a->sip->up, a->ref, &v);
	}
	if (e == ERR_TOOBIG)
		refuse(a, 413, NULL);
	else if (e == ERR_MALFORMED || e == ERR_RANGE)
		refuse(a, 400, NULL);
	else if (e != OK)
		refuse(a, 503, NULL);
}

/*
 * RFC 5627 6.1: for that device only, now. 480 when it is not here; 404 to a
 * temporary one, which nobody has from us.
 */
static void device_found(void *arg, const struct user *u)
{
	struct asked *a = arg;
	struct bytes gruu = message_extra(&a->mapped->message, EXTRA_GRUU);

	if (!u)
		refuse(a, 503, NULL);
	else if (!u->exists || !u->name)
		hand_over(a); /* another domain's */
	else if (bytes_find(gruu, '=') == gruu.n)
		refuse(a, 404, "no such GRUU");
	else if (!person_has_gruu(registrar_person(a->sip->registrar, u->name),
				  gruu))
		refuse(a, 480, NULL);
	else
		hand_over(a);
}

void pager_intake(struct asked *a)
{
	const struct message *m = &a->mapped->message;
	struct lookup what = { LOOKUP_USER_ADDRESS,
			       m->recipients[0].address.text };

	if (message_extra(m, EXTRA_GRUU).n > 0)
		users_ask(a->sip->users, &what, device_found, a);
	else
		hand_over(a);
}

/* The answer to INTAKE, whichever of the three it was. */
void pager_outcome(struct asked *a, const struct outcome *o)
{
	struct sip_status s = sip_status_of(o);
	struct ua_reply reply = { .status = s.code,
				  .retry_after_s = s.retry_after_s };

	if (a->sms) {
		smsip_outcome(a, o);
		return;
	}
	/* What everybody can be sent: RFC 3261 21.4.13. */
	if (s.code == 415)
		reply.headers = "Accept: text/plain, message/cpim\r\n";
	if (s.code >= 300)
		a->sip->failed++;
	asked_end(a, &reply);
}

/* -- "is writing" --------------------------------------------------------- */

/* Worth sending only to somebody who is there; else nobody misses it. */
static void recipient_found(void *arg, const struct user *u)
{
	struct asked *a = arg;
	const struct person *p = NULL;

	if (u && u->exists && u->name)
		p = registrar_person(a->sip->registrar, u->name);
	if (p && p->reachable > 0)
		pager_intake(a);
	else
		asked_end_status(a, 200);
}

static void composing(struct asked *a)
{
	const struct address *to = &a->mapped->message.recipients[0].address;
	const char *at = strchr(to->text, '@');
	struct lookup what = { LOOKUP_USER_ADDRESS, to->text };

	if (at && config_domain(a->sip->config, at + 1))
		pager_intake(a);
	else
		users_ask(a->sip->users, &what, recipient_found, a);
}

/* -- the sender is known -------------------------------------------------- */

static enum err sender_of(struct asked *a, const struct user *u)
{
	const struct request *r = a->request;
	enum err e;

	if (u->exists && u->name) {
		e = identity_of_user(u, a->sip->config->domain, a->arena,
				     &a->sender);
	} else {
		/* Somebody whom only the trusted server knows. */
		e = identity_of_uris(r->asserted, r->n_asserted,
				     &a->sip->config->rules, a->arena,
				     &a->sender);
	}
	if (e == OK)
		a->sender.name = r->asserted_name;
	return e;
}

void pager_request(struct asked *a, const struct user *u)
{
	struct intake_map in = {
		.config = a->sip->config,
		.request = a->request,
		.sender = &a->sender,
		.now_us = uplink_now_us(a->sip->up),
		.arena = a->arena,
	};
	enum err e;

	a->mapped = arena_alloc(a->arena, sizeof(*a->mapped));
	if (!u || !a->mapped) {
		refuse(a, 503, NULL);
		return;
	}
	if ((e = sender_of(a, u)) != OK) {
		refuse(a, e == ERR_NOMEM ? 503 : 403, NULL);
		return;
	}
	if (a->sender.user)
		registrar_seen(a->sip->registrar, a->sender.user);
	if (smsip_is_request(a->sip, a->request)) {
		smsip_request(a);
		return;
	}
	intake_map(&in, a->mapped);
	if (a->mapped->status) {
		refuse(a, a->mapped->status, a->mapped->warning);
		return;
	}
	switch (a->mapped->kind) {
	case MAPPED_IMDN:
		imdn_request(a);
		return;
	case MAPPED_COMPOSING:
		composing(a);
		return;
	case MAPPED_MESSAGE:
		break;
	}
	pager_intake(a);
}
