# The unit tests of codecs/: tests/codecs/test_NAME.c each.
codec_tests =
codec_tests += tests/codecs/test_address
codec_tests += tests/codecs/test_address_esme
codec_tests += tests/codecs/test_base64
codec_tests += tests/codecs/test_bytes
codec_tests += tests/codecs/test_charset
codec_tests += tests/codecs/test_cpim
codec_tests += tests/codecs/test_cpim_write
codec_tests += tests/codecs/test_cpm_ids
codec_tests += tests/codecs/test_digest
codec_tests += tests/codecs/test_east
codec_tests += tests/codecs/test_expression
codec_tests += tests/codecs/test_field
codec_tests += tests/codecs/test_frame
codec_tests += tests/codecs/test_group_document
codec_tests += tests/codecs/test_gsm7
codec_tests += tests/codecs/test_header
codec_tests += tests/codecs/test_imdn
codec_tests += tests/codecs/test_inflate
codec_tests += tests/codecs/test_joined
codec_tests += tests/codecs/test_json
codec_tests += tests/codecs/test_multipart
codec_tests += tests/codecs/test_nfc
codec_tests += tests/codecs/test_number_list
codec_tests += tests/codecs/test_resource_list
codec_tests += tests/codecs/test_rewrite
codec_tests += tests/codecs/test_provisioning
codec_tests += tests/codecs/test_push_si
codec_tests += tests/codecs/test_push_sl
codec_tests += tests/codecs/test_rpdu
codec_tests += tests/codecs/test_scrypt
codec_tests += tests/codecs/test_pushed
codec_tests += tests/codecs/test_segment
codec_tests += tests/codecs/test_segment_cut
codec_tests += tests/codecs/test_segment_random
codec_tests += tests/codecs/test_segment_text
codec_tests += tests/codecs/test_shape
codec_tests += tests/codecs/test_smpp_pdu
codec_tests += tests/codecs/test_smpp_receipt
codec_tests += tests/codecs/test_smpp_refusal
codec_tests += tests/codecs/test_smpp_tlv
codec_tests += tests/codecs/test_smpp_tag_set
codec_tests += tests/codecs/test_smpp_vendor
codec_tests += tests/codecs/test_smpp_vectors
codec_tests += tests/codecs/test_sms_vectors
codec_tests += tests/codecs/test_table
codec_tests += tests/codecs/test_timestamp
codec_tests += tests/codecs/test_tpdu
codec_tests += tests/codecs/test_tpdu_time
codec_tests += tests/codecs/test_translit
codec_tests += tests/codecs/test_ucs2
codec_tests += tests/codecs/test_udh
codec_tests += tests/codecs/test_utf8
codec_tests += tests/codecs/test_wappush_vectors
codec_tests += tests/codecs/test_wapxml
codec_tests += tests/codecs/test_wbxml
codec_tests += tests/codecs/test_wsp
codec_tests += tests/codecs/test_xml

check_PROGRAMS += $(codec_tests)
TESTS += $(codec_tests)

tests_codecs_test_smpp_pdu_SOURCES = tests/codecs/test_smpp_pdu.c \
	tests/codecs/smpp_samples.c tests/codecs/smpp_samples.h
tests_codecs_test_smpp_refusal_SOURCES = tests/codecs/test_smpp_refusal.c \
	tests/codecs/smpp_samples.c tests/codecs/smpp_samples.h
tests_codecs_test_smpp_vectors_SOURCES = tests/codecs/test_smpp_vectors.c \
	tests/codecs/vectors.c tests/codecs/vectors.h
tests_codecs_test_tpdu_SOURCES = tests/codecs/test_tpdu.c \
	tests/codecs/vectors.c tests/codecs/vectors.h
tests_codecs_test_sms_vectors_SOURCES = tests/codecs/test_sms_vectors.c \
	tests/codecs/vectors.c tests/codecs/vectors.h

# The same octets by other people's codecs, one program each: their names and
# gwlib's own malloc must not meet. Kannel's archives have no pkg-config file.
oracle_tests =
oracle_tests += tests/codecs/oracle_kannel
oracle_tests += tests/codecs/oracle_smpp34

check_PROGRAMS += $(oracle_tests)
TESTS += $(oracle_tests)

ORACLE_SOURCES = tests/codecs/oracle.h tests/codecs/oracle_smpp.c \
	tests/codecs/smpp_samples.c tests/codecs/smpp_samples.h \
	tests/codecs/vectors.c tests/codecs/vectors.h
KANNEL_CPPFLAGS = $(XML_CFLAGS) -isystem $(KANNEL_INCLUDE)

tests_codecs_oracle_kannel_SOURCES = tests/codecs/oracle_kannel.c \
	$(ORACLE_SOURCES)
tests_codecs_oracle_kannel_CPPFLAGS = $(AM_CPPFLAGS) $(KANNEL_CPPFLAGS)
tests_codecs_oracle_kannel_LDADD = $(LDADD) -lgw $(KANNEL_LIBS)
tests_codecs_oracle_smpp34_SOURCES = tests/codecs/oracle_smpp34.c \
	$(ORACLE_SOURCES)
tests_codecs_oracle_smpp34_LDADD = $(LDADD) -lsmpp34
