#include "tests/adapters/sip_world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GUARD_US  UINT64_C(10000000)
#define ARENA_MAX (512 * 1024 * 1024)
#define REALM	  "cpm.example"
#define NONCE_KEY "0123456789abcdef"

static const struct person {
	const char *name, *number;
} people[] = {
	{ "mary", "+15550100001" },
	{ "peter", "+15550100002" },
	{ "bob", "+15550100004" },
};

/* -- the directory -------------------------------------------------------- */

static const struct person *person_of(const struct lookup *l)
{
	char uri[128];
	size_t i;

	for (i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		snprintf(uri, sizeof(uri), "sip:%s@%s", people[i].name, REALM);
		if (l->kind == LOOKUP_USER_NAME
			    ? strcmp(l->name, people[i].name) == 0
			    : strcmp(l->name, people[i].number) == 0 ||
				      strcmp(l->name, uri) == 0)
			return &people[i];
	}
	return NULL;
}

static void answer_lookup(struct world *w, const struct frame *f)
{
	struct digest_text md5, sha;
	struct found v = { 0 };
	const struct person *p;
	struct lookup l;
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);
	char password[64];

	w->lookups++;
	CU_ASSERT_FATAL(lookup_read(f->payload, w->arena, &l) == OK);
	p = person_of(&l);
	if (p) {
		snprintf(password, sizeof(password), "%s-secret", p->name);
		CU_ASSERT_FATAL(digest_ha1(DIGEST_MD5, bytes_of(p->name),
					   bytes_of(REALM), bytes_of(password),
					   &md5) == OK);
		CU_ASSERT_FATAL(digest_ha1(DIGEST_SHA256, bytes_of(p->name),
					   bytes_of(REALM), bytes_of(password),
					   &sha) == OK);
		v = (struct found){ .exists = true,
				    .name = p->name,
				    .domain = REALM,
				    .number = p->number,
				    .ha1_md5 = md5.text,
				    .ha1_sha256 = sha.text,
				    .devices = 3 };
	}
	CU_ASSERT_FATAL(found_image(&v, &b) == OK);
	world_tell(w, FRAME_FOUND, f->ref, buf_bytes(&b));
	buf_clear(&b);
}

/* -- frames --------------------------------------------------------------- */

static void on_frame(void *arg, const struct frame *f, int fd)
{
	struct world *w = arg;
	struct world_frame *to;

	CU_ASSERT_FATAL(fd == -1 && w->n_frames < WORLD_FRAMES);
	if (f->type == FRAME_LOOKUP) {
		answer_lookup(w, f);
		return;
	}
	to = &w->frames[w->n_frames++];
	to->type = f->type;
	to->ref = f->ref;
	CU_ASSERT_FATAL(arena_copy(w->arena, f->payload, &to->payload) == OK);
	if (f->type == FRAME_BINDING && f->ref && !w->keep_bindings)
		world_tell(w, FRAME_BOUND, f->ref, (struct bytes){ 0 });
	if (f->type == w->waited_for)
		loop_end(w->loop);
}

static void on_closed(void *arg, enum err why)
{
	struct world *w = arg;

	CU_ASSERT(why == ERR_CLOSED || why == ERR_IO);
	link_free(w->link);
	w->link = NULL;
	w->closed = true;
	loop_end(w->loop);
}

static void on_guard(void *arg)
{
	struct world *w = arg;

	w->timed_out = true;
	loop_end(w->loop);
}

static const struct link_events events = { on_frame, on_closed, NULL };

static struct world_frame *find(struct world *w, uint8_t type)
{
	static struct world_frame got;
	size_t i;

	for (i = 0; i < w->n_frames; i++)
		if (w->frames[i].type == type) {
			got = w->frames[i];
			memmove(&w->frames[i], &w->frames[i + 1],
				(--w->n_frames - i) * sizeof(got));
			return &got;
		}
	return NULL;
}

static struct world_frame *wait_us(struct world *w, uint8_t type, uint64_t us)
{
	struct world_frame *f;

	link_flush(w->link);
	w->timed_out = false;
	w->waited_for = type;
	CU_ASSERT_FATAL(loop_set_timer(w->loop, &w->guard, us, on_guard, w) ==
			OK);
	while (!(f = find(w, type)) && !w->timed_out && !w->closed)
		CU_ASSERT_FATAL(loop_run(w->loop) == OK);
	loop_clear_timer(w->loop, &w->guard);
	w->waited_for = 0;
	return f;
}

struct world_frame *world_wait(struct world *w, enum frame_type type)
{
	struct world_frame *f = wait_us(w, (uint8_t)type, GUARD_US);

	CU_ASSERT(f != NULL);
	return f;
}

bool world_silent(struct world *w, enum frame_type type, unsigned ms)
{
	return wait_us(w, (uint8_t)type, (uint64_t)ms * 1000) == NULL;
}

void world_tell(struct world *w, enum frame_type type, uint64_t ref,
		struct bytes payload)
{
	struct frame f = { (uint8_t)type, 0, ref, payload };

	CU_ASSERT_FATAL(link_send(w->link, &f, -1) == OK);
	link_flush(w->link);
}

void world_outcome(struct world *w, enum frame_type type, uint64_t ref,
		   const struct outcome *o)
{
	struct buf b = BUF_INIT(OUTCOME_IMAGE_MAX);

	CU_ASSERT_FATAL(outcome_image(o, &b) == OK);
	world_tell(w, type, ref, buf_bytes(&b));
	buf_clear(&b);
}

void world_accept(struct world *w, uint64_t ref)
{
	struct accepted v = { .id = 7, .public_id = "abcdefghijklmnopqrstuv" };
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);

	CU_ASSERT_FATAL(accepted_image(&v, &b) == OK);
	world_tell(w, FRAME_ACCEPTED, ref, buf_bytes(&b));
	buf_clear(&b);
}

void world_leg(struct world *w, const struct leg *leg)
{
	struct buf m = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct buf b = BUF_INIT(MESSAGE_IMAGE_MAX + NOTICE_IMAGE_MAX);

	CU_ASSERT_FATAL(message_image(&leg->message, &m) == OK);
	CU_ASSERT_FATAL(leg_image(leg, buf_bytes(&m), &b) == OK);
	world_tell(w, FRAME_LEG, leg->token, buf_bytes(&b));
	buf_clear(&m);
	buf_clear(&b);
}

bool world_answer(struct world *w, uint64_t token, struct outcome *o)
{
	struct world_frame *f = world_wait(w, FRAME_OUTCOME);

	return f && f->ref == token &&
	       outcome_read(f->payload, w->arena, o) == OK;
}

/* -- start ---------------------------------------------------------------- */

static uint16_t free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int udp, tcp, tries;

	for (tries = 0; tries < 100; tries++) {
		a.sin_port = 0;
		udp = socket(AF_INET, SOCK_DGRAM, 0);
		tcp = socket(AF_INET, SOCK_STREAM, 0);
		CU_ASSERT_FATAL(bind(udp, (struct sockaddr *)&a, n) == 0);
		CU_ASSERT_FATAL(getsockname(udp, (struct sockaddr *)&a, &n) ==
				0);
		if (bind(tcp, (struct sockaddr *)&a, n) != 0)
			a.sin_port = 0;
		close(udp);
		close(tcp);
		if (a.sin_port)
			break;
	}
	return ntohs(a.sin_port);
}

static void set(struct settings_raw *r, const char *name, const char *value)
{
	CU_ASSERT_FATAL(settings_raw_set(r, name, value, "test", 1) == OK);
}

static void set_line(struct settings_raw *r, const char *line)
{
	const char *dot = strchr(line, '.'), *equal = strchr(line, '=');
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)(equal - dot - 1), dot + 1);
	set(r, name, equal + 1);
}

/* All lines of one group; "group=x" opens one more instance. */
static void put_group(struct settings_raw *r, const char *group,
		      const char *const *more)
{
	size_t n = strlen(group), i;

	for (i = 0; more && more[i]; i++)
		if (strncmp(more[i], group, n) == 0 && more[i][n] == '.')
			set_line(r, more[i]);
}

static bool names(const char *const *more, const char *what)
{
	size_t i;

	for (i = 0; more && more[i]; i++)
		if (strncmp(more[i], what, strlen(what)) == 0)
			return true;
	return false;
}

static bool has_group(const char *group, const char *const *more)
{
	size_t n = strlen(group), i;

	for (i = 0; more && more[i]; i++)
		if (strncmp(more[i], group, n) == 0 && more[i][n] == '.')
			return true;
	return false;
}

static void settings_of(struct world *w, const char *const *more,
			struct buf *image)
{
	static const char *const others[] = { "core", "domain", "lists" };
	struct settings_raw *r = settings_raw_new();
	struct settings *s;
	struct buf raw = BUF_INIT(65536), complaints = BUF_INIT(4096);
	char port[16];
	size_t i;

	snprintf(port, sizeof(port), "%u", w->port);
	CU_ASSERT_FATAL(settings_raw_group(r, "sip", "test", 1) == OK);
	set(r, "address", "127.0.0.1");
	if (!names(more, "sip.port="))
		set(r, "port", port);
	put_group(r, "sip", more);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!has_group(others[i], more))
			continue;
		CU_ASSERT_FATAL(settings_raw_group(r, others[i], "test", 1) ==
				OK);
		put_group(r, others[i], more);
	}
	CU_ASSERT_FATAL(settings_raw_image(r, &raw) == OK);
	CU_ASSERT_FATAL(settings_read(buf_bytes(&raw), &s, &complaints) == OK);
	CU_ASSERT_FATAL(settings_image_shared(s, image) == OK);
	settings_free(s);
	settings_raw_free(r);
	buf_clear(&raw);
	buf_clear(&complaints);
}

bool world_configure(struct world *w, const char *const *more, char *why,
		     size_t size)
{
	struct buf image = BUF_INIT(65536);
	struct world_frame *f;

	settings_of(w, more, &image);
	world_tell(w, FRAME_PREPARE, 1, buf_bytes(&image));
	buf_clear(&image);
	f = world_wait(w, FRAME_PREPARED);
	CU_ASSERT_FATAL(f != NULL);
	snprintf(why, size, "%.*s", (int)f->payload.n,
		 (const char *)f->payload.p);
	if (f->payload.n > 0)
		return false;
	while (find(w, FRAME_PEER))
		continue;
	world_tell(w, FRAME_COMMIT, 0, (struct bytes){ 0 });
	/* Peers are told of when it has been done. */
	if (w->ready)
		CU_ASSERT(world_wait(w, FRAME_PEER) != NULL);
	return true;
}

void world_start_bare(struct world *w, const char *const *more)
{
	struct welcome v = { .state_directory = check_directory() };
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);
	char why[1024];

	memset(w, 0, sizeof(*w));
	memcpy(v.nonce_key, NONCE_KEY, 16);
	w->arena = arena_new(ARENA_MAX);
	w->loop = loop_new(clock_system());
	w->port = free_port();
	CU_ASSERT_FATAL(process_start("./cpmgw-sip", &w->process) == OK);
	w->link = link_new(w->loop, w->process.link, &events, w);
	CU_ASSERT_FATAL(w->link != NULL);
	CU_ASSERT_FATAL(world_wait(w, FRAME_HELLO) != NULL);
	CU_ASSERT_FATAL(welcome_image(&v, &b) == OK);
	world_tell(w, FRAME_WELCOME, 0, buf_bytes(&b));
	buf_clear(&b);
	CU_ASSERT_FATAL(world_configure(w, more, why, sizeof(why)));
}

void world_ready(struct world *w)
{
	world_tell(w, FRAME_SNAPSHOT_END, 0, (struct bytes){ 0 });
	CU_ASSERT_FATAL(world_wait(w, FRAME_PEER) != NULL);
	w->ready = true;
}

void world_start(struct world *w, const char *const *more)
{
	world_start_bare(w, more);
	world_ready(w);
}

void world_finish(struct world *w)
{
	int status = -1;

	world_tell(w, FRAME_STOP, 0, (struct bytes){ 0 });
	(void)wait_us(w, FRAME_LAST, GUARD_US);
	CU_ASSERT(w->closed);
	if (!w->closed)
		kill(w->process.pid, SIGKILL);
	link_free(w->link);
	CU_ASSERT(waitpid(w->process.pid, &status, 0) == w->process.pid);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(w->process.pidfd);
	loop_free(w->loop);
	arena_free(w->arena);
}
