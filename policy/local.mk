noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES =
libpolicy_a_SOURCES += policy/facts.c policy/facts.h
libpolicy_a_SOURCES += policy/route.c policy/route.h
libpolicy_a_SOURCES += policy/retry.c policy/retry.h
libpolicy_a_SOURCES += policy/receipts.c policy/receipts.h
libpolicy_a_SOURCES += policy/admit.c policy/admit.h
libpolicy_a_SOURCES += policy/carry.c policy/carry.h
