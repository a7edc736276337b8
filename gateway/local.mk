# what gateway/ adds to the build
noinst_LIBRARIES += libgateway.a
libgateway_a_SOURCES =
libgateway_a_SOURCES += gateway/adapter.c gateway/adapter.h
libgateway_a_SOURCES += gateway/checksum.c gateway/checksum.h
libgateway_a_SOURCES += gateway/children.c gateway/children.h
libgateway_a_SOURCES += gateway/clock.c gateway/clock.h
libgateway_a_SOURCES += gateway/commit.c gateway/commit.h
libgateway_a_SOURCES += gateway/commit_inside.h
libgateway_a_SOURCES += gateway/commit_thread.c
libgateway_a_SOURCES += gateway/confrun.c gateway/confrun.h
libgateway_a_SOURCES += gateway/control.c gateway/control.h
libgateway_a_SOURCES += gateway/correlate.c
libgateway_a_SOURCES += gateway/describe.c
libgateway_a_SOURCES += gateway/directory.c gateway/directory.h
libgateway_a_SOURCES += gateway/dispatch.c
libgateway_a_SOURCES += gateway/engine.c gateway/engine.h
libgateway_a_SOURCES += gateway/hold.c
libgateway_a_SOURCES += gateway/inflight.c gateway/inflight.h
libgateway_a_SOURCES += gateway/intake.c
libgateway_a_SOURCES += gateway/keys.c gateway/keys.h
libgateway_a_SOURCES += gateway/lane.c gateway/lane.h
libgateway_a_SOURCES += gateway/leg.c gateway/leg.h
libgateway_a_SOURCES += gateway/link.c gateway/link.h
libgateway_a_SOURCES += gateway/links.c
libgateway_a_SOURCES += gateway/live.c gateway/live.h
libgateway_a_SOURCES += gateway/loop.c gateway/loop.h gateway/loop_host.h
libgateway_a_SOURCES += gateway/message.c gateway/message.h
libgateway_a_SOURCES += gateway/native.c
libgateway_a_SOURCES += gateway/oplog.c gateway/oplog.h
libgateway_a_SOURCES += gateway/outcome.c gateway/outcome.h
libgateway_a_SOURCES += gateway/people.c
libgateway_a_SOURCES += gateway/process.c gateway/process.h
libgateway_a_SOURCES += gateway/reassemble.c
libgateway_a_SOURCES += gateway/recover.c
libgateway_a_SOURCES += gateway/report.c
libgateway_a_SOURCES += gateway/road.h
libgateway_a_SOURCES += gateway/roster.c
libgateway_a_SOURCES += gateway/schema.c
libgateway_a_SOURCES += gateway/settings.c gateway/settings.h
libgateway_a_SOURCES += gateway/settings_check.c
libgateway_a_SOURCES += gateway/settings_inside.h
libgateway_a_SOURCES += gateway/settings_new.c
libgateway_a_SOURCES += gateway/settings_raw.c
libgateway_a_SOURCES += gateway/settings_read.c
libgateway_a_SOURCES += gateway/settings_shift.c
libgateway_a_SOURCES += gateway/settings_value.c
libgateway_a_SOURCES += gateway/settle.c
libgateway_a_SOURCES += gateway/spool.c
libgateway_a_SOURCES += gateway/stats.c gateway/stats.h
libgateway_a_SOURCES += gateway/step.c
libgateway_a_SOURCES += gateway/store.h
libgateway_a_SOURCES += gateway/store_far.c
libgateway_a_SOURCES += gateway/store_inside.h
libgateway_a_SOURCES += gateway/store_legs.c
libgateway_a_SOURCES += gateway/store_parts.c
libgateway_a_SOURCES += gateway/store_rows.c
libgateway_a_SOURCES += gateway/store_sqlite.c
libgateway_a_SOURCES += gateway/store_statements.c
libgateway_a_SOURCES += gateway/store_steps.c
libgateway_a_SOURCES += gateway/store_tally.c
libgateway_a_SOURCES += gateway/tell.c
libgateway_a_SOURCES += gateway/timers.c gateway/timers.h
libgateway_a_SOURCES += gateway/trace.c gateway/trace.h
libgateway_a_SOURCES += gateway/trace_form.c
libgateway_a_SOURCES += gateway/trace_inside.h
libgateway_a_SOURCES += gateway/trace_read.c

# cpmgw-conf: the only program with gwlib, whose libraries come with it.
pkglibexec_PROGRAMS += cpmgw-conf
cpmgw_conf_SOURCES = gateway/conf_main.c
cpmgw_conf_SOURCES += gateway/conf_document.c gateway/conf_document.h
cpmgw_conf_SOURCES += gateway/conf_json.c gateway/conf_json.h
cpmgw_conf_SOURCES += gateway/conf_scan.c gateway/conf_scan.h
cpmgw_conf_SOURCES += gateway/confread.c gateway/confread.h
cpmgw_conf_CPPFLAGS = $(AM_CPPFLAGS) -isystem $(KANNEL_INCLUDE)
cpmgw_conf_LDADD = libgateway.a libtables.a libcodecs.a $(KANNEL_LIBS)

bin_PROGRAMS += cpmgwd
cpmgwd_SOURCES =
cpmgwd_SOURCES += gateway/appliance.c gateway/appliance.h
cpmgwd_SOURCES += gateway/cpmgwd.c
cpmgwd_SOURCES += gateway/operate.c
cpmgwd_SOURCES += gateway/operate.h
cpmgwd_SOURCES += gateway/operate_hold.c
cpmgwd_SOURCES += gateway/operate_links.c
cpmgwd_SOURCES += gateway/operate_trace.c
cpmgwd_SOURCES += gateway/reload.c
cpmgwd_LDADD = libgateway.a libtables.a libpolicy.a libcodecs.a $(SQLITE_LIBS) $(CRYPTO_LIBS)

# The loop inside sofia's: cpmgw-sip only.
noinst_LIBRARIES += libloopsu.a
libloopsu_a_SOURCES = gateway/loop_su.c gateway/loop_su.h
libloopsu_a_CPPFLAGS = $(AM_CPPFLAGS) $(SOFIA_CFLAGS)

# gwctl: needs nothing but the codecs.
bin_PROGRAMS += gwctl
gwctl_SOURCES = gateway/gwctl.c gateway/gwctl.h
gwctl_SOURCES += gateway/gwctl_call.c
gwctl_SOURCES += gateway/gwctl_conf.c
gwctl_SOURCES += gateway/gwctl_ladder.c gateway/gwctl_ladder.h
gwctl_SOURCES += gateway/gwctl_link.c gateway/gwctl_link.h
gwctl_SOURCES += gateway/gwctl_print.c gateway/gwctl_print.h
gwctl_SOURCES += gateway/gwctl_show.c
gwctl_SOURCES += gateway/gwctl_trace.c
gwctl_CPPFLAGS = $(AM_CPPFLAGS) -DPACKAGE_SYSCONF='"$(sysconfdir)/cpmgw"'
gwctl_LDADD = libcodecs.a

