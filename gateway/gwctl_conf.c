/*
 * gwctl conf check: runs cpmgw-conf, so it needs no gateway; of one that runs
 * it asks where its configuration is.
 */
#include "gateway/gwctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM "cpmgw-conf"

/* That of the gateway that runs, of the state's own copy, else the system's. */
static const char *default_path(const struct call *c, struct buf *room)
{
	const char *running = call_configuration(c);
	struct stat st;

	if (running != NULL)
		return running;
	if (gwctl_state_directory(room) == OK) {
		buf_text(room, "/conf");
		if (buf_string(room) != NULL &&
		    stat(buf_string(room), &st) == 0)
			return buf_string(room);
	}
	return PACKAGE_SYSCONF;
}

/* cpmgw-conf beside this program, as in a build directory. */
static const char *beside(struct buf *room)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	if ((slash = strrchr(self, '/')) == NULL)
		return NULL;
	*slash = '\0';
	buf_printf(room, "%s/" PROGRAM, self);
	if (buf_string(room) == NULL || access(buf_string(room), X_OK) != 0)
		return NULL;
	return buf_string(room);
}

int call_conf(struct call *c)
{
	struct buf path = BUF_INIT(4096), program = BUF_INIT(4096);
	const char *run = beside(&program);
	const char *file = c->n > 1 ? c->arguments[1] : default_path(c, &path);
	const char *arguments[5] = { PROGRAM, "--check" };
	size_t n = 2;

	if (run == NULL)
		run = PACKAGE_LIBEXEC "/" PROGRAM;
	if (c->json)
		arguments[n++] = "--json";
	arguments[n] = file;
	execv(run, (char *const *)(uintptr_t)arguments);
	fprintf(stderr, "gwctl: %s: %s\n", run, strerror(errno));
	buf_clear(&path);
	buf_clear(&program);
	return GWCTL_REFUSED;
}
