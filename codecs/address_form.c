/* The other half of address.h: what a canonical address looks like outside. */
#include "codecs/address.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/utf8.h"

#define SHORT_DIGITS	 8
#define E164_DIGITS_MIN	 3
#define LOCAL_DIGITS_MAX 20
#define ANONYMOUS_URI	 "sip:anonymous@anonymous.invalid"

/* C0, DEL and C1; U+2028 and U+2029 end lines too. */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 ||
	       code == 0x2029;
}

static enum err check_text(struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	uint32_t code;

	if (text.n > ADDRESS_TEXT_MAX)
		return ERR_TOOBIG;
	if (text.n == 0 || text.p[0] == ' ' || text.p[text.n - 1] == ' ')
		return ERR_MALFORMED;
	while (p < end) {
		code = utf8_next(&p, end);
		if (code == UTF8_BAD || is_control(code))
			return ERR_MALFORMED;
	}
	return OK;
}

/* Most addresses are numbers: a loop is cheaper than strspn(). */
static enum err check_global(const char *text)
{
	size_t n = 0;

	if (text[0] != '+' || text[1] == '0')
		return ERR_MALFORMED;
	while (text[1 + n] >= '0' && text[1 + n] <= '9')
		n++;
	if (text[1 + n] != '\0' || n < E164_DIGITS_MIN)
		return ERR_MALFORMED;
	return n > ADDRESS_E164_DIGITS ? ERR_RANGE : OK;
}

static enum err check_local(const char *text)
{
	size_t n = 0;

	while ((text[n] >= '0' && text[n] <= '9') || text[n] == '*' ||
	       text[n] == '#')
		n++;
	if (text[n] != '\0' || n == 0)
		return ERR_MALFORMED;
	return n > LOCAL_DIGITS_MAX ? ERR_RANGE : OK;
}

static bool is_lower(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			return false;
	return true;
}

static enum err check_sip(const char *text)
{
	const char *host, *at;

	if (strncmp(text, "sip:", 4) == 0)
		host = text + 4;
	else if (strncmp(text, "sips:", 5) == 0)
		host = text + 5;
	else
		return ERR_MALFORMED;
	if (!utf8_ascii(bytes_of(text)))
		return ERR_MALFORMED;
	if ((at = strchr(host, '@')) != NULL) {
		if (at == host)
			return ERR_MALFORMED;
		host = at + 1;
	}
	if (*host == '\0' || strpbrk(text, " <>\"") != NULL ||
	    strpbrk(host, ";?@") != NULL || !is_lower(host))
		return ERR_MALFORMED;
	return OK;
}

static enum err check_mail(const char *text)
{
	const char *at = strrchr(text, '@');

	if (at == NULL || at == text || at[1] == '\0' || !is_lower(at + 1) ||
	    strpbrk(text, "<>") != NULL || strpbrk(at, " \"") != NULL)
		return ERR_MALFORMED;
	if (text[0] != '"' && strcspn(text, " \",;:") < (size_t)(at - text))
		return ERR_MALFORMED;
	return OK;
}

enum err address_check(const struct address *a)
{
	enum err e;

	if (a->kind == ADDRESS_NONE || a->text == NULL)
		return a->kind == ADDRESS_NONE && a->text == NULL
			       ? OK
			       : ERR_MALFORMED;
	if (a->kind == ADDRESS_ANONYMOUS)
		return a->text[0] == '\0' ? OK : ERR_MALFORMED;
	if (a->kind == ADDRESS_E164)
		return check_global(a->text);
	if (a->kind == ADDRESS_SHORT)
		return check_local(a->text);
	if ((e = check_text(bytes_of(a->text))) != OK)
		return e;
	switch (a->kind) {
	case ADDRESS_SIP:
		return check_sip(a->text);
	case ADDRESS_MAIL:
		return check_mail(a->text);
	case ADDRESS_ALPHA:
		return OK;
	case ADDRESS_NONE:
	case ADDRESS_E164:
	case ADDRESS_SHORT:
	case ADDRESS_ANONYMOUS:
		break;
	}
	return ERR_MALFORMED;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->kind == b->kind && a->kind != ADDRESS_NONE &&
	       strcmp(a->text, b->text) == 0;
}

/* The default alphabet itself, at most 11 of it, and no octet 00. */
static enum err alpha_to_smpp(const char *text, struct arena *arena,
			      struct bytes *out)
{
	struct bytes in = bytes_of(text);
	uint8_t *octets;
	size_t n = 0;
	enum err e;

	if ((e = gsm7_count(in, NULL, &n)) != OK)
		return e;
	if (n > 2 * ADDRESS_ALPHA_MAX)
		return ERR_TOOBIG;
	if ((octets = arena_alloc(arena, n)) == NULL)
		return ERR_NOMEM;
	gsm7_write(in, NULL, octets);
	if (memchr(octets, 0, n) != NULL ||
	    memchr(octets, GSM7_ESCAPE, n) != NULL)
		return ERR_UNSUPPORTED;
	if (n > ADDRESS_ALPHA_MAX)
		return ERR_TOOBIG;
	*out = (struct bytes){ octets, n };
	return OK;
}

enum err address_to_smpp(const struct address *a, struct arena *arena,
			 struct address_smpp *out)
{
	struct address_smpp made = { 0, 0, { NULL, 0 } };
	enum err e;

	switch (a->kind) {
	case ADDRESS_E164:
		made = (struct address_smpp){ 1, 1, bytes_of(a->text + 1) };
		break;
	case ADDRESS_SHORT:
		made = (struct address_smpp){ 3, 0, bytes_of(a->text) };
		if (made.text.n > SHORT_DIGITS)
			made = (struct address_smpp){ 2, 1, made.text };
		break;
	case ADDRESS_ALPHA:
		made.ton = 5;
		if ((e = alpha_to_smpp(a->text, arena, &made.text)) != OK)
			return e;
		break;
	case ADDRESS_NONE:
	case ADDRESS_SIP:
	case ADDRESS_MAIL:
	case ADDRESS_ANONYMOUS:
		return ERR_UNSUPPORTED;
	}
	if (made.text.n > ADDRESS_SMPP_MAX)
		return ERR_TOOBIG;
	*out = made;
	return OK;
}

/* One character as an octet, or two of the extension table; 0: neither. */
static size_t esme_octets(struct bytes one, uint32_t code, uint8_t out[2])
{
	size_t n = 0;

	if (gsm7_count(one, NULL, &n) == OK) {
		gsm7_write(one, NULL, out);
		return out[0] == 0 ? 0 : n;
	}
	out[0] = (uint8_t)code;
	return code >= 0xA0 && code <= 0xFF ? 1 : 0;
}

static enum err alpha_to_esme(const char *text, struct arena *arena,
			      struct bytes *out)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + strlen(text);
	uint8_t octets[ADDRESS_SMPP_MAX + 2];
	size_t n = 0, m;

	while (p < end) {
		const uint8_t *from = p;
		uint32_t code = utf8_next(&p, end);

		m = esme_octets((struct bytes){ from, (size_t)(p - from) },
				code, octets + n);
		if (m == 0)
			return ERR_UNSUPPORTED;
		n += m;
		if (n > ADDRESS_SMPP_MAX)
			return ERR_TOOBIG;
	}
	return arena_copy(arena, (struct bytes){ octets, n }, out);
}

enum err address_to_esme(const struct address *a, struct arena *arena,
			 struct address_smpp *out)
{
	struct address_smpp made = { 5, 0, { NULL, 0 } };
	enum err e;

	if (a->kind != ADDRESS_ALPHA)
		return address_to_smpp(a, arena, out);
	if ((e = alpha_to_esme(a->text, arena, &made.text)) == OK)
		*out = made;
	return e;
}

/* RFC 3261 unreserved stays, all else as %XX. */
static void put_escaped(struct buf *to, struct bytes text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || strchr("-_.!~*'()", c) != NULL)
			buf_u8(to, c);
		else
			buf_printf(to, "%%%02X", c);
	}
}

static const char *home(const struct address_rules *rules)
{
	return rules == NULL ? NULL : rules->home_domain;
}

enum err address_uri(const struct address *a, const struct address_rules *rules,
		     struct buf *to)
{
	const char *domain = home(rules), *at;

	if (domain == NULL &&
	    (a->kind == ADDRESS_SHORT || a->kind == ADDRESS_ALPHA))
		return ERR_UNSUPPORTED;
	switch (a->kind) {
	case ADDRESS_E164:
		buf_printf(to, "tel:%s", a->text);
		break;
	case ADDRESS_SHORT:
		buf_printf(to, "tel:%s;phone-context=%s", a->text, domain);
		break;
	case ADDRESS_ALPHA:
		buf_text(to, "sip:");
		put_escaped(to, bytes_of(a->text));
		buf_printf(to, "@alpha.%s", domain);
		break;
	case ADDRESS_SIP:
		buf_text(to, a->text);
		break;
	case ADDRESS_MAIL:
		at = strrchr(a->text, '@');
		buf_text(to, "mailto:");
		put_escaped(to, (struct bytes){ (const uint8_t *)a->text,
						(size_t)(at - a->text) });
		buf_text(to, at);
		break;
	case ADDRESS_ANONYMOUS:
		buf_text(to, ANONYMOUS_URI);
		break;
	case ADDRESS_NONE:
		return ERR_UNSUPPORTED;
	}
	return buf_status(to);
}

enum err address_sip_uri(const struct address *a,
			 const struct address_rules *rules, struct buf *to)
{
	const char *domain = home(rules);

	if (a->kind == ADDRESS_MAIL)
		return ERR_UNSUPPORTED;
	if (a->kind != ADDRESS_E164 && a->kind != ADDRESS_SHORT)
		return address_uri(a, rules, to);
	if (domain == NULL)
		return ERR_UNSUPPORTED;
	buf_text(to, "sip:");
	if (a->kind == ADDRESS_E164) {
		buf_text(to, a->text);
	} else {
		put_escaped(to, bytes_of(a->text));
		buf_printf(to, ";phone-context=%s", domain);
	}
	buf_printf(to, "@%s;user=phone", domain);
	return buf_status(to);
}

enum err address_mms(const struct address *a, struct buf *to)
{
	if (a->kind == ADDRESS_NONE || a->kind == ADDRESS_SIP ||
	    a->kind == ADDRESS_ANONYMOUS)
		return ERR_UNSUPPORTED;
	buf_text(to, a->text);
	if (a->kind == ADDRESS_E164)
		buf_text(to, "/TYPE=PLMN");
	return buf_status(to);
}
