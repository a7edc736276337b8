/*
 * cpmgw-smpp: SMPP 3.4 both ways, binding to SMSCs and serving ESMEs.
 * server.h and client.h are the two halves, hub.h what they share.
 */
#include "adapters/child.h"
#include "adapters/smpp/amend.h"
#include "adapters/smpp/beyond.h"
#include "adapters/smpp/client.h"
#include "adapters/smpp/inbox.h"
#include "adapters/smpp/server.h"
#include "adapters/smpp/settings.h"
#include "adapters/smpp/text_out.h"
#include "gateway/settings_rows.h"

#include <string.h>

static void close_all(void *self)
{
	struct hub *h = self;

	h->draining = h->drained = h->closing = true;
	if (h->client != NULL)
		client_close(h->client);
	if (h->server != NULL)
		server_close(h->server);
	beyond_clear(h);
	client_free(h->client);
	server_free(h->server);
	hub_free(h);
}

static enum err open(struct uplink *up, const struct welcome *w, void **self)
{
	struct hub *h = hub_new(up, w);

	if (h == NULL)
		return ERR_NOMEM;
	h->client = client_new(h);
	h->server = server_new(h);
	if (h->client == NULL || h->server == NULL) {
		close_all(h);
		return ERR_NOMEM;
	}
	hub_tell_often(h);
	*self = h;
	return OK;
}

static enum err prepare(void *self, const struct settings *s,
			struct buf *complaint)
{
	struct hub *h = self;
	enum err e = server_prepare(h->server, s, complaint);

	if (e == OK)
		e = client_prepare(h->client, s, complaint);
	if (e != OK)
		server_abort(h->server);
	h->next = e == OK ? s : NULL;
	return e;
}

static void commit(void *self)
{
	struct hub *h = self;

	h->settings = h->next;
	server_commit(h->server);
	client_commit(h->client);
	server_introduce(h->server);
}

static void abort_prepared(void *self)
{
	struct hub *h = self;

	h->next = NULL;
	server_abort(h->server);
	client_abort(h->client);
}

static void ready(void *self)
{
	struct hub *h = self;

	h->ready = true;
	server_ready(h->server);
	client_ready(h->client);
}

static void leg(void *self, const struct leg *l)
{
	hub_leg(self, l);
}

/* What is already sent cannot be called back: its outcome comes. */
static void cancel(void *self, uint64_t token)
{
	struct hub *h = self;
	struct peer *p = h->peers;

	while (p != NULL && !outbox_cancel(&p->out, token))
		p = p->next;
}

static void accepted(void *self, uint64_t ref, const struct accepted *v)
{
	inbox_accepted(self, ref, v);
}

static void outcome(void *self, uint64_t ref, const struct outcome *v)
{
	inbox_outcome(self, ref, v);
}

static void reported(void *self, uint64_t ref, const struct outcome *v)
{
	inbox_reported(self, ref, v);
}

static void found(void *self, uint64_t ref, const struct found *v)
{
	struct hub *h = self;

	server_found(h->server, ref, v);
}

/* SMPP keeps no bindings with the engine. */
static void bound(void *self, uint64_t ref)
{
	(void)self;
	(void)ref;
}

static void snapshot(void *self, const struct binding *v)
{
	(void)self;
	(void)v;
}

static void changed(void *self, const struct lookup *what)
{
	struct hub *h = self;

	if (what->kind == LOOKUP_ACCOUNT)
		server_changed(h->server, what->name);
}

static void standing(void *self, uint64_t ref, const struct standing *v)
{
	amend_standing(self, ref, v);
}

static void amend(void *self, uint64_t ref, const struct amendment *v)
{
	beyond_ask(self, ref, v);
}

static void slow(void *self, bool on)
{
	struct hub *h = self;

	sessions_slow(h->sessions, on);
}

static void waits(void *self, const struct waits *v)
{
	struct hub *h = self;

	server_waits(h->server, v);
}

static enum err control(void *self, const struct control *c,
			struct buf *complaint)
{
	struct hub *h = self;
	struct peer *p;

	if (strcmp(c->command, CONTROL_TELL) == 0) {
		hub_tell(h);
		return OK;
	}
	if ((p = names_find(&h->names, bytes_of(c->peer))) == NULL) {
		buf_printf(complaint, "%s: no such link",
			   c->peer == NULL ? "" : c->peer);
		return ERR_NOTFOUND;
	}
	if (strcmp(c->command, "start") == 0)
		p->role->start(p);
	else if (strcmp(c->command, "stop") == 0)
		p->role->stop(p);
	else if (strcmp(c->command, "drain") == 0)
		p->role->drain(p);
	else if (strcmp(c->command, "kick") == 0)
		p->role->kick(p);
	else if (strcmp(c->command, CONTROL_SHOW) == 0 && p->role->show != NULL)
		p->role->show(p, complaint);
	else if (strcmp(c->command, CONTROL_PLAN) == 0 && c->text != NULL)
		return text_out_show(&p->manner, bytes_of(c->text),
				     hub_arena(h), complaint);
	else {
		buf_printf(complaint, "%s: no such command", c->command);
		return ERR_UNSUPPORTED;
	}
	return OK;
}

static void drain(void *self)
{
	struct hub *h = self;

	h->draining = true;
	client_drain(h->client);
	server_drain(h->server);
	hub_check_drained(h);
}

static const struct setting_group *const groups[] = { &rows_gateway, &rows_smpp,
						      &rows_smsc, &rows_esme,
						      NULL };

static const struct adapter adapter = {
	.name = "smpp",
	.groups = groups,
	.open = open,
	.prepare = prepare,
	.commit = commit,
	.abort = abort_prepared,
	.ready = ready,
	.leg = leg,
	.cancel = cancel,
	.accepted = accepted,
	.refused = outcome,
	.answer = outcome,
	.reported = reported,
	.found = found,
	.bound = bound,
	.standing = standing,
	.amend = amend,
	.snapshot = snapshot,
	.changed = changed,
	.slow = slow,
	.waits = waits,
	.control = control,
	.drain = drain,
	.close = close_all,
};

int main(int argc, char **argv)
{
	static const struct child_options options = {
		.program = "cpmgw-smpp",
		.sentence = "SMPP 3.4 for cpmgw: binds to SMSCs, serves ESMEs.",
	};

	return child_main(argc, argv, &options, &adapter);
}
