/* How an SME's acknowledgement finds its message. SMPP v3.4 2.11, 5.3.2.17. */
#include <string.h>

#include "adapters/smpp/ack.h"
#include "adapters/smpp/smpp_in.h"
#include "tests/adapters/smpp_desk.h"

static const struct address mary = { ADDRESS_E164, "+15550200001" };
static const struct address code = { ADDRESS_SHORT, "22222" };

static void put_reference(struct smpp_pdu *p, struct buf *tlvs, uint32_t n)
{
	buf_reset(tlvs);
	smpp_tlv_put_number(tlvs, SMPP_TLV_USER_MESSAGE_REFERENCE, n, 2);
	p->tlvs = buf_bytes(tlvs);
}

static struct smpp_pdu sent(uint8_t registered)
{
	return (struct smpp_pdu){ .command_id = SMPP_SUBMIT_SM,
				  .registered_delivery = registered,
				  .source = { 3, 0, bytes_of("22222") },
				  .dest = { 1, 1, bytes_of("15550200001") } };
}

static const struct row {
	const char *name;
	bool server;
	const char *from, *to;
	uint8_t ton;
	uint32_t reference;
	bool same;
} rows[] = {
	{ "its answer", false, "15550200001", "22222", 1, 513, true },
	{ "written in another way", false, "+15550200001", "22222", 0, 513,
	  true },
	{ "another reference", false, "15550200001", "22222", 1, 514, false },
	{ "another recipient", false, "15550200002", "22222", 1, 513, false },
	{ "to another sender", false, "15550200001", "22223", 1, 513, false },
	{ "an ESME's", true, "22222", "15550200001", 3, 513, true },
	{ "by another of its addresses", true, "News", "15550200001", 5, 513,
	  true },
	{ "of another sender's", true, "22222", "15550200002", 3, 513, false },
};

static void test_rows(void)
{
	struct buf one = BUF_INIT(64), two = BUF_INIT(64);
	struct arena *a = arena_new(8192);
	const struct row *r;

	CU_ASSERT_FATAL(a != NULL);
	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		struct manner m = desk_manner(r->server);
		struct smpp_pdu out = sent(0x08), in = { 0 };
		char want[ACK_ID_ROOM], got[ACK_ID_ROOM];

		if (r->server) {
			out.source = out.dest;
			out.dest = (struct smpp_address){ 3, 0,
							  bytes_of("22222") };
		}
		put_reference(&out, &one, 513);
		ack_id_of(&out, r->server ? &code : &mary, &m, want);
		in.source = (struct smpp_address){ r->ton, r->ton == 1,
						   bytes_of(r->from) };
		in.dest = (struct smpp_address){ 1, 1, bytes_of(r->to) };
		put_reference(&in, &two, r->reference);
		ROW(r, want[0] != 0);
		ROW(r, ack_id_in(&in, &m, a, got) == OK);
		ROW(r, (strcmp(want, got) == 0) == r->same);
	}
	arena_free(a);
	buf_clear(&one);
	buf_clear(&two);
}

/* Nobody was asked, or could be known again. */
static void test_none(void)
{
	struct manner m = desk_manner(false);
	struct arena *a = arena_new(8192);
	struct buf tlvs = BUF_INIT(64);
	struct smpp_pdu p = sent(0x0C);
	char id[ACK_ID_ROOM];

	CU_ASSERT_FATAL(a != NULL);
	ack_id_of(&p, &mary, &m, id);
	CU_ASSERT(id[0] == 0);
	CU_ASSERT(ack_id_in(&p, &m, a, id) == ERR_MALFORMED);
	put_reference(&p, &tlvs, 7);
	ack_id_of(&p, &mary, &m, id);
	CU_ASSERT(id[0] != 0);
	p.registered_delivery = 0x11;
	ack_id_of(&p, &mary, &m, id);
	CU_ASSERT(id[0] == 0);
	arena_free(a);
	buf_clear(&tlvs);
}

/* 2.11: the text and the code of the answer go with it. */
static void test_reply(void)
{
	struct manner m = desk_manner(false);
	struct arena *a = arena_new(8192);
	struct smpp_pdu p = sent(0);
	struct buf tlvs = BUF_INIT(64);
	struct far_report r;

	CU_ASSERT_FATAL(a != NULL);
	p.esm_class = SMPP_ESM_TYPE_USER_ACK;
	p.data_coding = 8;
	p.short_message = (struct bytes){ (const uint8_t *)"\x04\x16", 2 };
	smpp_tlv_put_number(&tlvs, SMPP_TLV_USER_MESSAGE_REFERENCE, 9, 2);
	smpp_tlv_put_number(&tlvs, SMPP_TLV_USER_RESPONSE_CODE, 0, 1);
	p.tlvs = buf_bytes(&tlvs);
	CU_ASSERT(smpp_report_in(&p, &m, DESK_NOW, a, &r) == OK);
	CU_ASSERT(r.state == STATE_DISPLAYED && r.kind == WANT_DISPLAY);
	CU_ASSERT(r.reply != NULL && strcmp(r.reply, "\xD0\x96") == 0);
	CU_ASSERT(r.response == 1 && r.n_keys == 2);
	p.esm_class = SMPP_ESM_TYPE_RECEIPT;
	CU_ASSERT(smpp_report_in(&p, &m, DESK_NOW, a, &r) == ERR_MALFORMED);
	arena_free(a);
	buf_clear(&tlvs);
}

static const struct check_test tests[] = { { "whose it is", test_rows },
					   { "nobody's", test_none },
					   { "a reply", test_reply },
					   { NULL, NULL } };

CHECK_MAIN("smpp_ack", tests)
