#include "codecs/smpp_layout.h"

#include <stddef.h>

#include "codecs/smpp_pdu.h"

/* clang-format off: rows of tables. */
#define AT(member_) offsetof(struct smpp_pdu, member_)
#define OCTET_AS(member_, name_, clause_)                                      \
	{ SMPP_FIELD_OCTET, 1, AT(member_), ESME_RINVCMDLEN, name_,            \
	  "SMPP v3.4 " clause_ }
#define STRING_AS(member_, room_, status_, name_, clause_)                     \
	{ SMPP_FIELD_STRING, room_, AT(member_), status_, name_,               \
	  "SMPP v3.4 " clause_ }
#define OCTET(member_, clause_) OCTET_AS(member_, #member_, clause_)
#define STRING(member_, room_, status_, clause_)                               \
	STRING_AS(member_, room_, status_, #member_, clause_)

/* Fields that several PDUs share. */
#define SYSTEM_ID    STRING(system_id, 16, ESME_RINVSYSID, "5.2.1")
#define PASSWORD     STRING(password, 9, ESME_RINVPASWD, "5.2.2")
#define SERVICE_TYPE STRING(service_type, 6, ESME_RINVSERTYP, "5.2.11")
#define MESSAGE_ID   STRING(message_id, 65, ESME_RINVMSGID, "5.2.23")
#define SCHEDULE                                                               \
	STRING(schedule_delivery_time, 17, ESME_RINVSCHED, "5.2.15")
#define VALIDITY     STRING(validity_period, 17, ESME_RINVEXPIRY, "5.2.16")
#define ESM_CLASS    OCTET(esm_class, "5.2.12")
#define REGISTERED   OCTET(registered_delivery, "5.2.17")
#define DATA_CODING  OCTET(data_coding, "5.2.19")
#define DEFAULT_ID   OCTET(sm_default_msg_id, "5.2.20")
#define SOURCE(room_)                                                          \
	OCTET_AS(source.ton, "source_addr_ton", "5.2.5"),                      \
	OCTET_AS(source.npi, "source_addr_npi", "5.2.6"),                      \
	STRING_AS(source.digits, room_, ESME_RINVSRCADR, "source_addr",        \
		  "5.2.8")
#define DEST(room_)                                                            \
	OCTET_AS(dest.ton, "dest_addr_ton", "5.2.5"),                          \
	OCTET_AS(dest.npi, "dest_addr_npi", "5.2.6"),                          \
	STRING_AS(dest.digits, room_, ESME_RINVDSTADR, "destination_addr",     \
		  "5.2.9")
#define MESSAGE                                                                \
	{ SMPP_FIELD_MESSAGE, 0, AT(short_message), ESME_RINVMSGLEN,           \
	  "sm_length", "SMPP v3.4 5.2.21" }
/* What follows the addresses of submit_sm, deliver_sm and submit_multi. */
#define SUBMISSION                                                             \
	ESM_CLASS, OCTET(protocol_id, "5.2.13"),                               \
		OCTET(priority_flag, "5.2.14"), SCHEDULE, VALIDITY,            \
		REGISTERED, OCTET(replace_if_present_flag, "5.2.18"),          \
		DATA_CODING, DEFAULT_ID, MESSAGE
#define END { SMPP_FIELD_END, 0, 0, 0, NULL, NULL }

static const struct smpp_field nothing[] = { END };

static const struct smpp_field bind[] = {
	SYSTEM_ID,
	PASSWORD,
	STRING(system_type, 13, ESME_RINVSYSTYP, "5.2.3"),
	OCTET(interface_version, "5.2.4"),
	OCTET_AS(range.ton, "addr_ton", "5.2.5"),
	OCTET_AS(range.npi, "addr_npi", "5.2.6"),
	STRING_AS(range.digits, 41, ESME_RBINDFAIL, "address_range", "5.2.7"),
	END
};

static const struct smpp_field bind_resp[] = { SYSTEM_ID, END };

static const struct smpp_field outbind[] = { SYSTEM_ID, PASSWORD, END };

/* deliver_sm has no use for its times (4.6.1), but peers fill them in. */
static const struct smpp_field submit_sm[] = {
	SERVICE_TYPE,
	SOURCE(21),
	DEST(21),
	SUBMISSION,
	END
};

static const struct smpp_field submit_multi[] = {
	SERVICE_TYPE,
	SOURCE(21),
	{ SMPP_FIELD_DESTS, 0, AT(dests), ESME_RINVNUMDESTS, "number_of_dests",
	  "SMPP v3.4 5.2.24" },
	SUBMISSION,
	END
};

/* deliver_sm_resp's is always empty (4.6.2), but peers fill it in. */
static const struct smpp_field message_id[] = { MESSAGE_ID, END };

static const struct smpp_field submit_multi_resp[] = {
	MESSAGE_ID,
	{ SMPP_FIELD_FAILED, 0, AT(failed), ESME_RINVCMDLEN, "no_unsuccess",
	  "SMPP v3.4 5.2.26" },
	END
};

static const struct smpp_field data_sm[] = {
	SERVICE_TYPE,
	SOURCE(65),
	DEST(65),
	ESM_CLASS,
	REGISTERED,
	DATA_CODING,
	END
};

static const struct smpp_field query_sm[] = { MESSAGE_ID, SOURCE(21), END };

static const struct smpp_field query_sm_resp[] = {
	MESSAGE_ID,
	STRING(final_date, 17, ESME_RQUERYFAIL, "4.8.2"),
	OCTET(message_state, "5.2.28"),
	OCTET(error_code, "4.8.2"),
	END
};

static const struct smpp_field cancel_sm[] = {
	SERVICE_TYPE,
	MESSAGE_ID,
	SOURCE(21),
	DEST(21),
	END
};

static const struct smpp_field replace_sm[] = {
	MESSAGE_ID,
	SOURCE(21),
	SCHEDULE,
	VALIDITY,
	REGISTERED,
	DEFAULT_ID,
	MESSAGE,
	END
};

static const struct smpp_field alert_notification[] = {
	SOURCE(65),
	OCTET_AS(dest.ton, "esme_addr_ton", "5.2.5"),
	OCTET_AS(dest.npi, "esme_addr_npi", "5.2.6"),
	STRING_AS(dest.digits, 65, ESME_RINVDSTADR, "esme_addr", "5.2.10"),
	END
};

/* clang-format on */

#define LOW_IDS	 0x22		/* 0x00..0x21 stand at their own number */
#define HIGH_IDS 0x102		/* 0x102 and 0x103 follow               */

static const struct smpp_layout requests[LOW_IDS + 2] = {
	[0x01] = { bind, SMPP_BARE_NEVER, false },
	[0x02] = { bind, SMPP_BARE_NEVER, false },
	[0x03] = { query_sm, SMPP_BARE_NEVER, false },
	[0x04] = { submit_sm, SMPP_BARE_NEVER, false },
	[0x05] = { submit_sm, SMPP_BARE_NEVER, false },
	[0x06] = { nothing, SMPP_BARE_NEVER, false },
	[0x07] = { replace_sm, SMPP_BARE_NEVER, false },
	[0x08] = { cancel_sm, SMPP_BARE_NEVER, false },
	[0x09] = { bind, SMPP_BARE_NEVER, false },
	[0x0B] = { outbind, SMPP_BARE_NEVER, false },
	[0x15] = { nothing, SMPP_BARE_NEVER, false },
	[0x21] = { submit_multi, SMPP_BARE_NEVER, false },
	[LOW_IDS] = { alert_notification, SMPP_BARE_NEVER, false },
	[LOW_IDS + 1] = { data_sm, SMPP_BARE_NEVER, false },
};

static const struct smpp_layout responses[LOW_IDS + 2] = {
	[0x00] = { nothing, SMPP_BARE_NEVER, false },
	[0x01] = { bind_resp, SMPP_BARE_ALWAYS, true },
	[0x02] = { bind_resp, SMPP_BARE_ALWAYS, true },
	[0x03] = { query_sm_resp, SMPP_BARE_ERROR, true },
	[0x04] = { message_id, SMPP_BARE_ALWAYS, true },
	[0x05] = { message_id, SMPP_BARE_ALWAYS, false },
	[0x06] = { nothing, SMPP_BARE_NEVER, false },
	[0x07] = { nothing, SMPP_BARE_NEVER, false },
	[0x08] = { nothing, SMPP_BARE_NEVER, false },
	[0x09] = { bind_resp, SMPP_BARE_ALWAYS, true },
	[0x15] = { nothing, SMPP_BARE_NEVER, false },
	[0x21] = { submit_multi_resp, SMPP_BARE_ERROR, true },
	[LOW_IDS + 1] = { message_id, SMPP_BARE_ALWAYS, false },
};

const struct smpp_layout *smpp_layout(uint32_t command_id)
{
	uint32_t i = command_id & ~SMPP_RESP;
	const struct smpp_layout *l;

	if (i >= HIGH_IDS && i <= HIGH_IDS + 1)
		i = i - HIGH_IDS + LOW_IDS;
	else if (i >= LOW_IDS)
		return NULL;
	l = (command_id & SMPP_RESP) != 0 ? &responses[i] : &requests[i];
	return l->fields == NULL ? NULL : l;
}
