# Tests. Every unit test is one program with one CUnit suite.
noinst_LIBRARIES += libcheck.a
libcheck_a_SOURCES = tests/check.c tests/check.h
libcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)

CODEC_TEST_LIBS = libcheck.a libcodecs.a $(CUNIT_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) \
	$(ZLIB_LIBS)

# The unit tests of codecs/: tests/codecs/test_NAME.c each.
codec_tests =
codec_tests += tests/codecs/test_base64
codec_tests += tests/codecs/test_bytes
codec_tests += tests/codecs/test_cpim
codec_tests += tests/codecs/test_cpm_ids
codec_tests += tests/codecs/test_digest
codec_tests += tests/codecs/test_header
codec_tests += tests/codecs/test_imdn
codec_tests += tests/codecs/test_inflate
codec_tests += tests/codecs/test_json
codec_tests += tests/codecs/test_multipart
codec_tests += tests/codecs/test_xml

check_PROGRAMS += $(codec_tests)
TESTS += $(codec_tests)

tests_codecs_test_base64_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_bytes_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_cpim_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_cpm_ids_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_digest_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_header_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_imdn_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_inflate_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_json_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_multipart_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_xml_LDADD = $(CODEC_TEST_LIBS)
