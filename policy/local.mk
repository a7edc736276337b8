noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES =
libpolicy_a_SOURCES += policy/facts.c policy/facts.h
