/* adapter.c - what adapters do with frames, and how they live. */
#include "tests/sim/sim.h"

const struct peer_model peer_models[PEERS] = {
	[CPM] = { "cpm", TECHNOLOGY_CPM, SIP },
	[REMOTE] = { "remote.example", TECHNOLOGY_CPM, SIP },
	[SMSC_A] = { "smsc-a", TECHNOLOGY_SMS, SMPP },
	[SMSC_B] = { "smsc-b", TECHNOLOGY_SMS, SMPP },
	[ESME1] = { "esme1", TECHNOLOGY_SMS, SMPP },
	[ESME2] = { "esme2", TECHNOLOGY_SMS, SMPP },
};

bool adapter_send(struct sim *s, enum child_number c, enum frame_type type,
		  uint64_t ref, struct buf *image)
{
	struct frame f = { .type = (uint8_t)type, .ref = ref };
	bool up = s->adapters[c].up && s->running;

	f.payload = buf_bytes(image);
	if (up && buf_status(image) == OK)
		wire_put(s, c, true, &f);
	buf_clear(image);
	return up;
}

void adapter_peer(struct sim *s, enum peer_number p, bool up)
{
	const struct peer_model *m = &peer_models[p];
	struct peer_state state = {
		.peer = m->name,
		.technology = m->technology,
		.up = up,
		.window = s->knobs.window[p],
		.kind = "model",
	};
	struct buf image = BUF_INIT(NOTICE_IMAGE_MAX);
	struct adapter_model *a = &s->adapters[m->child];

	if (!a->up || !a->open)
		return;
	a->peer_up[p] = up;
	sim_tell(s, "%s is %s", m->name, up ? "up" : "down");
	if (peer_state_image(&state, &image) == OK)
		adapter_send(s, m->child, FRAME_PEER, 0, &image);
	else
		buf_clear(&image);
}

void adapter_peer_up(struct sim *s, uint64_t peer)
{
	if (!s->adapters[peer_models[peer].child].peer_up[peer])
		adapter_peer(s, (enum peer_number)peer, true);
}

void adapter_peer_down(struct sim *s, uint64_t peer)
{
	if (s->quiet)
		return;
	adapter_peer(s, (enum peer_number)peer, false);
	sim_at(s, sim_between(s, 1, 3000) * MS, adapter_peer_up, peer);
}

/* value: the engine's life and the child. */
void adapter_start(struct sim *s, uint64_t value)
{
	enum child_number c = (enum child_number)(value % CHILDREN);
	struct adapter_model *a = &s->adapters[c];

	if (!s->running || s->life != value / CHILDREN || a->up)
		return;
	wire_reset(s, c);
	a->up = true;
	a->open = false;
	a->life++;
	a->bound_seen = 0;
	for (unsigned p = 0; p < PEERS; p++) {
		if (peer_models[p].child != c)
			continue;
		a->peer_up[p] = false;
		a->flying[p] = 0;
	}
	sim_tell(s, "adapter %d begins", (int)c);
	engine_child_up(s->engine, (unsigned)c);
	engine_child_named(s->engine, (unsigned)c, c == SIP ? "sip" : "smpp");
	engine_child_ready(s->engine, (unsigned)c);
	world_turn_soon(s);
}

static void forget(struct sim *s, enum child_number c)
{
	s->adapters[c].up = false;
	s->adapters[c].open = false;
	far_gone(s, c);
	sender_forget(s, c);
}

void adapter_die(struct sim *s, uint64_t child)
{
	enum child_number c = (enum child_number)child;
	uint64_t life = s->life;

	if (!s->adapters[c].up || !s->running || s->quiet)
		return;
	sim_tell(s, "-- adapter %d dies", (int)c);
	wire_last_words(s, c, true);
	forget(s, c);
	ledger_answers_lost(s);
	if (s->dying == CRASH_NONE) {
		engine_child_down(s->engine, (unsigned)c, "it died");
		if (c == SIP)
			ledger_native_lost(s);
		world_turn_soon(s);
	}
	sim_at(s, sim_between(s, 1, 1500) * MS, adapter_start,
	       life * CHILDREN + child);
}

void adapter_orphaned(struct sim *s, enum child_number c, bool power)
{
	if (!s->adapters[c].up)
		return;
	if (!power)
		wire_last_words(s, c, false);
	forget(s, c);
}

/* All bindings are known: now its peers come up, one after the other. */
static void open_up(struct sim *s, enum child_number c)
{
	unsigned p;

	s->adapters[c].open = true;
	if (c == SIP)
		people_announce(s);
	for (p = 0; p < PEERS; p++)
		if (peer_models[p].child == c)
			sim_at(s, sim_between(s, 0, PEERS_UP_US),
			       adapter_peer_up, p);
}

static void reported(struct sim *s, const struct frame *f)
{
	struct outcome o;

	if (outcome_read(f->payload, s->scratch, &o) != OK)
		sim_fail(s, "frames", "a broken outcome");
	else
		far_reported(s, f->ref, &o);
}

static void snapshot(struct sim *s, const struct frame *f)
{
	struct binding b;

	if (binding_read(f->payload, s->scratch, &b) != OK)
		sim_fail(s, "frames", "a broken binding");
	else
		people_snapshot(s, &b);
}

void adapter_frame(struct sim *s, enum child_number c, const struct frame *f)
{
	switch (f->type) {
	case FRAME_LEG:
		far_leg(s, c, f);
		break;
	case FRAME_ACCEPTED:
	case FRAME_REFUSED:
	case FRAME_ANSWER:
		sender_answered(s, c, f);
		break;
	case FRAME_STANDING:
		sender_standing(s, f);
		break;
	case FRAME_REPORTED:
		reported(s, f);
		break;
	case FRAME_BOUND:
		people_bound(s, f->ref);
		break;
	case FRAME_SNAPSHOT:
		snapshot(s, f);
		break;
	case FRAME_SNAPSHOT_END:
		open_up(s, c);
		break;
	default:
		break;
	}
}
