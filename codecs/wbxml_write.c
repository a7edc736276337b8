#include "codecs/wbxml.h"

#include <string.h>

#include "codecs/utf8.h"
#include "codecs/wsp.h"

enum { SWITCH_PAGE = 0x00, END = 0x01, STR_I = 0x03, OPAQUE = 0xC3 };

static void fail(struct wbxml_writer *w, enum err e)
{
	if (w->bad == OK)
		w->bad = e;
}

void wbxml_begin(struct wbxml_writer *w, const struct wbxml_vocabulary *v,
		 unsigned version, struct buf *to)
{
	*w = (struct wbxml_writer){ .to = to, .v = v };
	buf_u8(to, (uint8_t)version);
	wsp_put_uintvar(to, v->public_id);
	wsp_put_uintvar(to, WBXML_CHARSET_UTF8);
	wsp_put_uintvar(to, 0);
}

static void switch_page(struct wbxml_writer *w, uint8_t *page, uint8_t wanted)
{
	if (*page == wanted)
		return;
	buf_u8(w->to, SWITCH_PAGE);
	buf_u8(w->to, wanted);
	*page = wanted;
}

void wbxml_open(struct wbxml_writer *w, const char *name, unsigned has)
{
	const struct wbxml_tag *t, *found = NULL;

	for (t = w->v->tags; t->name != NULL; t++)
		if (strcmp(t->name, name) == 0 &&
		    (found == NULL || t->page == w->tag_page))
			found = t;
	if (found == NULL) {
		fail(w, ERR_UNSUPPORTED);
		return;
	}
	switch_page(w, &w->tag_page, found->page);
	buf_u8(w->to, (uint8_t)(found->token | has));
}

void wbxml_text(struct wbxml_writer *w, struct bytes text)
{
	if (text.n == 0)
		return;
	if (bytes_find(text, 0) != text.n || !utf8_valid(text)) {
		fail(w, ERR_RANGE);
		return;
	}
	buf_u8(w->to, STR_I);
	buf_put(w->to, text);
	buf_u8(w->to, 0);
}

/* Does `value` begin with `text`, or have it whole, as the vocabulary wants? */
static bool fits(const struct wbxml_vocabulary *v, struct bytes value,
		 struct bytes text)
{
	if (value.n < text.n || (!v->pieces && value.n > text.n && text.n > 0))
		return false;
	return text.n == 0 || memcmp(value.p, text.p, text.n) == 0;
}

/* The start that says most of the value; of equals that of this page. */
static const struct wbxml_start *
find_start(const struct wbxml_writer *w, const char *name, struct bytes value)
{
	const struct wbxml_start *s, *best = NULL;
	size_t n, best_n = 0;

	for (s = w->v->starts; s->name != NULL; s++) {
		n = strlen(s->value);
		if (strcmp(s->name, name) != 0 ||
		    !fits(w->v, value, bytes_of(s->value)))
			continue;
		if (best == NULL || n > best_n ||
		    (n == best_n && s->page == w->start_page)) {
			best = s;
			best_n = n;
		}
	}
	return best;
}

/* The word at the front of `rest`, or NULL. */
static const struct wbxml_word *find_word(const struct wbxml_writer *w,
					  struct bytes rest)
{
	const struct wbxml_word *word;

	for (word = w->v->words; word->text != NULL; word++)
		if (word->page == w->start_page &&
		    fits(w->v, rest, bytes_of(word->text)))
			return word;
	return NULL;
}

static void put_value(struct wbxml_writer *w, struct bytes rest)
{
	const struct wbxml_word *word;
	size_t n = 0;

	while (n < rest.n) {
		word = n == 0 || w->v->pieces
			       ? find_word(w, bytes_after(rest, n))
			       : NULL;
		if (word == NULL) {
			n++;
			continue;
		}
		wbxml_text(w, (struct bytes){ rest.p, n });
		buf_u8(w->to, word->token);
		rest = bytes_after(rest, n + strlen(word->text));
		n = 0;
	}
	wbxml_text(w, rest);
}

static const struct wbxml_start *put_start(struct wbxml_writer *w,
					   const char *name, struct bytes value)
{
	const struct wbxml_start *s = find_start(w, name, value);

	if (s == NULL) {
		fail(w, ERR_UNSUPPORTED);
		return NULL;
	}
	switch_page(w, &w->start_page, s->page);
	buf_u8(w->to, s->token);
	return s;
}

void wbxml_attribute(struct wbxml_writer *w, const char *name,
		     struct bytes value)
{
	const struct wbxml_start *s = put_start(w, name, value);

	if (s != NULL)
		put_value(w, bytes_after(value, strlen(s->value)));
}

void wbxml_attribute_opaque(struct wbxml_writer *w, const char *name,
			    struct bytes octets)
{
	if (put_start(w, name, (struct bytes){ NULL, 0 }) == NULL)
		return;
	buf_u8(w->to, OPAQUE);
	wsp_put_uintvar(w->to, (uint32_t)octets.n);
	buf_put(w->to, octets);
}

void wbxml_end(struct wbxml_writer *w)
{
	buf_u8(w->to, END);
}

enum err wbxml_status(const struct wbxml_writer *w)
{
	return w->bad != OK ? w->bad : buf_status(w->to);
}
