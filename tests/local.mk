# Tests. Every unit test is one program with one CUnit suite; every folder adds
# its own.
noinst_LIBRARIES += libcheck.a
libcheck_a_SOURCES = tests/check.c tests/check.h
libcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)

# The libraries of a program that names none: tests of codecs, and fuzz entries,
# which take main() from libreplay.a.
LDADD = libcheck.a libreplay.a libcodecs.a $(CUNIT_LIBS) $(XML_LIBS) \
	$(CRYPTO_LIBS) $(ZLIB_LIBS) \
	$(UTF8PROC_LIBS)

# The house itself: which file may include what.
TESTS += tests/check-layers.sh
EXTRA_DIST += tests/check-layers.sh

include tests/codecs/local.mk
include tests/policy/local.mk
include tests/gateway/local.mk
include tests/adapters/local.mk
include tests/fuzz/local.mk
include tests/sim/local.mk
include tests/system/local.mk
include tests/bench/local.mk
