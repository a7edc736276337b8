/*
 * PDUs and receipts met in the world, from the folder that the environment
 * names in CPMGW_VECTORS: smpp/pdus.tsv (source, place, name, hex, what it
 * says) and smpp/delivery_receipt_texts.tsv. Without it there is nothing to
 * do.
 */
#include "tests/check.h"

#include <string.h>

#include "codecs/smpp_names.h"
#include "codecs/smpp_pdu.h"
#include "codecs/smpp_receipt.h"
#include "tests/codecs/vectors.h"

static void say(struct buf *to, const char *key, struct bytes text)
{
	buf_printf(to, " %s=", key);
	buf_put(to, text);
}

static void say_address(struct buf *to, const char *key,
			const struct smpp_address *a)
{
	buf_printf(to, " %s=%u/%u/", key, a->ton, a->npi);
	buf_put(to, a->digits);
}

static void say_message(struct buf *to, const struct smpp_pdu *p)
{
	say(to, "svc", p->service_type);
	say_address(to, "src", &p->source);
	say_address(to, "dst", &p->dest);
	buf_printf(to, " esm=0x%02x pid=%u prio=%u rd=0x%02x dcs=0x%02x",
		   p->esm_class, p->protocol_id, p->priority_flag,
		   p->registered_delivery, p->data_coding);
	buf_printf(to, " smlen=%zu", p->short_message.n);
}

static void say_tlvs(struct buf *to, const struct smpp_pdu *p)
{
	struct bytes rest = p->tlvs;
	const char *before = " tlv=";
	struct smpp_tlv t;
	size_t i;

	while (smpp_tlv_next(&rest, &t)) {
		buf_printf(to, "%s%04x:", before, t.tag);
		for (i = 0; i < t.value.n && i < 20; i++)
			buf_printf(to, "%02x", t.value.p[i]);
		before = ",";
	}
}

/* The PDU in the words of the file's fifth column. */
static void say_pdu(struct buf *to, const struct smpp_pdu *p, size_t length,
		    size_t all)
{
	buf_printf(to, "%s len=%zu/%zu st=0x%x seq=%u",
		   smpp_command_name(p->command_id), length, all,
		   p->command_status, p->sequence_number);
	if (p->command_id == SMPP_SUBMIT_SM || p->command_id == SMPP_DELIVER_SM)
		say_message(to, p);
	if (p->command_id == SMPP_SUBMIT_SM_RESP ||
	    p->command_id == SMPP_DATA_SM_RESP)
		say(to, "msgid", p->message_id);
	if (p->command_id == SMPP_BIND_TRANSCEIVER ||
	    p->command_id == SMPP_BIND_TRANSCEIVER_RESP ||
	    p->command_id == SMPP_BIND_TRANSMITTER_RESP ||
	    p->command_id == SMPP_BIND_RECEIVER_RESP)
		say(to, "sysid", p->system_id);
	if (p->command_id == SMPP_BIND_TRANSCEIVER) {
		say(to, "pw", p->password);
		say(to, "type", p->system_type);
		buf_printf(to, " ifv=0x%02x", p->interface_version);
	}
	say_tlvs(to, p);
}

/* What may be refused: broken in the file's own words, or in these two ways
 * that its words do not look for. */
static void refused(const struct vector *l, const struct smpp_refusal *why)
{
	ROW(l, strstr(l->column[4], "MALFORMED-BODY") != NULL ||
		       strstr(l->column[4], "UNKNOWN-ID") != NULL ||
		       why->command_status == ESME_RINVMSGLEN ||
		       why->command_status == ESME_RINVOPTPARSTREAM);
	ROW(l, !why->framing_lost);
}

static void again(const struct vector *l, const struct smpp_pdu *p,
		  struct bytes pdu)
{
	struct buf wire = BUF_INIT(4096);

	ROW(l, smpp_pdu_encode(p, &wire, NULL) == OK);
	/* We do not leave out the empty message_id of a response (4.4.2). */
	ROW(l,
	    pdu.n == SMPP_HEADER_OCTETS || bytes_equal(buf_bytes(&wire), pdu));
	buf_clear(&wire);
}

static bool pdu_line(const struct vector *l)
{
	uint8_t raw[4096];
	struct bytes in = check_unhex(l->column[3], raw, sizeof raw), pdu;
	struct buf words = BUF_INIT(4096);
	struct smpp_refusal why;
	struct smpp_pdu out;

	if (smpp_frame(in, sizeof raw, &pdu, &why) != OK) {
		ROW(l, false);
		return false;
	}
	if (smpp_pdu_decode(pdu, &out, &why) != OK) {
		refused(l, &why);
		return false;
	}
	say_pdu(&words, &out, pdu.n, in.n);
	ROW(l, bytes_is(buf_bytes(&words), l->column[4]));
	again(l, &out, pdu);
	buf_clear(&words);
	return true;
}

static void test_pdus(void)
{
	FILE *f = vectors_open("smpp/pdus.tsv");
	unsigned good = 0, bad = 0;
	struct vector l;

	if (f == NULL)
		return;
	while (vectors_next(f, &l)) {
		if (pdu_line(&l))
			good++;
		else
			bad++;
	}
	CU_ASSERT(good > 10 * bad && bad > 0);
	fclose(f);
}

static void test_receipts(void)
{
	FILE *f = vectors_open("smpp/delivery_receipt_texts.tsv");
	unsigned n = 0;
	struct vector l;

	if (f == NULL)
		return;
	for (; vectors_next(f, &l); n++) {
		struct smpp_receipt r;
		const char *stat = strstr(l.column[3], "stat:");
		const char *id = strstr(l.column[3], "id:");

		l.name = l.column[3];
		ROW(&l,
		    smpp_receipt_decode(bytes_of(l.column[3]), &r, NULL) == OK);
		ROW(&l, stat != NULL && id != NULL);
		ROW(&l, strncmp(id + 3, (const char *)r.id.p, r.id.n) == 0 &&
				id[3 + r.id.n] == ' ');
		ROW(&l, strncmp(stat + 5, (const char *)r.stat.p, 7) == 0);
		ROW(&l, (r.state == SMPP_STATE_NONE) ==
				bytes_is(r.stat, "BADSTAT"));
		ROW(&l, r.err.n >= 1 && r.err.n <= 3);
		ROW(&l, (strstr(l.column[3], "done date:0000") != NULL) ==
				(r.done.year == 0));
	}
	CU_ASSERT(n > 0);
	fclose(f);
}

static const struct check_test tests[] = { { "pdus", test_pdus },
					   { "receipts", test_receipts },
					   { NULL, NULL } };

CHECK_MAIN("smpp_vectors", tests)
