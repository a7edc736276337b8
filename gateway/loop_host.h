/*
 * gateway/loop_host.h - the loop inside another library's loop. The host does
 * the waiting: it watches the loop's descriptor beside its own, and each time
 * it returns the loop takes one turn that does not wait.
 */
#ifndef GATEWAY_LOOP_HOST_H
#define GATEWAY_LOOP_HOST_H

#include "gateway/loop.h"

struct loop_host {
	/* Returns when the loop's descriptor is readable, when the host has
	 * done something of its own, or after `ms` (-1: no limit). */
	enum err (*wait)(void *arg, int ms);
	void (*free)(void *arg);	/* from loop_free() */
};

/** `host` is a constant; arg is the host's from now on. */
void loop_set_host(struct loop *l, const struct loop_host *host, void *arg);
void *loop_host_arg(const struct loop *l);

/** Readable when a watched descriptor is ready. */
int loop_descriptor(const struct loop *l);

#endif
