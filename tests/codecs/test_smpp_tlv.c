/* TLVs, destinations, failures; the names of SMPP's numbers. */
#include "tests/check.h"

#include <string.h>

#include "codecs/smpp_names.h"
#include "codecs/smpp_pdu.h"

#define ROWS(table_) (sizeof(table_) / sizeof *(table_))

/* 3.2.4.1, 5.3.2: all are kept, in order, repeated and unknown ones too. */
static void test_tlvs(void)
{
	struct buf b = BUF_INIT(200);
	struct bytes rest, value;
	struct smpp_tlv t;
	uint32_t v = 0;

	smpp_tlv_put_number(&b, SMPP_TLV_SAR_MSG_REF_NUM, 0xABCD, 2);
	smpp_tlv_put_number(&b, SMPP_TLV_QOS_TIME_TO_LIVE, 86400, 4);
	smpp_tlv_put_text(&b, SMPP_TLV_RECEIPTED_MESSAGE_ID, bytes_of("A1"));
	smpp_tlv_put(&b, 0x1501, bytes_of("vendor"));
	smpp_tlv_put(&b, SMPP_TLV_ALERT_ON_MESSAGE_DELIVERY, bytes_of(""));
	smpp_tlv_put(&b, 0x1501, bytes_of("again"));
	CU_ASSERT(buf_status(&b) == OK);
	rest = buf_bytes(&b);
	CU_ASSERT(bytes_equal((struct bytes){ rest.p, 6 },
			      (struct bytes){ (const uint8_t *)"\x02\x0C\0\x02"
							       "\xAB\xCD",
					      6 }));
	CU_ASSERT(smpp_tlv_number(rest, SMPP_TLV_SAR_MSG_REF_NUM, &v));
	CU_ASSERT(v == 0xABCD);
	CU_ASSERT(smpp_tlv_number(rest, SMPP_TLV_QOS_TIME_TO_LIVE, &v));
	CU_ASSERT(v == 86400);
	CU_ASSERT(!smpp_tlv_number(rest, 0x1501, &v));
	CU_ASSERT(!smpp_tlv_number(rest, SMPP_TLV_SOURCE_PORT, &v));
	CU_ASSERT(v == 86400);
	CU_ASSERT(smpp_tlv_text(rest, SMPP_TLV_RECEIPTED_MESSAGE_ID, &value));
	CU_ASSERT(bytes_is(value, "A1"));
	CU_ASSERT(smpp_tlv_find(rest, 0x1501, &value));
	CU_ASSERT(bytes_is(value, "vendor"));
	CU_ASSERT(smpp_tlv_find(rest, SMPP_TLV_ALERT_ON_MESSAGE_DELIVERY,
				&value) &&
		  value.n == 0);
	for (v = 0; smpp_tlv_next(&rest, &t); v++)
		value = t.value;
	CU_ASSERT(v == 6 && rest.n == 0 && bytes_is(value, "again"));
	buf_clear(&b);
}

/* 3.2.4.1: TLVs that are cut are refused, but where one ends. */
static void test_prefixes(void)
{
	struct buf b = BUF_INIT(64);
	struct bytes cut;
	struct fault why;
	bool ends;

	smpp_tlv_put_number(&b, SMPP_TLV_SAR_MSG_REF_NUM, 7, 2);
	smpp_tlv_put(&b, 0x1501, bytes_of("vendor"));
	for (cut = buf_bytes(&b), cut.n = 0; cut.n < b.n; cut.n++) {
		ends = cut.n == 0 || cut.n == 6;
		CU_ASSERT(smpp_tlvs_check(cut, &why) ==
			  (ends ? ESME_ROK : ESME_RINVOPTPARSTREAM));
		CU_ASSERT(ends || why.offset == (cut.n < 6 ? 0 : 6));
	}
	buf_clear(&b);
}

/* 5.3.2.12 in the field: receipted_message_id without its NUL. */
static void test_text_without_nul(void)
{
	struct buf b = BUF_INIT(64);
	struct bytes value;

	smpp_tlv_put(&b, SMPP_TLV_RECEIPTED_MESSAGE_ID, bytes_of("77"));
	CU_ASSERT(smpp_tlv_text(buf_bytes(&b), SMPP_TLV_RECEIPTED_MESSAGE_ID,
				&value));
	CU_ASSERT(bytes_is(value, "77"));
	buf_clear(&b);
}

/* 5.3.2: each parameter of the wrong length is refused, no other is. */
static void test_every_length(void)
{
	const struct smpp_tag_row *row;
	static const uint8_t zeros[70000];

	for (row = smpp_tags(); row->name != NULL; row++) {
		size_t n, most = row->max < 300 ? row->max + 2u : 300;

		for (n = 0; n < most; n++) {
			struct buf b = BUF_INIT(400);
			struct fault why = { NULL, NULL, 9 };
			bool good = n >= row->min && n <= row->max;
			uint32_t status;

			smpp_tlv_put(&b, row->tag, (struct bytes){ zeros, n });
			status = smpp_tlvs_check(buf_bytes(&b), &why);
			ROW(row, status == (good ? ESME_ROK : ESME_RINVPARLEN));
			ROW(row, good || strcmp(why.field, row->name) == 0);
			ROW(row, good || why.offset == 0);
			buf_clear(&b);
		}
	}
}

/* 4.5.1.1, 4.5.2.1 */
static void test_lists(void)
{
	struct smpp_dest d = { .sme = { 1, 1, bytes_of("447700900123") } };
	struct smpp_failed f = { .sme = { 5, 0, bytes_of("Shop") },
				 .error_status_code = ESME_RINVDSTADR };
	struct buf b = BUF_INIT(100), c = BUF_INIT(100);
	struct bytes rest;

	smpp_dest_put(&b, &d);
	d.list = bytes_of("friends");
	d.is_list = true;
	smpp_dest_put(&b, &d);
	rest = buf_bytes(&b);
	CU_ASSERT(smpp_dest_next(&rest, &d) && !d.is_list);
	CU_ASSERT(d.sme.ton == 1 && d.sme.npi == 1 &&
		  bytes_is(d.sme.digits, "447700900123") && d.list.n == 0);
	CU_ASSERT(smpp_dest_next(&rest, &d) && d.is_list);
	CU_ASSERT(bytes_is(d.list, "friends") && d.sme.digits.n == 0);
	CU_ASSERT(!smpp_dest_next(&rest, &d) && rest.n == 0);

	smpp_failed_put(&c, &f);
	f = (struct smpp_failed){ 0 };
	rest = buf_bytes(&c);
	CU_ASSERT(smpp_failed_next(&rest, &f));
	CU_ASSERT(f.sme.ton == 5 && bytes_is(f.sme.digits, "Shop"));
	CU_ASSERT(f.error_status_code == 0x0B);
	CU_ASSERT(!smpp_failed_next(&rest, &f) && rest.n == 0);
	buf_clear(&b);
	buf_clear(&c);
}

static void test_memory_ends(void)
{
	struct buf b = BUF_INIT(100);

	mem_fail_at(1);
	smpp_tlv_put_number(&b, SMPP_TLV_SOURCE_PORT, 1, 2);
	mem_fail_at(0);
	CU_ASSERT(buf_status(&b) == ERR_NOMEM && b.n == 0);
	buf_clear(&b);
}

static void test_tables_are_sorted(void)
{
	const struct smpp_name *n;
	const struct smpp_tag_row *t;

	for (n = smpp_statuses(); n[1].name != NULL; n++)
		ROW(n, n->value < n[1].value && n->text[0] != '\0');
	for (n = smpp_commands(); n[1].name != NULL; n++)
		ROW(n,
		    (n[1].value == SMPP_GENERIC_NACK) || n->value < n[1].value);
	for (t = smpp_tags(); t[1].name != NULL; t++)
		ROW(t, t->tag < t[1].tag && t->min <= t->max);
	for (t = smpp_tags(); t->name != NULL; t++)
		ROW(t, smpp_tag_row(t->tag) == t);
	CU_ASSERT(smpp_tag_row(0) == NULL && smpp_tag_row(0x0018) == NULL);
	CU_ASSERT(smpp_tag_row(0xFFFF) == NULL);
}

static void test_names(void)
{
	CU_ASSERT_STRING_EQUAL(smpp_status_name(0x58), "ESME_RTHROTTLED");
	CU_ASSERT_STRING_EQUAL(smpp_status_name(0x410), "vendor");
	CU_ASSERT_STRING_EQUAL(smpp_status_name(0x500), "reserved");
	CU_ASSERT_STRING_EQUAL(smpp_status_name(0x09), "reserved");
	CU_ASSERT_STRING_EQUAL(smpp_command_name(0x80000103), "data_sm_resp");
	CU_ASSERT_STRING_EQUAL(smpp_command_name(0x104), "unknown");
	CU_ASSERT_STRING_EQUAL(smpp_tag_row(0x0424)->name, "message_payload");
}

static const struct status_row {
	const char *name;
	enum err want;
	uint32_t status;
} words[] = {
	{ "ESME_RTHROTTLED", OK, 0x58 },
	{ "rthrottled", OK, 0x58 },
	{ "ROK", OK, 0 },
	{ "0x58", OK, 0x58 },
	{ "0XfE", OK, 0xFE },
	{ "88", OK, 0x58 },
	{ "1027", OK, 0x403 },
	{ "0x", ERR_NOTFOUND, 7 },
	{ "0x123456789", ERR_NOTFOUND, 7 },
	{ "0x5G", ERR_NOTFOUND, 7 },
	{ "4294967296", ERR_NOTFOUND, 7 },
	{ "", ERR_NOTFOUND, 7 },
	{ "ESME_", ERR_NOTFOUND, 7 },
	{ "RNOSUCH", ERR_NOTFOUND, 7 },
};

static void test_status_words(void)
{
	size_t i;

	for (i = 0; i < ROWS(words); i++) {
		const struct status_row *r = &words[i];
		uint32_t v = 7;

		ROW(r, smpp_status_read(bytes_of(r->name), &v) == r->want);
		ROW(r, v == r->status);
	}
}

static void test_response_ids(void)
{
	CU_ASSERT(smpp_response_id(SMPP_SUBMIT_SM) == SMPP_SUBMIT_SM_RESP);
	CU_ASSERT(smpp_response_id(SMPP_DATA_SM) == SMPP_DATA_SM_RESP);
	CU_ASSERT(smpp_response_id(SMPP_OUTBIND) == 0);
	CU_ASSERT(smpp_response_id(SMPP_ALERT_NOTIFICATION) == 0);
	CU_ASSERT(smpp_response_id(SMPP_SUBMIT_SM_RESP) == 0);
	CU_ASSERT(smpp_response_id(SMPP_GENERIC_NACK) == 0);
	CU_ASSERT(smpp_response_id(0x111) == SMPP_GENERIC_NACK);
}

static const struct check_test tests[] = {
	{ "tlvs", test_tlvs },
	{ "every prefix", test_prefixes },
	{ "text without nul", test_text_without_nul },
	{ "every length", test_every_length },
	{ "lists", test_lists },
	{ "memory ends", test_memory_ends },
	{ "tables are sorted", test_tables_are_sorted },
	{ "names", test_names },
	{ "status words", test_status_words },
	{ "response ids", test_response_ids },
	{ NULL, NULL }
};

CHECK_MAIN("smpp_tlv", tests)
