#include "gateway/gwctl_link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define RUN_DIRECTORY "/run/cpmgw"
#define ARENA_MAX     (4 * GWCTL_LINE_MAX)

enum err gwctl_state_directory(struct buf *to)
{
	const char *base = getenv("XDG_STATE_HOME");

	if (base != NULL && base[0] == '/')
		buf_printf(to, "%s/cpmgw", base);
	else
		buf_printf(to, "/var/tmp/cpmgw-%u", (unsigned)geteuid());
	return buf_status(to);
}

/* Whether the directory of the socket is ours: /var/tmp is everybody's. */
static bool is_ours(const char *directory)
{
	struct stat st;

	return lstat(directory, &st) != 0 || st.st_uid == geteuid();
}

static bool try_one(struct gwctl_link *l, const char *path, struct buf *tried)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(path);

	if (n >= sizeof to.sun_path) {
		buf_printf(tried, "  %s: the name is too long\n", path);
		return false;
	}
	memcpy(to.sun_path, path, n);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd >= 0 &&
	    connect(l->fd, (const struct sockaddr *)&to, sizeof to) == 0)
		return true;
	buf_printf(tried, "  %s: %s\n", path, strerror(errno));
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	return false;
}

static bool try_default(struct gwctl_link *l, struct buf *tried)
{
	struct buf path = BUF_INIT(1024);
	bool good = false;

	if (gwctl_state_directory(&path) != OK)
		goto out;
	if (!is_ours(buf_string(&path))) {
		buf_printf(tried, "  %s: belongs to somebody else\n",
			   buf_string(&path));
		goto out;
	}
	buf_text(&path, "/" GWCTL_SOCKET);
	good = buf_string(&path) != NULL &&
	       try_one(l, buf_string(&path), tried);
out:
	buf_clear(&path);
	return good;
}

enum err gwctl_link_open(struct gwctl_link *l, const char *path,
			 struct buf *tried)
{
	if (path == NULL)
		path = getenv("CPMGW_SOCKET");
	if (path != NULL && *path == '\0')
		path = NULL;
	if ((l->arena = arena_new(ARENA_MAX)) == NULL)
		return ERR_NOMEM;
	if (path != NULL)
		return try_one(l, path, tried) ? OK : ERR_NOTFOUND;
	if (try_default(l, tried) ||
	    try_one(l, RUN_DIRECTORY "/" GWCTL_SOCKET, tried) ||
	    try_one(l, PACKAGE_STATE "/" GWCTL_SOCKET, tried))
		return OK;
	return ERR_NOTFOUND;
}

void gwctl_link_close(struct gwctl_link *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	buf_clear(&l->in);
	arena_free(l->arena);
	l->arena = NULL;
}

static enum err wait_for(const struct gwctl_link *l, short what)
{
	struct pollfd p = { .fd = l->fd, .events = what };
	int n;

	while ((n = poll(&p, 1, l->timeout_ms)) < 0 && errno == EINTR)
		;
	if (n < 0)
		return ERR_IO;
	return n == 0 ? ERR_BUSY : OK;
}

enum err gwctl_link_send(struct gwctl_link *l, struct bytes octets)
{
	enum err e = OK;
	ssize_t n;

	while (octets.n > 0) {
		if ((e = wait_for(l, POLLOUT)) != OK)
			return e;
		n = send(l->fd, octets.p, octets.n,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return ERR_CLOSED;
		octets = bytes_after(octets, (size_t)n);
	}
	return e;
}

static enum err read_more(struct gwctl_link *l)
{
	uint8_t block[16384];
	enum err e = wait_for(l, POLLIN);
	ssize_t n;

	if (e != OK)
		return e;
	n = recv(l->fd, block, sizeof block, MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return OK;
	if (n <= 0)
		return ERR_CLOSED;
	buf_put(&l->in, (struct bytes){ block, (size_t)n });
	return buf_status(&l->in);
}

enum err gwctl_link_line(struct gwctl_link *l, struct bytes *line,
			 const struct json_value **value)
{
	struct bytes fresh;
	size_t end;
	enum err e;

	buf_shift(&l->in, l->used);
	l->used = l->scanned = 0;
	for (;;) {
		fresh = bytes_after(buf_bytes(&l->in), l->scanned);
		end = bytes_find(fresh, '\n');
		if (end < fresh.n)
			break;
		l->scanned = l->in.n;
		if ((e = read_more(l)) != OK)
			return e;
	}
	*line = (struct bytes){ l->in.p, l->scanned + end };
	l->used = line->n + 1;
	arena_reset(l->arena);
	e = json_read(*line, l->arena, value, NULL);
	return e == ERR_MORE ? ERR_MALFORMED : e;
}
