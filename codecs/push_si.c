#include "codecs/push_si.h"

#include "codecs/timestamp.h"
#include "codecs/wapxml.h"
#include "codecs/wbxml.h"

#define PUBLIC "-//WAPFORUM//DTD SI 1.0//EN"
#define SYSTEM "http://www.wapforum.org/DTD/si.dtd"

static const char clause[] = "WAP-167-ServiceInd 8.2";

/* Clauses 9.3.1 to 9.3.3. */
static const struct wbxml_tag tags[] = {
	{ 0, 0x05, "si" },   { 0, 0x06, "indication" },
	{ 0, 0x07, "info" }, { 0, 0x08, "item" },
	{ 0, 0, NULL },
};

static const struct wbxml_start starts[] = {
	{ 0, 0x05, "action", "signal-none" },
	{ 0, 0x06, "action", "signal-low" },
	{ 0, 0x07, "action", "signal-medium" },
	{ 0, 0x08, "action", "signal-high" },
	{ 0, 0x09, "action", "delete" },
	{ 0, 0x0A, "created", "" },
	{ 0, 0x0B, "href", "" },
	{ 0, 0x0C, "href", "http://" },
	{ 0, 0x0D, "href", "http://www." },
	{ 0, 0x0E, "href", "https://" },
	{ 0, 0x0F, "href", "https://www." },
	{ 0, 0x10, "si-expires", "" },
	{ 0, 0x11, "si-id", "" },
	{ 0, 0x12, "class", "" },
	{ 0, 0, NULL, NULL },
};

static const struct wbxml_word words[] = {
	{ 0, 0x85, ".com/" }, { 0, 0x86, ".edu/" }, { 0, 0x87, ".net/" },
	{ 0, 0x88, ".org/" }, { 0, 0, NULL },
};

static const char *const actions[] = {
	[PUSH_SI_MEDIUM] = "signal-medium", [PUSH_SI_NONE] = "signal-none",
	[PUSH_SI_LOW] = "signal-low",	    [PUSH_SI_HIGH] = "signal-high",
	[PUSH_SI_DELETE] = "delete",
};

#define ACTIONS (sizeof actions / sizeof *actions)

/* Clause 9.2.2: digits of YYYYMMDDhhmmss, zero octets at the end left out. */
static enum err date_text(struct bytes octets, struct buf *text)
{
	char digits[14] = "00000000000000";
	size_t i;

	if (octets.n < 4 || octets.n > 7)
		return ERR_MALFORMED;
	for (i = 0; i < octets.n; i++) {
		if (octets.p[i] >> 4 > 9 || (octets.p[i] & 15) > 9)
			return ERR_MALFORMED;
		digits[2 * i] = (char)('0' + (octets.p[i] >> 4));
		digits[2 * i + 1] = (char)('0' + (octets.p[i] & 15));
	}
	buf_printf(text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", digits, digits + 4,
		   digits + 6, digits + 8, digits + 10, digits + 12);
	return buf_status(text);
}

static enum err opaque(struct bytes attribute, struct bytes octets,
		       struct buf *text)
{
	if (!bytes_is(attribute, "created") &&
	    !bytes_is(attribute, "si-expires"))
		return ERR_UNSUPPORTED;
	return date_text(octets, text);
}

static const struct wbxml_vocabulary vocabulary = {
	.public_id = 0x05,
	.public_text = PUBLIC,
	.tags = tags,
	.starts = starts,
	.words = words,
	.pieces = true,
	.opaque = opaque,
};

static enum err read_date(struct bytes text, int64_t *out)
{
	int64_t t, part;

	if (text.n == 0)
		return OK;
	if (timestamp_xml_decode(text, &t) != OK)
		return ERR_MALFORMED;
	part = t % TIMESTAMP_SECOND;
	*out = t - part - (part < 0 ? TIMESTAMP_SECOND : 0);
	return OK;
}

static enum err read_action(struct bytes text, enum push_si_action *out)
{
	size_t i;

	if (text.n == 0)
		return OK;
	for (i = 0; i < ACTIONS; i++) {
		if (!bytes_is(text, actions[i]))
			continue;
		*out = (enum push_si_action)i;
		return OK;
	}
	return ERR_MALFORMED;
}

static enum err from_tree(const struct xml_node *root, struct push_si *out,
			  struct fault *why)
{
	const struct xml_node *n = xml_child(root, "", "indication");
	struct push_si si = { 0 };

	if (!xml_is(root, "", "si"))
		return fault_set(why, ERR_UNSUPPORTED, "si", clause, 0);
	if (n == NULL)
		return fault_set(why, ERR_MALFORMED, "indication", clause, 0);
	si.text = xml_text(n);
	si.href = xml_attribute(n, "", "href");
	si.id = xml_attribute(n, "", "si-id");
	if (read_date(xml_attribute(n, "", "created"), &si.created) != OK)
		return fault_set(why, ERR_MALFORMED, "created", clause, 0);
	if (read_date(xml_attribute(n, "", "si-expires"), &si.expires) != OK)
		return fault_set(why, ERR_MALFORMED, "si-expires", clause, 0);
	if (read_action(xml_attribute(n, "", "action"), &si.action) != OK)
		return fault_set(why, ERR_MALFORMED, "action", clause, 0);
	*out = si;
	return OK;
}

enum err push_si_wbxml_decode(struct bytes in, struct arena *a,
			      struct push_si *out, struct fault *why)
{
	struct xml_node *root;
	enum err e;

	if ((e = wbxml_read(in, &vocabulary, a, &root, why)) != OK)
		return e;
	return from_tree(root, out, why);
}

enum err push_si_xml_decode(struct bytes in, struct arena *a,
			    struct push_si *out, struct fault *why)
{
	struct xml_node *root;
	enum err e;

	if ((e = wapxml_read(in, a, &root, why)) != OK)
		return e;
	return from_tree(root, out, why);
}

static bool date_fits(int64_t t)
{
	return t >= TIMESTAMP_FIRST && t <= TIMESTAMP_LAST;
}

static bool encodable(const struct push_si *si)
{
	return date_fits(si->created) && date_fits(si->expires) &&
	       (si->action != PUSH_SI_DELETE || si->id.n > 0);
}

static uint8_t bcd(int v)
{
	return (uint8_t)(v / 10 % 10 << 4 | v % 10);
}

/* A date that fits has a civil form. */
static void put_date(struct wbxml_writer *w, const char *name, int64_t t)
{
	struct timestamp_civil c = { 0 };
	uint8_t octets[7];
	size_t n = sizeof octets;

	if (t == 0)
		return;
	w->bad = w->bad == OK ? timestamp_to_civil(t, &c) : w->bad;
	octets[0] = bcd(c.year / 100);
	octets[1] = bcd(c.year);
	octets[2] = bcd(c.month);
	octets[3] = bcd(c.day);
	octets[4] = bcd(c.hour);
	octets[5] = bcd(c.minute);
	octets[6] = bcd(c.second);
	while (n > 0 && octets[n - 1] == 0)
		n--;
	wbxml_attribute_opaque(w, name, (struct bytes){ octets, n });
}

static void put_optional(struct wbxml_writer *w, const char *name,
			 struct bytes value)
{
	if (value.n > 0)
		wbxml_attribute(w, name, value);
}

static bool has_attributes(const struct push_si *si)
{
	return si->href.n > 0 || si->id.n > 0 || si->created != 0 ||
	       si->expires != 0 || si->action != PUSH_SI_MEDIUM;
}

enum err push_si_wbxml_encode(const struct push_si *si, struct buf *to)
{
	struct wbxml_writer w;

	if (!encodable(si))
		return ERR_RANGE;
	wbxml_begin(&w, &vocabulary, 2, to);
	wbxml_open(&w, "si", WBXML_CONTENT);
	wbxml_open(&w, "indication",
		   WBXML_CONTENT |
			   (has_attributes(si) ? WBXML_ATTRIBUTES : 0U));
	put_optional(&w, "href", si->href);
	put_optional(&w, "si-id", si->id);
	put_date(&w, "created", si->created);
	put_date(&w, "si-expires", si->expires);
	if (si->action != PUSH_SI_MEDIUM)
		wbxml_attribute(&w, "action", bytes_of(actions[si->action]));
	if (has_attributes(si))
		wbxml_end(&w);
	wbxml_text(&w, si->text);
	wbxml_end(&w);
	wbxml_end(&w);
	return wbxml_status(&w);
}

static enum err put_xml_date(struct buf *to, const char *name, int64_t t)
{
	struct buf text = BUF_INIT(32);
	enum err e;

	if (t == 0)
		return OK;
	if ((e = timestamp_rfc3339_encode(t, 0, &text)) == OK)
		xml_put_attribute(to, name, buf_bytes(&text));
	buf_clear(&text);
	return e;
}

static void put_xml_optional(struct buf *to, const char *name,
			     struct bytes value)
{
	if (value.n > 0)
		xml_put_attribute(to, name, value);
}

enum err push_si_xml_encode(const struct push_si *si, struct buf *to)
{
	enum err e;

	if (!encodable(si))
		return ERR_RANGE;
	wapxml_begin(to, "si", PUBLIC, SYSTEM);
	buf_text(to, "<si><indication");
	put_xml_optional(to, "href", si->href);
	put_xml_optional(to, "si-id", si->id);
	if ((e = put_xml_date(to, "created", si->created)) != OK ||
	    (e = put_xml_date(to, "si-expires", si->expires)) != OK)
		return e;
	if (si->action != PUSH_SI_MEDIUM)
		xml_put_attribute(to, "action", bytes_of(actions[si->action]));
	buf_u8(to, '>');
	xml_put_text(to, si->text);
	buf_text(to, "</indication></si>\r\n");
	return buf_status(to);
}
