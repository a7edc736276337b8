/* Where something came from, and connections that are remembered. */
#include "adapters/sip/ua_inside.h"

#include "codecs/arena.h"

void ua_way_hold(const struct ua_way *w)
{
	if (w->tport)
		(void)tport_ref(w->tport);
	if (w->wire)
		(void)wire_hold(w->wire);
}

void ua_way_release(const struct ua_way *w)
{
	if (w->tport)
		tport_unref(w->tport);
	wire_release(w->wire);
}

bool ua_way_is_stream(const struct ua_way *w)
{
	return w->wire || tport_is_stream(w->tport);
}

struct ua_flow *ua_flow_of(struct request *r)
{
	const struct ua_way *way = &r->incoming->way;
	struct ua_flow *f;

	if (!ua_way_is_stream(way) || !(f = mem_zero(sizeof(*f))))
		return NULL;
	f->holders = 1;
	f->way = *way;
	ua_way_hold(way);
	return f;
}

struct ua_flow *ua_flow_hold(struct ua_flow *f)
{
	if (f)
		f->holders++;
	return f;
}

void ua_flow_release(struct ua_flow *f)
{
	if (!f || --f->holders > 0)
		return;
	ua_flow_watch(f, NULL, NULL);
	ua_way_release(&f->way);
	mem_free(f);
}

void ua_flow_watch(struct ua_flow *f, ua_lost *lost, void *arg)
{
	struct ua_wire *w = f ? f->way.wire : NULL;

	if (!w)
		return;
	if (f->lost) {
		*f->at = f->next;
		if (f->next)
			f->next->at = f->at;
	}
	f->lost = lost;
	f->arg = arg;
	if (!lost)
		return;
	f->at = &w->flows;
	f->next = w->flows;
	if (f->next)
		f->next->at = &f->next;
	w->flows = f;
}

bool ua_flow_alive(const struct ua_flow *f)
{
	if (!f)
		return false;
	if (f->way.wire)
		return f->way.wire->conn != NULL;
	return !tport_is_closed(f->way.tport) &&
	       !tport_is_shutdown(f->way.tport);
}

bool ua_flow_same(const struct ua_flow *a, const struct ua_flow *b)
{
	return a == b || (a && b && a->way.tport == b->way.tport &&
			  a->way.wire == b->way.wire);
}

bool ua_flow_secure(const struct ua_flow *f)
{
	return f && f->way.wire;
}
