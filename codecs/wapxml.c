#include "codecs/wapxml.h"

#include <string.h>

static bool starts(struct bytes in, const char *text)
{
	size_t n = strlen(text);

	return in.n >= n && memcmp(in.p, text, n) == 0;
}

static bool space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Octets up to and with `end`; 0: it does not come. */
static size_t through(struct bytes in, const char *end)
{
	const uint8_t *hit = memmem(in.p, in.n, end, strlen(end));

	return hit == NULL ? 0 : (size_t)(hit - in.p) + strlen(end);
}

/* XML 1.0 production 22: octets before the DOCTYPE or the root element. */
static size_t before_doctype(struct bytes in)
{
	struct bytes rest = in;
	size_t n;

	if (starts(rest, "\xEF\xBB\xBF"))
		rest = bytes_after(rest, 3);
	while (rest.n > 0) {
		n = 0;
		if (space(rest.p[0]))
			n = 1;
		else if (starts(rest, "<?"))
			n = through(rest, "?>");
		else if (starts(rest, "<!--"))
			n = through(rest, "-->");
		if (n == 0)
			break;
		rest = bytes_after(rest, n);
	}
	return in.n - rest.n;
}

/* Octets of the DOCTYPE at the front of `in`. */
static enum err measure(struct bytes in, size_t *octets)
{
	uint8_t quote = 0;
	size_t i;

	for (i = 0; i < in.n; i++) {
		if (quote != 0) {
			if (in.p[i] == quote)
				quote = 0;
		} else if (in.p[i] == '"' || in.p[i] == '\'') {
			quote = in.p[i];
		} else if (in.p[i] == '[') {
			return ERR_MALFORMED;
		} else if (in.p[i] == '>') {
			*octets = i + 1;
			return OK;
		}
	}
	return ERR_MORE;
}

enum err wapxml_read(struct bytes in, struct arena *a, struct xml_node **root,
		     struct fault *why)
{
	size_t at = before_doctype(in), n = 0;
	char *blank;
	enum err e;

	if (in.n > XML_OCTETS_MAX)
		return fault_set(why, ERR_TOOBIG, "document", "XML 1.0", 0);
	if (!starts(bytes_after(in, at), "<!DOCTYPE"))
		return xml_read(in, a, root, why);
	if ((e = measure(bytes_after(in, at), &n)) != OK)
		return fault_set(why, e, "DOCTYPE", "XML 1.0 2.8", at);
	blank = arena_string(a, in);
	if (blank == NULL)
		return fault_set(why, ERR_NOMEM, "document", "XML 1.0", 0);
	memset(blank + at, ' ', n);
	return xml_read((struct bytes){ (const uint8_t *)blank, in.n }, a, root,
			why);
}

void wapxml_begin(struct buf *to, const char *name, const char *public_text,
		  const char *system)
{
	buf_printf(to,
		   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
		   "<!DOCTYPE %s PUBLIC \"%s\"\r\n \"%s\">\r\n",
		   name, public_text, system);
}
