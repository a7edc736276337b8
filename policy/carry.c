#include "policy/carry.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const by_sms[] = {
	"text/plain",
	"text/x-vcard",
	"text/vcard",
	"text/calendar",
	"text/x-vcalendar",
	"text/vnd.wap.si",
	"text/vnd.wap.sl",
	"application/vnd.wap.sic",
	"application/vnd.wap.slc",
	"application/vnd.wap.mms-message",
	"application/octet-stream",
};

/* The type without its parameters. */
static bool is_type(const char *media_type, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(media_type, name, n) == 0 &&
	       strchr("; \t", media_type[n]) != NULL;
}

bool carry_takes(enum technology t, const char *media_type)
{
	size_t i;

	if (t != TECHNOLOGY_SMS || strstr(media_type, "x-port=") != NULL)
		return true;
	for (i = 0; i < sizeof by_sms / sizeof by_sms[0]; i++)
		if (is_type(media_type, by_sms[i]))
			return true;
	return false;
}
