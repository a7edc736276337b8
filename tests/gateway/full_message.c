#include "tests/gateway/full_message.h"

#include <string.h>

#define CPIM "From: <tel:+15550100001>\r\n\r\nHello\r\n--b\r\nworld"
#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct recipient recipients[] = {
	{ { ADDRESS_E164, "+15550100002" }, "Bob", RECIPIENT_TO,
	  CODING_OBFUSCATED, false, true },
	{ { ADDRESS_SIP, "sip:carol@cpm.example" }, NULL, RECIPIENT_CC,
	  CODING_PLAIN, true, false },
	{ { ADDRESS_MAIL, "d@d.example" }, "", RECIPIENT_BCC,
	  CODING_ENCRYPTED, false, false },
};

static struct message_id ids[] = {
	{ ID_IMDN, "34jk324j", 0 },
	{ ID_CALL, "1@host", 0 },
	{ ID_SMPP, "1001", WANT_POSITIVE | WANT_NEGATIVE },
	{ ID_LINKED, "", 0 },
	{ ID_REPLY_CHARGING, "rc-1", 0 },
};

static struct extra extras[] = {
	{ "smpp.tlv.1400", { (const uint8_t *)"\0\1", 2 } },
	{ "sip.imdn-record-route", { NULL, 0 } },
};

static struct part parts[] = {
	{ .type = "text/plain;charset=UTF-8", .disposition = "inline",
	  .content_id = "<1@x>", .name = "a.txt", .language = "en" },
	{ .type = "Text/HTML" },
	{ .type = "multipart/related;start=\"<2@x>\"" },
	{ .type = "image/jpeg", .external = true, .depth = 1, .fixed = true,
	  .location = "cat.jpg", .description = "A cat",
	  .reference = { 1 << 20, { 1, 2, 3, [31] = 0xFF } } },
	{ .type = "Multipart/Alternative", .depth = 1 },
	{ .type = "application/empty", .depth = 2 },
};

/* What the technologies that are not SMS bring along. */
static void set_others(struct message *m)
{
	m->charging = (struct charging){ "gold", "sender", "payer1", "third",
					 "news", "daily", "AyretyU0dm+6O2Ir" };
	m->reply_charging = (struct reply_charging){ REPLY_CHARGING_GIVEN_TEXT,
						     1767225600000002, 30720 };
	m->application = (struct application){ "game", "reply", "round 2" };
	m->content_class = CONTENT_CONTENT_RICH;
	m->protected = true;
	m->distribution = 0;
	m->conditions = CONDITION_MMS_CAPABLE | CONDITION_HOME_NETWORK;
	m->forwards = UINT8_MAX;
	m->prefer[0] = TECHNOLOGY_SMS;
	m->prefer[1] = TECHNOLOGY_LOOPBACK;
	m->group = (struct address){ ADDRESS_SIP, "sip:group@cpm.example" };
	m->group_name = "Friends";
}

struct message full_message(void)
{
	static const char cpim[] = CPIM;
	const uint8_t *native = (const uint8_t *)cpim;
	struct message m;

	parts[0].body = (struct bytes){ native + 28, 5 };
	parts[1].body = (struct bytes){ (const uint8_t *)"<p>\0</p>", 8 };
	message_init(&m);
	m.kind = MESSAGE_REPORT;
	m.origin = (struct origin){ TECHNOLOGY_CPM, "cpm", "alice" };
	m.from = (struct address){ ADDRESS_ANONYMOUS, "" };
	m.from_name = "Alice \xE2\x82\xAC";
	m.asserted = (struct address){ ADDRESS_E164, "+15550100001" };
	m.recipients = recipients;
	m.n_recipients = COUNT(recipients);
	m.original_to = "tel:+15550100009";
	m.received_us = 1767225600000000;
	m.submitted_us = 1;
	m.earliest_us = UINT64_MAX;
	m.expires_us = 0x100;
	m.submitted_text = "2026-01-01T00:00:00Z";
	m.subject = "Hi";
	m.subject_language = "en";
	m.priority = PRIORITY_URGENT;
	m.class = CLASS_AUTO;
	m.sms_class = 3;
	m.want = 127;
	m.privacy = 127;
	m.adapt = false;
	m.once = true;
	m.service = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg";
	m.service_type = "CMT";
	set_others(&m);
	m.ids = ids;
	m.n_ids = COUNT(ids);
	m.parts = parts;
	m.n_parts = COUNT(parts);
	m.extras = extras;
	m.n_extras = COUNT(extras);
	m.native_type = "message/cpim";
	m.native = bytes_of(cpim);
	m.report = (struct report){ 77,
				    { ADDRESS_SHORT, "12345" },
				    WANT_DISPLAY,
				    STATE_ACKNOWLEDGED,
				    TECHNOLOGY_LOOPBACK,
				    UINT32_MAX,
				    "read",
				    1767225600000001,
				    "5.4.7",
				    "21b",
				    "read it",
				    256 };
	return m;
}

struct message small_message(void)
{
	static struct recipient to[] = {
		{ .address = { ADDRESS_E164, "+15550100002" } },
	};
	static struct part text[] = { { .type = "text/plain" } };
	static struct message_id few[] = {
		{ .kind = ID_IMDN, .value = "q83vEjRWeJCrze8SNFZ4kA" },
		{ .kind = ID_CALL, .value = "a84b4c76e66710@pc33.example" },
		{ .kind = ID_CONVERSATION, .value = "f81d4fae-7dec-11d0" },
	};
	struct message m;

	message_init(&m);
	text[0].body = bytes_of("Are you coming for lunch?");
	m.origin = (struct origin){ TECHNOLOGY_SMS, "smsc-a", "esme1" };
	m.from = (struct address){ ADDRESS_E164, "+15550100001" };
	m.received_us = 1767225600000000;
	m.want = WANT_POSITIVE;
	m.recipients = to;
	m.n_recipients = 1;
	m.parts = text;
	m.n_parts = 1;
	m.ids = few;
	m.n_ids = 3;
	return m;
}

static bool text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool address(const struct address *a, const struct address *b)
{
	return a->kind == b->kind && text(a->text, b->text);
}

static bool lists(const struct message *a, const struct message *b)
{
	bool same = a->n_recipients == b->n_recipients &&
		    a->n_ids == b->n_ids && a->n_extras == b->n_extras;
	size_t i;

	for (i = 0; same && i < a->n_recipients; i++)
		same = address(&a->recipients[i].address,
			       &b->recipients[i].address) &&
		       text(a->recipients[i].name, b->recipients[i].name) &&
		       a->recipients[i].role == b->recipients[i].role &&
		       a->recipients[i].coding == b->recipients[i].coding &&
		       a->recipients[i].display_only ==
			       b->recipients[i].display_only &&
		       a->recipients[i].anonymous == b->recipients[i].anonymous;
	for (i = 0; same && i < a->n_ids; i++)
		same = a->ids[i].kind == b->ids[i].kind &&
		       text(a->ids[i].value, b->ids[i].value) &&
		       a->ids[i].want == b->ids[i].want;
	for (i = 0; same && i < a->n_extras; i++)
		same = text(a->extras[i].name, b->extras[i].name) &&
		       bytes_equal(a->extras[i].value, b->extras[i].value);
	return same;
}

static bool reference(const struct body_reference *a,
		      const struct body_reference *b)
{
	return a->octets == b->octets && memcmp(a->sha256, b->sha256, 32) == 0;
}

static bool part(const struct part *a, const struct part *b)
{
	return a->depth == b->depth && a->fixed == b->fixed &&
	       text(a->location, b->location) &&
	       text(a->description, b->description) &&
	       text(a->type, b->type) && text(a->disposition, b->disposition) &&
	       text(a->content_id, b->content_id) && text(a->name, b->name) &&
	       text(a->language, b->language) &&
	       bytes_equal(a->body, b->body) && a->external == b->external &&
	       reference(&a->reference, &b->reference);
}

static bool report(const struct report *a, const struct report *b)
{
	return a->about == b->about && address(&a->recipient, &b->recipient) &&
	       a->kind == b->kind && a->state == b->state && a->via == b->via &&
	       a->far_code == b->far_code && text(a->text, b->text) &&
	       a->event_us == b->event_us && text(a->cause, b->cause) &&
	       text(a->error, b->error);
}

static bool numbers(const struct message *a, const struct message *b)
{
	return a->kind == b->kind && a->received_us == b->received_us &&
	       a->submitted_us == b->submitted_us &&
	       a->earliest_us == b->earliest_us &&
	       a->expires_us == b->expires_us && a->priority == b->priority &&
	       a->class == b->class && a->sms_class == b->sms_class &&
	       a->want == b->want && a->privacy == b->privacy &&
	       a->adapt == b->adapt && a->once == b->once &&
	       a->origin.technology == b->origin.technology;
}

static bool texts(const struct message *a, const struct message *b)
{
	const struct charging *c = &a->charging, *d = &b->charging;

	return text(a->origin.peer, b->origin.peer) &&
	       text(a->origin.account, b->origin.account) &&
	       text(a->from_name, b->from_name) &&
	       text(a->original_to, b->original_to) &&
	       text(a->submitted_text, b->submitted_text) &&
	       text(a->subject, b->subject) &&
	       text(a->subject_language, b->subject_language) &&
	       text(a->service, b->service) &&
	       text(a->service_type, b->service_type) &&
	       text(c->service_code, d->service_code) &&
	       text(c->charged_party, d->charged_party) &&
	       text(c->charged_party_id, d->charged_party_id) &&
	       text(c->third_party, d->third_party) &&
	       text(c->vasp_id, d->vasp_id) && text(c->vas_id, d->vas_id) &&
	       text(c->ims_id, d->ims_id) &&
	       text(a->native_type, b->native_type) &&
	       text(a->group_name, b->group_name);
}

static bool others(const struct message *a, const struct message *b)
{
	const struct reply_charging *r = &a->reply_charging,
				    *s = &b->reply_charging;
	const struct application *c = &a->application, *d = &b->application;

	return r->mode == s->mode && r->until_us == s->until_us &&
	       r->octets == s->octets && text(c->id, d->id) &&
	       text(c->reply_id, d->reply_id) && text(c->info, d->info) &&
	       a->content_class == b->content_class &&
	       a->protected == b->protected &&
	       a->distribution == b->distribution &&
	       a->conditions == b->conditions && a->forwards == b->forwards &&
	       memcmp(a->prefer, b->prefer, sizeof a->prefer) == 0 &&
	       address(&a->group, &b->group) &&
	       a->native_external == b->native_external &&
	       reference(&a->native_reference, &b->native_reference);
}

bool message_same(const struct message *a, const struct message *b)
{
	bool same = numbers(a, b) && texts(a, b) && others(a, b) &&
		    address(&a->from, &b->from) &&
		    address(&a->asserted, &b->asserted) && lists(a, b) &&
		    bytes_equal(a->native, b->native) &&
		    a->n_parts == b->n_parts && report(&a->report, &b->report);
	size_t i;

	for (i = 0; same && i < a->n_parts; i++)
		same = part(&a->parts[i], &b->parts[i]);
	return same;
}
