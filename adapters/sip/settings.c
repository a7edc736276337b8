#include "adapters/sip/settings.h"

static const struct setting sip_settings[] = {
	{ "address", SETTING_ADDRESS, NULL, 0, 0, NULL, "0.0.0.0", false,
	  "The address to listen on.", false },
	{ "port", SETTING_PORT, NULL, 0, 0, NULL, "5060", false,
	  "The port to listen on, UDP and TCP.", false },
	{ "domain", SETTING_TEXT, NULL, 0, 0, NULL, "cpm.example", false,
	  "The SIP domain that this gateway serves.", false },
	{ "realm", SETTING_TEXT, NULL, 0, 0, NULL, NULL, false,
	  "The realm of authentication, if not the domain.", false },
	{ "algorithms", SETTING_LIST, NULL, 0, 0, "md5|sha-256", "md5;sha-256",
	  false, "The algorithms of the challenges, in this order.", false },
	{ "nonce-lifetime", SETTING_DURATION, "s", 10 * SETTING_SECOND,
	  SETTING_DAY, NULL, "5m", false,
	  "How long a nonce may be used; then a new one is given.", false },
	{ "registration-minimum", SETTING_DURATION, "s", SETTING_SECOND,
	  SETTING_DAY, NULL, "60s", false,
	  "Shorter registrations are refused with 423.", false },
	{ "registration-maximum", SETTING_DURATION, "s", SETTING_SECOND,
	  30 * SETTING_DAY, NULL, "1h", false,
	  "Longer registrations are shortened to this; also the time of those "
	  "that name none.",
	  false },
	{ "deliver-timeout", SETTING_DURATION, "s", SETTING_SECOND,
	  30 * SETTING_SECOND, NULL, "8s", false,
	  "How long a device may take to answer; then the message is stored "
	  "and its sender answered.",
	  false },
	{ "message-maximum", SETTING_SIZE, "octets", 1300, 1024 * 1024, NULL,
	  "64k", false, "Larger requests are refused with 413.", false },
	{ "pager-limit", SETTING_NUMBER, "octets", 500, 65535, NULL, "1300",
	  false, "Larger requests are sent over TCP instead of UDP.", false },
	{ "window", SETTING_NUMBER, "messages", 1, 100000, NULL, "1000", false,
	  "How many messages may be on their way to devices at once.", false },
	{ "connections", SETTING_NUMBER, NULL, 1, 100000, NULL, "20000", false,
	  "How many TCP connections may be open at once.", false },
	{ "idle-timeout", SETTING_DURATION, "s", SETTING_SECOND, SETTING_DAY,
	  NULL, "1h", false,
	  "A TCP connection without traffic is closed after this time.",
	  false },
	{ "sms-centre", SETTING_DIGITS, NULL, 0, 0, NULL, NULL, false,
	  "The number of this gateway as service centre of short messages; "
	  "without one there is no SMS over IP (3GPP TS 24.341).",
	  false },
	{ "sms-over-ip", SETTING_CHOICE, NULL, 0, 0, "otherwise|preferred",
	  "otherwise", false,
	  "Which devices that registered with +g.3gpp.smsip are sent short "
	  "messages: those that registered for no other messages, or all.",
	  false },
	{ "sms-max-segments", SETTING_NUMBER, NULL, 1, 255, NULL, "8", false,
	  "Longer messages than these many short messages are not sent.",
	  false },
	{ "sms-ack-timeout", SETTING_DURATION, "s", SETTING_SECOND,
	  10 * SETTING_MINUTE, NULL, "40s", false,
	  "How long a device may take to acknowledge a short message that it "
	  "has; then it is sent again later.",
	  false },
	{ "server", SETTING_TEXT, NULL, 0, 0, NULL, "cpmgw", false,
	  "What the Server and User-Agent headers say.", false },
	{ .name = NULL }
};

const struct setting_group rows_sip = {
	"sip",
	NULL,
	"The SIP side: registrar and messages of the CPM domain.",
	sip_settings,
	false,
	false
};
