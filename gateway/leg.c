#include "gateway/leg.h"

#include "codecs/field.h"
#include "codecs/shape.h"

#define TAG_HEAD	1	/* struct leg without its message    */
#define TAG_MESSAGE	2	/* the message's image, last of all  */
#define CLAUSE		"gateway/leg.h"

static const struct shape_row rows[] = {
	[1] = { SHAPE_NUMBER, SHAPE_AT(struct leg, token), .max = UINT64_MAX },
	[2] = { SHAPE_NUMBER, SHAPE_AT(struct leg, id), .max = UINT64_MAX },
	[3] = { SHAPE_NUMBER, SHAPE_AT(struct leg, story), .max = UINT64_MAX },
	[4] = { SHAPE_CHARS, SHAPE_AT(struct leg, public_id) },
	[5] = { SHAPE_NUMBER, SHAPE_AT(struct leg, technology),
		.max = TECHNOLOGY_LOOPBACK },
	[6] = { SHAPE_TEXT, SHAPE_AT(struct leg, peer) },
	[7] = { SHAPE_ADDRESS, SHAPE_AT(struct leg, to) },
	[8] = { SHAPE_NUMBER, SHAPE_AT(struct leg, recipient),
		.max = MESSAGE_RECIPIENTS_MAX - 1 },
	[9] = { SHAPE_NUMBER, SHAPE_AT(struct leg, attempt),
		.max = UINT32_MAX },
	[10] = { SHAPE_NUMBER, SHAPE_AT(struct leg, maybe_duplicate),
		 .max = 1 },
	[11] = { SHAPE_NUMBER, SHAPE_AT(struct leg, native), .max = 1 },
	[12] = { SHAPE_OCTETS, SHAPE_AT(struct leg, progress) },
};
static const struct shape leg_shape = SHAPE(struct leg, rows, 0);

enum err leg_image(const struct leg *leg, struct bytes message_octets,
		   struct buf *to)
{
	size_t mark = field_open(to, TAG_HEAD);

	if (shape_image(&leg_shape, leg, to) != OK)
		return to->bad;
	field_close(to, mark);
	field_put(to, TAG_MESSAGE, message_octets);
	return buf_status(to);
}

static enum err next_as(struct cursor *c, unsigned tag, const char *name,
			struct bytes *out, struct fault *why)
{
	size_t at = c->at;
	struct field f;

	if (!field_next(c, &f))
		return fault_set(why, c->bad == OK ? ERR_MORE : c->bad, name,
				 CLAUSE, at);
	if (f.tag != tag)
		return fault_set(why, ERR_MALFORMED, name, CLAUSE, at);
	*out = f.value;
	return OK;
}

/* A fault inside `inner` is told where it is in the whole image, and more
 * octets would not mend it. */
static enum err inside(struct bytes image, struct bytes inner, enum err e,
		       struct fault *why)
{
	if (e == OK)
		return OK;
	if (why != NULL)
		why->offset += (size_t)(inner.p - image.p);
	return e == ERR_MORE ? ERR_MALFORMED : e;
}

enum err leg_read(struct bytes image, struct arena *a, struct leg *out,
		  struct fault *why)
{
	struct bytes head = { NULL, 0 }, octets = { NULL, 0 };
	struct cursor c = CURSOR(image);
	struct leg leg = { .token = 0 };
	size_t n;
	enum err e;

	if ((e = next_as(&c, TAG_HEAD, "head", &head, why)) != OK ||
	    (e = next_as(&c, TAG_MESSAGE, "message", &octets, why)) != OK)
		return e;
	if (cursor_left(&c) > 0)
		return fault_set(why, ERR_MALFORMED, "end", CLAUSE, c.at);
	e = shape_read(&leg_shape, head, a, &leg, why);
	if ((e = inside(image, head, e, why)) != OK)
		return e;
	e = message_read(octets, a, &leg.message, why);
	if ((e = inside(image, octets, e, why)) != OK)
		return e;
	n = leg.message.n_recipients;
	if (leg.recipient != 0 && leg.recipient >= n)
		return fault_set(why, ERR_MALFORMED, "recipient", CLAUSE, 0);
	*out = leg;
	return OK;
}
