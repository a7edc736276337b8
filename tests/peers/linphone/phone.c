/*
 * A telephone without a screen: liblinphone does everything, this only pulls
 * its strings and tells what happens, a line each, in a file.
 *
 *	phone USER PASSWORD DOMAIN OWN_PORT GATEWAY_PORT FOLDER read|unread OUT
 *
 * With PHONE_CA in the environment, a file with an authority, it speaks TLS.
 * With PHONE_LOG in the environment liblinphone tells all on standard output.
 * Lines on standard input: "msg SIP-URI TEXT", "seen SIP-URI", "quit".
 */
#include <bctoolbox/list.h>
#include <linphone/chat.h>
#include <linphone/core.h>
#include <linphone/logging.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct phone {
	LinphoneCore *core;
	FILE *out;
	bool reads;
};

static struct phone *phone_of(LinphoneCore *core)
{
	return linphone_core_get_user_data(core);
}

static void tell(struct phone *p, const char *what, const char *more,
		 const char *id, const char *text)
{
	fprintf(p->out, "%s %s id=%s text=%s\n", what, more,
		id == NULL ? "" : id, text == NULL ? "" : text);
	fflush(p->out);
}

static void message_received(LinphoneCore *core, LinphoneChatRoom *room,
			     LinphoneChatMessage *m)
{
	struct phone *p = phone_of(core);
	char *from = linphone_address_as_string_uri_only(
		linphone_chat_message_get_from_address(m));

	tell(p, "received", from, linphone_chat_message_get_message_id(m),
	     linphone_chat_message_get_utf8_text(m));
	bctbx_free(from);
	if (p->reads)
		linphone_chat_room_mark_as_read(room);
}

static void registration_changed(LinphoneCore *core, LinphoneAccount *account,
				 LinphoneRegistrationState state,
				 const char *text)
{
	(void)account;
	tell(phone_of(core), "registration",
	     linphone_registration_state_to_string(state), NULL, text);
}

/* Of a message that was sent: what is known of it by now. */
static void state_changed(LinphoneChatMessage *m, LinphoneChatMessageState s)
{
	struct phone *p = linphone_chat_message_get_user_data(m);

	tell(p, "state", linphone_chat_message_state_to_string(s),
	     linphone_chat_message_get_message_id(m),
	     linphone_chat_message_get_utf8_text(m));
}

static LinphoneChatRoom *room_with(struct phone *p, const char *uri)
{
	LinphoneAddress *peer = linphone_address_new(uri);
	LinphoneChatRoomParams *params;
	const LinphoneAddress *me;
	LinphoneChatRoom *room;
	bctbx_list_t *peers;

	if (peer == NULL)
		return NULL;
	me = linphone_account_params_get_identity_address(
		linphone_account_get_params(
			linphone_core_get_default_account(p->core)));
	params = linphone_core_create_default_chat_room_params(p->core);
	linphone_chat_room_params_enable_group(params, FALSE);
	linphone_chat_room_params_enable_encryption(params, FALSE);
	linphone_chat_room_params_set_backend(params,
					      LinphoneChatRoomBackendBasic);
	room = linphone_core_search_chat_room(p->core, params, me, peer, NULL);
	if (room == NULL) {
		peers = bctbx_list_append(NULL, peer);
		room = linphone_core_create_chat_room_6(p->core, params, me,
							peers);
	}
	return room;
}

static void send_text(struct phone *p, const char *uri, const char *text)
{
	LinphoneChatRoom *room = room_with(p, uri);
	LinphoneChatMessageCbs *calls;
	LinphoneChatMessage *m;

	if (room == NULL) {
		tell(p, "error", "no room", NULL, uri);
		return;
	}
	m = linphone_chat_room_create_message_from_utf8(room, text);
	calls = linphone_factory_create_chat_message_cbs(
		linphone_factory_get());
	linphone_chat_message_cbs_set_msg_state_changed(calls, state_changed);
	linphone_chat_message_add_callbacks(m, calls);
	linphone_chat_message_set_user_data(m, p);
	linphone_chat_message_send(m);
}

/* false: it is time to hang up. */
static bool obey(struct phone *p, char *line)
{
	char *verb = strtok(line, " \n"), *uri = strtok(NULL, " \n");
	char *text = strtok(NULL, "\n");
	LinphoneChatRoom *room;

	if (verb == NULL || strcmp(verb, "quit") == 0)
		return verb == NULL;
	if (uri == NULL)
		return true;
	if (strcmp(verb, "msg") == 0 && text != NULL)
		send_text(p, uri, text);
	room = strcmp(verb, "seen") == 0 ? room_with(p, uri) : NULL;
	if (room != NULL)
		linphone_chat_room_mark_as_read(room);
	return true;
}

static LinphoneConfig *configuration(const char *folder)
{
	LinphoneConfig *c = linphone_config_new(NULL);
	char path[4096];

	linphone_config_set_int(c, "misc", "deliver_imdn", 1);
	linphone_config_set_int(c, "sip", "auto_net_state_mon", 0);
	linphone_config_set_string(c, "sip", "bind_address", "127.0.0.1");
	linphone_config_set_int(c, "net", "dns_srv_enabled", 0);
	snprintf(path, sizeof path, "%s/phone.db", folder);
	linphone_config_set_string(c, "storage", "uri", path);
	linphone_config_set_string(c, "storage", "backend", "sqlite3");
	return c;
}

static void switch_on(struct phone *p, const char *folder, int port)
{
	LinphoneFactory *factory = linphone_factory_get();
	const char *authority = getenv("PHONE_CA");
	LinphoneCoreCbs *calls;
	LinphoneTransports *t;

	linphone_factory_set_data_dir(factory, folder);
	linphone_factory_set_config_dir(factory, folder);
	p->core = linphone_factory_create_core_with_config_3(
		factory, configuration(folder), NULL);
	linphone_core_set_user_data(p->core, p);
	linphone_core_enable_ipv6(p->core, FALSE);
	calls = linphone_factory_create_core_cbs(factory);
	linphone_core_cbs_set_message_received(calls, message_received);
	linphone_core_cbs_set_account_registration_state_changed(
		calls, registration_changed);
	linphone_core_add_callbacks(p->core, calls);
	t = linphone_factory_create_transports(factory);
	linphone_transports_set_udp_port(t, port);
	linphone_transports_set_tcp_port(t, port);
	linphone_transports_set_tls_port(
		t, authority == NULL ? 0 : LC_SIP_TRANSPORT_RANDOM);
	if (authority != NULL)
		linphone_core_set_root_ca(p->core, authority);
	linphone_core_set_transports(p->core, t);
	linphone_core_start(p->core);
	linphone_core_set_network_reachable(p->core, TRUE);
	linphone_im_notif_policy_enable_all(
		linphone_core_get_im_notif_policy(p->core));
}

static void sign_in(struct phone *p, const char *user, const char *password,
		    const char *domain, const char *gateway_port)
{
	LinphoneAccountParams *a =
		linphone_core_create_account_params(p->core);
	bool secure = getenv("PHONE_CA") != NULL;
	char identity[512], server[512];
	LinphoneAccount *account;

	snprintf(identity, sizeof identity, "sip:%s@%s", user, domain);
	/* With TLS the name counts, and addresses are none to liblinphone. */
	snprintf(server, sizeof server, "sip:%s:%s;transport=%s",
		 secure ? "localhost" : "127.0.0.1", gateway_port,
		 secure ? "tls" : "tcp");
	linphone_core_add_auth_info(
		p->core, linphone_auth_info_new(user, NULL, password, NULL,
						NULL, domain));
	linphone_account_params_set_identity_address(
		a, linphone_address_new(identity));
	linphone_account_params_set_server_address(
		a, linphone_address_new(server));
	linphone_account_params_set_register_enabled(a, TRUE);
	linphone_account_params_set_expires(a, 600);
	linphone_account_params_set_outbound_proxy_enabled(a, TRUE);
	linphone_account_params_set_publish_enabled(a, FALSE);
	linphone_account_params_enable_cpim_in_basic_chat_room(a, TRUE);
	account = linphone_core_create_account(p->core, a);
	linphone_core_add_account(p->core, account);
	linphone_core_set_default_account(p->core, account);
}

static void live(struct phone *p)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char held[65536];
	size_t n = 0;
	ssize_t got;
	char *end;

	for (;;) {
		linphone_core_iterate(p->core);
		if (poll(&input, 1, 20) <= 0)
			continue;
		got = read(STDIN_FILENO, held + n, sizeof held - 1 - n);
		if (got <= 0)
			return;
		n += (size_t)got;
		held[n] = '\0';
		while ((end = strchr(held, '\n')) != NULL) {
			*end = '\0';
			if (!obey(p, held))
				return;
			n -= (size_t)(end + 1 - held);
			memmove(held, end + 1, n + 1);
		}
	}
}

int main(int argc, char **argv)
{
	struct phone p = { 0 };

	if (argc != 9 || (p.out = fopen(argv[8], "a")) == NULL) {
		fputs("usage: phone USER PASSWORD DOMAIN OWN_PORT "
		      "GATEWAY_PORT FOLDER read|unread OUT\n", stderr);
		return 2;
	}
	if (getenv("PHONE_LOG") != NULL)
		linphone_logging_service_set_log_level_mask(
			linphone_logging_service_get(), 0x3f);
	p.reads = strcmp(argv[7], "read") == 0;
	switch_on(&p, argv[6], atoi(argv[4]));
	sign_in(&p, argv[1], argv[2], argv[3], argv[5]);
	live(&p);
	linphone_core_stop(p.core);
	fclose(p.out);
	return 0;
}
