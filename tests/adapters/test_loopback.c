/*
 * cpmgw-loopback as a program, this test in the engine's place: what every
 * adapter does at start, and the road of a message both ways.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/adapter.h"
#include "gateway/link.h"
#include "gateway/process.h"
#include "tests/check.h"
#include "tests/gateway/full_message.h"

#define GUARD_US UINT64_C(20000000)

#define KEPT_MAX 64

/* What came and was not waited for yet, in its order. */
struct kept {
	struct frame f;
	uint8_t payload[4096];
};

struct world {
	struct loop *loop;
	struct process process;
	struct link *link;
	struct loop_timer guard;
	uint8_t waited_for;
	struct frame got;
	uint8_t payload[4096];
	struct kept kept[KEPT_MAX];
	size_t n_kept;
	bool closed;
	const char *directory;
	char socket[300], record[300];
	struct arena *arena;
};

static void on_frame(void *arg, const struct frame *f, int fd)
{
	struct world *w = arg;
	struct kept *k = &w->kept[w->n_kept];

	CU_ASSERT_FATAL(fd == -1 && f->payload.n <= sizeof k->payload &&
			w->n_kept < KEPT_MAX);
	k->f = *f;
	if (f->payload.n > 0)
		memcpy(k->payload, f->payload.p, f->payload.n);
	w->n_kept++;
	if (f->type == w->waited_for)
		loop_end(w->loop);
}

static void on_closed(void *arg, enum err why)
{
	struct world *w = arg;

	CU_ASSERT(why == ERR_CLOSED);
	link_free(w->link);
	w->link = NULL;
	w->closed = true;
	loop_end(w->loop);
}

static void on_guard(void *arg)
{
	struct world *w = arg;

	loop_end(w->loop);
}

static const struct link_events events = { on_frame, on_closed, NULL };

/* Takes the first kept frame of that type; false: there is none. */
static bool take(struct world *w, uint8_t type)
{
	size_t i;

	for (i = 0; i < w->n_kept && w->kept[i].f.type != type; i++)
		;
	if (i == w->n_kept)
		return false;
	w->got = w->kept[i].f;
	memcpy(w->payload, w->kept[i].payload, sizeof w->payload);
	w->got.payload.p = w->payload;
	w->n_kept--;
	memmove(&w->kept[i], &w->kept[i + 1],
		(w->n_kept - i) * sizeof w->kept[0]);
	return true;
}

/* The next frame of that type; of no type: until the link is closed. */
static bool wait_for(struct world *w, uint8_t type)
{
	w->waited_for = type;
	if (type != 0 && take(w, type))
		return true;
	CU_ASSERT(loop_set_timer(w->loop, &w->guard, GUARD_US, on_guard, w) ==
		  OK);
	CU_ASSERT(loop_run(w->loop) == OK);
	loop_clear_timer(w->loop, &w->guard);
	return type == 0 ? w->closed : take(w, type);
}

static void tell(struct world *w, enum frame_type type, uint64_t ref,
		 struct bytes payload)
{
	struct frame f = { (uint8_t)type, 0, ref, payload };

	CU_ASSERT_FATAL(link_send(w->link, &f, -1) == OK);
}

static int ended(struct world *w)
{
	int status = -1;

	CU_ASSERT(waitpid(w->process.pid, &status, 0) == w->process.pid);
	w->process.pid = 0;
	return status;
}

static void start(struct world *w)
{
	struct hello h;

	*w = (struct world){ .directory = check_directory() };
	snprintf(w->socket, sizeof w->socket, "%s/s", w->directory);
	snprintf(w->record, sizeof w->record, "%s/record", w->directory);
	w->arena = arena_new(MESSAGE_ARENA_MAX);
	w->loop = loop_new(clock_system());
	CU_ASSERT_FATAL(process_start("./cpmgw-loopback", &w->process) == OK);
	w->link = link_new(w->loop, w->process.link, &events, w);
	CU_ASSERT_FATAL(w->link != NULL);
	CU_ASSERT_FATAL(wait_for(w, FRAME_HELLO));
	CU_ASSERT(hello_read(w->got.payload, w->arena, &h) == OK);
	CU_ASSERT_STRING_EQUAL(h.name, "loopback");
	CU_ASSERT(h.pid == (uint64_t)w->process.pid);
}

static void finish(struct world *w)
{
	link_free(w->link);
	if (w->process.pid != 0) {
		kill(w->process.pid, SIGKILL);
		ended(w);
	}
	close(w->process.pidfd);
	loop_free(w->loop);
	arena_free(w->arena);
}

static void welcome(struct world *w)
{
	struct welcome v = { .state_directory = w->directory };
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);

	CU_ASSERT(welcome_image(&v, &b) == OK);
	tell(w, FRAME_WELCOME, 0, buf_bytes(&b));
	buf_clear(&b);
}

struct pair {
	const char *name, *value;
};

static struct buf settings_of(const struct pair *pairs)
{
	struct settings_raw *r = settings_raw_new();
	struct buf b = BUF_INIT(65536);

	CU_ASSERT_FATAL(r != NULL);
	CU_ASSERT(settings_raw_group(r, "loopback", "test.conf", 1) == OK);
	for (; pairs->name != NULL; pairs++)
		CU_ASSERT(settings_raw_set(r, pairs->name, pairs->value,
					   "test.conf", 2) == OK);
	CU_ASSERT(settings_raw_image(r, &b) == OK);
	settings_raw_free(r);
	return b;
}

/* True: they were taken. Else the complaint is in w->got. */
static bool prepare(struct world *w, const struct pair *pairs)
{
	struct buf b = settings_of(pairs);

	tell(w, FRAME_PREPARE, 77, buf_bytes(&b));
	buf_clear(&b);
	CU_ASSERT_FATAL(wait_for(w, FRAME_PREPARED));
	CU_ASSERT(w->got.ref == 77);
	return w->got.payload.n == 0;
}

static void commit(struct world *w)
{
	struct peer_state p;

	tell(w, FRAME_COMMIT, 0, (struct bytes){ NULL, 0 });
	CU_ASSERT_FATAL(wait_for(w, FRAME_PEER));
	CU_ASSERT(peer_state_read(w->got.payload, w->arena, &p) == OK);
	CU_ASSERT(p.up && p.window == 7);
}

static void run(struct world *w)
{
	const struct pair pairs[] = { { "window", "7" },
				      { "listen", w->socket },
				      { "record", w->record },
				      { NULL, NULL } };

	start(w);
	welcome(w);
	CU_ASSERT_FATAL(prepare(w, pairs));
	commit(w);
	tell(w, FRAME_SNAPSHOT_END, 0, (struct bytes){ NULL, 0 });
}

static void give_leg(struct world *w, uint64_t token)
{
	struct leg leg = { .token = token,
			   .id = 1,
			   .story = 42,
			   .public_id = "q83vEjRWeJCrze8SNFZ4kA",
			   .technology = TECHNOLOGY_LOOPBACK,
			   .peer = "loopback",
			   .to = { ADDRESS_E164, "+15550100002" },
			   .attempt = 1 };
	struct message m = small_message();
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct buf b = BUF_INIT(2 * MESSAGE_IMAGE_MAX);

	CU_ASSERT(message_image(&m, &image) == OK);
	CU_ASSERT(leg_image(&leg, buf_bytes(&image), &b) == OK);
	tell(w, FRAME_LEG, token, buf_bytes(&b));
	buf_clear(&b);
	buf_clear(&image);
}

static void reported(struct world *w, uint64_t ref, enum outcome_class class)
{
	struct outcome o = { .class = class };
	struct buf b = BUF_INIT(OUTCOME_IMAGE_MAX);

	CU_ASSERT(outcome_image(&o, &b) == OK);
	tell(w, FRAME_REPORTED, ref, buf_bytes(&b));
	buf_clear(&b);
}

static void test_a_leg(void)
{
	struct world w;
	struct outcome o;
	struct far_report r;
	char line[1024] = "";
	int fd;

	run(&w);
	give_leg(&w, 99);
	CU_ASSERT_FATAL(wait_for(&w, FRAME_OUTCOME));
	CU_ASSERT(w.got.ref == 99);
	CU_ASSERT(outcome_read(w.got.payload, w.arena, &o) == OK);
	CU_ASSERT(o.class == OUTCOME_ACCEPTED && o.n_far_ids == 1);
	CU_ASSERT_FATAL(wait_for(&w, FRAME_FAR_REPORT));
	CU_ASSERT(far_report_read(w.got.payload, w.arena, &r) == OK);
	CU_ASSERT(r.state == STATE_DELIVERED && r.kind == WANT_POSITIVE);
	CU_ASSERT_STRING_EQUAL(r.peer, "loopback");
	CU_ASSERT(o.n_far_ids == 1 && strcmp(r.far_id, o.far_ids[0]) == 0);
	reported(&w, w.got.ref, OUTCOME_DELIVERED);
	fd = open(w.record, O_RDONLY);
	CU_ASSERT(read(fd, line, sizeof line - 1) > 0);
	close(fd);
	CU_ASSERT_STRING_EQUAL(line,
			       "leg 42 q83vEjRWeJCrze8SNFZ4kA +15550100001 "
			       "+15550100002 1 first "
			       "Are you coming for lunch?\n");
	finish(&w);
}

static void test_a_leg_that_cannot_be_read(void)
{
	struct world w;
	struct outcome o;

	run(&w);
	tell(&w, FRAME_LEG, 5, bytes_of("\x01\x01\x01"));
	CU_ASSERT_FATAL(wait_for(&w, FRAME_OUTCOME));
	CU_ASSERT(outcome_read(w.got.payload, w.arena, &o) == OK);
	CU_ASSERT(w.got.ref == 5 && o.class == OUTCOME_NEVER);
	give_leg(&w, 6);
	CU_ASSERT(wait_for(&w, FRAME_OUTCOME) && w.got.ref == 6);
	finish(&w);
}

static int connected(const struct world *w)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 20 };

	memcpy(at.sun_path, w->socket, strlen(w->socket) + 1);
	CU_ASSERT_FATAL(connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

static const char *answer_line(int fd)
{
	static char line[256];
	size_t n = 0;

	while (n < sizeof line - 1 && read(fd, line + n, 1) == 1 &&
	       line[n] != '\n')
		n++;
	line[n] = '\0';
	return line;
}

static void say(int fd, const char *line)
{
	CU_ASSERT(write(fd, line, strlen(line)) == (ssize_t)strlen(line));
}

static void accept_it(struct world *w)
{
	struct accepted a = { .id = 42,
			      .public_id = "q83vEjRWeJCrze8SNFZ4kA" };
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);

	CU_ASSERT(accepted_image(&a, &b) == OK);
	tell(w, FRAME_ACCEPTED, w->got.ref, buf_bytes(&b));
	link_flush(w->link);
	buf_clear(&b);
}

static void test_lines(void)
{
	struct world w;
	struct intake in = { .native = true };
	struct message m;
	int fd;

	run(&w);
	fd = connected(&w);
	say(fd, "+15550100001\n");
	CU_ASSERT_STRING_EQUAL(answer_line(fd), "malformed 1");
	say(fd, "@key=k1 @report +15550100001 +15550100002 Hello there\n");
	CU_ASSERT_FATAL(wait_for(&w, FRAME_INTAKE));
	CU_ASSERT(intake_read(w.got.payload, &in) == OK);
	CU_ASSERT(bytes_is(in.dedupe, "k1") && !in.native);
	CU_ASSERT(message_read(in.message, w.arena, &m, NULL) == OK);
	CU_ASSERT(m.kind == MESSAGE_USER && m.n_recipients == 1);
	CU_ASSERT(m.origin.technology == TECHNOLOGY_LOOPBACK);
	CU_ASSERT_STRING_EQUAL(m.from.text, "+15550100001");
	CU_ASSERT(bytes_is(m.parts[0].body, "Hello there"));
	CU_ASSERT(m.want == (WANT_POSITIVE | WANT_NEGATIVE));
	accept_it(&w);
	CU_ASSERT_STRING_EQUAL(answer_line(fd),
			       "accepted q83vEjRWeJCrze8SNFZ4kA 2");
	say(fd, "count\n");
	CU_ASSERT_STRING_EQUAL(answer_line(fd), "count 0 0");
	close(fd);
	finish(&w);
}

/* Slow: no line is read; then all of them. */
static void test_slow(void)
{
	struct bytes none = { NULL, 0 };
	struct world w;
	int fd;

	run(&w);
	fd = connected(&w);
	tell(&w, FRAME_SLOW, 0, none);
	/* The answer to this one says that the one before it was seen. */
	tell(&w, FRAME_LEG, 1, bytes_of("?"));
	CU_ASSERT_FATAL(wait_for(&w, FRAME_OUTCOME));
	say(fd, "+15550100001 +15550100002 a\n");
	tell(&w, FRAME_LEG, 2, bytes_of("?"));
	CU_ASSERT_FATAL(wait_for(&w, FRAME_OUTCOME));
	CU_ASSERT(w.got.ref == 2);
	tell(&w, FRAME_GO, 0, none);
	CU_ASSERT(wait_for(&w, FRAME_INTAKE));
	close(fd);
	finish(&w);
}

static void test_settings(void)
{
	const struct pair wrong[] = { { "window", "0" }, { NULL, NULL } };
	const struct pair absent[] = { { "record", "/nowhere/at/all" },
				       { NULL, NULL } };
	struct world w;

	run(&w);
	CU_ASSERT(!prepare(&w, wrong));
	CU_ASSERT(memmem(w.payload, w.got.payload.n, "test.conf:2", 11) !=
		  NULL);
	CU_ASSERT(!prepare(&w, absent));
	CU_ASSERT(memmem(w.payload, w.got.payload.n, "record", 6) != NULL);
	/* What ran still runs. */
	give_leg(&w, 8);
	CU_ASSERT(wait_for(&w, FRAME_OUTCOME) && w.got.ref == 8);
	CU_ASSERT(prepare(&w, (const struct pair[]){ { "window", "7" },
						     { NULL, NULL } }));
	tell(&w, FRAME_ABORT, 0, (struct bytes){ NULL, 0 });
	CU_ASSERT(prepare(&w, (const struct pair[]){ { "window", "7" },
						     { NULL, NULL } }));
	commit(&w);
	CU_ASSERT(access(w.socket, F_OK) == 0);
	finish(&w);
}

/* Settings too large for a frame come as a file. */
static void test_settings_in_a_file(void)
{
	struct frame f = { .type = FRAME_PREPARE, .ref = 3 };
	struct buf b = settings_of((const struct pair[]){ { "window", "7" },
							  { NULL, NULL } });
	struct world w;
	int fd = memfd_create("settings", MFD_CLOEXEC);

	start(&w);
	welcome(&w);
	CU_ASSERT(write(fd, b.p, b.n) == (ssize_t)b.n);
	CU_ASSERT(link_send(w.link, &f, fd) == OK);
	CU_ASSERT(wait_for(&w, FRAME_PREPARED));
	CU_ASSERT(w.got.ref == 3 && w.got.payload.n == 0);
	commit(&w);
	buf_clear(&b);
	finish(&w);
}

static void test_stop(void)
{
	struct world w;

	run(&w);
	tell(&w, FRAME_STOP, 0, (struct bytes){ NULL, 0 });
	CU_ASSERT(wait_for(&w, 0));
	CU_ASSERT(ended(&w) == 0);
	finish(&w);
}

static void test_stop_before_welcome(void)
{
	struct world w;

	start(&w);
	tell(&w, FRAME_STOP, 0, (struct bytes){ NULL, 0 });
	CU_ASSERT(wait_for(&w, 0));
	CU_ASSERT(ended(&w) == 0);
	finish(&w);
}

/* The engine has died: so does the adapter, by itself. */
static void test_without_an_engine(void)
{
	struct world w;
	int status;

	run(&w);
	link_free(w.link);
	w.link = NULL;
	status = ended(&w);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	finish(&w);
}

static void test_frames_out_of_turn(void)
{
	struct world w;
	int status;

	start(&w);
	give_leg(&w, 1);
	CU_ASSERT(wait_for(&w, 0));
	status = ended(&w);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	finish(&w);
}

static const struct check_test tests[] = {
	{ "a leg", test_a_leg },
	{ "a leg that cannot be read", test_a_leg_that_cannot_be_read },
	{ "lines", test_lines },
	{ "slow", test_slow },
	{ "settings", test_settings },
	{ "settings in a file", test_settings_in_a_file },
	{ "stop", test_stop },
	{ "stop before welcome", test_stop_before_welcome },
	{ "without an engine", test_without_an_engine },
	{ "frames out of turn", test_frames_out_of_turn },
	{ NULL, NULL }
};

CHECK_MAIN("loopback", tests)
