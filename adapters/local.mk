# what adapters/ adds to the build
# The rows of all adapters: data, so that any program may link them.
noinst_LIBRARIES += libtables.a
libtables_a_SOURCES =
libtables_a_SOURCES += adapters/loopback/settings.c adapters/loopback/settings.h
libtables_a_SOURCES += adapters/sip/settings.c adapters/sip/settings.h
libtables_a_SOURCES += adapters/smpp/settings.c adapters/smpp/settings.h
libtables_a_SOURCES += adapters/tables.c
