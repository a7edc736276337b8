/* One request to the gateway, from the connection to the exit code. */
#include "gateway/gwctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_MS 2000 /* for a gateway to say where its configuration is */

void call_print(const struct buf *to)
{
	if (to->n > 0 &&
	    (fwrite(to->p, 1, to->n, stdout) != to->n || fflush(stdout) != 0)) {
		perror("gwctl: standard output");
		exit(GWCTL_REFUSED);
	}
}

enum err call_secret(char *to, size_t size)
{
	size_t n = 0;
	ssize_t got = 1;

	while (n < size && got > 0) {
		got = read(STDIN_FILENO, to + n, size - n);
		if (got < 0)
			return ERR_IO;
		n += (size_t)got;
		if (memchr(to, '\n', n) != NULL)
			break;
	}
	n = bytes_find((struct bytes){ (const uint8_t *)to, n }, '\n');
	if (n == 0 || n > size - 2)
		return ERR_RANGE;
	to[n] = '\0';
	return OK;
}

const char *call_value(const struct call *c, const char *name)
{
	int i;

	for (i = 0; i < c->n_values; i++)
		if (strcmp(c->values[i].name, name) == 0)
			return c->values[i].value;
	return NULL;
}

static void print_line(struct bytes line)
{
	struct buf out = BUF_INIT(GWCTL_LINE_MAX + 1);

	buf_put(&out, line);
	buf_text(&out, "\n");
	call_print(&out);
	buf_clear(&out);
}

static int failed(const struct call *c, enum err e)
{
	switch (e) {
	case ERR_BUSY:
		fprintf(stderr, "gwctl: no answer within %d s\n",
			c->timeout_ms / 1000);
		return GWCTL_TIMED_OUT;
	case ERR_CLOSED:
	case ERR_IO:
		fputs("gwctl: the gateway has closed the connection\n", stderr);
		return GWCTL_UNREACHABLE;
	case ERR_NOMEM:
		fputs("gwctl: out of memory\n", stderr);
		return GWCTL_REFUSED;
	case OK:
	case ERR_MORE:
	case ERR_MALFORMED:
	case ERR_UNSUPPORTED:
	case ERR_TOOBIG:
	case ERR_RANGE:
	case ERR_NOTFOUND:
	case ERR_EXISTS:
	case ERR_DENIED:
		break;
	}
	fprintf(stderr, "gwctl: the gateway's answer cannot be read: %s\n",
		err_name(e));
	return GWCTL_REFUSED;
}

static enum err send_request(struct gwctl_link *l, const struct call *c,
			     struct bytes arguments)
{
	struct buf line = BUF_INIT(4 * GWCTL_TEXT_MAX);
	struct json_writer w = JSON_WRITER(&line);
	enum err e;

	json_open_object(&w);
	json_put_string(&w, "command", c->command);
	json_name(&w, "arguments");
	json_open_object(&w);
	buf_put(&line, arguments);
	json_close_object(&w);
	json_close_object(&w);
	buf_text(&line, "\n");
	if ((e = buf_status(&line)) == OK)
		e = gwctl_link_send(l, buf_bytes(&line));
	buf_clear(&line);
	return e;
}

/* A complaint stands in a line of its own. */
static void print_error(struct bytes text)
{
	struct arena *a = arena_new(2 * GWCTL_TEXT_MAX);
	const uint8_t *end;
	struct bytes line;
	const char *s;

	while (a != NULL && text.n > 0) {
		end = memchr(text.p, '\n', text.n);
		line = text;
		if (end != NULL)
			line.n = (size_t)(end - text.p);
		text = bytes_after(text, line.n + (end != NULL));
		arena_reset(a);
		if (line.n > 0 && (s = print_harmless(a, line)) != NULL)
			fprintf(stderr, "gwctl: %s\n", s);
	}
	arena_free(a);
}

/* The last line: {"end":true,"exit":1,"error":"..."}. */
static int ended(const struct json_value *v)
{
	const struct json_value *error = json_find(v, "error");
	uint64_t code = GWCTL_REFUSED, newest;

	if (json_find_uint(v, "newest", UINT64_MAX, &newest) == OK)
		fprintf(stderr, "Only the newest %llu messages are shown.\n",
			(unsigned long long)newest);
	if (json_find_uint(v, "exit", GWCTL_TIMED_OUT, &code) != OK)
		code = GWCTL_REFUSED;
	if (error != NULL && error->kind == JSON_STRING)
		print_error(error->text);
	return (int)code;
}

/* A gateway that was told to stop has stopped when it hangs up. */
static int wait_for_end(struct gwctl_link *l, const struct call *c)
{
	const struct json_value *v;
	struct bytes line;
	enum err e;

	while ((e = gwctl_link_line(l, &line, &v)) == OK)
		;
	return e == ERR_BUSY ? failed(c, e) : GWCTL_DONE;
}

static int answers(struct gwctl_link *l, const struct call *c,
		   call_object *each, void *arg, size_t *n)
{
	bool stops = strcmp(c->command, "stop") == 0;
	const struct json_value *v;
	struct bytes line;
	enum err e;
	int code;

	while ((e = gwctl_link_line(l, &line, &v)) == OK) {
		if (json_find_true(v, "end")) {
			code = ended(v);
			return stops && code == GWCTL_DONE ? wait_for_end(l, c)
							   : code;
		}
		++*n;
		if (c->json)
			print_line(line);
		if ((!c->json || c->watch) && (e = each(arg, v)) != OK)
			break;
		if (c->enough)
			return GWCTL_DONE;
	}
	/* A gateway that stops may close before it has said so. */
	if (e == ERR_CLOSED && stops)
		return GWCTL_DONE;
	return failed(c, e);
}

const char *call_configuration(const struct call *c)
{
	struct call status = { .command = "status", .socket = c->socket };
	struct gwctl_link l = { .fd = -1,
				.timeout_ms = STATUS_MS,
				.in = BUF_INIT(GWCTL_LINE_MAX) };
	struct buf tried = BUF_INIT(8192);
	const struct json_value *v;
	const char *path = NULL;
	struct bytes line, text;

	if (gwctl_link_open(&l, c->socket, &tried) == OK &&
	    send_request(&l, &status, bytes_of("")) == OK &&
	    gwctl_link_line(&l, &line, &v) == OK &&
	    json_find_text(v, "configuration", &text) == OK)
		path = arena_string(c->arena, text);
	gwctl_link_close(&l);
	buf_clear(&tried);
	return path;
}

int call_run(const struct call *c, struct bytes arguments, call_object *each,
	     void *arg, size_t *n)
{
	struct gwctl_link l = { .fd = -1,
				.timeout_ms = c->timeout_ms,
				.in = BUF_INIT(GWCTL_LINE_MAX) };
	struct buf tried = BUF_INIT(8192);
	size_t count = 0;
	int code;
	enum err e = gwctl_link_open(&l, c->socket, &tried);

	if (e == OK)
		e = send_request(&l, c, arguments);
	/* It may have been turned away before it asked: the answer says so. */
	if (e == OK || e == ERR_CLOSED) {
		code = answers(&l, c, each, arg, &count);
	} else if (e == ERR_NOTFOUND) {
		fprintf(stderr,
			"gwctl: the gateway cannot be reached; is it running? "
			"Tried:\n%s",
			buf_string(&tried) == NULL ? "" : buf_string(&tried));
		code = GWCTL_UNREACHABLE;
	} else {
		code = failed(c, e);
	}
	if (n != NULL)
		*n = count;
	gwctl_link_close(&l);
	buf_clear(&tried);
	return code;
}
