/*
 * Users with SIP: they register, send MESSAGEs with CPIM inside and digest
 * credentials (one nonce for many, counted), and answer what comes to them.
 * A slot is one transaction after the other of one user; its number and a
 * serial number make the branch, so that the answer is found at once.
 */
#include "tests/bench/sip_side.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codecs/arena.h"

#define T1_US	 500000
#define T2_US	 4000000
#define PAUSE_US 100000 /* before a request that got 503 goes again */

static void name_of(size_t user, char to[NAME_ROOM])
{
	snprintf(to, NAME_ROOM, "bench%03zu", user);
}

/* -- the request of a slot ------------------------------------------------ */

static void put_start(struct sip *s, struct slot *k, const char *method,
		      const char *target, const char *to)
{
	const struct options *o = &s->bench->o;
	struct buf *w = &k->wire;

	buf_reset(w);
	k->serial++;
	buf_printf(
		w,
		"%s %s SIP/2.0\r\n"
		"Via: SIP/2.0/%s 127.0.0.1:%u;branch=z9hG4bKb%zx.%x;rport\r\n"
		"Max-Forwards: 70\r\n"
		"From: <sip:%s@%s>;tag=%zx\r\n"
		"To: <%s>\r\n"
		"Call-ID: %" PRIu64 "-%x@bench\r\n"
		"CSeq: %u %s\r\n",
		method, target, o->tcp ? "TCP" : "UDP", o->sip_own,
		(size_t)(k - s->slots), k->serial, k->user->name, o->domain,
		(size_t)(k - s->slots), to, k->call, s->run, k->serial, method);
}

static void put_credentials(struct sip *s, struct slot *k, const char *method,
			    const char *target)
{
	struct user *u = k->user;
	struct wire_digest *d = k->kind == SLOT_REGISTER ? &u->www : &u->proxy;
	char password[NAME_ROOM + 8];

	(void)s;
	if (!d->known)
		return;
	snprintf(password, sizeof password, "%s-secret", u->name);
	wire_authorize(d, u->name, password, method, target, &k->wire);
}

static void put_register(struct sip *s, struct slot *k)
{
	const struct options *o = &s->bench->o;
	char target[WORD_MAX], to[WORD_MAX];

	snprintf(target, sizeof target, "sip:%s", o->domain);
	snprintf(to, sizeof to, "sip:%s@%s", k->user->name, o->domain);
	put_start(s, k, "REGISTER", target, to);
	put_credentials(s, k, "REGISTER", target);
	buf_printf(&k->wire,
		   "Contact: <sip:%s@127.0.0.1:%u%s>;+sip.instance="
		   "\"<urn:uuid:00000000-0000-4000-8000-%012zx>\"\r\n"
		   "Expires: 3600\r\nContent-Length: 0\r\n\r\n",
		   k->user->name, o->sip_own, o->tcp ? ";transport=tcp" : "",
		   (size_t)(k->user - s->users));
}

static void put_body(struct sip *s, struct slot *k, const char *target)
{
	struct buf *b = &s->body;

	buf_reset(b);
	buf_printf(b,
		   "From: <sip:%s@%s>\r\nTo: <%s>\r\n"
		   "DateTime: 2025-01-31T12:00:00Z\r\n"
		   "NS: imdn <urn:ietf:params:imdn>\r\n"
		   "imdn.Message-ID: b%x-%010zu\r\n",
		   k->user->name, s->bench->o.domain, target, s->run,
		   k->number);
	if (s->bench->o.receipts && k->kind == SLOT_MESSAGE)
		buf_text(b, "imdn.Disposition-Notification: "
			    "positive-delivery, negative-delivery\r\n");
	if (k->kind == SLOT_MESSAGE)
		buf_printf(b,
			   "\r\nContent-Type: text/plain;charset=UTF-8"
			   "\r\n\r\n%s",
			   k->text);
	else
		buf_printf(b,
			   "\r\nContent-Type: message/imdn+xml\r\n"
			   "Content-Disposition: notification\r\n\r\n"
			   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
			   "<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">"
			   "<message-id>%s</message-id><datetime>"
			   "2025-01-31T12:00:00Z</datetime>"
			   "<delivery-notification><status><delivered/>"
			   "</status></delivery-notification></imdn>",
			   k->text);
}

static void put_message(struct sip *s, struct slot *k)
{
	put_start(s, k, "MESSAGE", k->target, k->target);
	put_credentials(s, k, "MESSAGE", k->target);
	put_body(s, k, k->target);
	buf_printf(&k->wire,
		   "Conversation-ID: %08x-7dec-41d0-a765-%012zx\r\n"
		   "Contribution-ID: %08x-7dec-41d0-a766-%012" PRIx64 "\r\n"
		   "Accept-Contact: *;+g.3gpp.icsi-ref=\"urn%%3Aurn-7%%3A"
		   "3gpp-service.ims.icsi.oma.cpm.msg\"\r\n"
		   "User-Agent: bench\r\nContent-Type: message/cpim\r\n"
		   "Content-Length: %zu\r\n\r\n",
		   s->run, (size_t)(k - s->slots), s->run, k->call, s->body.n);
	buf_put(&k->wire, buf_bytes(&s->body));
}

static void go(struct sip *s, struct slot *k)
{
	struct hop way = flows_way(s->flows, (size_t)(k->user - s->users));

	if (k->kind == SLOT_REGISTER)
		put_register(s, k);
	else
		put_message(s, k);
	must(k->wire.bad == OK, "a long request");
	k->rests = false;
	k->wait_us = T1_US;
	k->due_us = now_us() + T1_US;
	flows_send(s->flows, &way, buf_bytes(&k->wire));
}

/* -- what a slot does next ------------------------------------------------ */

static void begin_register(struct sip *s, struct slot *k)
{
	k->kind = SLOT_REGISTER;
	k->user = &s->users[s->asked++];
	k->busy = true;
	k->call = ++s->calls;
	go(s, k);
}

static void begin_message(struct sip *s, struct slot *k)
{
	struct bench *b = s->bench;
	size_t at = (size_t)(k - s->slots);
	char to[NAME_ROOM];

	k->kind = SLOT_MESSAGE;
	k->user = &s->users[at % b->o.users];
	k->busy = true;
	k->call = ++s->calls;
	k->number = ledger_send(&b->ledger);
	text_usual(k->number, k->text);
	if (b->o.sip_recipients) {
		name_of((at + b->o.users / 2) % b->o.users, to);
		snprintf(k->target, sizeof k->target, "sip:%s@%s", to,
			 b->o.domain);
	} else {
		number_of(b, k->number, to);
		snprintf(k->target, sizeof k->target, "tel:+%s", to);
	}
	go(s, k);
}

void sip_flush(struct bench *b)
{
	if (b->sip != NULL)
		flows_flush(b->sip->flows);
}

void sip_fill(struct bench *b)
{
	struct sip *s = b->sip;
	unsigned i;

	if (s == NULL)
		return;
	for (i = 0; s->asked < b->o.users && i < b->o.window; i++)
		if (!s->slots[i].busy)
			begin_register(s, &s->slots[i]);
	for (i = 0; b->o.sip_source && i < b->o.window; i++)
		if (!s->slots[i].busy && bench_may_send(b))
			begin_message(s, &s->slots[i]);
	sip_flush(b);
}

/* The device of `user` says that it has got message `id`, to `target`. */
void sip_notify(struct sip *s, size_t user, struct bytes id,
		struct bytes target)
{
	struct slot *k;
	unsigned i;

	for (i = s->bench->o.window; i < s->n_slots; i++)
		if (!s->slots[i].busy)
			break;
	must(i < s->n_slots, "too many notifications under way");
	k = &s->slots[i];
	k->kind = SLOT_IMDN;
	k->user = &s->users[user];
	k->busy = true;
	k->call = ++s->calls;
	k->number = (size_t)k->call;
	snprintf(k->text, sizeof k->text, "%.*s", (int)id.n, id.p);
	snprintf(k->target, sizeof k->target, "%.*s", (int)target.n, target.p);
	go(s, k);
}

void sip_tick(struct bench *b)
{
	struct sip *s = b->sip;
	uint64_t now = now_us();
	struct slot *k;

	for (k = s->slots; k < s->slots + s->n_slots; k++) {
		struct hop way;

		if (!k->busy || k->due_us > now)
			continue;
		if (k->rests) {
			go(s, k);
			continue;
		}
		if (b->o.tcp)
			continue;
		way = flows_way(s->flows, 0);
		b->sent_again++;
		k->wait_us = k->wait_us * 2 > T2_US ? T2_US : k->wait_us * 2;
		k->due_us = now + k->wait_us;
		flows_send(s->flows, &way, buf_bytes(&k->wire));
	}
}

/* -- answers -------------------------------------------------------------- */

static void ended(struct sip *s, struct slot *k, unsigned status)
{
	struct bench *b = s->bench;

	k->busy = false;
	if (k->kind == SLOT_REGISTER) {
		must(status == 200, "a registration was refused");
		if (++s->registered == b->o.users)
			bench_one_ready(b);
		return;
	}
	if (k->kind == SLOT_IMDN) {
		b->ledger.refused += status >= 300;
		return;
	}
	if (status >= 300) {
		ledger_refused(&b->ledger, k->number);
		b->last_status = status;
	}
	ledger_mark(&b->ledger, k->number, ANSWERED);
}

static void rest(struct sip *s, struct slot *k)
{
	s->bench->throttled++;
	k->rests = true;
	k->due_us = now_us() + PAUSE_US;
}

void sip_answered(struct sip *s, struct bytes m)
{
	unsigned status = wire_status(m), serial;
	struct bytes branch;
	char text[WORD_MAX];
	struct slot *k;
	size_t at;

	if (!wire_between(m, "branch=z9hG4bKb", ";\r\n,", &branch))
		return;
	snprintf(text, sizeof text, "%.*s", (int)branch.n, branch.p);
	if (sscanf(text, "%zx.%x", &at, &serial) != 2 || at >= s->n_slots)
		return;
	k = &s->slots[at];
	if (!k->busy || k->rests || k->serial != serial)
		return;
	if (status < 200) {
		k->wait_us = T2_US;
		k->due_us = now_us() + T2_US;
	} else if (status == 401 || status == 407) {
		must(wire_challenge(m, status == 401 ? &k->user->www
						     : &k->user->proxy),
		     "a challenge without MD5");
		go(s, k);
	} else if (status == 503) {
		rest(s, k);
	} else {
		ended(s, k, status);
	}
}

/* -- all of it ------------------------------------------------------------ */

void sip_start(struct bench *b)
{
	struct sip *s = mem_zero(sizeof *s);
	size_t i;

	must(s != NULL, "memory");
	b->sip = s;
	s->bench = b;
	s->run = (unsigned)getpid();
	s->body = (struct buf)BUF_INIT(8192);
	s->n_slots = b->o.window + (b->o.imdn ? NOTIFY_SLOTS : 0);
	s->slots = mem_zero(s->n_slots * sizeof *s->slots);
	s->users = mem_zero(b->o.users * sizeof *s->users);
	s->came = mem_zero(CAME / CAME_WAYS * sizeof *s->came);
	must(s->slots != NULL && s->users != NULL && s->came != NULL, "memory");
	for (i = 0; i < b->o.users; i++)
		name_of(i, s->users[i].name);
	for (i = 0; i < s->n_slots; i++)
		s->slots[i].wire = (struct buf)BUF_INIT(8192);
	s->flows = flows_new(b->load, b->o.sip, b->o.sip_own, b->o.tcp,
			     sip_message, s);
}

void sip_free(struct bench *b)
{
	struct sip *s = b->sip;
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n_slots; i++)
		buf_clear(&s->slots[i].wire);
	buf_clear(&s->body);
	flows_free(s->flows);
	mem_free(s->slots);
	mem_free(s->users);
	mem_free(s->came);
	mem_free(s);
}
