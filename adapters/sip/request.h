/*
 * adapters/sip/request.h - a SIP request as plain values. Everything is
 * borrowed from the received message and good until it is answered; absent
 * texts are NULL.
 */
#ifndef ADAPTERS_SIP_REQUEST_H
#define ADAPTERS_SIP_REQUEST_H

#include <sys/socket.h>

#include "adapters/sip/auth.h"

#define REQUEST_CREDENTIALS_MAX 4	/* headers of one kind that we look at */
#define REQUEST_CONTACTS_MAX	16
#define REQUEST_IDENTITIES_MAX	4

enum request_method {
	REQUEST_MESSAGE,
	REQUEST_REGISTER,
	REQUEST_OPTIONS,
	REQUEST_CANCEL,
	REQUEST_ACK,
	REQUEST_OTHER
};

struct request_contact {
	bool all;		/* "*"                                       */
	const char *uri;
	const char *q, *expires, *instance, *reg_id;
	struct bytes features;	/* the parameters that begin with '+'        */
};

struct request {
	struct ua_incoming *incoming;	/* for the answer                    */
	enum request_method method;
	const char *method_name;
	const char *target;	/* Request-URI                               */
	const char *from, *from_name, *from_tag;	/* from: the URI     */
	const char *to, *to_tag;
	const char *call_id;
	uint32_t cseq;
	int max_forwards;	/* -1: absent                                */

	const struct sockaddr *source;
	const char *source_text;	/* "127.0.0.1:5060"                  */
	bool stream;		/* came over a connection                    */
	bool secure;		/* with TLS                                  */
	bool moved;		/* Via names another host: a translator      */
	bool trusted;		/* from a server that we believe             */

	struct auth_credentials credentials[REQUEST_CREDENTIALS_MAX];
	size_t n_credentials;
	const char *asserted[REQUEST_IDENTITIES_MAX];	/* P-Asserted-       */
	const char *asserted_name;			/* Identity: URIs    */
	size_t n_asserted;

	const char *unsupported;	/* first unknown option of Require   */
	bool recipient_list;	/* Require: recipient-list-message           */
	bool gruu, outbound;	/* options of Supported or Require           */

	const char *type;	/* Content-Type, whole                       */
	const char *encoding;	/* Content-Encoding                          */
	const char *disposition, *language;
	struct bytes body;

	bool has_expires;
	uint32_t expires_s;
	uint64_t date_us;	/* Date, since 1970; 0: absent               */
	const char *priority, *subject, *service;
	const char *answered_call;	/* first of In-Reply-To: a Call-ID   */
	const char *conversation_id, *contribution_id, *in_reply_to;
	struct bytes privacy;	/* "id;header"                               */
	struct bytes path;	/* Path, all of it                           */

	struct request_contact contacts[REQUEST_CONTACTS_MAX];
	size_t n_contacts;
	bool too_many_contacts;
};

#endif
