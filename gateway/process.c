#include "gateway/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_ROOM	4096

static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int bad;

	sigemptyset(&none);
	sigfillset(&all);
	bad = posix_spawnattr_setsigmask(attributes, &none);
	if (bad == 0)
		bad = posix_spawnattr_setsigdefault(attributes, &all);
	if (bad == 0)
		bad = posix_spawnattr_setflags(attributes,
					       POSIX_SPAWN_SETSIGMASK |
						       POSIX_SPAWN_SETSIGDEF);
	return bad;
}

/* The C library's own wording of what the child does before exec. */
static int spawn(const char *path, int link, pid_t *pid)
{
	char option[] = "--link", number[] = "3", name[PATH_ROOM];
	char *arguments[] = { name, option, number, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int bad;

	snprintf(name, sizeof name, "%s", path);
	if ((bad = posix_spawn_file_actions_init(&files)) != 0)
		return bad;
	if ((bad = posix_spawnattr_init(&attributes)) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return bad;
	}
	bad = posix_spawn_file_actions_adddup2(&files, link, PROCESS_LINK_FD);
	if (bad == 0)
		bad = posix_spawn_file_actions_addopen(&files, STDIN_FILENO,
						       "/dev/null", O_RDONLY,
						       0);
	if (bad == 0)
		bad = set_signals(&attributes);
	if (bad == 0)
		bad = posix_spawn(pid, path, &files, &attributes, arguments,
				  environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return bad;
}

enum err process_start(const char *path, struct process *out)
{
	struct process p = { .pidfd = -1 };
	int pair[2], bad;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return ERR_IO;
	bad = spawn(path, pair[1], &p.pid);
	close(pair[1]);
	if (bad == 0 && (p.pidfd = pidfd_open(p.pid, 0)) < 0) {
		kill(p.pid, SIGKILL);
		waitpid(p.pid, NULL, 0);
		bad = EMFILE;
	}
	if (bad != 0) {
		close(pair[0]);
		return bad == ENOENT || bad == EACCES ? ERR_NOTFOUND : ERR_IO;
	}
	p.link = pair[0];
	*out = p;
	return OK;
}

enum err process_pidfile_write(const char *directory, const char *program,
			       pid_t pid)
{
	char path[PATH_ROOM], fresh[PATH_ROOM + 8];
	int fd, n;
	bool good;

	n = snprintf(path, sizeof path, "%s/%s.pid", directory, program);
	if (n < 0 || (size_t)n >= sizeof path)
		return ERR_TOOBIG;
	snprintf(fresh, sizeof fresh, "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return ERR_IO;
	good = dprintf(fd, "%ld\n", (long)pid) > 0;
	close(fd);
	return good && rename(fresh, path) == 0 ? OK : ERR_IO;
}

void process_pidfile_remove(const char *directory, const char *program)
{
	char path[PATH_ROOM];
	int n = snprintf(path, sizeof path, "%s/%s.pid", directory, program);

	if (n > 0 && (size_t)n < sizeof path)
		unlink(path);
}
