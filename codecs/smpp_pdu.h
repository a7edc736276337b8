/*
 * codecs/smpp_pdu.h - SMPP PDUs. Spec: Short Message Peer to Peer Protocol
 * Specification v3.4, issue 1.2 (SMPP Developers Forum), chapters 3 to 5.
 *
 * One flat struct holds every PDU; SMPP 4.x says which fields each one has,
 * and all others are zero. Strings, destinations and TLVs are slices of the
 * octets that were decoded, so nothing is allocated and nothing outlives the
 * input. A header that also needs <libsmpp34/smpp34.h> takes this one first.
 */
#ifndef CODECS_SMPP_PDU_H
#define CODECS_SMPP_PDU_H

#include "codecs/bytes.h"
#include "codecs/smpp_tlv.h"

enum {
	SMPP_HEADER_OCTETS = 16,
	SMPP_PDU_OCTETS_MAX = 0x12000,	/* 64 KiB payload, 254 destinations  */
	SMPP_SHORT_MESSAGE_MAX = 254,	/* 5.2.21; 255 is tolerated in input */
	SMPP_DESTINATIONS_MAX = 254,	/* 5.2.24                            */
	SMPP_INTERFACE_VERSION = 0x34	/* 5.2.4                             */
};

/* 5.1.2.1. A response is the request's id with SMPP_RESP. */
#define SMPP_RESP		   0x80000000u
#define SMPP_GENERIC_NACK	   0x80000000u
#define SMPP_BIND_RECEIVER	   0x00000001u
#define SMPP_BIND_RECEIVER_RESP	   0x80000001u
#define SMPP_BIND_TRANSMITTER	   0x00000002u
#define SMPP_BIND_TRANSMITTER_RESP 0x80000002u
#define SMPP_QUERY_SM		   0x00000003u
#define SMPP_QUERY_SM_RESP	   0x80000003u
#define SMPP_SUBMIT_SM		   0x00000004u
#define SMPP_SUBMIT_SM_RESP	   0x80000004u
#define SMPP_DELIVER_SM		   0x00000005u
#define SMPP_DELIVER_SM_RESP	   0x80000005u
#define SMPP_UNBIND		   0x00000006u
#define SMPP_UNBIND_RESP	   0x80000006u
#define SMPP_REPLACE_SM		   0x00000007u
#define SMPP_REPLACE_SM_RESP	   0x80000007u
#define SMPP_CANCEL_SM		   0x00000008u
#define SMPP_CANCEL_SM_RESP	   0x80000008u
#define SMPP_BIND_TRANSCEIVER	   0x00000009u
#define SMPP_BIND_TRANSCEIVER_RESP 0x80000009u
#define SMPP_OUTBIND		   0x0000000Bu
#define SMPP_ENQUIRE_LINK	   0x00000015u
#define SMPP_ENQUIRE_LINK_RESP	   0x80000015u
#define SMPP_SUBMIT_MULTI	   0x00000021u
#define SMPP_SUBMIT_MULTI_RESP	   0x80000021u
#define SMPP_ALERT_NOTIFICATION	   0x00000102u
#define SMPP_DATA_SM		   0x00000103u
#define SMPP_DATA_SM_RESP	   0x80000103u

/* 5.1.3, and what 5.0 added and peers send. Texts: codecs/smpp_names.h. */
enum smpp_status {
	ESME_ROK = 0x00,
	ESME_RINVMSGLEN = 0x01,
	ESME_RINVCMDLEN = 0x02,
	ESME_RINVCMDID = 0x03,
	ESME_RINVBNDSTS = 0x04,
	ESME_RALYBND = 0x05,
	ESME_RINVPRTFLG = 0x06,
	ESME_RINVREGDLVFLG = 0x07,
	ESME_RSYSERR = 0x08,
	ESME_RINVSRCADR = 0x0A,
	ESME_RINVDSTADR = 0x0B,
	ESME_RINVMSGID = 0x0C,
	ESME_RBINDFAIL = 0x0D,
	ESME_RINVPASWD = 0x0E,
	ESME_RINVSYSID = 0x0F,
	ESME_RCANCELFAIL = 0x11,
	ESME_RREPLACEFAIL = 0x13,
	ESME_RMSGQFUL = 0x14,
	ESME_RINVSERTYP = 0x15,
	ESME_RINVNUMDESTS = 0x33,
	ESME_RINVDLNAME = 0x34,
	ESME_RINVDESTFLAG = 0x40,
	ESME_RINVSUBREP = 0x42,
	ESME_RINVESMCLASS = 0x43,
	ESME_RCNTSUBDL = 0x44,
	ESME_RSUBMITFAIL = 0x45,
	ESME_RINVSRCTON = 0x48,
	ESME_RINVSRCNPI = 0x49,
	ESME_RINVDSTTON = 0x50,
	ESME_RINVDSTNPI = 0x51,
	ESME_RINVSYSTYP = 0x53,
	ESME_RINVREPFLAG = 0x54,
	ESME_RINVNUMMSGS = 0x55,
	ESME_RTHROTTLED = 0x58,
	ESME_RINVSCHED = 0x61,
	ESME_RINVEXPIRY = 0x62,
	ESME_RINVDFTMSGID = 0x63,
	ESME_RX_T_APPN = 0x64,
	ESME_RX_P_APPN = 0x65,
	ESME_RX_R_APPN = 0x66,
	ESME_RQUERYFAIL = 0x67,
	ESME_RINVOPTPARSTREAM = 0xC0,
	ESME_ROPTPARNOTALLWD = 0xC1,
	ESME_RINVPARLEN = 0xC2,
	ESME_RMISSINGOPTPARAM = 0xC3,
	ESME_RINVOPTPARAMVAL = 0xC4,
	ESME_RDELIVERYFAILURE = 0xFE,
	ESME_RUNKNOWNERR = 0xFF,
	ESME_RSERTYPUNAUTH = 0x100,	/* from here on: 5.0 */
	ESME_RPROHIBITED = 0x101,
	ESME_RSERTYPUNAVAIL = 0x102,
	ESME_RSERTYPDENIED = 0x103,
	ESME_RINVDCS = 0x104
};

/* esm_class, 5.2.12: mode (to the SMSC), type, features. */
enum {
	SMPP_ESM_MODE = 0x03,
	SMPP_ESM_MODE_DEFAULT = 0x00,
	SMPP_ESM_MODE_DATAGRAM = 0x01,
	SMPP_ESM_MODE_FORWARD = 0x02,
	SMPP_ESM_MODE_STORE = 0x03,
	SMPP_ESM_TYPE = 0x3C,
	SMPP_ESM_TYPE_MESSAGE = 0x00,
	SMPP_ESM_TYPE_RECEIPT = 0x04,	/* from the SMSC                     */
	SMPP_ESM_TYPE_DELIVERY_ACK = 0x08,
	SMPP_ESM_TYPE_USER_ACK = 0x10,
	SMPP_ESM_TYPE_ABORT = 0x18,
	SMPP_ESM_TYPE_INTERMEDIATE = 0x20,
	SMPP_ESM_UDHI = 0x40,
	SMPP_ESM_REPLY_PATH = 0x80
};

/* registered_delivery, 5.2.17. */
enum {
	SMPP_REGISTERED_RECEIPT = 0x03,	/* mask of the two below             */
	SMPP_REGISTERED_FINAL = 0x01,	/* success or failure                */
	SMPP_REGISTERED_FAILURE = 0x02,
	SMPP_REGISTERED_DELIVERY_ACK = 0x04,
	SMPP_REGISTERED_USER_ACK = 0x08,
	SMPP_REGISTERED_INTERMEDIATE = 0x10
};

/*
 * Strings are without their NUL and must not contain one; the octets in
 * comments are the most that they hold without it.
 */
struct smpp_pdu {
	uint32_t command_id, command_status, sequence_number;

	struct bytes system_id;		/* 15 */
	struct bytes password;		/* 8  */
	struct bytes system_type;	/* 12 */
	struct smpp_address range;	/* addr_ton/npi, address_range: 40   */

	struct bytes service_type;	/* 5  */
	struct smpp_address source;
	struct smpp_address dest;	/* alert_notification: esme_addr     */
	struct bytes message_id;	/* 64 */
	struct bytes schedule_delivery_time;	/* 0 or 16; not looked into  */
	struct bytes validity_period;	/* 0 or 16; not looked into          */
	struct bytes final_date;	/* 0 or 16; not looked into          */
	struct bytes short_message;	/* any octets, sm_length is its n    */
	struct bytes dests;		/* submit_multi: smpp_dest_next()    */
	struct bytes failed;		/* ..._resp: smpp_failed_next()      */
	struct bytes tlvs;		/* all, in order: smpp_tlv_next()    */

	uint8_t interface_version;
	uint8_t esm_class, protocol_id, priority_flag;
	uint8_t registered_delivery, replace_if_present_flag;
	uint8_t data_coding, sm_default_msg_id;
	uint8_t message_state, error_code;	/* query_sm_resp             */
	uint8_t number_of_dests;	/* in `dests`, 1..254                */
	uint8_t no_unsuccess;		/* in `failed`                       */
};

/* What a decoder found wrong and what the other side is to be told. */
struct smpp_refusal {
	struct fault at;		/* field, clause, octet in the PDU   */
	uint32_t answer_id;		/* command_id to answer; 0: none     */
	uint32_t command_status;	/* of that answer                    */
	uint32_t sequence_number;	/* of that answer                    */
	bool framing_lost;		/* answer, then close the link       */
};

/**
 * Finds the PDU at the front of `in`. OK: *pdu is the slice (n is its
 * command_length, 16..limit), the next one begins behind it. ERR_MORE: read
 * on. ERR_MALFORMED (command_length below 16) and ERR_TOOBIG (above `limit`):
 * the stream cannot be followed further; *why, unless NULL, has the
 * generic_nack for it. *pdu is written on OK alone. 3.2, 5.1.1.
 */
enum err smpp_frame(struct bytes in, size_t limit, struct bytes *pdu,
		    struct smpp_refusal *why) CHECKED;

/**
 * Decodes one whole PDU, as smpp_frame() found it; *out borrows from it.
 * A response may come without a body when its command_status says an error,
 * and deliver_sm_resp, data_sm_resp, submit_sm_resp and bind responses also
 * when not (their strings are then empty). TLVs may stand behind every PDU;
 * unknown ones are kept (3.3.1), those of 5.3.2 must have its length.
 * ERR_UNSUPPORTED: no such command_id. ERR_MALFORMED: all else. On error
 * *out has the header (if 16 octets were there) and the fields in front of
 * the fault, and *why, unless NULL, the answer; the link goes on unless
 * why->framing_lost.
 */
enum err smpp_pdu_decode(struct bytes in, struct smpp_pdu *out,
			 struct smpp_refusal *why) CHECKED;

/**
 * Appends one PDU, command_length included. A response that has nothing but
 * an error status goes without a body where 4.x says so. ERR_RANGE: a field
 * longer than 4.x allows, or a NUL in a string; ERR_MALFORMED: dests, failed
 * or tlvs are not what their writers make; ERR_UNSUPPORTED: the command_id;
 * ERR_TOOBIG, ERR_NOMEM: from `to`. On error nothing was appended and *why,
 * unless NULL, names the field.
 */
enum err smpp_pdu_encode(const struct smpp_pdu *p, struct buf *to,
			 struct fault *why) CHECKED;

/**
 * The command_id that answers `command_id`: its response; generic_nack for
 * one that 3.4 does not have; 0 for what is never answered (responses,
 * outbind, alert_notification).
 */
uint32_t smpp_response_id(uint32_t command_id);

/** The PDU that says no; only if why->answer_id is not 0. */
struct smpp_pdu smpp_refusal_pdu(const struct smpp_refusal *why);

/** The message: message_payload if there is one, else short_message. */
struct bytes smpp_pdu_message(const struct smpp_pdu *p);

#endif
