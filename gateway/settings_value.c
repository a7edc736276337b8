/* One value against its row. */
#include "gateway/settings_inside.h"

#include <arpa/inet.h>
#include <string.h>

#include "codecs/address.h"
#include "codecs/number_list.h"
#include "codecs/rewrite.h"
#include "codecs/smpp_tag_set.h"
#include "codecs/smpp_vendor.h"
#include "codecs/utf8.h"

#define SHOWN_MAX 60 /* octets of a bad value in a complaint */

struct scale {
	const char *name;
	uint64_t times;
};

/* The greatest last: numbers are shown in the greatest that divides them. */
static const struct scale durations[] = {
	{ "ms", 1 },	       { "s", SETTING_SECOND }, { "m", SETTING_MINUTE },
	{ "h", SETTING_HOUR }, { "d", SETTING_DAY },	{ NULL, 0 }
};

static const struct scale sizes[] = { { "", 1 },
				      { "k", 1024 },
				      { "M", 1024 * 1024 },
				      { "G", 1024 * 1024 * 1024 },
				      { NULL, 0 } };

bool settings_next(struct bytes *left, struct bytes *item)
{
	size_t end;

	if (left->p == NULL)
		return false;
	end = bytes_find(*left, ';');
	*item = bytes_trim((struct bytes){ left->p, end });
	if (end == left->n)
		*left = (struct bytes){ NULL, 0 };
	else
		*left = bytes_after(*left, end + 1);
	return true;
}

struct bytes settings_list(struct bytes text)
{
	return bytes_trim(text).n == 0 ? (struct bytes){ NULL, 0 } : text;
}

bool settings_one_of(const char *choices, struct bytes word)
{
	struct bytes left = bytes_of(choices);

	while (left.n > 0) {
		size_t end = bytes_find(left, '|');

		if (bytes_equal(word, (struct bytes){ left.p, end }))
			return true;
		left = bytes_after(left, end + 1);
	}
	return false;
}

void settings_put_shown(struct buf *to, struct bytes text)
{
	size_t from = to->n;
	uint32_t cp;

	while (text.n > 0 && to->n - from < SHOWN_MAX) {
		text = bytes_after(text, utf8_step(text, &cp));
		utf8_append(to, cp < 0x20 || (cp >= 0x7F && cp < 0xA0) ||
					cp == UTF8_BAD
				? '?'
				: cp);
	}
	if (text.n > 0)
		buf_text(to, "...");
}

void settings_put_words(struct buf *to, const char *choices)
{
	for (; *choices != '\0'; choices++)
		if (*choices == '|')
			buf_text(to,
				 choices[1 + strcspn(choices + 1, "|")] == '\0'
					 ? " or "
					 : ", ");
		else
			buf_u8(to, (uint8_t)*choices);
}

static void put_scaled(struct buf *to, const struct scale *scales, uint64_t v)
{
	size_t i, best = 0;

	if (v == 0) {
		buf_text(to, "0");
		return;
	}
	for (i = 0; scales[i].name != NULL; i++)
		if (v % scales[i].times == 0)
			best = i;
	buf_printf(to, "%llu%s", (unsigned long long)(v / scales[best].times),
		   scales[best].name);
}

void settings_put_range(const struct setting *row, struct buf *to)
{
	static const struct scale one[] = { { "", 1 }, { NULL, 0 } };
	const struct scale *scales = one;
	uint64_t min = row->min, max = row->max;

	if (row->type == SETTING_DURATION)
		scales = durations;
	if (row->type == SETTING_SIZE)
		scales = sizes;
	if (row->type == SETTING_PORT) {
		min = 1;
		max = 65535;
	}
	put_scaled(to, scales, min);
	if (max == UINT64_MAX) {
		buf_text(to, " or more");
		return;
	}
	buf_text(to, "..");
	put_scaled(to, scales, max);
}

/* Digits, then one of the scales. `bare`: what no name at all stands for; 0:
 * only nothing needs none. */
static enum err read_scaled(struct bytes in, const struct scale *scales,
			    uint64_t bare, uint64_t *out)
{
	size_t digits = 0;
	struct bytes name;
	uint64_t v, times = 0;
	enum err e;

	while (digits < in.n && in.p[digits] >= '0' && in.p[digits] <= '9')
		digits++;
	name = bytes_trim(bytes_after(in, digits));
	if (name.n == 0)
		times = bare;
	for (; times == 0 && scales->name != NULL; scales++)
		if (bytes_is(name, scales->name) ||
		    (scales->times == 1024 && bytes_is(name, "K")))
			times = scales->times;
	e = bytes_decimal((struct bytes){ in.p, digits }, UINT64_MAX, &v);
	if (e == OK && v == 0 && name.n == 0)
		times = 1;
	if (e != OK || times == 0)
		return e == OK ? ERR_MALFORMED : e;
	if (v > UINT64_MAX / times)
		return ERR_RANGE;
	*out = v * times;
	return OK;
}

static void put_why(struct buf *complaint, struct bytes value, const char *why)
{
	if (value.n == 0)
		buf_text(complaint, "an empty value");
	settings_put_shown(complaint, value);
	buf_printf(complaint, " is %s", why);
}

static enum err refuse(struct buf *complaint, struct bytes value,
		       const char *why)
{
	put_why(complaint, value, why);
	return ERR_RANGE;
}

static enum err check_number(const struct setting *row, struct bytes text,
			     uint64_t *number, struct buf *complaint)
{
	uint64_t v = 0, min = row->min, max = row->max;
	const char *what = "not a number in ";
	enum err e;

	if (row->type == SETTING_DURATION) {
		what = "not a time: a number with ms, s, m, h or d, ";
		e = read_scaled(text, durations, 0, &v);
	} else if (row->type == SETTING_SIZE) {
		what = "not a size: a number of octets, or with k, M or G, ";
		e = read_scaled(text, sizes, 1, &v);
	} else {
		e = bytes_decimal(text, UINT64_MAX, &v);
	}
	if (row->type == SETTING_PORT) {
		min = 1;
		max = 65535;
	}
	if (e != OK && e != ERR_RANGE) {
		put_why(complaint, text, what);
		settings_put_range(row, complaint);
		return ERR_RANGE;
	}
	if (e == ERR_RANGE || v < min || v > max) {
		put_why(complaint, text, "not in ");
		settings_put_range(row, complaint);
		return ERR_RANGE;
	}
	*number = v;
	return OK;
}

static enum err check_bool(struct bytes text, uint64_t *number,
			   struct buf *complaint)
{
	if (settings_one_of("true|yes|on|1", text))
		*number = 1;
	else if (!settings_one_of("false|no|off|0", text))
		return refuse(complaint, text, "neither yes nor no");
	return OK;
}

static bool host_like(struct bytes text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_";
	struct in6_addr v6;
	struct in_addr v4;
	char copy[254];
	size_t i;

	if (text.n == 0 || text.n >= sizeof copy)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (inet_pton(AF_INET6, copy, &v6) == 1)
		return true;
	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\0' || strchr(allowed, text.p[i]) == NULL)
			return false;
	/* No name ends in a number: that is an address, or was to be one. */
	for (i = text.n; i > 0 && text.p[i - 1] >= '0' && text.p[i - 1] <= '9';)
		i--;
	if (i < text.n && (i == 0 || text.p[i - 1] == '.'))
		return inet_pton(AF_INET, copy, &v4) == 1;
	return text.p[0] != '.' && text.p[0] != '-';
}

bool settings_peer(struct bytes item, struct bytes *host, uint64_t *port)
{
	size_t end = item.n;
	bool bracket = item.n > 0 && item.p[0] == '[';

	while (end > 0 && item.p[end - 1] != ':')
		end--;
	if (end < 2 || bytes_decimal(bytes_after(item, end), 65535, port) != OK)
		return false;
	*host = (struct bytes){ item.p, end - 1 };
	if (bracket && host->p[host->n - 1] != ']')
		return false;
	if (bracket)
		*host = (struct bytes){ host->p + 1, host->n - 2 };
	else if (bytes_find(*host, ':') < host->n)
		return false;
	return *port > 0 && host_like(*host);
}

static bool digits_like(struct bytes text)
{
	size_t i;

	if (text.n > 0 && text.p[0] == '+')
		text = bytes_after(text, 1);
	for (i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return text.n >= 1 && text.n <= 15;
}

bool settings_ton_npi(struct bytes text, uint8_t *ton, uint8_t *npi)
{
	size_t slash = bytes_find(text, '/');
	uint64_t a, b;

	if (bytes_decimal((struct bytes){ text.p, slash }, 255, &a) != OK ||
	    bytes_decimal(bytes_after(text, slash + 1), 255, &b) != OK)
		return false;
	*ton = (uint8_t)a;
	*npi = (uint8_t)b;
	return true;
}

bool settings_zone(struct bytes text, int *ahead_s)
{
	uint64_t h, m;
	int s;

	if (text.n != 6 || (text.p[0] != '+' && text.p[0] != '-') ||
	    text.p[3] != ':' ||
	    bytes_decimal((struct bytes){ text.p + 1, 2 }, 14, &h) != OK ||
	    bytes_decimal((struct bytes){ text.p + 4, 2 }, 45, &m) != OK ||
	    m % 15 != 0 || (h == 14 && m > 0))
		return false;
	s = (int)(h * 3600 + m * 60);
	*ahead_s = text.p[0] == '-' ? -s : s;
	return true;
}

/* Entries and rules are read as they will be; what they say is passed on. */
static enum err check_entries(struct bytes text, struct buf *complaint)
{
	struct number_list *l = number_list_new();
	enum err e = l == NULL ? ERR_NOMEM
			       : number_list_add_all(l, text, complaint);

	number_list_free(l);
	return e;
}

static enum err check_statuses(struct bytes text, struct buf *complaint)
{
	struct smpp_vendor v;

	return smpp_vendor_read(text, &v, complaint);
}

static enum err check_tags(struct bytes text, struct buf *complaint)
{
	struct smpp_tag_set s;

	return smpp_tag_set_read(text, &s, complaint);
}

static enum err check_tlvs(struct bytes text, struct buf *complaint)
{
	struct smpp_tag_added a;

	return smpp_tag_added_read(text, &a, complaint);
}

static enum err check_rewrite(struct bytes text, struct buf *complaint)
{
	struct rewrite *r;
	enum err e = rewrite_new(text, &r, complaint);

	rewrite_free(r);
	return e;
}

/* What goes out as an SMS's sender: TS 23.040 9.1.2.5. */
static enum err check_sender(struct bytes text, struct buf *complaint)
{
	struct arena *arena = arena_new(4096);
	struct address a = { ADDRESS_NONE, NULL };
	struct address_smpp wire;
	enum err e = ERR_NOMEM;

	if (arena != NULL)
		e = address_parse(text, NULL, arena, &a);
	if (e == OK)
		e = address_to_smpp(&a, arena, &wire);
	arena_free(arena);
	if (e == OK || e == ERR_NOMEM)
		return e;
	return refuse(complaint, text,
		      "not a sender: a number, or at most 11 characters of "
		      "the default alphabet");
}

static enum err check_sip(struct bytes text, struct buf *complaint)
{
	struct arena *arena = arena_new(4096);
	struct address a = { ADDRESS_NONE, NULL };
	enum err e = ERR_NOMEM;

	if (arena != NULL)
		e = address_parse(text, NULL, arena, &a);
	arena_free(arena);
	if (e == ERR_NOMEM || (e == OK && a.kind == ADDRESS_SIP))
		return e;
	return refuse(complaint, text, "not a sip: address");
}

static enum err check_file(struct bytes text, struct buf *complaint)
{
	if (text.n > 0 && text.p[0] == '/')
		return OK;
	return refuse(complaint, text, "not a path from the root");
}

static enum err check_ton_npi(struct bytes text, struct buf *complaint)
{
	uint8_t ton, npi;

	if (settings_ton_npi(text, &ton, &npi))
		return OK;
	return refuse(complaint, text, "not TON/NPI: two numbers up to 255");
}

static enum err check_zone(struct bytes text, struct buf *complaint)
{
	int ahead_s;

	if (settings_zone(text, &ahead_s))
		return OK;
	return refuse(complaint, text, "not such as +01:00 or -03:30");
}

static enum err check_digits(struct bytes text, struct buf *complaint)
{
	if (digits_like(text))
		return OK;
	return refuse(complaint, text,
		      "not a number: at most 15 digits, '+' before them or "
		      "not");
}

static enum err check_item(const struct setting *row, struct bytes item,
			   struct buf *complaint)
{
	struct bytes host;
	uint64_t port;

	if (item.n == 0 && row->type != SETTING_CHOICE)
		return refuse(complaint, item, "not an item of a list");
	if (row->type == SETTING_PEERS && !settings_peer(item, &host, &port))
		return refuse(complaint, item, "not host:port");
	if (row->type == SETTING_PREFIXES && !digits_like(item))
		return refuse(complaint, item,
			      "not a prefix: digits, '+' before them or not");
	if (row->type == SETTING_NUMBERS)
		return check_number(row, item, &port, complaint);
	if (row->choices != NULL && !settings_one_of(row->choices, item)) {
		put_why(complaint, item,
			strchr(row->choices, '|') != NULL
				? "not one of "
				: "not available in this version, only ");
		settings_put_words(complaint, row->choices);
		return ERR_RANGE;
	}
	return OK;
}

static bool is_before(struct bytes text, struct bytes item)
{
	struct bytes left = settings_list(text), before;

	while (settings_next(&left, &before) && before.p != item.p)
		if (bytes_equal(before, item))
			return true;
	return false;
}

static enum err check_list(const struct setting *row, struct bytes text,
			   struct buf *complaint)
{
	struct bytes left = settings_list(text), item;
	enum err e = OK;

	if (row->required && bytes_trim(text).n == 0)
		return check_item(row, bytes_trim(text), complaint);
	while (e == OK && settings_next(&left, &item)) {
		e = check_item(row, item, complaint);
		if (e == OK && row->type != SETTING_NUMBERS &&
		    is_before(text, item))
			e = refuse(complaint, item, "there twice");
	}
	return e;
}

static enum err check_text(const struct setting *row, struct bytes text,
			   struct buf *complaint)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] < 0x20 || text.p[i] == 0x7F) {
			buf_text(complaint, "has a control character in it");
			return ERR_RANGE;
		}
	if (text.n > SETTINGS_VALUE_MAX) {
		buf_printf(complaint, "is longer than %d octets",
			   SETTINGS_VALUE_MAX);
		return ERR_RANGE;
	}
	if (text.n > 0 && !utf8_valid(text)) {
		buf_text(complaint, "is not UTF-8");
		return ERR_RANGE;
	}
	if (row->type == SETTING_SECRET && bytes_trim(text).n == 0) {
		buf_text(complaint, "is empty: nothing would be secret");
		return ERR_RANGE;
	}
	if ((row->type == SETTING_TEXT || row->type == SETTING_SECRET) &&
	    row->max > 0 && (text.n < row->min || text.n > row->max)) {
		buf_printf(complaint, "has %zu octets, not %llu..%llu", text.n,
			   (unsigned long long)row->min,
			   (unsigned long long)row->max);
		return ERR_RANGE;
	}
	return OK;
}

enum err settings_value_check(const struct setting *row, struct bytes value,
			      uint64_t *number, struct buf *complaint)
{
	enum err e = check_text(row, value, complaint);

	*number = 0;
	if (e != OK)
		return e;
	switch (row->type) {
	case SETTING_TEXT:
	case SETTING_SECRET:
		return OK;
	case SETTING_NUMBER:
	case SETTING_DURATION:
	case SETTING_SIZE:
	case SETTING_PORT:
		return check_number(row, value, number, complaint);
	case SETTING_BOOL:
		return check_bool(value, number, complaint);
	case SETTING_CHOICE:
		return check_item(row, value, complaint);
	case SETTING_ADDRESS:
		return host_like(value) ? OK
					: refuse(complaint, value,
						 "not an address or host name");
	case SETTING_DIGITS:
		return check_digits(value, complaint);
	case SETTING_LIST:
	case SETTING_PEERS:
	case SETTING_LINKS:
	case SETTING_PREFIXES:
	case SETTING_NUMBERS:
		return check_list(row, value, complaint);
	case SETTING_ENTRIES:
		return check_entries(value, complaint);
	case SETTING_REWRITE:
		return check_rewrite(value, complaint);
	case SETTING_STATUSES:
		return check_statuses(value, complaint);
	case SETTING_TAGS:
		return check_tags(value, complaint);
	case SETTING_TLVS:
		return check_tlvs(value, complaint);
	case SETTING_FILE:
		return check_file(value, complaint);
	case SETTING_SIP:
		return check_sip(value, complaint);
	case SETTING_SENDER:
		return check_sender(value, complaint);
	case SETTING_TON_NPI:
		return check_ton_npi(value, complaint);
	case SETTING_ZONE:
		return check_zone(value, complaint);
	}
	return ERR_RANGE;
}
