/*
 * gateway/confrun.h - has cpmgw-conf read the configuration files, in its own
 * process, so that a fault of the library that parses them stays there.
 */
#ifndef GATEWAY_CONFRUN_H
#define GATEWAY_CONFRUN_H

#include "gateway/loop.h"
#include "gateway/settings.h"

/* `s` is the callee's; NULL: `complaints` says what is wrong, by lines. */
typedef void confrun_done(void *arg, struct settings *s,
			  struct bytes complaints);

struct confrun;

/**
 * Starts `program` on `path` (file or directory); `done` is called once, from
 * the loop, with ports shifted by `port_offset`. ERR_IO: not started.
 */
enum err confrun_start(struct loop *loop, const char *program,
		       const char *path, uint64_t port_offset,
		       struct confrun **made) CHECKED;
void confrun_wait(struct confrun *r, confrun_done *done, void *arg);
/** Ends it, whether done or not; NULL is fine. */
void confrun_free(struct confrun *r);

#endif
