# Tests. Every unit test is one program with one CUnit suite.
noinst_LIBRARIES += libcheck.a
libcheck_a_SOURCES = tests/check.c tests/check.h
libcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)

CODEC_TEST_LIBS = libcheck.a libcodecs.a $(CUNIT_LIBS) $(XML_LIBS) $(CRYPTO_LIBS)

# The unit tests of codecs/: tests/codecs/test_NAME.c each.
codec_tests =
codec_tests += tests/codecs/test_bytes

check_PROGRAMS += $(codec_tests)
TESTS += $(codec_tests)

tests_codecs_test_bytes_LDADD = $(CODEC_TEST_LIBS)
