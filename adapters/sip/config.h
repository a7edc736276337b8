/* adapters/sip/config.h - the settings of the SIP side as plain values. */
#ifndef ADAPTERS_SIP_CONFIG_H
#define ADAPTERS_SIP_CONFIG_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "adapters/sip/lists.h"
#include "codecs/address.h"
#include "codecs/digest.h"
#include "gateway/settings.h"

/* A SIP server whose assertions are believed. */
struct sip_trusted {
	const char *text;	/* "127.0.0.1:5070"                          */
	struct sockaddr_storage address;
};

/* Another domain and the way to it. */
struct sip_domain {
	const char *name;
	const char *route;	/* "sip:127.0.0.1:5080;transport=udp;lr"     */
	const char *address;	/* "127.0.0.1:5080"                          */
	bool secure;		/* with TLS, and a certificate of `name`     */
	bool trusted;		/* P-Asserted-Identity may go there          */
};

struct sip_config {
	struct arena *arena;	/* owns all texts                            */
	const struct settings *settings;	/* borrowed: prepare's       */
	const char *address;	/* to listen on                              */
	uint16_t port, tls_port;	/* tls_port 0: none                  */
	const char *domain, *realm, *server;
	enum digest_algorithm algorithms[2];
	size_t n_algorithms;
	uint64_t nonce_lifetime_us;
	uint32_t minimum_s, maximum_s;	/* of registrations                  */
	uint32_t deliver_timeout_ms, idle_timeout_ms;
	uint32_t message_maximum, pager_limit;	/* octets                    */
	uint32_t window, connections;
	uint32_t source_connections;	/* with TLS, of one address          */
	struct address_rules rules;
	struct address sms_centre;	/* ourselves; NONE: no SMS over IP   */
	bool sms_preferred;	/* to all devices that take it               */
	uint32_t sms_ack_timeout_ms;
	uint16_t sms_segments;	/* of one message at most                    */
	struct sip_trusted *trusted;
	size_t n_trusted;
	const char **trusted_names;	/* in certificates                   */
	size_t n_trusted_names;
	struct sip_domain *domains;
	size_t n_domains;
	struct lists lists;
};

/**
 * Reads all groups that matter here. ERR_RANGE: `complaint` says what is
 * wrong and where; ERR_NOMEM.
 */
enum err config_new(const struct settings *s, struct sip_config **made,
		    struct buf *complaint) CHECKED;
void config_free(struct sip_config *c);

/** The same address and port: the listeners can go on as they are. */
bool config_same_listener(const struct sip_config *a,
			  const struct sip_config *b);

/** Does a request from there come from a trusted server? Port included. */
const struct sip_trusted *config_trusted(const struct sip_config *c,
					 const struct sockaddr *from);

/** The domain of that name, NULL when it is not configured. */
const struct sip_domain *config_domain(const struct sip_config *c,
				       const char *name);

/**
 * Does a SIP URI lead to a server that we know, a domain's or a trusted one?
 * *domain is NULL when the URI itself is the way there.
 */
bool config_server(const struct sip_config *c, const char *uri,
		   const struct sip_domain **domain);

/** Same family, address and port; an IPv4 one mapped into IPv6 as itself. */
bool config_address_equal(const struct sockaddr *a, const struct sockaddr *b);

#endif
