#include "adapters/sip/contact.h"

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

enum err contact_copy(const struct contact *c, struct arena *a,
		      struct contact *out)
{
	struct contact v = *c;
	const char **text;
	size_t i;

	for (i = 1; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].kind != SHAPE_TEXT)
			continue;
		text = (const char **)((char *)&v + rows[i].offset);
		if (*text && !(*text = arena_string(a, bytes_of(*text))))
			return ERR_NOMEM;
	}
	*out = v;
	return OK;
}
