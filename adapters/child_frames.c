/* What each frame of the engine does: one function a type. */
#include <string.h>
#include <unistd.h>

#include "adapters/child_inside.h"

#define COMPLAINT_MAX	16384
#define SHOWN_MAX	(256 * 1024)

typedef enum err handler(struct uplink *up, const struct frame *f, int fd);

static enum err on_welcome(struct uplink *up, const struct frame *f, int fd)
{
	struct welcome w;
	enum err e;

	(void)fd;
	if (up->opened)
		return ERR_EXISTS;
	if ((e = welcome_read(f->payload, up->arena, &w)) != OK ||
	    (e = up->adapter->open(up, &w, &up->self)) != OK)
		return e;
	up->opened = true;
	return OK;
}

/* A complaint goes back as the payload; an empty one means yes. What was asked
 * for to be shown is none. */
static enum err answer(struct uplink *up, const struct frame *f, enum err e,
		       struct buf *complaint)
{
	enum frame_type type = f->type == FRAME_PREPARE ? FRAME_PREPARED
							: FRAME_CONTROLLED;
	struct buf *to = link_open_frame(up->link, type, f->ref);

	if (e != OK && complaint->n == 0)
		buf_text(to, err_name(e));
	else if (e != OK || type == FRAME_CONTROLLED)
		buf_put(to, buf_bytes(complaint));
	return link_close_frame(up->link);
}

static enum err read_image(int fd, struct buf *to)
{
	ssize_t n = 1;
	uint8_t *p;

	while (n > 0 && (p = buf_room(to, 65536)) != NULL) {
		n = pread(fd, p, 65536, (off_t)to->n - 65536);
		to->n -= 65536 - (size_t)(n > 0 ? n : 0);
	}
	return n < 0 ? ERR_IO : buf_status(to);
}

/* Large settings come in a file of their own, with an empty payload. */
static enum err read_settings(const struct frame *f, int fd,
			      struct settings **s, struct buf *complaint)
{
	struct buf image = BUF_INIT(SETTINGS_IMAGE_MAX);
	enum err e = OK;

	if (fd < 0)
		return settings_read(f->payload, s, complaint);
	if ((e = read_image(fd, &image)) == OK)
		e = settings_read(buf_bytes(&image), s, complaint);
	buf_clear(&image);
	return e;
}

static void forget_prepared(struct uplink *up)
{
	if (up->prepared == NULL)
		return;
	up->adapter->abort(up->self);
	settings_free(up->prepared);
	up->prepared = NULL;
}

static enum err on_prepare(struct uplink *up, const struct frame *f, int fd)
{
	struct buf complaint = BUF_INIT(COMPLAINT_MAX);
	struct settings *s = NULL;
	enum err e;

	forget_prepared(up);
	e = read_settings(f, fd, &s, &complaint);
	if (e == OK)
		e = up->adapter->prepare(up->self, s, &complaint);
	if (e == OK)
		up->prepared = s;
	else
		settings_free(s);
	e = answer(up, f, e, &complaint);
	buf_clear(&complaint);
	return e;
}

static enum err on_commit(struct uplink *up, const struct frame *f, int fd)
{
	(void)fd;
	if (up->prepared == NULL)
		return ERR_NOTFOUND;
	up->adapter->commit(up->self);
	settings_free(up->current);
	up->current = up->prepared;
	up->prepared = NULL;
	(void)link_open_frame(up->link, FRAME_COMMITTED, f->ref);
	return link_close_frame(up->link);
}

static enum err on_abort(struct uplink *up, const struct frame *f, int fd)
{
	(void)f;
	(void)fd;
	forget_prepared(up);
	return OK;
}

/* One leg that cannot be read is given back: it must not stop the others. */
static enum err on_leg(struct uplink *up, const struct frame *f, int fd)
{
	struct outcome o = { .class = OUTCOME_NEVER,
			     .state = STATE_REJECTED,
			     .text = "the leg could not be read" };
	struct fault why = { 0 };
	struct leg leg;
	enum err e = leg_read(f->payload, up->arena, &leg, &why);

	(void)fd;
	if (e == OK) {
		up->adapter->leg(up->self, &leg);
		return OK;
	}
	oplog_line(up->oplog, OPLOG_ERROR, "leg: %s: %s at octet %zu (%s)",
		   err_name(e), why.field, why.offset, why.clause);
	if (e == ERR_NOMEM)
		o.class = OUTCOME_LATER;
	return uplink_outcome(up, f->ref, &o);
}

static enum err on_cancel(struct uplink *up, const struct frame *f, int fd)
{
	(void)fd;
	up->adapter->cancel(up->self, f->ref);
	return OK;
}

static enum err on_accepted(struct uplink *up, const struct frame *f, int fd)
{
	struct accepted v;
	enum err e = accepted_read(f->payload, &v);

	(void)fd;
	if (e == OK)
		up->adapter->accepted(up->self, f->ref, &v);
	return e;
}

/* Three answers carry an outcome. */
static enum err on_outcome(struct uplink *up, const struct frame *f, int fd)
{
	const struct adapter *a = up->adapter;
	struct outcome v;
	enum err e = outcome_read(f->payload, up->arena, &v);

	(void)fd;
	if (e != OK)
		return e;
	if (f->type == FRAME_REFUSED)
		a->refused(up->self, f->ref, &v);
	else if (f->type == FRAME_ANSWER)
		a->answer(up->self, f->ref, &v);
	else
		a->reported(up->self, f->ref, &v);
	return OK;
}

static enum err on_found(struct uplink *up, const struct frame *f, int fd)
{
	struct found v;
	enum err e = found_read(f->payload, up->arena, &v);

	(void)fd;
	if (e == OK)
		up->adapter->found(up->self, f->ref, &v);
	return e;
}

static enum err on_bound(struct uplink *up, const struct frame *f, int fd)
{
	(void)fd;
	up->adapter->bound(up->self, f->ref);
	return OK;
}

static enum err on_amendment(struct uplink *up, const struct frame *f, int fd)
{
	static const struct standing cannot = { .class = OUTCOME_NEVER };
	struct amendment v;
	enum err e = amendment_read(f->payload, up->arena, &v);

	(void)fd;
	if (e != OK)
		return e;
	if (up->adapter->amend == NULL)
		return uplink_standing(up, f->ref, &cannot);
	up->adapter->amend(up->self, f->ref, &v);
	return OK;
}

static enum err on_standing(struct uplink *up, const struct frame *f, int fd)
{
	struct standing v;
	enum err e = standing_read(f->payload, up->arena, &v);

	(void)fd;
	if (e == OK && up->adapter->standing != NULL)
		up->adapter->standing(up->self, f->ref, &v);
	return e;
}

static enum err on_snapshot(struct uplink *up, const struct frame *f, int fd)
{
	struct binding v;
	enum err e = binding_read(f->payload, up->arena, &v);

	(void)fd;
	if (e == OK)
		up->adapter->snapshot(up->self, &v);
	return e;
}

static enum err on_snapshot_end(struct uplink *up, const struct frame *f,
				int fd)
{
	(void)f;
	(void)fd;
	up->adapter->ready(up->self);
	return OK;
}

static enum err on_changed(struct uplink *up, const struct frame *f, int fd)
{
	struct lookup v;
	enum err e = lookup_read(f->payload, up->arena, &v);

	(void)fd;
	if (e == OK)
		up->adapter->changed(up->self, &v);
	return e;
}

static enum err on_slow(struct uplink *up, const struct frame *f, int fd)
{
	(void)fd;
	up->engine_slow = f->type == FRAME_SLOW;
	child_tell_slow(up);
	return OK;
}

static enum err on_waits(struct uplink *up, const struct frame *f, int fd)
{
	struct waits v;
	enum err e = waits_read(f->payload, up->arena, &v);

	(void)fd;
	if (e == OK && up->adapter->waits != NULL)
		up->adapter->waits(up->self, &v);
	return e;
}

static enum err on_control(struct uplink *up, const struct frame *f, int fd)
{
	struct buf complaint = BUF_INIT(SHOWN_MAX);
	struct control c;
	enum err e = control_read(f->payload, up->arena, &c);

	(void)fd;
	if (e == OK)
		e = up->adapter->control(up->self, &c, &complaint);
	e = answer(up, f, e, &complaint);
	buf_clear(&complaint);
	return e;
}

static enum err on_stop(struct uplink *up, const struct frame *f, int fd)
{
	(void)f;
	(void)fd;
	child_drain(up);
	return OK;
}

static handler *const handlers[FRAME_LAST] = {
	[FRAME_WELCOME] = on_welcome,
	[FRAME_PREPARE] = on_prepare,
	[FRAME_COMMIT] = on_commit,
	[FRAME_ABORT] = on_abort,
	[FRAME_ACCEPTED] = on_accepted,
	[FRAME_REFUSED] = on_outcome,
	[FRAME_ANSWER] = on_outcome,
	[FRAME_LEG] = on_leg,
	[FRAME_CANCEL] = on_cancel,
	[FRAME_REPORTED] = on_outcome,
	[FRAME_FOUND] = on_found,
	[FRAME_BOUND] = on_bound,
	[FRAME_SNAPSHOT] = on_snapshot,
	[FRAME_SNAPSHOT_END] = on_snapshot_end,
	[FRAME_CHANGED] = on_changed,
	[FRAME_SLOW] = on_slow,
	[FRAME_GO] = on_slow,
	[FRAME_CONTROL] = on_control,
	[FRAME_STOP] = on_stop,
	[FRAME_AMENDMENT] = on_amendment,
	[FRAME_STANDING] = on_standing,
	[FRAME_WAITS] = on_waits,
};

/* The engine is of the same installation: what it cannot have meant ends us,
 * and it starts us again. */
void child_frame(struct uplink *up, const struct frame *f, int fd)
{
	handler *h = f->type < FRAME_LAST ? handlers[f->type] : NULL;
	bool early = !up->opened && f->type != FRAME_WELCOME &&
		     f->type != FRAME_STOP;
	enum err e = ERR_UNSUPPORTED;

	if (up->drained || up->failed)
		e = OK;
	else if (h != NULL && !early)
		e = h(up, f, fd);
	if (fd >= 0)
		close(fd);
	arena_reset(up->arena);
	if (e != OK) {
		oplog_line(up->oplog, OPLOG_ERROR, "frame of type %u: %s",
			   f->type, err_name(e));
		child_fail(up, "the engine's frame", e);
	}
}
