#include "adapters/sip/auth.h"

#include <string.h>

#include "codecs/arena.h"
#include "codecs/base64.h"

#define NONCE_OCTETS 24
#define NONCE_SIGNED 12
#define NONE	     UINT32_MAX

/* The nonce-counts of one nonce: a window of 64 below the highest. */
struct use {
	uint64_t serial; /* 48 bits                                   */
	uint64_t issued_ms;
	uint64_t seen; /* bit n: highest - n was used               */
	uint32_t highest, next;
};

struct auth {
	uint8_t key[16];
	char *realm;
	struct auth_settings settings;
	struct use *uses; /* a ring in the order of first use          */
	uint32_t *heads;
	uint32_t first, count;
	uint64_t floor_ms; /* issued no later and unknown: stale        */
};

struct nonce {
	uint64_t issued_ms, serial;
};

struct auth *auth_new(const uint8_t key[16], const struct auth_settings *s)
{
	struct auth *a = mem_zero(sizeof(*a));
	uint32_t i;

	if (!a)
		return NULL;
	memcpy(a->key, key, sizeof(a->key));
	a->uses = mem_alloc(AUTH_USES_MAX * sizeof(*a->uses));
	a->heads = mem_alloc(AUTH_USES_MAX * sizeof(*a->heads));
	if (!a->uses || !a->heads || auth_change(a, s) != OK) {
		auth_free(a);
		return NULL;
	}
	for (i = 0; i < AUTH_USES_MAX; i++)
		a->heads[i] = NONE;
	return a;
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	mem_free(a->realm);
	mem_free(a->uses);
	mem_free(a->heads);
	mem_free(a);
}

enum err auth_change(struct auth *a, const struct auth_settings *s)
{
	char *realm = mem_string(s->realm);

	if (!realm)
		return ERR_NOMEM;
	mem_free(a->realm);
	a->realm = realm;
	a->settings = *s;
	a->settings.realm = realm;
	return OK;
}

/* -- nonces --------------------------------------------------------------- */

static void put48(uint8_t *to, uint64_t v)
{
	int i;

	for (i = 0; i < 6; i++)
		to[i] = (uint8_t)(v >> (40 - 8 * i));
}

static uint64_t get48(const uint8_t *from)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 6; i++)
		v = v << 8 | from[i];
	return v;
}

/* Fills in the octets behind the signed ones. */
static enum err sign(const struct auth *a, uint8_t raw[NONCE_OCTETS])
{
	struct bytes key = { a->key, sizeof(a->key) };
	struct bytes pieces[3] = { bytes_of("nonce"),
				   bytes_of(a->realm),
				   { raw, NONCE_SIGNED } };
	uint8_t mac[DIGEST_SHA256_OCTETS];
	enum err e = digest_hmac_sha256(key, pieces, 3, mac);

	if (e == OK)
		memcpy(raw + NONCE_SIGNED, mac, NONCE_OCTETS - NONCE_SIGNED);
	return e;
}

static enum err nonce_make(const struct auth *a, const struct nonce *n,
			   struct buf *to)
{
	uint8_t raw[NONCE_OCTETS];
	enum err e;

	put48(raw, n->issued_ms);
	put48(raw + 6, n->serial);
	if ((e = sign(a, raw)) != OK)
		return e;
	base64url_put(to, (struct bytes){ raw, sizeof(raw) });
	return buf_status(to);
}

static enum err nonce_read(const struct auth *a, struct bytes text,
			   struct nonce *out)
{
	struct buf raw = BUF_INIT(NONCE_OCTETS);
	uint8_t good[NONCE_OCTETS];
	enum err e = ERR_DENIED;

	if (text.n != AUTH_NONCE_TEXT)
		return ERR_DENIED;
	if (base64url_read(text, &raw) != OK || raw.n != NONCE_OCTETS)
		goto out;
	memcpy(good, raw.p, NONCE_SIGNED);
	if ((e = sign(a, good)) != OK)
		goto out;
	e = ERR_DENIED;
	if (!digest_equal(buf_bytes(&raw),
			  (struct bytes){ good, sizeof(good) }))
		goto out;
	out->issued_ms = get48(good);
	out->serial = get48(good + 6);
	e = OK;
out:
	buf_clear(&raw);
	return e;
}

enum err auth_challenge(const struct auth *a, const char *name, uint64_t now_us,
			uint64_t serial, bool stale, struct buf *to)
{
	struct buf nonce = BUF_INIT(AUTH_NONCE_TEXT + 1);
	struct nonce n = { now_us / 1000, serial & 0xFFFFFFFFFFFF };
	const char *text;
	enum err e;
	size_t i;

	if ((e = nonce_make(a, &n, &nonce)) != OK)
		goto out;
	text = buf_string(&nonce);
	e = ERR_NOMEM;
	if (!text)
		goto out;
	for (i = 0; i < a->settings.n_algorithms; i++)
		buf_printf(to,
			   "%s: Digest realm=\"%s\", nonce=\"%s\", "
			   "algorithm=%s, qop=\"auth\"%s\r\n",
			   name, a->realm, text,
			   digest_name(a->settings.algorithms[i]),
			   stale ? ", stale=true" : "");
	e = buf_status(to);
out:
	buf_clear(&nonce);
	return e;
}

/* -- credentials ---------------------------------------------------------- */

static struct bytes unquoted(struct bytes v)
{
	v = bytes_trim(v);
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return (struct bytes){ v.p + 1, v.n - 2 };
	return v;
}

void auth_parameter(struct auth_credentials *c, struct bytes parameter)
{
	const struct {
		const char *name;
		struct bytes *to;
	} known[] = {
		{ "username", &c->username },
		{ "realm", &c->realm },
		{ "nonce", &c->nonce },
		{ "uri", &c->uri },
		{ "response", &c->response },
		{ "algorithm", &c->algorithm },
		{ "cnonce", &c->cnonce },
		{ "qop", &c->qop },
		{ "nc", &c->nc },
	};
	size_t at = bytes_find(parameter, '='), i;
	struct bytes name = bytes_trim((struct bytes){ parameter.p, at });

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (bytes_is_nocase(name, known[i].name)) {
			*known[i].to = unquoted(bytes_after(parameter, at + 1));
			return;
		}
}

static bool algorithm_of(const struct auth *a, const struct auth_credentials *c,
			 enum digest_algorithm *out)
{
	size_t i;

	*out = DIGEST_MD5;
	if (c->algorithm.n > 0 && digest_by_name(c->algorithm, out) != OK)
		return false;
	for (i = 0; i < a->settings.n_algorithms; i++)
		if (a->settings.algorithms[i] == *out)
			return true;
	return false;
}

static enum auth_verdict look(const struct auth *a,
			      const struct auth_credentials *c, uint64_t now_us,
			      struct nonce *n)
{
	enum digest_algorithm algorithm;
	uint64_t now_ms = now_us / 1000;

	if (!c->digest || !bytes_is(c->realm, a->realm) || c->username.n == 0 ||
	    !algorithm_of(a, c, &algorithm))
		return AUTH_BAD;
	/* Another key, or a nonce of somebody else: a new one will do. */
	if (nonce_read(a, c->nonce, n) != OK)
		return AUTH_STALE;
	if (n->issued_ms > now_ms + 60000 ||
	    now_ms > n->issued_ms + a->settings.lifetime_us / 1000)
		return AUTH_STALE;
	return AUTH_GOOD;
}

enum auth_verdict auth_look(struct auth *a, const struct auth_credentials *c,
			    uint64_t now_us)
{
	struct nonce n;

	return look(a, c, now_us, &n);
}

/* -- nonce-counts --------------------------------------------------------- */

static uint32_t *head_of(const struct auth *a, uint64_t serial)
{
	return &a->heads[digest_scramble64(a->key, serial) &
			 (AUTH_USES_MAX - 1)];
}

static struct use *find(const struct auth *a, const struct nonce *n)
{
	uint32_t at = *head_of(a, n->serial);

	while (at != NONE && (a->uses[at].serial != n->serial ||
			      a->uses[at].issued_ms != n->issued_ms))
		at = a->uses[at].next;
	return at == NONE ? NULL : &a->uses[at];
}

static void drop_first(struct auth *a)
{
	struct use *u = &a->uses[a->first];
	uint32_t *at = head_of(a, u->serial);

	while (*at != a->first)
		at = &a->uses[*at].next;
	*at = u->next;
	if (u->issued_ms > a->floor_ms)
		a->floor_ms = u->issued_ms;
	a->first = (a->first + 1) % AUTH_USES_MAX;
	a->count--;
}

static void remember(struct auth *a, const struct nonce *n, uint32_t count)
{
	uint32_t at, *head;

	if (a->count == AUTH_USES_MAX)
		drop_first(a);
	at = (a->first + a->count) % AUTH_USES_MAX;
	head = head_of(a, n->serial);
	a->uses[at] = (struct use){
		.serial = n->serial,
		.issued_ms = n->issued_ms,
		.seen = 1,
		.highest = count,
		.next = *head,
	};
	*head = at;
	a->count++;
}

/* Is this count new for this nonce? Then it is not any more. */
static bool use_up(struct auth *a, const struct nonce *n, uint32_t count)
{
	struct use *u = find(a, n);
	uint32_t ahead;

	if (!u) {
		if (n->issued_ms <= a->floor_ms)
			return false;
		remember(a, n, count);
		return true;
	}
	if (count > u->highest) {
		ahead = count - u->highest;
		u->seen = ahead < 64 ? u->seen << ahead | 1 : 1;
		u->highest = count;
		return true;
	}
	ahead = u->highest - count;
	if (ahead >= 64 || (u->seen >> ahead & 1))
		return false;
	u->seen |= (uint64_t)1 << ahead;
	return true;
}

static enum err count_of(const struct auth_credentials *c, uint32_t *out)
{
	uint8_t raw[4];

	*out = 0;
	if (c->qop.n == 0)
		return OK; /* RFC 2069: the nonce serves once */
	if (c->nc.n != 8 || hex_read(c->nc, raw, 4) != OK)
		return ERR_MALFORMED;
	*out = (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 |
	       (uint32_t)raw[2] << 8 | raw[3];
	return *out == 0 ? ERR_RANGE : OK;
}

/* Nothing is not a password, whoever has said that it is. */
static bool is_open(const struct auth_credentials *c,
		    enum digest_algorithm algorithm, const char *ha1)
{
	struct digest_text none;

	return digest_ha1(algorithm, c->username, c->realm, bytes_of(""),
			  &none) != OK ||
	       strcmp(none.text, ha1) == 0;
}

/* The response of the one who knows the password. */
static enum err expected(const struct auth *a, const struct auth_request *r,
			 struct digest_text *out)
{
	const struct auth_credentials *c = r->credentials;
	struct digest_request d = {
		.nonce = c->nonce,
		.nc = c->nc,
		.cnonce = c->cnonce,
		.method = r->method,
		.uri = c->uri,
		.body = r->body,
	};
	const char *ha1;

	if (!algorithm_of(a, c, &d.algorithm))
		return ERR_DENIED;
	ha1 = d.algorithm == DIGEST_MD5 ? r->ha1_md5 : r->ha1_sha256;
	if (!ha1 || is_open(c, d.algorithm, ha1))
		return ERR_DENIED;
	d.ha1 = bytes_of(ha1);
	d.qop = DIGEST_QOP_NONE;
	if (bytes_is_nocase(c->qop, "auth"))
		d.qop = DIGEST_QOP_AUTH;
	else if (bytes_is_nocase(c->qop, "auth-int"))
		d.qop = DIGEST_QOP_AUTH_INT;
	else if (c->qop.n > 0)
		return ERR_DENIED;
	return digest_response(&d, out);
}

enum auth_verdict auth_check(struct auth *a, const struct auth_request *r)
{
	struct digest_text good;
	enum auth_verdict v;
	uint32_t count;
	struct nonce n;

	v = look(a, r->credentials, r->now_us, &n);
	if (v != AUTH_GOOD)
		return v;
	if (count_of(r->credentials, &count) != OK ||
	    expected(a, r, &good) != OK)
		return AUTH_BAD;
	if (!digest_equal(r->credentials->response,
			  (struct bytes){ (const uint8_t *)good.text, good.n }))
		return AUTH_BAD;
	return use_up(a, &n, count) ? AUTH_GOOD : AUTH_STALE;
}
