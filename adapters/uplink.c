/* The calls up of gateway/adapter.h: each is one frame on the link. */
#include "adapters/child_inside.h"

static struct buf *opened(struct uplink *up, enum frame_type type, uint64_t ref)
{
	return link_open_frame(up->link, type, ref);
}

/* `e` is how writing its payload ended. */
static enum err sent(struct uplink *up, enum err e)
{
	enum err closed = link_close_frame(up->link);

	return e != OK ? e : closed;
}

enum err uplink_intake(struct uplink *up, uint64_t ref, const struct intake *v)
{
	return sent(up, intake_image(v, opened(up, FRAME_INTAKE, ref)));
}

enum err uplink_outcome(struct uplink *up, uint64_t token,
			const struct outcome *v)
{
	return sent(up, outcome_image(v, opened(up, FRAME_OUTCOME, token)));
}

enum err uplink_far_report(struct uplink *up, uint64_t ref,
			   const struct far_report *v)
{
	return sent(up, far_report_image(v, opened(up, FRAME_FAR_REPORT, ref)));
}

enum err uplink_peer(struct uplink *up, const struct peer_state *v)
{
	return sent(up, peer_state_image(v, opened(up, FRAME_PEER, 0)));
}

enum err uplink_presence(struct uplink *up, const struct presence *v)
{
	enum frame_type type = v->devices > 0 ? FRAME_AVAILABLE : FRAME_GONE;

	return sent(up, presence_image(v, opened(up, type, 0)));
}

enum err uplink_lookup(struct uplink *up, uint64_t ref, const struct lookup *v)
{
	return sent(up, lookup_image(v, opened(up, FRAME_LOOKUP, ref)));
}

enum err uplink_binding(struct uplink *up, uint64_t ref,
			const struct binding *v)
{
	return sent(up, binding_image(v, opened(up, FRAME_BINDING, ref)));
}

enum err uplink_amendment(struct uplink *up, uint64_t ref,
			const struct amendment *v)
{
	return sent(up, amendment_image(v, opened(up, FRAME_AMENDMENT, ref)));
}

enum err uplink_standing(struct uplink *up, uint64_t ref,
			 const struct standing *v)
{
	return sent(up, standing_image(v, opened(up, FRAME_STANDING, ref)));
}

enum err uplink_note(struct uplink *up, const struct note *v)
{
	return sent(up, note_image(v, opened(up, FRAME_TRACE, 0)));
}

void uplink_drained(struct uplink *up)
{
	up->drained = true;
	loop_end(up->loop);
}

uint64_t uplink_now_us(const struct uplink *up)
{
	return up->clock->wall_us(up->clock->arg);
}

uint64_t uplink_random(struct uplink *up)
{
	return up->clock->random(up->clock->arg);
}

struct loop *uplink_loop(struct uplink *up)
{
	return up->loop;
}

struct oplog *uplink_oplog(struct uplink *up)
{
	return up->oplog;
}
