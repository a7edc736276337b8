#include "adapters/smpp/manner.h"

#include <string.h>

#include "codecs/smpp_pdu.h"
#include "gateway/adapter.h"

/* Which of `words` (NULL ends) the setting has; the rows allow no other. */
static unsigned choice(const struct settings_group *g, const char *setting,
		       const char *const *words)
{
	const char *text = settings_text(g, setting);
	unsigned i;

	for (i = 0; words[i] != NULL; i++)
		if (text != NULL && strcmp(text, words[i]) == 0)
			return i;
	return 0;
}

static void common(const struct settings *s, struct manner *out)
{
	const struct settings_group *g = settings_single(s, "gateway");

	numbers_clear(&out->numbers);
	*out = (struct manner){ .service_type = "" };
	out->rules = (struct address_rules){
		.country = settings_text(g, "country"),
		.international_prefix =
			settings_text(g, "international-prefix"),
		.trunk_prefix = settings_text(g, "trunk-prefix"),
		.home_domain = settings_text(g, "home-domain"),
	};
	out->most_ahead_us = settings_number(g, "lifetime-most") * 1000;
	out->joined_timeout_s =
		(uint32_t)(settings_number(g, "reassembly-timeout") / 1000);
}

static enum smpp_id_kind id_kind(const struct settings_group *g,
				 const char *setting)
{
	enum smpp_id_kind kind = SMPP_ID_STRING;

	if (smpp_id_kind_read(bytes_of(settings_text(g, setting)), &kind) != OK)
		return SMPP_ID_STRING;
	return kind;
}

static uint8_t beyond(const struct settings_group *g)
{
	unsigned bits = 0;

	if (settings_bool(g, "query"))
		bits |= 1u << AMEND_QUERY;
	if (settings_bool(g, "cancel"))
		bits |= 1u << AMEND_CANCEL;
	if (settings_bool(g, "replace"))
		bits |= 1u << AMEND_REPLACE;
	return (uint8_t)bits;
}

/* A set of languages (codecs/segment.h), as settings.c names them. */
static uint16_t languages(const struct settings_group *g, const char *setting)
{
	static const char *const names[] = {
		"turkish", "spanish", "portuguese", "bengali", "gujarati",
		"hindi",   "kannada", "malayalam",  "oriya",   "punjabi",
		"tamil",   "telugu",  "urdu",
	};
	struct bytes item;
	unsigned set = 0;
	size_t i, n;

	for (n = 0; settings_item(g, setting, n, &item); n++)
		for (i = 0; i < sizeof names / sizeof *names; i++)
			if (bytes_is(item, names[i]))
				set |= SEGMENT_LANGUAGE(i + 1);
	return (uint16_t)set;
}

/* The rows take no other than good ones. */
static void parameters(const struct settings_group *g, struct manner *out)
{
	const char *pass = settings_text(g, "tlv-pass");
	const char *drop = settings_text(g, "tlv-drop");
	const char *add = settings_text(g, "tlv-add");

	out->only_pass = pass != NULL;
	if (smpp_tag_set_read(bytes_of(pass), &out->pass, NULL) != OK)
		out->pass.n = 0;
	if (smpp_tag_set_read(bytes_of(drop), &out->drop, NULL) != OK)
		out->drop.n = 0;
	if (smpp_tag_added_read(bytes_of(add), &out->added, NULL) != OK)
		out->added.n = 0;
}

/* What its texts are made of, 3GPP TS 23.038. */
static void texts(const struct settings_group *g, struct manner *out)
{
	static const char *const charsets[] = { "gsm7", "ascii", "latin1",
						"utf-8", NULL };
	static const char *const means[] = { "udh8", "udh16", "sar", "payload",
					     NULL };
	struct segment_options *o = &out->write;

	out->read.default_charset = o->charset =
		(enum segment_charset)choice(g, "default-charset", charsets);
	out->read.gsm_dcs = o->gsm_dcs = settings_bool(g, "gsm-dcs");
	out->read.packed = o->packed = settings_bool(g, "gsm7-packed");
	o->means = (enum segment_means)choice(g, "concat", means);
	o->latin1 = settings_bool(g, "latin1");
	parameters(g, out);
}

/* What only an SMSC is told: its phones know more or less. */
static void phones(const struct settings_group *g, struct segment_options *o)
{
	static const char *const replace[] = { "no", "fit", "yes", NULL };

	o->parts_max = (uint16_t)settings_number(g, "max-segments");
	o->single = languages(g, "single-shift");
	o->locking = languages(g, "locking-shift");
	o->replace = (enum segment_replace)choice(g, "transliterate", replace);
}

bool manner_is_too_much(const struct manner *m, uint32_t status)
{
	return status == ESME_RTHROTTLED || status == ESME_RMSGQFUL ||
	       smpp_vendor_kind(&m->vendor, status) == SMPP_VENDOR_THROTTLE;
}

/* The rows take no other than good ones. */
static void vendor(const struct settings_group *g, struct smpp_vendor *out)
{
	const char *text = settings_text(g, "vendor-status");

	if (smpp_vendor_read(bytes_of(text), out, NULL) != OK)
		*out = (struct smpp_vendor){ { 0 } };
}

/* Receipts that do not come, and the clock of those that do. */
static void receipts(const struct settings_group *g, struct manner *out)
{
	static const char *const words[] = { "expired", "unknown", "delivered",
					     "none", NULL };
	static const enum delivery_state states[] = {
		STATE_NONE, STATE_UNKNOWN, STATE_DELIVERED,
		STATE_REPORT_DENIED
	};

	out->report_wait_s =
		(uint32_t)(settings_number(g, "receipt-wait") / 1000);
	out->unreported = states[choice(g, "receipt-missing", words)];
	(void)settings_zone(bytes_of(settings_text(g, "receipt-zone")),
			    &out->receipt_ahead_s);
}

/*
 * What can never go, 3GPP TS 23.040 9.2.3.24.1; rather more than less where
 * other alphabets than the default one and UCS2 may save short messages.
 */
static void limits(const struct settings_group *g, struct manner *out)
{
	const struct segment_options *o = &out->write;
	bool plain = !o->latin1 && o->single == 0 && o->locking == 0 &&
		     o->replace == SEGMENT_AS_IT_IS &&
		     o->charset == SEGMENT_CHARSET_GSM7;
	bool alone = o->parts_max == 1;

	out->short_names = settings_text(g, "sender-out") == NULL;
	if (o->means == SEGMENT_PAYLOAD)
		return;
	out->septets_most = alone ? 160 : 153u * o->parts_max;
	out->units_most = alone ? 70 : 67u * o->parts_max;
	if (plain)
		return;
	out->units_most = out->septets_most;
	out->septets_most *= 2;
}

void manner_of_smsc(const struct settings *s, const struct settings_group *g,
		    struct manner *out)
{
	static const char *const modes[] = { "default", "datagram", "forward",
					     "store", NULL };

	common(s, out);
	out->peer = settings_name(g);
	if (settings_text(g, "country") != NULL)
		out->rules.country = settings_text(g, "country");
	texts(g, out);
	phones(g, &out->write);
	limits(g, out);
	out->message_id = id_kind(g, "message-id");
	out->receipt_id = id_kind(g, "receipt-id");
	receipts(g, out);
	numbers_read(&out->numbers, g);
	numbers_types(&out->numbers, g);
	out->beyond = beyond(g);
	vendor(g, &out->vendor);
	out->data_sm = strcmp(settings_text(g, "submit"), "data_sm") == 0;
	out->esm_mode = (uint8_t)choice(g, "esm-mode", modes);
	out->always_receipt = settings_bool(g, "always-receipt");
	out->sme_ack = settings_bool(g, "sme-ack");
	out->end_to_end = strcmp(settings_text(g, "ack"), "end-to-end") == 0;
	out->service_type = settings_text(g, "service-type");
	out->min_validity_s =
		(uint32_t)(settings_number(g, "min-validity") / 1000);
	out->first_window = (uint32_t)settings_number(g, "first-window");
	out->throughput = (struct rate_rule){
		.per_second = (uint32_t)settings_number(g, "throughput"),
		.burst = (uint32_t)settings_number(g, "burst")
	};
}

void manner_of_esme(const struct settings *s, const char *name,
		    struct manner *out)
{
	const struct settings_group *g = settings_group_named(s, "esme", name);

	common(s, out);
	numbers_read(&out->numbers, g);
	if (g != NULL)
		texts(g, out);
	out->peer = name;
	out->numbers.esme = true;
	out->server = true;
	out->sme_ack = true;
	out->write.parts_max = SEGMENT_PARTS_MAX;
}
