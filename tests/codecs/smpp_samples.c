#include "tests/codecs/smpp_samples.h"

#include <stdlib.h>
#include <string.h>

#include "codecs/smpp_layout.h"
#include "codecs/smpp_names.h"

/* Where 3.4 allows a TLV: 4.4.1, 4.5.1, 4.6.1, 4.7.1, 4.7.2, 4.1.2, 4.12.1 */
enum {
	SUBMIT = 1,
	MULTI = 2,
	DELIVER = 4,
	DATA = 8,
	DATA_RESP = 16,
	BIND_RESP = 32,
	ALERT = 64,
	SENT = SUBMIT | MULTI | DATA,
	ALL = SENT | DELIVER
};

static const struct {
	uint16_t tag;
	uint8_t where;
} places[] = {
	{ SMPP_TLV_USER_MESSAGE_REFERENCE, ALL },
	{ SMPP_TLV_SOURCE_PORT, ALL },
	{ SMPP_TLV_DESTINATION_PORT, ALL },
	{ SMPP_TLV_SOURCE_ADDR_SUBUNIT, SENT },
	{ SMPP_TLV_DEST_ADDR_SUBUNIT, SENT },
	{ SMPP_TLV_SAR_MSG_REF_NUM, ALL },
	{ SMPP_TLV_SAR_TOTAL_SEGMENTS, ALL },
	{ SMPP_TLV_SAR_SEGMENT_SEQNUM, ALL },
	{ SMPP_TLV_MORE_MESSAGES_TO_SEND, SUBMIT | DATA },
	{ SMPP_TLV_PAYLOAD_TYPE, ALL },
	{ SMPP_TLV_MESSAGE_PAYLOAD, ALL },
	{ SMPP_TLV_PRIVACY_INDICATOR, ALL },
	{ SMPP_TLV_CALLBACK_NUM, ALL },
	{ SMPP_TLV_CALLBACK_NUM_PRES_IND, SENT },
	{ SMPP_TLV_CALLBACK_NUM_ATAG, SENT },
	{ SMPP_TLV_SOURCE_SUBADDRESS, ALL },
	{ SMPP_TLV_DEST_SUBADDRESS, ALL },
	{ SMPP_TLV_USER_RESPONSE_CODE, SUBMIT | DELIVER | DATA },
	{ SMPP_TLV_DISPLAY_TIME, SENT },
	{ SMPP_TLV_SMS_SIGNAL, SENT },
	{ SMPP_TLV_MS_VALIDITY, SENT },
	{ SMPP_TLV_MS_MSG_WAIT_FACILITIES, SENT },
	{ SMPP_TLV_NUMBER_OF_MESSAGES, SUBMIT | DATA },
	{ SMPP_TLV_ALERT_ON_MESSAGE_DELIVERY, SENT },
	{ SMPP_TLV_LANGUAGE_INDICATOR, ALL },
	{ SMPP_TLV_ITS_REPLY_TYPE, SUBMIT | DATA },
	{ SMPP_TLV_ITS_SESSION_INFO, SUBMIT | DELIVER | DATA },
	{ SMPP_TLV_USSD_SERVICE_OP, SUBMIT },
	{ SMPP_TLV_SOURCE_NETWORK_TYPE, DATA },
	{ SMPP_TLV_SOURCE_BEARER_TYPE, DATA },
	{ SMPP_TLV_SOURCE_TELEMATICS_ID, DATA },
	{ SMPP_TLV_DEST_NETWORK_TYPE, DATA },
	{ SMPP_TLV_DEST_BEARER_TYPE, DATA },
	{ SMPP_TLV_DEST_TELEMATICS_ID, DATA },
	{ SMPP_TLV_QOS_TIME_TO_LIVE, DATA },
	{ SMPP_TLV_SET_DPF, DATA },
	{ SMPP_TLV_RECEIPTED_MESSAGE_ID, DELIVER | DATA },
	{ SMPP_TLV_MESSAGE_STATE, DELIVER | DATA },
	{ SMPP_TLV_NETWORK_ERROR_CODE, DELIVER | DATA | DATA_RESP },
	{ SMPP_TLV_DELIVERY_FAILURE_REASON, DATA_RESP },
	{ SMPP_TLV_ADDITIONAL_STATUS_INFO_TEXT, DATA_RESP },
	{ SMPP_TLV_DPF_RESULT, DATA_RESP },
	{ SMPP_TLV_SC_INTERFACE_VERSION, BIND_RESP },
	{ SMPP_TLV_MS_AVAILABILITY_STATUS, ALERT },
};

static const uint32_t commands[] = {
	SMPP_BIND_RECEIVER,
	SMPP_BIND_RECEIVER_RESP,
	SMPP_BIND_TRANSMITTER,
	SMPP_BIND_TRANSMITTER_RESP,
	SMPP_BIND_TRANSCEIVER,
	SMPP_BIND_TRANSCEIVER_RESP,
	SMPP_OUTBIND,
	SMPP_UNBIND,
	SMPP_UNBIND_RESP,
	SMPP_GENERIC_NACK,
	SMPP_SUBMIT_SM,
	SMPP_SUBMIT_SM_RESP,
	SMPP_SUBMIT_MULTI,
	SMPP_SUBMIT_MULTI_RESP,
	SMPP_DELIVER_SM,
	SMPP_DELIVER_SM_RESP,
	SMPP_DATA_SM,
	SMPP_DATA_SM_RESP,
	SMPP_QUERY_SM,
	SMPP_QUERY_SM_RESP,
	SMPP_CANCEL_SM,
	SMPP_CANCEL_SM_RESP,
	SMPP_REPLACE_SM,
	SMPP_REPLACE_SM_RESP,
	SMPP_ENQUIRE_LINK,
	SMPP_ENQUIRE_LINK_RESP,
	SMPP_ALERT_NOTIFICATION,
};

const uint32_t *sample_commands(size_t *n)
{
	*n = sizeof commands / sizeof *commands;
	return commands;
}

uint32_t sample_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static uint32_t below(uint32_t *seed, uint32_t limit)
{
	return sample_random(seed) % limit;
}

void sample_init(struct sample *s)
{
	*s = (struct sample){ .dests = BUF_INIT(8192),
			      .failed = BUF_INIT(8192),
			      .tlvs = BUF_INIT(70000) };
}

void sample_clear(struct sample *s)
{
	buf_clear(&s->dests);
	buf_clear(&s->failed);
	buf_clear(&s->tlvs);
}

/* `n` octets: letters and digits when `text`, else anything. */
static struct bytes octets(struct sample *s, size_t n, bool text,
			   uint32_t *seed)
{
	static const char set[] = "0123456789abcdefghijklmnopqrstuvwxyz-_.+";
	struct bytes out = { s->octets + s->used, n };
	size_t i;

	for (i = 0; i < n; i++) {
		uint32_t r = sample_random(seed) >> 8;

		s->octets[s->used++] =
			text ? (uint8_t)set[r % (sizeof set - 1)] : (uint8_t)r;
	}
	return out;
}

/* Half of all strings are empty or full: that is where codecs fail. */
static struct bytes string(struct sample *s, size_t most, uint32_t *seed)
{
	uint32_t r = below(seed, 4);
	size_t n = r == 0 ? 0 : r == 1 ? most : below(seed, (uint32_t)most + 1);

	return octets(s, n, true, seed);
}

static struct smpp_address address(struct sample *s, size_t most,
				   uint32_t *seed)
{
	static const uint8_t npis[] = { 0, 1, 3, 4, 6, 8, 9, 10, 14, 18 };

	return (struct smpp_address){ (uint8_t)below(seed, 7),
				      npis[below(seed, sizeof npis)],
				      string(s, most, seed) };
}

static void make_dests(struct sample *s, uint32_t *seed)
{
	unsigned i, n = below(seed, 20) == 0 ? 254 : 1 + below(seed, 5);

	for (i = 0; i < n; i++) {
		struct smpp_dest d = { .is_list = below(seed, 3) == 0 };
		size_t used = s->used;

		if (d.is_list)
			d.list = string(s, 20, seed);
		else
			d.sme = address(s, 20, seed);
		smpp_dest_put(&s->dests, &d);
		s->used = used;
	}
	s->pdu.number_of_dests = (uint8_t)n;
	s->pdu.dests = buf_bytes(&s->dests);
}

static void make_failed(struct sample *s, uint32_t *seed)
{
	unsigned i, n = below(seed, 4);

	for (i = 0; i < n; i++) {
		struct smpp_failed f = { .error_status_code =
						 sample_random(seed) };
		size_t used = s->used;

		f.sme = address(s, 20, seed);
		smpp_failed_put(&s->failed, &f);
		s->used = used;
	}
	s->pdu.no_unsuccess = (uint8_t)n;
	s->pdu.failed = buf_bytes(&s->failed);
}

static unsigned place(uint32_t command_id)
{
	switch (command_id) {
	case SMPP_SUBMIT_SM:
		return SUBMIT;
	case SMPP_SUBMIT_MULTI:
		return MULTI;
	case SMPP_DELIVER_SM:
		return DELIVER;
	case SMPP_DATA_SM:
		return DATA;
	case SMPP_DATA_SM_RESP:
		return DATA_RESP;
	case SMPP_ALERT_NOTIFICATION:
		return ALERT;
	case SMPP_BIND_RECEIVER_RESP:
	case SMPP_BIND_TRANSMITTER_RESP:
	case SMPP_BIND_TRANSCEIVER_RESP:
		return BIND_RESP;
	default:
		return 0;
	}
}

static void make_tlv(struct sample *s, uint16_t tag, uint32_t *seed)
{
	const struct smpp_tag_row *row = smpp_tag_row(tag);
	uint16_t most = row->max < 300 ? row->max : 300;
	size_t n = row->min + below(seed, (uint32_t)(most - row->min) + 1);
	size_t used = s->used;

	if (tag == SMPP_TLV_RECEIPTED_MESSAGE_ID ||
	    tag == SMPP_TLV_ADDITIONAL_STATUS_INFO_TEXT)
		smpp_tlv_put_text(&s->tlvs, tag,
				  octets(s, n == 0 ? 0 : n - 1, true, seed));
	else
		smpp_tlv_put(&s->tlvs, tag, octets(s, n, false, seed));
	s->used = used;
}

static void make_tlvs(struct sample *s, enum sample_reach reach, uint32_t *seed)
{
	unsigned where = place(s->pdu.command_id);
	size_t i;

	for (i = 0; i < sizeof places / sizeof *places; i++)
		if ((places[i].where & where) != 0 && below(seed, 8) == 0)
			make_tlv(s, places[i].tag, seed);
	if (reach == SAMPLE_WIDE && below(seed, 4) == 0) {
		size_t used = s->used;

		smpp_tlv_put(&s->tlvs, (uint16_t)(0x1400 + below(seed, 0x2C00)),
			     octets(s, below(seed, 40), false, seed));
		s->used = used;
	}
	s->pdu.tlvs = buf_bytes(&s->tlvs);
}

static size_t room(const struct smpp_field *f, uint32_t command_id,
		   enum sample_reach reach)
{
	bool time = f->room == 17;

	if (reach == SAMPLE_STRICT && command_id == SMPP_DELIVER_SM && time)
		return 0;
	if (reach == SAMPLE_STRICT && command_id == SMPP_DELIVER_SM_RESP)
		return 0;
	return f->room - 1u;
}

static bool is_number(const struct smpp_field *f, const char *what)
{
	const char *end = strrchr(f->name, '_');

	return end != NULL && strcmp(end, what) == 0;
}

static uint8_t octet(const struct smpp_field *f, uint32_t *seed)
{
	struct sample scratch = { .used = 0 };

	if (is_number(f, "_ton"))
		return address(&scratch, 0, seed).ton;
	if (is_number(f, "_npi"))
		return address(&scratch, 0, seed).npi;
	if (is_number(f, "_version"))
		return SMPP_INTERFACE_VERSION;
	return (uint8_t)below(seed, 256);
}

static void make_field(struct sample *s, const struct smpp_field *f,
		       enum sample_reach reach, uint32_t *seed)
{
	uint8_t *to = (uint8_t *)&s->pdu + f->at;
	struct bytes v;

	switch ((enum smpp_kind)f->kind) {
	case SMPP_FIELD_OCTET:
		*to = octet(f, seed);
		return;
	case SMPP_FIELD_STRING:
		v = string(s, room(f, s->pdu.command_id, reach), seed);
		memcpy(to, &v, sizeof v);
		return;
	case SMPP_FIELD_MESSAGE:
		s->pdu.short_message =
			octets(s, below(seed, SMPP_SHORT_MESSAGE_MAX + 1),
			       false, seed);
		return;
	case SMPP_FIELD_DESTS:
		make_dests(s, seed);
		return;
	case SMPP_FIELD_FAILED:
		make_failed(s, seed);
		return;
	case SMPP_FIELD_END:
		return;
	}
}

void sample_make(struct sample *s, uint32_t command_id, enum sample_reach reach,
		 uint32_t *seed)
{
	const struct smpp_field *f = smpp_layout(command_id)->fields;
	bool response = (command_id & SMPP_RESP) != 0;

	buf_reset(&s->dests);
	buf_reset(&s->failed);
	buf_reset(&s->tlvs);
	s->used = 0;
	s->pdu = (struct smpp_pdu){
		.command_id = command_id,
		.sequence_number = 1 + below(seed, 0x7FFFFFFE),
	};
	if (response && reach == SAMPLE_WIDE && below(seed, 3) == 0)
		s->pdu.command_status = sample_random(seed);
	for (; f->kind != SMPP_FIELD_END; f++)
		make_field(s, f, reach, seed);
	make_tlvs(s, reach, seed);
}

static bool address_equal(const struct smpp_address *a,
			  const struct smpp_address *b)
{
	return a->ton == b->ton && a->npi == b->npi &&
	       bytes_equal(a->digits, b->digits);
}

static bool strings_equal(const struct smpp_pdu *a, const struct smpp_pdu *b)
{
	return bytes_equal(a->system_id, b->system_id) &&
	       bytes_equal(a->password, b->password) &&
	       bytes_equal(a->system_type, b->system_type) &&
	       bytes_equal(a->service_type, b->service_type) &&
	       bytes_equal(a->message_id, b->message_id) &&
	       bytes_equal(a->schedule_delivery_time,
			   b->schedule_delivery_time) &&
	       bytes_equal(a->validity_period, b->validity_period) &&
	       bytes_equal(a->final_date, b->final_date) &&
	       bytes_equal(a->short_message, b->short_message) &&
	       bytes_equal(a->dests, b->dests) &&
	       bytes_equal(a->failed, b->failed) &&
	       bytes_equal(a->tlvs, b->tlvs);
}

bool sample_equal(const struct smpp_pdu *a, const struct smpp_pdu *b)
{
	return a->command_id == b->command_id &&
	       a->command_status == b->command_status &&
	       a->sequence_number == b->sequence_number &&
	       strings_equal(a, b) && address_equal(&a->range, &b->range) &&
	       address_equal(&a->source, &b->source) &&
	       address_equal(&a->dest, &b->dest) &&
	       a->interface_version == b->interface_version &&
	       a->esm_class == b->esm_class &&
	       a->protocol_id == b->protocol_id &&
	       a->priority_flag == b->priority_flag &&
	       a->registered_delivery == b->registered_delivery &&
	       a->replace_if_present_flag == b->replace_if_present_flag &&
	       a->data_coding == b->data_coding &&
	       a->sm_default_msg_id == b->sm_default_msg_id &&
	       a->message_state == b->message_state &&
	       a->error_code == b->error_code &&
	       a->number_of_dests == b->number_of_dests &&
	       a->no_unsuccess == b->no_unsuccess;
}

struct bytes sample_exact(struct bytes in, size_t n)
{
	uint8_t *p = malloc(n == 0 ? 1 : n);

	if (p == NULL)
		abort();
	if (in.n > 0)
		memcpy(p, in.p, n < in.n ? n : in.n);
	return (struct bytes){ p, n };
}

void sample_set_length(struct bytes pdu)
{
	uint8_t *p = (uint8_t *)(uintptr_t)pdu.p;

	p[0] = p[1] = 0;
	p[2] = (uint8_t)(pdu.n >> 8);
	p[3] = (uint8_t)pdu.n;
}
