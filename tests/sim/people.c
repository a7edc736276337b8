/* people.c - who registers and leaves. */
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE	"device"

int people_named(const char *name)
{
	if (name == NULL || name[0] != 'u' || name[1] < '0' ||
	    name[1] >= '0' + USERS || name[2] != '\0')
		return -1;
	return name[1] - '0';
}

static void announce(struct sim *s, unsigned user, bool there)
{
	char name[8];
	struct presence p = { .user = name, .devices = there ? 1 : 0 };
	struct buf image = BUF_INIT(NOTICE_IMAGE_MAX);

	snprintf(name, sizeof name, "u%u", user % USERS);
	if (presence_image(&p, &image) != OK) {
		buf_clear(&image);
		return;
	}
	sim_tell(s, "%s is %s", name, there ? "available" : "gone");
	adapter_send(s, SIP, there ? FRAME_AVAILABLE : FRAME_GONE, 0, &image);
}

static void bind(struct sim *s, unsigned user, bool there)
{
	char name[8];
	struct binding b = {
		.user = name,
		.key = DEVICE,
		.expires_us = there ? sim_wall(s) + 3600 * SECOND : 0,
		.data = bytes_of("where it is"),
	};
	struct buf image = BUF_INIT(NOTICE_IMAGE_MAX);

	snprintf(name, sizeof name, "u%u", user % USERS);
	if (binding_image(&b, &image) == OK)
		adapter_send(s, SIP, FRAME_BINDING, 2 * user + there, &image);
	else
		buf_clear(&image);
}

void people_register(struct sim *s, uint64_t user)
{
	struct person *p = &s->people[user];

	p->registered = true;
	if (!s->adapters[SIP].up || !s->adapters[SIP].open) {
		sim_at(s, 200 * MS, people_register, user);
		return;
	}
	bind(s, (unsigned)user, true);
}

void people_leave(struct sim *s, uint64_t user)
{
	struct person *p = &s->people[user];

	if (s->quiet || !p->registered)
		return;
	p->registered = false;
	sim_tell(s, "u%u leaves", (unsigned)user);
	/* Some say good-bye, of others it is found out. */
	if (sim_chance(s, 60)) {
		p->wanted = false;
		p->bound = false;
		bind(s, (unsigned)user, false);
		announce(s, (unsigned)user, false);
	}
	if (!p->leaving_for_good)
		sim_at(s, sim_between(s, 100, 4000) * MS, people_register,
		       user);
}

/* The 200 to REGISTER leaves: from now on the binding must be kept. */
void people_bound(struct sim *s, uint64_t ref)
{
	struct person *p = &s->people[ref / 2 % USERS];

	if (ref % 2 == 0 || !p->registered)
		return;
	p->bound = true;
	p->wanted = true;
	announce(s, (unsigned)(ref / 2), true);
}

void people_snapshot(struct sim *s, const struct binding *b)
{
	int user = people_named(b->user);

	if (user < 0 || b->key == NULL || strcmp(b->key, DEVICE) != 0)
		sim_fail(s, "bindings", "the snapshot has an unknown one");
	else
		s->adapters[SIP].bound_seen |= 1u << user;
}

void people_announce(struct sim *s)
{
	unsigned user, seen = s->adapters[SIP].bound_seen;

	for (user = 0; user < USERS; user++) {
		struct person *p = &s->people[user];

		if (p->bound && p->wanted && (seen & 1u << user) == 0)
			sim_fail(s, "bindings", "that of u%u is lost", user);
		if ((seen & 1u << user) != 0)
			announce(s, user, true);
		else if (p->registered)
			sim_at(s, 100 * MS, people_register, user);
	}
}

/* His devices did not answer. */
void people_gone(struct sim *s, uint64_t user)
{
	if (!s->people[user].registered && s->adapters[SIP].open)
		announce(s, (unsigned)user, false);
}
