#include "adapters/sip/contact.h"

#include <string.h>

#include "codecs/shape.h"

/* On disk: only ever append. */
static const struct shape_row rows[] = {
	[1] = { SHAPE_TEXT, SHAPE_AT(struct contact, user) },
	[2] = { SHAPE_TEXT, SHAPE_AT(struct contact, number) },
	[3] = { SHAPE_TEXT, SHAPE_AT(struct contact, domain) },
	[4] = { SHAPE_TEXT, SHAPE_AT(struct contact, key) },
	[5] = { SHAPE_TEXT, SHAPE_AT(struct contact, uri) },
	[6] = { SHAPE_TEXT, SHAPE_AT(struct contact, instance) },
	[7] = { SHAPE_TEXT, SHAPE_AT(struct contact, reg_id) },
	[8] = { SHAPE_TEXT, SHAPE_AT(struct contact, q) },
	[9] = { SHAPE_TEXT, SHAPE_AT(struct contact, features) },
	[10] = { SHAPE_TEXT, SHAPE_AT(struct contact, path) },
	[11] = { SHAPE_TEXT, SHAPE_AT(struct contact, route) },
	[12] = { SHAPE_TEXT, SHAPE_AT(struct contact, call_id) },
	[13] = { SHAPE_NUMBER, SHAPE_AT(struct contact, cseq),
		 .max = UINT32_MAX },
	[14] = { SHAPE_NUMBER, SHAPE_AT(struct contact, expires_us),
		 .max = UINT64_MAX },
	[15] = { SHAPE_NUMBER, SHAPE_AT(struct contact, stream), .max = 1 },
	[16] = { SHAPE_NUMBER, SHAPE_AT(struct contact, core), .max = 1 },
};

static const struct shape shape =
	SHAPE(struct contact, rows, 1 << 1 | 1 << 4 | 1 << 5 | 1 << 12);

enum err contact_image(const struct contact *c, struct buf *to)
{
	return shape_image(&shape, c, to);
}

enum err contact_read(struct bytes image, struct arena *a, struct contact *out)
{
	struct contact c = { 0 };
	enum err e = shape_read(&shape, image, a, &c, NULL);

	if (e == OK)
		*out = c;
	return e;
}

bool contact_has(const struct contact *c, const char *feature)
{
	const char *at = c->features;
	size_t n = strlen(feature);

	while (at && (at = strcasestr(at, feature))) {
		if ((at == c->features || at[-1] == ';') &&
		    (!at[n] || at[n] == ';' || at[n] == '='))
			return true;
		at += n;
	}
	return false;
}

/* Which of CPM's services does not matter: all of them read its messages. */
bool contact_takes_messages(const struct contact *c)
{
	return (c->features && strcasestr(c->features, ".oma.cpm")) ||
	       contact_has(c, "+g.oma.sip-im");
}

/* The nth text of it; NULL when row `n` is none. */
static const char **text_at(struct contact *c, size_t n)
{
	return rows[n].kind == SHAPE_TEXT
		       ? (const char **)((char *)c + rows[n].offset)
		       : NULL;
}

bool contact_listens(const char *uri, const char *seen)
{
	struct bytes host = bytes_of(uri), from = bytes_of(seen);
	size_t at = bytes_find(host, '@');

	host = bytes_after(host, (at < host.n ? at : bytes_find(host, ':')) + 1);
	if (host.n == 0)
		return false;
	at = bytes_find(host, ']');
	if (host.p[0] == '[')
		host = (struct bytes){ host.p + 1, at - 1 };
	else
		host.n = strcspn((const char *)host.p, ":;>?");
	from = bytes_after(from, from.n > 0 && from.p[0] == '[');
	from.n = bytes_find(from, ']');
	return strcasestr(uri, ";transport=tcp") && host.n > 0 &&
	       bytes_equal_nocase(host, from);
}

enum err contact_keep(const struct contact *c, struct contact *out,
		      char **texts)
{
	const size_t count = sizeof(rows) / sizeof(rows[0]);
	struct contact v = *c;
	const char **text;
	char *block, *at;
	size_t need = 1, n, i;

	for (i = 1; i < count; i++)
		if ((text = text_at(&v, i)) && *text)
			need += strlen(*text) + 1;
	block = at = mem_alloc(need);
	if (!block)
		return ERR_NOMEM;
	for (i = 1; i < count; i++) {
		if (!(text = text_at(&v, i)) || !*text)
			continue;
		n = strlen(*text) + 1;
		memcpy(at, *text, n);
		*text = at;
		at += n;
	}
	*out = v;
	*texts = block;
	return OK;
}
