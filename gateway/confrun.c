#include "gateway/confrun.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMPLAINTS_MAX 65536

struct stream {
	struct confrun *run;
	int fd;			/* -1: ended */
	struct buf octets;
};

struct confrun {
	struct loop *loop;
	pid_t pid;
	struct stream image, complaints;
	uint64_t port_offset;
	confrun_done *done;
	void *arg;
};

/* More than there is room for: whole lines, and that there are others. */
static void cut(struct buf *why)
{
	static const char rest[] = "... and more: see gwctl conf check\n";

	why->bad = OK;
	while (why->n > 0 && (why->n + sizeof rest > why->limit ||
			      why->p[why->n - 1] != '\n'))
		why->n--;
	buf_text(why, rest);
}

static void finish(struct confrun *r)
{
	struct settings *s = NULL;
	struct buf *why = &r->complaints.octets;
	int status = 0;

	if (waitpid(r->pid, &status, 0) != r->pid)
		status = -1;
	r->pid = 0;
	if (status == 0 && buf_status(&r->image.octets) == OK &&
	    settings_read(buf_bytes(&r->image.octets), &s, why) == OK &&
	    settings_shift_ports(s, r->port_offset) != OK) {
		settings_free(s);
		s = NULL;
		buf_text(why, "--port-offset: a port is above 65535\n");
	}
	if (why->bad != OK)
		cut(why);
	if (s == NULL && why->n == 0)
		buf_text(why, "cpmgw-conf failed without saying why\n");
	r->done(r->arg, s, buf_bytes(why));
}

static void stream_ready(void *arg, int fd, unsigned events)
{
	struct stream *s = arg;
	struct confrun *r = s->run;
	uint8_t octets[16384];
	ssize_t n = read(fd, octets, sizeof octets);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		buf_put(&s->octets, (struct bytes){ octets, (size_t)n });
		return;
	}
	loop_unwatch(r->loop, fd);
	close(fd);
	s->fd = -1;
	if (r->image.fd < 0 && r->complaints.fd < 0 && r->done != NULL)
		finish(r);
}

static void become(const char *program, const char *path, int out, int err)
{
	char *argv[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)path,
			 NULL };

	if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
		_exit(127);
	execv(program, argv);
	dprintf(STDERR_FILENO, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

static enum err watch(struct confrun *r, struct stream *s, int fd, size_t limit)
{
	s->run = r;
	s->fd = fd;
	s->octets = (struct buf){ .limit = limit };
	return loop_watch(r->loop, fd, LOOP_READ, stream_ready, s);
}

enum err confrun_start(struct loop *loop, const char *program,
		       const char *path, uint64_t port_offset,
		       struct confrun **made)
{
	struct confrun *r = mem_zero(sizeof *r);
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };
	enum err e = ERR_IO;

	if (r == NULL)
		return ERR_NOMEM;
	r->loop = loop;
	r->port_offset = port_offset;
	r->image.fd = r->complaints.fd = -1;
	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
		goto fail;
	if ((r->pid = fork()) == 0)
		become(program, path, out[1], err[1]);
	if (r->pid < 0)
		goto fail;
	close(out[1]);
	close(err[1]);
	out[1] = err[1] = -1;
	if ((e = watch(r, &r->image, out[0], SETTINGS_IMAGE_MAX)) != OK ||
	    (e = watch(r, &r->complaints, err[0], COMPLAINTS_MAX)) != OK)
		goto fail;
	*made = r;
	return OK;
fail:
	if (out[1] >= 0)
		close(out[1]);
	if (err[1] >= 0)
		close(err[1]);
	confrun_free(r);
	return e;
}

void confrun_wait(struct confrun *r, confrun_done *done, void *arg)
{
	r->done = done;
	r->arg = arg;
	if (r->image.fd < 0 && r->complaints.fd < 0)
		finish(r);
}

static void end(struct confrun *r, struct stream *s)
{
	if (s->fd >= 0) {
		loop_unwatch(r->loop, s->fd);
		close(s->fd);
	}
	buf_clear(&s->octets);
}

void confrun_free(struct confrun *r)
{
	if (r == NULL)
		return;
	if (r->pid > 0) {
		kill(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
	}
	end(r, &r->image);
	end(r, &r->complaints);
	mem_free(r);
}
