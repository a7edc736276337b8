# what adapters/ adds to the build
# The rows of all settings: data that any program may link, after libgateway.a.
noinst_LIBRARIES += libtables.a
libtables_a_SOURCES =
libtables_a_SOURCES += adapters/loopback/settings.c adapters/loopback/settings.h
libtables_a_SOURCES += adapters/sip/settings.c adapters/sip/settings.h
libtables_a_SOURCES += adapters/smpp/settings.c adapters/smpp/settings.h
libtables_a_SOURCES += adapters/tables.c
libtables_a_SOURCES += gateway/settings_rows.c gateway/settings_rows.h

# What every adapter program links, before libtables.a and libgateway.a.
noinst_LIBRARIES += libadapters.a
libadapters_a_SOURCES =
libadapters_a_SOURCES += adapters/child.c adapters/child.h
libadapters_a_SOURCES += adapters/child_frames.c adapters/child_inside.h
libadapters_a_SOURCES += adapters/uplink.c
ADAPTER_LIBS = libadapters.a libgateway.a libtables.a libpolicy.a libcodecs.a \
	$(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)

pkglibexec_PROGRAMS += cpmgw-loopback
cpmgw_loopback_SOURCES = adapters/loopback/main.c
cpmgw_loopback_SOURCES += adapters/loopback/submit.c adapters/loopback/submit.h
cpmgw_loopback_LDADD = $(ADAPTER_LIBS)
