#include "codecs/imdn.h"

#include "codecs/xml.h"

#define NS     "urn:ietf:params:xml:ns:imdn"
#define NS_OMA "urn:oma:xml:cpm:imdn-extensions:1.0"
#define NS_XML "http://www.w3.org/XML/1998/namespace"

static const char clause[] = "RFC 5438 11.1";

#define BIT(status_) (1u << (status_))
#define COMMON	     (BIT(IMDN_FORBIDDEN) | BIT(IMDN_ERROR))

/* By type: the element, its namespace, the states that it may hold. */
static const struct {
	const char *name, *element, *ns;
	unsigned states;
} types[] = {
	[IMDN_DELIVERY] = { "delivery", "delivery-notification", NS,
			    BIT(IMDN_DELIVERED) | BIT(IMDN_FAILED) | COMMON },
	[IMDN_DISPLAY] = { "display", "display-notification", NS,
			   BIT(IMDN_DISPLAYED) | COMMON },
	[IMDN_PROCESSING] = { "processing", "processing-notification", NS,
			      BIT(IMDN_PROCESSED) | BIT(IMDN_STORED) | COMMON },
	[IMDN_INTERWORKING] = { "interworking", "interworking-notification",
				NS_OMA,
				BIT(IMDN_LEGACY_SMS) | BIT(IMDN_LEGACY_MMS) |
					COMMON },
};

/* clang-format off */
static const char *const states[] = {
	[IMDN_DELIVERED]  = "delivered",
	[IMDN_FAILED]	  = "failed",
	[IMDN_DISPLAYED]  = "displayed",
	[IMDN_PROCESSED]  = "processed",
	[IMDN_STORED]	  = "stored",
	[IMDN_FORBIDDEN]  = "forbidden",
	[IMDN_ERROR]	  = "error",
	[IMDN_LEGACY_SMS] = "legacy-sms",
	[IMDN_LEGACY_MMS] = "legacy-mms",
};
/* clang-format on */

#define TYPES  (sizeof types / sizeof *types)
#define STATES (sizeof states / sizeof *states)

const char *imdn_type_name(enum imdn_type t)
{
	return types[t].name;
}

const char *imdn_status_name(enum imdn_status s)
{
	return states[s];
}

bool imdn_status_fits(enum imdn_type t, enum imdn_status s)
{
	return (types[t].states & BIT(s)) != 0;
}

/* Of RFC 5438's namespace or OMA's: senders differ inside the extension. */
static bool ours(const struct xml_node *n, const char *name)
{
	return xml_is(n, NS, name) || xml_is(n, NS_OMA, name);
}

/* The notification: the first child that is one. */
static const struct xml_node *find_notification(const struct xml_node *root,
						enum imdn_type *type)
{
	const struct xml_node *n;
	size_t t;

	for (n = root->child; n != NULL; n = n->next) {
		for (t = 0; t < TYPES; t++) {
			if (!xml_is(n, types[t].ns, types[t].element))
				continue;
			*type = (enum imdn_type)t;
			return n;
		}
	}
	return NULL;
}

static const struct xml_node *find_status(const struct xml_node *notification)
{
	const struct xml_node *n;

	for (n = notification->child; n != NULL; n = n->next)
		if (ours(n, "status"))
			return n;
	return NULL;
}

/* The first child of <status> that we know. */
static enum err read_status(const struct xml_node *status,
			    enum imdn_status *out)
{
	const struct xml_node *n;
	size_t s;

	for (n = status->child; n != NULL; n = n->next) {
		for (s = 0; s < STATES; s++) {
			if (!ours(n, states[s]))
				continue;
			*out = (enum imdn_status)s;
			return OK;
		}
	}
	return ERR_UNSUPPORTED;
}

static enum err read_notification(const struct xml_node *root, struct imdn *out,
				  struct fault *why)
{
	const struct xml_node *n = find_notification(root, &out->type);
	enum err e;

	if (n == NULL)
		return fault_set(why, ERR_UNSUPPORTED, "notification",
				 "RFC 5438 11.1.6", 0);
	n = find_status(n);
	if (n == NULL)
		return fault_set(why, ERR_MALFORMED, "status",
				 "RFC 5438 11.1.7", 0);
	e = read_status(n, &out->status);
	if (e == OK && !imdn_status_fits(out->type, out->status))
		e = ERR_MALFORMED;
	if (e != OK)
		return fault_set(why, e, "status", "RFC 5438 11.1.7", 0);
	return OK;
}

enum err imdn_decode(struct bytes in, struct arena *a, struct imdn *out,
		     struct fault *why)
{
	const struct xml_node *subject;
	struct xml_node *root;
	struct imdn n = { 0 };
	enum err e;

	if ((e = xml_read(in, a, &root, why)) != OK)
		return e;
	if (!xml_is(root, NS, "imdn"))
		return fault_set(why, ERR_UNSUPPORTED, "imdn", clause, 0);
	n.message_id = xml_text(xml_child(root, NS, "message-id"));
	n.datetime = xml_text(xml_child(root, NS, "datetime"));
	n.recipient_uri = xml_text(xml_child(root, NS, "recipient-uri"));
	n.original_recipient_uri =
		xml_text(xml_child(root, NS, "original-recipient-uri"));
	subject = xml_child(root, NS, "subject");
	if (subject != NULL) {
		n.subject = subject->text;
		n.subject_language = xml_attribute(subject, NS_XML, "lang");
	}
	n.note = xml_text(xml_child(root, NS, "note"));
	if (n.message_id.n == 0)
		return fault_set(why, ERR_MALFORMED, "message-id",
				 "RFC 5438 11.1.1", 0);
	if (n.datetime.n == 0)
		return fault_set(why, ERR_MALFORMED, "datetime",
				 "RFC 5438 11.1.2", 0);
	if ((e = read_notification(root, &n, why)) != OK)
		return e;
	*out = n;
	return OK;
}

static void put_optional(struct buf *to, const char *name, struct bytes text)
{
	if (text.n > 0)
		xml_put_element(to, name, text);
}

static void put_subject(struct buf *to, const struct imdn *n)
{
	if (n->subject.n == 0)
		return;
	buf_text(to, "<subject");
	if (n->subject_language.n > 0)
		xml_put_attribute(to, "xml:lang", n->subject_language);
	buf_u8(to, '>');
	xml_put_text(to, n->subject);
	buf_text(to, "</subject>");
}

static void put_notification(struct buf *to, const struct imdn *n)
{
	const char *element = types[n->type].element;

	buf_printf(to, "<%s", element);
	if (n->type == IMDN_INTERWORKING)
		xml_put_attribute(to, "xmlns", bytes_of(NS_OMA));
	buf_printf(to, "><status><%s/></status></%s>", states[n->status],
		   element);
}

enum err imdn_encode(const struct imdn *n, struct buf *to)
{
	if (n->message_id.n == 0 || n->datetime.n == 0 ||
	    !imdn_status_fits(n->type, n->status))
		return ERR_RANGE;
	buf_text(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<imdn");
	xml_put_attribute(to, "xmlns", bytes_of(NS));
	buf_u8(to, '>');
	xml_put_element(to, "message-id", n->message_id);
	xml_put_element(to, "datetime", n->datetime);
	put_optional(to, "recipient-uri", n->recipient_uri);
	put_optional(to, "original-recipient-uri", n->original_recipient_uri);
	put_subject(to, n);
	put_notification(to, n);
	put_optional(to, "note", n->note);
	buf_text(to, "</imdn>\r\n");
	return buf_status(to);
}

static const struct {
	const char *word;
	unsigned bit;
} wants[] = {
	{ "positive-delivery", IMDN_WANT_POSITIVE },
	{ "negative-delivery", IMDN_WANT_NEGATIVE },
	{ "display", IMDN_WANT_DISPLAY },
	{ "processing", IMDN_WANT_PROCESSING },
	{ "interworking", IMDN_WANT_INTERWORKING },
};

#define WANTS (sizeof wants / sizeof *wants)

static unsigned want_bit(struct bytes word)
{
	size_t i;

	for (i = 0; i < WANTS; i++)
		if (bytes_is_nocase(word, wants[i].word))
			return wants[i].bit;
	return 0;
}

unsigned imdn_want_decode(struct bytes value)
{
	struct bytes word;
	unsigned want = 0;
	size_t n;

	while (value.n > 0) {
		n = bytes_find(value, ',');
		word = (struct bytes){ value.p, n };
		value = bytes_after(value, n + 1);
		word.n = bytes_find(word, ';');
		want |= want_bit(bytes_trim(word));
	}
	return want;
}

void imdn_want_encode(unsigned want, struct buf *to)
{
	const char *between = "";
	size_t i;

	for (i = 0; i < WANTS; i++) {
		if ((want & wants[i].bit) == 0)
			continue;
		buf_text(to, between);
		buf_text(to, wants[i].word);
		between = ", ";
	}
}
