#include "gateway/settings_rows.h"

static const struct setting gateway_settings[] = {
	{ "adapters", SETTING_LIST, NULL, 0, 0, NULL, "sip;smpp", false,
	  "The adapter programs to run: cpmgw-sip is sip, cpmgw-smpp is smpp.",
	  false },
	{ "home-domain", SETTING_TEXT, NULL, 0, 0, NULL, "cpm.example", false,
	  "The domain of users that have none of their own, and the context of "
	  "short codes.",
	  false },
	{ "country", SETTING_DIGITS, NULL, 0, 0, NULL, NULL, false,
	  "Country calling code, such as 1 or 44: numbers that begin with the "
	  "trunk prefix are read as numbers of this country.",
	  false },
	{ "international-prefix", SETTING_DIGITS, NULL, 0, 0, NULL, "00", false,
	  "What people dial before a country code instead of '+'.", false },
	{ "trunk-prefix", SETTING_TEXT, "digits", 0, 5, NULL, "0", false,
	  "What people dial before a national number; empty where there is "
	  "nothing.",
	  false },
	{ "lifetime", SETTING_DURATION, "s", SETTING_SECOND, 30 * SETTING_DAY,
	  NULL, "3d", false,
	  "How long a message is kept and tried when its sender says nothing; "
	  "after that it has expired. For a scheduled message it begins at "
	  "the schedule.",
	  false },
	{ "lifetime-most", SETTING_DURATION, "s", SETTING_SECOND,
	  UINT64_C(365) * SETTING_DAY, NULL, "30d", false,
	  "The longest time that a sender may ask for: a longer validity is "
	  "cut, which the trace tells; a schedule that is further away is "
	  "refused.",
	  false },
	{ "retry-first", SETTING_DURATION, "s", 100, SETTING_HOUR, NULL, "5s",
	  false,
	  "Wait before the second attempt; it doubles with every attempt.",
	  false },
	{ "retry-most", SETTING_DURATION, "s", 100, SETTING_DAY, NULL, "5m",
	  false, "The longest wait between two attempts.", false },
	{ "retry-jitter", SETTING_NUMBER, "percent", 0, 100, NULL, "20", false,
	  "Every wait is made shorter or longer by a random part of at most "
	  "this much, so that attempts do not fall together.",
	  false },
	{ "rest-stays", SETTING_DURATION, "s", 0, SETTING_HOUR, NULL, "3s",
	  false,
	  "When a link has taken some parts of a long short message and then "
	  "is down, or takes no more: how long the rest waits for it before it "
	  "goes by the next link of the route. Where that cuts the text in "
	  "another way, all of it goes.",
	  false },
	{ "on-unknown", SETTING_CHOICE, NULL, 0, 0, "resend|fail", "resend",
	  false,
	  "What to do with a message that was being sent when a program died: "
	  "send it again (it may arrive twice, and its trace says so), or "
	  "fail.",
	  false },
	{ "dedupe-window", SETTING_DURATION, "s", 0, 30 * SETTING_DAY, NULL,
	  "24h", false,
	  "A second submission with the same sender, recipient and identifier "
	  "within this time gets the first one's answer and is not delivered "
	  "again, whatever is in it.",
	  false },
	{ "reassembly-timeout", SETTING_DURATION, "s", SETTING_SECOND,
	  SETTING_DAY, NULL, "5m", false,
	  "How long the parts of a long short message wait for the missing "
	  "ones.",
	  false },
	{ "reassembly-partial", SETTING_CHOICE, NULL, 0, 0, "deliver|drop",
	  "deliver", false,
	  "What to do then: deliver what came, the gap marked, or drop it "
	  "and report that.",
	  false },
	{ "orphan-keep", SETTING_DURATION, "s", 0, SETTING_DAY, NULL, "10m",
	  false,
	  "How long a receipt waits for the message that it is about: it may "
	  "come before the answer to the submission.",
	  false },
	{ "trace-keep", SETTING_NUMBER, "days", 1, 3650, NULL, "30", false,
	  "How long traces are kept.", false },
	{ "trace-size", SETTING_SIZE, "octets", 512 * 1024 * 1024, UINT64_MAX,
	  NULL, "10G", false,
	  "How much of the disk traces may take: then the oldest go, however "
	  "young.",
	  false },
	{ "drain", SETTING_DURATION, "s", SETTING_SECOND, SETTING_HOUR, NULL,
	  "10s", false,
	  "How long a stopping gateway waits for answers that are still to "
	  "come.",
	  false },
	{ "reserve", SETTING_SIZE, "octets", 0, UINT64_MAX, NULL, "64M", false,
	  "Disk space that is set aside at the start, so that a full disk "
	  "still leaves room to finish what was accepted.",
	  false },
	{ "minimum-free", SETTING_SIZE, "octets", 0, UINT64_MAX, NULL, "128M",
	  false,
	  "With less free disk space than this, nothing new is accepted.",
	  false },
	{ "linger", SETTING_DURATION, "ms", 0, SETTING_SECOND, NULL, "3ms",
	  false, "How long a commit waits for more messages to write at once.",
	  false },
	{ "control-group", SETTING_TEXT, NULL, 0, 0, NULL, "cpmgw", false,
	  "Members of this group of the system may use gwctl, as root and the "
	  "gateway's own user may.",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_gateway = {
	"gateway",	  NULL,	 "The engine: times, disk and numbers.",
	gateway_settings, false, false
};

static const struct setting user_settings[] = {
	{ "name", SETTING_TEXT, NULL, 0, 0, NULL, NULL, true,
	  "The user part of the SIP address, and the name for authentication.",
	  false },
	{ "domain", SETTING_TEXT, NULL, 0, 0, NULL, NULL, false,
	  "The domain of the SIP address, if not the home-domain of the "
	  "gateway.",
	  false },
	{ "number", SETTING_DIGITS, NULL, 0, 0, NULL, NULL, false,
	  "The telephone number, international, such as +15550100001.", true },
	{ "password", SETTING_SECRET, NULL, 0, 0, NULL, NULL, false,
	  "The password for SIP. A user without one cannot register.", false },
	{ "devices", SETTING_NUMBER, NULL, 1, 20, NULL, "3", false,
	  "How many devices may be registered at once.", false },
	{ "when-absent", SETTING_LIST, NULL, 0, 0,
	  "hold|sms|mms|vasp|mail|loopback", "hold", false,
	  "What to do while no device is registered: hold the message, or the "
	  "technologies to try, in this order.",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_user = {
	"user",
	"name",
	"A person of the CPM domain. Users that are not in the files any more "
	"are removed at the next reload.",
	user_settings,
	false,
	true
};

static const struct setting route_settings[] = {
	{ "name", SETTING_TEXT, NULL, 0, 0, NULL, NULL, true,
	  "The name of the route, for traces and complaints.", false },
	{ "prefix", SETTING_PREFIXES, NULL, 0, 0, NULL, NULL, true,
	  "The numbers that go this way: all that begin with one of these. The "
	  "longest prefix wins.",
	  false },
	{ "technology", SETTING_CHOICE, NULL, 0, 0,
	  "sms|mms|vasp|mail|loopback", NULL, true, "How they are reached.",
	  false },
	{ "peer", SETTING_LINKS, NULL, 0, 16, NULL, NULL, false,
	  "The links to use. With none of preference, cost and weight: the "
	  "preferred one first. A message that one does not take is tried on "
	  "the next; links that are down or held come last.",
	  false },
	{ "preference", SETTING_NUMBERS, NULL, 0, 1000, NULL, NULL, false,
	  "Which links go first: those with the lowest number. Not set: all "
	  "alike.",
	  false },
	{ "cost", SETTING_NUMBERS, NULL, 0, 1000000000, NULL, NULL, false,
	  "What a message costs over each link, in any unit: of links with "
	  "the same preference the cheapest goes first. Not set: all alike.",
	  false },
	{ "weight", SETTING_NUMBERS, NULL, 0, 1000000, NULL, NULL, false,
	  "How links with the same preference and cost share the messages: "
	  "3;1 is three for the first and one for the second. With 0 a link "
	  "is used when no other takes the message. Not set: equal shares.",
	  false },
	{ "priority", SETTING_NUMBER, NULL, 0, 1000, NULL, "100", false,
	  "Of several routes with the same prefix the lowest comes first.",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_route = {
	"route",
	"name",
	"Where numbers go that are not the number of a user, and "
	"how the technologies in a user's when-absent reach his number.",
	route_settings,
	false,
	false
};

static const struct setting access_settings[] = {
	{ "name", SETTING_TEXT, NULL, 0, 0, NULL, NULL, true,
	  "The name of the rule, for traces and complaints.", false },
	{ "action", SETTING_CHOICE, NULL, 0, 0, "allow|deny", NULL, true,
	  "What becomes of the messages that the rule fits.", false },
	{ "sender", SETTING_ENTRIES, NULL, 0, 0, NULL, NULL, false,
	  "It fits messages from these. Not set: from anybody.", false },
	{ "sender-file", SETTING_FILE, NULL, 0, 0, NULL, NULL, false,
	  "A file of more of them, one a line; '#' begins a comment line. It "
	  "is read again at a reload.",
	  false },
	{ "recipient", SETTING_ENTRIES, NULL, 0, 0, NULL, NULL, false,
	  "It fits messages to these. Not set: to anybody.", false },
	{ "recipient-file", SETTING_FILE, NULL, 0, 0, NULL, NULL, false,
	  "A file of more of them.", false },
	{ "from", SETTING_LINKS, NULL, 0, 0, NULL, NULL, false,
	  "It fits messages that come from these links and accounts. Not set: "
	  "from all, users included.",
	  false },
	{ "way", SETTING_LINKS, NULL, 0, 0, NULL, NULL, false,
	  "It decides about these links alone: messages that it denies are "
	  "not sent over them, but may be over others. Not set: it decides "
	  "whether messages are taken at all.",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_access = {
	"access",
	"name",
	"Black and white lists. The rules are read in the order in which they "
	"are written, and the first that fits a message decides; what none "
	"fits is allowed. A white list ends with a rule that denies all.",
	access_settings,
	false,
	true
};

static const struct setting groups_settings[] = {
	{ "folder", SETTING_FILE, NULL, 0, 0, NULL, NULL, false,
	  "A folder of group documents (OMA XDM: group, list-service), all "
	  "files whose names end in .xml. A message to the address of such a "
	  "group goes to its members. They are read again at a reload. Not "
	  "set: there are no groups.",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_groups = {
	"groups",
	NULL,
	"Groups of people that have an address of their own.",
	groups_settings,
	false,
	true
};

static const struct setting iwf_settings[] = {
	{ "reach", SETTING_CHOICE, NULL, 0, 0, "internal", "internal", false,
	  "How a message gets to interworking: inside this gateway.", false },
	{ "accept", SETTING_CHOICE, NULL, 0, 0, "stored", "stored", false,
	  "When the sender of an interworked message is answered: as soon as "
	  "it is on disk.",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_iwf = {
	"iwf",
	NULL,
	"Interworking between CPM and the other technologies.",
	iwf_settings,
	false,
	false
};

static const struct setting core_settings[] = {
	{ "trusted-peers", SETTING_PEERS, NULL, 0, 0, NULL, NULL, false,
	  "SIP servers whose assertions (P-Asserted-Identity, P-Served-User, "
	  "third-party REGISTER) are believed.",
	  false },
	{ "trusted-names", SETTING_LIST, NULL, 0, 0, NULL, NULL, false,
	  "The same for servers that connect with TLS: SIP domains or host "
	  "names in their certificates. Needs tls-client in group sip.",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_core = {
	"core",	       NULL,  "The SIP core that the gateway works with.",
	core_settings, false, false
};

static const struct setting domain_settings[] = {
	{ "name", SETTING_TEXT, NULL, 0, 0, NULL, NULL, true,
	  "The domain, such as other.example.", false },
	{ "address", SETTING_ADDRESS, NULL, 0, 0, NULL, NULL, true,
	  "The server that takes its requests.", false },
	{ "port", SETTING_PORT, NULL, 0, 0, NULL, "5060", false, "Its port.",
	  false },
	{ "transport", SETTING_CHOICE, NULL, 0, 0, "udp|tcp|tls", "udp", false,
	  "The transport to use. With tls its certificate has to be the "
	  "domain's (RFC 5922), by an authority of tls-ca in group sip; the "
	  "usual port is 5061.",
	  false },
	{ .name = NULL }
};

const struct setting_group rows_domain = {
	"domain",	 "name", "Another SIP domain and the way to it.",
	domain_settings, false,	 false
};

static const struct setting ota_settings[] = {
	{ "name", SETTING_TEXT, NULL, 0, 0, NULL, NULL, true,
	  "The name of these settings, for gwctl ota.", false },
	{ "type", SETTING_CHOICE, NULL, 0, 0, "browser|mms|access", "browser",
	  false,
	  "What a phone is to use them for: the browser, MMS, or nothing but "
	  "the access point.",
	  false },
	{ "title", SETTING_TEXT, NULL, 1, 40, NULL, NULL, false,
	  "The name that the phone shows; not set: `name`.", false },
	{ "bearer", SETTING_CHOICE, NULL, 0, 0, "GPRS|CSD", "GPRS", false,
	  "By packets, or by a call.", false },
	{ "apn", SETTING_TEXT, NULL, 1, 100, NULL, NULL, false,
	  "The access point name; with bearer = GPRS.", false },
	{ "phone", SETTING_DIGITS, NULL, 0, 0, NULL, NULL, false,
	  "The number to call; with bearer = CSD.", false },
	{ "authentication", SETTING_CHOICE, NULL, 0, 0, "none|PAP|CHAP",
	  "none", false, "How the phone logs in at the access point.", false },
	{ "user", SETTING_TEXT, NULL, 1, 100, NULL, NULL, false,
	  "The name to log in with.", false },
	{ "password", SETTING_SECRET, NULL, 1, 100, NULL, NULL, false,
	  "The password to log in with.", false },
	{ "proxy", SETTING_ADDRESS, NULL, 0, 0, NULL, NULL, false,
	  "The WAP or HTTP proxy; not set: none.", false },
	{ "proxy-port", SETTING_NUMBER, NULL, 1, 65535, NULL, "8080", false,
	  "Its port: 8080 for HTTP, 9201 for WAP 1.", false },
	{ "home-page", SETTING_TEXT, NULL, 1, 500, NULL, NULL, false,
	  "The URL of the first page; with type = browser.", false },
	{ "mmsc", SETTING_TEXT, NULL, 1, 500, NULL, NULL, false,
	  "The URL of the MMS relay; with type = mms.", false },
	{ .name = NULL }
};

const struct setting_group rows_ota = {
	"ota-setting",
	"name",
	"Settings that are sent to phones (OMA client provisioning).",
	ota_settings,
	false,
	true
};
