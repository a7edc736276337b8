/* The words for people: one each, and numbers from elsewhere have one too. */
#include "policy/facts.h"

#include <string.h>

#include "tests/check.h"

static void test_technologies(void)
{
	unsigned a, b;

	for (a = 0; a <= TECHNOLOGY_LOOPBACK; a++) {
		const char *name = technology_name((enum technology)a);

		CU_ASSERT(technology_named(name) == (enum technology)a);
		for (b = 0; b < a; b++)
			CU_ASSERT(strcmp(technology_name((enum technology)b),
					 name) != 0);
	}
	CU_ASSERT(technology_named("") == TECHNOLOGY_NONE);
	CU_ASSERT(technology_named("SMS") == TECHNOLOGY_NONE);
	CU_ASSERT_STRING_EQUAL(
		technology_name((enum technology)(TECHNOLOGY_LOOPBACK + 1)),
		"none");
}

static void test_states(void)
{
	unsigned a, b, final = 0;

	for (a = 0; a <= STATE_REACHABLE; a++) {
		const char *name = delivery_state_name((enum delivery_state)a);

		CU_ASSERT_FATAL(name != NULL);
		for (b = 0; b < a; b++)
			CU_ASSERT(strcmp(delivery_state_name(
						 (enum delivery_state)b),
					 name) != 0);
		final += delivery_state_final((enum delivery_state)a);
	}
	CU_ASSERT(final == 10);
	CU_ASSERT(delivery_state_final(STATE_EXPIRED));
	CU_ASSERT(!delivery_state_final(STATE_DISPLAYED));
	CU_ASSERT_STRING_EQUAL(
		delivery_state_name((enum delivery_state)(a + 1)), "none");
}

static void test_classes(void)
{
	unsigned a, b;

	for (a = 0; a <= OUTCOME_UNANSWERED; a++)
		for (b = 0; b < a; b++)
			CU_ASSERT(strcmp(outcome_class_name(
						 (enum outcome_class)a),
					 outcome_class_name(
						 (enum outcome_class)b)) != 0);
	CU_ASSERT_STRING_EQUAL(outcome_class_name((enum outcome_class)a),
			       "none");
}

static const struct check_test tests[] = {
	{ "technologies", test_technologies },
	{ "states", test_states },
	{ "classes", test_classes },
	{ NULL, NULL }
};

CHECK_MAIN("facts", tests)
