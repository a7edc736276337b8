#include "codecs/joined.h"

#include <stdio.h>
#include <string.h>

#include "codecs/arena.h"
#include "codecs/east.h"
#include "codecs/ucs2.h"
#include "codecs/utf8.h"

#define GSM7_FORM JOINED_GSM7 ";locking=%u;single=%u"

void joined_gsm7_type(struct gsm7_shift shift, char out[JOINED_TYPE_SIZE])
{
	snprintf(out, JOINED_TYPE_SIZE, GSM7_FORM, shift.locking, shift.single);
}

enum err joined_part(const struct segment_content *c, struct arena *a,
		     const char **type, struct bytes *octets)
{
	struct gsm7_shift shift = { c->header.locking, c->header.single };
	char text[JOINED_TYPE_SIZE];

	switch (c->code) {
	case SEGMENT_CODE_WHOLE:
		return OK;
	case SEGMENT_CODE_GSM7:
		joined_gsm7_type(shift, text);
		*type = arena_string(a, bytes_of(text));
		break;
	case SEGMENT_CODE_UCS2:
		*type = JOINED_UCS2;
		break;
	case SEGMENT_CODE_UTF8:
		*type = JOINED_TEXT;
		break;
	case SEGMENT_CODE_JIS:
		*type = JOINED_JIS;
		break;
	case SEGMENT_CODE_KANJI:
		*type = JOINED_KANJI;
		break;
	case SEGMENT_CODE_2022:
		*type = JOINED_2022;
		break;
	case SEGMENT_CODE_KOREAN:
		*type = JOINED_KOREAN;
		break;
	}
	*octets = c->raw;
	return *type == NULL ? ERR_NOMEM : OK;
}

/* The number behind `name`; 0: it is not there, or above `most`. */
static uint16_t number(const char *type, const char *name, uint64_t most)
{
	const char *at = strstr(type, name);
	struct bytes digits = bytes_of(at == NULL ? NULL : at + strlen(name));
	uint64_t v;

	digits.n = bytes_find(digits, ';');
	return bytes_decimal(digits, most, &v) == OK ? (uint16_t)v : 0;
}

static uint8_t language(const char *type, const char *name)
{
	return (uint8_t)number(type, name, UINT8_MAX);
}

const char *joined_data_type(unsigned to_port, unsigned from_port,
			     struct arena *a)
{
	char text[80];
	int n;

	if (to_port == 0)
		return "application/octet-stream";
	if (to_port == JOINED_PORT_CARD)
		return "text/x-vcard";
	if (to_port == JOINED_PORT_CALENDAR)
		return "text/calendar";
	n = snprintf(text, sizeof text, "application/octet-stream;x-port=%u",
		     to_port);
	if (from_port != 0)
		snprintf(text + n, sizeof text - (size_t)n, ";x-source-port=%u",
			 from_port);
	return arena_string(a, bytes_of(text));
}

const char *joined_port_type(const char *type, unsigned to_port,
			     struct arena *a)
{
	char text[JOINED_TYPE_SIZE];

	if (to_port != JOINED_PORT_CARD && to_port != JOINED_PORT_CALENDAR)
		return type;
	snprintf(text, sizeof text, "%s" JOINED_PORT "%u", type, to_port);
	return arena_string(a, bytes_of(text));
}

const char *joined_text_type(const char *first)
{
	uint16_t port = number(first, JOINED_PORT, UINT16_MAX);

	if (port == JOINED_PORT_CARD)
		return "text/x-vcard;charset=UTF-8";
	if (port == JOINED_PORT_CALENDAR)
		return "text/calendar;charset=UTF-8";
	return JOINED_TEXT;
}

void joined_clear(struct joined *j)
{
	buf_clear(&j->body);
	buf_clear(&j->run);
	j->type = NULL;
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* One of codecs/east.h? */
static bool is_east(const char *type, enum east_set *set)
{
	if (starts(type, JOINED_JIS))
		*set = EAST_JIS;
	else if (starts(type, JOINED_KANJI))
		*set = EAST_KANJI;
	else if (starts(type, JOINED_2022))
		*set = EAST_2022;
	else if (starts(type, JOINED_KOREAN))
		*set = EAST_KOREAN;
	else
		return false;
	return true;
}

static enum err read_east(struct joined *j, enum east_set set, struct bytes run)
{
	uint8_t *to = mem_alloc(3 * run.n + 1);
	bool damaged;

	if (to == NULL)
		return ERR_NOMEM;
	buf_put(&j->body,
		(struct bytes){ to, east_read(set, run, to, &damaged) });
	mem_free(to);
	return OK;
}

/* Reads what has waited. */
static enum err read_run(struct joined *j)
{
	struct bytes run = buf_bytes(&j->run);
	struct gsm7_shift shift;
	enum east_set set;
	bool damaged;
	enum err e = buf_status(&j->run);

	if (j->type == NULL || e != OK)
		return e;
	if (starts(j->type, JOINED_UCS2)) {
		e = ucs2_decode(run, &j->body, &damaged);
	} else if (starts(j->type, JOINED_GSM7)) {
		shift.locking = language(j->type, ";locking=");
		shift.single = language(j->type, ";single=");
		e = gsm7_decode(run, shift, &j->body, &damaged);
	} else if (is_east(j->type, &set)) {
		e = read_east(j, set, run);
	} else if (j->text || starts(j->type, JOINED_TEXT)) {
		e = utf8_repair(run, &j->body, &damaged);
	} else {
		buf_put(&j->body, run);
	}
	buf_reset(&j->run);
	j->type = NULL;
	return e == OK ? buf_status(&j->body) : e;
}

enum err joined_add(struct joined *j, const char *type, struct bytes octets)
{
	enum err e = OK;

	if (j->type != NULL && strcmp(j->type, type) != 0)
		e = read_run(j);
	if (j->type == NULL && j->body.n == 0)
		j->text = starts(type, "text/plain");
	j->type = type;
	buf_put(&j->run, octets);
	return e == OK ? buf_status(&j->run) : e;
}

enum err joined_put(struct joined *j, const char *text)
{
	enum err e = read_run(j);

	buf_text(&j->body, text);
	return e == OK ? buf_status(&j->body) : e;
}

enum err joined_end(struct joined *j, struct bytes *out)
{
	enum err e = read_run(j);

	if (e == OK)
		*out = buf_bytes(&j->body);
	return e;
}
