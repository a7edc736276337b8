/*
 * From SMPP to SMPP: what only SMPP knows comes out as it went in, or is
 * named as lost. SMPP v3.4 4.4.1, 4.6.1, 5.2, 5.3; 3GPP TS 23.040 9.2.3.24.4;
 * 3GPP TS 23.038 4.
 */
#include <stdio.h>
#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_map.h"
#include "tests/adapters/smpp_desk.h"

/* The fields of a PDU that are looked at. */
struct fields {
	uint8_t esm_class, protocol_id, priority_flag, replace, coding;
	const char *message, *tlvs; /* hex; without our own TLVs         */
};

static const struct row {
	const char *name;
	bool from_smsc, to_esme; /* else ESME to SMSC                 */
	uint8_t without;
	struct fields in, out;
	const char *lost;
} rows[] = {
	{ "nothing",
	  false,
	  false,
	  0,
	  { .message = "41" },
	  { .message = "41" },
	  "" },
	{ "protocol_id",
	  false,
	  true,
	  0,
	  { .protocol_id = 0x41 },
	  { .protocol_id = 0x41 },
	  "" },
	{ "5.2.14: level 3",
	  false,
	  false,
	  0,
	  { .priority_flag = 3 },
	  { .priority_flag = 3 },
	  "" },
	{ "level 3, which the SMSC does not like",
	  false,
	  false,
	  SMPP_WITHOUT_PRIORITY,
	  { .priority_flag = 3 },
	  { .priority_flag = 0 },
	  "lost=priority_flag" },
	{ "5.2.12: reply path and mode",
	  false,
	  false,
	  0,
	  { .esm_class = 0x81 },
	  { .esm_class = 0x81 },
	  "" },
	{ "towards an ESME there is no mode",
	  false,
	  true,
	  0,
	  { .esm_class = 0x81 },
	  { .esm_class = 0x80 },
	  "" },
	{ "replace_if_present_flag",
	  false,
	  false,
	  0,
	  { .replace = 1 },
	  { .replace = 1 },
	  "" },
	{ "which deliver_sm has not",
	  false,
	  true,
	  0,
	  { .replace = 1 },
	  { .replace = 0 },
	  "lost=replace_if_present_flag" },
	{ "23.040 9.2.3.24.4: ports of a text",
	  false,
	  false,
	  0,
	  { .esm_class = 0x40, .message = "06 05 04 3E 80 10 01 41" },
	  { .esm_class = 0x40, .message = "06 05 04 3E 80 10 01 41" },
	  "" },
	{ "9.2.3.24.3: 8-bit ports of data",
	  true,
	  true,
	  0,
	  { .esm_class = 0x40, .coding = 4, .message = "04 04 02 F0 10 00" },
	  { .esm_class = 0x40, .coding = 4, .message = "04 04 02 F0 10 00" },
	  "" },
	{ "from which port a vCard comes",
	  true,
	  false,
	  0,
	  { .esm_class = 0x40,
	    .coding = 4,
	    .message = "06 05 04 23 F4 23 F5 00" },
	  { .esm_class = 0x40,
	    .coding = 4,
	    .message = "06 05 04 23 F4 23 F5 00" },
	  "" },
	{ "5.3.2.20: ports as parameters",
	  true,
	  true,
	  0,
	  { .coding = 4,
	    .message = "41",
	    .tlvs = "020A 0002 1001 020B 0002 3E80" },
	  { .coding = 4,
	    .message = "41",
	    .tlvs = "020A 0002 1001 020B 0002 3E80" },
	  "" },
	{ "which the SMSC does not like",
	  true,
	  false,
	  SMPP_WITHOUT_TLVS,
	  { .coding = 4,
	    .message = "41",
	    .tlvs = "020A 0002 1001 020B 0002 3E80" },
	  { .esm_class = 0x40,
	    .coding = 4,
	    .message = "06 05 04 3E 80 10 01 41" },
	  "lost=source_port,destination_port" },
	{ "unknown elements of a header",
	  false,
	  false,
	  0,
	  { .esm_class = 0x40, .message = "03 70 01 AA 41" },
	  { .esm_class = 0x40, .message = "03 70 01 AA 41" },
	  "" },
	{ "parameters of both, one of them twice",
	  true,
	  true,
	  0,
	  { .tlvs = "0381 0004 0101 3132 0381 0004 0101 3334 0202 0002 A001"
		    "0203 0002 A002 0201 0001 01 0019 0001 01 020D 0001 02"
		    "0205 0001 07 1383 0002 0102 1400 0001 FF 0600 0000" },
	  { .tlvs = "0381 0004 0101 3132 0381 0004 0101 3334 0202 0002 A001"
		    "0203 0002 A002 0201 0001 01 0019 0001 01 020D 0001 02"
		    "0205 0001 07 1383 0002 0102 1400 0001 FF 0600 0000" },
	  "" },
	{ "parameters of submit_sm",
	  false,
	  false,
	  0,
	  { .tlvs = "0005 0001 03 0302 0001 00 0303 0002 0041 1204 0001 00"
		    "1201 0001 01 1203 0002 0001 130C 0000 0030 0001 00" },
	  { .tlvs = "0005 0001 03 0302 0001 00 0303 0002 0041 1204 0001 00"
		    "1201 0001 01 1203 0002 0001 130C 0000 0030 0001 00" },
	  "" },
	{ "which deliver_sm has not",
	  false,
	  true,
	  0,
	  { .tlvs = "0005 0001 03 0302 0001 00 1204 0001 00" },
	  { .tlvs = "" },
	  "lost=dest_addr_subunit,callback_num_pres_ind,ms_validity" },
	{ "a parameter of data_sm alone",
	  false,
	  false,
	  0,
	  { .tlvs = "0421 0001 01" },
	  { .tlvs = "" },
	  "lost=set_dpf" },
	{ "a vendor's, which the SMSC does not like",
	  false,
	  false,
	  SMPP_WITHOUT_TLVS,
	  { .tlvs = "1401 0001 01" },
	  { .tlvs = "" },
	  "lost=tlv-1401" },
	{ "flash of UCS2: 5.3.2.1",
	  false,
	  false,
	  0,
	  { .coding = 0x18, .message = "0416" },
	  { .coding = 0x08, .message = "0416", .tlvs = "0005 0001 01" },
	  "" },
	{ "in deliver_sm there is no way",
	  false,
	  true,
	  0,
	  { .coding = 0x18, .message = "0416" },
	  { .coding = 0x08, .message = "0416" },
	  "lost=message_class" },
	{ "class 1 of UCS2",
	  false,
	  false,
	  0,
	  { .coding = 0x19, .message = "0416" },
	  { .coding = 0x08, .message = "0416", .tlvs = "0005 0001 02" },
	  "" },
	{ "class 2 of data",
	  false,
	  false,
	  0,
	  { .coding = 0xF6, .message = "00FF" },
	  { .coding = 0xF6, .message = "00FF" },
	  "" },
	{ "Japanese",
	  false,
	  false,
	  0,
	  { .coding = 0x05, .message = "3021" },
	  { .coding = 0x08, .message = "4E9C" },
	  "" },
	{ "message waiting, to be stored",
	  false,
	  false,
	  0,
	  { .coding = 0xD8, .message = "41" },
	  { .coding = 0xD8, .message = "41" },
	  "" },
	{ "message waiting, not to be stored",
	  true,
	  true,
	  0,
	  { .coding = 0xC2, .message = "" },
	  { .coding = 0xC2, .message = "" },
	  "" },
	{ "message waiting in UCS2",
	  false,
	  false,
	  0,
	  { .coding = 0xE9, .message = "0416" },
	  { .coding = 0xE9, .message = "0416" },
	  "" },
	{ "message waiting in UCS2 that needs none",
	  false,
	  false,
	  0,
	  { .coding = 0xE9, .message = "0041" },
	  { .coding = 0xD9, .message = "41" },
	  "" },
};

static struct bytes unhex(struct arena *a, const char *hex)
{
	size_t n = hex == NULL ? 0 : strlen(hex);
	uint8_t *to = arena_alloc(a, n + 1);

	return check_unhex(hex == NULL ? "" : hex, to, n + 1);
}

/* Into the neutral form, its image, and out of it again. */
static uint32_t pass(struct desk *k, const struct row *r)
{
	struct manner from = desk_manner(!r->from_smsc);
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct smpp_pdu p = desk_pdu();
	struct smpp_arrival in;
	uint32_t status;

	from.read.gsm_dcs = r->in.coding == 0x18 || r->in.coding == 0x19;
	p.esm_class = r->in.esm_class;
	p.protocol_id = r->in.protocol_id;
	p.priority_flag = r->in.priority_flag;
	p.replace_if_present_flag = r->in.replace;
	p.data_coding = r->in.coding;
	p.short_message = unhex(k->arena, r->in.message);
	p.tlvs = unhex(k->arena, r->in.tlvs);
	status = smpp_message_in(&p, &from, DESK_NOW, k->arena, &in);
	if (status != ESME_ROK)
		return status;
	ROW(r, message_image(&in.message, &image) == OK);
	ROW(r, message_read(buf_bytes(&image), k->arena, &k->leg.message,
			    NULL) == OK);
	k->progress.without = r->without;
	ROW(r, smpp_depart(&k->d, &k->why));
	buf_clear(&image);
	return status;
}

/* Those that are not the gateway's own. */
static bool same_tlvs(struct bytes got, struct bytes want)
{
	struct smpp_tlv g, w;

	while (smpp_tlv_next(&got, &g)) {
		if (g.tag == SMPP_TLV_USER_MESSAGE_REFERENCE)
			continue;
		if (!smpp_tlv_next(&want, &w) || w.tag != g.tag ||
		    !bytes_equal(w.value, g.value))
			return false;
	}
	return want.n == 0;
}

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		struct smpp_pdu p;
		struct desk k;

		desk_open(&k, "", r->to_esme);
		ROW(r, pass(&k, r) == ESME_ROK);
		ROW(r, desk_pdu_at(&k, 0, &p) && !desk_pdu_at(&k, 1, &p));
		if (!desk_pdu_at(&k, 0, &p))
			break;
		ROW(r, p.esm_class == r->out.esm_class);
		ROW(r, p.protocol_id == r->out.protocol_id);
		ROW(r, p.priority_flag == r->out.priority_flag);
		ROW(r, p.replace_if_present_flag == r->out.replace);
		ROW(r, p.data_coding == r->out.coding);
		ROW(r, bytes_equal(p.short_message,
				   unhex(k.arena, r->out.message)));
		ROW(r, same_tlvs(p.tlvs, unhex(k.arena, r->out.tlvs)));
		ROW(r, strcmp(desk_lost(&k), r->lost) == 0);
		desk_close(&k);
	}
}

/* 5.3.2.17: the originator's own reference, where it has given one. */
static void test_reference(void)
{
	static const struct row given = {
		"given", false, false, 0, { .tlvs = "0204 0002 0201" },
		{ 0 },	 ""
	};
	static const struct row none = { "none", false, false, 0,
					 { 0 },	 { 0 }, "" };
	struct smpp_pdu p;
	uint32_t v = 0;
	struct desk k;

	desk_open(&k, "", false);
	CU_ASSERT(pass(&k, &given) == ESME_ROK && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(smpp_tlv_number(p.tlvs, SMPP_TLV_USER_MESSAGE_REFERENCE, &v));
	CU_ASSERT(v == 0x0201);
	desk_close(&k);
	desk_open(&k, "", false);
	CU_ASSERT(pass(&k, &none) == ESME_ROK && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(smpp_tlv_number(p.tlvs, SMPP_TLV_USER_MESSAGE_REFERENCE, &v));
	CU_ASSERT(v == 0x0202); /* of the leg: 0x10203 */
	desk_close(&k);
}

/* What we could not hand on is refused, not dropped. */
static void test_refused(void)
{
	struct manner m = desk_manner(true);
	struct arena *a = arena_new(65536);
	struct smpp_pdu p = desk_pdu();
	struct smpp_arrival in;

	p.sm_default_msg_id = 1; /* 5.2.20: a text of the SMSC's own */
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &in) ==
		  ESME_RINVDFTMSGID);
	p = desk_pdu();
	p.short_message = bytes_of("a");
	p.tlvs = unhex(a, "0424 0001 62"); /* 5.2.21: not both */
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &in) ==
		  ESME_ROPTPARNOTALLWD);
	p.short_message.n = 0;
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, a, &in) == ESME_ROK);
	CU_ASSERT(bytes_is(in.message.parts[0].body, "b"));
	arena_free(a);
}

/* A PDU full of parameters: the first ones go, and it is told. */
static void test_too_many(void)
{
	struct manner m = desk_manner(true);
	struct buf tlvs = BUF_INIT(65536), image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct smpp_pdu p = desk_pdu();
	struct smpp_arrival in;
	struct desk k;
	unsigned i;

	for (i = 0; i < 5000; i++)
		smpp_tlv_put_number(&tlvs, (uint16_t)(0x1400 + i), i, 4);
	p.tlvs = buf_bytes(&tlvs);
	desk_open(&k, "", false);
	CU_ASSERT(smpp_message_in(&p, &m, DESK_NOW, k.arena, &in) == ESME_ROK);
	CU_ASSERT(in.message.n_extras == 64);
	CU_ASSERT(message_image(&in.message, &image) == OK);
	k.leg.message = in.message;
	CU_ASSERT(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(smpp_tlv_number(p.tlvs, 0x1400 + 62, &i) && i == 62);
	CU_ASSERT(!smpp_tlv_number(p.tlvs, 0x1400 + 63, &i));
	CU_ASSERT_STRING_EQUAL(desk_lost(&k), "lost=optional_parameters");
	desk_close(&k);
	buf_clear(&tlvs);
	buf_clear(&image);
}

/* A link's own choice: what it is sent, and what everything to it has. */
static void test_chosen(void)
{
	static const struct chosen_row {
		const char *name, *pass, *drop, *add, *tlvs, *lost;
	} rows[] = {
		{ "all", NULL, NULL, "", "0204 0002 0202 1401 0001 0A 1402 "
					 "0000", "" },
		{ "one", "0x1401", "", "", "1401 0001 0A", "lost=tlv-1402" },
		{ "not one", NULL, "0x1401 user_message_reference", "",
		  "1402 0000", "lost=tlv-1401" },
		{ "none", "", "", "", "", "lost=tlv-1401,tlv-1402" },
		{ "of those not one", "0x1-0xFFFF", "0x1402", "",
		  "0204 0002 0202 1401 0001 0A", "lost=tlv-1402" },
		{ "one more", "0x1401", "", "0x1403:BEEF",
		  "1401 0001 0A 1403 0002 BEEF", "lost=tlv-1402" },
		{ "another one instead", "0x1401", "", "0x1401:0B",
		  "1401 0001 0B", "lost=tlv-1401,tlv-1402" },
	};
	struct extra extras[] = { { "smpp.tlv.1401", { 0 } },
				  { "smpp.tlv.1402", { 0 } } };
	const struct chosen_row *r;
	struct smpp_pdu p;
	uint8_t want[64];
	struct desk k;

	extras[0].value = (struct bytes){ (const uint8_t *)"\x0A", 1 };
	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		desk_open(&k, "x", false);
		k.leg.message.extras = extras;
		k.leg.message.n_extras = 2;
		k.manner.only_pass = r->pass != NULL;
		ROW(r, smpp_tag_set_read(bytes_of(r->pass), &k.manner.pass,
					 NULL) == OK);
		ROW(r, smpp_tag_set_read(bytes_of(r->drop), &k.manner.drop,
					 NULL) == OK);
		ROW(r, smpp_tag_added_read(bytes_of(r->add), &k.manner.added,
					   NULL) == OK);
		ROW(r, smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
		ROW(r, bytes_equal(p.tlvs, check_unhex(r->tlvs, want,
						       sizeof want)));
		ROW(r, strcmp(desk_lost(&k), r->lost) == 0);
		desk_close(&k);
	}
}

/* Of other technologies: what a short message cannot have. */
static void test_lost(void)
{
	struct part parts[3] = { { .type = "text/plain" },
				 { .type = "image/png" },
				 { .type = "image/png" } };
	struct desk k;

	desk_open(&k, "", false);
	k.manner.sme_ack = false;
	k.leg.message.parts = parts;
	k.leg.message.n_parts = 3;
	k.leg.message.want = WANT_DISPLAY;
	CU_ASSERT(smpp_depart(&k.d, &k.why));
	CU_ASSERT_STRING_EQUAL(desk_lost(&k),
			       "lost=registered_delivery:"
			       "user-acknowledgement,image/png");
	desk_close(&k);
}

/* Parts keep their octets where a character may be cut: codecs/joined.h. */
static void test_parts(void)
{
	static const struct part_row {
		const char *name;
		uint8_t coding;
		enum segment_charset charset;
		bool gsm_dcs;
		const char *header, *body, *type;
	} part_rows[] = {
		{ "an escape at the end", 0, SEGMENT_CHARSET_GSM7, false,
		  "05 00 03 AB 02 01", "61 1B", "gsm7;locking=0;single=0" },
		{ "under Turkish tables", 0, SEGMENT_CHARSET_GSM7, false,
		  "0B 00 03 AB 02 01 24 01 01 25 01 01", "61 1B",
		  "gsm7;locking=1;single=1" },
		{ "half a pair", 8, SEGMENT_CHARSET_GSM7, false,
		  "05 00 03 AB 02 01", "D8 3D", "utf-16be" },
		{ "half a pair, 23.038 4", 0x18, SEGMENT_CHARSET_GSM7, true,
		  "05 00 03 AB 02 01", "D8 3D", "utf-16be" },
		{ "UTF-8", 0, SEGMENT_CHARSET_UTF8, false, "05 00 03 AB 02 01",
		  "E2 82", "UTF-8" },
		{ "Latin-1 is never cut", 0, SEGMENT_CHARSET_LATIN1, false,
		  "05 00 03 AB 02 01", "41", "UTF-8" },
	};
	struct arena *a = arena_new(65536);
	size_t i;

	for (i = 0; i < sizeof part_rows / sizeof part_rows[0]; i++) {
		const struct part_row *r = &part_rows[i];
		struct manner m = desk_manner(true);
		struct smpp_pdu p = desk_pdu();
		struct smpp_arrival in;
		char hex[64];

		m.read.default_charset = r->charset;
		m.read.gsm_dcs = r->gsm_dcs;
		snprintf(hex, sizeof hex, "%s%s", r->header, r->body);
		p.short_message = unhex(a, hex);
		p.esm_class = SMPP_ESM_UDHI;
		p.data_coding = r->coding;
		ROW(r, smpp_message_in(&p, &m, DESK_NOW, a, &in) == ESME_ROK);
		ROW(r, in.segment.part == 1 && in.segment.of == 2);
		ROW(r,
		    bytes_equal(in.message.parts[0].body, unhex(a, r->body)));
		ROW(r, strcmp(in.message.parts[0].type +
				      strlen("text/plain;charset="),
			      r->type) == 0);
	}
	arena_free(a);
}

static const struct check_test tests[] = { { "fields", test_rows },
					   { "reference", test_reference },
					   { "refused", test_refused },
					   { "too many", test_too_many },
					   { "chosen", test_chosen },
					   { "lost", test_lost },
					   { "parts", test_parts },
					   { NULL, NULL } };

CHECK_MAIN("smpp keep", tests)
