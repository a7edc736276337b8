#include "gateway/message.h"

#include <string.h>

#include "codecs/field.h"
#include "codecs/shape.h"

/*
 * A later minor version has more members, which are passed over, or more
 * values of an enum, which cannot be. A later major version is not read.
 */
#define MAJOR		1
#define MINOR		1
#define TAG_VERSION	1	/* first of all                             */
#define TAG_BODY	2	/* everything; so that a cut is always seen */
#define CLAUSE		"gateway/message.h"

/* In all tables: only ever append. Images are on disk. */

static const struct shape_row recipient_rows[] = {
	[1] = { SHAPE_ADDRESS, SHAPE_AT(struct recipient, address) },
	[2] = { SHAPE_TEXT, SHAPE_AT(struct recipient, name) },
	[3] = { SHAPE_NUMBER, SHAPE_AT(struct recipient, role),
		.max = RECIPIENT_BCC },
	[4] = { SHAPE_NUMBER, SHAPE_AT(struct recipient, coding),
		.max = CODING_OBFUSCATED },
	[5] = { SHAPE_NUMBER, SHAPE_AT(struct recipient, display_only),
		.max = 1 },
	[6] = { SHAPE_NUMBER, SHAPE_AT(struct recipient, anonymous),
		.max = 1 },
};
static const struct shape recipient_shape =
	SHAPE(struct recipient, recipient_rows, 0);

static const struct shape_row reference_rows[] = {
	[1] = { SHAPE_NUMBER, SHAPE_AT(struct body_reference, octets),
		.max = UINT64_MAX },
	[2] = { SHAPE_FIXED, SHAPE_AT(struct body_reference, sha256) },
};
static const struct shape reference_shape =
	SHAPE(struct body_reference, reference_rows, 0);

static const struct shape_row part_rows[] = {
	[1] = { SHAPE_TEXT, SHAPE_AT(struct part, type) },
	[2] = { SHAPE_TEXT, SHAPE_AT(struct part, disposition) },
	[3] = { SHAPE_TEXT, SHAPE_AT(struct part, content_id) },
	[4] = { SHAPE_TEXT, SHAPE_AT(struct part, name) },
	[5] = { SHAPE_TEXT, SHAPE_AT(struct part, language) },
	[6] = { SHAPE_SLICE, SHAPE_AT(struct part, body) },
	[7] = { SHAPE_NUMBER, SHAPE_AT(struct part, external), .max = 1 },
	[8] = { SHAPE_NESTED, SHAPE_AT(struct part, reference),
		.of = &reference_shape },
	[9] = { SHAPE_NUMBER, SHAPE_AT(struct part, depth),
		.max = MESSAGE_DEPTH_MAX },
	[10] = { SHAPE_NUMBER, SHAPE_AT(struct part, fixed), .max = 1 },
	[11] = { SHAPE_TEXT, SHAPE_AT(struct part, location) },
	[12] = { SHAPE_TEXT, SHAPE_AT(struct part, description) },
};
static const struct shape part_shape = SHAPE(struct part, part_rows, 1 << 1);

static const struct shape_row id_rows[] = {
	[1] = { SHAPE_NUMBER, SHAPE_AT(struct message_id, kind),
		.max = ID_SMS_REFERENCE },
	[2] = { SHAPE_TEXT, SHAPE_AT(struct message_id, value) },
	[3] = { SHAPE_NUMBER, SHAPE_AT(struct message_id, want), .max = 127 },
};
static const struct shape id_shape = SHAPE(struct message_id, id_rows, 1 << 2);

static const struct shape_row extra_rows[] = {
	[1] = { SHAPE_TEXT, SHAPE_AT(struct extra, name) },
	[2] = { SHAPE_OCTETS, SHAPE_AT(struct extra, value) },
};
static const struct shape extra_shape = SHAPE(struct extra, extra_rows, 1 << 1);

static const struct shape_row origin_rows[] = {
	[1] = { SHAPE_NUMBER, SHAPE_AT(struct origin, technology),
		.max = TECHNOLOGY_LOOPBACK },
	[2] = { SHAPE_TEXT, SHAPE_AT(struct origin, peer) },
	[3] = { SHAPE_TEXT, SHAPE_AT(struct origin, account) },
};
static const struct shape origin_shape = SHAPE(struct origin, origin_rows, 0);

static const struct shape_row report_rows[] = {
	[1] = { SHAPE_NUMBER, SHAPE_AT(struct report, about),
		.max = UINT64_MAX },
	[2] = { SHAPE_ADDRESS, SHAPE_AT(struct report, recipient) },
	[3] = { SHAPE_BIT, SHAPE_AT(struct report, kind), .max = WANT_ALERT },
	[4] = { SHAPE_NUMBER, SHAPE_AT(struct report, state),
		.max = STATE_REACHABLE },
	[5] = { SHAPE_NUMBER, SHAPE_AT(struct report, via),
		.max = TECHNOLOGY_LOOPBACK },
	[6] = { SHAPE_NUMBER, SHAPE_AT(struct report, far_code),
		.max = UINT32_MAX },
	[7] = { SHAPE_TEXT, SHAPE_AT(struct report, text) },
	[8] = { SHAPE_NUMBER, SHAPE_AT(struct report, event_us),
		.max = UINT64_MAX },
	[9] = { SHAPE_TEXT, SHAPE_AT(struct report, cause) },
};
static const struct shape report_shape = SHAPE(struct report, report_rows, 0);

static const struct shape_row charging_rows[] = {
	[1] = { SHAPE_TEXT, SHAPE_AT(struct charging, service_code) },
	[2] = { SHAPE_TEXT, SHAPE_AT(struct charging, charged_party) },
	[3] = { SHAPE_TEXT, SHAPE_AT(struct charging, charged_party_id) },
	[4] = { SHAPE_TEXT, SHAPE_AT(struct charging, third_party) },
	[5] = { SHAPE_TEXT, SHAPE_AT(struct charging, vasp_id) },
	[6] = { SHAPE_TEXT, SHAPE_AT(struct charging, vas_id) },
	[7] = { SHAPE_TEXT, SHAPE_AT(struct charging, ims_id) },
};
static const struct shape charging_shape =
	SHAPE(struct charging, charging_rows, 0);

static const struct shape_row reply_charging_rows[] = {
	[1] = { SHAPE_NUMBER, SHAPE_AT(struct reply_charging, mode),
		.max = REPLY_CHARGING_GIVEN_TEXT },
	[2] = { SHAPE_NUMBER, SHAPE_AT(struct reply_charging, until_us),
		.max = UINT64_MAX },
	[3] = { SHAPE_NUMBER, SHAPE_AT(struct reply_charging, octets),
		.max = UINT64_MAX },
};
static const struct shape reply_charging_shape =
	SHAPE(struct reply_charging, reply_charging_rows, 0);

static const struct shape_row application_rows[] = {
	[1] = { SHAPE_TEXT, SHAPE_AT(struct application, id) },
	[2] = { SHAPE_TEXT, SHAPE_AT(struct application, reply_id) },
	[3] = { SHAPE_TEXT, SHAPE_AT(struct application, info) },
};
static const struct shape application_shape =
	SHAPE(struct application, application_rows, 0);

#define IN(member_) SHAPE_AT(struct message, member_)
#define COUNTED(member_) SHAPE_COUNT(struct message, member_)

/* The native body stands before the parts, which may be slices of it. */
static const struct shape_row rows[] = {
	[1] = { SHAPE_NUMBER, IN(kind), .max = MESSAGE_REPORT },
	[2] = { SHAPE_NESTED, IN(origin), .of = &origin_shape },
	[3] = { SHAPE_ADDRESS, IN(from) },
	[4] = { SHAPE_TEXT, IN(from_name) },
	[5] = { SHAPE_ADDRESS, IN(asserted) },
	[6] = { SHAPE_LIST, IN(recipients), COUNTED(n_recipients),
		.max = MESSAGE_RECIPIENTS_MAX, .of = &recipient_shape },
	[7] = { SHAPE_TEXT, IN(original_to) },
	[8] = { SHAPE_NUMBER, IN(received_us), .max = UINT64_MAX },
	[9] = { SHAPE_NUMBER, IN(submitted_us), .max = UINT64_MAX },
	[10] = { SHAPE_NUMBER, IN(earliest_us), .max = UINT64_MAX },
	[11] = { SHAPE_NUMBER, IN(expires_us), .max = UINT64_MAX },
	[12] = { SHAPE_TEXT, IN(submitted_text) },
	[13] = { SHAPE_TEXT, IN(subject) },
	[14] = { SHAPE_TEXT, IN(subject_language) },
	[15] = { SHAPE_NUMBER, IN(priority), .max = PRIORITY_URGENT },
	[16] = { SHAPE_NUMBER, IN(class), .max = CLASS_AUTO },
	[17] = { SHAPE_LEVEL, IN(sms_class), .max = 3 },
	[18] = { SHAPE_NUMBER, IN(want), .max = 127 },
	[19] = { SHAPE_NUMBER, IN(privacy), .max = 127 },
	[20] = { SHAPE_NUMBER, IN(adapt), .max = 1 },
	[21] = { SHAPE_NUMBER, IN(once), .max = 1 },
	[22] = { SHAPE_TEXT, IN(service) },
	[23] = { SHAPE_TEXT, IN(service_type) },
	[24] = { SHAPE_NESTED, IN(charging), .of = &charging_shape },
	[25] = { SHAPE_LIST, IN(ids), COUNTED(n_ids), .max = MESSAGE_IDS_MAX,
		 .of = &id_shape },
	[26] = { SHAPE_TEXT, IN(native_type) },
	[27] = { SHAPE_BASE, IN(native) },
	[28] = { SHAPE_LIST, IN(parts), COUNTED(n_parts),
		 .max = MESSAGE_PARTS_MAX, .of = &part_shape },
	[29] = { SHAPE_LIST, IN(extras), COUNTED(n_extras),
		 .max = MESSAGE_EXTRAS_MAX, .of = &extra_shape },
	[30] = { SHAPE_NESTED, IN(report), .of = &report_shape },
	[31] = { SHAPE_NUMBER, IN(native_external), .max = 1 },
	[32] = { SHAPE_NESTED, IN(native_reference), .of = &reference_shape },
	[33] = { SHAPE_NESTED, IN(reply_charging),
		 .of = &reply_charging_shape },
	[34] = { SHAPE_NESTED, IN(application), .of = &application_shape },
	[35] = { SHAPE_NUMBER, IN(content_class), .max = CONTENT_CONTENT_RICH },
	[36] = { SHAPE_NUMBER, IN(protected), .max = 1 },
	[37] = { SHAPE_LEVEL, IN(distribution), .max = 1 },
	[38] = { SHAPE_NUMBER, IN(conditions), .max = 3 },
	[39] = { SHAPE_NUMBER, IN(forwards), .max = UINT8_MAX },
	[40] = { SHAPE_FIXED, IN(prefer) },
	[41] = { SHAPE_ADDRESS, IN(group) },
	[42] = { SHAPE_TEXT, IN(group_name) },
};
static const struct shape message_shape = SHAPE(struct message, rows, 0);

void message_init(struct message *m)
{
	*m = (struct message){ .sms_class = -1,
			       .distribution = -1,
			       .priority = PRIORITY_NORMAL,
			       .adapt = true };
}

static bool is_multipart(const struct part *p)
{
	struct bytes front = { (const uint8_t *)p->type, 10 };

	return strlen(p->type) > front.n &&
	       bytes_is_nocase(front, "multipart/");
}

/* The parts are a tree, and what is outside is not inside as well. */
static bool good_parts(const struct message *m)
{
	const struct part *p;
	unsigned deepest = 0;
	size_t i;

	for (i = 0; i < m->n_parts; i++) {
		p = &m->parts[i];
		if (p->depth > deepest || (p->external && p->body.n > 0))
			return false;
		deepest = p->depth;
		if (!is_multipart(p))
			continue;
		if (p->external || p->body.n > 0)
			return false;
		deepest++;
	}
	return true;
}

/* What no single member shows. NULL: all is well; else what is not. */
static const char *incoherent(const struct message *m)
{
	size_t i;

	if (!good_parts(m))
		return "parts";
	if (m->native_external && m->native.n > 0)
		return "native";
	for (i = 0; i < MESSAGE_PREFER_MAX; i++)
		if (m->prefer[i] > TECHNOLOGY_LOOPBACK)
			return "prefer";
	return NULL;
}

enum err message_image(const struct message *m, struct buf *to)
{
	size_t start = to->n, mark;

	field_number(to, TAG_VERSION, MAJOR | MINOR << 8);
	mark = field_open(to, TAG_BODY);
	if (shape_image(&message_shape, m, to) != OK)
		return to->bad;
	if (incoherent(m) != NULL)
		to->bad = ERR_MALFORMED;
	field_close(to, mark);
	if (to->n - start > MESSAGE_IMAGE_MAX)
		to->bad = ERR_TOOBIG;
	return buf_status(to);
}

/* The octets behind the version; the fields of later minor versions are
 * passed over. */
static enum err read_envelope(struct bytes image, struct bytes *body,
			      uint64_t *version, struct fault *why)
{
	struct cursor c = CURSOR(image);
	enum err bad = OK;
	struct field f;

	if (image.n > MESSAGE_IMAGE_MAX)
		return fault_set(why, ERR_TOOBIG, "image", CLAUSE, 0);
	if (!field_next(&c, &f))
		return fault_set(why, c.bad == OK ? ERR_MORE : c.bad, "version",
				 CLAUSE, 0);
	*version = field_value(&f, &bad);
	if (bad != OK || f.tag != TAG_VERSION || (*version & 0xFF) == 0)
		return fault_set(why, ERR_MALFORMED, "version", CLAUSE, 0);
	if ((*version & 0xFF) > MAJOR)
		return fault_set(why, ERR_UNSUPPORTED, "version", CLAUSE, 0);
	if (!field_next(&c, &f))
		return fault_set(why, c.bad == OK ? ERR_MORE : c.bad, "body",
				 CLAUSE, c.at);
	if (f.tag != TAG_BODY)
		return fault_set(why, ERR_MALFORMED, "body", CLAUSE, c.at);
	*body = f.value;
	while (field_next(&c, &f))
		;
	if (c.bad != OK)
		return fault_set(why, c.bad, "field", CLAUSE, c.at);
	return OK;
}

enum err message_read(struct bytes image, struct arena *a, struct message *out,
		      struct fault *why)
{
	struct message m = { .sms_class = -1, .distribution = -1 };
	struct bytes body = { NULL, 0 };
	uint64_t version = 0;
	const char *what;
	enum err e;

	if ((e = read_envelope(image, &body, &version, why)) != OK)
		return e;
	e = shape_read(&message_shape, body, a, &m, why);
	if (e != OK && why != NULL)
		why->offset += (size_t)(body.p - image.p);
	if (e == OK && (what = incoherent(&m)) != NULL)
		e = fault_set(why, ERR_MALFORMED, what, CLAUSE, 0);
	if (e == ERR_NOMEM)
		return e;
	if (e != OK && version >> 8 > MINOR)
		return ERR_UNSUPPORTED;
	if (e == OK)
		*out = m;
	return e == ERR_MORE ? ERR_MALFORMED : e;
}

const char *message_id_of(const struct message *m, enum id_kind kind)
{
	size_t i;

	for (i = 0; i < m->n_ids; i++)
		if (m->ids[i].kind == kind)
			return m->ids[i].value;
	return NULL;
}

struct bytes message_extra(const struct message *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->n_extras; i++)
		if (strcmp(m->extras[i].name, name) == 0)
			return m->extras[i].value;
	return (struct bytes){ NULL, 0 };
}

const struct part *message_part(const struct message *m, const char *type)
{
	size_t i;

	for (i = 0; i < m->n_parts; i++) {
		struct bytes t = bytes_of(m->parts[i].type);

		t.n = bytes_find(t, ';');
		if (bytes_is_nocase(bytes_trim(t), type))
			return &m->parts[i];
	}
	return NULL;
}
