/*
 * codecs/smpp_layout.h - which fields each SMPP PDU has, in wire order: the
 * tables that drive smpp_pdu.c. Spec: SMPP v3.4 chapter 4.
 */
#ifndef CODECS_SMPP_LAYOUT_H
#define CODECS_SMPP_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

enum smpp_kind {
	SMPP_FIELD_END,			/* TLVs follow                       */
	SMPP_FIELD_OCTET,
	SMPP_FIELD_STRING,		/* C-octet string                    */
	SMPP_FIELD_MESSAGE,		/* sm_length and short_message       */
	SMPP_FIELD_DESTS,		/* number_of_dests and they          */
	SMPP_FIELD_FAILED		/* no_unsuccess and unsuccess_sme(s) */
};

struct smpp_field {
	uint8_t kind;			/* enum smpp_kind                    */
	uint8_t room;			/* STRING: octets with its NUL       */
	uint16_t at;			/* in struct smpp_pdu                */
	uint16_t status;		/* refuses a string that is too long */
	const char *name, *clause;
};

/* When a response may come without its body. */
enum smpp_bare {
	SMPP_BARE_NEVER,		/* a request; or nothing is its body */
	SMPP_BARE_ERROR,		/* when command_status is not 0      */
	SMPP_BARE_ALWAYS
};

struct smpp_layout {
	const struct smpp_field *fields;	/* NULL: no such PDU         */
	enum smpp_bare bare;
	bool terse;			/* we send an error without a body   */
};

/** NULL: SMPP v3.4 has no such command_id. */
const struct smpp_layout *smpp_layout(uint32_t command_id);

#endif
