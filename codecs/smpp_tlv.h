/*
 * codecs/smpp_tlv.h - the parts of an SMPP PDU that repeat: optional
 * parameters (TLVs), and the destinations and failures of submit_multi.
 * Spec: SMPP v3.4 3.2.4, 4.5.1.1, 4.5.2.1, 5.3. Part of smpp_pdu.h.
 */
#ifndef CODECS_SMPP_TLV_H
#define CODECS_SMPP_TLV_H

#include "codecs/bytes.h"

/* 5.3.2 */
enum smpp_tag {
	SMPP_TLV_DEST_ADDR_SUBUNIT = 0x0005,
	SMPP_TLV_DEST_NETWORK_TYPE = 0x0006,
	SMPP_TLV_DEST_BEARER_TYPE = 0x0007,
	SMPP_TLV_DEST_TELEMATICS_ID = 0x0008,
	SMPP_TLV_SOURCE_ADDR_SUBUNIT = 0x000D,
	SMPP_TLV_SOURCE_NETWORK_TYPE = 0x000E,
	SMPP_TLV_SOURCE_BEARER_TYPE = 0x000F,
	SMPP_TLV_SOURCE_TELEMATICS_ID = 0x0010,
	SMPP_TLV_QOS_TIME_TO_LIVE = 0x0017,
	SMPP_TLV_PAYLOAD_TYPE = 0x0019,
	SMPP_TLV_ADDITIONAL_STATUS_INFO_TEXT = 0x001D,
	SMPP_TLV_RECEIPTED_MESSAGE_ID = 0x001E,
	SMPP_TLV_MS_MSG_WAIT_FACILITIES = 0x0030,
	SMPP_TLV_PRIVACY_INDICATOR = 0x0201,
	SMPP_TLV_SOURCE_SUBADDRESS = 0x0202,
	SMPP_TLV_DEST_SUBADDRESS = 0x0203,
	SMPP_TLV_USER_MESSAGE_REFERENCE = 0x0204,
	SMPP_TLV_USER_RESPONSE_CODE = 0x0205,
	SMPP_TLV_SOURCE_PORT = 0x020A,
	SMPP_TLV_DESTINATION_PORT = 0x020B,
	SMPP_TLV_SAR_MSG_REF_NUM = 0x020C,
	SMPP_TLV_LANGUAGE_INDICATOR = 0x020D,
	SMPP_TLV_SAR_TOTAL_SEGMENTS = 0x020E,
	SMPP_TLV_SAR_SEGMENT_SEQNUM = 0x020F,
	SMPP_TLV_SC_INTERFACE_VERSION = 0x0210,
	SMPP_TLV_CALLBACK_NUM_PRES_IND = 0x0302,
	SMPP_TLV_CALLBACK_NUM_ATAG = 0x0303,
	SMPP_TLV_NUMBER_OF_MESSAGES = 0x0304,
	SMPP_TLV_CALLBACK_NUM = 0x0381,
	SMPP_TLV_DPF_RESULT = 0x0420,
	SMPP_TLV_SET_DPF = 0x0421,
	SMPP_TLV_MS_AVAILABILITY_STATUS = 0x0422,
	SMPP_TLV_NETWORK_ERROR_CODE = 0x0423,
	SMPP_TLV_MESSAGE_PAYLOAD = 0x0424,
	SMPP_TLV_DELIVERY_FAILURE_REASON = 0x0425,
	SMPP_TLV_MORE_MESSAGES_TO_SEND = 0x0426,
	SMPP_TLV_MESSAGE_STATE = 0x0427,
	SMPP_TLV_CONGESTION_STATE = 0x0428,	/* of 5.0, in responses      */
	SMPP_TLV_USSD_SERVICE_OP = 0x0501,
	SMPP_TLV_DISPLAY_TIME = 0x1201,
	SMPP_TLV_SMS_SIGNAL = 0x1203,
	SMPP_TLV_MS_VALIDITY = 0x1204,
	SMPP_TLV_ALERT_ON_MESSAGE_DELIVERY = 0x130C,
	SMPP_TLV_ITS_REPLY_TYPE = 0x1380,
	SMPP_TLV_ITS_SESSION_INFO = 0x1383
};

/* An address as on the wire; codecs/address.h gives it its meaning. */
struct smpp_address {
	uint8_t ton, npi;		/* 5.2.5, 5.2.6                      */
	struct bytes digits;		/* at most 20; data_sm, alert: 64    */
};

struct smpp_tlv {
	uint16_t tag;
	struct bytes value;
};

/**
 * Takes the first TLV off *rest (start with pdu.tlvs). False: none is left,
 * or the rest is no TLV (which decode and encode both refuse).
 */
bool smpp_tlv_next(struct bytes *rest, struct smpp_tlv *out);

/** The value of the first TLV `tag` in `tlvs`. False: there is none. */
bool smpp_tlv_find(struct bytes tlvs, uint16_t tag, struct bytes *value);

/**
 * As smpp_tlv_find for an integer of 1, 2 or 4 octets. False also when the
 * value has another length.
 */
bool smpp_tlv_number(struct bytes tlvs, uint16_t tag, uint32_t *value);

/**
 * As smpp_tlv_find for a C-octet string: up to the first NUL, which some
 * peers leave out. 5.3.2.12.
 */
bool smpp_tlv_text(struct bytes tlvs, uint16_t tag, struct bytes *value);

/** Appends one TLV; a value above 65535 octets: to->bad is ERR_TOOBIG. */
void smpp_tlv_put(struct buf *to, uint16_t tag, struct bytes value);

/** As smpp_tlv_put, an integer of `octets` 1, 2 or 4. */
void smpp_tlv_put_number(struct buf *to, uint16_t tag, uint32_t value,
			 size_t octets);

/** As smpp_tlv_put, with a NUL behind the text. */
void smpp_tlv_put_text(struct buf *to, uint16_t tag, struct bytes text);

/* One of submit_multi's destinations, 4.5.1.1. */
struct smpp_dest {
	struct smpp_address sme;	/* dest_flag 1                       */
	struct bytes list;		/* dest_flag 2: dl_name, 1..20       */
	bool is_list;
};

/** As smpp_tlv_next, from pdu.dests. */
bool smpp_dest_next(struct bytes *rest, struct smpp_dest *out);
void smpp_dest_put(struct buf *to, const struct smpp_dest *d);

/* One of submit_multi_resp's failures, 4.5.2.1. */
struct smpp_failed {
	struct smpp_address sme;
	uint32_t error_status_code;
};

/** As smpp_tlv_next, from pdu.failed. */
bool smpp_failed_next(struct bytes *rest, struct smpp_failed *out);
void smpp_failed_put(struct buf *to, const struct smpp_failed *f);

/*
 * What decode and encode ask before they believe a list. Each returns the
 * command_status that refuses it, or 0, and then *why has field and clause
 * and the offset from in.p.
 */

/** All of `in` is TLVs, and those of 5.3.2 have a length that it allows. */
uint32_t smpp_tlvs_check(struct bytes in, struct fault *why) CHECKED;

/** `count` destinations are at the front of `in`, *used octets of it. */
uint32_t smpp_dests_check(struct bytes in, unsigned count, size_t *used,
			  struct fault *why) CHECKED;

/** The same for failures. */
uint32_t smpp_failed_check(struct bytes in, unsigned count, size_t *used,
			   struct fault *why) CHECKED;

#endif
