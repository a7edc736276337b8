#include "codecs/cpm_ids.h"

#include <string.h>

#include "tests/check.h"

static const struct id_row {
	const char *name, *text;
	bool valid, uuid;
} ids[] = {
	{ "UUID", "f81d4fae-7dec-41d0-a765-00a0c91e6bf6", true, true },
	{ "UUID, capitals", "F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6", true,
	  true },
	{ "32 digits", "abcdef0123456789abcdef0123456789", true, false },
	{ "as a Call-ID (RFC 3261 25.1)", "x8(y)~z@host.example.com", true,
	  false },
	{ "IPv6 behind the sign", "a@[2001:db8::1]", true, false },
	{ "one character", "a", true, false },
	{ "empty", "", false, false },
	{ "space", "a b", false, false },
	{ "line end", "a\r\nB: c", false, false },
	{ "semicolon", "a;b", false, false },
	{ "two signs", "a@b@c", false, false },
	{ "nothing before the sign", "@b", false, false },
	{ "nothing behind the sign", "a@", false, false },
	{ "not ASCII", "\xC3\xA4", false, false },
	{ "dash moved", "f81d4fa-e7dec-41d0-a765-00a0c91e6bf6", true, false },
	{ "no digit", "g81d4fae-7dec-41d0-a765-00a0c91e6bf6", true, false },
};

static void test_ids(void)
{
	char longest[CPM_ID_MAX + 2];
	size_t i;

	for (i = 0; i < sizeof ids / sizeof *ids; i++) {
		ROW(&ids[i],
		    cpm_id_valid(bytes_of(ids[i].text)) == ids[i].valid);
		ROW(&ids[i],
		    cpm_id_is_uuid(bytes_of(ids[i].text)) == ids[i].uuid);
	}
	memset(longest, 'x', sizeof longest);
	longest[CPM_ID_MAX + 1] = 0;
	CU_ASSERT(!cpm_id_valid(bytes_of(longest)));
	longest[CPM_ID_MAX] = 0;
	CU_ASSERT(cpm_id_valid(bytes_of(longest)));
	CU_ASSERT(!cpm_id_valid((struct bytes){ (const uint8_t *)"a\0b", 3 }));
}

static void test_made(void)
{
	uint8_t random[16];
	char uuid[CPM_UUID_OCTETS], id[CPM_MESSAGE_ID_OCTETS];

	memset(random, 0xFF, sizeof random);
	cpm_id_make(random, uuid); /* RFC 4122 4.4: version and variant */
	CU_ASSERT_STRING_EQUAL(uuid, "ffffffff-ffff-4fff-bfff-ffffffffffff");
	memset(random, 0, sizeof random);
	cpm_id_make(random, uuid);
	CU_ASSERT_STRING_EQUAL(uuid, "00000000-0000-4000-8000-000000000000");
	random[0] = 0x12;
	random[15] = 0xEF;
	cpm_id_make(random, uuid);
	CU_ASSERT_STRING_EQUAL(uuid, "12000000-0000-4000-8000-0000000000ef");
	CU_ASSERT(cpm_id_valid(bytes_of(uuid)));
	CU_ASSERT(cpm_id_is_uuid(bytes_of(uuid)));
	cpm_message_id_make(random, id);
	CU_ASSERT_STRING_EQUAL(id, "EgAAAAAAAAAAAAAAAAAA7w");
	CU_ASSERT(cpm_message_id_valid(bytes_of(id)));
}

static const struct token_row {
	const char *name, *text;
	bool valid;
} tokens[] = {
	{ "RFC 5438 7.1.1.3", "34jk324j", true },
	{ "dot (RFC 3862 3.6 TOKENCHAR)", "a.b-c_d", true },
	{ "UCS-high", "\xC3\xA4", true },
	{ "empty", "", false },
	{ "at sign", "a@b", false },
	{ "space", "a b", false },
	{ "angle", "<a>", false },
	{ "line end", "a\n", false },
	{ "backslash", "a\\b", false },
};

static void test_message_ids(void)
{
	size_t i;

	for (i = 0; i < sizeof tokens / sizeof *tokens; i++)
		ROW(&tokens[i], cpm_message_id_valid(bytes_of(
					tokens[i].text)) == tokens[i].valid);
}

#define ICSI "urn:urn-7:3gpp-service.ims.icsi.oma.cpm."

static const struct icsi_row {
	const char *name, *text;
	enum err want;
	enum cpm_service service;
} icsis[] = {
	{ "pager", ICSI "msg", OK, CPM_PAGER },
	{ "large", ICSI "largemsg", OK, CPM_LARGE },
	{ "deferred", ICSI "deferred", OK, CPM_DEFERRED },
	{ "session", ICSI "session", OK, CPM_SESSION },
	{ "group", ICSI "session.group", OK, CPM_SESSION_GROUP },
	{ "more specific", ICSI "session.group.x", OK, CPM_SESSION_GROUP },
	{ "more specific session", ICSI "session.x", OK, CPM_SESSION },
	{ "file", ICSI "filetransfer", OK, CPM_FILE_TRANSFER },
	{ "system", ICSI "systemmsg", OK, CPM_SYSTEM_MESSAGE },
	{ "capitals", "URN:URN-7:3GPP-SERVICE.ims.icsi.oma.cpm.MSG", OK,
	  CPM_PAGER },
	{ "escaped colons", "urn%3Aurn-7%3a3gpp-service.ims.icsi.oma.cpm.msg",
	  OK, CPM_PAGER },
	{ "longer word", ICSI "msgx", ERR_NOTFOUND, CPM_PAGER },
	{ "cut", ICSI "ms", ERR_NOTFOUND, CPM_PAGER },
	{ "another", "urn:urn-7:3gpp-service.ims.icsi.mmtel", ERR_NOTFOUND,
	  CPM_PAGER },
	{ "empty", "", ERR_NOTFOUND, CPM_PAGER },
};

static void test_services(void)
{
	enum cpm_service s;
	size_t i;

	for (i = 0; i < sizeof icsis / sizeof *icsis; i++) {
		s = CPM_PAGER;
		ROW(&icsis[i], cpm_service_by_icsi(bytes_of(icsis[i].text),
						   &s) == icsis[i].want);
		ROW(&icsis[i], s == icsis[i].service);
	}
	for (i = 0; i < CPM_SERVICE_COUNT; i++) {
		CU_ASSERT(cpm_service_by_icsi(bytes_of(cpm_service_icsi(
						      (enum cpm_service)i)),
					      &s) == OK &&
			  s == (enum cpm_service)i);
		CU_ASSERT(cpm_services_in(bytes_of(cpm_service_tag(
				  (enum cpm_service)i))) == 1u << i);
	}
}

static const struct tag_row {
	const char *name, *text;
	unsigned bits;
} tags[] = {
	{ "Contact of a phone",
	  "expires=3600;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims."
	  "icsi.oma.cpm.msg,urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm."
	  "session\";q=0.5",
	  1u << CPM_PAGER | 1u << CPM_SESSION },
	{ "semicolon inside quotes",
	  "+sip.instance=\"<a;b>\" ; +G.3GPP.ICSI-REF = \"" ICSI "largemsg\"",
	  1u << CPM_LARGE },
	{ "pager and large in one", "a;+g.gsma.rcs.cpm.pager-large",
	  1u << CPM_PAGER | 1u << CPM_LARGE },
	{ "none", "+g.oma.sip-im;q=1", 0 },
	{ "quote without end", "+g.3gpp.icsi-ref=\"", 0 },
	{ "empty", "", 0 },
};

static void test_tags(void)
{
	size_t i;

	for (i = 0; i < sizeof tags / sizeof *tags; i++)
		ROW(&tags[i],
		    cpm_services_in(bytes_of(tags[i].text)) == tags[i].bits);
}

static const struct check_test tests[] = {
	{ "conversation and contribution ids", test_ids },
	{ "made from random octets", test_made },
	{ "message ids", test_message_ids },
	{ "service identifiers", test_services },
	{ "feature tags", test_tags },
	{ NULL, NULL }
};
CHECK_MAIN("cpm_ids", tests)
