# Tests. Every unit test is one program with one CUnit suite; every folder adds
# its own.
noinst_LIBRARIES += libcheck.a
libcheck_a_SOURCES = tests/check.c tests/check.h
libcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)

# The libraries of a program that names none: tests of codecs, and fuzz entries,
# which take main() from libreplay.a.
LDADD = libcheck.a libreplay.a libcodecs.a $(CUNIT_LIBS) $(XML_LIBS) \
	$(CRYPTO_LIBS) $(ZLIB_LIBS)
gateway_tests =
gateway_tests += tests/gateway/test_adapter
gateway_tests += tests/gateway/test_children
gateway_tests += tests/gateway/test_gwctl
gateway_tests += tests/gateway/test_commit
gateway_tests += tests/gateway/test_crash
gateway_tests += tests/gateway/test_inflight
gateway_tests += tests/gateway/test_keys
gateway_tests += tests/gateway/test_lane
gateway_tests += tests/gateway/test_leg
gateway_tests += tests/gateway/test_link
gateway_tests += tests/gateway/test_live
gateway_tests += tests/gateway/test_loop
gateway_tests += tests/gateway/test_loop_su
gateway_tests += tests/gateway/test_message
gateway_tests += tests/gateway/test_oplog
gateway_tests += tests/gateway/test_settings
gateway_tests += tests/gateway/test_store
gateway_tests += tests/gateway/test_store_lists
gateway_tests += tests/gateway/test_trace

check_PROGRAMS += $(gateway_tests)
TESTS += $(gateway_tests)

tests_gateway_test_adapter_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_children_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_gwctl_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_leg_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_live_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_lane_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_keys_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_inflight_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_link_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_loop_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_loop_su_CPPFLAGS = $(AM_CPPFLAGS) $(SOFIA_CFLAGS)
tests_gateway_test_loop_su_LDADD = libloopsu.a $(GATEWAY_TEST_LIBS) $(SOFIA_LIBS)
tests_gateway_test_message_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_oplog_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_settings_LDADD = $(GATEWAY_TEST_LIBS)

FUZZ_IMAGE_LIBS = libreplay.a libgatewaycheck.a libgateway.a libtables.a \
	libpolicy.a libcodecs.a
tests_fuzz_fuzz_adapter_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_leg_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_message_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_settings_LDADD = $(FUZZ_IMAGE_LIBS)

# Tests of programs: scripts that find them in the build directory.
program_tests =
program_tests += tests/gateway/test_conf.sh
TESTS += $(program_tests)
EXTRA_DIST += $(program_tests)

# The tests of adapters/: programs that speak with the built ones.
ADAPTER_TEST_LIBS = libcheck.a libgatewaycheck.a libgateway.a libtables.a \
	libpolicy.a libcodecs.a $(CUNIT_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
adapter_tests =
adapter_tests += tests/adapters/test_loopback
adapter_tests += tests/adapters/test_sip_auth
adapter_tests += tests/adapters/test_sip_deliver
adapter_tests += tests/adapters/test_sip_hostile
adapter_tests += tests/adapters/test_sip_link
adapter_tests += tests/adapters/test_sip_map
adapter_tests += tests/adapters/test_smpp_arrive
adapter_tests += tests/adapters/test_smpp_client
adapter_tests += tests/adapters/test_smpp_deliver
adapter_tests += tests/adapters/test_smpp_map
adapter_tests += tests/adapters/test_smpp_parts
adapter_tests += tests/adapters/test_sip_reports
adapter_tests += tests/adapters/test_sip_stream
adapter_tests += tests/adapters/test_smpp_server
adapter_tests += tests/adapters/test_smpp_text

check_PROGRAMS += $(adapter_tests)
TESTS += $(adapter_tests)

tests_adapters_test_loopback_LDADD = $(ADAPTER_TEST_LIBS)

# Tests of cpmgw-sip: its engine and its devices.
noinst_LIBRARIES += libsipcheck.a
libsipcheck_a_SOURCES = tests/adapters/sip_world.c tests/adapters/sip_world.h \
	tests/adapters/sip_device.c tests/adapters/sip_sample.c \
	tests/adapters/sip_sample.h
libsipcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
SIP_TEST_LIBS = libsipcheck.a $(ADAPTER_TEST_LIBS)
SIP_UNIT_LIBS = libsip.a $(ADAPTER_TEST_LIBS)
tests_adapters_test_sip_auth_LDADD = $(SIP_UNIT_LIBS)
tests_adapters_test_sip_map_LDADD = $(SIP_UNIT_LIBS)
tests_adapters_test_sip_deliver_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_hostile_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_reports_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_link_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_stream_LDADD = $(SIP_TEST_LIBS)
# cpmgw-smpp: the program at both its ends, and its tables alone.
SMPP_TEST_LIBS = libsmppcheck.a libcheck.a libsmppside.a $(ADAPTER_LIBS) \
	$(CUNIT_LIBS)
noinst_LIBRARIES += libsmppcheck.a
libsmppcheck_a_SOURCES = tests/adapters/smpp_world.c tests/adapters/smpp_world.h
tests_adapters_test_smpp_arrive_LDADD = $(SMPP_TEST_LIBS)
tests_fuzz_fuzz_smpp_map_LDADD = libreplay.a libsmppside.a $(ADAPTER_LIBS)
tests_adapters_test_smpp_client_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_deliver_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_map_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_parts_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_server_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_text_LDADD = $(SMPP_TEST_LIBS)
tests_fuzz_fuzz_trace_LDADD = $(FUZZ_IMAGE_LIBS)

# A disk in memory that loses power, fills up and fails when it is told.
noinst_LIBRARIES += libsimdisk.a
libsimdisk_a_SOURCES = tests/sim/disk.c tests/sim/disk.h \
	tests/sim/disk_inside.h tests/sim/disk_vfs.c

STORE_TEST_LIBS = libcheck.a libsimdisk.a libgateway.a libpolicy.a \
	libcodecs.a $(CUNIT_LIBS) $(SQLITE_LIBS)
tests_gateway_test_commit_LDADD = $(STORE_TEST_LIBS)
tests_gateway_test_commit_SOURCES = tests/gateway/test_commit.c \
	tests/gateway/commit_fixture.c tests/gateway/commit_fixture.h
tests_gateway_test_crash_LDADD = $(STORE_TEST_LIBS)
tests_gateway_test_crash_SOURCES = tests/gateway/test_crash.c \
	tests/gateway/commit_fixture.c tests/gateway/commit_fixture.h
tests_gateway_test_store_LDADD = $(STORE_TEST_LIBS)
tests_gateway_test_store_SOURCES = tests/gateway/test_store.c \
	tests/gateway/store_fixture.c tests/gateway/store_fixture.h
tests_gateway_test_store_lists_LDADD = $(STORE_TEST_LIBS)
tests_gateway_test_store_lists_SOURCES = tests/gateway/test_store_lists.c \
	tests/gateway/store_fixture.c tests/gateway/store_fixture.h
tests_gateway_test_trace_LDADD = $(STORE_TEST_LIBS)

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
