#include "tests/adapters/pki.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/check.h"

#define DAY_S 86400

static void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX c;
	X509_EXTENSION *e;

	X509V3_set_ctx(&c, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &c, nid, value);
	CU_ASSERT_FATAL(e != NULL && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static X509 *certificate(EVP_PKEY *key, const char *name, int from, int until)
{
	static long serial = 1;
	X509 *x = X509_new();

	CU_ASSERT_FATAL(x != NULL && X509_set_version(x, 2) == 1);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
	X509_gmtime_adj(X509_getm_notBefore(x), (long)from * DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(x), (long)until * DAY_S);
	CU_ASSERT(X509_set_pubkey(x, key) == 1);
	CU_ASSERT(X509_NAME_add_entry_by_txt(
			  X509_get_subject_name(x), "CN", MBSTRING_ASC,
			  (const unsigned char *)name, -1, -1, 0) == 1);
	return x;
}

static void write_pem(const struct pki *p, const char *file, X509 *x,
		      EVP_PKEY *key)
{
	char path[512];
	FILE *f;

	CU_ASSERT_FATAL((size_t)snprintf(path, sizeof path, "%s/%s", p->folder,
					 file) < sizeof path);
	f = fopen(path, "w");
	CU_ASSERT_FATAL(f != NULL && fchmod(fileno(f), 0600) == 0);
	CU_ASSERT(PEM_write_X509(f, x) == 1);
	if (key != NULL)
		CU_ASSERT(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL,
					       NULL) == 1);
	CU_ASSERT(fclose(f) == 0);
}

void pki_open(struct pki *p, const char *folder, const char *name)
{
	char file[64];

	p->folder = folder;
	p->key = EVP_EC_gen("P-256");
	p->ca = certificate(p->key, name, -9, 9);
	X509_set_issuer_name(p->ca, X509_get_subject_name(p->ca));
	extend(p->ca, p->ca, NID_basic_constraints, "critical,CA:TRUE");
	extend(p->ca, p->ca, NID_key_usage, "critical,keyCertSign");
	CU_ASSERT(X509_sign(p->ca, p->key, EVP_sha256()) > 0);
	snprintf(file, sizeof file, "%s.pem", name);
	write_pem(p, file, p->ca, NULL);
}

void pki_close(struct pki *p)
{
	X509_free(p->ca);
	EVP_PKEY_free(p->key);
}

void pki_issue(struct pki *p, const char *file, const char *names, int from,
	       int until)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = certificate(key, file, from, until);

	X509_set_issuer_name(x, X509_get_subject_name(p->ca));
	extend(x, p->ca, NID_basic_constraints, "CA:FALSE");
	extend(x, p->ca, NID_subject_alt_name, names);
	CU_ASSERT(X509_sign(x, p->key, EVP_sha256()) > 0);
	write_pem(p, file, x, key);
	X509_free(x);
	EVP_PKEY_free(key);
}
