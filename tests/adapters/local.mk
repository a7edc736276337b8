# The tests of adapters/: programs that speak with the built ones.
ADAPTER_TEST_LIBS = libcheck.a libgatewaycheck.a libgateway.a libtables.a \
	libpolicy.a libcodecs.a $(CUNIT_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS) \
	$(UTF8PROC_LIBS)
adapter_tests =
adapter_tests += tests/adapters/test_loopback
adapter_tests += tests/adapters/test_sip_auth
adapter_tests += tests/adapters/test_sip_body
adapter_tests += tests/adapters/test_sip_deliver
adapter_tests += tests/adapters/test_sip_devices
adapter_tests += tests/adapters/test_sip_hostile
adapter_tests += tests/adapters/test_sip_link
adapter_tests += tests/adapters/test_sip_lists
adapter_tests += tests/adapters/test_sip_map
adapter_tests += tests/adapters/test_sip_reports
adapter_tests += tests/adapters/test_sip_secure
adapter_tests += tests/adapters/test_sip_short
adapter_tests += tests/adapters/test_sip_sms
adapter_tests += tests/adapters/test_sip_sms_in
adapter_tests += tests/adapters/test_sip_smsip
adapter_tests += tests/adapters/test_sip_stream
adapter_tests += tests/adapters/test_smpp_account
adapter_tests += tests/adapters/test_smpp_ack
adapter_tests += tests/adapters/test_smpp_alert
adapter_tests += tests/adapters/test_smpp_arrive
adapter_tests += tests/adapters/test_smpp_beyond
adapter_tests += tests/adapters/test_smpp_client
adapter_tests += tests/adapters/test_smpp_codes
adapter_tests += tests/adapters/test_smpp_data
adapter_tests += tests/adapters/test_smpp_deliver
adapter_tests += tests/adapters/test_smpp_keep
adapter_tests += tests/adapters/test_smpp_malformed
adapter_tests += tests/adapters/test_smpp_manners
adapter_tests += tests/adapters/test_smpp_links
adapter_tests += tests/adapters/test_smpp_map
adapter_tests += tests/adapters/test_smpp_multi
adapter_tests += tests/adapters/test_smpp_numbers
adapter_tests += tests/adapters/test_smpp_odd
adapter_tests += tests/adapters/test_smpp_outbind
adapter_tests += tests/adapters/test_smpp_parts
adapter_tests += tests/adapters/test_smpp_ports
adapter_tests += tests/adapters/test_smpp_rest
adapter_tests += tests/adapters/test_smpp_senders
adapter_tests += tests/adapters/test_smpp_server
adapter_tests += tests/adapters/test_smpp_status
adapter_tests += tests/adapters/test_smpp_text
adapter_tests += tests/adapters/test_smpp_tls
adapter_tests += tests/adapters/test_smpp_tls_link
adapter_tests += tests/adapters/test_smpp_vendor
adapter_tests += tests/adapters/test_smpp_versions
adapter_tests += tests/adapters/test_smpp_throttle
adapter_tests += tests/adapters/test_tls_domain

check_PROGRAMS += $(adapter_tests)
TESTS += $(adapter_tests)

tests_adapters_test_loopback_LDADD = $(ADAPTER_TEST_LIBS)

# Tests of cpmgw-sip: its engine and its devices.
noinst_LIBRARIES += libsipcheck.a
libsipcheck_a_SOURCES =
libsipcheck_a_SOURCES += tests/adapters/sip_device.c
libsipcheck_a_SOURCES += tests/adapters/sip_phone.c tests/adapters/sip_phone.h
libsipcheck_a_SOURCES += tests/adapters/sip_sample.c tests/adapters/sip_sample.h
libsipcheck_a_SOURCES += tests/adapters/sip_world.c tests/adapters/sip_world.h
libsipcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
SIP_TEST_LIBS = libsipcheck.a $(ADAPTER_TEST_LIBS)
SIP_UNIT_LIBS = libsip.a libadapters.a $(ADAPTER_TEST_LIBS)
tests_adapters_test_sip_auth_LDADD = $(SIP_UNIT_LIBS)
tests_adapters_test_sip_body_LDADD = $(SIP_UNIT_LIBS)
tests_adapters_test_sip_deliver_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_devices_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_hostile_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_link_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_lists_LDADD = libsipcheck.a $(SIP_UNIT_LIBS)
tests_adapters_test_sip_map_LDADD = $(SIP_UNIT_LIBS)
tests_adapters_test_sip_reports_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_secure_SOURCES = tests/adapters/pki.c \
	tests/adapters/pki.h tests/adapters/test_sip_secure.c
tests_adapters_test_sip_secure_LDADD = libsip.a libcheck.a libgatewaycheck.a \
	$(ADAPTER_LIBS) $(TLS_LIBS) $(CUNIT_LIBS)
tests_adapters_test_sip_short_LDADD = $(SIP_UNIT_LIBS)
tests_adapters_test_sip_sms_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_sms_in_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_smsip_LDADD = $(SIP_UNIT_LIBS)
tests_adapters_test_sip_stream_LDADD = $(SIP_TEST_LIBS)

# cpmgw-smpp: the program at both its ends, and its tables alone.
noinst_LIBRARIES += libsmppcheck.a
libsmppcheck_a_SOURCES =
libsmppcheck_a_SOURCES += tests/adapters/smpp_desk.c tests/adapters/smpp_desk.h
libsmppcheck_a_SOURCES += tests/adapters/pki.c tests/adapters/pki.h
libsmppcheck_a_SOURCES += tests/adapters/smpp_tls.c tests/adapters/smpp_tls.h
libsmppcheck_a_SOURCES += tests/adapters/smpp_world.c tests/adapters/smpp_world.h
libsmppcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
SMPP_TEST_LIBS = libsmppcheck.a libcheck.a libsmppside.a $(ADAPTER_LIBS) \
	$(TLS_LIBS) $(CUNIT_LIBS)
tests_adapters_test_smpp_account_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_ack_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_alert_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_arrive_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_beyond_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_client_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_data_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_deliver_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_keep_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_malformed_SOURCES = \
	tests/adapters/test_smpp_malformed.c \
	tests/codecs/smpp_samples.c tests/codecs/smpp_samples.h
tests_adapters_test_smpp_malformed_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_links_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_codes_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_rest_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_map_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_multi_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_manners_LDADD = libgatewaycheck.a $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_numbers_LDADD = libgatewaycheck.a $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_odd_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_outbind_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_parts_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_ports_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_senders_LDADD = libgatewaycheck.a $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_server_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_status_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_text_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_tls_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_tls_link_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_vendor_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_versions_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_throttle_LDADD = $(SMPP_TEST_LIBS)

tests_adapters_test_tls_domain_LDADD = libcheck.a $(ADAPTER_LIBS) \
	$(TLS_LIBS) $(CUNIT_LIBS)
