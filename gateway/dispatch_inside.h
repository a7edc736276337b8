/* gateway/dispatch_inside.h - shared by dispatch.c and dispatch_targets.c only. */
#ifndef GATEWAY_DISPATCH_INSIDE_H
#define GATEWAY_DISPATCH_INSIDE_H

#include "gateway/road.h"

/* For lane_next(): no room behind its recipient. `arg` is the engine. */
void dispatch_overflow(void *arg, struct live *l);
/* A leg that waits for its recipient, its row committed. */
void dispatch_enter_waiting(struct engine *e, struct live *l);
/* Recipients whose pause is over go on. */
void dispatch_unpause(struct engine *e, uint64_t now);

#endif
