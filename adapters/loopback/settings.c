#include "adapters/loopback/settings.h"

static const struct setting loopback_settings[] = {
	{ "window", SETTING_NUMBER, "messages", 1, 100000, NULL, "100", false,
	  "How many messages may be on their way through it at once.", false },
	{ "delay", SETTING_DURATION, "ms", 0, SETTING_HOUR, NULL, "0", false,
	  "How long it keeps a message before it answers, and then before it "
	  "reports.",
	  false },
	{ "answer", SETTING_CHOICE, NULL, 0, 0,
	  "accepted|delivered|later|absent|address|never|link|unanswered",
	  "accepted", false, "What it says became of each message.", false },
	{ "report", SETTING_CHOICE, NULL, 0, 0, "delivered|undeliverable|none",
	  "delivered", false,
	  "What it reports afterwards about a message that it accepted.",
	  false },
	{ "record", SETTING_TEXT, NULL, 0, 0, NULL, NULL, false,
	  "File that gets one line for each message that it was given.",
	  false },
	{ "listen", SETTING_TEXT, NULL, 0, 107, NULL, NULL, false,
	  "Path of a socket that takes messages as lines \"FROM TO TEXT\".",
	  false },
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
