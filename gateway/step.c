#include "gateway/store.h"

struct step *step_new(enum step_kind kind, size_t limit_octets)
{
	struct arena *a = arena_new(limit_octets);
	struct step *s;

	if (a == NULL)
		return NULL;
	if ((s = arena_alloc(a, sizeof *s)) == NULL) {
		arena_free(a);
		return NULL;
	}
	s->kind = kind;
	s->arena = a;
	s->found_end = &s->found;
	return s;
}

void step_free(struct step *s)
{
	struct step *also;

	for (; s != NULL; s = also) {
		also = s->also;
		arena_free(s->arena);
	}
}
