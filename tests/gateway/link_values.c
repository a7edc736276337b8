#include "tests/gateway/link_values.h"

static const struct hello hello = { "smpp", "0.1.0", 4711 };
static const struct welcome welcome = { { 1, 2, [15] = 16 },
					{ 0xFF, [15] = 1 },
					"/var/lib/cpmgw" };
static const struct intake intake = {
	{ (const uint8_t *)"\1\1\1\2\0", 5 },
	{ (const uint8_t *)"esme1\0" "17", 8 },
	true,
	{ { (const uint8_t *)"k", 1 }, 2, 3, 600 },
	true,
	true,
	true
};
static const struct accepted accepted = { UINT64_MAX, "q83vEjRWeJCrze8SNFZ4kA",
					  true,
					  { (const uint8_t *)"\0\4\2\5", 4 },
					  true };
static const char *keys[] = { "Call-ID 1", "" };
static const struct far_report far_report = {
	"smsc-a",	 "1001", true, { ADDRESS_E164, "+1555" }, WANT_DISPLAY,
	STATE_DISPLAYED, 0xFF,	 "045",	"ok", 1767225600000000, keys, 2,
	true,		 "read it", 8
};
static const struct peer_state peer_state = {
	"esme1", TECHNOLOGY_SMS, true, 10, 3, "esme transceiver",
	"[::1]:2775", "timed out",
	1,	 2,    3,  4,
	"TLSv1.3 TLS_AES_256_GCM_SHA384 esme1.example",
	5,	 6,    true, 1224, 536,  true
};
static const struct presence presence = { "mary", 3,
					   { ADDRESS_E164, "+1555" } };
static const struct lookup lookup = { LOOKUP_ACCOUNT, "esme1" };
static const struct found found = {
	true, "mary", "cpm.example", "+1555", "0123", "4567", "$sha256$a$b",
	4,    5,      6,	     7,	      "123",  true,   8,
	9,    10,     "receiver",    "123;4", "News", "1",    "2",
	"default",    "::1",	     true,    "no",   "a.example"
};
static const struct binding binding = { "mary", "urn:uuid:1", 99,
					{ (const uint8_t *)"\0x", 2 } };
static const struct amendment amendment = {
	AMEND_REPLACE, 7, "esme1", "smsc-a", { ADDRESS_SHORT, "22222" },
	{ ADDRESS_E164, "+1555" }, "CMT", { (const uint8_t *)"m\0", 2 },
	{ (const uint8_t *)"\0p", 2 }, "smpp.data_coding"
};
static const struct standing standing = {
	OUTCOME_NEVER, STATE_DELIVERED, 0x11, 1767225600000000
};
static const struct control control = { "plan", "smsc-a", "hello" };
static const struct waits waits = { "esme1", true };
static const struct note note = {
	1, "tel:+1", "register", "a", "b", "ok", "text", "RFC 3261 10",
	TECHNOLOGY_CPM
};

#define CALLS(name_)                                                           \
	static enum err name_##_out(const void *v, struct buf *to)             \
	{                                                                      \
		return name_##_image(v, to);                                   \
	}                                                                      \
	static enum err name_##_in(struct bytes in, struct arena *a, void *v)  \
	{                                                                      \
		return name_##_read(in, a, v);                                 \
	}

CALLS(hello)
CALLS(welcome)
CALLS(far_report)
CALLS(peer_state)
CALLS(presence)
CALLS(lookup)
CALLS(found)
CALLS(binding)
CALLS(amendment)
CALLS(standing)
CALLS(control)
CALLS(note)
CALLS(waits)

static enum err intake_out(const void *v, struct buf *to)
{
	return intake_image(v, to);
}

static enum err intake_in(struct bytes in, struct arena *a, void *v)
{
	(void)a;
	return intake_read(in, v);
}

static enum err accepted_out(const void *v, struct buf *to)
{
	return accepted_image(v, to);
}

static enum err accepted_in(struct bytes in, struct arena *a, void *v)
{
	(void)a;
	return accepted_read(in, v);
}

#define VALUE(name_)                                                           \
	{                                                                      \
		#name_, &name_, sizeof name_, name_##_out, name_##_in          \
	}

static const struct link_value values[] = {
	VALUE(hello),	 VALUE(welcome),    VALUE(intake),   VALUE(accepted),
	VALUE(far_report), VALUE(peer_state), VALUE(presence), VALUE(lookup),
	VALUE(found),	 VALUE(binding),    VALUE(control),  VALUE(note),
	VALUE(amendment),	 VALUE(standing),   VALUE(waits),
	{ .name = NULL },
};

const struct link_value *link_values(void)
{
	return values;
}
