#include "gateway/settings.h"

#include <string.h>

#include "tests/check.h"
#include "tests/gateway/set.h"

#define COMPLAINTS_MAX 65536

#define LINK(name_) "smsc\nname=" name_ "\nhost=h\nsystem-id=x\n"
#define A_AND_B	    LINK("a") LINK("b")

/* Whether `text` is refused with exactly these lines ("": it is taken). */
static const struct row {
	const char *name, *text, *complaints;
} rows[] = {
	{ "nothing at all", "", "" },
	{ "a group with nothing set", "sip", "" },
	{ "a whole link",
	  "smsc\nname=a\nhost=127.0.0.1\nport=2776\nsystem-id=x\npassword=y\n"
	  "window=10\nbind=pair\nstart=no\nenquire-link=500ms",
	  "" },
	{ "unknown group, meant another", "smcs\nname=a",
	  "f:1: group smcs: there is no such group; did you mean smsc?\n" },
	{ "unknown group, like nothing", "bearerbox",
	  "f:1: group bearerbox: there is no such group; there are gateway, "
	  "user, route, access, groups, iwf, core, domain, ota-setting, sip, "
	  "lists, smpp, smsc, esme, "
	  "loopback\n" },
	{ "unknown setting", "sip\nprot=5",
	  "f:2: group sip: prot: there is no such setting; did you mean "
	  "port?\n" },
	{ "an unknown setting's value is not shown", "sip\npasswd=hunter2",
	  "f:2: group sip: passwd: there is no such setting; there are "
	  "address, port, tls-port, tls-certificate, tls-key, "
	  "tls-certificates, tls-ca, tls-client, tls-minimum, domain, realm, "
	  "algorithms, nonce-lifetime, registration-minimum, "
	  "registration-maximum, deliver-timeout, message-maximum, "
	  "pager-limit, window, connections, tls-source-connections, "
	  "idle-timeout, sms-centre, sms-over-ip, sms-max-segments, "
	  "sms-ack-timeout, server\n" },
	{ "port above", "sip\nport=70000",
	  "f:2: group sip: port: 70000 is not in 1..65535\n" },
	{ "port 0", "sip\nport=0",
	  "f:2: group sip: port: 0 is not in 1..65535\n" },
	{ "no number", "sip\nport=sip",
	  "f:2: group sip: port: sip is not a number in 1..65535\n" },
	{ "empty number", "sip\nport=",
	  "f:2: group sip: port: an empty value is not a number in "
	  "1..65535\n" },
	{ "beyond 64 bits", "sip\nport=18446744073709551616",
	  "f:2: group sip: port: 18446744073709551616 is not in 1..65535\n" },
	{ "time without meaning", "gateway\nlifetime=3 weeks",
	  "f:2: group gateway: lifetime: 3 weeks is not a time: a number with "
	  "ms, s, m, h or d, 1s..30d\n" },
	{ "time too long", "gateway\nlifetime=31d",
	  "f:2: group gateway: lifetime: 31d is not in 1s..30d\n" },
	{ "time beyond 64 bits", "gateway\nlifetime=18446744073709551615d",
	  "f:2: group gateway: lifetime: 18446744073709551615d is not in "
	  "1s..30d\n" },
	{ "size", "gateway\nreserve=5 Q",
	  "f:2: group gateway: reserve: 5 Q is not a size: a number of "
	  "octets, or with k, M or G, 0 or more\n" },
	{ "yes or no", "smsc\nname=a\nhost=h\nsystem-id=x\nstart=maybe",
	  "f:5: group smsc: start: maybe is neither yes nor no\n" },
	{ "time without unit", "gateway\nlifetime=3",
	  "f:2: group gateway: lifetime: 3 is not a time: a number with "
	  "ms, s, m, h or d, 1s..30d\n" },
	{ "choice", "gateway\non-unknown=ask",
	  "f:2: group gateway: on-unknown: ask is not one of resend or "
	  "fail\n" },
	{ "choice of one", "iwf\nreach=outside",
	  "f:2: group iwf: reach: outside is not available in this version, "
	  "only internal\n" },
	{ "no prefix", "route\nname=a\ntechnology=mms\nprefix=",
	  "f:4: group route: prefix: an empty value is not an item of a "
	  "list\n" },
	{ "item of a list", "sip\nalgorithms=md5;crc",
	  "f:2: group sip: algorithms: crc is not one of md5 or sha-256\n" },
	{ "empty item", "gateway\nadapters=sip;;smpp",
	  "f:2: group gateway: adapters: an empty value is not an item of a "
	  "list\n" },
	{ "peers", "core\ntrusted-peers=127.0.0.1:5070; [::1]:5070", "" },
	{ "peer without a port", "core\ntrusted-peers=127.0.0.1",
	  "f:2: group core: trusted-peers: 127.0.0.1 is not host:port\n" },
	{ "peer with port 0", "core\ntrusted-peers=a:0",
	  "f:2: group core: trusted-peers: a:0 is not host:port\n" },
	{ "bare IPv6 peer", "core\ntrusted-peers=::1:5070",
	  "f:2: group core: trusted-peers: ::1:5070 is not host:port\n" },
	{ "address", "sip\naddress=1 2",
	  "f:2: group sip: address: 1 2 is not an address or host name\n" },
	{ "IPv6 address", "sip\naddress=2001:db8::1", "" },
	{ "number of a user", "user\nname=m\nnumber=+1555x",
	  "f:3: group user: number: +1555x is not a number: at most 15 "
	  "digits, '+' before them or not\n" },
	{ "required", "smsc\nname=a\nsystem-id=x",
	  "f:1: group smsc: host: must be set\n" },
	{ "set twice", "sip\nport=1\nport=2",
	  "f:3: group sip: port: already set at f:2\n" },
	{ "single group twice", "sip\n\nsip",
	  "f:3: group sip: only one is allowed, and there is one at f:1\n" },
	{ "same name twice", "user\nname=m\nuser\nname=m",
	  "f:4: group user: name: m is already that of group user at f:2\n" },
	{ "one of several numbers twice",
	  "esme\nsystem-id=a\npassword=p\nshort-code=1;22\n"
	  "esme\nsystem-id=b\npassword=p\nshort-code=2; 22",
	  "f:8: group esme: short-code: 22 is already that of group esme at "
	  "f:2\n" },
	{ "same number twice",
	  "user\nname=a\nnumber=+1\nuser\nname=b\nnumber=+1",
	  "f:6: group user: number: +1 is already that of group user at "
	  "f:2\n" },
	{ "name with a space", "user\nname=m n",
	  "f:2: group user: name: a name may not be empty, nor have a space, "
	  "';', '/' or '|' in it\n" },
	{ "route to a link",
	  "route\nname=r\nprefix=+1;+2\ntechnology=sms\npeer=a\n"
	  "smsc\nname=a\nhost=h\nsystem-id=x",
	  "" },
	{ "route to no link",
	  "route\nname=r\nprefix=+1\ntechnology=sms\npeer=b",
	  "f:5: group route: peer: b is not the name of any link\n" },
	{ "a number for each link",
	  "route\nname=r\nprefix=+1\ntechnology=sms\npeer=a;b\n"
	  "preference=1;2\ncost=5;6\nweight=0;1000000\n" A_AND_B,
	  "" },
	{ "fewer numbers than links",
	  "route\nname=r\nprefix=+1\ntechnology=sms\npeer=a;b\nweight=3\n"
	  A_AND_B,
	  "f:6: group route: weight: 1 numbers for 2 links of peer\n" },
	{ "numbers without links",
	  "route\nname=r\nprefix=+1\ntechnology=mms\ncost=3;4\n" A_AND_B,
	  "f:5: group route: cost: 2 numbers for 0 links of peer\n" },
	{ "a number out of its range",
	  "route\nname=r\nprefix=+1\ntechnology=sms\npeer=a;b\n"
	  "preference=1;1001\n" A_AND_B,
	  "f:6: group route: preference: 1001 is not in 0..1000\n" },
	{ "no number in a list",
	  "route\nname=r\nprefix=+1\ntechnology=sms\npeer=a;b\n"
	  "preference=1;low\n" A_AND_B,
	  "f:6: group route: preference: low is not a number in 0..1000\n" },
	{ "more links than ways",
	  "route\nname=r\nprefix=+1\ntechnology=sms\n"
	  "peer=1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17\n" LINK("1")
	  LINK("2") LINK("3") LINK("4") LINK("5") LINK("6") LINK("7")
	  LINK("8") LINK("9") LINK("10") LINK("11") LINK("12") LINK("13")
	  LINK("14") LINK("15") LINK("16") LINK("17"),
	  "f:5: group route: peer: 17 links are more than 16\n" },
	{ "lists of numbers",
	  "access\nname=x\naction=deny\nsender=+1900*; News; /^0(1|2)/; *\n"
	  "recipient-file=/etc/numbers",
	  "" },
	{ "a bad expression in a list",
	  "access\nname=x\naction=deny\nsender=1;/^(1)\\1/",
	  "f:4: group access: sender: /^(1)\\1/: a reference back is not "
	  "allowed\n" },
	{ "numbers of a link",
	  "smsc\nname=a\nhost=h\nsystem-id=x\n"
	  "sender-out=+44 -> 0; /^0(.*)$/ -> \\1\nrecipient-in=\n"
	  "short-ton-npi=6/0\nsender-short-ton-npi=0/255",
	  "" },
	{ "a rule without an arrow",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nsender-out=+44",
	  "f:5: group smsc: sender-out: +44: not a rule: FROM -> TO\n" },
	{ "a bad expression in a rule",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nsender-out=/0/ -> \\1",
	  "f:5: group smsc: sender-out: /0/ -> \\1: there is no such group in "
	  "the expression\n" },
	{ "not TON and NPI",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nshort-ton-npi=3",
	  "f:5: group smsc: short-ton-npi: 3 is not TON/NPI: two numbers up to "
	  "255\n" },
	{ "a great TON",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nshort-ton-npi=256/0",
	  "f:5: group smsc: short-ton-npi: 256/0 is not TON/NPI: two numbers "
	  "up to 255\n" },
	{ "a clock ahead",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nreceipt-zone=+14:00",
	  "" },
	{ "a clock behind",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nreceipt-zone=-03:30",
	  "" },
	{ "a clock without a sign",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nreceipt-zone=01:00",
	  "f:5: group smsc: receipt-zone: 01:00 is not such as +01:00 or "
	  "-03:30\n" },
	{ "a clock of minutes",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nreceipt-zone=+01:10",
	  "f:5: group smsc: receipt-zone: +01:10 is not such as +01:00 or "
	  "-03:30\n" },
	{ "a clock too far ahead",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nreceipt-zone=+14:15",
	  "f:5: group smsc: receipt-zone: +14:15 is not such as +01:00 or "
	  "-03:30\n" },
	{ "senders of an account",
	  "esme\nsystem-id=e\npassword=p\ndefault-sender=Hello World\n"
	  "forced-sender=+447700900123\nallowed-address=News*;/^9/",
	  "" },
	{ "a sender that is too long",
	  "esme\nsystem-id=e\npassword=p\ndefault-sender=Hello World!",
	  "f:4: group esme: default-sender: Hello World! is not a sender: a "
	  "number, or at most 11 characters of the default alphabet\n" },
	{ "a sender of other letters",
	  "esme\nsystem-id=e\npassword=p\nforced-sender=\xD0\x96",
	  "f:4: group esme: forced-sender: \xD0\x96 is not a sender: a "
	  "number, or at most 11 characters of the default alphabet\n" },
	{ "a file from nowhere",
	  "access\nname=x\naction=deny\nsender-file=numbers",
	  "f:4: group access: sender-file: numbers is not a path from the "
	  "root\n" },
	{ "links share their names",
	  "smsc\nname=a\nhost=h\nsystem-id=x\nesme\nsystem-id=a\npassword=p",
	  "f:6: group esme: system-id: a is already that of group smsc at "
	  "f:2\n" },
	{ "first above most", "gateway\nretry-first=10m",
	  "f:2: group gateway: retry-first: 10m is above retry-most, which is "
	  "5m\n" },
	{ "usual above most", "gateway\nlifetime=6d\nlifetime-most=5d",
	  "f:2: group gateway: lifetime: 6d is above lifetime-most, which is "
	  "5d\n" },
	{ "text too long", "smsc\nname=a\nhost=h\nsystem-id=0123456789abcdef",
	  "f:4: group smsc: system-id: has 16 octets, not 0..15\n" },
	{ "a secret is not shown",
	  "smsc\nname=a\nhost=h\nsystem-id=x\npassword=hunter2hunter2",
	  "f:5: group smsc: password: has 14 octets, not 1..8\n" },
	{ "no link binds with nothing",
	  "smsc\nname=a\nhost=h\nsystem-id=x\npassword=",
	  "f:5: group smsc: password: is empty: nothing would be secret\n" },
	{ "no account without a secret", "esme\nsystem-id=a\npassword=",
	  "f:3: group esme: password: is empty: nothing would be secret\n" },
	{ "no user without a secret", "user\nname=m\npassword=   ",
	  "f:3: group user: password: is empty: nothing would be secret\n" },
	{ "control character", "sip\nserver=a\033[2J",
	  "f:2: group sip: server: has a control character in it\n" },
	{ "not UTF-8", "sip\nserver=\xFF",
	  "f:2: group sip: server: is not UTF-8\n" },
	{ "all mistakes, not the first", "sip\nport=0\nwindow=0\nfoo\n",
	  "f:2: group sip: port: 0 is not in 1..65535\n"
	  "f:3: group sip: window: 0 is not in 1..100000\n"
	  "f:4: group foo: there is no such group; there are gateway, user, "
	  "route, access, groups, iwf, core, domain, ota-setting, sip, lists, "
	  "smpp, smsc, esme, "
	  "loopback\n" },
};

static void test_complaints(void)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		enum err want = *r->complaints == '\0' ? OK : ERR_RANGE;
		struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
		struct settings *s;
		enum err e = set_read_to(r->text, &s, &complaints);

		ROW(r, e == want);
		ROW(r, (s != NULL) == (want == OK));
		ROW(r, bytes_is(buf_bytes(&complaints), r->complaints));
		if (!bytes_is(buf_bytes(&complaints), r->complaints))
			fprintf(stderr, "%s", buf_string(&complaints));
		settings_free(s);
		buf_clear(&complaints);
	}
}

static const char lab[] =
	"smsc\nname=b\nhost=127.0.0.1\nport=2777\nsystem-id=x\nstart=no\n"
	"smsc\nname=a\nhost=127.0.0.1\nsystem-id=x\nenquire-link=2m\n"
	"core\ntrusted-peers=127.0.0.1:5070; [::1]:6\n"
	"user\nname=mary\npassword=pw\n"
	"gateway\nreserve=2k";

static void test_access(void)
{
	struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
	const struct settings_group *g;
	struct settings *s;
	struct bytes item;

	CU_ASSERT_FATAL(set_read_to(lab, &s, &complaints) == OK);
	g = settings_group_at(s, "smsc", 0);
	CU_ASSERT_FATAL(g != NULL);
	CU_ASSERT_STRING_EQUAL(settings_name(g), "b");
	CU_ASSERT(settings_number(g, "port") == 2777);
	CU_ASSERT(!settings_bool(g, "start"));
	CU_ASSERT(settings_number(g, "enquire-link") == 30000);
	CU_ASSERT(settings_text(g, "receive-port") == NULL);
	CU_ASSERT(settings_number(g, "receive-port") == 0);
	CU_ASSERT(!settings_item(g, "receive-port", 0, &item));
	g = settings_group_named(s, "smsc", "a");
	CU_ASSERT(g != NULL && g == settings_group_at(s, "smsc", 1));
	CU_ASSERT(settings_group_at(s, "smsc", 2) == NULL);
	CU_ASSERT(settings_group_named(s, "smsc", "c") == NULL);
	CU_ASSERT(settings_group_named(s, "nothing", "c") == NULL);
	CU_ASSERT(settings_number(g, "port") == 2775);
	CU_ASSERT(settings_bool(g, "start"));
	CU_ASSERT(settings_number(g, "enquire-link") == 120000);
	g = settings_single(s, "core");
	CU_ASSERT(settings_item(g, "trusted-peers", 1, &item) &&
		  bytes_is(item, "[::1]:6"));
	CU_ASSERT(!settings_item(g, "trusted-peers", 2, &item));
	CU_ASSERT(settings_number(settings_single(s, "sip"), "port") == 5060);
	CU_ASSERT(settings_number(settings_single(s, "gateway"), "reserve") ==
		  2048);
	settings_free(s);
	buf_clear(&complaints);
}

static void test_where(void)
{
	struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
	struct buf out = BUF_INIT(100);
	struct settings *s;

	CU_ASSERT_FATAL(set_read_to(lab, &s, &complaints) == OK);
	settings_where(settings_group_at(s, "smsc", 0), "port", &out);
	buf_text(&out, " ");
	settings_where(settings_group_at(s, "smsc", 0), "window", &out);
	buf_text(&out, " ");
	settings_where(settings_single(s, "sip"), "port", &out);
	CU_ASSERT_STRING_EQUAL(buf_string(&out), "f:4 f:1 (default)");
	settings_free(s);
	buf_clear(&out);
	buf_clear(&complaints);
}

static void test_image_round_trip(void)
{
	struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
	struct buf one = BUF_INIT(65536), two = BUF_INIT(65536);
	struct settings *s, *again;

	CU_ASSERT_FATAL(set_read_to(lab, &s, &complaints) == OK);
	CU_ASSERT(settings_shift_ports(s, 10) == OK);
	CU_ASSERT(settings_image(s, &one) == OK);
	CU_ASSERT_FATAL(settings_read(buf_bytes(&one), &again, &complaints) ==
			OK);
	CU_ASSERT(settings_image(again, &two) == OK);
	CU_ASSERT(bytes_equal(buf_bytes(&one), buf_bytes(&two)));
	CU_ASSERT(settings_number(settings_single(again, "sip"), "port") ==
		  5070);
	CU_ASSERT(settings_group_equal(settings_group_at(s, "smsc", 0),
				       settings_group_at(again, "smsc", 0)));
	settings_free(again);
	buf_reset(&one);
	CU_ASSERT(settings_image_shared(s, &one) == OK);
	CU_ASSERT_FATAL(settings_read(buf_bytes(&one), &again, &complaints) ==
			OK);
	CU_ASSERT(settings_group_at(again, "user", 0) == NULL);
	CU_ASSERT(settings_group_at(again, "smsc", 1) != NULL);
	settings_free(again);
	settings_free(s);
	buf_clear(&one);
	buf_clear(&two);
	buf_clear(&complaints);
}

static void test_ports_move(void)
{
	struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
	const struct settings_group *g;
	struct settings *s;

	CU_ASSERT_FATAL(set_read_to(lab, &s, &complaints) == OK);
	CU_ASSERT(settings_shift_ports(s, 100) == OK);
	CU_ASSERT(settings_number(settings_single(s, "sip"), "port") == 5160);
	CU_ASSERT_STRING_EQUAL(settings_text(settings_single(s, "sip"), "port"),
			       "5160");
	g = settings_group_named(s, "smsc", "b");
	CU_ASSERT(settings_number(g, "port") == 2877);
	CU_ASSERT(settings_text(g, "receive-port") == NULL);
	g = settings_group_named(s, "smsc", "a");
	CU_ASSERT(settings_number(g, "port") == 2875);
	g = settings_single(s, "core");
	CU_ASSERT_STRING_EQUAL(settings_text(g, "trusted-peers"),
			       "127.0.0.1:5170;[::1]:106");
	CU_ASSERT(settings_shift_ports(s, 65000) == ERR_RANGE);
	CU_ASSERT(settings_shift_ports(s, UINT64_MAX) == ERR_RANGE);
	CU_ASSERT(settings_number(settings_single(s, "sip"), "port") == 5160);
	settings_free(s);
	buf_clear(&complaints);
}

static const struct pair {
	const char *name, *a, *b;
	bool equal;
} pairs[] = {
	{ "same", "sip\nport=5", "sip\nport=5", true },
	{ "a default is as good as written", "sip", "sip\nport=5060", true },
	{ "another unit", "sip\nnonce-lifetime=5m", "sip\nnonce-lifetime=300s",
	  true },
	{ "other port", "sip", "sip\nport=5061", false },
	{ "other text", "sip\nserver=a", "sip\nserver=b", false },
	{ "set and not set", "sip\nrealm=a", "sip", false },
};

static void test_equal(void)
{
	size_t i;

	for (i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const struct pair *r = &pairs[i];
		struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
		struct settings *a, *b;

		ROW(r, set_read_to(r->a, &a, &complaints) == OK);
		ROW(r, set_read_to(r->b, &b, &complaints) == OK);
		ROW(r, settings_group_equal(settings_single(a, "sip"),
					    settings_single(b, "sip")) ==
			       r->equal);
		settings_free(a);
		settings_free(b);
		buf_clear(&complaints);
	}
}

static void test_every_prefix(void)
{
	struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
	struct buf image = BUF_INIT(65536);
	struct settings *s;
	struct bytes in;
	size_t good = 0;

	CU_ASSERT_FATAL(set_image(lab, &image) == OK);
	in = buf_bytes(&image);
	for (in.n = 0; in.n < image.n; in.n++) {
		enum err e;

		buf_reset(&complaints);
		e = settings_read(in, &s, &complaints);
		CU_ASSERT(e == OK || e == ERR_MORE || e == ERR_RANGE);
		good += e == OK;
		settings_free(s);
	}
	CU_ASSERT(good == 6); /* nothing, the file, and five groups less one */
	buf_clear(&image);
	buf_clear(&complaints);
}

static void test_memory_ends(void)
{
	struct buf image = BUF_INIT(65536);
	struct settings *s = NULL;
	unsigned long n;
	enum err e = ERR_NOMEM;

	CU_ASSERT_FATAL(set_image(lab, &image) == OK);
	for (n = 1; e == ERR_NOMEM && n < 1000; n++) {
		struct buf complaints = BUF_INIT(COMPLAINTS_MAX);

		mem_fail_at(n);
		e = settings_read(buf_bytes(&image), &s, &complaints);
		if (e == OK)
			e = settings_shift_ports(s, 1);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		settings_free(s);
		buf_clear(&complaints);
	}
	CU_ASSERT(e == OK && n > 10);
	for (e = ERR_NOMEM, n = 1; e == ERR_NOMEM && n < 1000; n++) {
		struct buf again = BUF_INIT(65536);

		mem_fail_at(n);
		e = set_image(lab, &again);
		mem_fail_at(0);
		CU_ASSERT(e == OK || e == ERR_NOMEM);
		buf_clear(&again);
	}
	CU_ASSERT(e == OK && n > 3);
	buf_clear(&image);
}

static void test_many_names(void)
{
	struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
	struct buf image = BUF_INIT(SETTINGS_IMAGE_MAX);
	struct settings_raw *r = settings_raw_new();
	struct settings *s;
	char name[20];
	unsigned i;

	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof name, "u%u", i);
		if (settings_raw_group(r, "user", "f", i) != OK ||
		    settings_raw_set(r, "name", name, "f", i) != OK)
			CU_FAIL_FATAL("raw");
	}
	CU_ASSERT(settings_raw_image(r, &image) == OK);
	CU_ASSERT_FATAL(settings_read(buf_bytes(&image), &s, &complaints) ==
			OK);
	CU_ASSERT(settings_group_named(s, "user", "u0") != NULL);
	CU_ASSERT(settings_group_named(s, "user", "u19999") != NULL);
	CU_ASSERT(settings_group_named(s, "user", "u20000") == NULL);
	settings_free(s);
	settings_raw_free(r);
	buf_clear(&image);
	buf_clear(&complaints);
}

static void test_tables(void)
{
	const struct setting_group *const *t;
	const struct setting *row;

	for (t = settings_tables(); *t != NULL; t++)
		for (row = (*t)->settings; row->name != NULL; row++) {
			size_t n = strlen(row->sentence);

			CU_ASSERT(n > 5 && row->sentence[n - 1] == '.');
			CU_ASSERT(!row->required || row->fallback == NULL);
			CU_ASSERT(row->type != SETTING_CHOICE ||
				  row->choices != NULL);
		}
}

static const struct check_test tests[] = {
	{ "complaints", test_complaints },
	{ "access", test_access },
	{ "where it was set", test_where },
	{ "image round trip", test_image_round_trip },
	{ "ports move", test_ports_move },
	{ "equality", test_equal },
	{ "every prefix", test_every_prefix },
	{ "memory ends", test_memory_ends },
	{ "many names", test_many_names },
	{ "the tables themselves", test_tables },
	{ NULL, NULL }
};

CHECK_MAIN("settings", tests)
