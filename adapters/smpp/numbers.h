/*
 * adapters/smpp/numbers.h - addresses as one peer wants them: rules that
 * rewrite them, and the TON and NPI of each kind. SMPP v3.4 5.2.5, 5.2.6.
 */
#ifndef ADAPTERS_SMPP_NUMBERS_H
#define ADAPTERS_SMPP_NUMBERS_H

#include "codecs/address.h"
#include "codecs/rewrite.h"
#include "gateway/settings.h"

enum number_role { NUMBER_SENDER, NUMBER_RECIPIENT, NUMBER_ROLES };

enum number_kind {
	NUMBER_INTERNATIONAL,
	NUMBER_NATIONAL,	/* local, above 8 digits                     */
	NUMBER_SHORT,
	NUMBER_ALPHANUMERIC,
	NUMBER_KINDS
};

/* A zeroed one rewrites nothing and has the usual TON and NPI. */
struct numbers {
	struct rewrite *in[NUMBER_ROLES], *out[NUMBER_ROLES];
	struct number_type {
		bool set;	/* else as address_to_smpp() has it          */
		uint8_t ton, npi;
	} types[NUMBER_ROLES][NUMBER_KINDS];
	bool esme;		/* names have all of source_addr             */
	bool no_memory;		/* to read the rules: nothing passes         */
};

/** The rules of `g`, of group smsc or esme, or NULL: none. What *n had before
 *  is freed. */
void numbers_read(struct numbers *n, const struct settings_group *g);
/** TON and NPI of `g`, of group smsc. */
void numbers_types(struct numbers *n, const struct settings_group *g);
void numbers_clear(struct numbers *n);

/**
 * From SMPP, then rewritten. Rules see the address as traces show it; what
 * they make of it is read as a person's writing. Errors as
 * address_from_smpp().
 */
enum err numbers_in(const struct numbers *n, enum number_role role,
		    const struct address_smpp *wire,
		    const struct address_rules *rules, struct arena *arena,
		    struct address *out) CHECKED;

/**
 * Rewritten, then to SMPP. What a rule has made is international with a '+'
 * before its digits, short up to 8 digits, national above, else
 * alphanumeric; nothing is no address, which only a sender may be
 * (ERR_UNSUPPORTED for a recipient). Else errors as address_to_smpp().
 */
enum err numbers_out(const struct numbers *n, enum number_role role,
		     const struct address *a, struct arena *arena,
		     struct address_smpp *wire) CHECKED;

#endif
