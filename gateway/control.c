#include "gateway/control.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct control_session {
	struct control_server *server;
	uint64_t ticket;
	int fd;
	struct buf in, out;
	bool busy;		/* a command's answer is still to come */
	bool closing;
	struct control_session *next;
};

struct control_server {
	struct loop *loop;
	int fd;
	char *path, *group;
	control_command *command;
	void *arg;
	struct control_session *sessions;
	size_t n_sessions;
	uint64_t tickets;
};

static void serve_lines(struct control_session *s);

static void drop(struct control_session *s)
{
	struct control_session **at = &s->server->sessions;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	s->server->n_sessions--;
	if (s->fd >= 0) {
		loop_unwatch(s->server->loop, s->fd);
		close(s->fd);
	}
	buf_clear(&s->in);
	buf_clear(&s->out);
	mem_free(s);
}

static void flush(struct control_session *s)
{
	ssize_t n;

	while (s->out.n > 0) {
		n = send(s->fd, s->out.p, s->out.n, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0) {
			s->closing = true;
			buf_reset(&s->out);
			break;
		}
		buf_shift(&s->out, (size_t)n);
	}
	if (loop_rewatch(s->server->loop, s->fd,
			 s->out.n > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ) !=
	    OK)
		s->closing = true;
}

void control_lines(struct control_session *s, struct bytes objects)
{
	buf_put(&s->out, objects);
	if (s->out.bad != OK)
		s->closing = true;
}

void control_line(struct control_session *s, struct bytes object)
{
	control_lines(s, object);
	control_lines(s, bytes_of("\n"));
}

void control_end(struct control_session *s, int status, const char *error)
{
	struct buf line = BUF_INIT(4096);
	struct json_writer w = JSON_WRITER(&line);

	json_open_object(&w);
	json_put_bool(&w, "end", true);
	json_put_int(&w, "exit", status);
	if (error != NULL)
		json_put_string(&w, "error", error);
	json_close_object(&w);
	control_line(s, buf_bytes(&line));
	buf_clear(&line);
	s->busy = false;
	flush(s);
}

uint64_t control_ticket(const struct control_session *s)
{
	return s->ticket;
}

struct control_session *control_find(struct control_server *c, uint64_t ticket)
{
	struct control_session *s = c->sessions;

	while (s != NULL && s->ticket != ticket)
		s = s->next;
	return s;
}

int control_give_away(struct control_session *s)
{
	int fd = s->fd, flags;

	flush(s);
	if (s->closing || (flags = fcntl(fd, F_GETFL)) < 0 ||
	    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0)
		return -1;
	loop_unwatch(s->server->loop, fd);
	s->fd = -1;
	s->closing = true;
	return fd;
}

static void serve(struct control_session *s, struct bytes line)
{
	struct arena *a = arena_new(CONTROL_LINE_MAX * 4);
	const struct json_value *v;
	struct bytes name;
	char *command = NULL;

	s->busy = true;
	if (a != NULL && json_read(line, a, &v, NULL) == OK &&
	    json_find_text(v, "command", &name) == OK)
		command = arena_string(a, name);
	if (command == NULL)
		control_end(s, 2, "not a command");
	else
		s->server->command(s->server->arg, s, command,
				   json_find(v, "arguments"));
	arena_free(a);
}

static void serve_lines(struct control_session *s)
{
	size_t n;

	while (!s->busy && !s->closing) {
		n = bytes_find(buf_bytes(&s->in), '\n');
		if (n == s->in.n)
			break;
		serve(s, (struct bytes){ s->in.p, n });
		if (s->fd < 0)
			return;
		buf_shift(&s->in, n + 1);
	}
}

static void receive(struct control_session *s)
{
	uint8_t octets[4096];
	ssize_t n = recv(s->fd, octets, sizeof octets, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		s->closing = true;
		return;
	}
	buf_put(&s->in, (struct bytes){ octets, (size_t)n });
	if (s->in.bad != OK)
		s->closing = true;
	serve_lines(s);
}

static void session_ready(void *arg, int fd, unsigned events)
{
	struct control_session *s = arg;

	(void)fd;
	if (events & LOOP_READ)
		receive(s);
	if (!s->closing && (events & LOOP_WRITE))
		flush(s);
	if (!s->closing && !s->busy)
		serve_lines(s);
	if (s->closing || (events & LOOP_HANGUP && !(events & LOOP_READ)))
		drop(s);
}

static bool in_group(const char *name, uid_t uid, gid_t gid)
{
	const struct group *g = name == NULL ? NULL : getgrnam(name);
	const struct passwd *p = getpwuid(uid);
	size_t i;

	if (g == NULL)
		return false;
	if (g->gr_gid == gid)
		return true;
	for (i = 0; p != NULL && g->gr_mem[i] != NULL; i++)
		if (strcmp(g->gr_mem[i], p->pw_name) == 0)
			return true;
	return false;
}

static bool allowed(const struct control_server *c, int fd)
{
	struct ucred who;
	socklen_t n = sizeof who;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) != 0)
		return false;
	return who.uid == 0 || who.uid == geteuid() ||
	       in_group(c->group, who.uid, who.gid);
}

static void turn_away(int fd, const char *why)
{
	char line[256];
	int n = snprintf(line, sizeof line,
			 "{\"end\":true,\"exit\":1,\"error\":\"%s\"}\n", why);

	if (send(fd, line, (size_t)n, MSG_NOSIGNAL) < 0)
		errno = 0;	/* it has gone: nobody is left to be told */
	close(fd);
}

static void welcome(struct control_server *c, int fd)
{
	struct control_session *s = mem_zero(sizeof *s);

	if (s == NULL) {
		turn_away(fd, "out of memory");
		return;
	}
	s->server = c;
	s->fd = fd;
	s->ticket = ++c->tickets;
	s->in = (struct buf)BUF_INIT(CONTROL_LINE_MAX);
	s->out = (struct buf)BUF_INIT(CONTROL_OUT_MAX);
	s->next = c->sessions;
	c->sessions = s;
	c->n_sessions++;
	if (loop_watch(c->loop, fd, LOOP_READ, session_ready, s) != OK)
		drop(s);
}

static void caller(void *arg, int listener, unsigned events)
{
	struct control_server *c = arg;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;
	if (!allowed(c, fd))
		turn_away(fd, "permission denied: root, the gateway's user "
			      "and its group only");
	else if (c->n_sessions >= CONTROL_SESSIONS)
		turn_away(fd, "too many sessions");
	else
		welcome(c, fd);
}

static int listen_at(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof name.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(name.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&name, sizeof name) != 0 ||
	    chmod(path, 0660) != 0 || listen(fd, 16) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void give_to_group(const char *path, const char *group)
{
	const struct group *g = group == NULL ? NULL : getgrnam(group);

	if (g != NULL && chown(path, (uid_t)-1, g->gr_gid) != 0)
		errno = 0;	/* its members are kept out, as before */
}

enum err control_new(struct loop *loop, const char *path, const char *group,
		     struct control_server **made, struct buf *why)
{
	struct control_server *c = mem_zero(sizeof *c);
	enum err e = ERR_NOMEM;

	if (c == NULL)
		return ERR_NOMEM;
	c->loop = loop;
	c->path = mem_string(path);
	c->group = group == NULL ? NULL : mem_string(group);
	c->fd = listen_at(path);
	if (c->fd < 0) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		e = ERR_IO;
		goto fail;
	}
	give_to_group(path, group);
	if ((e = loop_watch(loop, c->fd, LOOP_READ, caller, c)) != OK)
		goto fail;
	*made = c;
	return OK;
fail:
	control_free(c);
	return e;
}

void control_serve(struct control_server *c, control_command *command,
		   void *arg)
{
	c->command = command;
	c->arg = arg;
}

void control_free(struct control_server *c)
{
	if (c == NULL)
		return;
	while (c->sessions != NULL)
		drop(c->sessions);
	if (c->fd >= 0) {
		loop_unwatch(c->loop, c->fd);
		close(c->fd);
		unlink(c->path);
	}
	mem_free(c->path);
	mem_free(c->group);
	mem_free(c);
}
