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

/* Every short code is one that it may send as. */
static enum err read_codes(struct senders *s, const char *codes)
{
	struct bytes left = bytes_of(codes), code;
	enum err e = OK;

	while (e == OK && left.n > 0) {
		code = bytes_trim((struct bytes){ left.p,
						  bytes_find(left, ';') });
		left = bytes_after(left, bytes_find(left, ';') + 1);
		if (code.n > 0 && code.p[0] == '+')
			code = bytes_after(code, 1);
		if (code.n > 0)
			e = number_list_add(s->allowed, code, NULL);
	}
	return e;
}

static enum err read_allowed(struct senders *s, const struct found *f)
{
	enum err e;

	if ((s->allowed = number_list_new()) == NULL)
		return ERR_NOMEM;
	e = read_codes(s, f->short_codes != NULL ? f->short_codes
						 : f->short_code);
	if (e == OK && f->allowed != NULL)
		e = number_list_add_all(s->allowed, bytes_of(f->allowed), NULL);
	number_list_finish(s->allowed);
	return e;
}

void senders_read(struct senders *s, const struct found *f,
		  const struct address_rules *rules)
{
	senders_clear(s);
	if ((s->arena = arena_new(ARENA_MAX)) == NULL ||
	    read_allowed(s, f) != OK) {
		s->no_memory = true;
		return;
	}
	read_address(s,
		     f->default_sender == NULL ? f->short_code
					       : f->default_sender,
		     rules, &s->fallback);
	read_address(s, f->forced_sender, rules, &s->forced);
	s->replace = f->wrong_sender != NULL &&
		     strcmp(f->wrong_sender, "default") == 0;
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
