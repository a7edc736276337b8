#include "policy/carry.h"

#include "tests/check.h"

static const struct row {
	const char *name;
	enum technology by;
	const char *type;
	bool want;
} rows[] = {
	{ "text", TECHNOLOGY_SMS, "text/plain", true },
	{ "text with a charset", TECHNOLOGY_SMS, "text/plain;charset=UTF-8",
	  true },
	{ "in other letters", TECHNOLOGY_SMS, "Text/Plain; charset=utf-8",
	  true },
	{ "octets", TECHNOLOGY_SMS, "application/octet-stream", true },
	{ "for a port", TECHNOLOGY_SMS, "application/x-thing;x-port=9200",
	  true },
	{ "for a port, with a space", TECHNOLOGY_SMS,
	  "application/x-thing; x-port=9200", true },
	{ "a card", TECHNOLOGY_SMS, "text/x-vcard", true },
	{ "an event", TECHNOLOGY_SMS, "text/calendar", true },
	{ "an older event", TECHNOLOGY_SMS, "text/x-vcalendar", true },
	{ "an indication", TECHNOLOGY_SMS, "text/vnd.wap.si;charset=UTF-8",
	  true },
	{ "the same in binary", TECHNOLOGY_SMS, "application/vnd.wap.sic",
	  true },
	{ "a loading", TECHNOLOGY_SMS, "text/vnd.wap.sl", true },
	{ "a notification of MMS", TECHNOLOGY_SMS,
	  "application/vnd.wap.mms-message", true },
	{ "a page", TECHNOLOGY_SMS, "text/html", false },
	{ "no more than it begins with", TECHNOLOGY_SMS, "text/plainer",
	  false },
	{ "a picture", TECHNOLOGY_SMS, "image/png", false },
	{ "nothing", TECHNOLOGY_SMS, "", false },
	{ "a picture between devices", TECHNOLOGY_CPM, "image/png", true },
	{ "a picture by MMS", TECHNOLOGY_MMS, "image/png", true },
};

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ROW(&rows[i],
		    carry_takes(rows[i].by, rows[i].type) == rows[i].want);
}

static const struct check_test tests[] = { { "by technology", test_rows },
					   { NULL, NULL } };
CHECK_MAIN("carry", tests)
