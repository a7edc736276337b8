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

#define GROUPS_MAX	  1024	/* of one peer                          */
#define BACKLOG		  128
#define CONTROL_ERROR_MAX (1024 * 1024)

struct control_session {
	struct control_server *server;
	uint64_t ticket;
	uid_t uid;		/* of the other end                    */
	int fd;
	struct buf in, out;
	bool busy;		/* a command's answer is still to come */
	bool closing;
	control_drained *drained;	/* what waits for room; NULL: nothing */
	void *drained_arg;
	struct control_session *next;
};

struct control_server {
	struct loop *loop;
	int fd;
	char *path;
	bool has_group;
	gid_t group;		/* whose members are let in, too       */
	control_command *command;
	void *arg;
	struct control_session *sessions;
	size_t n_sessions;
	uint64_t tickets;
};

static void serve_lines(struct control_session *s);

/* Whoever waits for room in `out` goes on. */
static void go_on(struct control_session *s)
{
	control_drained *drained = s->drained;

	s->drained = NULL;
	if (drained != NULL)
		drained(s->drained_arg);
}

static void drop(struct control_session *s)
{
	struct control_session **at = &s->server->sessions;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	s->server->n_sessions--;
	go_on(s);
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

/* Half an answer is none: the connection ends. */
void control_lines(struct control_session *s, struct bytes objects)
{
	buf_put(&s->out, objects);
	if (s->out.bad == OK)
		return;
	s->closing = true;
	(void)!shutdown(s->fd, SHUT_RDWR);	/* that is the next event */
}

void control_when_drained(struct control_session *s, control_drained *drained,
			  void *arg)
{
	flush(s);
	s->drained = drained;
	s->drained_arg = arg;
	if (s->out.n <= CONTROL_LOW)
		go_on(s);
}

void control_line(struct control_session *s, struct bytes object)
{
	control_lines(s, object);
	control_lines(s, bytes_of("\n"));
}

void control_text(struct control_session *s, const char *text)
{
	struct buf line = BUF_INIT(CONTROL_LINE_MAX);
	struct json_writer w = JSON_WRITER(&line);

	json_open_object(&w);
	json_put_string(&w, "text", text);
	json_close_object(&w);
	control_line(s, buf_bytes(&line));
	buf_clear(&line);
}

void control_end(struct control_session *s, int status, const char *error)
{
	struct buf line = BUF_INIT(CONTROL_ERROR_MAX);
	struct json_writer w = JSON_WRITER(&line);

	json_open_object(&w);
	json_put_bool(&w, "end", true);
	json_put_int(&w, "exit", status);
	if (error != NULL)
		json_put_string(&w, "error", error);
	json_close_object(&w);
	if (buf_status(&line) == OK)
		control_line(s, buf_bytes(&line));
	else
		s->closing = true;
	buf_clear(&line);
	s->busy = false;
	flush(s);
}

char *control_who(const struct control_session *s)
{
	const struct passwd *p = getpwuid(s->uid);
	char number[32];

	if (p != NULL)
		return mem_string(p->pw_name);
	snprintf(number, sizeof number, "uid %lu", (unsigned long)s->uid);
	return mem_string(number);
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
	if (!s->closing && (events & LOOP_WRITE)) {
		flush(s);
		if (s->out.n <= CONTROL_LOW)
			go_on(s);
	}
	if (!s->closing && !s->busy)
		serve_lines(s);
	if (s->closing || (events & LOOP_HANGUP && !(events & LOOP_READ)))
		drop(s);
}

/* As the kernel knows it: no directory is asked, which could take long. */
static bool in_group(int fd, gid_t wanted)
{
	gid_t groups[GROUPS_MAX];
	socklen_t n = sizeof groups;
	size_t i;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &n) != 0)
		return false;
	for (i = 0; i < n / sizeof *groups; i++)
		if (groups[i] == wanted)
			return true;
	return false;
}

static bool allowed(const struct control_server *c, int fd, uid_t *uid)
{
	struct ucred who;
	socklen_t n = sizeof who;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) != 0)
		return false;
	*uid = who.uid;
	if (who.uid == 0 || who.uid == geteuid())
		return true;
	return c->has_group &&
	       (who.gid == c->group || in_group(fd, c->group));
}

static void turn_away(int fd, const char *why)
{
	char line[256];
	int n = snprintf(line, sizeof line,
			 "{\"end\":true,\"exit\":1,\"error\":\"%s\"}\n", why);

	(void)!send(fd, line, (size_t)n, MSG_NOSIGNAL);	/* if it is there */
	close(fd);
}

static void welcome(struct control_server *c, int fd, uid_t uid)
{
	struct control_session *s = mem_zero(sizeof *s);

	if (s == NULL) {
		turn_away(fd, "out of memory");
		return;
	}
	s->server = c;
	s->fd = fd;
	s->uid = uid;
	s->ticket = ++c->tickets;
	s->in = (struct buf)BUF_INIT(CONTROL_LINE_MAX);
	s->out = (struct buf)BUF_INIT(CONTROL_OUT_MAX);
	s->next = c->sessions;
	c->sessions = s;
	c->n_sessions++;
	if (loop_watch(c->loop, fd, LOOP_READ, session_ready, s) != OK)
		drop(s);
}

/* Who has asked for nothing longest makes room. */
static bool make_room(struct control_server *c)
{
	struct control_session *s, *idle = NULL;

	for (s = c->sessions; s != NULL; s = s->next)
		if (!s->busy && s->out.n == 0)
			idle = s;
	if (idle != NULL)
		drop(idle);
	return idle != NULL;
}

static void caller(void *arg, int listener, unsigned events)
{
	struct control_server *c = arg;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	uid_t uid = 0;

	(void)events;
	if (fd < 0)
		return;
	if (!allowed(c, fd, &uid))
		turn_away(fd, "permission denied: root, the gateway's user "
			      "and its group only");
	else if (c->n_sessions >= CONTROL_SESSIONS && !make_room(c))
		turn_away(fd, "too many sessions");
	else
		welcome(c, fd, uid);
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
	    chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

enum err control_admit(struct control_server *c, const char *group)
{
	const struct group *g = group == NULL ? NULL : getgrnam(group);

	c->has_group = g != NULL;
	if (g == NULL)
		return group == NULL || *group == '\0' ? OK : ERR_NOTFOUND;
	c->group = g->gr_gid;
	return chown(c->path, (uid_t)-1, g->gr_gid) == 0 ? OK : ERR_DENIED;
}

enum err control_new(struct loop *loop, const char *path,
		     struct control_server **made, struct buf *why)
{
	struct control_server *c = mem_zero(sizeof *c);
	enum err e = ERR_NOMEM;

	if (c == NULL)
		return ERR_NOMEM;
	c->loop = loop;
	c->fd = -1;
	if ((c->path = mem_string(path)) == NULL)
		goto fail;
	c->fd = listen_at(path);
	if (c->fd < 0) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		e = ERR_IO;
		goto fail;
	}
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
	mem_free(c);
}
