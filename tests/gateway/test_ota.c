/* Settings for phones as provisioning documents. */
#include <string.h>

#include "codecs/wsp.h"
#include "gateway/ota.h"
#include "tests/check.h"
#include "tests/gateway/set.h"

#define SETTINGS                                                               \
	"ota-setting\nname=web\ntitle=The web\napn=web.example\n"              \
	"authentication=CHAP\nuser=me\npassword=secret\n"                      \
	"proxy=192.0.2.7\nproxy-port=9201\nhome-page=http://a.example/\n"      \
	"ota-setting\nname=mms\ntype=mms\napn=mms.example\n"                   \
	"mmsc=http://mmsc.example/\n"                                          \
	"ota-setting\nname=call\ntype=access\nbearer=CSD\nphone=+1555\n"       \
	"ota-setting\nname=six\nproxy=2001:db8::1\n"                           \
	"ota-setting\nname=named\nproxy=proxy.example\n"

struct world {
	struct settings *settings;
	struct arena *arena;
};

static struct world begin(void)
{
	struct world w = { set_read(SETTINGS), arena_new(1024 * 1024) };

	CU_ASSERT_FATAL(w.settings != NULL && w.arena != NULL);
	return w;
}

static void end(struct world *w)
{
	settings_free(w->settings);
	arena_free(w->arena);
}

static const struct settings_group *named(const struct world *w,
					  const char *name)
{
	return settings_group_named(w->settings, OTA_GROUP, name);
}

/* "TYPE{NAME=value;...TYPE{...}}" */
static void write_groups(const struct provisioning_group *g, struct buf *to)
{
	const struct provisioning_parm *p;

	for (; g != NULL; g = g->next) {
		buf_put(to, g->type);
		buf_text(to, "{");
		for (p = g->parm; p != NULL; p = p->next) {
			buf_put(to, p->name);
			buf_text(to, "=");
			buf_put(to, p->value);
			buf_text(to, ";");
		}
		write_groups(g->child, to);
		buf_text(to, "}");
	}
}

static const struct row {
	const char *name, *want;
} rows[] = {
	{ "web", "BOOTSTRAP{NAME=The web;}"
		 "PXLOGICAL{PROXY-ID=proxy;NAME=The web;"
		 "STARTPAGE=http://a.example/;"
		 "PXPHYSICAL{PHYSICAL-PROXY-ID=proxy;PXADDR=192.0.2.7;"
		 "PXADDRTYPE=IPV4;TO-NAPID=nap;PORT{PORTNBR=9201;}}}"
		 "NAPDEF{NAPID=nap;BEARER=GSM-GPRS;NAME=The web;"
		 "NAP-ADDRESS=web.example;NAP-ADDRTYPE=APN;"
		 "NAPAUTHINFO{AUTHTYPE=CHAP;AUTHNAME=me;AUTHSECRET=secret;}}"
		 "APPLICATION{APPID=w2;NAME=The web;TO-PROXY=proxy;"
		 "RESOURCE{URI=http://a.example/;NAME=The web;STARTPAGE=;}}" },
	{ "mms", "BOOTSTRAP{NAME=mms;}"
		 "NAPDEF{NAPID=nap;BEARER=GSM-GPRS;NAME=mms;"
		 "NAP-ADDRESS=mms.example;NAP-ADDRTYPE=APN;}"
		 "APPLICATION{APPID=w4;NAME=mms;TO-NAPID=nap;"
		 "ADDR=http://mmsc.example/;}" },
	{ "call", "BOOTSTRAP{NAME=call;}"
		  "NAPDEF{NAPID=nap;BEARER=GSM-CSD;NAME=call;"
		  "NAP-ADDRESS=+1555;NAP-ADDRTYPE=E164;"
		  "CALLTYPE=ANALOG-MODEM;}" },
};

static void test_documents(void)
{
	struct world w = begin();
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		struct buf text = BUF_INIT(4096);
		struct provisioning p;

		ROW(r,
		    ota_document(named(&w, r->name), false, w.arena, &p) == OK);
		ROW(r, bytes_is(p.version, "1.1"));
		write_groups(p.group, &text);
		ROW(r, strcmp(buf_string(&text), r->want) == 0);
		buf_clear(&text);
	}
	end(&w);
}

static void check_type(const struct world *w, const char *name,
		       const char *want)
{
	struct buf text = BUF_INIT(4096);
	struct provisioning p;

	CU_ASSERT(ota_document(named(w, name), false, w->arena, &p) == OK);
	write_groups(p.group, &text);
	CU_ASSERT(strstr(buf_string(&text), want) != NULL);
	buf_clear(&text);
}

static void test_proxy_types(void)
{
	struct world w = begin();

	check_type(&w, "six", "PXADDRTYPE=IPV6;");
	check_type(&w, "named", "PXADDRTYPE=ALPHA;");
	end(&w);
}

static void test_hidden_password(void)
{
	struct world w = begin();
	struct buf xml = BUF_INIT(8192);
	struct provisioning p;

	CU_ASSERT(ota_document(named(&w, "web"), true, w.arena, &p) == OK);
	CU_ASSERT(provisioning_xml_encode(&p, &xml) == OK);
	CU_ASSERT(strstr(buf_string(&xml), "secret") == NULL);
	CU_ASSERT(strstr(buf_string(&xml), "web.example") != NULL);
	buf_clear(&xml);
	end(&w);
}

/* The push has the same document, and a MAC over exactly its body. */
static void test_push(void)
{
	static const struct provisioning_secret secret = {
		.security = PROVISIONING_USERPIN,
		.pin = { (const uint8_t *)"1234", 4 }
	};
	struct world w = begin();
	struct buf pdu = BUF_INIT(8192), text = BUF_INIT(4096);
	struct wsp_push push;
	struct provisioning p;
	char mac[PROVISIONING_MAC_DIGITS + 1];

	CU_ASSERT(ota_push(named(&w, "web"), &secret, w.arena, &pdu) == OK);
	CU_ASSERT_FATAL(wsp_push_decode(buf_bytes(&pdu), &push, NULL) == OK);
	CU_ASSERT(bytes_is(push.type.media, PROVISIONING_WBXML_TYPE));
	CU_ASSERT(wsp_parameter(&push.type, WSP_SEC)->value.number == 1);
	CU_ASSERT(provisioning_mac(&secret, push.body, mac) == OK);
	CU_ASSERT(bytes_is(wsp_parameter(&push.type, WSP_MAC)->value.octets,
			   mac));
	CU_ASSERT(provisioning_wbxml_decode(push.body, w.arena, &p, NULL) ==
		  OK);
	write_groups(p.group, &text);
	CU_ASSERT_STRING_EQUAL(buf_string(&text), rows[0].want);
	buf_clear(&pdu);
	CU_ASSERT(ota_push(named(&w, "mms"), NULL, w.arena, &pdu) == OK);
	CU_ASSERT_FATAL(wsp_push_decode(buf_bytes(&pdu), &push, NULL) == OK);
	CU_ASSERT(push.type.count == 0);
	CU_ASSERT(bytes_is(push.type.media, PROVISIONING_WBXML_TYPE));
	buf_clear(&pdu);
	buf_clear(&text);
	end(&w);
}

static void test_bad_secret(void)
{
	static const struct provisioning_secret secret = {
		.security = PROVISIONING_NETWPIN,
		.imsi = { (const uint8_t *)"12", 2 }
	};
	struct world w = begin();
	struct buf pdu = BUF_INIT(8192);

	CU_ASSERT(ota_push(named(&w, "web"), &secret, w.arena, &pdu) ==
		  ERR_RANGE);
	buf_clear(&pdu);
	end(&w);
}

/* However small the arena: a whole document, or none. */
static void test_no_memory(void)
{
	struct world w = begin();
	size_t n, refused = 0;
	enum err e = ERR_NOMEM;

	for (n = 1; e != OK && n < 16384; n += 16) {
		struct arena *a = arena_new(n);
		struct provisioning p;

		CU_ASSERT_FATAL(a != NULL);
		e = ota_document(named(&w, "web"), false, a, &p);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		refused += e != OK;
		arena_free(a);
	}
	CU_ASSERT(e == OK && refused > 10);
	end(&w);
}

static const struct check_test tests[] = {
	{ "documents", test_documents },
	{ "types of proxies", test_proxy_types },
	{ "a hidden password", test_hidden_password },
	{ "the push", test_push },
	{ "a bad secret", test_bad_secret },
	{ "no memory", test_no_memory },
	{ NULL, NULL }
};

CHECK_MAIN("ota", tests)
