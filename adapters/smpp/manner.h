/*
 * adapters/smpp/manner.h - how one peer speaks SMPP: what its settings say,
 * read once. Strings are borrowed from the settings, so it is read again
 * after each commit, into the one of before or a zeroed one.
 */
#ifndef ADAPTERS_SMPP_MANNER_H
#define ADAPTERS_SMPP_MANNER_H

#include "adapters/smpp/numbers.h"
#include "codecs/segment.h"
#include "codecs/smpp_receipt.h"
#include "codecs/smpp_tag_set.h"
#include "codecs/smpp_vendor.h"
#include "gateway/settings.h"
#include "policy/facts.h"
#include "policy/rate.h"

struct manner {
	const char *peer;		/* "smsc-a", "esme1"                 */
	bool server;			/* we are the SMSC                   */
	struct address_rules rules;
	struct segment_rules read;
	struct segment_options write;	/* without a reference               */
	enum smpp_id_kind message_id, receipt_id;
	uint32_t report_wait_s;		/* see struct outcome                */
	enum delivery_state unreported;
	int receipt_ahead_s;		/* the clock of its receipts, of UTC */
	struct numbers numbers;		/* its own: numbers_clear()          */
	uint8_t esm_mode;
	bool data_sm;			/* goes to it, not submit_sm         */
	bool always_receipt, sme_ack, end_to_end;
	uint8_t beyond;			/* bits 1 << enum amendment_kind     */
	bool plain;			/* no parameters: 3.3, see 5.2.4     */
	struct smpp_vendor vendor;	/* what its own statuses mean        */
	struct smpp_tag_set pass, drop;	/* parameters to it                  */
	bool only_pass;			/* no others than those of `pass`    */
	struct smpp_tag_added added;	/* to all of its PDUs                */
	const char *service_type;	/* never NULL                        */
	uint32_t min_validity_s;	/* of one attempt (Expires: 0)       */
	struct rate_rule throughput;	/* requests to it                    */
	uint32_t first_window;		/* of a new bind; 0: all of it       */
	uint32_t joined_timeout_s;	/* for parts of a longer text        */
	uint64_t most_ahead_us;		/* a schedule may be                 */
	uint32_t septets_most, units_most;	/* as in struct peer_state   */
	bool short_names;
};

/** It says that it is too much: ESME_RTHROTTLED, ESME_RMSGQFUL, or a status of
 *  its own that means so. */
bool manner_is_too_much(const struct manner *m, uint32_t status);

/** Of a link to an SMSC; `g` is an instance of group smsc. */
void manner_of_smsc(const struct settings *s, const struct settings_group *g,
		    struct manner *out);

/** Of an account; `name` is borrowed too. */
void manner_of_esme(const struct settings *s, const char *name,
		    struct manner *out);

#endif
