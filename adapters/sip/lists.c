#include "adapters/sip/lists.h"

#include "codecs/number_list.h"

static enum err read_senders(const struct settings_group *g, struct lists *out)
{
	const char *text = settings_text(g, "senders");
	enum err e;

	if (!text)
		return OK;
	out->senders = number_list_new();
	if (!out->senders)
		return ERR_NOMEM;
	e = number_list_add_all(out->senders, bytes_of(text), NULL);
	number_list_finish(out->senders);
	return e;
}

enum err lists_read(const struct settings *s, const struct address_rules *rules,
		    struct arena *a, struct lists *out)
{
	const struct settings_group *g = settings_single(s, "lists");
	const char *service = settings_text(g, "service");
	struct lists l = { .history = settings_bool(g, "history") };
	enum err e = OK;

	l.most = (uint32_t)settings_number(g, "recipients-most");
	if (service)
		e = address_parse(bytes_of(service), rules, a, &l.service);
	if (e == OK)
		e = read_senders(g, &l);
	if (e == OK)
		*out = l;
	else
		lists_clear(&l);
	return e;
}

void lists_clear(struct lists *l)
{
	number_list_free(l->senders);
	l->senders = NULL;
}

bool lists_allow(const struct lists *l, const struct identity *sender)
{
	return !l->senders ||
	       number_list_has(l->senders, bytes_of(sender->number.text)) ||
	       number_list_has(l->senders, bytes_of(sender->sip.text));
}
