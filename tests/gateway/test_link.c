#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/link.h"
#include "tests/check.h"

struct side {
	struct world *world;
	struct link *link;
	uint64_t sum;
	size_t frames, octets;
	int fds[8];
	size_t n_fds;
	bool free_at_first, end_at_closed, echo;
	size_t end_after;	/* frames; 0: never */
	enum err closed;
	unsigned highs, lows;
};

struct world {
	struct loop *loop;
	struct side a, b;
	int raw;		/* a bare socket in place of b's link */
};

static void on_frame(void *arg, const struct frame *f, int fd)
{
	struct side *s = arg;

	s->frames++;
	s->octets += f->payload.n;
	s->sum += f->ref;
	if (fd >= 0 && s->n_fds < 8)
		s->fds[s->n_fds++] = fd;
	if (s->echo)
		CU_ASSERT(link_send(s->link, f, -1) == OK);
	if (s->free_at_first) {
		link_free(s->link);
		s->link = NULL;
		loop_end(s->world->loop);
	}
	if (s->frames == s->end_after)
		loop_end(s->world->loop);
}

static void on_closed(void *arg, enum err why)
{
	struct side *s = arg;

	CU_ASSERT(s->closed == OK);
	s->closed = why;
	link_free(s->link);
	s->link = NULL;
	loop_end(s->world->loop);
}

static void on_high(void *arg, bool high)
{
	struct side *s = arg;

	if (high)
		s->highs++;
	else
		s->lows++;
}

static const struct link_events events = { on_frame, on_closed, on_high };

/* b is a link too, or a bare socket. */
static void set_up(struct world *w, bool bare)
{
	int pair[2];

	*w = (struct world){ .raw = -1 };
	w->loop = loop_new(clock_system());
	CU_ASSERT_FATAL(w->loop != NULL);
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	w->a.world = w->b.world = w;
	w->a.link = link_new(w->loop, pair[0], &events, &w->a);
	CU_ASSERT_FATAL(w->a.link != NULL);
	if (bare) {
		w->raw = pair[1];
		return;
	}
	w->b.link = link_new(w->loop, pair[1], &events, &w->b);
	CU_ASSERT_FATAL(w->b.link != NULL);
}

static void tear_down(struct world *w)
{
	link_free(w->a.link);
	link_free(w->b.link);
	if (w->raw >= 0)
		close(w->raw);
	loop_free(w->loop);
}

static void test_many_frames_both_ways(void)
{
	struct world w;
	uint64_t i;

	set_up(&w, false);
	w.b.echo = true;
	w.a.end_after = 5000;
	for (i = 1; i <= 5000; i++) {
		struct buf *out = link_open_frame(w.a.link, FRAME_LEG, i);

		buf_text(out, "one small payload");
		CU_ASSERT(link_close_frame(w.a.link) == OK);
	}
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.b.frames == 5000 && w.b.octets == 5000 * 17);
	CU_ASSERT(w.a.frames == 5000 && w.a.sum == 5000 * 5001 / 2);
	CU_ASSERT(link_pending_octets(w.a.link) == 0);
	tear_down(&w);
}

static void test_the_largest_frames(void)
{
	static uint8_t big[FRAME_PAYLOAD_MAX + 1];
	struct frame f = { FRAME_LEG, 0, 3, { big, FRAME_PAYLOAD_MAX } };
	struct world w;
	int i;

	set_up(&w, false);
	w.b.end_after = 8;
	for (i = 0; i < 8; i++)
		CU_ASSERT(link_send(w.a.link, &f, -1) == OK);
	f.payload.n++;
	CU_ASSERT(link_send(w.a.link, &f, -1) == ERR_TOOBIG);
	CU_ASSERT(link_pending_octets(w.a.link) > LINK_HIGH);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.b.frames == 8);
	CU_ASSERT(w.b.octets == 8 * (size_t)FRAME_PAYLOAD_MAX);
	CU_ASSERT(w.a.highs == 1 && w.a.lows == 1);
	tear_down(&w);
}

static void test_the_limit(void)
{
	static uint8_t big[FRAME_PAYLOAD_MAX];
	struct frame f = { FRAME_LEG, 0, 3, { big, FRAME_PAYLOAD_MAX } };
	struct world w;
	size_t n = 0;

	set_up(&w, true);
	while (link_send(w.a.link, &f, -1) == OK)
		n++;
	CU_ASSERT(n >= 31 && n <= 33);
	CU_ASSERT(link_pending_octets(w.a.link) <= LINK_LIMIT);
	link_open_frame(w.a.link, FRAME_LEG, 0);
	CU_ASSERT(link_close_frame(w.a.link) == OK);
	buf_put(link_open_frame(w.a.link, FRAME_LEG, 0), f.payload);
	CU_ASSERT(link_close_frame(w.a.link) == ERR_TOOBIG);
	tear_down(&w);
}

/* A frame whose payload could not be written leaves nothing behind. */
static void test_a_frame_taken_back(void)
{
	struct world w;
	struct buf *out;

	set_up(&w, false);
	out = link_open_frame(w.a.link, FRAME_LEG, 1);
	buf_text(out, "half");
	out->bad = ERR_RANGE;
	CU_ASSERT(link_close_frame(w.a.link) == ERR_RANGE);
	CU_ASSERT(link_pending_octets(w.a.link) == 0);
	out = link_open_frame(w.a.link, FRAME_LEG, 2);
	buf_text(out, "whole");
	CU_ASSERT(link_close_frame(w.a.link) == OK);
	w.b.end_after = 1;
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.b.sum == 2 && w.b.octets == 5);
	tear_down(&w);
}

static void send_fd(struct world *w, uint64_t ref, bool with)
{
	struct frame f = { FRAME_INTAKE, 0, ref, bytes_of("payload") };
	int fd = with ? memfd_create("body", MFD_CLOEXEC) : -1;

	if (with)
		CU_ASSERT_FATAL(write(fd, &ref, sizeof ref) == sizeof ref);
	CU_ASSERT(link_send(w->a.link, &f, fd) == OK);
}

static void test_descriptors_keep_their_frames(void)
{
	struct world w;
	uint64_t ref;
	size_t i;

	set_up(&w, false);
	w.b.end_after = 6;
	for (i = 1; i <= 6; i++)
		send_fd(&w, i, i != 1 && i != 4);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.b.n_fds == 4 && w.b.sum == 21);
	for (i = 0; i < w.b.n_fds; i++) {
		static const uint64_t want[] = { 2, 3, 5, 6 };

		CU_ASSERT(pread(w.b.fds[i], &ref, sizeof ref, 0) == 8);
		CU_ASSERT(ref == want[i]);
		CU_ASSERT(fcntl(w.b.fds[i], F_GETFD) == FD_CLOEXEC);
		close(w.b.fds[i]);
	}
	tear_down(&w);
}

static void test_too_many_descriptors(void)
{
	struct frame f = { .type = FRAME_INTAKE };
	struct world w;
	int fd, n = 0;

	set_up(&w, true);
	while ((fd = dup(w.raw)) >= 0 && n < 100 &&
	       link_send(w.a.link, &f, fd) == OK)
		n++;
	close(fd);
	CU_ASSERT(n == 64);
	tear_down(&w);
}

/* Octets a bare peer writes, and how the link ends. */
static const struct row {
	const char *name, *hex;
	enum err want;
	size_t frames;
} rows[] = {
	{ "nothing", "", ERR_CLOSED, 0 },
	{ "a frame and the end", "00000000011E00000000000000000000", ERR_CLOSED,
	  1 },
	{ "half a frame", "00000000011E0000", ERR_CLOSED, 0 },
	{ "not our version", "00000000021E00000000000000000000",
	  ERR_UNSUPPORTED, 0 },
	{ "a good frame before a bad one",
	  "00000000011E00000000000000000000 00200000011E00000000000000000000",
	  ERR_TOOBIG, 1 },
	{ "a descriptor that did not come", "00000000011E01000000000000000000",
	  ERR_MALFORMED, 0 },
};

static void test_how_it_ends(void)
{
	struct world w;
	uint8_t raw[64];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);

		set_up(&w, true);
		ROW(r, write(w.raw, in.p, in.n) == (ssize_t)in.n);
		close(w.raw);
		w.raw = -1;
		CU_ASSERT(loop_run(w.loop) == OK);
		ROW(r, w.a.closed == r->want && w.a.frames == r->frames);
		tear_down(&w);
	}
}

static void test_writing_to_one_that_ended(void)
{
	struct frame f = { FRAME_STOP, 0, 0, { NULL, 0 } };
	struct world w;

	set_up(&w, true);
	CU_ASSERT(shutdown(w.raw, SHUT_RD) == 0);
	CU_ASSERT(link_send(w.a.link, &f, -1) == OK);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.a.closed == ERR_CLOSED && w.a.link == NULL);
	tear_down(&w);
}

static void test_freed_in_its_own_callback(void)
{
	struct frame f = { FRAME_STOP, 0, 1, { NULL, 0 } };
	struct world w;

	set_up(&w, false);
	w.b.free_at_first = true;
	CU_ASSERT(link_send(w.a.link, &f, -1) == OK);
	CU_ASSERT(link_send(w.a.link, &f, -1) == OK);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.b.frames == 1 && w.b.link == NULL);
	CU_ASSERT(loop_run(w.loop) == OK);
	CU_ASSERT(w.a.closed == ERR_CLOSED);
	tear_down(&w);
}

static void test_last_words(void)
{
	struct frame f = { FRAME_STOP, 0, 1, { NULL, 0 } };
	struct world w;
	uint8_t raw[64];

	set_up(&w, true);
	CU_ASSERT(link_send(w.a.link, &f, -1) == OK);
	link_finish(w.a.link, 1000);
	CU_ASSERT(link_pending_octets(w.a.link) == 0);
	link_free(w.a.link);
	w.a.link = NULL;
	CU_ASSERT(read(w.raw, raw, sizeof raw) == FRAME_HEADER);
	tear_down(&w);
}

static void test_memory_ends(void)
{
	struct frame f = { FRAME_STOP, 0, 1, { NULL, 0 } };
	struct world w;

	set_up(&w, false);
	mem_fail_at(1);
	CU_ASSERT(link_new(w.loop, w.raw, &events, &w.a) == NULL);
	CU_ASSERT(link_send(w.a.link, &f, -1) == ERR_NOMEM);
	link_open_frame(w.a.link, FRAME_STOP, 0);
	CU_ASSERT(link_close_frame(w.a.link) == ERR_NOMEM);
	mem_fail_at(2);		/* the frame, but no timer: sent at once */
	CU_ASSERT(link_send(w.a.link, &f, -1) == OK);
	CU_ASSERT(link_pending_octets(w.a.link) == 0);
	mem_fail_at(1);		/* no room to read into */
	CU_ASSERT(loop_run(w.loop) == OK);
	mem_fail_at(0);
	CU_ASSERT(w.b.closed == ERR_NOMEM);
	tear_down(&w);
}

static const struct check_test tests[] = {
	{ "many frames both ways", test_many_frames_both_ways },
	{ "the largest frames", test_the_largest_frames },
	{ "the limit", test_the_limit },
	{ "a frame taken back", test_a_frame_taken_back },
	{ "descriptors", test_descriptors_keep_their_frames },
	{ "too many descriptors", test_too_many_descriptors },
	{ "how it ends", test_how_it_ends },
	{ "writing to one that ended", test_writing_to_one_that_ended },
	{ "freed in its own callback", test_freed_in_its_own_callback },
	{ "last words", test_last_words },
	{ "memory ends", test_memory_ends },
	{ NULL, NULL }
};

CHECK_MAIN("link", tests)
