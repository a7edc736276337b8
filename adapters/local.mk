# what adapters/ adds to the build
# The rows of all settings: data that any program may link, after libgateway.a.
noinst_LIBRARIES += libtables.a
libtables_a_SOURCES =
libtables_a_SOURCES += adapters/loopback/settings.c adapters/loopback/settings.h
libtables_a_SOURCES += adapters/sip/settings.c adapters/sip/settings.h
libtables_a_SOURCES += adapters/sip/settings_lists.c
libtables_a_SOURCES += adapters/smpp/settings.c adapters/smpp/settings.h
libtables_a_SOURCES += adapters/tables.c
libtables_a_SOURCES += gateway/settings_rows.c gateway/settings_rows.h

# What every adapter program links, before libtables.a and libgateway.a.
noinst_LIBRARIES += libadapters.a
libadapters_a_SOURCES =
libadapters_a_SOURCES += adapters/child.c adapters/child.h
libadapters_a_SOURCES += adapters/child_frames.c adapters/child_inside.h
libadapters_a_SOURCES += adapters/short.c adapters/short.h
libadapters_a_SOURCES += adapters/uplink.c
ADAPTER_LIBS = libadapters.a libgateway.a libtables.a libpolicy.a libcodecs.a \
	$(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS) \
	$(UTF8PROC_LIBS)

pkglibexec_PROGRAMS += cpmgw-loopback
cpmgw_loopback_SOURCES = adapters/loopback/main.c
cpmgw_loopback_SOURCES += adapters/loopback/submit.c adapters/loopback/submit.h
cpmgw_loopback_LDADD = $(ADAPTER_LIBS)

# The SMPP side, a library so that its tests link it too.
noinst_LIBRARIES += libsmppside.a
libsmppside_a_SOURCES =
libsmppside_a_SOURCES += adapters/smpp/account.c
libsmppside_a_SOURCES += adapters/smpp/alert.c adapters/smpp/alert.h
libsmppside_a_SOURCES += adapters/smpp/amend.c adapters/smpp/amend.h
libsmppside_a_SOURCES += adapters/smpp/beyond.c adapters/smpp/beyond.h
libsmppside_a_SOURCES += adapters/smpp/beyond_out.c adapters/smpp/beyond_out.h
libsmppside_a_SOURCES += adapters/smpp/binds.c adapters/smpp/binds.h
libsmppside_a_SOURCES += adapters/smpp/client.c adapters/smpp/client.h
libsmppside_a_SOURCES += adapters/smpp/client_inside.h
libsmppside_a_SOURCES += adapters/smpp/client_tls.c adapters/smpp/client_tls.h
libsmppside_a_SOURCES += adapters/smpp/conn.c
libsmppside_a_SOURCES += adapters/smpp/hub.c adapters/smpp/hub.h
libsmppside_a_SOURCES += adapters/smpp/inbox.c adapters/smpp/inbox.h
libsmppside_a_SOURCES += adapters/smpp/job.c adapters/smpp/job.h
libsmppside_a_SOURCES += adapters/smpp/keep.c adapters/smpp/keep.h
libsmppside_a_SOURCES += adapters/smpp/line.c
libsmppside_a_SOURCES += adapters/smpp/manner.c adapters/smpp/manner.h
libsmppside_a_SOURCES += adapters/smpp/multi.c adapters/smpp/multi.h
libsmppside_a_SOURCES += adapters/smpp/meter.c adapters/smpp/meter.h
libsmppside_a_SOURCES += adapters/smpp/names.c adapters/smpp/names.h
libsmppside_a_SOURCES += adapters/smpp/numbers.c adapters/smpp/numbers.h
libsmppside_a_SOURCES += adapters/smpp/outbind.c
libsmppside_a_SOURCES += adapters/smpp/outbox.c adapters/smpp/outbox.h
libsmppside_a_SOURCES += adapters/smpp/pace.c adapters/smpp/pace.h
libsmppside_a_SOURCES += adapters/smpp/password.c adapters/smpp/password.h
libsmppside_a_SOURCES += adapters/smpp/progress.c adapters/smpp/progress.h
libsmppside_a_SOURCES += adapters/smpp/receipt_out.c
libsmppside_a_SOURCES += adapters/smpp/resolve.c adapters/smpp/resolve.h
libsmppside_a_SOURCES += adapters/smpp/senders.c adapters/smpp/senders.h
libsmppside_a_SOURCES += adapters/smpp/server.c adapters/smpp/server.h
libsmppside_a_SOURCES += adapters/smpp/server_inside.h
libsmppside_a_SOURCES += adapters/smpp/session.c adapters/smpp/session.h
libsmppside_a_SOURCES += adapters/smpp/session_inside.h
libsmppside_a_SOURCES += adapters/smpp/session_read.c
libsmppside_a_SOURCES += adapters/smpp/session_time.c
libsmppside_a_SOURCES += adapters/smpp/session_tls.c
libsmppside_a_SOURCES += adapters/smpp/smpp_in.c adapters/smpp/smpp_in.h
libsmppside_a_SOURCES += adapters/smpp/smpp_map.c adapters/smpp/smpp_map.h
libsmppside_a_SOURCES += adapters/smpp/smpp_out.c adapters/smpp/smpp_out.h
libsmppside_a_SOURCES += adapters/smpp/smpp_report.c
libsmppside_a_SOURCES += adapters/smpp/text_out.c adapters/smpp/text_out.h
libsmppside_a_SOURCES += adapters/smpp/throttle.c adapters/smpp/throttle.h
libsmppside_a_SOURCES += adapters/smpp/ticket.c adapters/smpp/ticket.h
libsmppside_a_SOURCES += adapters/smpp/tls_context.c
libsmppside_a_SOURCES += adapters/smpp/tls_context.h adapters/smpp/tls_inside.h
libsmppside_a_SOURCES += adapters/smpp/transport.c adapters/smpp/transport.h
libsmppside_a_SOURCES += adapters/smpp/window.c adapters/smpp/window.h

pkglibexec_PROGRAMS += cpmgw-smpp
cpmgw_smpp_SOURCES = adapters/smpp/main.c
cpmgw_smpp_LDADD = libsmppside.a $(ADAPTER_LIBS) $(TLS_LIBS)
# The rooms of cpmgw-sip; its tests link them, too.
noinst_LIBRARIES += libsip.a
libsip_a_CPPFLAGS = $(AM_CPPFLAGS) $(SOFIA_CFLAGS)
libsip_a_SOURCES =
libsip_a_SOURCES += adapters/sip/adapter.c adapters/sip/adapter.h
libsip_a_SOURCES += adapters/sip/answers.c adapters/sip/answers.h
libsip_a_SOURCES += adapters/sip/auth.c adapters/sip/auth.h
libsip_a_SOURCES += adapters/sip/body.c adapters/sip/body.h
libsip_a_SOURCES += adapters/sip/branch.c
libsip_a_SOURCES += adapters/sip/config.c adapters/sip/config.h
libsip_a_SOURCES += adapters/sip/connections.c adapters/sip/connections.h
libsip_a_SOURCES += adapters/sip/contact.c adapters/sip/contact.h
libsip_a_SOURCES += adapters/sip/deliver.c
libsip_a_SOURCES += adapters/sip/delivery.h
libsip_a_SOURCES += adapters/sip/draft.c adapters/sip/draft.h
libsip_a_SOURCES += adapters/sip/draft_body.c adapters/sip/draft_inside.h
libsip_a_SOURCES += adapters/sip/draft_list.c
libsip_a_SOURCES += adapters/sip/draft_short.c
libsip_a_SOURCES += adapters/sip/failures.c adapters/sip/failures.h
libsip_a_SOURCES += adapters/sip/gruu.c adapters/sip/gruu.h
libsip_a_SOURCES += adapters/sip/identity.c adapters/sip/identity.h
libsip_a_SOURCES += adapters/sip/imdn_flow.c
libsip_a_SOURCES += adapters/sip/imdn_map.c adapters/sip/imdn_map.h
libsip_a_SOURCES += adapters/sip/intake_body.c adapters/sip/intake_inside.h
libsip_a_SOURCES += adapters/sip/intake_list.c
libsip_a_SOURCES += adapters/sip/intake_map.c adapters/sip/intake_map.h
libsip_a_SOURCES += adapters/sip/list_body.c adapters/sip/list_body.h
libsip_a_SOURCES += adapters/sip/lists.c adapters/sip/lists.h
libsip_a_SOURCES += adapters/sip/pager.c
libsip_a_SOURCES += adapters/sip/register.c
libsip_a_SOURCES += adapters/sip/registrar.c adapters/sip/registrar.h
libsip_a_SOURCES += adapters/sip/request.h
libsip_a_SOURCES += adapters/sip/requests.c
libsip_a_SOURCES += adapters/sip/sip.h
libsip_a_SOURCES += adapters/sip/sip_map.c adapters/sip/sip_map.h
libsip_a_SOURCES += adapters/sip/slots.c adapters/sip/slots.h
libsip_a_SOURCES += adapters/sip/smsip.c adapters/sip/smsip.h
libsip_a_SOURCES += adapters/sip/smsip_draft.c
libsip_a_SOURCES += adapters/sip/smsip_in.c
libsip_a_SOURCES += adapters/sip/smsip_map.c adapters/sip/smsip_map.h
libsip_a_SOURCES += adapters/sip/smsip_out.c
libsip_a_SOURCES += adapters/sip/targets.c adapters/sip/targets.h
libsip_a_SOURCES += adapters/sip/ua.c adapters/sip/ua.h
libsip_a_SOURCES += adapters/sip/ua_inside.h
libsip_a_SOURCES += adapters/sip/ua_read.c
libsip_a_SOURCES += adapters/sip/ua_send.c
libsip_a_SOURCES += adapters/sip/users.c adapters/sip/users.h

pkglibexec_PROGRAMS += cpmgw-sip
cpmgw_sip_SOURCES = adapters/sip/main.c adapters/sip/names.c \
	adapters/sip/ua_stream.c
cpmgw_sip_CPPFLAGS = $(AM_CPPFLAGS) $(SOFIA_CFLAGS)
cpmgw_sip_LDADD = libsip.a libloopsu.a $(ADAPTER_LIBS) $(SOFIA_LIBS)
