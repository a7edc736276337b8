/* Whose certificate it is: RFC 5922 7.1 and 7.2, without a connection. */
#include <string.h>

#include "adapters/tls_inside.h"
#include "tests/check.h"

/* A certificate with that subjectAltName and common name; NULL: none. */
static X509 *certificate(const char *names, const char *common)
{
	X509 *x = X509_new();
	X509_EXTENSION *e;

	CU_ASSERT_FATAL(x != NULL);
	if (common != NULL)
		CU_ASSERT_FATAL(X509_NAME_add_entry_by_NID(
					X509_get_subject_name(x),
					NID_commonName, MBSTRING_ASC,
					(const unsigned char *)common, -1, -1,
					0) == 1);
	if (names == NULL)
		return x;
	e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
	CU_ASSERT_FATAL(e != NULL && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
	return x;
}

static const struct row {
	const char *name, *names, *common, *domain;
	bool want;
} rows[] = {
	{ "7.1: a DNS name", "DNS:other.example", NULL, "other.example", true },
	{ "7.2: whatever its case", "DNS:Other.Example", NULL, "oTHER.example",
	  true },
	{ "one of several", "DNS:a.example,DNS:other.example", NULL,
	  "other.example", true },
	{ "another one", "DNS:a.example", NULL, "other.example", false },
	{ "7.2: not a suffix", "DNS:sip.other.example", NULL, "other.example",
	  false },
	{ "7.2: nor what ends with it", "DNS:example", NULL, "other.example",
	  false },
	{ "7.2: a leading dot is no wildcard", "DNS:.example", NULL,
	  "other.example", false },
	{ "7.2: no wildcards", "DNS:*.example", NULL, "other.example", false },
	{ "7.2: but as itself", "DNS:*.example", NULL, "*.example", true },
	{ "7.1: a sip URI", "URI:sip:other.example", NULL, "other.example",
	  true },
	{ "the scheme in capitals", "URI:SIP:other.example", NULL,
	  "other.example", true },
	{ "7.2: without port and parameters",
	  "URI:sip:other.example:5061;transport=tls", NULL, "other.example",
	  true },
	{ "7.1: no sips URI", "URI:sips:other.example", NULL, "other.example",
	  false },
	{ "7.1: nor any other", "URI:https://other.example", NULL,
	  "other.example", false },
	{ "7.1: a user's URI is no domain's", "URI:sip:mary@other.example",
	  NULL, "other.example", false },
	{ "7.1: DNS names only without sip URIs",
	  "DNS:other.example,URI:sip:a.example", NULL, "other.example", false },
	{ "those of users do not count",
	  "DNS:other.example,"
	  "URI:sip:mary@a.example",
	  NULL, "other.example", true },
	{ "step 2: the common name alone", NULL, "other.example",
	  "other.example", true },
	{ "step 2: not beside names", "DNS:a.example", "other.example",
	  "other.example", false },
	{ "step 2: nor beside those of no domain", "email:a@b.example",
	  "other.example", "other.example", false },
	{ "no name at all", NULL, NULL, "other.example", false },
	{ "an address", "IP:192.0.2.7", NULL, "192.0.2.7", true },
	{ "another address", "IP:192.0.2.7", NULL, "192.0.2.8", false },
	{ "of version 6, however written", "IP:2001:db8::1", NULL,
	  "2001:DB8:0:0:0:0:0:1", true },
	{ "an address is no name", "DNS:192.0.2.7", NULL, "192.0.2.7", false },
};

static void test_domains(void)
{
	const struct row *r;
	X509 *x;

	for (r = rows; r < rows + sizeof rows / sizeof rows[0]; r++) {
		x = certificate(r->names, r->common);
		ROW(r, certificate_is_domain(x, r->domain) == r->want);
		X509_free(x);
	}
}

/* A NUL inside is no end: "other.example\0.evil.example". */
static void test_nul(void)
{
	static const char text[] = "other.example\0.evil.example";
	X509 *x = X509_new();
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *one = GENERAL_NAME_new();
	ASN1_IA5STRING *s = ASN1_IA5STRING_new();

	CU_ASSERT_FATAL(x != NULL && names != NULL && one != NULL && s != NULL);
	CU_ASSERT_EQUAL_FATAL(ASN1_STRING_set(s, text, sizeof text - 1), 1);
	GENERAL_NAME_set0_value(one, GEN_DNS, s);
	CU_ASSERT_FATAL(sk_GENERAL_NAME_push(names, one) == 1);
	CU_ASSERT_EQUAL_FATAL(
		X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0), 1);
	CU_ASSERT_FALSE(certificate_is_domain(x, "other.example"));
	GENERAL_NAMES_free(names);
	X509_free(x);
}

static const struct check_test tests[] = { { "domains", test_domains },
					   { "a name with a NUL in it",
					     test_nul },
					   { NULL, NULL } };

CHECK_MAIN("tls_domain", tests)
