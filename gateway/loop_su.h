/*
 * gateway/loop_su.h - the loop of gateway/loop.h inside sofia's su_root: both
 * kinds of descriptors and timers on one thread (libloopsu.a).
 */
#ifndef GATEWAY_LOOP_SU_H
#define GATEWAY_LOOP_SU_H

#include <sofia-sip/su_wait.h>

#include "gateway/loop.h"

/**
 * As loop_new(), with a root of its own; fits child_options.make_loop. Also
 * makes sofia's clock monotonic: a step of the machine's would stop or abort
 * its timers. NULL: no memory or no descriptors.
 */
struct loop *loop_su_new(const struct clock *clock);

/** Of a loop that loop_su_new() made; freed with it. */
su_root_t *loop_su_root(struct loop *l);

#endif
