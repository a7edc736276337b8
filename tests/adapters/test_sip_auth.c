/* adapters/sip/auth.h: RFC 7616, RFC 2617, RFC 8760. */
#include "adapters/sip/auth.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"

#define NOW    UINT64_C(1763672400000000)
#define SECOND UINT64_C(1000000)

static const uint8_t key[16] = "0123456789abcde";

static struct auth *make(void)
{
	static const struct auth_settings s = {
		.realm = "cpm.example",
		.algorithms = { DIGEST_MD5, DIGEST_SHA256 },
		.n_algorithms = 2,
		.lifetime_us = 300 * SECOND,
	};
	struct auth *a = auth_new(key, &s);

	CU_ASSERT_FATAL(a != NULL);
	return a;
}

/* What a client takes from a challenge. */
static void challenge(const struct auth *a, uint64_t now, uint64_t serial,
		      char nonce[AUTH_NONCE_TEXT + 1], struct buf *text)
{
	const char *at;

	buf_reset(text);
	CU_ASSERT_FATAL(auth_challenge(a, "WWW-Authenticate", now, serial,
				       false, text) == OK);
	at = strstr(buf_string(text), "nonce=\"");
	CU_ASSERT_FATAL(at != NULL);
	memcpy(nonce, at + 7, AUTH_NONCE_TEXT);
	nonce[AUTH_NONCE_TEXT] = 0;
}

struct client {
	struct auth *auth;
	char nonce[AUTH_NONCE_TEXT + 1], nc[16];
	enum digest_algorithm algorithm;
	const char *qop;
	const char *password;
	const char *stored;	/* NULL: "secret" */
	uint64_t now;
};

static enum auth_verdict ask(const struct client *c)
{
	struct digest_request q = { .algorithm = c->algorithm,
				    .nonce = bytes_of(c->nonce),
				    .nc = bytes_of(c->nc),
				    .cnonce = bytes_of("0a4f113b"),
				    .method = bytes_of("REGISTER"),
				    .uri = bytes_of("sip:cpm.example"),
				    .body = bytes_of("body") };
	struct digest_text mine, md5, sha, response;
	struct auth_credentials given = { .digest = true };
	struct auth_request r = { .credentials = &given,
				  .ha1_md5 = md5.text,
				  .ha1_sha256 = sha.text,
				  .method = q.method,
				  .body = q.body,
				  .now_us = c->now };
	struct bytes user = bytes_of("mary"), realm = bytes_of("cpm.example");
	struct bytes stored = bytes_of(c->stored ? c->stored : "secret");

	q.qop = !c->qop			      ? DIGEST_QOP_NONE
		: strcmp(c->qop, "auth") == 0 ? DIGEST_QOP_AUTH
					      : DIGEST_QOP_AUTH_INT;
	CU_ASSERT(digest_ha1(DIGEST_MD5, user, realm, stored, &md5) == OK);
	CU_ASSERT(digest_ha1(DIGEST_SHA256, user, realm, stored, &sha) == OK);
	CU_ASSERT(digest_ha1(c->algorithm, user, realm, bytes_of(c->password),
			     &mine) == OK);
	q.ha1 = bytes_of(mine.text);
	CU_ASSERT(digest_response(&q, &response) == OK);
	given.username = user;
	given.realm = realm;
	given.nonce = q.nonce;
	given.uri = q.uri;
	given.response = bytes_of(response.text);
	given.algorithm = bytes_of(digest_name(c->algorithm));
	given.cnonce = q.cnonce;
	given.qop = bytes_of(c->qop);
	given.nc = q.nc;
	return auth_check(c->auth, &r);
}

static void test_challenge(void)
{
	struct auth *a = make();
	struct buf text = BUF_INIT(2 * AUTH_TEXT_MAX);
	char nonce[AUTH_NONCE_TEXT + 1], want[2 * AUTH_TEXT_MAX];

	challenge(a, NOW, 1, nonce, &text);
	snprintf(want, sizeof(want),
		 "WWW-Authenticate: Digest realm=\"cpm.example\", "
		 "nonce=\"%s\", algorithm=MD5, qop=\"auth\"\r\n"
		 "WWW-Authenticate: Digest realm=\"cpm.example\", "
		 "nonce=\"%s\", algorithm=SHA-256, qop=\"auth\"\r\n",
		 nonce, nonce);
	CU_ASSERT_STRING_EQUAL(buf_string(&text), want);
	buf_clear(&text);
	auth_free(a);
}

/* RFC 7616 3.9.1: the header as a client writes it, and its response. */
static void test_parameters(void)
{
	static const char *const header[] = {
		"username=\"Mufasa\"",
		"realm=\"http-auth@example.org\"",
		"uri=\"/dir/index.html\"",
		"algorithm=SHA-256",
		"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\"",
		"nc=00000001",
		"cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\"",
		"qop=auth",
		("response=\"753927fa0e85d155564e2e272a28d1802ca10daf449"
		 "6794697cf8db5856cb6c1\""),
		"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
		"nonsense",
	};
	struct auth_credentials c = { .digest = true };
	struct digest_text ha1, response;
	struct digest_request q;
	size_t i;

	for (i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		auth_parameter(&c, bytes_of(header[i]));
	CU_ASSERT(bytes_is(c.username, "Mufasa"));
	CU_ASSERT(digest_ha1(DIGEST_SHA256, c.username, c.realm,
			     bytes_of("Circle of Life"), &ha1) == OK);
	q = (struct digest_request){ .algorithm = DIGEST_SHA256,
				     .qop = DIGEST_QOP_AUTH,
				     .ha1 = bytes_of(ha1.text),
				     .nonce = c.nonce,
				     .nc = c.nc,
				     .cnonce = c.cnonce,
				     .method = bytes_of("GET"),
				     .uri = c.uri };
	CU_ASSERT(digest_response(&q, &response) == OK);
	CU_ASSERT(bytes_is(c.response, response.text));
}

static void test_check(void)
{
	static const struct row {
		const char *name;
		enum digest_algorithm algorithm;
		const char *qop, *nc, *password;
		uint64_t age;
		enum auth_verdict want;
	} rows[] = {
		{ "MD5", DIGEST_MD5, "auth", "00000001", "secret", 0,
		  AUTH_GOOD },
		{ "SHA-256", DIGEST_SHA256, "auth", "00000001", "secret", 0,
		  AUTH_GOOD },
		{ "auth-int", DIGEST_SHA256, "auth-int", "00000001", "secret",
		  0, AUTH_GOOD },
		{ "RFC 2069", DIGEST_MD5, NULL, "", "secret", 0, AUTH_GOOD },
		{ "wrong password", DIGEST_MD5, "auth", "00000001", "Secret", 0,
		  AUTH_BAD },
		{ "count 0", DIGEST_MD5, "auth", "00000000", "secret", 0,
		  AUTH_BAD },
		{ "no count", DIGEST_MD5, "auth", "1", "secret", 0, AUTH_BAD },
		{ "just in time", DIGEST_MD5, "auth", "00000001", "secret", 300,
		  AUTH_GOOD },
		{ "too old", DIGEST_MD5, "auth", "00000001", "secret", 301,
		  AUTH_STALE },
	};
	struct client c = { .auth = make() };
	struct buf text = BUF_INIT(2 * AUTH_TEXT_MAX);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		challenge(c.auth, NOW, i, c.nonce, &text);
		c.algorithm = rows[i].algorithm;
		c.qop = rows[i].qop;
		snprintf(c.nc, sizeof(c.nc), "%s", rows[i].nc);
		c.password = rows[i].password;
		c.now = NOW + rows[i].age * SECOND;
		ROW(&rows[i], ask(&c) == rows[i].want);
		/* Nothing passes twice. */
		ROW(&rows[i], ask(&c) != AUTH_GOOD);
	}
	buf_clear(&text);
	auth_free(c.auth);
}

/* The hash of an empty password lets nobody in. */
static void test_no_password(void)
{
	static const enum digest_algorithm all[] = { DIGEST_MD5,
						     DIGEST_SHA256 };
	struct client c = { .auth = make(), .stored = "", .password = "",
			    .qop = "auth", .nc = "00000001", .now = NOW };
	struct buf text = BUF_INIT(2 * AUTH_TEXT_MAX);
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		challenge(c.auth, NOW, i, c.nonce, &text);
		c.algorithm = all[i];
		CU_ASSERT(ask(&c) == AUTH_BAD);
	}
	buf_clear(&text);
	auth_free(c.auth);
}

/* RFC 7616 3.4 nc: each count once, in any order near the highest. */
static void test_counts(void)
{
	static const struct row {
		const char *name, *nc;
		enum auth_verdict want;
	} rows[] = {
		{ "first", "00000001", AUTH_GOOD },
		{ "third", "00000003", AUTH_GOOD },
		{ "second, late", "00000002", AUTH_GOOD },
		{ "second again", "00000002", AUTH_STALE },
		{ "far ahead", "00000100", AUTH_GOOD },
		{ "within the window", "000000c5", AUTH_GOOD },
		{ "again", "000000c5", AUTH_STALE },
		{ "behind the window", "000000c0", AUTH_STALE },
		{ "the highest again", "00000100", AUTH_STALE },
	};
	struct client c = { .auth = make(),
			    .algorithm = DIGEST_MD5,
			    .qop = "auth",
			    .password = "secret",
			    .now = NOW };
	struct buf text = BUF_INIT(2 * AUTH_TEXT_MAX);
	size_t i;

	challenge(c.auth, NOW, 7, c.nonce, &text);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(c.nc, sizeof(c.nc), "%s", rows[i].nc);
		ROW(&rows[i], ask(&c) == rows[i].want);
	}
	buf_clear(&text);
	auth_free(c.auth);
}

/* Nonces survive a restart, but not another key, realm or character. */
static void test_nonces(void)
{
	struct client c = { .auth = make(),
			    .algorithm = DIGEST_MD5,
			    .qop = "auth",
			    .nc = "00000001",
			    .password = "secret",
			    .now = NOW };
	static const uint8_t other[16] = "another key 123";
	struct auth_settings s = { .realm = "cpm.example",
				   .algorithms = { DIGEST_MD5 },
				   .n_algorithms = 1,
				   .lifetime_us = 300 * SECOND };
	struct buf text = BUF_INIT(2 * AUTH_TEXT_MAX);
	size_t i;
	char keep;

	challenge(c.auth, NOW, 9, c.nonce, &text);
	auth_free(c.auth);
	c.auth = auth_new(other, &s);
	CU_ASSERT(ask(&c) == AUTH_STALE);
	auth_free(c.auth);
	c.auth = auth_new(key, &s);
	for (i = 0; i < AUTH_NONCE_TEXT; i++) {
		keep = c.nonce[i];
		c.nonce[i] = keep == 'A' ? 'B' : 'A';
		CU_ASSERT(ask(&c) == AUTH_STALE);
		c.nonce[i] = keep;
	}
	/* Only algorithms that we offer. */
	c.algorithm = DIGEST_SHA256;
	CU_ASSERT(ask(&c) == AUTH_BAD);
	c.algorithm = DIGEST_MD5;
	CU_ASSERT(ask(&c) == AUTH_GOOD);
	buf_clear(&text);
	auth_free(c.auth);
}

/* The table of counts is bounded; what it forgets is stale, not new. */
static void test_bounded(void)
{
	struct client c = { .auth = make(),
			    .algorithm = DIGEST_MD5,
			    .qop = "auth",
			    .nc = "00000001",
			    .password = "secret",
			    .now = NOW };
	struct buf text = BUF_INIT(2 * AUTH_TEXT_MAX);
	char first[AUTH_NONCE_TEXT + 1];
	unsigned i, good = 0;

	challenge(c.auth, NOW, 1, first, &text);
	memcpy(c.nonce, first, sizeof(first));
	CU_ASSERT(ask(&c) == AUTH_GOOD);
	for (i = 0; i < AUTH_USES_MAX; i++) {
		challenge(c.auth, NOW + 1000 + i / 100 * 1000, 2 + i, c.nonce,
			  &text);
		good += ask(&c) == AUTH_GOOD;
	}
	CU_ASSERT(good == AUTH_USES_MAX);
	memcpy(c.nonce, first, sizeof(first));
	CU_ASSERT(ask(&c) == AUTH_STALE);
	buf_clear(&text);
	auth_free(c.auth);
}

static void test_memory(void)
{
	struct auth_settings s = { .realm = "x", .n_algorithms = 1 };
	unsigned long n;
	struct auth *a = NULL;

	for (n = 1; !a && n < 20; n++) {
		mem_fail_at(n);
		a = auth_new(key, &s);
		mem_fail_at(0);
	}
	CU_ASSERT(a != NULL && n > 3);
	auth_free(a);
}

static const struct check_test tests[] = { { "challenges", test_challenge },
					   { "reads credentials",
					     test_parameters },
					   { "checks", test_check },
					   { "an empty password", test_no_password },
					   { "counts", test_counts },
					   { "knows its nonces", test_nonces },
					   { "is bounded", test_bounded },
					   { "failing memory", test_memory },
					   { NULL, NULL } };
CHECK_MAIN("sip auth", tests)
