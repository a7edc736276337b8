#include "tests/adapters/smpp_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "codecs/digest.h"

#define GUARD_US UINT64_C(20000000)

const struct world_setting world_server_settings[] = {
	{ "smpp", "+", NULL },	     { "smpp", "address", "127.0.0.1" },
	{ "smpp", "port", "@port" }, { "smpp", "bind-timeout", "5s" },
	{ "gateway", "+", NULL },    { "gateway", "country", "1" },
	{ NULL, NULL, NULL }
};

const struct world_setting world_link_settings[] = {
	WORLD_LINK, { "smsc", "first-window", "0" }, { NULL, NULL, NULL }
};

const uint8_t world_id_key[16] = "0123456789abcde";

static void on_frame(void *arg, const struct frame *f, int fd)
{
	struct world *w = arg;
	struct world_frame *to;
	uint8_t *copy;

	CU_ASSERT_FATAL(fd == -1 && w->n_frames < WORLD_FRAMES);
	to = &w->frames[w->n_frames++];
	copy = mem_alloc(f->payload.n);
	if (f->payload.n > 0)
		memcpy(copy, f->payload.p, f->payload.n);
	*to = (struct world_frame){ f->type, f->ref, { copy, f->payload.n } };
	if (f->type == w->waited_for)
		loop_end(w->loop);
}

static void on_closed(void *arg, enum err why)
{
	struct world *w = arg;

	(void)why;
	link_free(w->link);
	w->link = NULL;
	w->closed = true;
	loop_end(w->loop);
}

static void on_guard(void *arg)
{
	loop_end(((struct world *)arg)->loop);
}

static const struct link_events events = { on_frame, on_closed, NULL };

static bool take(struct world *w, uint8_t type)
{
	unsigned i;

	for (i = 0; i < w->n_frames && w->frames[i].type != type; i++)
		;
	if (i == w->n_frames)
		return false;
	mem_free((void *)(uintptr_t)w->got.payload.p);
	w->got = w->frames[i];
	w->n_frames--;
	memmove(&w->frames[i], &w->frames[i + 1],
		(w->n_frames - i) * sizeof w->frames[0]);
	return true;
}

bool world_has(const struct world *w, enum frame_type type)
{
	unsigned i;

	for (i = 0; i < w->n_frames; i++)
		if (w->frames[i].type == type)
			return true;
	return false;
}

bool world_wait(struct world *w, enum frame_type type)
{
	if (type != 0 && take(w, (uint8_t)type))
		return true;
	if (w->closed)
		return type == 0;
	w->waited_for = (uint8_t)type;
	CU_ASSERT(loop_set_timer(w->loop, &w->guard, GUARD_US, on_guard, w) ==
		  OK);
	CU_ASSERT(loop_run(w->loop) == OK);
	loop_clear_timer(w->loop, &w->guard);
	return type == 0 ? w->closed : take(w, (uint8_t)type);
}

void world_tell(struct world *w, enum frame_type type, uint64_t ref,
		struct bytes payload)
{
	struct frame f = { (uint8_t)type, 0, ref, payload };

	CU_ASSERT_FATAL(link_send(w->link, &f, -1) == OK);
	link_flush(w->link);
}

static int listen_anywhere(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof a;
	struct timeval patience = { .tv_sec = 20 };

	CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&a, size) == 0);
	CU_ASSERT_FATAL(listen(fd, 64) == 0);
	CU_ASSERT(getsockname(fd, (struct sockaddr *)&a, &size) == 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	*port = ntohs(a.sin_port);
	return fd;
}

void world_start(struct world *w)
{
	struct welcome v = { .state_directory = "/nowhere" };
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);
	struct hello h;

	*w = (struct world){ .smsc_listener = -1 };
	memcpy(v.id_key, world_id_key, sizeof v.id_key);
	/* A port that was free a moment ago. */
	close(listen_anywhere(&w->port));
	close(listen_anywhere(&w->tls_port));
	w->smsc_listener = listen_anywhere(&w->smsc_port);
	w->arena = arena_new(4 * MESSAGE_ARENA_MAX);
	w->loop = loop_new(clock_system());
	setenv("ASAN_OPTIONS", "exitcode=99", 0);
	CU_ASSERT_FATAL(process_start("./cpmgw-smpp", &w->process) == OK);
	w->link = link_new(w->loop, w->process.link, &events, w);
	CU_ASSERT_FATAL(w->link != NULL && world_wait(w, FRAME_HELLO));
	CU_ASSERT(hello_read(w->got.payload, w->arena, &h) == OK);
	CU_ASSERT_STRING_EQUAL(h.name, "smpp");
	CU_ASSERT(welcome_image(&v, &b) == OK);
	world_tell(w, FRAME_WELCOME, 0, buf_bytes(&b));
	buf_clear(&b);
}

void world_finish(struct world *w)
{
	int status = -1;

	/* It ends with its link, and its sanitizers have nothing to say. */
	link_free(w->link);
	CU_ASSERT(waitpid(w->process.pid, &status, 0) == w->process.pid);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) <= EXIT_FAILURE);
	close(w->process.pidfd);
	close(w->smsc_listener);
	while (w->n_frames > 0)
		take(w, w->frames[0].type);
	mem_free((void *)(uintptr_t)w->got.payload.p);
	loop_free(w->loop);
	arena_free(w->arena);
}

static void add_setting(struct world *w, struct settings_raw *r,
			const struct world_setting *s)
{
	char text[512];
	const char *value = s->value;
	unsigned port = w->smsc_port;

	if (strcmp(value, "@port") == 0)
		port = w->port;
	else if (strcmp(value, "@tls") == 0)
		port = w->tls_port;
	snprintf(text, sizeof text, "%u", port);
	if (value[0] == '~')
		snprintf(text, sizeof text, "%s%s", w->folder, value + 1);
	if (value[0] == '@' || value[0] == '~')
		value = text;
	CU_ASSERT(settings_raw_set(r, s->name, value, "test.conf", 2) == OK);
}

bool world_prepare(struct world *w, const struct world_setting *s)
{
	struct settings_raw *r = settings_raw_new();
	struct buf b = BUF_INIT(65536);
	const char *group = "";

	for (; s->group != NULL; s++) {
		if (strcmp(s->group, group) != 0 || s->name[0] == '+')
			CU_ASSERT(settings_raw_group(r, s->group, "test.conf",
						     1) == OK);
		group = s->group;
		if (s->name[0] != '+')
			add_setting(w, r, s);
	}
	CU_ASSERT(settings_raw_image(r, &b) == OK);
	settings_raw_free(r);
	world_tell(w, FRAME_PREPARE, 77, buf_bytes(&b));
	buf_clear(&b);
	CU_ASSERT_FATAL(world_wait(w, FRAME_PREPARED));
	return w->got.payload.n == 0;
}

void world_commit(struct world *w)
{
	world_tell(w, FRAME_COMMIT, 0, (struct bytes){ NULL, 0 });
}

void world_run(struct world *w, const struct world_setting *s)
{
	CU_ASSERT_FATAL(world_prepare(w, s));
	world_commit(w);
	world_tell(w, FRAME_SNAPSHOT_END, 0, (struct bytes){ NULL, 0 });
}

void world_found(struct world *w, const struct found *f)
{
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);

	CU_ASSERT(found_image(f, &b) == OK);
	world_tell(w, FRAME_FOUND, w->got.ref, buf_bytes(&b));
	buf_clear(&b);
}

void world_accept(struct world *w, uint64_t ref, uint64_t id)
{
	struct accepted a = { .id = id,
			      .public_id = "q83vEjRWeJCrze8SNFZ4kA" };
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);

	CU_ASSERT(accepted_image(&a, &b) == OK);
	world_tell(w, FRAME_ACCEPTED, ref, buf_bytes(&b));
	buf_clear(&b);
}

void world_outcome(struct world *w, enum frame_type type, uint64_t ref,
		   const struct outcome *o)
{
	struct buf b = BUF_INIT(OUTCOME_IMAGE_MAX);

	CU_ASSERT(outcome_image(o, &b) == OK);
	world_tell(w, type, ref, buf_bytes(&b));
	buf_clear(&b);
}

void world_leg(struct world *w, const struct leg *leg, const struct message *m)
{
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct buf b = BUF_INIT(2 * MESSAGE_IMAGE_MAX);

	CU_ASSERT(message_image(m, &image) == OK);
	CU_ASSERT(leg_image(leg, buf_bytes(&image), &b) == OK);
	world_tell(w, FRAME_LEG, leg->token, buf_bytes(&b));
	buf_clear(&b);
	buf_clear(&image);
}

void world_control(struct world *w, const char *command, const char *peer)
{
	struct control c = { .command = command, .peer = peer };
	struct buf b = BUF_INIT(NOTICE_IMAGE_MAX);

	CU_ASSERT(control_image(&c, &b) == OK);
	world_tell(w, FRAME_CONTROL, 5, buf_bytes(&b));
	buf_clear(&b);
	CU_ASSERT_FATAL(world_wait(w, FRAME_CONTROLLED));
}

struct message world_message(struct world *w, struct intake *in)
{
	struct message m;

	CU_ASSERT_FATAL(intake_read(w->got.payload, in) == OK);
	CU_ASSERT_FATAL(message_read(in->message, w->arena, &m, NULL) == OK);
	return m;
}

struct outcome world_read_outcome(struct world *w)
{
	struct outcome o;

	CU_ASSERT_FATAL(world_wait(w, FRAME_OUTCOME));
	CU_ASSERT_FATAL(outcome_read(w->got.payload, w->arena, &o) == OK);
	return o;
}

const char *world_note(struct world *w, const char *step)
{
	struct note n = { .step = NULL };

	do {
		CU_ASSERT_FATAL(world_wait(w, FRAME_TRACE));
		CU_ASSERT_FATAL(note_read(w->got.payload, w->arena, &n) == OK);
	} while (strcmp(n.step, step) != 0);
	return n.text;
}

bool world_peer_text(struct world *w, const char *peer, const char *text)
{
	struct peer_state p;

	while (world_wait(w, FRAME_PEER)) {
		CU_ASSERT_FATAL(peer_state_read(w->got.payload, w->arena, &p) ==
				OK);
		if (strcmp(p.peer, peer) == 0 && p.text != NULL &&
		    strcmp(p.text, text) == 0)
			return true;
	}
	return false;
}

bool world_peer(struct world *w, const char *peer, bool up)
{
	struct peer_state p;

	while (world_wait(w, FRAME_PEER)) {
		CU_ASSERT_FATAL(peer_state_read(w->got.payload, w->arena, &p) ==
				OK);
		if (strcmp(p.peer, peer) == 0 && p.up == up)
			return true;
	}
	return false;
}

static void wire_init(struct wire *x, int fd)
{
	struct timeval patience = { .tv_sec = 20 };

	*x = (struct wire){ .fd = fd,
			    .version = SMPP_INTERFACE_VERSION,
			    .scratch = BUF_INIT(SMPP_PDU_OCTETS_MAX) };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

void wire_connect(struct world *w, struct wire *x)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(w->port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CU_ASSERT_FATAL(connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
	wire_init(x, fd);
}

void wire_accept(struct world *w, struct wire *x)
{
	int fd = accept(w->smsc_listener, NULL, NULL);

	CU_ASSERT_FATAL(fd >= 0);
	wire_init(x, fd);
}

void wire_close(struct wire *x)
{
	SSL_free(x->tls);
	x->tls = NULL;
	if (x->fd >= 0)
		close(x->fd);
	x->fd = -1;
	buf_clear(&x->scratch);
}

void wire_octets(struct wire *x, struct bytes octets)
{
	ssize_t n;

	if (x->tls != NULL)
		n = SSL_write(x->tls, octets.p, (int)octets.n);
	else
		n = send(x->fd, octets.p, octets.n, MSG_NOSIGNAL);
	CU_ASSERT(n == (ssize_t)octets.n);
}

void wire_send(struct wire *x, const struct smpp_pdu *p)
{
	buf_reset(&x->scratch);
	CU_ASSERT_FATAL(smpp_pdu_encode(p, &x->scratch, NULL) == OK);
	wire_octets(x, buf_bytes(&x->scratch));
}

static ssize_t take_octets(struct wire *x, void *to, size_t n)
{
	if (x->tls != NULL)
		return SSL_read(x->tls, to, (int)n);
	return recv(x->fd, to, n, 0);
}

bool wire_read(struct wire *x, struct smpp_pdu *p)
{
	struct bytes pdu;
	ssize_t n;

	x->n -= x->used;
	memmove(x->buffer, x->buffer + x->used, x->n);
	x->used = 0;
	while (smpp_frame((struct bytes){ x->buffer, x->n }, sizeof x->buffer,
			  &pdu, NULL) != OK) {
		n = take_octets(x, x->buffer + x->n, sizeof x->buffer - x->n);
		if (n <= 0)
			return false;
		x->n += (size_t)n;
	}
	x->used = pdu.n;
	return smpp_pdu_decode(pdu, p, NULL) == OK;
}

bool wire_is_closed(struct wire *x)
{
	struct smpp_pdu p;
	ssize_t n;

	while (wire_read(x, &p))
		;
	do
		n = recv(x->fd, x->buffer, 1, 0);
	while (n == 1 && x->tls != NULL);
	return n == 0 || (n < 0 && errno == ECONNRESET);
}

void wire_respond(struct wire *x, const struct smpp_pdu *to, uint32_t status,
		  const char *id)
{
	struct smpp_pdu p = { .command_id = smpp_response_id(to->command_id),
			      .command_status = status,
			      .sequence_number = to->sequence_number,
			      .message_id = bytes_of(id) };

	wire_send(x, &p);
}

struct found world_account(void)
{
	return (struct found){
		.exists = true,
		.name = "esme1",
		.binds = 10,
		.short_code = "22222",
		.any_sender = true,
	};
}

/* The hash of a password, as the engine keeps it. */
static const char *hash_of(const char *password)
{
	static char text[128];
	struct bytes pieces[] = { bytes_of("salt"), bytes_of(password) };
	uint8_t value[DIGEST_SHA256_OCTETS];
	size_t i, n;

	CU_ASSERT(digest_of(DIGEST_SHA256, pieces, 2, value) == OK);
	n = (size_t)snprintf(text, sizeof text, "$sha256$salt$");
	for (i = 0; i < sizeof value; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%02x",
				      value[i]);
	return text;
}

uint32_t wire_bind(struct world *w, struct wire *x, uint32_t bind_id,
		   const struct found *account)
{
	struct smpp_pdu p = { .command_id = bind_id,
			      .sequence_number = ++x->sequence,
			      .system_id = bytes_of("esme1"),
			      .password = bytes_of("secret1"),
			      .interface_version = x->version };
	struct found f = *account;
	struct lookup what;

	wire_send(x, &p);
	CU_ASSERT_FATAL(world_wait(w, FRAME_LOOKUP));
	CU_ASSERT(lookup_read(w->got.payload, w->arena, &what) == OK);
	CU_ASSERT(what.kind == LOOKUP_ACCOUNT);
	CU_ASSERT_STRING_EQUAL(what.name, "esme1");
	if (f.password_hash == NULL)
		f.password_hash = hash_of("secret1");
	world_found(w, &f);
	CU_ASSERT_FATAL(wire_read(x, &p));
	CU_ASSERT(p.command_id == (bind_id | SMPP_RESP));
	CU_ASSERT(p.sequence_number == x->sequence);
	return p.command_status;
}

void wire_take_bind(struct wire *x, uint32_t status)
{
	struct smpp_pdu p;

	CU_ASSERT_FATAL(wire_read(x, &p));
	CU_ASSERT(p.command_id == SMPP_BIND_TRANSCEIVER ||
		  p.command_id == SMPP_BIND_TRANSMITTER ||
		  p.command_id == SMPP_BIND_RECEIVER);
	CU_ASSERT(bytes_is(p.system_id, "cpmgw"));
	p.command_id |= SMPP_RESP;
	p.command_status = status;
	p.system_id = bytes_of("smsc");
	p.tlvs = (struct bytes){ NULL, 0 };
	wire_send(x, &p);
}

void world_server(struct world *w, struct wire *x)
{
	struct found a = world_account();

	world_start(w);
	world_run(w, world_server_settings);
	wire_connect(w, x);
	CU_ASSERT(wire_bind(w, x, SMPP_BIND_TRANSCEIVER, &a) == ESME_ROK);
}

void world_smsc(struct world *w, struct wire *x, const struct world_setting *s)
{
	world_start(w);
	world_run(w, s);
	wire_accept(w, x);
	wire_take_bind(x, ESME_ROK);
	CU_ASSERT(world_peer(w, "smsc-a", true));
}

struct leg world_leg_of(uint64_t token)
{
	return (struct leg){ .token = token,
			     .id = token,
			     .story = 1,
			     .public_id = "q83vEjRWeJCrze8SNFZ4kA",
			     .technology = TECHNOLOGY_SMS,
			     .peer = "smsc-a",
			     .to = { ADDRESS_E164, "+15550200001" },
			     .attempt = 1 };
}

struct leg world_leg_to_esme(uint64_t token)
{
	struct leg leg = world_leg_of(token);

	leg.peer = "esme1";
	leg.to = (struct address){ ADDRESS_SHORT, "22222" };
	return leg;
}

struct message world_text(struct part *part, const char *text)
{
	struct message m;

	message_init(&m);
	*part = (struct part){ .type = "text/plain;charset=UTF-8",
			       .body = bytes_of(text) };
	m.from = (struct address){ ADDRESS_E164, "+15550100001" };
	m.parts = part;
	m.n_parts = 1;
	return m;
}

void world_over(struct world *w, struct wire *x)
{
	wire_close(x);
	world_finish(w);
}
