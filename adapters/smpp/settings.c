#include "adapters/smpp/settings.h"

static const struct setting smpp_settings[] = {
	{ "address", SETTING_ADDRESS, NULL, 0, 0, NULL, "0.0.0.0", false,
	  "The address to listen on for ESMEs.", false },
	{ "port", SETTING_PORT, NULL, 0, 0, NULL, "2775", false,
	  "The port to listen on.", false },
	{ "system-id", SETTING_TEXT, NULL, 0, 0, NULL, "cpmgw", false,
	  "The name that the server gives itself in answers to a bind.",
	  false },
	{ "enquire-link", SETTING_DURATION, "s", 0, SETTING_HOUR, NULL, "30s",
	  false,
	  "After this time without traffic an ESME is asked whether it is "
	  "still there; 0 never asks.",
	  false },
	{ "response-timeout", SETTING_DURATION, "s", 100, SETTING_HOUR, NULL,
	  "10s", false,
	  "How long an ESME may take to answer; then the message is tried "
	  "again, and a connection that does not answer enquire_link is "
	  "closed.",
	  false },
	{ "bind-timeout", SETTING_DURATION, "s", 100, SETTING_HOUR, NULL, "10s",
	  false, "A new connection that does not bind in this time is closed.",
	  false },
	{ "idle-timeout", SETTING_DURATION, "s", 0, 7 * SETTING_DAY, NULL, "0",
	  false,
	  "A bind without messages is closed after this time; 0 keeps it.",
	  false },
	{ "window", SETTING_NUMBER, "requests", 1, 10000, NULL, "100", false,
	  "Unanswered requests on one connection, in each direction, where the "
	  "account says nothing.",
	  false },
	{ "connections", SETTING_NUMBER, NULL, 1, 100000, NULL, "1000", false,
	  "How many connections may be open at once.", false },
	{ "tls-port", SETTING_PORT, NULL, 0, 0, NULL, NULL, false,
	  "The port to listen on for ESMEs with TLS; not set: none. 3550 is "
	  "usual.",
	  false },
	{ "tls-certificate", SETTING_TEXT, NULL, 0, 1024, NULL, NULL, false,
	  "File with our certificate and those between it and its authority, "
	  "in PEM. Names of files begin in the state directory, unless they "
	  "are absolute.",
	  false },
	{ "tls-key", SETTING_TEXT, NULL, 0, 1024, NULL, NULL, false,
	  "File with its key, which others may not read; not set: the key is "
	  "in tls-certificate.",
	  false },
	{ "tls-ca", SETTING_TEXT, NULL, 0, 1024, NULL, NULL, false,
	  "File with the authorities whose client certificates are believed.",
	  false },
	{ "tls-client", SETTING_CHOICE, NULL, 0, 0, "no|ask|require", "no",
	  false,
	  "Ask ESMEs for a certificate: never; take one, but go on without; "
	  "or not at all without one.",
	  false },
	{ "tls-minimum", SETTING_CHOICE, NULL, 0, 0, "1.2|1.3", "1.2", false,
	  "The oldest version of TLS that is spoken.", false },
	{ .name = NULL }
};

/* In the order of their identifiers, 3GPP TS 23.038 6.2.1.2.4, from 1. */
#define LANGUAGES                                                              \
	"turkish|spanish|portuguese|bengali|gujarati|hindi|kannada|"           \
	"malayalam|oriya|punjabi|tamil|telugu|urdu"

const struct setting_group rows_smpp = {
	"smpp",	       NULL,  "The SMPP server that ESMEs bind to.",
	smpp_settings, false, false
};

/* What texts to a link or an account are made of. */
#define TEXT_ROWS                                                              \
	{ "default-charset", SETTING_CHOICE, NULL, 0, 0,                       \
	  "gsm7|ascii|latin1|utf-8", "gsm7", false,                            \
	  "What data_coding 0 means there.", false },                          \
	{ "latin1", SETTING_BOOL, NULL, 0, 0, NULL, "no", false,               \
	  "It takes ISO-8859-1 (data_coding 3).", false },                     \
	{ "gsm-dcs", SETTING_BOOL, NULL, 0, 0, NULL, "no", false,              \
	  "data_coding above 14 is that of GSM 03.38: classes, flash.",        \
	  false },                                                             \
	{ "gsm7-packed", SETTING_BOOL, NULL, 0, 0, NULL, "no", false,          \
	  "Text of 7-bit characters has eight of them in seven octets, in "    \
	  "both directions.",                                                  \
	  false },                                                             \
	{ "concat", SETTING_CHOICE, NULL, 0, 0, "udh8|udh16|sar|payload",      \
	  "udh8", false,                                                       \
	  "How a long text is sent: in parts with a user data header (8 or "   \
	  "16 bit reference) or SAR parameters, or whole as message_payload.", \
	  false }

/* How a link or an account wants its numbers, and writes them. */
#define NUMBER_ROWS                                                            \
	{ "sender-in", SETTING_REWRITE, NULL, 0, 0, NULL, NULL, false,         \
	  "Rewrites senders of what comes from it: +44 -> 0; /^00(.*)$/ -> "   \
	  "+\\1. Rules see numbers as traces show them.",                      \
	  false },                                                             \
	{ "recipient-in", SETTING_REWRITE, NULL, 0, 0, NULL, NULL, false,      \
	  "Rewrites recipients of what comes from it.", false },               \
	{ "sender-out", SETTING_REWRITE, NULL, 0, 0, NULL, NULL, false,        \
	  "Rewrites senders of what goes to it; the whole text by nothing: "   \
	  "no sender.",                                                        \
	  false },                                                             \
	{ "recipient-out", SETTING_REWRITE, NULL, 0, 0, NULL, NULL, false,     \
	  "Rewrites recipients of what goes to it.", false }

/* The optional parameters that it gets, SMPP v3.4 5.3. */
#define TLV_ROWS                                                               \
	{ "tlv-pass", SETTING_TAGS, NULL, 0, 0, NULL, NULL, false,             \
	  "The only optional parameters that it is sent: source_port "         \
	  "0x1400-0x14FF. Not set: all, those of vendors too. Texts and their "\
	  "parts (message_payload, sar_...) always go; what does not is named "\
	  "in the trace as lost.",                                             \
	  false },                                                             \
	{ "tlv-drop", SETTING_TAGS, NULL, 0, 0, NULL, NULL, false,             \
	  "Optional parameters that it is not sent, of those.", false },       \
	{ "tlv-add", SETTING_TLVS, NULL, 0, 0, NULL, NULL, false,              \
	  "Optional parameters that all that goes to it has, instead of those "\
	  "with the same tag that came: 0x1401:00FF language_indicator:01.",   \
	  false }

static const struct setting smsc_settings[] = {
	{ "name", SETTING_TEXT, NULL, 0, 0, NULL, NULL, true,
	  "The name of the link, for routes, traces and gwctl.", false },
	{ "host", SETTING_ADDRESS, NULL, 0, 0, NULL, NULL, true,
	  "The SMSC to bind to.", false },
	{ "port", SETTING_PORT, NULL, 0, 0, NULL, "2775", false, "Its port.",
	  false },
	{ "receive-port", SETTING_PORT, NULL, 0, 0, NULL, NULL, false,
	  "With bind = pair: the port for the receiver, if not `port`.",
	  false },
	{ "system-id", SETTING_TEXT, NULL, 0, 15, NULL, NULL, true,
	  "The name to bind with.", false },
	{ "password", SETTING_SECRET, NULL, 1, 8, NULL, NULL, false,
	  "The password to bind with.", false },
	{ "system-type", SETTING_TEXT, NULL, 0, 12, NULL, "", false,
	  "The system_type to bind with.", false },
	{ "bind", SETTING_CHOICE, NULL, 0, 0,
	  "transceiver|pair|transmitter|receiver", "transceiver", false,
	  "How to bind; pair is one transmitter and one receiver.", false },
	{ "binds", SETTING_NUMBER, NULL, 1, 100, NULL, "1", false,
	  "How many such binds, or pairs of them; messages go over the one "
	  "with the most room in its window.",
	  false },
	{ "start", SETTING_BOOL, NULL, 0, 0, NULL, "yes", false,
	  "Bind at the start; no waits for gwctl link start.", false },
	{ "window", SETTING_NUMBER, "requests", 1, 10000, NULL, "10", false,
	  "Unanswered requests at most, on each bind.", false },
	{ "first-window", SETTING_NUMBER, "requests", 0, 10000, NULL, "2",
	  false,
	  "Those on a new bind; it doubles with each window that has been "
	  "answered. 0 begins with all of it.",
	  false },
	{ "throughput", SETTING_NUMBER, "messages/s", 0, 1000000, NULL, "0",
	  false,
	  "Submissions a second over all binds of the link; the others wait. "
	  "0 is no limit.",
	  false },
	{ "burst", SETTING_NUMBER, "messages", 1, 1000000, NULL, "1", false,
	  "How many of them may go at once after a pause; 1 spreads them "
	  "evenly.",
	  false },
	{ "enquire-link", SETTING_DURATION, "s", 0, SETTING_HOUR, NULL, "30s",
	  false,
	  "After this time without traffic the SMSC is asked whether it is "
	  "still there; 0 never asks.",
	  false },
	{ "response-timeout", SETTING_DURATION, "s", 100, SETTING_HOUR, NULL,
	  "10s", false,
	  "How long the SMSC may take to answer; then the message is tried "
	  "again.",
	  false },
	{ "reconnect-first", SETTING_DURATION, "s", 100, SETTING_HOUR, NULL,
	  "1s", false, "Wait before a lost link is built again; it doubles.",
	  false },
	{ "reconnect-most", SETTING_DURATION, "s", 100, SETTING_HOUR, NULL,
	  "30s", false, "The longest such wait.", false },
	{ "ack", SETTING_CHOICE, NULL, 0, 0, "store|end-to-end", "store", false,
	  "When a message from the SMSC is answered: as soon as it is on disk, "
	  "or when its recipient has answered. One that must wait for its "
	  "recipient to register, and a receipt, are answered when they are on "
	  "disk.",
	  false },
	{ "service-type", SETTING_TEXT, NULL, 0, 5, NULL, "", false,
	  "The service_type of submissions that bring none.", false },
	{ "min-validity", SETTING_DURATION, "s", SETTING_SECOND, SETTING_DAY,
	  NULL, "1m", false,
	  "The validity_period of a message that is to be tried once only "
	  "(Expires: 0): the shortest that the SMSC takes.",
	  false },
	{ "outbind-password", SETTING_SECRET, NULL, 0, 8, NULL, NULL, false,
	  "Set: the SMSC may connect to the port of group smpp and send "
	  "outbind with this password; then we bind there as a receiver, "
	  "beside the other binds. With tls it has to connect to tls-port.",
	  false },
	{ "outbind-system-id", SETTING_TEXT, NULL, 0, 15, NULL, NULL, false,
	  "The name that it must give there; not set: any.", false },
	{ "query", SETTING_BOOL, NULL, 0, 0, NULL, "no", false,
	  "The SMSC is asked (query_sm) how a message stands that it has, when "
	  "its sender asks.",
	  false },
	{ "cancel", SETTING_BOOL, NULL, 0, 0, NULL, "no", false,
	  "The same with cancel_sm; otherwise what the SMSC has cannot be "
	  "cancelled.",
	  false },
	{ "replace", SETTING_BOOL, NULL, 0, 0, NULL, "no", false,
	  "The same with replace_sm, for messages of one part.", false },
	{ "submit", SETTING_CHOICE, NULL, 0, 0, "submit_sm|data_sm",
	  "submit_sm", false,
	  "How a message is submitted. data_sm has no priority, and its text "
	  "is always in message_payload.",
	  false },
	{ "esm-mode", SETTING_CHOICE, NULL, 0, 0,
	  "default|datagram|forward|store", "default", false,
	  "The messaging mode in esm_class.", false },
	{ "always-receipt", SETTING_BOOL, NULL, 0, 0, NULL, "no", false,
	  "Ask for a receipt even when the sender wants no report.", false },
	{ "sme-ack", SETTING_BOOL, NULL, 0, 0, NULL, "yes", false,
	  "Ask for the recipient's own acknowledgement when the sender wants a "
	  "display report.",
	  false },
	TEXT_ROWS,
	{ "single-shift", SETTING_LIST, NULL, 0, 0, LANGUAGES, NULL, false,
	  "The national languages whose single shift table the SMSC and the "
	  "phones behind it know: used where that saves short messages.",
	  false },
	{ "locking-shift", SETTING_LIST, NULL, 0, 0, LANGUAGES, NULL, false,
	  "The same of locking shift tables. Spanish has none.", false },
	{ "transliterate", SETTING_CHOICE, NULL, 0, 0, "no|fit|yes", "no",
	  false,
	  "May letters that the 7-bit alphabet lacks be replaced by close ones "
	  "when then all of the text fits it? fit: where that saves short "
	  "messages; yes: also where the text would need UCS2.",
	  false },
	{ "max-segments", SETTING_NUMBER, NULL, 1, 255, NULL, "8", false,
	  "More parts than this are not sent.", false },
	{ "vendor-status", SETTING_STATUSES, NULL, 0, 0, NULL, NULL, false,
	  "What the SMSC means by statuses of its own, 0x400 to 0x4FF: "
	  "0x400:throttle 0x410-0x41F:retry 0x4A1:final. throttle: the "
	  "message later, and the whole link more slowly, as after "
	  "ESME_RTHROTTLED; retry: the message later; final, as those that "
	  "are not named: never.",
	  false },
	{ "message-id", SETTING_CHOICE, NULL, 0, 0, "string|nocase|decimal|hex",
	  "string", false,
	  "How to read the message_id in an answer to a submission.", false },
	{ "receipt-id", SETTING_CHOICE, NULL, 0, 0, "string|nocase|decimal|hex",
	  "string", false, "How to read the identifier in a receipt.", false },
	{ "receipt-wait", SETTING_DURATION, "s", 0, 30 * SETTING_DAY, NULL,
	  "5m", false,
	  "How long after the end of a message's validity_period its receipt "
	  "may still come.",
	  false },
	{ "receipt-missing", SETTING_CHOICE, NULL, 0, 0,
	  "expired|unknown|delivered|none", "expired", false,
	  "What the sender is told when none has come then; none: nothing.",
	  false },
	{ "receipt-zone", SETTING_ZONE, NULL, 0, 0, NULL, "+00:00", false,
	  "How far the clock by which the SMSC dates its receipts is ahead of "
	  "UTC. A date that cannot be, or none, is when the receipt came.",
	  false },
	TLV_ROWS,
	NUMBER_ROWS,
	{ "international-ton-npi", SETTING_TON_NPI, NULL, 0, 0, NULL, "1/1",
	  false,
	  "Type of number and numbering plan of international numbers, which "
	  "are sent without their '+'.",
	  false },
	{ "national-ton-npi", SETTING_TON_NPI, NULL, 0, 0, NULL, "2/1", false,
	  "Those of national numbers: other digits, more than 8.", false },
	{ "short-ton-npi", SETTING_TON_NPI, NULL, 0, 0, NULL, "3/0", false,
	  "Those of short codes; 0/1 and 6/0 are also met.", false },
	{ "alphanumeric-ton-npi", SETTING_TON_NPI, NULL, 0, 0, NULL, "5/0",
	  false, "Those of alphanumeric senders.", false },
	{ "sender-international-ton-npi", SETTING_TON_NPI, NULL, 0, 0, NULL,
	  NULL, false,
	  "For senders, if not as for recipients: of international numbers.",
	  false },
	{ "sender-national-ton-npi", SETTING_TON_NPI, NULL, 0, 0, NULL, NULL,
	  false, "Of senders with national numbers.", false },
	{ "sender-short-ton-npi", SETTING_TON_NPI, NULL, 0, 0, NULL, NULL,
	  false, "Of senders with short codes.", false },
	{ "address-range", SETTING_TEXT, NULL, 0, 40, NULL, "", false,
	  "The address_range to bind with.", false },
	{ "address-ton", SETTING_NUMBER, NULL, 0, 255, NULL, "0", false,
	  "Its type of number.", false },
	{ "address-npi", SETTING_NUMBER, NULL, 0, 255, NULL, "0", false,
	  "Its numbering plan.", false },
	{ "country", SETTING_DIGITS, NULL, 0, 0, NULL, NULL, false,
	  "Country calling code of national numbers on this link, if not the "
	  "gateway's.",
	  false },
	{ "tls", SETTING_BOOL, NULL, 0, 0, NULL, "no", false,
	  "Connect with TLS. The SMSC's certificate is always verified.",
	  false },
	{ "tls-ca", SETTING_TEXT, NULL, 0, 1024, NULL, NULL, false,
	  "File with the authorities to believe, in PEM, from the state "
	  "directory unless it is absolute; not set: those of the system.",
	  false },
	{ "tls-name", SETTING_TEXT, NULL, 0, 253, NULL, NULL, false,
	  "The name or IP address that the certificate has to be for, if not "
	  "`host`.",
	  false },
	{ "tls-certificate", SETTING_TEXT, NULL, 0, 1024, NULL, NULL, false,
	  "File with a certificate to show to the SMSC.", false },
	{ "tls-key", SETTING_TEXT, NULL, 0, 1024, NULL, NULL, false,
	  "File with its key, which others may not read; not set: the key is "
	  "in tls-certificate.",
	  false },
	{ "tls-minimum", SETTING_CHOICE, NULL, 0, 0, "1.2|1.3", "1.2", false,
	  "The oldest version of TLS that is spoken.", false },
	{ .name = NULL }
};

const struct setting_group rows_smsc = {
	"smsc",	       "name", "A link to an SMSC that the gateway binds to.",
	smsc_settings, true,   false
};

static const struct setting esme_settings[] = {
	{ "system-id", SETTING_TEXT, NULL, 0, 15, NULL, NULL, true,
	  "The name that it binds with.", false },
	{ "password", SETTING_SECRET, NULL, 0, 0, NULL, NULL, true,
	  "The password that it binds with (at most 8 characters travel), or "
	  "$sha256$SALT$HEX with HEX the SHA-256 of SALT and password, or "
	  "$scrypt$N$R$P$SALT$HEX (RFC 7914, 32 octets).",
	  false },
	{ "bind", SETTING_LIST, NULL, 0, 0, "transceiver|transmitter|receiver",
	  "transceiver;transmitter;receiver", false,
	  "The kinds of bind that it may make.", false },
	{ "binds", SETTING_NUMBER, NULL, 1, 1000, NULL, "10", false,
	  "How many binds it may hold at once.", false },
	{ "rate", SETTING_NUMBER, "messages/s", 0, 100000, NULL, "0", false,
	  "Submissions a second; more are throttled. 0 is no limit.", false },
	{ "burst", SETTING_NUMBER, "messages", 0, 1000000, NULL, "0", false,
	  "How many may come at once after a pause, before the rate counts; 0: "
	  "in any second no more than `rate`.",
	  false },
	{ "daily-quota", SETTING_NUMBER, "messages", 0, UINT32_MAX, NULL, "0",
	  false,
	  "Submissions a day (UTC); more are throttled. Counted anew when "
	  "the program starts. 0 is no limit.",
	  false },
	{ "window", SETTING_NUMBER, "requests", 0, 10000, NULL, "0", false,
	  "Unanswered submissions at most; more are throttled. 0 is the "
	  "server's window.",
	  false },
	{ "short-code", SETTING_PREFIXES, NULL, 0, 0, NULL, NULL, false,
	  "Messages to these numbers go to it, and it sends as them; the first "
	  "is its sender when it names none.",
	  true },
	{ "any-sender", SETTING_BOOL, NULL, 0, 0, NULL, "no", false,
	  "It may send as any address.", false },
	{ "allowed-address", SETTING_ENTRIES, NULL, 0, 0, NULL, NULL, false,
	  "Other numbers and names that it may send as.", false },
	{ "default-sender", SETTING_SENDER, NULL, 0, 0, NULL, NULL, false,
	  "It sends as this when it names no sender. Not set: as its "
	  "short-code.",
	  false },
	{ "forced-sender", SETTING_SENDER, NULL, 0, 0, NULL, NULL, false,
	  "It sends as this whatever it names.", false },
	{ "wrong-sender", SETTING_CHOICE, NULL, 0, 0, "refuse|default",
	  "refuse", false,
	  "What to do when it names a sender that it may not use: refuse the "
	  "message, or send as the default sender.",
	  false },
	TEXT_ROWS,
	TLV_ROWS,
	NUMBER_ROWS,
	{ "allowed-host", SETTING_LIST, NULL, 0, 0, NULL, NULL, false,
	  "The IP addresses that it may bind from; none named: all.", false },
	{ "outbind-host", SETTING_ADDRESS, NULL, 0, 0, NULL, NULL, false,
	  "Where it waits to be called: while messages or receipts wait for it "
	  "and none of its binds receives, we connect there, send outbind, and "
	  "it may bind over that connection. That is without TLS: not for an "
	  "account that has to bind with it (tls = require, tls-name).",
	  false },
	{ "outbind-port", SETTING_PORT, NULL, 0, 0, NULL, "2775", false,
	  "The port there.", false },
	{ "outbind-password", SETTING_SECRET, NULL, 0, 8, NULL, NULL, false,
	  "The password that it knows us by.", false },
	{ "outbind-every", SETTING_DURATION, "s", 100, SETTING_DAY, NULL, "1m",
	  false,
	  "The shortest time between two calls; it doubles as long as it does "
	  "not bind.",
	  false },
	{ "outbind-most", SETTING_DURATION, "s", 100, SETTING_DAY, NULL, "30m",
	  false, "The longest such time.", false },
	{ "enabled", SETTING_BOOL, NULL, 0, 0, NULL, "yes", false,
	  "It may bind; no unbinds it.", false },
	{ "comment", SETTING_TEXT, NULL, 0, 1000, NULL, NULL, false,
	  "Whose it is: for operators.", false },
	{ "tls", SETTING_CHOICE, NULL, 0, 0, "no|yes|require", "yes", false,
	  "Whether it may, or has to, bind over TLS.", false },
	{ "tls-name", SETTING_TEXT, NULL, 0, 253, NULL, NULL, false,
	  "The name or IP address that its certificate has to be for; needs "
	  "tls-client in group smpp.",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_esme = {
	"esme",
	"system-id",
	"An account that may bind to the SMPP server.",
	esme_settings,
	true,
	false
};
