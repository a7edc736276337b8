/* Whose certificate it is, as SIP has it. */
#include <openssl/err.h>
#include <string.h>
#include <strings.h>

#include "adapters/tls_inside.h"
#include "codecs/bytes.h"

static struct bytes text_of(const ASN1_STRING *s)
{
	return (struct bytes){ ASN1_STRING_get0_data(s),
			       (size_t)ASN1_STRING_length(s) };
}

/* "sip:other.example" -> the host; false: it is no domain's. */
static bool sip_host(struct bytes uri, struct bytes *host)
{
	size_t n = 0;

	if (uri.n < 4 || strncasecmp((const char *)uri.p, "sip:", 4) != 0 ||
	    bytes_find(uri, '@') < uri.n)
		return false;
	*host = bytes_after(uri, 4);
	while (n < host->n && memchr(":;?", host->p[n], 3) == NULL)
		n++;
	host->n = n;
	return true;
}

/* Of the URIs; *any: there is one that is a domain's. */
static bool in_uris(const GENERAL_NAMES *names, const char *name, bool *any)
{
	const GENERAL_NAME *one;
	struct bytes host;
	bool found = false;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		one = sk_GENERAL_NAME_value(names, i);
		if (one->type != GEN_URI ||
		    !sip_host(text_of(one->d.ia5), &host))
			continue;
		*any = true;
		found |= bytes_is_nocase(host, name);
	}
	return found;
}

static bool in_names(const GENERAL_NAMES *names, const char *name)
{
	const GENERAL_NAME *one;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		one = sk_GENERAL_NAME_value(names, i);
		if (one->type == GEN_DNS &&
		    bytes_is_nocase(text_of(one->d.ia5), name))
			return true;
	}
	return false;
}

/* Where there is nothing better (7.1 step 2). */
static bool in_subject(const X509 *x, const char *name)
{
	const X509_NAME *subject = X509_get_subject_name(x);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, at);

	return entry != NULL &&
	       bytes_is_nocase(text_of(X509_NAME_ENTRY_get_data(entry)), name);
}

static bool is_address(const char *name)
{
	ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);

	ASN1_OCTET_STRING_free(address);
	return address != NULL;
}

bool certificate_is_domain(X509 *x, const char *name)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	bool any = false, good;

	if (is_address(name))
		good = X509_check_ip_asc(x, name, 0) == 1;
	else if (names == NULL)
		good = in_subject(x, name);
	else
		good = in_uris(names, name, &any) ||
		       (!any && in_names(names, name));
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return good;
}
