/* adapters/smpp/server_inside.h - shared by server.c, conn.c, account.c and
 * binds.c only. */
#ifndef ADAPTERS_SMPP_SERVER_INSIDE_H
#define ADAPTERS_SMPP_SERVER_INSIDE_H

#include "adapters/smpp/inbox.h"
#include "adapters/smpp/pace.h"
#include "adapters/smpp/senders.h"
#include "adapters/smpp/server.h"
#include "policy/rate.h"

#define ACCOUNT_NAME 16			/* system_id and its NUL: 4.1.1      */

enum account_tls { ACCOUNT_TLS_TAKEN, ACCOUNT_TLS_REFUSED, ACCOUNT_TLS_REQUIRED };

#define KIND_TRANSMITTER 1u
#define KIND_RECEIVER	 2u
#define KIND_TRANSCEIVER 4u

struct conn;
struct outbind;

/* Who has asked the engine about an account. */
struct asker {
	struct ticket_list tickets;
	struct conn *conn;		/* to bind                           */
	struct account *account;	/* because it has changed            */
};

struct account {
	struct peer peer;
	struct account *next;		/* of the server's                   */
	struct server *server;
	char name[ACCOUNT_NAME];
	bool any_sender, stopped;
	bool live;			/* known, but in no settings         */
	bool known;			/* the engine has given its limits   */
	bool waited_for;		/* legs wait until it receives       */
	bool barred;			/* disabled or banned                */
	unsigned kinds;			/* KIND_... that it may bind as      */
	char *hosts;			/* that it may bind from; NULL: all  */
	enum account_tls tls;
	char *tls_name;			/* that its certificate is for       */
	unsigned window;		/* 0: the server's                   */
	unsigned binds_most, binds;
	struct senders senders;
	struct pace pace;
	struct rate_rule rate_rule;
	struct rate rate;
	struct quota_rule quota_rule;
	struct quota quota;
	struct conn *conns;
	struct asker asker;
};

enum conn_state {
	CONN_OPEN,			/* nobody yet                        */
	CONN_ASKING,			/* the engine, who it is             */
	CONN_REFUSED,			/* to be told so in a moment         */
	CONN_BOUND,
	CONN_LEAVING			/* nothing new                       */
};

struct conn {
	struct server *server;
	struct session *session;
	enum conn_state state;
	struct account *account;
	struct conn *next;		/* of the account's, then of `dead`  */
	struct conn *all, **link;	/* of the server's                   */
	struct inbox inbox;
	struct asker asker;
	struct loop_timer delay;
	bool receives, submits;
	bool unbind_asked;		/* by the far side                   */
	bool waited;			/* long enough for what it was sent  */
	bool gone;			/* the last word was said            */
	/* The account that we have called, until the next commit; NULL: it
	 * has called us. */
	const struct settings_group *outbind;
	uint32_t bind_id, sequence;	/* of the bind, or the unbind        */
	uint32_t status;		/* of the refusal                    */
	uint8_t version;			/* interface_version, 5.2.4   */
	uint64_t since_us;		/* it came to bind, wall clock       */
	struct meter sent, received;	/* PDUs that were taken              */
	char name[ACCOUNT_NAME], password[ACCOUNT_NAME];
};

struct listener {
	int fd;				/* -1: none                          */
	char address[80];
	uint16_t port;			/* 0: not wanted                     */
	bool watched;
};

enum { LISTENER_PLAIN, LISTENER_TLS, LISTENERS };

struct server {
	struct hub *hub;
	struct listener now[LISTENERS], next[LISTENERS];
	struct tls_context *tls, *next_tls;
	struct loop_timer pause;	/* until accept() is tried again     */
	const struct settings *next_settings;
	const struct settings_group *group;	/* "smpp"                    */
	struct account *accounts;
	struct outbind *outbinds;	/* see outbind.c                     */
	struct conn *conns;		/* all that are open                 */
	struct conn *dead;		/* freed when the turn ends          */
	struct loop_timer bury;
	unsigned strangers;		/* connections that are not bound    */
};

/* server.c */
/* One is bound, or has gone: there is room for another. */
void server_stranger_left(struct server *v);

/* conn.c */
/* `tls`: NULL for a plain one. */
void conn_new(struct server *v, int fd, const struct tls_context *tls);
/* The same for one that is being made: outbind is sent to that account. */
void conn_out(struct server *v, int fd, const struct settings_group *esme);
void conn_found(struct conn *c, const struct found *f);
/* Ends when what it has under way is done. */
void conn_leave(struct conn *c);
/* Takes the account's window; ERR_NOMEM. */
enum err conn_limit(struct conn *c) CHECKED;

/* outbind.c */
void outbind_commit(struct server *v, const struct settings *s);
void outbind_clear(struct server *v);
/* Calls that account now, if it is to be called and may be. */
void outbind_look(struct server *v, const char *account);
/* It receives: the next call need not wait as long as the last. */
void outbind_met(struct server *v, const char *account);
/* All of them. */
void outbind_look_all(struct server *v);

/* account.c */
struct account *account_named(struct server *v, const char *name);
/* The account, made if need be; NULL: no memory. */
struct account *account_make(struct server *v, const struct found *f);
/* One that has not bound yet is known, too. */
void account_introduce(struct server *v, const char *name);
/* Takes the limits that the engine gave. */
enum err account_set(struct account *a, const struct found *f) CHECKED;
void account_free(struct account *a);
void account_commit(struct account *a);
/* 0, or the command_status that refuses this bind. */
uint32_t account_refuses(const struct account *a, const struct conn *c);
enum err account_join(struct account *a, struct conn *c) CHECKED;
void account_leave(struct account *a, struct conn *c);
/* It is on its way out: no more legs over it. */
void account_retire(struct account *a, struct conn *c);
/* Tells the engine how it stands. */
void account_tell(struct account *a);
/* 0, or ESME_RTHROTTLED: may it submit one more now? */
uint32_t account_throttles(struct account *a);
/* inbox.admit and inbox.answered of its connections. */
uint32_t account_admit(struct inbox *in, struct message *m);
void account_found(struct account *a, const struct found *f);

#endif
