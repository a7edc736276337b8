/* Optional parameters as operators name them. SMPP v3.4 5.3.2. */
#include <string.h>

#include "codecs/smpp_tag_set.h"
#include "tests/check.h"

static const struct set_row {
	const char *name, *text;
	enum err want;
	const char *complaint;
	uint16_t in, out;	/* tags: one of it, one that is not          */
} set_rows[] = {
	{ "none", "", OK, NULL, 0, 0x1400 },
	{ "a tag", "0x1401", OK, NULL, 0x1401, 0x1402 },
	{ "a name, 5.3.2.20", "source_port", OK, NULL, 0x020A, 0x020B },
	{ "in capitals", "Source_Port", OK, NULL, 0x020A, 0x020B },
	{ "a range", "0x1400-0x14FF", OK, NULL, 0x14FF, 0x1500 },
	{ "its beginning", "0x1400-0x14FF", OK, NULL, 0x1400, 0x13FF },
	{ "a range of names", "sar_msg_ref_num-sar_total_segments", OK, NULL,
	  0x020D, 0x020B },
	{ "several", " 0x30;0x31 language_indicator ", OK, NULL, 0x020D, 0x32 },
	{ "no name", "ports", ERR_RANGE,
	  "ports is no optional parameter: neither a name nor 0x1 to 0xFFFF",
	  0, 0 },
	{ "0", "0x0", ERR_RANGE, "0x0 is no optional", 0, 0 },
	{ "too great", "0x10000", ERR_RANGE, "0x10000 is no optional", 0, 0 },
	{ "decimal", "5121", ERR_RANGE, "5121 is no optional", 0, 0 },
	{ "half a range", "0x30-", ERR_RANGE, "0x30- is no optional", 0, 0 },
	{ "backwards", "0x31-0x30", ERR_RANGE, "0x31-0x30 ends before", 0, 0 },
};

static void test_sets(void)
{
	const struct set_row *r;

	for (r = set_rows; r < set_rows + sizeof set_rows / sizeof *r; r++) {
		struct buf why = BUF_INIT(400);
		struct smpp_tag_set s = { .n = 0 };

		ROW(r, smpp_tag_set_read(bytes_of(r->text), &s, &why) ==
			       r->want);
		ROW(r, smpp_tag_set_read(bytes_of(r->text), &s, NULL) ==
			       r->want);
		ROW(r, r->in == 0 || smpp_tag_set_has(&s, r->in));
		ROW(r, !smpp_tag_set_has(&s, r->out));
		ROW(r, r->want == OK || strstr(buf_string(&why),
					       r->complaint) != NULL);
		ROW(r, r->want == OK || s.n == 0);
		buf_clear(&why);
	}
}

static void test_many(void)
{
	struct smpp_tag_set s = { .n = 0 };
	struct buf text = BUF_INIT(1000);
	unsigned i;

	for (i = 0; i < SMPP_TAG_RANGES; i++)
		buf_printf(&text, "0x%X ", 0x1400 + i);
	CU_ASSERT(smpp_tag_set_read(buf_bytes(&text), &s, NULL) == OK);
	CU_ASSERT(s.n == SMPP_TAG_RANGES);
	buf_text(&text, "0x30");
	CU_ASSERT(smpp_tag_set_read(buf_bytes(&text), &s, NULL) == ERR_RANGE);
	buf_clear(&text);
}

static const struct add_row {
	const char *name, *text;
	enum err want;
	const char *complaint, *hex;
} add_rows[] = {
	{ "none", "", OK, NULL, "" },
	{ "a vendor's", "0x1401:00fF", OK, NULL, "1401 0002 00FF" },
	{ "without octets", "0x1401:", OK, NULL, "1401 0000" },
	{ "two, one by its name", "0x1401:01;language_indicator:02", OK, NULL,
	  "1401 0001 01 020D 0001 02" },
	{ "no value", "0x1401", ERR_RANGE,
	  "0x1401 is not TAG:VALUE, such as 0x1401:00FF", NULL },
	{ "no tag", ":00", ERR_RANGE, ":00 is not TAG:VALUE", NULL },
	{ "half an octet", "0x1401:0", ERR_RANGE,
	  "has a value that is not hexadecimal", NULL },
	{ "no octets", "0x1401:zz", ERR_RANGE,
	  "has a value that is not hexadecimal", NULL },
	{ "too long, 5.3.2.19", "language_indicator:0102", ERR_RANGE,
	  "has a value of another length than SMPP says", NULL },
	{ "twice", "0x1401:01 0x1401:02", ERR_RANGE, "is there twice", NULL },
	{ "the text", "message_payload:41", ERR_RANGE,
	  "is filled in by the gateway itself", NULL },
	{ "the reference", "0x204:0001", ERR_RANGE,
	  "is filled in by the gateway itself", NULL },
};

static void test_added(void)
{
	const struct add_row *r;

	for (r = add_rows; r < add_rows + sizeof add_rows / sizeof *r; r++) {
		struct buf why = BUF_INIT(400);
		struct smpp_tag_added a = { .n = 0 };
		uint8_t want[64];

		ROW(r, smpp_tag_added_read(bytes_of(r->text), &a, &why) ==
			       r->want);
		if (r->want == OK) {
			ROW(r, bytes_equal((struct bytes){ a.octets, a.n },
					   check_unhex(r->hex, want,
						       sizeof want)));
		} else {
			ROW(r, strstr(buf_string(&why), r->complaint) != NULL);
			ROW(r, a.n == 0);
		}
		buf_clear(&why);
	}
}

static void test_too_much(void)
{
	struct buf text = BUF_INIT(2000), why = BUF_INIT(400);
	struct smpp_tag_added a = { .n = 0 };
	unsigned i;

	buf_text(&text, "0x1401:");
	for (i = 0; i < SMPP_TAG_ADDED_MAX - 4; i++)
		buf_text(&text, "AB");
	CU_ASSERT(smpp_tag_added_read(buf_bytes(&text), &a, NULL) == OK);
	CU_ASSERT(a.n == SMPP_TAG_ADDED_MAX);
	buf_text(&text, " 0x1402:");
	CU_ASSERT(smpp_tag_added_read(buf_bytes(&text), &a, &why) ==
		  ERR_RANGE);
	CU_ASSERT(strstr(buf_string(&why), "is too much") != NULL);
	buf_clear(&text);
	buf_clear(&why);
}

static const struct check_test tests[] = { { "sets", test_sets },
					   { "many", test_many },
					   { "added", test_added },
					   { "too much", test_too_much },
					   { NULL, NULL } };

CHECK_MAIN("smpp_tag_set", tests)
