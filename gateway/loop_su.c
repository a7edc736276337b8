#include "gateway/loop_su.h"

#include <time.h>

#include <sofia-sip/su.h>
#include <sofia-sip/su_time.h>

#include "codecs/arena.h"
#include "gateway/loop_host.h"

#define NTP_TO_UNIX 2208988800u /* seconds from 1900 to 1970 */

/* Sofia's own, without a header: what its su_now() asks. */
extern void (*_su_time)(su_time_t *tv);

struct host {
	su_root_t *root;
	int index;		/* of our descriptor in the root */
};

static void monotonic(su_time_t *tv)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	tv->tv_sec = (unsigned long)now.tv_sec + NTP_TO_UNIX;
	tv->tv_usec = (unsigned long)now.tv_nsec / 1000;
}

/* Nothing to do: the turn that follows sees what is ready. */
static int wake(su_root_magic_t *magic, su_wait_t *wait, su_wakeup_arg_t *arg)
{
	(void)magic;
	(void)wait;
	(void)arg;
	return 0;
}

static enum err wait_step(void *arg, int ms)
{
	struct host *h = arg;

	su_root_step(h->root, ms < 0 ? SU_WAIT_FOREVER : (su_duration_t)ms);
	return OK;
}

static void free_host(void *arg)
{
	struct host *h = arg;

	if (h->index > 0)
		su_root_deregister(h->root, h->index);
	if (h->root != NULL)
		su_root_destroy(h->root);
	su_deinit();
	mem_free(h);
}

static const struct loop_host su_host = { wait_step, free_host };

static enum err join(struct host *h, struct loop *l)
{
	su_wait_t wait[1] = { SU_WAIT_INIT };

	h->root = su_root_create(NULL);
	if (h->root == NULL ||
	    su_wait_create(wait, loop_descriptor(l), SU_WAIT_IN) != 0)
		return ERR_NOMEM;
	h->index = su_root_register(h->root, wait, wake, NULL, 0);
	return h->index > 0 ? OK : ERR_NOMEM;
}

struct loop *loop_su_new(const struct clock *clock)
{
	struct loop *l = loop_new(clock);
	struct host *h = mem_zero(sizeof *h);

	if (l == NULL || h == NULL) {
		mem_free(h);
		loop_free(l);
		return NULL;
	}
	_su_time = monotonic;
	su_init();
	loop_set_host(l, &su_host, h);
	if (join(h, l) == OK)
		return l;
	loop_free(l);
	return NULL;
}

su_root_t *loop_su_root(struct loop *l)
{
	const struct host *h = loop_host_arg(l);

	return h->root;
}
