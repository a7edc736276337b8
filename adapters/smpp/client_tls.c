#include "adapters/smpp/client_tls.h"

#include <string.h>

#include "codecs/arena.h"

struct client_tls {
	struct client_tls *next;
	char *link;
	struct tls_context *context;
};

void client_tls_free(struct client_tls *all)
{
	struct client_tls *one;

	while ((one = all) != NULL) {
		all = one->next;
		mem_free(one->link);
		tls_context_free(one->context);
		mem_free(one);
	}
}

static enum err add(struct client_tls **all, const char *link,
		    struct tls_context *c)
{
	struct client_tls *one = mem_zero(sizeof *one);

	if (one == NULL || (one->link = mem_string(link)) == NULL) {
		mem_free(one);
		return ERR_NOMEM;
	}
	one->context = c;
	one->next = *all;
	*all = one;
	return OK;
}

enum err client_tls_new(struct client_tls **made, const struct settings *s,
			const struct tls_place *at, struct buf *complaint)
{
	struct client_tls *all = NULL;
	const struct settings_group *g;
	struct tls_context *c;
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && (g = settings_group_at(s, "smsc", i)) != NULL;
	     i++) {
		e = tls_context_client(&c, g, at, complaint);
		if (e != OK || c == NULL)
			continue;
		if ((e = add(&all, settings_name(g), c)) != OK)
			tls_context_free(c);
	}
	if (e != OK) {
		client_tls_free(all);
		return e;
	}
	*made = all;
	return OK;
}

const struct tls_context *client_tls_find(const struct client_tls *all,
					  const char *link)
{
	while (all != NULL && strcmp(all->link, link) != 0)
		all = all->next;
	return all == NULL ? NULL : all->context;
}
