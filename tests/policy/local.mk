# The unit tests of policy/: tests/policy/test_NAME.c each.
policy_tests =
policy_tests += tests/policy/test_rate
policy_tests += tests/policy/test_admit
policy_tests += tests/policy/test_carry
policy_tests += tests/policy/test_facts
policy_tests += tests/policy/test_life
policy_tests += tests/policy/test_receipts
policy_tests += tests/policy/test_retry
policy_tests += tests/policy/test_route
policy_tests += tests/policy/test_sender

check_PROGRAMS += $(policy_tests)
TESTS += $(policy_tests)

POLICY_TEST_LIBS = libcheck.a libpolicy.a libcodecs.a $(CUNIT_LIBS)
tests_policy_test_rate_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_admit_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_carry_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_facts_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_life_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_receipts_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_retry_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_route_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_sender_LDADD = $(POLICY_TEST_LIBS)
