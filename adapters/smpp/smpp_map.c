#include "adapters/smpp/smpp_map.h"

#include "codecs/smpp_names.h"

/* Statuses that are not in a row are OUTCOME_NEVER. Sorted by status. */
struct status_row {
	uint32_t status;
	enum outcome_class class;
	uint8_t without;
	bool patient;
};

static const struct status_row status_rows[] = {
	{ ESME_ROK, OUTCOME_ACCEPTED, 0, false },
	{ ESME_RINVCMDLEN, OUTCOME_LINK, 0, false },
	{ ESME_RINVCMDID, OUTCOME_LINK, 0, false },
	{ ESME_RINVBNDSTS, OUTCOME_LINK, 0, false },
	{ ESME_RALYBND, OUTCOME_LINK, 0, false },
	{ ESME_RINVPRTFLG, OUTCOME_NEVER, SMPP_WITHOUT_PRIORITY, false },
	{ ESME_RINVREGDLVFLG, OUTCOME_NEVER, SMPP_WITHOUT_RECEIPT, false },
	{ ESME_RSYSERR, OUTCOME_LATER, 0, false },
	{ ESME_RINVDSTADR, OUTCOME_ADDRESS, 0, false },
	{ ESME_RBINDFAIL, OUTCOME_LINK, 0, false },
	{ ESME_RINVPASWD, OUTCOME_LINK, 0, false },
	{ ESME_RINVSYSID, OUTCOME_LINK, 0, false },
	{ ESME_RMSGQFUL, OUTCOME_LATER, 0, false },
	{ ESME_RSUBMITFAIL, OUTCOME_LATER, 0, true },
	{ ESME_RINVDSTTON, OUTCOME_ADDRESS, 0, false },
	{ ESME_RINVDSTNPI, OUTCOME_ADDRESS, 0, false },
	{ ESME_RINVSYSTYP, OUTCOME_LINK, 0, false },
	{ ESME_RTHROTTLED, OUTCOME_LATER, 0, false },
	{ ESME_RINVSCHED, OUTCOME_NEVER, SMPP_WITHOUT_VALIDITY, false },
	{ ESME_RINVEXPIRY, OUTCOME_NEVER, SMPP_WITHOUT_VALIDITY, false },
	{ ESME_RX_T_APPN, OUTCOME_LATER, 0, false },
	{ ESME_RINVOPTPARSTREAM, OUTCOME_NEVER, SMPP_WITHOUT_TLVS, false },
	{ ESME_ROPTPARNOTALLWD, OUTCOME_NEVER, SMPP_WITHOUT_TLVS, false },
	{ ESME_RINVPARLEN, OUTCOME_NEVER, SMPP_WITHOUT_TLVS, false },
	{ ESME_RMISSINGOPTPARAM, OUTCOME_NEVER, SMPP_WITHOUT_TLVS, false },
	{ ESME_RINVOPTPARAMVAL, OUTCOME_NEVER, SMPP_WITHOUT_TLVS, false },
	{ ESME_RUNKNOWNERR, OUTCOME_LATER, 0, true },
	{ ESME_RSERTYPUNAVAIL, OUTCOME_LATER, 0, false },
	{ ESME_RINVDCS, OUTCOME_NEVER, SMPP_AS_UCS2, false },
};

/* By delivery_failure_reason, 5.3.2.33; without one it is temporary. */
static enum outcome_class failure_class(int reason)
{
	switch (reason) {
	case 1:
		return OUTCOME_ADDRESS;
	case 2:
		return OUTCOME_NEVER;
	default:
		return OUTCOME_LATER;
	}
}

struct smpp_verdict smpp_status_verdict(uint32_t status, int reason)
{
	size_t n = sizeof status_rows / sizeof status_rows[0], i;
	struct smpp_verdict v = { OUTCOME_NEVER, 0, false, "SMPP v3.4 5.1.3" };

	if (status == ESME_RDELIVERYFAILURE) {
		v.class = failure_class(reason);
		return v;
	}
	for (i = 0; i < n && status_rows[i].status <= status; i++) {
		if (status_rows[i].status != status)
			continue;
		v.class = status_rows[i].class;
		v.without = status_rows[i].without;
		v.patient = status_rows[i].patient;
	}
	return v;
}

/* Numbers of 5.3.2.31: absent subscriber (3GPP TS 29.002 17.6.6, 17.6.1), and
 * what stands for it in the American networks: no page response, no
 * acknowledgement, delivery postponed (TIA-41 6.5.2.125). */
bool smpp_error_absent(struct bytes tlvs)
{
	struct bytes v;
	unsigned code;

	if (!smpp_tlv_find(tlvs, SMPP_TLV_NETWORK_ERROR_CODE, &v) || v.n != 3)
		return false;
	code = (unsigned)v.p[1] << 8 | v.p[2];
	switch (v.p[0]) {
	case 1: /* ANSI-136 */
	case 2: /* IS-95 */
		return code == 32 || code == 34 || code == 36;
	case 3: /* GSM */
		return code == 6 || code == 27;
	default:
		return false;
	}
}

/* Which line of RFC 3261 21 a SIP status stands in. */
enum sip_line {
	SIP_BAD,     /* the message will not do                   */
	SIP_OURS,    /* credentials, our own fault                */
	SIP_REFUSED, /* by the recipient or the rules             */
	SIP_NOBODY,  /* no such address                           */
	SIP_AWAY,
	SIP_LARGE,
	SIP_SERVER,
	SIP_BUSY
};

static enum sip_line sip_4xx(uint32_t code)
{
	switch (code) {
	case 401:
	case 407:
		return SIP_OURS;
	case 402:
	case 403:
	case 433:
		return SIP_REFUSED;
	case 404:
	case 410:
	case 416:
	case 484:
	case 485:
		return SIP_NOBODY;
	case 408:
	case 480:
	case 486:
	case 487:
	case 491:
		return SIP_AWAY;
	case 413:
		return SIP_LARGE;
	default:
		return SIP_BAD;
	}
}

static enum sip_line sip_line(uint32_t code)
{
	if (code >= 600)
		return code == 604 ? SIP_NOBODY : SIP_REFUSED;
	if (code < 500)
		return sip_4xx(code);
	switch (code) {
	case 500:
	case 502:
	case 504:
		return SIP_SERVER;
	case 503:
		return SIP_BUSY;
	case 513:
		return SIP_LARGE;
	default:
		return SIP_BAD;
	}
}

static const struct {
	uint32_t submit, deliver;
	int reason;
	bool keeps; /* its status in data_sm_resp too            */
} sip_answers[] = {
	[SIP_BAD] = { ESME_RX_P_APPN, ESME_RX_P_APPN, 2, false },
	[SIP_OURS] = { ESME_RSYSERR, ESME_RSYSERR, 3, true },
	[SIP_REFUSED] = { ESME_RX_R_APPN, ESME_RX_R_APPN, 2, false },
	[SIP_NOBODY] = { ESME_RINVDSTADR, ESME_RX_P_APPN, 1, false },
	[SIP_AWAY] = { ESME_RX_T_APPN, ESME_RX_T_APPN, 0, false },
	[SIP_LARGE] = { ESME_RINVMSGLEN, ESME_RINVMSGLEN, 2, false },
	[SIP_SERVER] = { ESME_RX_T_APPN, ESME_RX_T_APPN, 3, false },
	[SIP_BUSY] = { ESME_RX_T_APPN, ESME_RX_T_APPN, 3, false },
};

static struct smpp_status_answer sip_answer(const struct outcome *o,
					    enum smpp_answer role)
{
	enum sip_line l = sip_line(o->far_code);
	struct smpp_status_answer a = { sip_answers[l].deliver, -1 };
	bool keeps = sip_answers[l].keeps;

	if (role == SMPP_ANSWER_SUBMIT || role == SMPP_ANSWER_SUBMIT_DATA)
		a.status = sip_answers[l].submit;
	if (l == SIP_BUSY && o->retry_after_ms > 0) {
		a.status = ESME_RMSGQFUL;
		keeps = true;
	}
	if (role == SMPP_ANSWER_DATA || role == SMPP_ANSWER_SUBMIT_DATA)
		a.reason = sip_answers[l].reason;
	if (role == SMPP_ANSWER_DATA) {
		if (!keeps)
			a.status = ESME_RDELIVERYFAILURE;
	}
	return a;
}

static struct smpp_status_answer class_answer(const struct outcome *o,
					      bool submit)
{
	switch (o->class) {
	case OUTCOME_ACCEPTED:
	case OUTCOME_DELIVERED:
		return (struct smpp_status_answer){ ESME_ROK, -1 };
	case OUTCOME_LATER:
		if (submit || o->retry_after_ms > 0)
			return (struct smpp_status_answer){ ESME_RMSGQFUL, 3 };
		return (struct smpp_status_answer){ ESME_RX_T_APPN, 3 };
	case OUTCOME_ABSENT:
		return (struct smpp_status_answer){ ESME_RX_T_APPN, 0 };
	case OUTCOME_ADDRESS:
		return (struct smpp_status_answer){ submit ? ESME_RINVDSTADR
							   : ESME_RX_P_APPN,
						    1 };
	case OUTCOME_NEVER:
		if (o->state == STATE_REJECTED)
			return (struct smpp_status_answer){ ESME_RX_R_APPN,
							    2 };
		return (struct smpp_status_answer){ submit ? ESME_RSUBMITFAIL
							   : ESME_RX_P_APPN,
						    2 };
	case OUTCOME_LINK:
	case OUTCOME_UNANSWERED:
		break;
	}
	return (struct smpp_status_answer){ submit ? ESME_RSYSERR
						   : ESME_RX_T_APPN,
					    3 };
}

struct smpp_status_answer smpp_outcome_answer(const struct outcome *o,
					      enum smpp_answer role)
{
	bool submit = role == SMPP_ANSWER_SUBMIT ||
		      role == SMPP_ANSWER_SUBMIT_DATA;
	struct smpp_status_answer a;

	if (submit && o->sender && o->class == OUTCOME_NEVER)
		return (struct smpp_status_answer){
			ESME_RINVSRCADR, role == SMPP_ANSWER_SUBMIT ? -1 : 2
		};
	if (o->far_code >= 300 && o->far_code <= 699 &&
	    o->class != OUTCOME_ACCEPTED && o->class != OUTCOME_DELIVERED)
		return sip_answer(o, role);
	a = class_answer(o, submit);
	if (role == SMPP_ANSWER_SUBMIT_DATA)
		return a;
	if (role != SMPP_ANSWER_DATA)
		a.reason = -1;
	else if (a.status != ESME_ROK && a.status != ESME_RMSGQFUL)
		a.status = ESME_RDELIVERYFAILURE;
	return a;
}

enum delivery_state smpp_state_in(enum smpp_state s)
{
	switch (s) {
	case SMPP_STATE_SCHEDULED:
	case SMPP_STATE_ENROUTE:
		return STATE_ENROUTE;
	case SMPP_STATE_DELIVERED:
		return STATE_DELIVERED;
	case SMPP_STATE_EXPIRED:
		return STATE_EXPIRED;
	case SMPP_STATE_DELETED:
		return STATE_DELETED;
	case SMPP_STATE_UNDELIVERABLE:
		return STATE_UNDELIVERABLE;
	case SMPP_STATE_ACCEPTED:
		return STATE_ACCEPTED;
	case SMPP_STATE_UNKNOWN:
		return STATE_UNKNOWN;
	case SMPP_STATE_REJECTED:
	case SMPP_STATE_SKIPPED:
		return STATE_REJECTED;
	case SMPP_STATE_NONE:
		break;
	}
	return STATE_NONE;
}

enum smpp_state smpp_state_out(enum delivery_state s)
{
	switch (s) {
	case STATE_DELIVERED:
	case STATE_DISPLAYED:
	case STATE_DELETED_UNREAD:
	case STATE_ACKNOWLEDGED:
		return SMPP_STATE_DELIVERED;
	case STATE_EXPIRED:
		return SMPP_STATE_EXPIRED;
	case STATE_DELETED:
	case STATE_REPLACED:
		return SMPP_STATE_DELETED;
	case STATE_UNDELIVERABLE:
	case STATE_UNRECOGNISED:
	case STATE_CONDITION_NOT_MET:
		return SMPP_STATE_UNDELIVERABLE;
	case STATE_ACCEPTED:
		return SMPP_STATE_ACCEPTED;
	case STATE_UNKNOWN:
		return SMPP_STATE_UNKNOWN;
	case STATE_REJECTED:
		return SMPP_STATE_REJECTED;
	case STATE_ENROUTE:
	case STATE_FORWARDED:
	case STATE_STORED:
	case STATE_PROCESSED:
	case STATE_LEGACY_SMS:
	case STATE_LEGACY_MMS:
		return SMPP_STATE_ENROUTE;
	case STATE_NONE:
	case STATE_REPORT_DENIED:
	case STATE_REACHABLE:
		break;
	}
	return SMPP_STATE_NONE;
}

uint8_t smpp_registered_out(uint8_t want, bool sme_ack, bool always)
{
	uint8_t r = 0;

	/* Only the final one tells that no more notifications come. */
	if (want & (WANT_POSITIVE | WANT_INTERMEDIATE) || always)
		r = SMPP_REGISTERED_FINAL;
	else if (want & (WANT_NEGATIVE | WANT_ALERT))
		r = SMPP_REGISTERED_FAILURE;
	if (want & WANT_DISPLAY && sme_ack)
		r |= SMPP_REGISTERED_USER_ACK;
	if (want & WANT_ACKNOWLEDGED && sme_ack)
		r |= SMPP_REGISTERED_DELIVERY_ACK;
	if (want & WANT_INTERMEDIATE)
		r |= SMPP_REGISTERED_INTERMEDIATE;
	return r;
}

uint8_t smpp_registered_in(uint8_t registered, bool submitted)
{
	uint8_t want = 0;

	/* To an SMSC it is delivered when we say so. */
	if (registered & SMPP_REGISTERED_DELIVERY_ACK)
		want |= submitted ? WANT_ACKNOWLEDGED : WANT_POSITIVE;
	if (registered & SMPP_REGISTERED_USER_ACK)
		want |= WANT_DISPLAY;
	if (!submitted)
		return want;
	switch (registered & SMPP_REGISTERED_RECEIPT) {
	case 1:
		want |= WANT_POSITIVE | WANT_NEGATIVE;
		break;
	case 2:
		want |= WANT_NEGATIVE;
		break;
	case 3: /* success only, of 5.0 */
		want |= WANT_POSITIVE;
		break;
	}
	if (registered & SMPP_REGISTERED_INTERMEDIATE)
		want |= WANT_INTERMEDIATE;
	return want;
}

enum priority smpp_priority_in(uint8_t flag)
{
	return flag == 0 ? PRIORITY_NORMAL : PRIORITY_HIGH;
}

uint8_t smpp_priority_out(enum priority p)
{
	if (p == PRIORITY_URGENT)
		return 2;
	return p == PRIORITY_HIGH ? 1 : 0;
}

enum { IN_DELIVER = 1, ONLY_SUBMIT = 2, IN_DATA = 4 };

#define IN_SUBMIT (ONLY_SUBMIT | IN_DATA)
#define IN_ALL	  (IN_DELIVER | IN_SUBMIT)

static const struct {
	uint16_t tag;
	uint8_t in;
} tlv_rows[] = {
	{ SMPP_TLV_DEST_ADDR_SUBUNIT, IN_SUBMIT },
	{ SMPP_TLV_DEST_NETWORK_TYPE, IN_DATA },
	{ SMPP_TLV_DEST_BEARER_TYPE, IN_DATA },
	{ SMPP_TLV_DEST_TELEMATICS_ID, IN_DATA },
	{ SMPP_TLV_SOURCE_ADDR_SUBUNIT, IN_SUBMIT },
	{ SMPP_TLV_SOURCE_NETWORK_TYPE, IN_DATA },
	{ SMPP_TLV_SOURCE_BEARER_TYPE, IN_DATA },
	{ SMPP_TLV_SOURCE_TELEMATICS_ID, IN_DATA },
	{ SMPP_TLV_PAYLOAD_TYPE, IN_ALL },
	{ SMPP_TLV_RECEIPTED_MESSAGE_ID, IN_DELIVER },
	{ SMPP_TLV_MS_MSG_WAIT_FACILITIES, IN_SUBMIT },
	{ SMPP_TLV_PRIVACY_INDICATOR, IN_ALL },
	{ SMPP_TLV_SOURCE_SUBADDRESS, IN_ALL },
	{ SMPP_TLV_DEST_SUBADDRESS, IN_ALL },
	{ SMPP_TLV_USER_RESPONSE_CODE, IN_ALL },
	{ SMPP_TLV_SOURCE_PORT, IN_ALL },
	{ SMPP_TLV_DESTINATION_PORT, IN_ALL },
	{ SMPP_TLV_LANGUAGE_INDICATOR, IN_ALL },
	{ SMPP_TLV_CALLBACK_NUM_PRES_IND, IN_SUBMIT },
	{ SMPP_TLV_CALLBACK_NUM_ATAG, IN_SUBMIT },
	{ SMPP_TLV_NUMBER_OF_MESSAGES, IN_SUBMIT },
	{ SMPP_TLV_CALLBACK_NUM, IN_ALL },
	{ SMPP_TLV_SET_DPF, IN_DATA },
	{ SMPP_TLV_NETWORK_ERROR_CODE, IN_DELIVER },
	{ SMPP_TLV_MESSAGE_STATE, IN_DELIVER },
	{ SMPP_TLV_USSD_SERVICE_OP, ONLY_SUBMIT },
	{ SMPP_TLV_DISPLAY_TIME, IN_SUBMIT },
	{ SMPP_TLV_SMS_SIGNAL, IN_SUBMIT },
	{ SMPP_TLV_MS_VALIDITY, IN_SUBMIT },
	{ SMPP_TLV_ALERT_ON_MESSAGE_DELIVERY, IN_SUBMIT },
	{ SMPP_TLV_ITS_REPLY_TYPE, IN_SUBMIT },
	{ SMPP_TLV_ITS_SESSION_INFO, IN_ALL },
};

static unsigned carrier(uint32_t command_id)
{
	if (command_id == SMPP_DELIVER_SM)
		return IN_DELIVER;
	return command_id == SMPP_DATA_SM ? IN_DATA : ONLY_SUBMIT;
}

bool smpp_tlv_goes(uint16_t tag, uint32_t command_id)
{
	size_t n = sizeof tlv_rows / sizeof tlv_rows[0], i;

	for (i = 0; i < n; i++)
		if (tlv_rows[i].tag == tag)
			return (tlv_rows[i].in & carrier(command_id)) != 0;
	return smpp_tag_row(tag) == NULL;
}
