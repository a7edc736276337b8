/* Ids for the outside and hashes for the store. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/keys.h"
#include "tests/check.h"

static const uint8_t octets[KEYS_OCTETS] = { 1, [20] = 2, [40] = 3, [79] = 4 };
static const uint8_t others[KEYS_OCTETS] = { 9, [20] = 2, [40] = 3, [79] = 5 };

static struct keys *fresh(const uint8_t of[KEYS_OCTETS])
{
	struct keys *k = keys_new(of);

	CU_ASSERT_PTR_NOT_NULL_FATAL(k);
	return k;
}

static const uint64_t ids[] = { 1, 2, 1024, UINT64_C(1809639014499356672),
				INT64_MAX, UINT64_MAX };

static void test_public_ids(void)
{
	struct keys *k = fresh(octets), *other = fresh(others);
	char text[PUBLIC_ID_SIZE], again[PUBLIC_ID_SIZE];
	uint64_t id;
	size_t i;

	for (i = 0; i < sizeof ids / sizeof *ids; i++) {
		CU_ASSERT_EQUAL(keys_public_id(k, ids[i], text), OK);
		CU_ASSERT_EQUAL(strlen(text), PUBLIC_ID_SIZE - 1);
		CU_ASSERT_EQUAL(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					     "abcdefghijklmnopqrstuvwxyz"
					     "0123456789-_"),
				strlen(text));
		CU_ASSERT_EQUAL(keys_public_id(k, ids[i], again), OK);
		CU_ASSERT_STRING_EQUAL(text, again);
		CU_ASSERT_EQUAL(keys_open_id(k, text, &id), OK);
		CU_ASSERT_EQUAL(id, ids[i]);
		CU_ASSERT_EQUAL(keys_open_id(other, text, &id), ERR_NOTFOUND);
	}
	keys_free(k);
	keys_free(other);
}

static const struct row {
	const char *name, *text;
} rows[] = {
	{ "empty", "" },
	{ "too short", "AAAAAAAAAAAAAAAAAAAAA" },
	{ "too long", "AAAAAAAAAAAAAAAAAAAAAAA" },
	{ "sealed by nobody", "AAAAAAAAAAAAAAAAAAAAAA" },
	{ "not base64url", "AAAAAAAAAAA+AAAAAAAAAA" },
	{ "somebody's Message-ID", "34jk324j34jk324j34jk32" },
};

static void test_foreign_ids(void)
{
	struct keys *k = fresh(octets);
	const struct row *r;
	char text[PUBLIC_ID_SIZE];
	uint64_t id = 5;
	size_t i;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++)
		ROW(r, keys_open_id(k, r->text, &id) == ERR_NOTFOUND);
	/* No character of ours can be changed. */
	CU_ASSERT_EQUAL(keys_public_id(k, 77, text), OK);
	for (i = 0; i < strlen(text) - 1; i++) {
		char was = text[i];

		text[i] = was == 'x' ? 'y' : 'x';
		CU_ASSERT_EQUAL(keys_open_id(k, text, &id), ERR_NOTFOUND);
		text[i] = was;
	}
	CU_ASSERT_EQUAL(id, 5);
	keys_free(k);
}

static void test_decimals(void)
{
	struct keys *k = fresh(octets), *other = fresh(others);
	size_t i;

	for (i = 0; i < sizeof ids / sizeof *ids; i++) {
		uint64_t decimal = keys_decimal(k, ids[i]);

		CU_ASSERT_EQUAL(keys_open_decimal(k, decimal), ids[i]);
		CU_ASSERT_NOT_EQUAL(decimal, ids[i]);
		CU_ASSERT_NOT_EQUAL(decimal, keys_decimal(other, ids[i]));
	}
	keys_free(k);
	keys_free(other);
}

static bool same(struct store_key a, struct store_key b)
{
	return a.high == b.high && a.low == b.low;
}

static void test_hashes(void)
{
	struct keys *k = fresh(octets);
	uint8_t large[3000] = { 0 };
	struct bytes ab_c[] = { bytes_of("ab"), bytes_of("c") };
	struct bytes a_bc[] = { bytes_of("a"), bytes_of("bc") };
	struct bytes abc[] = { bytes_of("abc") };
	struct bytes empty[] = { { NULL, 0 } };
	struct bytes much[] = { { large, sizeof large } };
	struct store_key first, second;

	first = keys_hash(k, ab_c, 2);
	CU_ASSERT(same(first, keys_hash(k, ab_c, 2)));
	CU_ASSERT(!same(first, keys_hash(k, a_bc, 2)));
	CU_ASSERT(!same(first, keys_hash(k, abc, 1)));
	CU_ASSERT(!same(first, keys_hash(k, empty, 1)));
	CU_ASSERT_EQUAL(first.high >> 63, 0);
	CU_ASSERT_EQUAL(first.low >> 63, 0);
	CU_ASSERT_NOT_EQUAL(first.high, first.low);
	/* All of a long one counts, its length too. */
	first = keys_hash(k, much, 1);
	large[2999] = 1;
	second = keys_hash(k, much, 1);
	CU_ASSERT(!same(first, second));
	large[2999] = 0;
	much[0].n--;
	CU_ASSERT(!same(first, keys_hash(k, much, 1)));
	keys_free(k);
}

static void test_recipients(void)
{
	struct keys *k = fresh(octets);
	char name[16];
	unsigned i;

	CU_ASSERT_EQUAL(keys_hash63(k, bytes_of("mary")),
			keys_hash63(k, bytes_of("mary")));
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "u%u", i);
		CU_ASSERT_NOT_EQUAL(keys_hash63(k, bytes_of(name)), 0);
		CU_ASSERT_EQUAL(keys_hash63(k, bytes_of(name)) >> 63, 0);
	}
	keys_free(k);
}

static void test_file(void)
{
	const char *directory = check_directory();
	struct keys *k = NULL;
	struct buf why = BUF_INIT(1000);
	char path[300], text[PUBLIC_ID_SIZE];
	uint64_t id = 0;
	struct stat st;

	CU_ASSERT_EQUAL_FATAL(keys_load(directory, clock_system(), &k, &why),
			      OK);
	CU_ASSERT_EQUAL(keys_public_id(k, 42, text), OK);
	keys_free(k);
	CU_ASSERT_EQUAL_FATAL(keys_load(directory, clock_system(), &k, &why),
			      OK);
	CU_ASSERT_EQUAL(keys_open_id(k, text, &id), OK);
	CU_ASSERT_EQUAL(id, 42);
	keys_free(k);
	snprintf(path, sizeof path, "%.290s/keys", directory);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	CU_ASSERT_EQUAL(truncate(path, KEYS_OCTETS - 1), 0);
	CU_ASSERT_EQUAL(keys_load(directory, clock_system(), &k, &why),
			ERR_MALFORMED);
	CU_ASSERT(strstr(buf_string(&why), path) != NULL);
	buf_clear(&why);
}

static const struct check_test tests[] = {
	{ "public ids", test_public_ids },
	{ "ids of others", test_foreign_ids },
	{ "decimal ids", test_decimals },
	{ "hashes of pieces", test_hashes },
	{ "recipients", test_recipients },
	{ "the file", test_file },
	{ NULL, NULL }
};

CHECK_MAIN("keys", tests)
