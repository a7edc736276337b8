/*
 * codecs/smpp_names.h - what people call the numbers of SMPP, for traces,
 * settings and the operator's tool. Spec: SMPP v3.4 5.1.2.1, 5.1.3, 5.3.2.
 */
#ifndef CODECS_SMPP_NAMES_H
#define CODECS_SMPP_NAMES_H

#include "codecs/bytes.h"

/* One row of a table; a table ends with a NULL name. */
struct smpp_name {
	uint32_t value;
	const char *name;	/* "ESME_RTHROTTLED", "submit_sm"            */
	const char *text;	/* one sentence; commands and tags: clause   */
};

/* One optional parameter, 5.3.2. */
struct smpp_tag_row {
	uint16_t tag;
	uint16_t min, max;	/* octets of its value                       */
	const char *name;	/* "message_payload"                         */
	const char *clause;	/* "SMPP v3.4 5.3.2.32"                      */
};

/** All rows, sorted by value. */
const struct smpp_name *smpp_statuses(void);
const struct smpp_name *smpp_commands(void);
const struct smpp_tag_row *smpp_tags(void);

/** The row, or NULL when SMPP knows no such number. */
const struct smpp_name *smpp_status_row(uint32_t status);
const struct smpp_name *smpp_command_row(uint32_t command_id);
const struct smpp_tag_row *smpp_tag_row(uint16_t tag);

/**
 * "ESME_RTHROTTLED"; for others "vendor" (0x400..0x4FF) or "reserved".
 * Never NULL.
 */
const char *smpp_status_name(uint32_t status);

/** "submit_sm"; "unknown" for others. Never NULL. */
const char *smpp_command_name(uint32_t command_id);

/**
 * A command_status as a person writes it: "ESME_RTHROTTLED", "RTHROTTLED"
 * (any case), "0x58" or "88". ERR_NOTFOUND; *out is then untouched.
 */
enum err smpp_status_read(struct bytes text, uint32_t *out) CHECKED;

#endif
