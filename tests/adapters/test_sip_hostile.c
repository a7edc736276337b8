/*
 * cpmgw-sip as a program against what is no good SIP, what is not for it, and
 * what changes under it: it always answers as the specifications say, and it
 * always lives on.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/sip/failures.h"
#include "tests/adapters/sip_world.h"

#define VIA "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK"
#define COMMON                                                                 \
	"From: <sip:a@cpm.example>;tag=1\r\nTo: <sip:b@cpm.example>\r\n"       \
	"Max-Forwards: 70\r\n"
#define EMPTY "Content-Length: 0\r\n\r\n"

/* It still answers. */
static bool alive(const struct world *w)
{
	struct device_request r = { .method = "OPTIONS",
				    .target = "sip:cpm.example",
				    .from = "<sip:a@cpm.example>",
				    .to = "<sip:cpm.example>" };
	struct device_socket d;
	bool good;

	device_open(&d, w, false);
	device_ask(&d, &r);
	good = device_receive(&d) && device_status(&d) == 200;
	device_close(&d);
	return good;
}

/* -- bad messages --------------------------------------------------------- */

static const struct bad {
	const char *name, *text;
	unsigned status; /* 0: none is due                            */
} bad[] = {
	{ "nothing", "\r\n", 0 },
	{ "keep-alive (RFC 5626 3.5.1)", "\r\n\r\n", 0 },
	{ "no SIP at all", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0 },
	{ "no Via: nobody to answer",
	  "OPTIONS sip:cpm.example SIP/2.0\r\n" COMMON
	  "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\n" EMPTY,
	  0 },
	{ "no Call-ID (RFC 3261 8.1.1)",
	  "OPTIONS sip:cpm.example SIP/2.0\r\n" VIA "b1;rport\r\n" COMMON
	  "CSeq: 1 OPTIONS\r\n" EMPTY,
	  400 },
	{ "no CSeq",
	  "OPTIONS sip:cpm.example SIP/2.0\r\n" VIA "b2;rport\r\n" COMMON
	  "Call-ID: 2\r\n" EMPTY,
	  400 },
	{ "CSeq of another method (RFC 4475 3.1.2.17)",
	  "OPTIONS sip:cpm.example SIP/2.0\r\n" VIA "b3;rport\r\n" COMMON
	  "Call-ID: 3\r\nCSeq: 1 INVITE\r\n" EMPTY,
	  400 },
	{ "CSeq too great (3.1.2.4)",
	  "OPTIONS sip:cpm.example SIP/2.0\r\n" VIA "b4;rport\r\n" COMMON
	  "Call-ID: 4\r\nCSeq: 36893488147419103232 OPTIONS\r\n" EMPTY,
	  400 },
	{ "another version (3.1.2.16)",
	  "OPTIONS sip:cpm.example SIP/7.0\r\n" VIA "b5;rport\r\n" COMMON
	  "Call-ID: 5\r\nCSeq: 1 OPTIONS\r\n" EMPTY,
	  505 },
	{ "unknown scheme (3.3.4)",
	  "OPTIONS nobody:totally SIP/2.0\r\n" VIA "b6;rport\r\n" COMMON
	  "Call-ID: 6\r\nCSeq: 1 OPTIONS\r\n" EMPTY,
	  416 },
	{ "unknown extension (3.3.10)",
	  "OPTIONS sip:cpm.example SIP/2.0\r\n" VIA "b7;rport\r\n" COMMON
	  "Require: nothingSupportsThis\r\nCall-ID: 7\r\n"
	  "CSeq: 1 OPTIONS\r\n" EMPTY,
	  420 },
	{ "more spaces in the request line (3.1.2.9)",
	  "OPTIONS  sip:cpm.example  SIP/2.0\r\n" VIA "b17;rport\r\n" COMMON
	  "Call-ID: 17\r\nCSeq: 1 OPTIONS\r\n" EMPTY,
	  400 },
	{ "spaces at its end (3.1.2.10)",
	  "OPTIONS sip:cpm.example SIP/2.0  \r\n" VIA "b18;rport\r\n" COMMON
	  "Call-ID: 18\r\nCSeq: 1 OPTIONS\r\n" EMPTY,
	  400 },
	{ "two of what there is one of",
	  "OPTIONS sip:cpm.example SIP/2.0\r\n" VIA "b8;rport\r\n" COMMON
	  "Call-ID: 8\r\nCall-ID: 9\r\nCSeq: 1 OPTIONS\r\n" EMPTY,
	  400 },
	{ "two Max-Forwards",
	  "OPTIONS sip:cpm.example SIP/2.0\r\n" VIA "b9;rport\r\n" COMMON
	  "Max-Forwards: 7\r\nCall-ID: 9\r\nCSeq: 1 OPTIONS\r\n" EMPTY,
	  400 },
	{ "less body than promised (3.1.2.2)",
	  "MESSAGE sip:b@cpm.example SIP/2.0\r\n" VIA "b10;rport\r\n" COMMON
	  "Call-ID: 10\r\nCSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\n"
	  "Content-Length: 9999\r\n\r\nshort",
	  400 },
	{ "an unknown method (RFC 3261 8.2.1)",
	  "INVITE sip:b@cpm.example SIP/2.0\r\n" VIA "b11;rport\r\n" COMMON
	  "Call-ID: 11\r\nCSeq: 1 INVITE\r\nContact: <sip:x@y>\r\n" EMPTY,
	  405 },
	{ "CANCEL of nothing (RFC 3261 9.2)",
	  "CANCEL sip:b@cpm.example SIP/2.0\r\n" VIA "b12;rport\r\n" COMMON
	  "Call-ID: 12\r\nCSeq: 1 CANCEL\r\n" EMPTY,
	  481 },
	{ "no hops left",
	  "MESSAGE sip:b@cpm.example SIP/2.0\r\n" VIA "b13;rport\r\n"
	  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nMax-Forwards: 0\r\n"
	  "Call-ID: 13\r\nCSeq: 1 MESSAGE\r\n" EMPTY,
	  483 },
	{ "in a dialog that we do not have",
	  "MESSAGE sip:b@cpm.example SIP/2.0\r\n" VIA "b14;rport\r\n"
	  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\n"
	  "Max-Forwards: 7\r\nCall-ID: 14\r\nCSeq: 1 MESSAGE\r\n" EMPTY,
	  481 },
	{ "a response to nothing",
	  "SIP/2.0 200 OK\r\n" VIA "b15\r\n" COMMON
	  "Call-ID: 15\r\nCSeq: 1 MESSAGE\r\n" EMPTY,
	  0 },
	{ "an ACK of nothing",
	  "ACK sip:b@cpm.example SIP/2.0\r\n" VIA "b16\r\n" COMMON
	  "Call-ID: 16\r\nCSeq: 1 ACK\r\n" EMPTY,
	  0 },
};

/* Sends it with the device's own port in Via. */
static void send_bad(struct device_socket *d, const char *text)
{
	const char *at = strstr(text, "127.0.0.1:9;");
	struct buf b = BUF_INIT(4096);

	if (!at) {
		device_send(d, text, strlen(text));
		return;
	}
	buf_printf(&b, "%.*s127.0.0.1:%u%s", (int)(at - text), text, d->port,
		   at + 11);
	device_send(d, (const char *)b.p, b.n);
	buf_clear(&b);
}

static void test_bad(void)
{
	struct device_socket d;
	struct world w;
	size_t i;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		send_bad(&d, bad[i].text);
		if (bad[i].status == 0) {
			ROW(&bad[i], alive(&w));
			ROW(&bad[i], device_silent(&d, 1));
			continue;
		}
		ROW(&bad[i], device_receive(&d));
		ROW(&bad[i], device_status(&d) == bad[i].status);
		if (bad[i].status == 405)
			ROW(&bad[i], device_header(&d, "Allow")[0] != 0);
		if (bad[i].status == 420)
			ROW(&bad[i], strcmp(device_header(&d, "Unsupported"),
					    "nothingSupportsThis") == 0);
	}
	CU_ASSERT(alive(&w));
	device_close(&d);
	world_finish(&w);
}

/* Every prefix of a good request, one after the other. */
static void test_prefixes(void)
{
	static const char good[] =
		"MESSAGE sip:b@cpm.example SIP/2.0\r\n"
		"Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKp\r\n" COMMON
		"Call-ID: p\r\nCSeq: 1 MESSAGE\r\n"
		"Content-Type: message/cpim\r\nContent-Length: 4\r\n\r\nabcd";
	struct device_socket d;
	struct world w;
	size_t n;

	world_start(&w, NULL);
	for (n = 1; n < sizeof(good); n += 3) {
		device_open(&d, &w, n % 2 == 0);
		device_send(&d, good, n);
		device_close(&d);
	}
	CU_ASSERT(alive(&w));
	world_finish(&w);
}

/* A folder of torture messages, when there is one. */
static void torture(struct world *w, const char *path)
{
	static char text[65000];
	struct device_socket d;
	FILE *f = fopen(path, "rb");
	size_t n;
	int tcp;

	CU_ASSERT_FATAL(f != NULL);
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	for (tcp = 0; tcp < 2; tcp++) {
		device_open(&d, w, tcp);
		device_send(&d, text, n);
		device_close(&d);
	}
	if (!alive(w)) {
		CU_FAIL("not alive");
		fprintf(stderr, "not alive after %s\n", path);
	}
}

static void test_torture(void)
{
	const char *vectors = getenv("CPMGW_VECTORS");
	char folder[512], path[1024];
	struct dirent *e;
	struct world w;
	DIR *dir;

	if (!vectors)
		return;
	snprintf(folder, sizeof(folder), "%s/sip/rfc4475", vectors);
	dir = opendir(folder);
	CU_ASSERT_FATAL(dir != NULL);
	world_start(&w, NULL);
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder,
				 e->d_name);
			torture(&w, path);
		}
	closedir(dir);
	world_finish(&w);
}

/* -- too much ------------------------------------------------------------- */

static void test_too_big(void)
{
	static const char *const small[] = { "sip.message-maximum=1300", NULL };
	struct device_request r = device_message("text/plain", NULL);
	static char body[4000];
	struct device_socket d;
	struct world w;

	memset(body, 'x', sizeof(body) - 1);
	r.body = body;
	world_start(&w, small);
	device_open(&d, &w, false);
	device_ask(&d, &r);
	CU_ASSERT(device_receive(&d) && device_status(&d) == 413);
	CU_ASSERT(alive(&w));
	device_close(&d);
	world_finish(&w);
}

/* Somebody who says nothing more is sent away; a wrong password too often
 * locks the name out, for this address. */
static void test_idle(void)
{
	static const char *const short_idle[] = { "sip.idle-timeout=1s", NULL };
	struct device_request r = device_registration(NULL);
	struct device_socket d;
	struct world w;
	char octet;
	int i;

	r.password = "wrong";
	world_start(&w, short_idle);
	device_open(&d, &w, true);
	for (i = 0; i < FAILURES_MAX; i++)
		CU_ASSERT(device_converse(&d, &r) == 401);
	CU_ASSERT(device_converse(&d, &r) == 403);
	CU_ASSERT(recv(d.fd, &octet, 1, 0) == 0);
	device_close(&d);
	CU_ASSERT(alive(&w));
	world_finish(&w);
}

/* What says that it is compressed and is not. */
static void test_bomb(void)
{
	static const uint8_t head[] = { 0x78, 0xDA, 0xEC, 0xC1, 0x01, 0x0D,
					0x00, 0x00, 0x00, 0xC2, 0xA0, 0xFC };
	struct device_request r =
		device_message("text/plain", (const char *)head);
	struct device_socket d;
	struct world w;

	r.headers = "Content-Encoding: deflate\r\n";
	r.body_n = sizeof(head);
	world_start(&w, NULL);
	device_open(&d, &w, false);
	CU_ASSERT(device_converse(&d, &r) == 400);
	CU_ASSERT(alive(&w));
	device_close(&d);
	world_finish(&w);
}

/* Back-pressure: new messages are put off, registrations are not. */
static void test_slow(void)
{
	struct device_request r = device_message(NULL, NULL);
	struct device_socket d;
	struct world w;

	world_start(&w, NULL);
	device_open(&d, &w, true);
	world_tell(&w, FRAME_SLOW, 0, (struct bytes){ 0 });
	CU_ASSERT(device_register(&d, "mary", 600) == 200);
	d.nonce[0] = 0;
	device_ask(&d, &r);
	CU_ASSERT(device_receive(&d) && device_status(&d) == 503);
	CU_ASSERT(atoi(device_header(&d, "Retry-After")) > 0);
	world_tell(&w, FRAME_GO, 0, (struct bytes){ 0 });
	CU_ASSERT(device_register(&d, "mary", 600) == 200);
	d.nonce[0] = 0;
	device_ask(&d, &r);
	CU_ASSERT(device_receive(&d) && device_status(&d) == 407);
	device_close(&d);
	world_finish(&w);
}

/* RFC 4320 4.1: 100 over UDP at 3.5 s, not earlier, and never 408. */
static void test_trying(void)
{
	struct device_request r = device_message("text/plain", "slowly");
	struct world_frame *f;
	struct device_socket d;
	struct world w;

	world_start(&w, NULL);
	device_open(&d, &w, false);
	CU_ASSERT_FATAL(device_register(&d, "mary", 600) == 200);
	device_ask(&d, &r);
	f = world_wait(&w, FRAME_INTAKE);
	CU_ASSERT_FATAL(f != NULL);
	CU_ASSERT(device_silent(&d, 3300));
	CU_ASSERT(device_receive(&d) && device_status(&d) == 100);
	world_accept(&w, f->ref);
	CU_ASSERT(device_receive(&d) && device_status(&d) == 202);
	device_close(&d);
	world_finish(&w);
}

/* -- what changes --------------------------------------------------------- */

/* P-Asserted-Identity is believed from a trusted port, and only from there. */
static void test_trusted(void)
{
	struct device_request r = device_message("text/plain", "trusted");
	char trusted[64], why[256];
	const char *const more[] = { trusted, NULL };
	struct device_socket core, other;
	struct world_frame *f;
	struct intake in;
	struct message m;
	struct world w;

	r.headers = "P-Asserted-Identity: <sip:mary@cpm.example>\r\n";
	world_start(&w, NULL);
	device_open(&core, &w, false);
	device_open(&other, &w, false);
	snprintf(trusted, sizeof(trusted), "core.trusted-peers=127.0.0.1:%u",
		 core.port);
	CU_ASSERT(world_configure(&w, more, why, sizeof(why)));
	device_ask(&core, &r);
	f = world_wait(&w, FRAME_INTAKE);
	CU_ASSERT_FATAL(f && intake_read(f->payload, &in) == OK);
	CU_ASSERT_FATAL(message_read(in.message, w.arena, &m, NULL) == OK);
	CU_ASSERT_STRING_EQUAL(m.from.text, "+15550100001");
	world_accept(&w, f->ref);
	CU_ASSERT(device_await(&core) && device_status(&core) == 202);
	device_ask(&other, &r);
	CU_ASSERT(device_await(&other) && device_status(&other) == 407);
	/* Somebody of another domain, whom only the core knows. */
	r.from = "<sip:eve@other.example>";
	r.headers = "P-Asserted-Identity: <sip:eve@other.example>\r\n";
	device_ask(&core, &r);
	f = world_wait(&w, FRAME_INTAKE);
	CU_ASSERT_FATAL(f && intake_read(f->payload, &in) == OK);
	CU_ASSERT_FATAL(message_read(in.message, w.arena, &m, NULL) == OK);
	CU_ASSERT_STRING_EQUAL(m.from.text, "sip:eve@other.example");
	CU_ASSERT(m.origin.account == NULL);
	world_accept(&w, f->ref);
	CU_ASSERT(device_await(&core) && device_status(&core) == 202);
	device_close(&core);
	device_close(&other);
	world_finish(&w);
}

/* A domain of the configuration is a peer of its own, without assertions. */
static void test_domain(void)
{
	struct recipient to = { .address = { ADDRESS_SIP,
					     "sip:eve@other.example" } };
	struct part part = { .type = "text/plain;charset=UTF-8" };
	struct leg leg = { .token = 5,
			   .technology = TECHNOLOGY_CPM,
			   .peer = "other.example",
			   .to = to.address,
			   .attempt = 1 };
	char port[64], why[256];
	const char *const more[] = { "domain.name=other.example",
				     "domain.address=127.0.0.1", port, NULL };
	static char text[3000];
	struct device_socket far;
	struct outcome o;
	struct world w;

	world_start(&w, NULL);
	device_open(&far, &w, false);
	snprintf(port, sizeof(port), "domain.port=%u", far.port);
	CU_ASSERT(world_configure(&w, more, why, sizeof(why)));
	message_init(&leg.message);
	leg.message.from = (struct address){ ADDRESS_E164, "+15550100001" };
	leg.message.recipients = &to;
	leg.message.n_recipients = 1;
	leg.message.parts = &part;
	leg.message.n_parts = 1;
	/* Larger than pager-limit: TCP is tried, and UDP when it is refused. */
	memset(text, 'x', sizeof(text) - 1);
	part.body = bytes_of(text);
	world_leg(&w, &leg);
	CU_ASSERT_FATAL(device_await(&far));
	CU_ASSERT(strncmp(far.text, "MESSAGE sip:eve@other.example SIP/2.0",
			  37) == 0);
	CU_ASSERT(strstr(far.text, text) != NULL);
	CU_ASSERT_STRING_EQUAL(device_header(&far, "P-Asserted-Identity"), "");
	device_reply(&far, 202, NULL);
	CU_ASSERT(world_answer(&w, 5, &o));
	CU_ASSERT(o.class == OUTCOME_ACCEPTED && o.far_code == 202);
	device_close(&far);
	world_finish(&w);
}

/* Two phases: what cannot be had changes nothing; a new port is taken over. */
static void test_reload(void)
{
	char busy[32], moved[32], why[512];
	const char *const to_busy[] = { busy, NULL };
	const char *const to_moved[] = { moved, NULL };
	struct device_socket before, after;
	struct world w, other;
	uint16_t old;

	world_start(&w, NULL);
	world_start(&other, NULL);
	device_open(&before, &w, true);
	CU_ASSERT(device_register(&before, "mary", 600) == 200);
	snprintf(busy, sizeof(busy), "sip.port=%u", other.port);
	CU_ASSERT(!world_configure(&w, to_busy, why, sizeof(why)));
	CU_ASSERT(strstr(why, "cannot listen") != NULL);
	CU_ASSERT(alive(&w));
	/* An unchanged listener keeps its connections. */
	CU_ASSERT(world_configure(&w, NULL, why, sizeof(why)));
	CU_ASSERT(device_register(&before, "mary", 600) == 200);
	world_finish(&other);
	old = w.port;
	snprintf(moved, sizeof(moved), "sip.port=%u", other.port);
	CU_ASSERT(world_configure(&w, to_moved, why, sizeof(why)));
	w.port = other.port;
	CU_ASSERT(alive(&w));
	device_open(&after, &w, true);
	CU_ASSERT(device_register(&after, "mary", 600) == 200);
	w.port = old;
	device_close(&before);
	device_close(&after);
	world_finish(&w);
}

static const struct check_test tests[] = {
	{ "bad messages", test_bad },
	{ "messages cut short", test_prefixes },
	{ "torture", test_torture },
	{ "too big", test_too_big },
	{ "bad compression", test_bomb },
	{ "idle connections", test_idle },
	{ "back-pressure", test_slow },
	{ "100 in time", test_trying },
	{ "trust", test_trusted },
	{ "other domains", test_domain },
	{ "reload", test_reload },
	{ NULL, NULL }
};
CHECK_MAIN("sip hostile", tests)
