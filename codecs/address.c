#include "codecs/address.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/utf8.h"

#define INPUT_MAX    1024 /* octets of a URI with its parameters       */
#define DIGITS_MAX   40	  /* of anything that may be a number          */
#define SHORT_DIGITS 8
#define WITH_COUNTRY 11 /* digits that have room for a country code  */

/* What a reader needs beside the text. */
struct reader {
	const struct address_rules *rules; /* never NULL                */
	struct arena *arena;
	struct address *out;
};

/* A number without its visual separators. */
struct number {
	bool plus;
	bool marks; /* has * or #                                */
	char digits[DIGITS_MAX + 1];
	size_t n;
};

static bool starts(struct bytes text, const char *with)
{
	size_t n = strlen(with);

	return text.n >= n &&
	       bytes_is_nocase((struct bytes){ text.p, n }, with);
}

/* Does *text start so? Then it moves past it. */
static bool skip(struct bytes *text, const char *with)
{
	if (!starts(*text, with))
		return false;
	*text = bytes_after(*text, strlen(with));
	return true;
}

/* `text` up to the first `c`; *rest is what follows that. */
static struct bytes split(struct bytes text, uint8_t c, struct bytes *rest)
{
	size_t at = bytes_find(text, c);

	*rest = bytes_after(text, at + 1);
	return (struct bytes){ text.p, at };
}

static void lower(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text + 32);
}

/* The one place that fills in an address. */
static enum err give(const struct reader *r, enum address_kind kind,
		     struct bytes text)
{
	struct address made = { kind, "" };
	enum err e;

	if (bytes_find(text, '\0') < text.n)
		return ERR_MALFORMED;
	if (kind != ADDRESS_ANONYMOUS &&
	    (made.text = arena_string(r->arena, text)) == NULL)
		return ERR_NOMEM;
	if ((e = address_check(&made)) == OK)
		*r->out = made;
	return e;
}

static enum err give_global(const struct reader *r, const char *country,
			    const char *digits)
{
	char text[1 + 2 * DIGITS_MAX + 1];
	size_t n;

	n = strlen(country);
	if (n > DIGITS_MAX)
		return ERR_RANGE;
	text[0] = '+';
	memcpy(text + 1, country, n);
	memcpy(text + 1 + n, digits, strlen(digits) + 1);
	return give(r, ADDRESS_E164, bytes_of(text));
}

/*
 * Digits with RFC 3966 visual separators and blanks between, perhaps after a
 * plus. False when there is anything else, or no digit at all. Of too many
 * digits for anything the first DIGITS_MAX stand for all.
 */
static bool read_number(struct bytes text, struct number *out)
{
	size_t i;

	memset(out, 0, sizeof *out);
	for (i = 0; i < text.n; i++) {
		char c = (char)text.p[i];

		if (c == '+' && out->n == 0 && !out->plus) {
			out->plus = true;
			continue;
		}
		if (strchr("-.() ", c) != NULL && c != '\0')
			continue;
		if (c == '*' || c == '#')
			out->marks = true;
		else if (c < '0' || c > '9')
			return false;
		if (out->n < DIGITS_MAX)
			out->digits[out->n++] = c;
	}
	return out->n > 0 && !(out->plus && out->marks);
}

static bool has_prefix(const char *digits, const char *prefix)
{
	size_t n = prefix == NULL ? 0 : strlen(prefix);

	return n > 0 && strncmp(digits, prefix, n) == 0 && digits[n] != '\0';
}

static const char *international_prefix(const struct address_rules *rules)
{
	return rules->international_prefix == NULL
		       ? "00"
		       : rules->international_prefix;
}

/* Digits that are known to be national. */
static enum err give_national(const struct reader *r, const char *digits)
{
	const char *trunk = r->rules->trunk_prefix;

	if (r->rules->country == NULL)
		return give(r, ADDRESS_SHORT, bytes_of(digits));
	if (has_prefix(digits, trunk))
		digits += strlen(trunk);
	return give_global(r, r->rules->country, digits);
}

/* More digits than a short code has, and no prefix that explains them. */
static enum err give_long(const struct reader *r, const char *digits)
{
	const char *trunk = r->rules->trunk_prefix;
	const char *country = r->rules->country;

	if (country == NULL || digits[0] == '0')
		return give(r, ADDRESS_SHORT, bytes_of(digits));
	if (trunk != NULL && trunk[0] == '\0' &&
	    !(strlen(digits) >= WITH_COUNTRY && has_prefix(digits, country)))
		return give_national(r, digits);
	return give_global(r, "", digits);
}

static enum err give_number(const struct reader *r, const struct number *n)
{
	const char *prefix = international_prefix(r->rules);

	if (n->plus)
		return give_global(r, "", n->digits);
	if (n->marks)
		return give(r, ADDRESS_SHORT, bytes_of(n->digits));
	if (has_prefix(n->digits, prefix))
		return give_global(r, "", n->digits + strlen(prefix));
	if (r->rules->country != NULL &&
	    has_prefix(n->digits, r->rules->trunk_prefix))
		return give_national(r, n->digits);
	if (n->n <= SHORT_DIGITS)
		return give(r, ADDRESS_SHORT, bytes_of(n->digits));
	return give_long(r, n->digits);
}

/* RFC 3966 phone-context=+44: a number of that country. */
static enum err give_in_context(const struct reader *r, const struct number *n,
				struct bytes context)
{
	const char *digits = n->digits, *trunk = r->rules->trunk_prefix;
	struct number country;

	if (n->plus || !starts(context, "+"))
		return give_number(r, n);
	if (n->marks || !read_number(context, &country) || country.marks)
		return ERR_MALFORMED;
	if (has_prefix(digits, trunk))
		digits += strlen(trunk);
	return give_global(r, country.digits, digits);
}

/* A telephone-subscriber: number;parameters. */
static enum err read_tel(const struct reader *r, struct bytes text)
{
	struct bytes rest, parameter, context = { NULL, 0 };
	struct bytes digits = split(text, ';', &rest);
	struct number n;

	if (!read_number(digits, &n))
		return ERR_MALFORMED;
	while (rest.n > 0) {
		parameter = split(rest, ';', &rest);
		if (skip(&parameter, "phone-context="))
			context = parameter;
	}
	return give_in_context(r, &n, context);
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 3261 unreserved and user-unreserved: needs no escape in a user part. */
static bool user_character(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') ||
	       (c != '\0' && strchr("-_.!~*'()&=+$,;?/", c) != NULL);
}

/*
 * Undoes %XX, of all octets or only of those that need none; at most `size`
 * octets into `to`. False: not two hex digits, or too long.
 */
static bool unescape(struct bytes in, bool all, struct buf *to)
{
	size_t i;

	for (i = 0; i < in.n; i++) {
		int high, low;
		uint8_t c = in.p[i];

		if (c == '%') {
			if (in.n - i < 3 ||
			    (high = hex_digit(in.p[i + 1])) < 0 ||
			    (low = hex_digit(in.p[i + 2])) < 0)
				return false;
			c = (uint8_t)(high << 4 | low);
			i += 2;
		}
		if (all || user_character(c))
			buf_u8(to, c);
		else
			buf_printf(to, "%%%02X", c);
	}
	return true;
}

/* Letters, digits, hyphen, dot, or [IPv6]; then perhaps :port. */
static bool good_host(struct bytes host)
{
	struct bytes port = { NULL, 0 }, name;
	size_t i;

	if (starts(host, "["))
		name = split(bytes_after(host, 1), ']', &port);
	else
		name = split(host, ':', &port);
	if (starts(host, "[") && bytes_find(host, ']') == host.n)
		return false;
	if (starts(host, "[") && port.n > 0 && !skip(&port, ":"))
		return false;
	if (host.n > 0 && host.p[host.n - 1] == ':')
		return false;
	for (i = 0; i < port.n; i++)
		if (port.p[i] < '0' || port.p[i] > '9')
			return false;
	for (i = 0; i < name.n; i++)
		if (strchr("/@;?&=+$,!~*'()_\"<> %\\|^`{}#[]", name.p[i]) !=
			    NULL ||
		    (name.p[i] == ':' && !starts(host, "[")))
			return false;
	return name.n > 0;
}

struct sip_parts {
	struct bytes user, host;
	bool phone; /* ;user=phone                       */
};

static bool read_sip_parts(struct bytes text, struct sip_parts *out)
{
	struct bytes rest, parameter, ignored;
	size_t at = bytes_find(text, '@');

	memset(out, 0, sizeof *out);
	if (at < text.n) {
		out->user = split((struct bytes){ text.p, at }, ':', &ignored);
		text = bytes_after(text, at + 1);
		if (out->user.n == 0)
			return false;
	}
	text = split(text, '?', &ignored);
	out->host = split(text, ';', &rest);
	while (rest.n > 0) {
		parameter = split(rest, ';', &rest);
		if (bytes_is_nocase(parameter, "user=phone"))
			out->phone = true;
	}
	return good_host(out->host);
}

/* Is it alpha.<home>, where our own alphanumeric senders live? */
static bool is_alpha_host(const struct reader *r, struct bytes host)
{
	return skip(&host, "alpha.") && r->rules->home_domain != NULL &&
	       bytes_is_nocase(host, r->rules->home_domain);
}

static enum err give_sip(const struct reader *r, const char *scheme,
			 const struct sip_parts *parts)
{
	struct buf text = BUF_INIT(INPUT_MAX);
	size_t host_at;
	enum err e;

	buf_text(&text, scheme);
	if (parts->user.n > 0) {
		if (!unescape(parts->user, false, &text)) {
			e = ERR_MALFORMED;
			goto out;
		}
		buf_u8(&text, '@');
	}
	host_at = text.n;
	buf_put(&text, parts->host);
	if (buf_string(&text) == NULL) {
		e = buf_status(&text) == ERR_NOMEM ? ERR_NOMEM : ERR_TOOBIG;
		goto out;
	}
	lower((char *)text.p + host_at);
	e = give(r, ADDRESS_SIP, buf_bytes(&text));
out:
	buf_clear(&text);
	return e;
}

/* The user part told what the whole is: a number, or one of our senders. */
static enum err read_user(const struct reader *r, const struct sip_parts *parts,
			  struct bytes user, bool *done)
{
	struct bytes ignored;
	struct number n;

	*done = true;
	if (bytes_is_nocase(parts->host, "anonymous.invalid"))
		return give(r, ADDRESS_ANONYMOUS, user);
	if (is_alpha_host(r, parts->host))
		return give(r, ADDRESS_ALPHA, user);
	if (read_number(split(user, ';', &ignored), &n) &&
	    (n.plus || parts->phone))
		return read_tel(r, user);
	*done = false;
	return OK;
}

static enum err read_sip(const struct reader *r, const char *scheme,
			 struct bytes text)
{
	struct buf user = BUF_INIT(INPUT_MAX);
	struct sip_parts parts;
	bool done = false;
	enum err e;

	if (!read_sip_parts(text, &parts))
		return ERR_MALFORMED;
	if (!unescape(parts.user, true, &user)) {
		buf_clear(&user);
		return ERR_MALFORMED;
	}
	if ((e = buf_status(&user)) == OK)
		e = read_user(r, &parts, buf_bytes(&user), &done);
	buf_clear(&user);
	if (e == OK && !done)
		e = give_sip(r, scheme, &parts);
	return e;
}

/* Where the domain starts: behind the last '@'; text.n when there is none. */
static size_t domain_at(struct bytes text)
{
	size_t at = text.n;

	while (at > 0 && text.p[at - 1] != '@')
		at--;
	return at == 0 ? text.n : at;
}

static enum err read_mail(const struct reader *r, struct bytes text)
{
	size_t at = domain_at(text);
	char copy[ADDRESS_TEXT_MAX + 1];

	if (at < 2 || !good_host(bytes_after(text, at)))
		return ERR_MALFORMED;
	if (text.n > ADDRESS_TEXT_MAX)
		return ERR_TOOBIG;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	lower(copy + at);
	return give(r, ADDRESS_MAIL, (struct bytes){ (uint8_t *)copy, text.n });
}

static enum err read_mailto(const struct reader *r, struct bytes text)
{
	struct buf plain = BUF_INIT(INPUT_MAX);
	struct bytes ignored;
	enum err e = ERR_MALFORMED;

	if (unescape(split(text, '?', &ignored), true, &plain) &&
	    (e = buf_status(&plain)) == OK)
		e = read_mail(r, buf_bytes(&plain));
	buf_clear(&plain);
	return e;
}

/* Number, short code or alphanumeric: what has neither scheme nor '@'. */
static enum err read_plain(const struct reader *r, struct bytes text)
{
	struct number n;

	if (read_number(text, &n))
		return give_number(r, &n);
	return give(r, ADDRESS_ALPHA, text);
}

/* OMA-TS-MMS_ENC 8: .../TYPE=PLMN; *found tells whether there is a type. */
static enum err read_typed(const struct reader *r, struct bytes text,
			   bool *found)
{
	struct bytes rest = text, device, type, domain;

	*found = false;
	while (rest.n > 0 && !starts(rest, "/TYPE="))
		rest = bytes_after(rest, 1);
	if (rest.n == 0)
		return OK;
	*found = true;
	device =
		bytes_trim((struct bytes){ text.p, (size_t)(rest.p - text.p) });
	type = split(bytes_after(rest, 6), '@', &domain);
	if (!bytes_is_nocase(type, "PLMN"))
		return ERR_UNSUPPORTED;
	return read_plain(r, device);
}

/* Another URI scheme: letters and a colon in front of '@' or "//". */
static bool foreign_scheme(struct bytes text)
{
	size_t colon = bytes_find(text, ':'), i;

	if (colon == 0 || colon == text.n)
		return false;
	for (i = 0; i < colon; i++)
		if ((text.p[i] | 0x20) < 'a' || (text.p[i] | 0x20) > 'z')
			return false;
	text = bytes_after(text, colon + 1);
	return starts(text, "//") || bytes_find(text, '@') < text.n;
}

static enum err read_any(const struct reader *r, struct bytes text)
{
	bool typed;
	enum err e;

	if (skip(&text, "tel:"))
		return read_tel(r, text);
	if (skip(&text, "sip:") || skip(&text, "im:"))
		return read_sip(r, "sip:", text);
	if (skip(&text, "sips:"))
		return read_sip(r, "sips:", text);
	if (skip(&text, "mailto:"))
		return read_mailto(r, text);
	e = read_typed(r, text, &typed);
	if (typed)
		return e;
	if (foreign_scheme(text))
		return ERR_UNSUPPORTED;
	if (bytes_find(text, '@') < text.n)
		return read_mail(r, text);
	return read_plain(r, text);
}

static const struct address_rules no_rules;

enum err address_parse(struct bytes in, const struct address_rules *rules,
		       struct arena *arena, struct address *out)
{
	struct reader r = { rules == NULL ? &no_rules : rules, arena, out };

	in = bytes_trim(in);
	if (in.n >= 2 && in.p[0] == '<' && in.p[in.n - 1] == '>')
		in = bytes_trim((struct bytes){ in.p + 1, in.n - 2 });
	if (in.n > INPUT_MAX)
		return ERR_TOOBIG;
	return in.n == 0 ? ERR_MALFORMED : read_any(&r, in);
}

static enum err smpp_number(const struct reader *r, uint8_t ton,
			    struct bytes text)
{
	struct number n;
	const char *prefix = international_prefix(r->rules);

	if (!read_number(text, &n)) {
		if (ton != 3 && ton != 6)
			return ERR_MALFORMED;
		return give(r, ADDRESS_ALPHA, text);
	}
	if (n.plus)
		return give_number(r, &n);
	switch (ton) {
	case 1:
		if (has_prefix(n.digits, prefix))
			return give_global(r, "", n.digits + strlen(prefix));
		return give_global(r, "", n.digits);
	case 2:
	case 4:
		return give_national(r, n.digits);
	default:
		return give(r, ADDRESS_SHORT, bytes_of(n.digits));
	}
}

/* TON 5: GSM septets, one an octet; above 0x7F they can only be Latin-1. */
static enum err smpp_alpha(const struct reader *r, struct bytes text)
{
	struct buf utf8 = BUF_INIT(4 * ADDRESS_TEXT_MAX);
	uint8_t one[3];
	bool damaged = false;
	size_t i, n;
	enum err e;

	if (text.n > ADDRESS_TEXT_MAX)
		return ERR_TOOBIG;
	for (i = 0; i < text.n; i += n) {
		struct bytes in = { text.p + i, 1 };

		if (*in.p >= 0x80) {
			buf_put(&utf8,
				(struct bytes){
					one, utf8_from_set(UTF8_SET_LATIN1, in,
							   one, &damaged) });
			n = 1;
			continue;
		}
		in.n += *in.p == GSM7_ESCAPE && i + 1 < text.n &&
			in.p[1] < 0x80;
		buf_put(&utf8,
			(struct bytes){
				one, gsm7_read(in, (struct gsm7_shift){ 0, 0 },
					       one, &damaged) });
		n = in.n;
	}
	if ((e = buf_status(&utf8)) == OK)
		e = give(r, ADDRESS_ALPHA, bytes_trim(buf_bytes(&utf8)));
	buf_clear(&utf8);
	return e;
}

enum err address_from_smpp(const struct address_smpp *in,
			   const struct address_rules *rules,
			   struct arena *arena, struct address *out)
{
	struct reader r = { rules == NULL ? &no_rules : rules, arena, out };

	if (in->ton > 6)
		return ERR_RANGE;
	if (in->text.n == 0) {
		*out = (struct address){ ADDRESS_NONE, NULL };
		return OK;
	}
	/* NPI 14 Internet, 18 WAP client id: SMPP v3.4 5.2.6. */
	if (in->npi == 14 || in->npi == 18 || in->ton == 0)
		return address_parse(in->text, rules, arena, out);
	if (in->ton == 5)
		return smpp_alpha(&r, in->text);
	return smpp_number(&r, in->ton, in->text);
}
