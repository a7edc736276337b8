# The unit tests of gateway/: tests/gateway/test_NAME.c each.
noinst_LIBRARIES += libgatewaycheck.a
libgatewaycheck_a_SOURCES =
libgatewaycheck_a_SOURCES += tests/gateway/full_message.c tests/gateway/full_message.h
libgatewaycheck_a_SOURCES += tests/gateway/link_values.c tests/gateway/link_values.h
libgatewaycheck_a_SOURCES += tests/gateway/set.c tests/gateway/set.h

gateway_tests =
gateway_tests += tests/gateway/test_access
gateway_tests += tests/gateway/test_accounts
gateway_tests += tests/gateway/test_adapter
gateway_tests += tests/gateway/test_children
gateway_tests += tests/gateway/test_commit
gateway_tests += tests/gateway/test_crash
gateway_tests += tests/gateway/test_groups
gateway_tests += tests/gateway/test_gwctl
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
gateway_tests += tests/gateway/test_ota
gateway_tests += tests/gateway/test_routes
gateway_tests += tests/gateway/test_settings
gateway_tests += tests/gateway/test_store
gateway_tests += tests/gateway/test_store_bounds
gateway_tests += tests/gateway/test_store_gone
gateway_tests += tests/gateway/test_store_index
gateway_tests += tests/gateway/test_store_lists
gateway_tests += tests/gateway/test_store_parts
gateway_tests += tests/gateway/test_trace

check_PROGRAMS += $(gateway_tests)
TESTS += $(gateway_tests)

GATEWAY_TEST_LIBS = libcheck.a libgatewaycheck.a libsimdisk.a libgateway.a \
	libtables.a libpolicy.a libcodecs.a $(CUNIT_LIBS) $(SQLITE_LIBS) \
	$(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS) \
	$(UTF8PROC_LIBS)
tests_gateway_test_access_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_accounts_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_adapter_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_children_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_commit_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_commit_SOURCES = tests/gateway/test_commit.c \
	tests/gateway/commit_fixture.c tests/gateway/commit_fixture.h
tests_gateway_test_crash_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_crash_SOURCES = tests/gateway/test_crash.c \
	tests/gateway/commit_fixture.c tests/gateway/commit_fixture.h
tests_gateway_test_groups_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_gwctl_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_inflight_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_keys_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_lane_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_leg_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_link_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_live_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_loop_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_loop_su_CPPFLAGS = $(AM_CPPFLAGS) $(SOFIA_CFLAGS)
tests_gateway_test_loop_su_LDADD = libloopsu.a $(GATEWAY_TEST_LIBS) $(SOFIA_LIBS)
tests_gateway_test_message_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_oplog_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_ota_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_routes_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_settings_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_store_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_store_SOURCES = tests/gateway/test_store.c \
	tests/gateway/store_fixture.c tests/gateway/store_fixture.h
tests_gateway_test_store_bounds_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_store_bounds_SOURCES = tests/gateway/test_store_bounds.c \
	tests/gateway/store_fixture.c tests/gateway/store_fixture.h
tests_gateway_test_store_gone_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_store_gone_SOURCES = tests/gateway/test_store_gone.c \
	tests/gateway/store_fixture.c tests/gateway/store_fixture.h
tests_gateway_test_store_index_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_store_lists_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_store_lists_SOURCES = tests/gateway/test_store_lists.c \
	tests/gateway/store_fixture.c tests/gateway/store_fixture.h
tests_gateway_test_store_parts_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_store_parts_SOURCES = tests/gateway/test_store_parts.c \
	tests/gateway/store_fixture.c tests/gateway/store_fixture.h
tests_gateway_test_trace_LDADD = $(GATEWAY_TEST_LIBS)

# Tests of programs: scripts that find them in the build directory.
program_tests =
program_tests += tests/gateway/test_conf.sh
TESTS += $(program_tests)
EXTRA_DIST += $(program_tests)
