/* Passwords as scrypt makes of them. */
#include <string.h>

#include "codecs/arena.h"
#include "codecs/scrypt.h"
#include "tests/check.h"

/* RFC 7914 12: the first 32 of the 64 octets, which PBKDF2 makes first. */
#define RFC_1024                                                               \
	"$scrypt$1024$8$16$NaCl$"                                              \
	"fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
#define RFC_16384                                                              \
	"$scrypt$16384$8$1$SodiumChloride$"                                    \
	"7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
#define HEX64 "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"

static const struct row {
	const char *name, *hash, *password;
	enum err want;
} rows[] = {
	{ "RFC 7914 12, the second", RFC_1024, "password", OK },
	{ "RFC 7914 12, the third", RFC_16384, "pleaseletmein", OK },
	{ "another password", RFC_1024, "Password", ERR_DENIED },
	{ "none", RFC_1024, "", ERR_DENIED },
	{ "another salt", "$scrypt$1024$8$16$NaCL$" HEX64, "password",
	  ERR_DENIED },
	{ "N is no power of two", "$scrypt$1000$8$16$NaCl$" HEX64, "password",
	  ERR_RANGE },
	{ "N is 1", "$scrypt$1$8$16$NaCl$" HEX64, "password", ERR_RANGE },
	{ "N is 0", "$scrypt$0$8$16$NaCl$" HEX64, "password", ERR_RANGE },
	{ "r is 0", "$scrypt$1024$0$16$NaCl$" HEX64, "password", ERR_RANGE },
	{ "p is 0", "$scrypt$1024$8$0$NaCl$" HEX64, "password", ERR_RANGE },
	{ "p above what is allowed", "$scrypt$1024$8$17$NaCl$" HEX64,
	  "password", ERR_RANGE },
	{ "more memory than is allowed", "$scrypt$131072$8$1$NaCl$" HEX64,
	  "password", ERR_RANGE },
	{ "no salt", "$scrypt$1024$8$16$$" HEX64, "password", ERR_RANGE },
	{ "too few digits", "$scrypt$1024$8$16$NaCl$FD", "password",
	  ERR_MALFORMED },
	{ "a sign", "$scrypt$+1024$8$16$NaCl$" HEX64, "password",
	  ERR_MALFORMED },
	{ "another form", "$sha256$NaCl$" HEX64, "password", ERR_MALFORMED },
	{ "nothing", "", "", ERR_MALFORMED },
	{ "more behind it", RFC_1024 "00", "password", ERR_MALFORMED },
};

static void test_rows(void)
{
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++)
		ROW(r, scrypt_check(bytes_of(r->hash), bytes_of(r->password)) ==
			       r->want);
}

static void test_prefixes(void)
{
	struct bytes in = bytes_of(RFC_1024);

	while (in.n > 0) {
		in.n--;
		CU_ASSERT(scrypt_check(in, bytes_of("password")) ==
			  ERR_MALFORMED);
	}
}

static void test_both_ways(void)
{
	static const struct scrypt_cost cost = { 16, 1, 1 };
	struct buf hash = BUF_INIT(256), small = BUF_INIT(20);

	CU_ASSERT(scrypt_hash(&cost, "salt", bytes_of("secret1"), &hash) == OK);
	CU_ASSERT(scrypt_check(buf_bytes(&hash), bytes_of("secret1")) == OK);
	CU_ASSERT(scrypt_check(buf_bytes(&hash), bytes_of("secret2")) ==
		  ERR_DENIED);
	CU_ASSERT(memcmp(hash.p, "$scrypt$16$1$1$salt$", 20) == 0);
	CU_ASSERT(scrypt_hash(&cost, "a$b", bytes_of("x"), &hash) == ERR_RANGE);
	CU_ASSERT(scrypt_hash(&cost, "", bytes_of("x"), &hash) == ERR_RANGE);
	CU_ASSERT(scrypt_hash(&cost, "salt", bytes_of("x"), &small) ==
		  ERR_TOOBIG);
	buf_clear(&hash);
	buf_clear(&small);
}

static const struct check_test tests[] = { { "rows", test_rows },
					   { "every prefix", test_prefixes },
					   { "both ways", test_both_ways },
					   { NULL, NULL } };

CHECK_MAIN("scrypt", tests)
