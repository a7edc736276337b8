/* Receipts of SMPP v3.4 appendix B, and what peers make of it. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codecs/smpp_receipt.h"

#define ROWS(table_) (sizeof(table_) / sizeof *(table_))
#define NONE	     SMPP_COUNT_NONE

static const struct row {
	const char *name, *text;
	enum err want;
	const char *id;
	uint16_t sub, dlvrd;
	const char *submitted, *done; /* "YYYYMMDDhhmmss", "" none */
	enum smpp_state state;
	const char *err, *rest;
} rows[] = {
	{ "appendix B",
	  "id:0123456789 sub:001 dlvrd:002 submit date:2501312359 "
	  "done date:2502010000 stat:DELIVRD err:000 text:Hello my friends ",
	  OK, "0123456789", 1, 2, "20250131235900", "20250201000000",
	  SMPP_STATE_DELIVERED, "000", "Hello my friends" },
	{ "keys in any case, as in 3.4's own Text:",
	  "ID:9 SUB:001 Dlvrd:000 Submit Date:2501312359 Done Date:2501312359"
	  " Stat:undeliv ERR:00B Text:Hi",
	  OK, "9", 1, 0, "20250131235900", "20250131235900",
	  SMPP_STATE_UNDELIVERABLE, "00B", "Hi" },
	{ "12 digits with seconds",
	  "id:9 submit date:250131235958 done date:380101000001 stat:EXPIRED",
	  OK, "9", NONE, NONE, "20250131235958", "19380101000001",
	  SMPP_STATE_EXPIRED, "", "" },
	{ "12 digits with the century",
	  "id:9 submit date:201506201641 done date:202512312359 stat:DELETED",
	  OK, "9", NONE, NONE, "20150620164100", "20251231235900",
	  SMPP_STATE_DELETED, "", "" },
	{ "14 digits",
	  "id:9 submit date:20250131235958 done date:20240229000000 "
	  "stat:REJECTD err:1",
	  OK, "9", NONE, NONE, "20250131235958", "20240229000000",
	  SMPP_STATE_REJECTED, "1", "" },
	{ "zeros are no date",
	  "id:9 sub:000 dlvrd:000 submit date:0000000000 "
	  "done date:000000000000 stat:ENROUTE err:000 text:",
	  OK, "9", 0, 0, "", "", SMPP_STATE_ENROUTE, "000", "" },
	{ "what cannot be a date is none",
	  "id:9 submit date:2502290000 done date:25013123591 stat:ACCEPTD", OK,
	  "9", NONE, NONE, "", "", SMPP_STATE_ACCEPTED, "", "" },
	{ "hours, minutes and seconds have an end",
	  "id:9 submit date:2501312400 done date:250131235960 stat:ACCEPTD", OK,
	  "9", NONE, NONE, "", "", SMPP_STATE_ACCEPTED, "", "" },
	{ "other order, text in the middle",
	  "stat:DELIVRD text:on its way err:0F1 sub:001 id:a-b_c dlvrd:001", OK,
	  "a-b_c", 1, 1, "", "", SMPP_STATE_DELIVERED, "0F1", "on its way" },
	{ "empty text, and a field behind it", "id:9 text: stat:UNKNOWN", OK,
	  "9", NONE, NONE, "", "", SMPP_STATE_UNKNOWN, "", "" },
	{ "a text that looks like a receipt changes nothing",
	  "id:1 sub:001 dlvrd:001 stat:UNDELIV err:005 "
	  "text:id:2 stat:DELIVRD err:000",
	  OK, "1", 1, 1, "", "", SMPP_STATE_UNDELIVERABLE, "005",
	  "id:2 stat:DELIVRD err:000" },
	{ "in a text only what has a field's value is one",
	  "id:1 stat:DELIVRD text:sub:way err:hello done date:soon", OK, "1",
	  NONE, NONE, "", "", SMPP_STATE_DELIVERED, "",
	  "sub:way err:hello done date:soon" },
	{ "a key is a whole word",
	  "id:1 stat:DELIVRD text:forbid:7 oversub:001", OK, "1", NONE, NONE,
	  "", "", SMPP_STATE_DELIVERED, "", "forbid:7 oversub:001" },
	{ "unknown keys are skipped",
	  "msgid:5 id:1 su:002 submit dat:2501312359 stat:DELIVRD netcode:9",
	  OK, "1", NONE, NONE, "", "", SMPP_STATE_DELIVERED, "", "" },
	{ "blanks behind colons, other blanks between",
	  "id: 7\tsub: 001\r\ndlvrd: 1 stat: DELIVRD\nerr:  12 text: x y", OK,
	  "7", 1, 1, "", "", SMPP_STATE_DELIVERED, "12", "x y" },
	{ "a missing value does not eat the next key",
	  "id:7 sub: dlvrd:001 stat:DELIVRD err: text:z", OK, "7", NONE, 1, "",
	  "", SMPP_STATE_DELIVERED, "", "z" },
	{ "counts that are none", "id:7 sub:1000 dlvrd:x stat:DELIVRD", OK, "7",
	  NONE, NONE, "", "", SMPP_STATE_DELIVERED, "", "" },
	{ "a state that is none", "id:7 stat:BADSTAT", OK, "7", NONE, NONE, "",
	  "", SMPP_STATE_NONE, "", "" },
	{ "no stat (message_state has it)", "id:7", OK, "7", NONE, NONE, "", "",
	  SMPP_STATE_NONE, "", "" },
	{ "no id (receipted_message_id has it)", "stat:ACKED", OK, "", NONE,
	  NONE, "", "", SMPP_STATE_ACCEPTED, "", "" },
	{ "id of 64",
	  "id:0123456789012345678901234567890123456789012345678901234567890123"
	  " stat:BUFFRED",
	  OK,
	  "0123456789012345678901234567890123456789012345678901234567890123",
	  NONE, NONE, "", "", SMPP_STATE_ACCEPTED, "", "" },
	{ "id of 65",
	  "id:01234567890123456789012345678901234567890123456789012345678901234"
	  " stat:DELIVRD",
	  ERR_MALFORMED, "", 0, 0, "", "", SMPP_STATE_NONE, "", "" },
	{ "no receipt", "Hello, how are you?", ERR_MALFORMED, "", 0, 0, "", "",
	  SMPP_STATE_NONE, "", "" },
	{ "empty", "", ERR_MALFORMED, "", 0, 0, "", "", SMPP_STATE_NONE, "",
	  "" },
	{ "neither id nor stat", "id: stat: text:x", ERR_MALFORMED, "", 0, 0,
	  "", "", SMPP_STATE_NONE, "", "" },
};

static bool date_is(const struct smpp_date *d, const char *want)
{
	char text[24] = "";

	if (d->year != 0)
		snprintf(text, sizeof text, "%04u%02u%02u%02u%02u%02u", d->year,
			 d->month, d->day, d->hour, d->minute, d->second);
	return strcmp(text, want) == 0;
}

static void row_decode(const struct row *r)
{
	struct smpp_receipt out = { .sub = 77 };
	struct fault why = { NULL, NULL, 0 };

	ROW(r, smpp_receipt_decode(bytes_of(r->text), &out, &why) == r->want);
	if (r->want != OK) {
		ROW(r, out.sub == 77 && why.clause != NULL);
		return;
	}
	ROW(r, bytes_is(out.id, r->id));
	ROW(r, out.sub == r->sub);
	ROW(r, out.dlvrd == r->dlvrd);
	ROW(r, date_is(&out.submitted, r->submitted));
	ROW(r, date_is(&out.done, r->done));
	ROW(r, out.state == r->state);
	ROW(r, bytes_is(out.err, r->err));
	ROW(r, bytes_is(out.text, r->rest));
}

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < ROWS(rows); i++)
		row_decode(&rows[i]);
}

/* A receipt cut anywhere is a shorter receipt or none; nothing is read
 * behind its end. */
static void test_every_prefix(void)
{
	size_t i, n;

	for (i = 0; i < ROWS(rows); i++) {
		size_t whole = strlen(rows[i].text);

		for (n = 0; n <= whole; n++) {
			uint8_t *p = malloc(n == 0 ? 1 : n);
			struct smpp_receipt out;

			CU_ASSERT_FATAL(p != NULL);
			memcpy(p, rows[i].text, n);
			if (smpp_receipt_decode((struct bytes){ p, n }, &out,
						NULL) == OK)
				ROW(&rows[i],
				    out.id.n + out.stat.n > 0 && out.id.n <= n);
			free(p);
		}
	}
}

static const struct smpp_receipt full = {
	.id = { (const uint8_t *)"12ab", 4 },
	.sub = 1,
	.dlvrd = 0,
	.submitted = { 2025, 1, 31, 23, 59, 0 },
	.done = { 1999, 12, 31, 0, 1, 0 },
	.state = SMPP_STATE_UNDELIVERABLE,
	.err = { (const uint8_t *)"0B1", 3 },
	.text = { (const uint8_t *)"Hello you out there", 19 },
};

static void test_encode(void)
{
	struct smpp_receipt r = full, out;
	struct buf b = BUF_INIT(SMPP_RECEIPT_OCTETS_MAX);

	CU_ASSERT(smpp_receipt_encode(&r, &b, NULL) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "id:12ab sub:001 dlvrd:000 submit date:2501312359 "
			   "done date:9912310001 stat:UNDELIV err:0B1 "
			   "text:Hello you out there"));
	CU_ASSERT(smpp_receipt_decode(buf_bytes(&b), &out, NULL) == OK);
	CU_ASSERT(bytes_is(out.stat, "UNDELIV"));
	CU_ASSERT(bytes_equal(out.id, r.id) && bytes_equal(out.err, r.err) &&
		  bytes_equal(out.text, r.text));
	CU_ASSERT(out.sub == 1 && out.dlvrd == 0 && out.state == r.state);
	CU_ASSERT(date_is(&out.submitted, "20250131235900") &&
		  date_is(&out.done, "19991231000100"));
	buf_reset(&b);
	r = (struct smpp_receipt){ .id = bytes_of("7"),
				   .sub = NONE,
				   .dlvrd = NONE,
				   .state = SMPP_STATE_ACCEPTED,
				   .text = bytes_of("123456789012345678901") };
	CU_ASSERT(smpp_receipt_encode(&r, &b, NULL) == OK);
	CU_ASSERT(bytes_is(buf_bytes(&b),
			   "id:7 submit date:0000000000 done date:0000000000 "
			   "stat:ACCEPTD err:000 text:12345678901234567890"));
	buf_clear(&b);
}

static void test_unwritable(void)
{
	struct smpp_receipt r[8] = { full, full, full, full,
				     full, full, full, full };
	static const char *const fields[] = { "id",	     "id",	 "sub",
					      "dlvrd",	     "stat",	 "err",
					      "submit date", "done date" };
	struct buf b = BUF_INIT(SMPP_RECEIPT_OCTETS_MAX);
	struct fault why;
	size_t i;

	r[0].id.n = 0;
	r[1].id = bytes_of("1 2");
	r[2].sub = 1000;
	r[3].dlvrd = 1000;
	r[4].state = SMPP_STATE_NONE;
	r[5].err = bytes_of("1234");
	r[6].submitted.year = 2038;
	r[7].done.day = 32;
	for (i = 0; i < ROWS(r); i++) {
		CU_ASSERT(smpp_receipt_encode(&r[i], &b, &why) == ERR_RANGE);
		CU_ASSERT_STRING_EQUAL(why.field, fields[i]);
		CU_ASSERT(b.n == 0);
	}
	mem_fail_at(1);
	CU_ASSERT(smpp_receipt_encode(&full, &b, NULL) == ERR_NOMEM);
	mem_fail_at(0);
	buf_clear(&b);
	b = (struct buf)BUF_INIT(100);
	CU_ASSERT(smpp_receipt_encode(&full, &b, NULL) == ERR_TOOBIG);
	buf_clear(&b);
}

/* 5.2.28, both ways. */
static void test_states(void)
{
	unsigned i;

	for (i = SMPP_STATE_ENROUTE; i <= SMPP_STATE_SKIPPED; i++) {
		const char *stat = smpp_state_stat((enum smpp_state)i);

		CU_ASSERT_FATAL(stat != NULL);
		CU_ASSERT(strlen(stat) == 7);
		CU_ASSERT(smpp_state_of(bytes_of(stat)) == i);
		CU_ASSERT(smpp_state_number(i) == i);
	}
	CU_ASSERT_STRING_EQUAL(smpp_state_stat(SMPP_STATE_DELIVERED),
			       "DELIVRD");
	CU_ASSERT(smpp_state_stat(SMPP_STATE_NONE) == NULL);
	CU_ASSERT(smpp_state_stat(SMPP_STATE_SCHEDULED) == NULL);
	CU_ASSERT(smpp_state_number(10) == SMPP_STATE_NONE);
	CU_ASSERT(smpp_state_number(UINT32_MAX) == SMPP_STATE_NONE);
	CU_ASSERT(smpp_state_of(bytes_of("")) == SMPP_STATE_NONE);
}

static const struct id_row {
	const char *name;
	enum smpp_id_kind kind;
	enum err want;
	const char *out;
} ids[] = {
	{ "0A1b", SMPP_ID_STRING, OK, "0A1b" },
	{ " 0A1b ", SMPP_ID_STRING, OK, "0A1b" },
	{ "0A1b-Z@", SMPP_ID_NOCASE, OK, "0a1b-z@" },
	{ "0000000012", SMPP_ID_DECIMAL, OK, "c" },
	{ "12", SMPP_ID_DECIMAL, OK, "c" },
	{ "0", SMPP_ID_DECIMAL, OK, "0" },
	{ "000", SMPP_ID_HEX, OK, "0" },
	{ "0C", SMPP_ID_HEX, OK, "c" },
	{ "0x0c", SMPP_ID_HEX, OK, "c" },
	{ "3735928559", SMPP_ID_DECIMAL, OK, "deadbeef" },
	{ "DeadBeef", SMPP_ID_HEX, OK, "deadbeef" },
	{ "18446744073709551616", SMPP_ID_DECIMAL, OK, "10000000000000000" },
	{ "9999999999999999999999999999999999999999999999999999999999999999",
	  SMPP_ID_DECIMAL, OK,
	  "184f03e93ff9f4daa797ed6e38ed64bf6a1f00ffffffffffffffff" },
	{ "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
	  SMPP_ID_HEX, OK,
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
	{ "12a", SMPP_ID_DECIMAL, ERR_MALFORMED, "" },
	{ "-1", SMPP_ID_DECIMAL, ERR_MALFORMED, "" },
	{ "12g", SMPP_ID_HEX, ERR_MALFORMED, "" },
	{ "0x", SMPP_ID_HEX, ERR_MALFORMED, "" },
	{ "", SMPP_ID_STRING, ERR_RANGE, "" },
	{ "  ", SMPP_ID_DECIMAL, ERR_RANGE, "" },
	{ "01234567890123456789012345678901234567890123456789012345678901234",
	  SMPP_ID_STRING, ERR_RANGE, "" },
};

static void test_ids(void)
{
	struct bytes nul = { (const uint8_t *)"1\0002", 3 };
	enum smpp_id_kind kind = SMPP_ID_STRING;
	char out[SMPP_ID_ROOM];
	size_t i;

	for (i = 0; i < ROWS(ids); i++) {
		const struct id_row *r = &ids[i];

		memset(out, 0, sizeof out);
		ROW(r, smpp_id_canonical(bytes_of(r->name), r->kind, out) ==
			       r->want);
		ROW(r, strcmp(out, r->out) == 0);
	}
	CU_ASSERT(smpp_id_canonical(nul, SMPP_ID_STRING, out) == ERR_MALFORMED);
	CU_ASSERT(smpp_id_kind_read(bytes_of("Hex"), &kind) == OK);
	CU_ASSERT(kind == SMPP_ID_HEX);
	CU_ASSERT(smpp_id_kind_read(bytes_of("octal"), &kind) == ERR_NOTFOUND);
}

static const struct check_test tests[] = { { "rows", test_rows },
					   { "every prefix",
					     test_every_prefix },
					   { "encode", test_encode },
					   { "unwritable", test_unwritable },
					   { "states", test_states },
					   { "ids", test_ids },
					   { NULL, NULL } };

CHECK_MAIN("smpp_receipt", tests)
