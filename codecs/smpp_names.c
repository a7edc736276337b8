#include "codecs/smpp_names.h"

#include <string.h>

#include "codecs/smpp_pdu.h"

#define STATUS(name_, text_)                                                   \
	{                                                                      \
		ESME_##name_, "ESME_" #name_, text_                            \
	}
#define COMMAND(id_, name_, clause_)                                           \
	{                                                                      \
		id_, name_, "SMPP v3.4 " clause_                               \
	}
#define TAG(tag_, min_, max_, name_, clause_)                                  \
	{                                                                      \
		SMPP_TLV_##tag_, min_, max_, name_, "SMPP v3.4 5.3.2." clause_ \
	}

/* clang-format off: one row a line, however long the names are. */
static const struct smpp_name statuses[] = {
	STATUS(ROK, "No error."),
	STATUS(RINVMSGLEN, "The message length is invalid."),
	STATUS(RINVCMDLEN, "The command length is invalid."),
	STATUS(RINVCMDID, "The command is not known."),
	STATUS(RINVBNDSTS, "The bind does not allow this command."),
	STATUS(RALYBND, "The link is bound already."),
	STATUS(RINVPRTFLG, "The priority_flag is invalid."),
	STATUS(RINVREGDLVFLG, "The registered_delivery is invalid."),
	STATUS(RSYSERR, "The other side has a system error."),
	STATUS(RINVSRCADR, "The source address is invalid."),
	STATUS(RINVDSTADR, "The destination address is invalid."),
	STATUS(RINVMSGID, "The message_id is invalid."),
	STATUS(RBINDFAIL, "The bind failed."),
	STATUS(RINVPASWD, "The password is invalid."),
	STATUS(RINVSYSID, "The system_id is invalid."),
	STATUS(RCANCELFAIL, "The message could not be cancelled."),
	STATUS(RREPLACEFAIL, "The message could not be replaced."),
	STATUS(RMSGQFUL, "The message queue is full."),
	STATUS(RINVSERTYP, "The service_type is invalid."),
	STATUS(RINVNUMDESTS, "The number of destinations is invalid."),
	STATUS(RINVDLNAME, "The distribution list is not known."),
	STATUS(RINVDESTFLAG, "The dest_flag is invalid."),
	STATUS(RINVSUBREP, "Submit with replace is not possible."),
	STATUS(RINVESMCLASS, "The esm_class is invalid."),
	STATUS(RCNTSUBDL, "Nothing can be sent to this distribution list."),
	STATUS(RSUBMITFAIL, "The message could not be submitted."),
	STATUS(RINVSRCTON, "The type of number of the source is invalid."),
	STATUS(RINVSRCNPI, "The numbering plan of the source is invalid."),
	STATUS(RINVDSTTON, "The type of number of the destination is invalid."),
	STATUS(RINVDSTNPI, "The numbering plan of the destination is invalid."),
	STATUS(RINVSYSTYP, "The system_type is invalid."),
	STATUS(RINVREPFLAG, "The replace_if_present_flag is invalid."),
	STATUS(RINVNUMMSGS, "The number of messages is invalid."),
	STATUS(RTHROTTLED, "Too many messages in this time."),
	STATUS(RINVSCHED, "The scheduled delivery time is invalid."),
	STATUS(RINVEXPIRY, "The validity period is invalid."),
	STATUS(RINVDFTMSGID, "The predefined message is invalid or not found."),
	STATUS(RX_T_APPN, "The receiving application has a temporary error."),
	STATUS(RX_P_APPN, "The receiving application has a permanent error."),
	STATUS(RX_R_APPN, "The receiving application refuses the message."),
	STATUS(RQUERYFAIL, "The query failed."),
	STATUS(RINVOPTPARSTREAM, "The optional part of the PDU is broken."),
	STATUS(ROPTPARNOTALLWD, "An optional parameter is not allowed here."),
	STATUS(RINVPARLEN, "A parameter has a wrong length."),
	STATUS(RMISSINGOPTPARAM, "An optional parameter is missing."),
	STATUS(RINVOPTPARAMVAL, "An optional parameter has an invalid value."),
	STATUS(RDELIVERYFAILURE, "The message could not be delivered."),
	STATUS(RUNKNOWNERR, "Unknown error."),
	STATUS(RSERTYPUNAUTH, "The service_type is not allowed to this ESME."),
	STATUS(RPROHIBITED, "The operation is forbidden to this ESME."),
	STATUS(RSERTYPUNAVAIL, "The service_type is not available now."),
	STATUS(RSERTYPDENIED, "The service_type is denied."),
	STATUS(RINVDCS, "The data_coding is invalid."),
	{ 0, NULL, NULL }
};

static const struct smpp_name commands[] = {
	COMMAND(SMPP_BIND_RECEIVER, "bind_receiver", "4.1.3"),
	COMMAND(SMPP_BIND_TRANSMITTER, "bind_transmitter", "4.1.1"),
	COMMAND(SMPP_QUERY_SM, "query_sm", "4.8.1"),
	COMMAND(SMPP_SUBMIT_SM, "submit_sm", "4.4.1"),
	COMMAND(SMPP_DELIVER_SM, "deliver_sm", "4.6.1"),
	COMMAND(SMPP_UNBIND, "unbind", "4.2.1"),
	COMMAND(SMPP_REPLACE_SM, "replace_sm", "4.10.1"),
	COMMAND(SMPP_CANCEL_SM, "cancel_sm", "4.9.1"),
	COMMAND(SMPP_BIND_TRANSCEIVER, "bind_transceiver", "4.1.5"),
	COMMAND(SMPP_OUTBIND, "outbind", "4.1.7.1"),
	COMMAND(SMPP_ENQUIRE_LINK, "enquire_link", "4.11.1"),
	COMMAND(SMPP_SUBMIT_MULTI, "submit_multi", "4.5.1"),
	COMMAND(SMPP_ALERT_NOTIFICATION, "alert_notification", "4.12.1"),
	COMMAND(SMPP_DATA_SM, "data_sm", "4.7.1"),
	COMMAND(SMPP_GENERIC_NACK, "generic_nack", "4.3.1"),
	COMMAND(SMPP_BIND_RECEIVER_RESP, "bind_receiver_resp", "4.1.4"),
	COMMAND(SMPP_BIND_TRANSMITTER_RESP, "bind_transmitter_resp", "4.1.2"),
	COMMAND(SMPP_QUERY_SM_RESP, "query_sm_resp", "4.8.2"),
	COMMAND(SMPP_SUBMIT_SM_RESP, "submit_sm_resp", "4.4.2"),
	COMMAND(SMPP_DELIVER_SM_RESP, "deliver_sm_resp", "4.6.2"),
	COMMAND(SMPP_UNBIND_RESP, "unbind_resp", "4.2.2"),
	COMMAND(SMPP_REPLACE_SM_RESP, "replace_sm_resp", "4.10.2"),
	COMMAND(SMPP_CANCEL_SM_RESP, "cancel_sm_resp", "4.9.2"),
	COMMAND(SMPP_BIND_TRANSCEIVER_RESP, "bind_transceiver_resp", "4.1.6"),
	COMMAND(SMPP_ENQUIRE_LINK_RESP, "enquire_link_resp", "4.11.2"),
	COMMAND(SMPP_SUBMIT_MULTI_RESP, "submit_multi_resp", "4.5.2"),
	COMMAND(SMPP_DATA_SM_RESP, "data_sm_resp", "4.7.2"),
	{ 0, NULL, NULL }
};

static const struct smpp_tag_row tags[] = {
	TAG(DEST_ADDR_SUBUNIT, 1, 1, "dest_addr_subunit", "1"),
	TAG(DEST_NETWORK_TYPE, 1, 1, "dest_network_type", "3"),
	TAG(DEST_BEARER_TYPE, 1, 1, "dest_bearer_type", "5"),
	TAG(DEST_TELEMATICS_ID, 2, 2, "dest_telematics_id", "7"),
	TAG(SOURCE_ADDR_SUBUNIT, 1, 1, "source_addr_subunit", "2"),
	TAG(SOURCE_NETWORK_TYPE, 1, 1, "source_network_type", "4"),
	TAG(SOURCE_BEARER_TYPE, 1, 1, "source_bearer_type", "6"),
	TAG(SOURCE_TELEMATICS_ID, 1, 1, "source_telematics_id", "8"),
	TAG(QOS_TIME_TO_LIVE, 4, 4, "qos_time_to_live", "9"),
	TAG(PAYLOAD_TYPE, 1, 1, "payload_type", "10"),
	TAG(ADDITIONAL_STATUS_INFO_TEXT, 0, 256, "additional_status_info_text",
	    "11"),
	TAG(RECEIPTED_MESSAGE_ID, 0, 65, "receipted_message_id", "12"),
	TAG(MS_MSG_WAIT_FACILITIES, 1, 1, "ms_msg_wait_facilities", "13"),
	TAG(PRIVACY_INDICATOR, 1, 1, "privacy_indicator", "14"),
	TAG(SOURCE_SUBADDRESS, 2, 23, "source_subaddress", "15"),
	TAG(DEST_SUBADDRESS, 2, 23, "dest_subaddress", "16"),
	TAG(USER_MESSAGE_REFERENCE, 2, 2, "user_message_reference", "17"),
	TAG(USER_RESPONSE_CODE, 1, 1, "user_response_code", "18"),
	TAG(SOURCE_PORT, 2, 2, "source_port", "20"),
	TAG(DESTINATION_PORT, 2, 2, "destination_port", "21"),
	TAG(SAR_MSG_REF_NUM, 2, 2, "sar_msg_ref_num", "22"),
	TAG(LANGUAGE_INDICATOR, 1, 1, "language_indicator", "19"),
	TAG(SAR_TOTAL_SEGMENTS, 1, 1, "sar_total_segments", "23"),
	TAG(SAR_SEGMENT_SEQNUM, 1, 1, "sar_segment_seqnum", "24"),
	TAG(SC_INTERFACE_VERSION, 1, 1, "sc_interface_version", "25"),
	TAG(CALLBACK_NUM_PRES_IND, 1, 1, "callback_num_pres_ind", "37"),
	TAG(CALLBACK_NUM_ATAG, 0, 65, "callback_num_atag", "38"),
	TAG(NUMBER_OF_MESSAGES, 1, 1, "number_of_messages", "39"),
	TAG(CALLBACK_NUM, 4, 19, "callback_num", "36"),
	TAG(DPF_RESULT, 1, 1, "dpf_result", "28"),
	TAG(SET_DPF, 1, 1, "set_dpf", "29"),
	TAG(MS_AVAILABILITY_STATUS, 1, 1, "ms_availability_status", "30"),
	TAG(NETWORK_ERROR_CODE, 3, 3, "network_error_code", "31"),
	TAG(MESSAGE_PAYLOAD, 0, 65535, "message_payload", "32"),
	TAG(DELIVERY_FAILURE_REASON, 1, 1, "delivery_failure_reason", "33"),
	TAG(MORE_MESSAGES_TO_SEND, 1, 1, "more_messages_to_send", "34"),
	TAG(MESSAGE_STATE, 1, 1, "message_state", "35"),
	TAG(USSD_SERVICE_OP, 1, 1, "ussd_service_op", "44"),
	TAG(DISPLAY_TIME, 1, 1, "display_time", "26"),
	TAG(SMS_SIGNAL, 2, 2, "sms_signal", "40"),
	TAG(MS_VALIDITY, 1, 1, "ms_validity", "27"),
	TAG(ALERT_ON_MESSAGE_DELIVERY, 0, 0, "alert_on_message_delivery", "41"),
	TAG(ITS_REPLY_TYPE, 1, 1, "its_reply_type", "42"),
	TAG(ITS_SESSION_INFO, 2, 2, "its_session_info", "43"),
	{ 0, 0, 0, NULL, NULL }
};
/* clang-format on */

const struct smpp_name *smpp_statuses(void)
{
	return statuses;
}

const struct smpp_name *smpp_commands(void)
{
	return commands;
}

const struct smpp_tag_row *smpp_tags(void)
{
	return tags;
}

static const struct smpp_name *name_row(const struct smpp_name *rows,
					uint32_t value)
{
	for (; rows->name != NULL; rows++)
		if (rows->value == value)
			return rows;
	return NULL;
}

const struct smpp_name *smpp_status_row(uint32_t status)
{
	return name_row(statuses, status);
}

const struct smpp_name *smpp_command_row(uint32_t command_id)
{
	return name_row(commands, command_id);
}

/* Bisected: a PDU may carry thousands of TLVs, each is looked up once. */
const struct smpp_tag_row *smpp_tag_row(uint16_t tag)
{
	size_t low = 0, high = sizeof tags / sizeof *tags - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (tags[middle].tag < tag)
			low = middle + 1;
		else
			high = middle;
	}
	return tags[low].name != NULL && tags[low].tag == tag ? &tags[low]
							      : NULL;
}

const char *smpp_status_name(uint32_t status)
{
	const struct smpp_name *row = smpp_status_row(status);

	if (row != NULL)
		return row->name;
	return status >= 0x400 && status <= 0x4FF ? "vendor" : "reserved";
}

const char *smpp_command_name(uint32_t command_id)
{
	const struct smpp_name *row = smpp_command_row(command_id);

	return row == NULL ? "unknown" : row->name;
}

static enum err hex_read(struct bytes digits, uint32_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (digits.n == 0 || digits.n > 8)
		return ERR_NOTFOUND;
	for (i = 0; i < digits.n; i++) {
		const char *all = "0123456789abcdef0123456789ABCDEF";
		const char *at = memchr(all, digits.p[i], 32);

		if (at == NULL)
			return ERR_NOTFOUND;
		v = v << 4 | (uint64_t)((at - all) & 15);
	}
	*out = (uint32_t)v;
	return OK;
}

enum err smpp_status_read(struct bytes text, uint32_t *out)
{
	const struct smpp_name *row;
	uint64_t number;

	for (row = statuses; row->name != NULL; row++) {
		if (!bytes_is_nocase(text, row->name) &&
		    !bytes_is_nocase(text, row->name + strlen("ESME_")))
			continue;
		*out = row->value;
		return OK;
	}
	if (text.n > 2 && text.p[0] == '0' && (text.p[1] | 32) == 'x')
		return hex_read(bytes_after(text, 2), out);
	if (bytes_decimal(text, UINT32_MAX, &number) != OK)
		return ERR_NOTFOUND;
	*out = (uint32_t)number;
	return OK;
}
