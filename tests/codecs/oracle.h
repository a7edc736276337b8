/*
 * tests/codecs/oracle.h - somebody else's SMPP codec, for comparison. Each
 * lives in one file and one program: oracle_smpp34.c (libsmpp34) and
 * oracle_kannel.c (Kannel's smpp_pdu), which must never meet. Octets that
 * go in are always our own or a test's: libsmpp34 is not safe with others.
 */
#ifndef TESTS_CODECS_ORACLE_H
#define TESTS_CODECS_ORACLE_H

#include "codecs/smpp_pdu.h"

extern const char *const oracle_name;

/** Once, before anything else. */
void oracle_start(void);

/** Takes from *p what the oracle cannot carry. False: it cannot carry *p. */
bool oracle_trims(struct smpp_pdu *p);

/** Appends the oracle's encoding of `p`. False: it refuses. */
bool oracle_encodes(const struct smpp_pdu *p, struct buf *to);

/**
 * NULL when the oracle decodes `wire` to exactly the fields of `want`; else
 * the name of a field that differs, or "decode".
 */
const char *oracle_differs(struct bytes wire, const struct smpp_pdu *want);

/** Encodes `p`, or decodes `wire`, `n` times and keeps nothing. */
void oracle_encode_often(const struct smpp_pdu *p, unsigned long n);
void oracle_decode_often(struct bytes wire, unsigned long n);

/*
 * Their names of our fields, so that their own field lists (which both
 * publish as macros) can be read as code.
 */
#define F_command_id		  command_id
#define F_command_status	  command_status
#define F_sequence_number	  sequence_number
#define F_system_id		  system_id
#define F_password		  password
#define F_system_type		  system_type
#define F_interface_version	  interface_version
#define F_addr_ton		  range.ton
#define F_addr_npi		  range.npi
#define F_address_range		  range.digits
#define F_service_type		  service_type
#define F_source_addr_ton	  source.ton
#define F_source_addr_npi	  source.npi
#define F_source_addr		  source.digits
#define F_dest_addr_ton		  dest.ton
#define F_dest_addr_npi		  dest.npi
#define F_destination_addr	  dest.digits
#define F_esme_addr_ton		  dest.ton
#define F_esme_addr_npi		  dest.npi
#define F_esme_addr		  dest.digits
#define F_message_id		  message_id
#define F_esm_class		  esm_class
#define F_protocol_id		  protocol_id
#define F_priority_flag		  priority_flag
#define F_schedule_delivery_time  schedule_delivery_time
#define F_validity_period	  validity_period
#define F_final_date		  final_date
#define F_registered_delivery	  registered_delivery
#define F_replace_if_present_flag replace_if_present_flag
#define F_data_coding		  data_coding
#define F_sm_default_msg_id	  sm_default_msg_id
#define F_sm_length		  short_message.n
#define F_short_message		  short_message
#define F_message_state		  message_state
#define F_error_code		  error_code
#define F_number_of_dests	  number_of_dests
#define F_dest_address_es	  dests
#define F_no_unsuccess		  no_unsuccess

#endif
