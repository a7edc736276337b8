/*
 * Short messages of other people's tests, from the folder that the tester
 * names in CPMGW_VECTORS: sms/pdus.tsv (source, place, name, hex, what it
 * says). Only the user data at the end of each TPDU is ours to read.
 */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/segment.h"
#include "tests/codecs/vectors.h"

#define ARENA 100000

/* What follows ` key=` among the words; NULL: it is not said. */
static const char *said(const char *words, const char *key)
{
	char with[16];
	const char *hit;

	snprintf(with, sizeof with, " %s=", key);
	hit = strstr(words, with);
	return hit == NULL ? NULL : hit + strlen(with);
}

static bool is_gsm7(uint8_t coding)
{
	return coding >= 0xF0 ? (coding & 4) == 0
			      : coding < 0x40 && (coding & 0x2C) == 0;
}

/* The text between its quotes; false: it is cut or escaped there. */
static bool text_of(const char *words, struct bytes *out)
{
	const char *text = said(words, "text");
	size_t n = text == NULL ? 0 : strlen(text);

	if (n < 3 || text[0] != '\'' || text[n - 1] != '\'' ||
	    strchr(text, '\\') != NULL || strncmp(text, "'hex:", 5) == 0)
		return false;
	*out = (struct bytes){ (const uint8_t *)text + 1, n - 2 };
	return true;
}

/* False: not a row that can be compared. */
static bool compare(const struct vector *l)
{
	const struct segment_rules rules = { .gsm_dcs = true, .packed = true };
	const char *words = l->column[4];
	const char *dcs = said(words, "dcs"), *udl = said(words, "udl");
	struct segment_content c;
	struct segment_wire wire;
	struct bytes in, want;
	uint8_t raw[4096];
	struct arena *a;
	size_t n;

	if (dcs == NULL || udl == NULL || !text_of(words, &want))
		return false;
	in = check_unhex(l->column[3], raw, sizeof raw);
	wire.data_coding = (uint8_t)strtoul(dcs, NULL, 16);
	wire.udhi = said(words, "udh") != NULL;
	n = strtoul(udl, NULL, 10);
	n = is_gsm7(wire.data_coding) ? (n * 7 + 7) / 8 : n;
	/* Not GSM, but SMPP, is what 01 to 0F say. */
	if (n > in.n - 10 || (wire.data_coding > 0 && wire.data_coding < 0x10 &&
			      wire.data_coding != 8))
		return false;
	wire.octets = bytes_after(in, in.n - n);
	a = arena_new(ARENA);
	ROW(l, segment_text(&wire, &rules, a, &c, NULL) == OK);
	ROW(l, c.text && bytes_equal(c.body, want));
	arena_free(a);
	return true;
}

static void test_texts(void)
{
	FILE *f = vectors_open("sms/pdus.tsv");
	unsigned compared = 0;
	struct vector l;

	if (f == NULL)
		return;
	while (vectors_next(f, &l))
		compared += l.column[4] != NULL && compare(&l);
	CU_ASSERT(compared > 10);
	fclose(f);
}

static const struct check_test tests[] = { { "texts", test_texts },
					   { NULL, NULL } };

CHECK_MAIN("sms_vectors", tests)
