#include "tests/check.h"

#include <string.h>

#include "codecs/gsm7.h"
#include "codecs/tpdu.h"
#include "tests/codecs/vectors.h"

#define ARENA  100000
#define SPARE  512
#define NUMBER "0B 91 51 55 10 00 00 F1 "      /* +15550100001 */
#define HELLO  "0A E8 32 9B FD 46 97 D9 EC 37" /* "hellohello" */
#define STAMP  "62 11 12 91 60 00 00 "	       /* 2026-11-21 19:06:00 */

/* What is read, and written again. */
static const struct row {
	const char *name, *hex;
	enum tpdu_way way;
	struct tpdu want; /* without texts */
	const char *number, *user;
	size_t whole; /* a front of that length is one, too; 0: none */
	bool another; /* it is written in another way                */
} rows[] = {
	{ .name = "9.2.2.1: DELIVER",
	  .hex = "04 " NUMBER "00 00 " STAMP HELLO,
	  .way = TPDU_TO_DEVICE,
	  .want = { .kind = TPDU_DELIVER, .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "hellohello" },
	{ .name = "9.2.3.2, 9.2.3.4, 9.2.3.17, 9.2.3.28: its bits",
	  .hex = "A8 " NUMBER "40 04 " STAMP "03 01 02 FF",
	  .way = TPDU_TO_DEVICE,
	  .want = { .kind = TPDU_DELIVER,
		    .more = true,
		    .loop = true,
		    .report = true,
		    .reply_path = true,
		    .protocol = 0x40,
		    .coding = 4,
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "\x01\x02\xFF" },
	{ .name = "9.1.2.5: a name in packed septets",
	  .hex = "04 0D D0 E8 32 9B FD 46 97 01 00 00 " STAMP "00",
	  .way = TPDU_TO_DEVICE,
	  .want = { .kind = TPDU_DELIVER, .address = { 5, 0, { 0 } } },
	  .number = "hellohe",
	  .user = "" },
	{ .name = "9.1.2.5: the longest name",
	  .hex = "04 14 D0 E8 32 9B FD 46 97 D9 EC B7 1B 00 00 " STAMP "00",
	  .way = TPDU_TO_DEVICE,
	  .want = { .kind = TPDU_DELIVER, .address = { 5, 0, { 0 } } },
	  .number = "hellohellon",
	  .user = "" },
	{ .name = "9.1.2.5: no address",
	  .hex = "04 00 80 00 00 " STAMP "00",
	  .way = TPDU_TO_DEVICE,
	  .want = { .kind = TPDU_DELIVER },
	  .number = "",
	  .user = "" },
	{ .name = "9.1.2.3: all semi-octets",
	  .hex = "04 0F 81 10 32 54 76 98 BA DC FE 00 00 " STAMP "00",
	  .way = TPDU_TO_DEVICE,
	  .want = { .kind = TPDU_DELIVER, .address = { 0, 1, { 0 } } },
	  .number = "0123456789*#abc",
	  .user = "" },
	{ .name = "9.2.2.2: SUBMIT without validity",
	  .hex = "01 05 " NUMBER "00 00 " HELLO,
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_SUBMIT,
		    .reference = 5,
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "hellohello" },
	{ .name = "9.2.3.12.1: relative validity, 9.2.3.5, 9.2.3.25: bits",
	  .hex = "B5 FF " NUMBER "7F 08 A7 04 00 41 00 42",
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_SUBMIT,
		    .reference = 255,
		    .report = true,
		    .reply_path = true,
		    .reject_duplicates = true,
		    .protocol = 0x7F,
		    .coding = 8,
		    .validity = TPDU_RELATIVE,
		    .period = { 0xA7 },
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = NULL },
	{ .name = "9.2.3.12.2: absolute validity",
	  .hex = "19 00 " NUMBER "00 00 " STAMP HELLO,
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_SUBMIT,
		    .validity = TPDU_ABSOLUTE,
		    .period = { 0x62, 0x11, 0x12, 0x91, 0x60 },
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "hellohello" },
	{ .name = "9.2.3.12.3: enhanced validity",
	  .hex = "09 00 " NUMBER "00 00 03 10 20 30 00 00 00 " HELLO,
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_SUBMIT,
		    .validity = TPDU_ENHANCED,
		    .period = { 3, 0x10, 0x20, 0x30 },
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "hellohello" },
	{ .name = "9.2.3.24: septets behind a header, one fill bit",
	  .hex = "41 00 " NUMBER "00 00 08 05 00 03 2A 02 01 C2",
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_SUBMIT,
		    .udhi = true,
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "\x05\x00\x03\x2A\x02\x01"
		  "a" },
	{ .name = "9.2.3.24: a header with nothing behind it",
	  .hex = "41 00 " NUMBER "00 00 07 05 00 03 2A 02 01 00",
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_SUBMIT,
		    .udhi = true,
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "\x05\x00\x03\x2A\x02\x01" },
	{ .name = "9.2.3.24: octets behind a header",
	  .hex = "41 00 " NUMBER "00 04 07 05 00 03 2A 02 01 C2",
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_SUBMIT,
		    .udhi = true,
		    .coding = 4,
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "\x05\x00\x03\x2A\x02\x01\xC2" },
	{ .name = "9.2.2.1a: DELIVER-REPORT in RP-ACK",
	  .hex = "00 00",
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_DELIVER_REPORT },
	  .number = "",
	  .user = "" },
	{ .name = "9.2.2.1a: DELIVER-REPORT in RP-ERROR, 9.2.3.22",
	  .hex = "00 D3 01 7F",
	  .way = TPDU_TO_CENTRE_ERROR,
	  .want = { .kind = TPDU_DELIVER_REPORT,
		    .error = true,
		    .cause = TPDU_CAUSE_MEMORY_FULL,
		    .has_protocol = true,
		    .protocol = 0x7F },
	  .number = "",
	  .user = "" },
	{ .name = "9.2.3.27: all of TP-PI, and more that is unknown",
	  .hex = "00 87 00 7F 04 02 AA BB CC",
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_DELIVER_REPORT,
		    .has_protocol = true,
		    .has_coding = true,
		    .has_user = true,
		    .protocol = 0x7F,
		    .coding = 4 },
	  .number = "",
	  .user = "\xAA\xBB",
	  .whole = 8,
	  .another = true },
	{ .name = "9.2.2.2a: SUBMIT-REPORT in RP-ACK",
	  .hex = "01 00 " STAMP,
	  .way = TPDU_TO_DEVICE,
	  .want = { .kind = TPDU_SUBMIT_REPORT },
	  .number = "",
	  .user = "" },
	{ .name = "9.2.2.2a: SUBMIT-REPORT in RP-ERROR, with a text",
	  .hex = "01 C3 04 " STAMP HELLO,
	  .way = TPDU_TO_DEVICE_ERROR,
	  .want = { .kind = TPDU_SUBMIT_REPORT,
		    .error = true,
		    .cause = TPDU_CAUSE_ADDRESS,
		    .has_user = true },
	  .number = "",
	  .user = "hellohello" },
	{ .name = "9.2.2.3: STATUS-REPORT",
	  .hex = "06 07 " NUMBER STAMP STAMP "46",
	  .way = TPDU_TO_DEVICE,
	  .want = { .kind = TPDU_STATUS_REPORT,
		    .reference = 7,
		    .status = TPDU_STATUS_EXPIRED,
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "" },
	{ .name = "9.2.2.3: STATUS-REPORT with TP-PI, 9.2.3.26",
	  .hex = "26 07 " NUMBER STAMP STAMP "00 02 04",
	  .way = TPDU_TO_DEVICE,
	  .want = { .kind = TPDU_STATUS_REPORT,
		    .reference = 7,
		    .report = true,
		    .has_coding = true,
		    .coding = 4,
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "",
	  .whole = 25 },
	{ .name = "9.2.2.4: COMMAND",
	  .hex = "22 09 00 02 08 " NUMBER "02 AA BB",
	  .way = TPDU_TO_CENTRE,
	  .want = { .kind = TPDU_COMMAND,
		    .reference = 9,
		    .report = true,
		    .command = 2,
		    .number = 8,
		    .address = { 1, 1, { 0 } } },
	  .number = "15550100001",
	  .user = "\xAA\xBB" },
};

static bool same(const struct tpdu *a, const struct tpdu *b)
{
	return a->kind == b->kind && a->error == b->error &&
	       a->more == b->more && a->loop == b->loop && a->udhi == b->udhi &&
	       a->reply_path == b->reply_path && a->report == b->report &&
	       a->reject_duplicates == b->reject_duplicates &&
	       a->reference == b->reference &&
	       a->address.ton == b->address.ton &&
	       a->address.npi == b->address.npi &&
	       a->has_protocol == b->has_protocol &&
	       a->has_coding == b->has_coding && a->has_user == b->has_user &&
	       a->protocol == b->protocol && a->coding == b->coding &&
	       a->validity == b->validity &&
	       memcmp(a->period, b->period, sizeof a->period) == 0 &&
	       a->status == b->status && a->cause == b->cause &&
	       a->command == b->command && a->number == b->number;
}

static void test_decode(void)
{
	static const uint8_t stamp[] = { 0x62, 0x11, 0x12, 0x91, 0x60, 0, 0 };
	struct arena *a = arena_new(ARENA);
	uint8_t raw[SPARE];
	struct tpdu t;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);

		memset(&t, 0, sizeof t);
		ROW(r, tpdu_decode(in, r->way, a, &t, NULL) == OK);
		ROW(r, same(&t, &r->want));
		ROW(r, bytes_is(t.address.text, r->number));
		if (r->user && !r->want.udhi)
			ROW(r, bytes_is(t.user, r->user));
		if (t.kind == TPDU_DELIVER || t.kind == TPDU_SUBMIT_REPORT ||
		    t.kind == TPDU_STATUS_REPORT)
			ROW(r, memcmp(t.sent, stamp, sizeof stamp) == 0);
		if (t.kind == TPDU_STATUS_REPORT)
			ROW(r, memcmp(t.done, stamp, sizeof stamp) == 0);
		arena_reset(a);
	}
	arena_free(a);
}

/* 9.2.3.24: headers have zero octets in them. */
static void test_header(void)
{
	static const uint8_t header[] = { 5, 0, 3, 0x2A, 2, 1 };
	struct arena *a = arena_new(ARENA);
	uint8_t raw[SPARE];
	size_t i, n = 0;
	struct tpdu t;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);

		if (!r->want.udhi)
			continue;
		n++;
		ROW(r, tpdu_decode(in, r->way, a, &t, NULL) == OK);
		ROW(r, t.user.n >= 6 && memcmp(t.user.p, header, 6) == 0);
		ROW(r, bytes_is(bytes_after(t.user, 6), r->user + 6));
	}
	CU_ASSERT(n == 3);
	arena_free(a);
}

static void test_prefixes(void)
{
	struct arena *a = arena_new(ARENA);
	struct fault why;
	uint8_t raw[SPARE];
	struct tpdu t;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw), cut;

		for (cut = in, cut.n = 0; cut.n < in.n; cut.n++) {
			why = (struct fault){ 0 };
			if (r->whole && cut.n == r->whole) {
				ROW(r, tpdu_decode(cut, r->way, a, &t, NULL) ==
					       OK);
				continue;
			}
			ROW(r,
			    tpdu_decode(cut, r->way, a, &t, &why) == ERR_MORE);
			ROW(r, why.field && why.offset <= cut.n);
			arena_reset(a);
		}
	}
	arena_free(a);
}

static void test_round_trip(void)
{
	struct arena *a = arena_new(ARENA);
	struct buf b = BUF_INIT(TPDU_OCTETS_MAX);
	uint8_t raw[SPARE];
	struct tpdu t, again;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);

		ROW(r, tpdu_decode(in, r->way, a, &t, NULL) == OK);
		buf_reset(&b);
		ROW(r, tpdu_encode(&t, &b) == OK);
		ROW(r, r->another || bytes_equal(buf_bytes(&b), in));
		ROW(r,
		    tpdu_decode(buf_bytes(&b), r->way, a, &again, NULL) == OK);
		ROW(r,
		    same(&t, &again) &&
			    bytes_equal(t.address.text, again.address.text) &&
			    bytes_equal(t.user, again.user));
		arena_reset(a);
	}
	buf_clear(&b);
	arena_free(a);
}

static const struct bad_row {
	const char *name, *hex;
	enum tpdu_way way;
	enum err want;
	const char *field;
} bad_rows[] = {
	{ "9.2.3.1: reserved", "03 00", TPDU_TO_DEVICE, ERR_UNSUPPORTED,
	  "TP-MTI" },
	{ "9.1.2.5: 21 semi-octets",
	  "04 15 91 00 00 00 00 00 00 00 00 00 00 00 00 00 " STAMP "00",
	  TPDU_TO_DEVICE, ERR_MALFORMED, "address" },
	{ "9.1.2.5: bit 8 of its type is 1", "04 02 11 21 00 00 " STAMP "00",
	  TPDU_TO_DEVICE, ERR_MALFORMED, "address" },
	{ "9.1.2.3: fill in the middle", "04 03 91 1F F2 00 00 " STAMP "00",
	  TPDU_TO_DEVICE, ERR_MALFORMED, "address" },
	{ "9.2.3.16: 161 septets", "01 00 " NUMBER "00 00 A1", TPDU_TO_CENTRE,
	  ERR_MALFORMED, "TP-UDL" },
	{ "9.2.3.16: 141 octets", "01 00 " NUMBER "00 04 8D", TPDU_TO_CENTRE,
	  ERR_MALFORMED, "TP-UDL" },
	{ "9.2.3.24: header above the septets",
	  "41 00 " NUMBER "00 00 05 05 00 03 2A 02", TPDU_TO_CENTRE,
	  ERR_MALFORMED, "TP-UDHL" },
	{ "9.2.3.24: header above the octets",
	  "41 00 " NUMBER "00 04 03 05 00 03", TPDU_TO_CENTRE, ERR_MALFORMED,
	  "TP-UDHL" },
	{ "9.2.3.23: no header at all", "41 00 " NUMBER "00 04 00",
	  TPDU_TO_CENTRE, ERR_MALFORMED, "TP-UDHL" },
	{ "9.2.3.23: not among septets either", "41 00 " NUMBER "00 00 00",
	  TPDU_TO_CENTRE, ERR_MALFORMED, "TP-UDHL" },
	{ "octets behind the end", "01 00 " NUMBER "00 04 01 AA BB",
	  TPDU_TO_CENTRE, ERR_MALFORMED, "TP-UD" },
	{ "9.2.3.20: too long a command", "02 00 00 00 00 00 80 9D",
	  TPDU_TO_CENTRE, ERR_MALFORMED, "TP-CDL" },
};

static void test_refused(void)
{
	struct arena *a = arena_new(ARENA);
	uint8_t raw[SPARE];
	size_t i;

	for (i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++) {
		const struct bad_row *r = &bad_rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct fault why = { 0 };
		struct tpdu t = { .reference = 77 };

		ROW(r, tpdu_decode(in, r->way, a, &t, &why) == r->want);
		ROW(r, t.reference == 77 && why.field &&
			       strcmp(why.field, r->field) == 0);
	}
	arena_free(a);
}

/* The longest are written, what is longer is refused. */
static void test_bounds(void)
{
	static uint8_t text[200];
	struct buf b = BUF_INIT(TPDU_OCTETS_MAX);
	struct arena *a = arena_new(ARENA);
	struct tpdu t = { .kind = TPDU_STATUS_REPORT,
			  .has_protocol = true,
			  .has_coding = true,
			  .has_user = true,
			  .address = { 1, 1, { text, 20 } } };
	struct tpdu again;

	memset(text, '7', sizeof text);
	t.user = (struct bytes){ text, TPDU_SEPTETS_MAX };
	CU_ASSERT(tpdu_encode(&t, &b) == OK && b.n == 173);
	CU_ASSERT(tpdu_decode(buf_bytes(&b), TPDU_TO_DEVICE, a, &again, NULL) ==
			  OK &&
		  bytes_equal(again.user, t.user));
	buf_reset(&b);
	t.user.n++;
	CU_ASSERT(tpdu_encode(&t, &b) == ERR_TOOBIG);
	buf_reset(&b);
	t.coding = 4;
	CU_ASSERT(tpdu_encode(&t, &b) == ERR_TOOBIG);
	buf_reset(&b);
	t.user.n = TPDU_USER_MAX;
	CU_ASSERT(tpdu_encode(&t, &b) == OK);
	buf_reset(&b);
	t.address.text.n = 21;
	CU_ASSERT(tpdu_encode(&t, &b) == ERR_TOOBIG);
	buf_reset(&b);
	t.address = (struct address_smpp){ 5, 0, { text, 12 } };
	CU_ASSERT(tpdu_encode(&t, &b) == ERR_TOOBIG);
	buf_reset(&b);
	t.address = (struct address_smpp){ 1, 1, bytes_of("12x") };
	CU_ASSERT(tpdu_encode(&t, &b) == ERR_RANGE);
	buf_reset(&b);
	t.address = (struct address_smpp){ 5, 0, bytes_of("\xC3") };
	CU_ASSERT(tpdu_encode(&t, &b) == ERR_RANGE);
	buf_reset(&b);
	t = (struct tpdu){ .kind = TPDU_SUBMIT, .user = bytes_of("\xE4") };
	CU_ASSERT(tpdu_encode(&t, &b) == ERR_RANGE);
	buf_reset(&b);
	t = (struct tpdu){ .kind = TPDU_SUBMIT, .udhi = true };
	CU_ASSERT(tpdu_encode(&t, &b) == ERR_MALFORMED);
	buf_reset(&b);
	t = (struct tpdu){ .kind = TPDU_COMMAND, .user = { text, 157 } };
	CU_ASSERT(tpdu_encode(&t, &b) == ERR_TOOBIG);
	buf_clear(&b);
	arena_free(a);
}

static void test_memory(void)
{
	uint8_t raw[SPARE];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct bytes in = check_unhex(r->hex, raw, sizeof raw);
		struct buf b = BUF_INIT(TPDU_OCTETS_MAX);
		struct arena *a = arena_new(ARENA);
		struct arena *none = arena_new(1);
		struct tpdu t;
		enum err e = tpdu_decode(in, r->way, none, &t, NULL);

		ROW(r, e == ERR_NOMEM || (e == OK && r->number[0] == 0 &&
					  !t.address.text.n));
		ROW(r, tpdu_decode(in, r->way, a, &t, NULL) == OK);
		mem_fail_at(1);
		ROW(r, tpdu_encode(&t, &b) == ERR_NOMEM);
		mem_fail_at(0);
		buf_clear(&b);
		arena_free(none);
		arena_free(a);
	}
}

/* -- other people's ------------------------------------------------------- */

/* What kind the last column says it is; false: none of these. */
static bool kind_said(const char *words, enum tpdu_way *way)
{
	*way = strstr(words, "SUBMIT ") ? TPDU_TO_CENTRE : TPDU_TO_DEVICE;
	return *way == TPDU_TO_CENTRE || strstr(words, "DELIVER ") ||
	       strstr(words, "STATUS-REPORT ");
}

/* Modems have the service centre's address in front. */
static void look(const struct vector *l, struct arena *a, unsigned *read)
{
	uint8_t raw[4096];
	struct bytes in = check_unhex(l->column[3], raw, sizeof raw);
	struct buf b = BUF_INIT(TPDU_OCTETS_MAX);
	struct tpdu t, again;
	enum tpdu_way way;

	if (kind_said(l->column[4], &way) && in.n > 0 &&
	    (tpdu_decode(bytes_after(in, in.p[0] + 1U), way, a, &t, NULL) ==
		     OK ||
	     tpdu_decode(in, way, a, &t, NULL) == OK)) {
		++*read;
		ROW(l, tpdu_encode(&t, &b) == OK);
		ROW(l, tpdu_decode(buf_bytes(&b), way, a, &again, NULL) == OK);
		ROW(l, same(&t, &again) && bytes_equal(t.user, again.user));
	}
	buf_clear(&b);
}

static void test_vectors(void)
{
	FILE *f = vectors_open("sms/pdus.tsv");
	struct arena *a = arena_new(ARENA);
	unsigned read = 0;
	struct vector l;

	while (f && vectors_next(f, &l)) {
		if (l.column[4] != NULL)
			look(&l, a, &read);
		arena_reset(a);
	}
	CU_ASSERT(!f || read > 20);
	if (f)
		fclose(f);
	arena_free(a);
}

static const struct check_test tests[] = { { "reads", test_decode },
					   { "headers", test_header },
					   { "every prefix", test_prefixes },
					   { "round trip", test_round_trip },
					   { "refuses", test_refused },
					   { "bounds", test_bounds },
					   { "memory", test_memory },
					   { "other people's", test_vectors },
					   { NULL, NULL } };

CHECK_MAIN("tpdu", tests)
