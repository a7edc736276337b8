#include "gateway/ota.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define NAPID	 "nap"
#define PROXYID	 "proxy"
#define BODY_MAX 8192

struct maker {
	const struct settings_group *g;
	struct arena *arena;
	bool hide, full; /* full: no memory any more                  */
};

static struct provisioning_group *
add(struct maker *m, struct provisioning_group **list, const char *type)
{
	if (m->full)
		return NULL;
	return provisioning_add(m->arena, list, bytes_of(type));
}

/* Nothing, where there is no value. */
static void set(struct maker *m, struct provisioning_group *g, const char *name,
		const char *value)
{
	if (g == NULL)
		m->full = true;
	if (m->full || value == NULL || *value == '\0')
		return;
	if (provisioning_set(m->arena, &g->parm, bytes_of(name),
			     bytes_of(value)) == NULL)
		m->full = true;
}

/* A parm that says all by its name. */
static void flag(struct maker *m, struct provisioning_group *g,
		 const char *name)
{
	if (g == NULL)
		m->full = true;
	if (!m->full && provisioning_set(m->arena, &g->parm, bytes_of(name),
					 bytes_of("")) == NULL)
		m->full = true;
}

static const char *text(const struct maker *m, const char *setting)
{
	return settings_text(m->g, setting);
}

static const char *title(const struct maker *m)
{
	const char *t = text(m, "title");

	return t == NULL ? settings_name(m->g) : t;
}

static bool is(const struct maker *m, const char *setting, const char *word)
{
	const char *t = text(m, setting);

	return t != NULL && strcmp(t, word) == 0;
}

static void put_login(struct maker *m, struct provisioning_group *nap)
{
	struct provisioning_group *login;

	if (m->full || is(m, "authentication", "none"))
		return;
	login = add(m, &nap->child, "NAPAUTHINFO");
	set(m, login, "AUTHTYPE", text(m, "authentication"));
	set(m, login, "AUTHNAME", text(m, "user"));
	if (text(m, "password") != NULL)
		set(m, login, "AUTHSECRET",
		    m->hide ? "********" : text(m, "password"));
}

static void put_access(struct maker *m, struct provisioning_group **list)
{
	struct provisioning_group *nap = add(m, list, "NAPDEF");
	bool gprs = is(m, "bearer", "GPRS");

	set(m, nap, "NAPID", NAPID);
	set(m, nap, "BEARER", gprs ? "GSM-GPRS" : "GSM-CSD");
	set(m, nap, "NAME", title(m));
	set(m, nap, "NAP-ADDRESS", text(m, gprs ? "apn" : "phone"));
	set(m, nap, "NAP-ADDRTYPE", gprs ? "APN" : "E164");
	if (!gprs)
		set(m, nap, "CALLTYPE", "ANALOG-MODEM");
	put_login(m, nap);
}

static const char *address_type(const char *address)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, address, &v4) == 1)
		return "IPV4";
	return inet_pton(AF_INET6, address, &v6) == 1 ? "IPV6" : "ALPHA";
}

static void put_proxy(struct maker *m, struct provisioning_group **list)
{
	struct provisioning_group *logical = add(m, list, "PXLOGICAL");
	struct provisioning_group *physical = NULL, *port = NULL;
	const char *address = text(m, "proxy");
	char number[8];

	set(m, logical, "PROXY-ID", PROXYID);
	set(m, logical, "NAME", title(m));
	set(m, logical, "STARTPAGE", text(m, "home-page"));
	if (!m->full)
		physical = add(m, &logical->child, "PXPHYSICAL");
	set(m, physical, "PHYSICAL-PROXY-ID", PROXYID);
	set(m, physical, "PXADDR", address);
	set(m, physical, "PXADDRTYPE", address_type(address));
	set(m, physical, "TO-NAPID", NAPID);
	if (!m->full)
		port = add(m, &physical->child, "PORT");
	snprintf(number, sizeof number, "%u",
		 (unsigned)settings_number(m->g, "proxy-port"));
	set(m, port, "PORTNBR", arena_string(m->arena, bytes_of(number)));
}

static struct provisioning_group *
put_application(struct maker *m, struct provisioning_group **list,
		const char *id)
{
	struct provisioning_group *app = add(m, list, "APPLICATION");
	bool proxy = text(m, "proxy") != NULL;

	set(m, app, "APPID", id);
	set(m, app, "NAME", title(m));
	set(m, app, proxy ? "TO-PROXY" : "TO-NAPID", proxy ? PROXYID : NAPID);
	return app;
}

static void put_browser(struct maker *m, struct provisioning_group **list)
{
	struct provisioning_group *app = put_application(m, list, "w2");
	struct provisioning_group *page = NULL;

	if (text(m, "home-page") == NULL)
		return;
	if (!m->full)
		page = add(m, &app->child, "RESOURCE");
	set(m, page, "URI", text(m, "home-page"));
	set(m, page, "NAME", title(m));
	flag(m, page, "STARTPAGE");
}

enum err ota_document(const struct settings_group *g, bool hide,
		      struct arena *arena, struct provisioning *out)
{
	struct maker m = { .g = g, .arena = arena, .hide = hide };
	struct provisioning p = { .version = bytes_of("1.1") };

	set(&m, add(&m, &p.group, "BOOTSTRAP"), "NAME", title(&m));
	if (text(&m, "proxy") != NULL)
		put_proxy(&m, &p.group);
	put_access(&m, &p.group);
	if (is(&m, "type", "browser"))
		put_browser(&m, &p.group);
	if (is(&m, "type", "mms"))
		set(&m, put_application(&m, &p.group, "w4"), "ADDR",
		    text(&m, "mmsc"));
	if (m.full)
		return ERR_NOMEM;
	*out = p;
	return OK;
}

enum err ota_push(const struct settings_group *g,
		  const struct provisioning_secret *secret, struct arena *arena,
		  struct buf *to)
{
	struct provisioning p;
	struct wsp_push push = { .transaction_id = 1 };
	struct buf body = BUF_INIT(BODY_MAX);
	char mac[PROVISIONING_MAC_DIGITS + 1];
	enum err e;

	if ((e = ota_document(g, false, arena, &p)) != OK ||
	    (e = provisioning_wbxml_encode(&p, &body)) != OK)
		goto out;
	push.body = buf_bytes(&body);
	push.type.code = WSP_NO_CODE;
	push.type.media = bytes_of(PROVISIONING_WBXML_TYPE);
	if (secret != NULL) {
		if ((e = provisioning_mac(secret, push.body, mac)) != OK)
			goto out;
		provisioning_content_type(secret->security, mac, &push.type);
	}
	e = wsp_push_encode(&push, to);
out:
	buf_clear(&body);
	return e;
}
