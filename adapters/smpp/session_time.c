/* Time in a session: one timer, set for the first thing that can be due and
 * looked at again when it is; nothing is moved for a message. */
#include "adapters/smpp/session_inside.h"

#define NEVER UINT64_MAX

void session_arm(struct session *s, uint64_t due_us)
{
	uint64_t now;

	if (s->dead || (s->timer.slot != 0 && s->timer.due_us <= due_us))
		return;
	now = session_now(s);
	if (loop_set_timer(s->all->loop, &s->timer,
			   due_us > now ? due_us - now : 0, session_due,
			   s) != OK)
		session_break(s, "no memory");
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Each check does what is due at `now` and returns when it is due next. */

static uint64_t check_deadline(struct session *s, uint64_t now)
{
	if (s->deadline_us == 0)
		return NEVER;
	if (now < s->deadline_us)
		return s->deadline_us;
	session_close(s, s->finishing ? s->finish_why : "took too long");
	return NEVER;
}

static uint64_t check_asked(struct session *s, uint64_t now)
{
	uint64_t due = s->asked_us + s->limits.response_us;

	if (s->dead || s->asked_us == 0)
		return NEVER;
	if (s->holds & (HOLD_OWNER | HOLD_SLOW)) /* it may be there, unread */
		return now + s->limits.response_us;
	if (due < s->grace_us)
		due = s->grace_us;
	if (now < due)
		return due;
	session_close(s, s->unbinding ? "unbind was not answered"
				      : "bind was not answered");
	return NEVER;
}

/* Nobody takes our octets: so nothing can be known of what was asked. */
static uint64_t check_output(struct session *s, uint64_t now)
{
	if (s->dead || s->connecting || s->out.n == 0)
		return NEVER;
	if (now - s->wrote_us < s->limits.response_us)
		return s->wrote_us + s->limits.response_us;
	session_close(s, "the far side does not read");
	return NEVER;
}

static uint64_t check_window(struct session *s, uint64_t now)
{
	struct window_item item;
	uint64_t due;

	while (!s->dead && s->window != NULL &&
	       window_oldest(s->window, &item)) {
		due = item.sent_us + s->limits.response_us;
		if (due < s->grace_us)
			due = s->grace_us;
		if (s->holds != 0 && due <= now)
			due = now + s->limits.response_us;
		if (due > now)
			return due;
		if (window_take(s->window, item.sequence, &item))
			s->events->lost(s->owner, s, &item, SESSION_NO_ANSWER);
	}
	return NEVER;
}

static void enquire(struct session *s, uint64_t now)
{
	struct smpp_pdu p = { .command_id = SMPP_ENQUIRE_LINK };

	p.sequence_number = s->enquired = session_next(s);
	s->enquired_us = now;
	session_send(s, &p);
}

/* Anything that comes shows that somebody is there: also instead of the
 * answer. While we do not read, we cannot know. */
static uint64_t check_silence(struct session *s, uint64_t now)
{
	if (s->dead || s->limits.enquire_us == 0 || s->connecting)
		return NEVER;
	if (s->holds != 0)
		return now + s->limits.enquire_us;
	if (s->enquired_us != 0 && s->read_us > s->enquired_us)
		s->enquired_us = 0;
	if (s->enquired_us != 0 &&
	    now - s->enquired_us >= s->limits.response_us) {
		session_close(s, "enquire_link was not answered");
		return NEVER;
	}
	if (s->enquired_us == 0 && now - s->read_us >= s->limits.enquire_us)
		enquire(s, now);
	return s->enquired_us != 0 ? s->enquired_us + s->limits.response_us
				   : s->read_us + s->limits.enquire_us;
}

static uint64_t check_idle(struct session *s, uint64_t now)
{
	if (s->dead || s->limits.idle_us == 0 || s->unbinding)
		return NEVER;
	if (now - s->message_us < s->limits.idle_us)
		return s->message_us + s->limits.idle_us;
	session_unbind(s);
	return NEVER;
}

void session_due(void *session)
{
	struct session *s = session;
	uint64_t now = session_now(s), due;

	due = check_deadline(s, now);
	due = sooner(due, check_asked(s, now));
	due = sooner(due, check_output(s, now));
	due = sooner(due, check_window(s, now));
	due = sooner(due, check_silence(s, now));
	due = sooner(due, check_idle(s, now));
	if (!s->dead && due != NEVER)
		session_arm(s, due);
}
