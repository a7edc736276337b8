#include "adapters/sip/config.h"

#include <arpa/inet.h>
#include <string.h>

#define ARENA_MAX (1024 * 1024)

/* A copy in the arena; NULL stays NULL. */
static enum err text_of(struct sip_config *c, const struct settings_group *g,
			const char *setting, const char **out)
{
	const char *text = settings_text(g, setting);

	*out = NULL;
	if (!text)
		return OK;
	*out = arena_string(c->arena, bytes_of(text));
	return *out ? OK : ERR_NOMEM;
}

static uint32_t number(const struct settings_group *g, const char *setting)
{
	uint64_t v = settings_number(g, setting);

	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static enum err complain(const struct settings_group *g, const char *setting,
			 const char *what, struct buf *complaint)
{
	settings_where(g, setting, complaint);
	buf_printf(complaint, ": %s: %s\n", setting, what);
	return ERR_RANGE;
}

/* "127.0.0.1:5070" or "[2001:db8::1]:5070". */
static enum err peer_read(struct bytes in, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	char host[INET6_ADDRSTRLEN] = "";
	size_t colon = in.n;
	struct bytes name;
	uint64_t port;

	while (colon > 0 && in.p[colon - 1] != ':')
		colon--;
	if (colon == 0 ||
	    bytes_decimal(bytes_after(in, colon), 65535, &port) != OK)
		return ERR_MALFORMED;
	name = (struct bytes){ in.p, colon - 1 };
	if (name.n >= 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
		name = (struct bytes){ name.p + 1, name.n - 2 };
	if (name.n == 0 || name.n >= sizeof(host))
		return ERR_MALFORMED;
	memcpy(host, name.p, name.n);
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		return OK;
	}
	if (inet_pton(AF_INET6, host, &six->sin6_addr) != 1)
		return ERR_MALFORMED;
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((uint16_t)port);
	return OK;
}

static enum err read_trusted(struct sip_config *c, struct buf *complaint)
{
	const struct settings_group *g = settings_single(c->settings, "core");
	struct bytes item;
	size_t n = 0, i;

	while (settings_item(g, "trusted-peers", n, &item))
		n++;
	c->trusted = arena_array(c->arena, n, sizeof(*c->trusted));
	if (n > 0 && !c->trusted)
		return ERR_NOMEM;
	for (i = 0; i < n; i++) {
		(void)settings_item(g, "trusted-peers", i, &item);
		c->trusted[i].text = arena_string(c->arena, item);
		if (!c->trusted[i].text)
			return ERR_NOMEM;
		if (peer_read(item, &c->trusted[i].address) != OK)
			return complain(g, "trusted-peers",
					"an IP address and a port are needed",
					complaint);
	}
	c->n_trusted = n;
	return OK;
}

/* Those who show a certificate, if anybody is asked for one. */
static enum err read_trusted_names(struct sip_config *c, struct buf *complaint)
{
	const struct settings_group *g = settings_single(c->settings, "core");
	const char *asks = settings_text(settings_single(c->settings, "sip"),
					 "tls-client");
	struct bytes item;
	size_t n = 0, i;

	while (settings_item(g, "trusted-names", n, &item))
		n++;
	if (n > 0 && (c->tls_port == 0 || strcmp(asks, "no") == 0))
		return complain(g, "trusted-names",
				"needs tls-port and tls-client in group sip",
				complaint);
	c->trusted_names = arena_array(c->arena, n, sizeof(char *));
	if (n > 0 && !c->trusted_names)
		return ERR_NOMEM;
	for (i = 0; i < n; i++) {
		(void)settings_item(g, "trusted-names", i, &item);
		c->trusted_names[i] = arena_string(c->arena, item);
		if (!c->trusted_names[i])
			return ERR_NOMEM;
	}
	c->n_trusted_names = n;
	return OK;
}

static bool is_trusted_name(const struct sip_config *c, const char *name)
{
	size_t i = 0;

	while (i < c->n_trusted_names &&
	       strcasecmp(c->trusted_names[i], name) != 0)
		i++;
	return i < c->n_trusted_names;
}

/* The domain's server as host:port and as a route. */
static enum err domain_way(struct sip_config *c, const struct settings_group *g,
			   struct sip_domain *d)
{
	const char *host = settings_text(g, "address");
	bool six = strchr(host, ':') != NULL;
	unsigned port = (unsigned)settings_number(g, "port");
	struct buf text = BUF_INIT(1024);
	struct sockaddr_storage at;
	enum err e = ERR_NOMEM;

	buf_printf(&text, six ? "[%s]:%u" : "%s:%u", host, port);
	d->address = arena_string(c->arena, buf_bytes(&text));
	if (!d->address)
		goto out;
	d->trusted = peer_read(bytes_of(d->address), &at) == OK &&
		     config_trusted(c, (struct sockaddr *)&at) != NULL;
	d->secure = strcmp(settings_text(g, "transport"), "tls") == 0;
	d->trusted |= d->secure && is_trusted_name(c, d->name);
	buf_reset(&text);
	buf_printf(&text, "sip:%s;transport=%s;lr", d->address,
		   settings_text(g, "transport"));
	d->route = arena_string(c->arena, buf_bytes(&text));
	e = d->route ? buf_status(&text) : ERR_NOMEM;
out:
	buf_clear(&text);
	return e;
}

static enum err read_domains(struct sip_config *c)
{
	const struct settings_group *g;
	size_t n = 0, i;
	enum err e;

	while (settings_group_at(c->settings, "domain", n))
		n++;
	c->domains = arena_array(c->arena, n, sizeof(*c->domains));
	if (n > 0 && !c->domains)
		return ERR_NOMEM;
	for (i = 0; i < n; i++) {
		g = settings_group_at(c->settings, "domain", i);
		e = text_of(c, g, "name", &c->domains[i].name);
		if (e == OK)
			e = domain_way(c, g, &c->domains[i]);
		if (e != OK)
			return e;
	}
	c->n_domains = n;
	return OK;
}

static enum err read_algorithms(struct sip_config *c,
				const struct settings_group *g,
				struct buf *complaint)
{
	enum digest_algorithm a;
	struct bytes item;
	size_t i;

	for (i = 0; settings_item(g, "algorithms", i, &item); i++) {
		if (digest_by_name(bytes_trim(item), &a) != OK)
			return complain(g, "algorithms", "md5 or sha-256",
					complaint);
		if (c->n_algorithms < 2 &&
		    !(c->n_algorithms == 1 && c->algorithms[0] == a))
			c->algorithms[c->n_algorithms++] = a;
	}
	if (c->n_algorithms == 0)
		return complain(g, "algorithms", "one is needed", complaint);
	return OK;
}

static enum err read_rules(struct sip_config *c)
{
	const struct settings_group *g =
		settings_single(c->settings, "gateway");
	enum err e;

	if ((e = text_of(c, g, "country", &c->rules.country)) != OK)
		return e;
	if (c->rules.country && c->rules.country[0] == '+')
		c->rules.country++;
	e = text_of(c, g, "international-prefix",
		    &c->rules.international_prefix);
	if (e == OK)
		e = text_of(c, g, "trunk-prefix", &c->rules.trunk_prefix);
	c->rules.home_domain = c->domain;
	return e;
}

static enum err read_sms(struct sip_config *c, struct buf *complaint)
{
	const struct settings_group *g = settings_single(c->settings, "sip");
	const char *number_text = settings_text(g, "sms-centre");
	enum err e = OK;

	c->sms_ack_timeout_ms = number(g, "sms-ack-timeout");
	c->sms_segments = (uint16_t)settings_number(g, "sms-max-segments");
	c->sms_preferred =
		strcmp(settings_text(g, "sms-over-ip"), "preferred") == 0;
	if (number_text)
		e = address_parse(bytes_of(number_text), &c->rules, c->arena,
				  &c->sms_centre);
	if (e == ERR_NOMEM)
		return e;
	if (e != OK || (number_text && c->sms_centre.kind != ADDRESS_E164))
		return complain(g, "sms-centre",
				"a number with its country is needed",
				complaint);
	return OK;
}

static enum err read_sip(struct sip_config *c, struct buf *complaint)
{
	const struct settings_group *g = settings_single(c->settings, "sip");
	enum err e;

	if ((e = text_of(c, g, "address", &c->address)) != OK ||
	    (e = text_of(c, g, "domain", &c->domain)) != OK ||
	    (e = text_of(c, g, "realm", &c->realm)) != OK ||
	    (e = text_of(c, g, "server", &c->server)) != OK)
		return e;
	if (!c->realm)
		c->realm = c->domain;
	c->port = (uint16_t)settings_number(g, "port");
	c->nonce_lifetime_us = settings_number(g, "nonce-lifetime") * 1000;
	c->minimum_s = number(g, "registration-minimum") / 1000;
	c->maximum_s = number(g, "registration-maximum") / 1000;
	c->deliver_timeout_ms = number(g, "deliver-timeout");
	c->idle_timeout_ms = number(g, "idle-timeout");
	c->message_maximum = number(g, "message-maximum");
	c->pager_limit = number(g, "pager-limit");
	c->window = number(g, "window");
	c->connections = number(g, "connections");
	c->tls_port = (uint16_t)settings_number(g, "tls-port");
	c->source_connections = number(g, "tls-source-connections");
	if (c->minimum_s > c->maximum_s)
		return complain(g, "registration-minimum",
				"above registration-maximum", complaint);
	return read_algorithms(c, g, complaint);
}

enum err config_new(const struct settings *s, struct sip_config **made,
		    struct buf *complaint)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct sip_config *c;
	enum err e = ERR_NOMEM;

	if (!arena)
		return ERR_NOMEM;
	c = arena_alloc(arena, sizeof(*c));
	if (!c)
		goto out;
	c->arena = arena;
	c->settings = s;
	if ((e = read_sip(c, complaint)) != OK || (e = read_rules(c)) != OK ||
	    (e = read_sms(c, complaint)) != OK ||
	    (e = read_trusted(c, complaint)) != OK ||
	    (e = read_trusted_names(c, complaint)) != OK ||
	    (e = read_domains(c)) != OK ||
	    (e = lists_read(s, &c->rules, arena, &c->lists)) != OK)
		goto out;
	*made = c;
out:
	if (e != OK)
		arena_free(arena);
	return e;
}

void config_free(struct sip_config *c)
{
	if (!c)
		return;
	lists_clear(&c->lists);
	arena_free(c->arena);
}

bool config_same_listener(const struct sip_config *a,
			  const struct sip_config *b)
{
	return strcmp(a->address, b->address) == 0 && a->port == b->port;
}

/* IPv4, also when it is mapped into IPv6; else NULL. */
static const void *four_of(const struct sockaddr *a)
{
	const struct sockaddr_in6 *six = (const void *)a;

	if (a->sa_family == AF_INET)
		return &((const struct sockaddr_in *)(const void *)a)->sin_addr;
	if (a->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		return &six->sin6_addr.s6_addr[12];
	return NULL;
}

static in_port_t port_of(const struct sockaddr *a)
{
	/* At the same place in both families. */
	return ((const struct sockaddr_in *)(const void *)a)->sin_port;
}

bool config_address_equal(const struct sockaddr *a, const struct sockaddr *b)
{
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;
	const void *a4 = four_of(a), *b4 = four_of(b);

	if (port_of(a) != port_of(b))
		return false;
	if (a4 || b4)
		return a4 && b4 && memcmp(a4, b4, 4) == 0;
	return a->sa_family == AF_INET6 && b->sa_family == AF_INET6 &&
	       memcmp(&a6->sin6_addr, &b6->sin6_addr, 16) == 0;
}

const struct sip_trusted *config_trusted(const struct sip_config *c,
					 const struct sockaddr *from)
{
	size_t i;

	for (i = 0; i < c->n_trusted; i++)
		if (config_address_equal(
			    (struct sockaddr *)&c->trusted[i].address, from))
			return &c->trusted[i];
	return NULL;
}

const struct sip_domain *config_domain(const struct sip_config *c,
				       const char *name)
{
	size_t i;

	for (i = 0; name && i < c->n_domains; i++)
		if (strcasecmp(c->domains[i].name, name) == 0)
			return &c->domains[i];
	return NULL;
}

bool config_server(const struct sip_config *c, const char *uri,
		   const struct sip_domain **domain)
{
	const char *host = strchr(uri, '@');
	struct bytes name;
	size_t i;

	if (strncasecmp(uri, "sip:", 4) != 0)
		return false;
	host = host ? host + 1 : uri + 4;
	name = (struct bytes){ (const uint8_t *)host, strcspn(host, ";?") };
	*domain = NULL;
	for (i = 0; i < c->n_domains; i++)
		if (bytes_is_nocase(name, c->domains[i].name)) {
			*domain = &c->domains[i];
			return true;
		}
	for (i = 0; i < c->n_trusted; i++)
		if (bytes_is(name, c->trusted[i].text))
			return true;
	return false;
}
