#include "adapters/loopback/settings.h"

static const struct setting loopback_settings[] = {
	{ "window", SETTING_NUMBER, "messages", 1, 100000, NULL, "100", false,
	  "How many messages may be on their way through it at once.", false },
	{ "delay", SETTING_DURATION, "ms", 0, SETTING_HOUR, NULL, "0", false,
	  "How long it keeps a message before it answers.", false },
	{ .name = NULL }
};

const struct setting_group rows_loopback = {
	"loopback",
	NULL,
	"The adapter that sends everything back; for tests.",
	loopback_settings,
	false,
	false
};
