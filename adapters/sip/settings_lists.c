#include "adapters/sip/settings.h"
#include "gateway/message.h"

static const struct setting lists_settings[] = {
	{ "service", SETTING_SIP, NULL, 0, 0, NULL, NULL, false,
	  "The address to which messages with a list of recipients are sent, "
	  "such as sip:lists@cpm.example (RFC 5365). Not set: there is none.",
	  false },
	{ "senders", SETTING_ENTRIES, NULL, 0, 0, NULL, NULL, false,
	  "Who may send to it: numbers and sip: addresses. Not set: everybody "
	  "who may send at all.",
	  false },
	{ "recipients-most", SETTING_NUMBER, NULL, 1, MESSAGE_RECIPIENTS_MAX,
	  NULL, "100", false, "Longer lists are refused with 413.", false },
	{ "history", SETTING_BOOL, NULL, 0, 0, NULL, "yes", false,
	  "Recipients are sent the list of those whom the sender lets them "
	  "see (recipient-list-history, RFC 5364).",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_lists = {
	"lists",
	NULL,
	"Messages to several people that name their recipients in a list.",
	lists_settings,
	false,
	false
};
