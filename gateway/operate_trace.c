/*
 * operate_trace.c - gwctl trace: a search of the trace files, on a thread of
 * its own that has the operator's connection to itself.
 */
#include "gateway/operate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "codecs/timestamp.h"

#define LINES_MAX	(1024 * 1024)
#define LINES_AT_ONCE	65536
#define STORIES_MAX	20	/* messages that are shown              */
#define FOLLOW_STORIES	1000	/* and those that may go on between looks */
#define FOLLOW_EVERY_US	200000
#define FOLLOW_SHARE	20	/* 1/20 of the time at most is searched */
#define SEND_MOST_S	10	/* then the client is given up          */

struct reader {
	struct appliance *appliance;
	int fd;
	struct operate_wanted wanted;
	bool follow, gone;
	uint64_t last_us;	/* of what was written already                */
	uint64_t records;
	struct buf lines;
};

static void send_lines(struct reader *r)
{
	struct bytes rest = buf_bytes(&r->lines);

	while (rest.n > 0 && !r->gone) {
		ssize_t n = send(r->fd, rest.p, rest.n, MSG_NOSIGNAL);

		if (n <= 0)
			r->gone = true;
		else
			rest = bytes_after(rest, (size_t)n);
	}
	buf_reset(&r->lines);
}

static void put_record(struct json_writer *w, const struct trace_record *t)
{
	struct buf time = BUF_INIT(64);
	char id[OPERATE_ID_SIZE];

	json_open_object(w);
	json_put_string(w, "id", operate_id(t->story, id));
	if (timestamp_rfc3339_encode((int64_t)t->time_us, 0, &time) == OK)
		json_put_text(w, "time", buf_bytes(&time));
	json_put_string(w, "step", t->step);
	json_put_string(w, "from", t->from);
	json_put_string(w, "to", t->to);
	json_put_string(w, "technology", technology_name(t->technology));
	json_put_string(w, "verdict", t->verdict);
	json_put_string(w, "far_id", t->far_id);
	json_put_string(w, "text", t->text);
	json_put_string(w, "peer", t->peer);
	json_put_string(w, "clause", t->clause);
	if (t->leg != 0)
		json_put_string(w, "leg", operate_id(t->leg, id));
	json_close_object(w);
	buf_clear(&time);
}

static void each_record(void *arg, const struct trace_record *t)
{
	struct reader *r = arg;
	struct json_writer w = JSON_WRITER(&r->lines);

	if (r->gone || t->time_us <= r->last_us)
		return;
	r->last_us = t->time_us;
	r->records++;
	put_record(&w, t);
	buf_text(&r->lines, "\n");
	if (r->lines.n >= LINES_AT_ONCE)
		send_lines(r);
}

static bool client_there(const struct reader *r)
{
	char c;

	return recv(r->fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) != 0;
}

/* The number that stands above each story: 16 hexadecimal digits. */
static bool story_number(const char *key, uint64_t *number)
{
	if (strlen(key) != 16 || strspn(key, "0123456789abcdef") != 16)
		return false;
	*number = strtoull(key, NULL, 16);
	return true;
}

bool operate_want(struct appliance *a, const char *key,
		  struct operate_wanted *out)
{
	out->directory = mem_string(a->options.state_directory);
	out->key = mem_string(key);
	out->address = engine_called(a->engine, key);
	return out->directory != NULL && out->key != NULL;
}

void operate_wanted_clear(struct operate_wanted *w)
{
	mem_free(w->directory);
	mem_free(w->key);
	mem_free(w->address);
}

enum err operate_search(const struct operate_wanted *w, size_t *limit,
			trace_each *each, void *arg)
{
	size_t most = *limit;
	uint64_t number;
	enum err e = ERR_NOTFOUND;

	if (story_number(w->key, &number))
		e = trace_find_story(w->directory, number, each, arg);
	if (e == OK)
		*limit = 1;
	if (e == ERR_NOTFOUND)
		e = trace_find(w->directory, w->key, limit, each, arg);
	if (e != ERR_NOTFOUND || w->address == NULL)
		return e;
	*limit = most;
	return trace_find(w->directory, w->address, limit, each, arg);
}

/* true: as many messages as there may be, so there may have been more. */
static enum err look(struct reader *r, size_t most, bool *more)
{
	size_t stories = most;
	enum err e = operate_search(&r->wanted, &stories, each_record, r);

	*more = stories == most;
	send_lines(r);
	return e;
}

/* A line that is a step like any other, for whoever reads them. */
static void put_gap(struct reader *r)
{
	struct trace_record gap = {
		.time_us = r->last_us,
		.step = "gap",
		.text = "more happened than can be followed; some is left out",
	};
	struct json_writer w = JSON_WRITER(&r->lines);

	put_record(&w, &gap);
	buf_text(&r->lines, "\n");
	send_lines(r);
}

static enum err follow(struct reader *r, enum err e)
{
	const struct clock *clock = r->appliance->clock;
	uint64_t before, pause = FOLLOW_EVERY_US;
	bool more;

	while ((e == OK || e == ERR_NOTFOUND) && !r->gone && client_there(r)) {
		usleep((useconds_t)pause);
		before = clock->monotonic_us(clock->arg);
		e = look(r, FOLLOW_STORIES, &more);
		if (more)
			put_gap(r);
		pause = (clock->monotonic_us(clock->arg) - before) *
			FOLLOW_SHARE;
		if (pause < FOLLOW_EVERY_US)
			pause = FOLLOW_EVERY_US;
	}
	return e;
}

static void put_end(struct reader *r, enum err e, bool more)
{
	struct json_writer w = JSON_WRITER(&r->lines);
	bool good = e == OK || r->records > 0;

	json_open_object(&w);
	json_put_bool(&w, "end", true);
	json_put_int(&w, "exit", good ? 0 : 1);
	if (more)
		json_put_uint(&w, "newest", STORIES_MAX);
	if (e == ERR_NOTFOUND && !good)
		json_put_string(&w, "error", "nothing is known of it");
	else if (e != OK && e != ERR_NOTFOUND)
		json_put_string(&w, "error", "the traces cannot be read");
	json_close_object(&w);
	buf_text(&r->lines, "\n");
	send_lines(r);
}

static void *read_trace(void *arg)
{
	struct reader *r = arg;
	struct appliance *a = r->appliance;
	bool more;
	enum err e = look(r, STORIES_MAX, &more);

	if (r->follow)
		e = follow(r, e);
	put_end(r, e, more);
	close(r->fd);
	buf_clear(&r->lines);
	operate_wanted_clear(&r->wanted);
	mem_free(r);
	operate_thread_ended(a);
	return NULL;
}

void operate_thread_ended(struct appliance *a)
{
	__atomic_sub_fetch(&a->readers, 1, __ATOMIC_SEQ_CST);
}

bool operate_thread(struct appliance *a, void *(*run)(void *), void *arg)
{
	pthread_attr_t detached;
	pthread_t thread;
	bool good;

	if (__atomic_load_n(&a->readers, __ATOMIC_SEQ_CST) >=
	    OPERATE_THREADS_MAX)
		return false;
	if (pthread_attr_init(&detached) != 0)
		return false;
	__atomic_add_fetch(&a->readers, 1, __ATOMIC_SEQ_CST);
	good = pthread_attr_setdetachstate(&detached,
					   PTHREAD_CREATE_DETACHED) == 0 &&
	       pthread_create(&thread, &detached, run, arg) == 0;
	if (!good)
		operate_thread_ended(a);
	pthread_attr_destroy(&detached);
	return good;
}

static void turn_away(int fd)
{
	static const char line[] = "{\"end\":true,\"exit\":1,\"error\":"
				   "\"too many searches at once\"}\n";

	(void)!send(fd, line, sizeof line - 1, MSG_NOSIGNAL);
	close(fd);
}

void operate_trace(struct appliance *a, struct control_session *s,
		   const struct json_value *arguments)
{
	static const struct timeval most = { .tv_sec = SEND_MOST_S };
	struct reader *r = mem_zero(sizeof *r);
	char *key = operate_text(arguments, "key");

	if (r == NULL)
		goto no_memory;
	if (key == NULL) {
		control_end(s, 2, "which message? a key is missing");
		goto out;
	}
	r->appliance = a;
	r->lines = (struct buf)BUF_INIT(LINES_MAX);
	r->follow = json_find_true(arguments, "follow");
	if (!operate_want(a, key, &r->wanted))
		goto no_memory;
	if ((r->fd = control_give_away(s)) < 0)
		goto out;
	if (setsockopt(r->fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) ==
		    0 &&
	    operate_thread(a, read_trace, r)) {
		mem_free(key);
		return;
	}
	turn_away(r->fd);
	goto out;
no_memory:
	control_end(s, 1, "out of memory");
out:
	if (r != NULL)
		operate_wanted_clear(&r->wanted);
	mem_free(key);
	mem_free(r);
}
