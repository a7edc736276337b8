#include "codecs/cpm_ids.h"

#include <string.h>

#include "codecs/base64.h"

/* RFC 3261 25.1: the characters of `word` besides letters and digits. */
static const char word_marks[] = "-.!%*_+`'~()<>:\\\"/[]?{}";

/* RFC 3862 3.6: those of `Token`, "." included. */
static const char token_marks[] = "!#$%&'*+-.^_`|~";

static bool alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static bool one_of(uint8_t c, const char *marks)
{
	return c != 0 && strchr(marks, c) != NULL;
}

/* The characters at the front that a `word` may hold. */
static size_t word_length(struct bytes in)
{
	size_t n = 0;

	while (n < in.n &&
	       (alphanumeric(in.p[n]) || one_of(in.p[n], word_marks)))
		n++;
	return n;
}

bool cpm_id_valid(struct bytes id)
{
	size_t n = word_length(id);
	struct bytes rest;

	if (n == 0 || id.n > CPM_ID_MAX)
		return false;
	if (n == id.n)
		return true;
	if (id.p[n] != '@')
		return false;
	rest = bytes_after(id, n + 1);
	return rest.n > 0 && word_length(rest) == rest.n;
}

static bool hexadecimal(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') ||
	       (c >= 'a' && c <= 'f');
}

static bool dash_at(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

bool cpm_id_is_uuid(struct bytes id)
{
	size_t i;

	if (id.n != CPM_UUID_OCTETS - 1)
		return false;
	for (i = 0; i < id.n; i++)
		if (dash_at(i) ? id.p[i] != '-' : !hexadecimal(id.p[i]))
			return false;
	return true;
}

void cpm_id_make(const uint8_t random[16], char out[CPM_UUID_OCTETS])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t octets[16];
	size_t i, at = 0;

	memcpy(octets, random, sizeof octets);
	octets[6] = (uint8_t)((octets[6] & 0x0F) | 0x40);
	octets[8] = (uint8_t)((octets[8] & 0x3F) | 0x80);
	for (i = 0; i < sizeof octets; i++) {
		if (dash_at(at))
			out[at++] = '-';
		out[at++] = digits[octets[i] >> 4];
		out[at++] = digits[octets[i] & 15];
	}
	out[at] = 0;
}

void cpm_message_id_make(const uint8_t random[16],
			 char out[CPM_MESSAGE_ID_OCTETS])
{
	base64url_16(random, out);
}

bool cpm_message_id_valid(struct bytes id)
{
	size_t i;

	if (id.n == 0 || id.n > CPM_ID_MAX)
		return false;
	for (i = 0; i < id.n; i++)
		if (!alphanumeric(id.p[i]) && id.p[i] < 0x80 &&
		    !one_of(id.p[i], token_marks))
			return false;
	return true;
}

#define ICSI "urn:urn-7:3gpp-service.ims.icsi.oma.cpm."
#define ICSI_TAG(name_)                                                        \
	"+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma."          \
	"cpm." name_ "\""
#define SERVICE(name_)                                                         \
	{                                                                      \
		ICSI name_, ICSI_TAG(name_)                                    \
	}

static const struct {
	const char *icsi, *tag;
} services[CPM_SERVICE_COUNT] = {
	[CPM_PAGER] = SERVICE("msg"),
	[CPM_LARGE] = SERVICE("largemsg"),
	[CPM_DEFERRED] = SERVICE("deferred"),
	[CPM_SESSION] = SERVICE("session"),
	[CPM_SESSION_GROUP] = SERVICE("session.group"),
	[CPM_FILE_TRANSFER] = SERVICE("filetransfer"),
	[CPM_SYSTEM_MESSAGE] = SERVICE("systemmsg"),
};

const char *cpm_service_icsi(enum cpm_service s)
{
	return services[s].icsi;
}

const char *cpm_service_tag(enum cpm_service s)
{
	return services[s].tag;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* One character of `in`, %3A being a colon; *used octets. 0: the end. */
static uint8_t next_character(struct bytes in, size_t *used)
{
	*used = 1;
	if (in.n == 0)
		return 0;
	if (in.n >= 3 && in.p[0] == '%' && in.p[1] == '3' &&
	    lower(in.p[2]) == 'a') {
		*used = 3;
		return ':';
	}
	return lower(in.p[0]);
}

/*
 * Length of `icsi` when `in` is it or a more specific one, which adds a dot
 * and more; 0: neither.
 */
static size_t match(struct bytes in, const char *icsi)
{
	size_t i, used;

	for (i = 0; icsi[i] != 0; i++) {
		if (next_character(in, &used) != (uint8_t)icsi[i])
			return 0;
		in = bytes_after(in, used);
	}
	return in.n == 0 || in.p[0] == '.' ? i : 0;
}

enum err cpm_service_by_icsi(struct bytes icsi, enum cpm_service *out)
{
	size_t best = 0, n, i;

	for (i = 0; i < CPM_SERVICE_COUNT; i++) {
		n = match(icsi, services[i].icsi);
		if (n <= best)
			continue;
		best = n;
		*out = (enum cpm_service)i;
	}
	return best == 0 ? ERR_NOTFOUND : OK;
}

/* The services of a comma-separated list of ICSIs. */
static unsigned services_in_list(struct bytes list)
{
	enum cpm_service s;
	struct bytes one;
	unsigned bits = 0;

	while (list.n > 0) {
		one = (struct bytes){ list.p, bytes_find(list, ',') };
		list = bytes_after(list, one.n + 1);
		if (cpm_service_by_icsi(bytes_trim(one), &s) == OK)
			bits |= 1u << s;
	}
	return bits;
}

/* Octets up to the next ';' that is not inside quotes. */
static size_t parameter_length(struct bytes in)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < in.n && (quoted || in.p[i] != ';'); i++)
		if (in.p[i] == '"')
			quoted = !quoted;
	return i;
}

unsigned cpm_services_in(struct bytes parameters)
{
	struct bytes one, name, value;
	unsigned bits = 0;
	size_t n;

	while (parameters.n > 0) {
		n = parameter_length(parameters);
		one = (struct bytes){ parameters.p, n };
		parameters = bytes_after(parameters, n + 1);
		n = bytes_find(one, '=');
		name = bytes_trim((struct bytes){ one.p, n });
		value = bytes_trim(bytes_after(one, n + 1));
		if (value.n >= 2 && value.p[0] == '"')
			value = (struct bytes){ value.p + 1, value.n - 2 };
		if (bytes_is_nocase(name, "+g.3gpp.icsi-ref"))
			bits |= services_in_list(value);
		else if (bytes_is_nocase(name, CPM_TAG_PAGER_LARGE))
			bits |= 1u << CPM_PAGER | 1u << CPM_LARGE;
	}
	return bits;
}
