/*
 * codecs/cpm_ids.h - identifiers of CPM in SIP: conversation, contribution,
 * message id, and the service and feature tags. Spec: OMA CPM Conversation
 * Functions, RFC 4122, RFC 5438 6.3, RFC 6050, RFC 3840.
 */
#ifndef CODECS_CPM_IDS_H
#define CODECS_CPM_IDS_H

#include "codecs/bytes.h"

/* SIP header names. */
#define CPM_CONVERSATION_ID	     "Conversation-ID"
#define CPM_CONTRIBUTION_ID	     "Contribution-ID"
#define CPM_IN_REPLY_TO_CONTRIBUTION "InReplyTo-Contribution-ID"

#define CPM_ID_MAX	255	/* characters that we accept in one    */
#define CPM_UUID_OCTETS 37	/* 8-4-4-4-12 digits and the NUL             */
#define CPM_MESSAGE_ID_OCTETS 23	/* 22 characters and the NUL         */

/**
 * A Conversation-, Contribution- or InReplyTo-Contribution-ID: 1..CPM_ID_MAX
 * characters of `word` ["@" word] (RFC 3261 25.1, as Call-ID). Devices send
 * UUIDs, 32 digits and Call-IDs.
 */
bool cpm_id_valid(struct bytes id);

/** Whether it is a UUID, 8-4-4-4-12 digits of either case. */
bool cpm_id_is_uuid(struct bytes id);

/** A version 4 UUID, lower case, from 16 random octets (RFC 4122 4.4). */
void cpm_id_make(const uint8_t random[16], char out[CPM_UUID_OCTETS]);

/** An imdn.Message-ID: base64url of 16 random octets (RFC 5438 6.3). */
void cpm_message_id_make(const uint8_t random[16],
			 char out[CPM_MESSAGE_ID_OCTETS]);

/** An imdn.Message-ID that we accept: `Token` (RFC 3862 3.6), 1..CPM_ID_MAX */
bool cpm_message_id_valid(struct bytes id);

enum cpm_service {
	CPM_PAGER,		/* ...oma.cpm.msg                            */
	CPM_LARGE,		/* ...oma.cpm.largemsg                       */
	CPM_DEFERRED,
	CPM_SESSION,
	CPM_SESSION_GROUP,
	CPM_FILE_TRANSFER,
	CPM_SYSTEM_MESSAGE,
	CPM_SERVICE_COUNT
};

/** The ICSI, "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg". */
const char *cpm_service_icsi(enum cpm_service s);

/** For Accept-Contact and Contact: `+g.3gpp.icsi-ref="urn%3Aurn-7%3A..."`. */
const char *cpm_service_tag(enum cpm_service s);

/**
 * Reads an ICSI, plain or with %3A, any case, more specific ones included
 * ("...session.group.x" is the session group). ERR_NOTFOUND: another service.
 */
enum err cpm_service_by_icsi(struct bytes icsi, enum cpm_service *out) CHECKED;

/* Other tags. */
#define CPM_IARI_FILE_TRANSFER_HTTP \
	"urn:urn-7:3gpp-application.ims.iari.rcs.fthttp"
#define CPM_TAG_PAGER_LARGE "+g.gsma.rcs.cpm.pager-large"
#define CPM_TAG_SIMPLE_IM   "+g.oma.sip-im"

/**
 * Bits (1 << enum cpm_service) of the services in the parameters of a
 * Contact or Accept-Contact: each ICSI of a +g.3gpp.icsi-ref list, and
 * CPM_TAG_PAGER_LARGE for both CPM_PAGER and CPM_LARGE.
 */
unsigned cpm_services_in(struct bytes parameters);

#endif
