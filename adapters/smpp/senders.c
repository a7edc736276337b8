#include "adapters/smpp/senders.h"

#include <string.h>

#include "codecs/smpp_pdu.h"
#include "policy/sender.h"

#define ARENA_MAX 8192

static void read_address(struct senders *s, const char *text,
			 const struct address_rules *rules, struct address *to)
{
	enum err e = OK;

	if (text != NULL && text[0] != '\0')
		e = address_parse(bytes_of(text), rules, s->arena, to);
	/* What is no address was refused with the settings. */
	if (e != OK)
		s->no_memory = true;
}

static const char *setting(const struct settings_group *g, const char *name)
{
	return g == NULL ? NULL : settings_text(g, name);
}

static enum err read_allowed(struct senders *s, const struct settings_group *g,
			     const char *code)
{
	const char *text = setting(g, "allowed-address");
	enum err e = OK;

	if ((s->allowed = number_list_new()) == NULL)
		return ERR_NOMEM;
	if (code[0] != '\0')
		e = number_list_add(s->allowed,
				    bytes_of(code + (code[0] == '+')), NULL);
	if (e == OK && text != NULL)
		e = number_list_add_all(s->allowed, bytes_of(text), NULL);
	number_list_finish(s->allowed);
	return e;
}

void senders_read(struct senders *s, const struct settings_group *g,
		  const char *code, const struct address_rules *rules)
{
	const char *fallback;

	senders_clear(s);
	if ((s->arena = arena_new(ARENA_MAX)) == NULL ||
	    read_allowed(s, g, code) != OK) {
		s->no_memory = true;
		return;
	}
	fallback = setting(g, "default-sender");
	read_address(s, fallback == NULL ? code : fallback, rules,
		     &s->fallback);
	read_address(s, setting(g, "forced-sender"), rules, &s->forced);
	s->replace = g != NULL && strcmp(settings_text(g, "wrong-sender"),
					 "default") == 0;
}

void senders_clear(struct senders *s)
{
	number_list_free(s->allowed);
	arena_free(s->arena);
	*s = (struct senders){ .allowed = NULL };
}

static bool given(const struct message *m)
{
	return m->from.kind != ADDRESS_ANONYMOUS &&
	       m->from.kind != ADDRESS_NONE;
}

uint32_t senders_admit(const struct senders *s, bool any, struct message *m)
{
	struct sender_facts f = {
		.given = given(m),
		.any = any,
		.forced = s->forced.kind != ADDRESS_NONE,
		.fallback = s->fallback.kind != ADDRESS_NONE,
		.replace = s->replace,
	};

	if (s->no_memory)
		return ESME_RSYSERR;
	f.listed = f.given && s->allowed != NULL &&
		   number_list_has(s->allowed, bytes_of(m->from.text));
	switch (sender_decide(&f)) {
	case SENDER_KEPT:
		return ESME_ROK;
	case SENDER_FORCED:
		m->from = m->asserted = s->forced;
		return ESME_ROK;
	case SENDER_FALLBACK:
		m->from = m->asserted = s->fallback;
		return ESME_ROK;
	case SENDER_REFUSED:
		break;
	}
	return ESME_RINVSRCADR;
}
