#include "adapters/smpp/numbers.h"

#include <string.h>

#define SHORT_DIGITS 8

static const char *const in_rules[] = { "sender-in", "recipient-in" };
static const char *const out_rules[] = { "sender-out", "recipient-out" };

/* Those of senders, where they are not set, are those of recipients. */
static const char *const types[NUMBER_ROLES][NUMBER_KINDS] = {
	{ "sender-international-ton-npi", "sender-national-ton-npi",
	  "sender-short-ton-npi", "alphanumeric-ton-npi" },
	{ "international-ton-npi", "national-ton-npi", "short-ton-npi",
	  "alphanumeric-ton-npi" },
};

static void read_rules(struct numbers *n, const struct settings_group *g,
		       const char *const names[NUMBER_ROLES],
		       struct rewrite *to[NUMBER_ROLES])
{
	size_t role;

	for (role = 0; role < NUMBER_ROLES; role++)
		if (rewrite_new(bytes_of(settings_text(g, names[role])),
				&to[role], NULL) != OK)
			n->no_memory = true;
}

static void read_type(struct number_type *to, const struct settings_group *g,
		      enum number_role role, enum number_kind kind)
{
	const char *text = settings_text(g, types[role][kind]);

	if (text == NULL)
		text = settings_text(g, types[NUMBER_RECIPIENT][kind]);
	to->set = settings_ton_npi(bytes_of(text), &to->ton, &to->npi);
}

void numbers_read(struct numbers *n, const struct settings_group *g)
{
	numbers_clear(n);
	if (g == NULL)
		return;
	read_rules(n, g, in_rules, n->in);
	read_rules(n, g, out_rules, n->out);
}

void numbers_clear(struct numbers *n)
{
	size_t role;

	for (role = 0; role < NUMBER_ROLES; role++) {
		rewrite_free(n->in[role]);
		rewrite_free(n->out[role]);
	}
	*n = (struct numbers){ .no_memory = false };
}

void numbers_types(struct numbers *n, const struct settings_group *g)
{
	enum number_role role;
	enum number_kind kind;

	for (role = NUMBER_SENDER; role < NUMBER_ROLES; role++)
		for (kind = NUMBER_INTERNATIONAL; kind < NUMBER_KINDS; kind++)
			read_type(&n->types[role][kind], g, role, kind);
}

/* *text is the address rewritten; false: it is what it was. */
static enum err rewritten(const struct rewrite *rules, const struct address *a,
			  struct arena *arena, struct bytes *text,
			  bool *changed)
{
	struct buf to = BUF_INIT(2 * REWRITE_TEXT_MAX);
	struct bytes before = bytes_of(a->text);
	enum err e;

	*changed = false;
	if (rules == NULL)
		return OK;
	e = rewrite_apply(rules, before, &to);
	*changed = e == OK && !bytes_equal(buf_bytes(&to), before);
	if (*changed)
		e = arena_copy(arena, buf_bytes(&to), text);
	buf_clear(&to);
	return e;
}

enum err numbers_in(const struct numbers *n, enum number_role role,
		    const struct address_smpp *wire,
		    const struct address_rules *rules, struct arena *arena,
		    struct address *out)
{
	struct address a = { ADDRESS_NONE, NULL };
	struct bytes text;
	bool changed;
	enum err e;

	if (n->no_memory)
		return ERR_NOMEM;
	if ((e = address_from_smpp(wire, rules, arena, &a)) != OK)
		return e;
	if ((e = rewritten(n->in[role], &a, arena, &text, &changed)) != OK)
		return e;
	if (changed && text.n == 0)
		a = (struct address){ ADDRESS_NONE, NULL };
	else if (changed && (e = address_parse(text, rules, arena, &a)) != OK)
		return e == ERR_NOMEM ? e : ERR_MALFORMED;
	*out = a;
	return OK;
}

static enum address_kind kind_of(const char *text)
{
	if (text[0] == '+')
		return ADDRESS_E164;
	return strspn(text, "0123456789*#") == strlen(text) ? ADDRESS_SHORT
							    : ADDRESS_ALPHA;
}

static enum number_kind kind_as_sent(const struct address *a)
{
	switch (a->kind) {
	case ADDRESS_E164:
		return NUMBER_INTERNATIONAL;
	case ADDRESS_SHORT:
		return strlen(a->text) > SHORT_DIGITS ? NUMBER_NATIONAL
						      : NUMBER_SHORT;
	case ADDRESS_ALPHA:
		return NUMBER_ALPHANUMERIC;
	case ADDRESS_NONE:
	case ADDRESS_SIP:
	case ADDRESS_MAIL:
	case ADDRESS_ANONYMOUS:
		break;
	}
	return NUMBER_KINDS;
}

/* What the rules have made of *a, as another address. */
static enum err address_made(const struct numbers *n, enum number_role role,
			     struct address *a, struct arena *arena)
{
	struct bytes text;
	bool changed;
	enum err e = rewritten(n->out[role], a, arena, &text, &changed);

	if (e != OK || !changed)
		return e;
	*a = (struct address){ ADDRESS_NONE, NULL };
	if (text.n == 0)
		return role == NUMBER_SENDER ? OK : ERR_UNSUPPORTED;
	if ((a->text = arena_string(arena, text)) == NULL)
		return ERR_NOMEM;
	a->kind = kind_of(a->text);
	return address_check(a);
}

enum err numbers_out(const struct numbers *n, enum number_role role,
		     const struct address *a, struct arena *arena,
		     struct address_smpp *wire)
{
	struct address made = *a;
	enum number_kind kind;
	enum err e;

	*wire = (struct address_smpp){ .ton = 0 };
	if (n->no_memory)
		return ERR_NOMEM;
	if ((e = address_made(n, role, &made, arena)) != OK)
		return e;
	if (made.kind == ADDRESS_NONE && a->kind != ADDRESS_NONE)
		return OK;
	e = n->esme ? address_to_esme(&made, arena, wire)
		    : address_to_smpp(&made, arena, wire);
	if (e != OK)
		return e;
	kind = kind_as_sent(&made);
	if (kind != NUMBER_KINDS && n->types[role][kind].set) {
		wire->ton = n->types[role][kind].ton;
		wire->npi = n->types[role][kind].npi;
	}
	return OK;
}
