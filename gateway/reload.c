/*
 * reload.c - configuration in two phases: read and checked here, prepared by
 * every adapter, and only then used by all; or by none.
 */
#include "gateway/appliance.h"

#include <string.h>

static bool send(struct appliance *a, unsigned child, enum frame_type type,
		 struct bytes payload)
{
	struct frame f = { .type = (uint8_t)type, .payload = payload };

	return appliance_send(a, child, &f);
}

static void say_complaints(struct appliance *a)
{
	struct bytes rest = buf_bytes(&a->complaints), line;

	while (rest.n > 0) {
		size_t n = bytes_find(rest, '\n');

		line = (struct bytes){ rest.p, n };
		if (n > 0)
			oplog_line(a->log, OPLOG_ERROR, "configuration: %.*s",
				   (int)line.n, (const char *)line.p);
		rest = bytes_after(rest, n + 1);
	}
}

static void answer(struct appliance *a, bool done)
{
	struct control_session *s = NULL;

	if (a->reload_ticket != 0)
		s = control_find(a->control, a->reload_ticket);
	a->reload_ticket = 0;
	a->reload = RELOAD_NONE;
	confrun_free(a->confrun);
	a->confrun = NULL;
	if (!done)
		say_complaints(a);
	if (a->control == NULL)
		loop_end(a->loop);	/* it was the first one */
	if (s == NULL)
		return;
	if (done)
		control_end(s, 0, NULL);
	else
		control_end(s, 1, buf_string(&a->complaints));
}

/* All or nothing: nothing. */
static void refuse(struct appliance *a)
{
	unsigned i;

	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (a->programs[i].prepared && a->programs[i].live)
			(void)send(a, i, FRAME_ABORT,
				   (struct bytes){ NULL, 0 });
	settings_free(a->next);
	a->next = NULL;
	answer(a, false);
	a->failed |= engine_settings(a->engine) == NULL;
}

/* All or nothing: all. */
static void use(struct appliance *a)
{
	unsigned i;
	enum err e = engine_configure(a->engine, a->next);

	if (e != OK) {
		buf_printf(&a->complaints, "cannot be used: %s\n",
			   err_name(e));
		refuse(a);
		return;
	}
	a->next = NULL;
	for (i = 0; i < ENGINE_CHILDREN; i++)
		if (a->programs[i].prepared) {
			(void)send(a, i, FRAME_COMMIT,
				   (struct bytes){ NULL, 0 });
			a->programs[i].live = true;
		}
	oplog_line(a->log, OPLOG_NOTICE, "configuration: in use");
	answer(a, true);
}

static void all_prepared(struct appliance *a)
{
	if (a->preparing > 0)
		return;
	if (a->complaints.n > 0)
		refuse(a);
	else
		use(a);
}

static bool prepare(struct appliance *a, unsigned child,
		    const struct settings *s)
{
	struct buf image = BUF_INIT(FRAME_PAYLOAD_MAX);
	bool sent = settings_image_shared(s, &image) == OK &&
		    send(a, child, FRAME_PREPARE, buf_bytes(&image));

	buf_clear(&image);
	return sent;
}

static void prepare_all(struct appliance *a)
{
	unsigned i;

	a->reload = RELOAD_PREPARING;
	a->preparing = 0;
	for (i = 0; i < ENGINE_CHILDREN; i++) {
		a->programs[i].prepared = false;
		if (a->programs[i].up && a->programs[i].live &&
		    prepare(a, i, a->next))
			a->preparing++;
	}
	all_prepared(a);
}

/* A choice that this version cannot keep is refused, not ignored. */
static void only(struct appliance *a, const struct settings_group *g,
		 const char *setting, const char *can)
{
	if (strcmp(settings_text(g, setting), can) == 0)
		return;
	settings_where(g, setting, &a->complaints);
	buf_printf(&a->complaints,
		   ": %s: %s is not available in this version, only %s\n",
		   setting, settings_text(g, setting), can);
}

static void check_available(struct appliance *a, const struct settings *s)
{
	const struct settings_group *iwf = settings_single(s, "iwf");

	only(a, iwf, "reach", "internal");
	only(a, iwf, "accept", "stored");
}

static void read_done(void *arg, struct settings *s, struct bytes complaints)
{
	struct appliance *a = arg;

	buf_put(&a->complaints, complaints);
	if (s != NULL)
		check_available(a, s);
	if (a->complaints.n > 0) {
		settings_free(s);
		s = NULL;
	}
	a->next = s;
	if (s == NULL)
		refuse(a);
	else
		prepare_all(a);
}

enum err reload_start(struct appliance *a, uint64_t ticket)
{
	struct buf program = BUF_INIT(4096);
	enum err e;

	if (a->reload != RELOAD_NONE)
		return ERR_BUSY;
	buf_printf(&program, "%s/cpmgw-conf", a->options.programs);
	if (buf_string(&program) == NULL)
		return ERR_NOMEM;
	e = confrun_start(a->loop, buf_string(&program), a->options.conf,
			  a->options.port_offset, &a->confrun);
	buf_clear(&program);
	if (e != OK)
		return e;
	buf_reset(&a->complaints);
	a->reload = RELOAD_READING;
	a->reload_ticket = ticket;
	confrun_wait(a->confrun, read_done, a);
	return OK;
}

/* A program that has just come up gets what is in use; alone. */
void reload_child_up(struct appliance *a, unsigned child)
{
	struct appliance_child *c = &a->programs[child];

	c->up = true;
	c->live = c->prepared = false;
	if (!prepare(a, child, engine_settings(a->engine)))
		oplog_line(a->log, OPLOG_ERROR, "program %u: not configured",
			   child);
}

void reload_child_down(struct appliance *a, unsigned child)
{
	struct appliance_child *c = &a->programs[child];
	bool awaited = a->reload == RELOAD_PREPARING && c->live &&
		       !c->prepared;

	*c = (struct appliance_child){ .child = c->child };
	if (!awaited)
		return;
	a->preparing--;
	all_prepared(a);
}

static void first_time(struct appliance *a, unsigned child,
		       const struct frame *f)
{
	struct appliance_child *c = &a->programs[child];

	if (f->payload.n > 0) {
		oplog_line(a->log, OPLOG_ERROR, "program %u refuses: %.*s",
			   child, (int)f->payload.n,
			   (const char *)f->payload.p);
		if (!a->ready) {
			a->failed = true;
			loop_end(a->loop);
		}
		return;
	}
	c->prepared = c->live = true;
	(void)send(a, child, FRAME_COMMIT, (struct bytes){ NULL, 0 });
	engine_child_ready(a->engine, child);
}

void reload_prepared(struct appliance *a, unsigned child,
		     const struct frame *f)
{
	struct appliance_child *c = &a->programs[child];

	if (!c->live) {
		first_time(a, child, f);
		return;
	}
	if (a->reload != RELOAD_PREPARING || c->prepared)
		return;
	c->prepared = true;
	buf_put(&a->complaints, f->payload);
	if (f->payload.n > 0 && f->payload.p[f->payload.n - 1] != '\n')
		buf_text(&a->complaints, "\n");
	a->preparing--;
	all_prepared(a);
}
