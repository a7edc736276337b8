#include "codecs/provisioning.h"

#include <string.h>

#include "codecs/digest.h"

#define IMSI_DIGITS_MIN 6
#define IMSI_DIGITS_MAX 15
#define IMSI_OCTETS_MAX 8

static bool all_digits(struct bytes in)
{
	size_t i;

	for (i = 0; i < in.n; i++)
		if (in.p[i] < '0' || in.p[i] > '9')
			return false;
	return true;
}

static bool good(const struct provisioning_secret *s)
{
	if (s->security != PROVISIONING_USERPIN &&
	    (s->imsi.n < IMSI_DIGITS_MIN || s->imsi.n > IMSI_DIGITS_MAX ||
	     !all_digits(s->imsi)))
		return false;
	return s->security == PROVISIONING_NETWPIN ||
	       (s->pin.n > 0 && s->pin.n <= PROVISIONING_PIN_MAX &&
		all_digits(s->pin));
}

/*
 * 3GPP TS 24.008 10.5.1.4: the type of identity (1) and whether the number
 * of digits is odd (8), then the digits, low half first; F fills the last.
 */
static size_t put_imsi(uint8_t *to, struct bytes digits)
{
	size_t n = digits.n / 2 + 1, i, at;
	uint8_t digit;

	for (i = 0; i < n; i++)
		to[i] = 0xFF;
	to[0] = (uint8_t)(0xF0 | (digits.n % 2 != 0 ? 9 : 1));
	for (i = 0; i < digits.n; i++) {
		digit = (uint8_t)(digits.p[i] - '0');
		at = (i + 1) / 2;
		if (i % 2 == 0)
			to[at] = (uint8_t)((to[at] & 0x0F) | digit << 4);
		else
			to[at] = (uint8_t)((to[at] & 0xF0) | digit);
	}
	return n;
}

static size_t put_key(uint8_t *to, const struct provisioning_secret *s)
{
	size_t n = 0, i;

	if (s->security != PROVISIONING_USERPIN)
		n = put_imsi(to, s->imsi);
	if (s->security != PROVISIONING_NETWPIN)
		for (i = 0; i < s->pin.n; i++)
			to[n++] = s->pin.p[i];
	return n;
}

enum err provisioning_mac(const struct provisioning_secret *s,
			  struct bytes body,
			  char mac[PROVISIONING_MAC_DIGITS + 1])
{
	static const char digits[] = "0123456789ABCDEF";
	uint8_t key[IMSI_OCTETS_MAX + PROVISIONING_PIN_MAX];
	uint8_t value[DIGEST_SHA1_OCTETS];
	size_t i;
	enum err e;

	if (!good(s))
		return ERR_RANGE;
	e = digest_hmac_sha1((struct bytes){ key, put_key(key, s) }, &body, 1,
			     value);
	explicit_bzero(key, sizeof key);
	if (e != OK)
		return e;
	for (i = 0; i < sizeof value; i++) {
		mac[2 * i] = digits[value[i] >> 4];
		mac[2 * i + 1] = digits[value[i] & 15];
	}
	mac[2 * i] = '\0';
	return OK;
}

void provisioning_content_type(enum provisioning_security security,
			       const char *mac, struct wsp_content_type *out)
{
	*out = (struct wsp_content_type){
		.code = wsp_media_code(bytes_of(PROVISIONING_WBXML_TYPE)),
		.media = bytes_of(PROVISIONING_WBXML_TYPE),
		.count = 2,
		.parameters = {
			{ .code = WSP_SEC,
			  .name = bytes_of(wsp_parameter_name(WSP_SEC)),
			  .value = { .kind = WSP_NUMBER,
				     .number = (uint64_t)security } },
			{ .code = WSP_MAC,
			  .name = bytes_of(wsp_parameter_name(WSP_MAC)),
			  .value = { .kind = WSP_TEXT,
				     .octets = bytes_of(mac) } },
		},
	};
}
