#include "adapters/sip/identity.h"

#include <string.h>

enum err identity_of_user(const struct user *u, const char *domain,
			  struct arena *a, struct identity *out)
{
	struct buf uri = BUF_INIT(ADDRESS_TEXT_MAX);
	enum err e;

	*out = (struct identity){ 0 };
	buf_printf(&uri, "sip:%s@%s", u->name, u->domain ? u->domain : domain);
	if ((e = buf_status(&uri)) == OK)
		e = address_parse(buf_bytes(&uri), NULL, a, &out->sip);
	if (e == OK && u->number)
		e = address_parse(bytes_of(u->number), NULL, a, &out->number);
	out->user = arena_string(a, bytes_of(u->name));
	if (e == OK && !out->user)
		e = ERR_NOMEM;
	buf_clear(&uri);
	return e;
}

enum err identity_of_uris(const char *const *uris, size_t count,
			  const struct address_rules *rules, struct arena *a,
			  struct identity *out)
{
	struct address address;
	enum err e;
	size_t i;

	*out = (struct identity){ 0 };
	for (i = 0; i < count; i++) {
		e = address_parse(bytes_of(uris[i]), rules, a, &address);
		if (e != OK)
			return e;
		if (address.kind == ADDRESS_E164 &&
		    out->number.kind == ADDRESS_NONE)
			out->number = address;
		else if (out->sip.kind == ADDRESS_NONE)
			out->sip = address;
	}
	if (out->number.kind == ADDRESS_NONE && out->sip.kind == ADDRESS_NONE)
		return ERR_MALFORMED;
	return OK;
}

const struct address *identity_main(const struct identity *i)
{
	return i->number.kind != ADDRESS_NONE ? &i->number : &i->sip;
}

/* RFC 5630 5.2: whose sip: it is, his is sips: too. */
static bool is_secure_form(const struct address *of, const struct address *sip)
{
	return of->kind == ADDRESS_SIP && sip->kind == ADDRESS_SIP &&
	       strncmp(of->text, "sips:", 5) == 0 &&
	       strncmp(sip->text, "sip:", 4) == 0 &&
	       strcmp(of->text + 5, sip->text + 4) == 0;
}

bool identity_has(const struct identity *i, struct bytes uri,
		  const struct address_rules *rules, struct arena *a,
		  bool *hidden)
{
	struct address address;

	if (address_parse(uri, rules, a, &address) != OK)
		return false;
	if (address.kind == ADDRESS_ANONYMOUS) {
		*hidden = true;
		return true;
	}
	return address_equal(&address, &i->number) ||
	       address_equal(&address, &i->sip) ||
	       is_secure_form(&address, &i->sip);
}
