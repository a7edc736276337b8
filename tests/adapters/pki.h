/* tests/adapters/pki.h - certificates made on the spot. */
#ifndef TESTS_ADAPTERS_PKI_H
#define TESTS_ADAPTERS_PKI_H

#include <openssl/x509.h>

/* An authority with its files in a folder. */
struct pki {
	const char *folder;
	X509 *ca;
	EVP_PKEY *key;
};

/** `NAME.pem` has its certificate. */
void pki_open(struct pki *p, const char *folder, const char *name);
void pki_close(struct pki *p);

/** FILE gets a certificate and then its key; `names` as "DNS:a,IP:127.0.0.1";
 *  valid from and until so many days from now. */
void pki_issue(struct pki *p, const char *file, const char *names, int from,
	       int until);

#endif
