/* codecs/group_document.h: a document that is written again reads the same. */
#include "tests/fuzz/fuzz.h"

#include "codecs/group_document.h"
#include "codecs/xml.h"

static void compare_rule(const struct group_rule *a, const struct group_rule *b)
{
	size_t i;

	MUST(a->members == b->members && a->others == b->others);
	MUST(a->never == b->never && a->identity == b->identity);
	MUST(a->initiate == b->initiate && a->anonymity == b->anonymity);
	MUST(a->n_identities == b->n_identities);
	for (i = 0; i < a->n_identities; i++) {
		MUST(a->identities[i].except == b->identities[i].except);
		MUST(a->identities[i].many == b->identities[i].many);
		MUST(bytes_equal(a->identities[i].uri, b->identities[i].uri));
		MUST(bytes_equal(a->identities[i].domain,
				 b->identities[i].domain));
	}
}

static void compare(const struct group *a, const struct group *b)
{
	size_t i;

	MUST(bytes_equal(a->uri, b->uri) && bytes_equal(a->name, b->name));
	MUST(a->n_members == b->n_members && a->n_rules == b->n_rules);
	for (i = 0; i < a->n_members; i++) {
		MUST(bytes_equal(a->members[i].uri, b->members[i].uri));
		MUST(bytes_equal(a->members[i].name, b->members[i].name));
	}
	for (i = 0; i < a->n_rules; i++)
		compare_rule(&a->rules[i], &b->rules[i]);
}

static void again(const struct group *g, struct arena *a, struct buf *b)
{
	struct group_fault why;
	struct group *back;

	MUST(group_document_encode(g, b) == OK);
	if (b->n > XML_OCTETS_MAX ||
	    group_document_decode(buf_bytes(b), a, &back, &why) == ERR_TOOBIG)
		return; /* more elements than were read */
	MUST(why.what == NULL);
	for (; g != NULL && back != NULL; g = g->next, back = back->next)
		compare(g, back);
	MUST(g == NULL && back == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(32 << 20);
	struct bytes in = { data, size };
	struct buf b = BUF_INIT(8 << 20);
	struct group_fault why;
	struct group *g;
	enum err e;

	MUST(a != NULL);
	e = group_document_decode(in, a, &g, &why);
	MUST((e == OK) == (why.what == NULL) || e == ERR_NOMEM);
	MUST(why.what == NULL || (why.line >= 1 && why.line <= size + 1));
	if (e == OK)
		again(g, a, &b);
	buf_clear(&b);
	arena_free(a);
	return 0;
}
