#include "gateway/adapter.h"

#include "codecs/shape.h"

#define TEXT(struct_, member_)                                                 \
	{                                                                      \
		SHAPE_TEXT, SHAPE_AT(struct_, member_)                         \
	}
#define NUMBER(struct_, member_, min_, max_)                                   \
	{                                                                      \
		SHAPE_NUMBER, SHAPE_AT(struct_, member_), .min = (min_),       \
		.max = (max_)                                                  \
	}
#define OCTETS(struct_, member_)                                               \
	{                                                                      \
		SHAPE_OCTETS, SHAPE_AT(struct_, member_)                       \
	}
#define NEEDS(tag_) ((uint64_t)1 << (tag_))

/* Programs of two versions may meet during an update: only ever append. */

static const struct shape_row hello_rows[] = {
	[1] = TEXT(struct hello, name),
	[2] = TEXT(struct hello, version),
	[3] = NUMBER(struct hello, pid, 0, UINT64_MAX),
};
static const struct shape hello_shape =
	SHAPE(struct hello, hello_rows, NEEDS(1));

static const struct shape_row welcome_rows[] = {
	[1] = { SHAPE_FIXED, SHAPE_AT(struct welcome, nonce_key) },
	[2] = { SHAPE_FIXED, SHAPE_AT(struct welcome, id_key) },
	[3] = TEXT(struct welcome, state_directory),
};
static const struct shape welcome_shape =
	SHAPE(struct welcome, welcome_rows, NEEDS(3));

static const struct shape_row segment_rows[] = {
	[1] = OCTETS(struct segment_note, key),
	[2] = NUMBER(struct segment_note, part, 0, UINT8_MAX),
	[3] = NUMBER(struct segment_note, of, 0, UINT8_MAX),
	[4] = NUMBER(struct segment_note, timeout_s, 0, UINT32_MAX),
};
static const struct shape segment_shape =
	SHAPE(struct segment_note, segment_rows, 0);

static const struct shape_row intake_rows[] = {
	[1] = OCTETS(struct intake, message),
	[2] = OCTETS(struct intake, dedupe),
	[3] = NUMBER(struct intake, native, 0, 1),
	[4] = { SHAPE_NESTED, SHAPE_AT(struct intake, segment),
		.of = &segment_shape },
	[5] = NUMBER(struct intake, sender_keeps, 0, 1),
	[6] = NUMBER(struct intake, replace, 0, 1),
	[7] = NUMBER(struct intake, partial, 0, 1),
};
static const struct shape intake_shape =
	SHAPE(struct intake, intake_rows, NEEDS(1));

static const struct shape_row accepted_rows[] = {
	[1] = NUMBER(struct accepted, id, 0, UINT64_MAX),
	[2] = { SHAPE_CHARS, SHAPE_AT(struct accepted, public_id) },
	[3] = NUMBER(struct accepted, duplicate, 0, 1),
	[4] = OCTETS(struct accepted, refused),
	[5] = NUMBER(struct accepted, waits, 0, 1),
};
static const struct shape accepted_shape =
	SHAPE(struct accepted, accepted_rows, 0);

static const struct shape_row far_report_rows[] = {
	[1] = TEXT(struct far_report, peer),
	[2] = TEXT(struct far_report, far_id),
	[3] = NUMBER(struct far_report, ours, 0, 1),
	[4] = { SHAPE_ADDRESS, SHAPE_AT(struct far_report, reporter) },
	[5] = { SHAPE_BIT, SHAPE_AT(struct far_report, kind),
		.max = WANT_INTERMEDIATE },
	[6] = NUMBER(struct far_report, state, 0, STATE_ACKNOWLEDGED),
	[7] = NUMBER(struct far_report, far_code, 0, UINT32_MAX),
	[8] = TEXT(struct far_report, text),
	[9] = NUMBER(struct far_report, event_us, 0, UINT64_MAX),
	[10] = { SHAPE_TEXTS, SHAPE_AT(struct far_report, keys),
		 SHAPE_COUNT(struct far_report, n_keys),
		 .max = OUTCOME_KEYS_MAX },
	[11] = NUMBER(struct far_report, absent, 0, 1),
	[12] = TEXT(struct far_report, error),
	[13] = TEXT(struct far_report, reply),
	[14] = NUMBER(struct far_report, response, 0, 256),
};
static const struct shape far_report_shape =
	SHAPE(struct far_report, far_report_rows, NEEDS(1) | NEEDS(2));

static const struct shape_row peer_state_rows[] = {
	[1] = TEXT(struct peer_state, peer),
	[2] = NUMBER(struct peer_state, up, 0, 1),
	[3] = NUMBER(struct peer_state, window, 0, UINT32_MAX),
	[4] = NUMBER(struct peer_state, used, 0, UINT32_MAX),
	[5] = TEXT(struct peer_state, kind),
	[6] = TEXT(struct peer_state, address),
	[7] = TEXT(struct peer_state, text),
	[8] = NUMBER(struct peer_state, since_us, 0, UINT64_MAX),
	[9] = NUMBER(struct peer_state, sent, 0, UINT64_MAX),
	[10] = NUMBER(struct peer_state, received, 0, UINT64_MAX),
	[11] = NUMBER(struct peer_state, failed, 0, UINT64_MAX),
	[12] = NUMBER(struct peer_state, technology, 0, TECHNOLOGY_LOOPBACK),
	[13] = TEXT(struct peer_state, tls),
	[14] = NUMBER(struct peer_state, sent_minute, 0, UINT32_MAX),
	[15] = NUMBER(struct peer_state, received_minute, 0, UINT32_MAX),
	[16] = NUMBER(struct peer_state, busy, 0, 1),
	[17] = NUMBER(struct peer_state, septets_most, 0, UINT32_MAX),
	[18] = NUMBER(struct peer_state, units_most, 0, UINT32_MAX),
	[19] = NUMBER(struct peer_state, short_names, 0, 1),
};
static const struct shape peer_state_shape =
	SHAPE(struct peer_state, peer_state_rows, NEEDS(1));

static const struct shape_row presence_rows[] = {
	[1] = TEXT(struct presence, user),
	[2] = NUMBER(struct presence, devices, 0, UINT32_MAX),
	[3] = { SHAPE_ADDRESS, SHAPE_AT(struct presence, subscriber) },
};
static const struct shape presence_shape =
	SHAPE(struct presence, presence_rows, 0);

static const struct shape_row lookup_rows[] = {
	[1] = NUMBER(struct lookup, kind, LOOKUP_USER_NAME, LOOKUP_ACCOUNT),
	[2] = TEXT(struct lookup, name),
};
static const struct shape lookup_shape =
	SHAPE(struct lookup, lookup_rows, NEEDS(1) | NEEDS(2));

static const struct shape_row found_rows[] = {
	[1] = NUMBER(struct found, exists, 0, 1),
	[2] = TEXT(struct found, name),
	[3] = TEXT(struct found, domain),
	[4] = TEXT(struct found, number),
	[5] = TEXT(struct found, ha1_md5),
	[6] = TEXT(struct found, ha1_sha256),
	[7] = TEXT(struct found, password_hash),
	[8] = NUMBER(struct found, devices, 0, UINT32_MAX),
	[9] = NUMBER(struct found, rate, 0, UINT32_MAX),
	[10] = NUMBER(struct found, window, 0, UINT32_MAX),
	[11] = NUMBER(struct found, binds, 0, UINT32_MAX),
	[12] = TEXT(struct found, short_code),
	[13] = NUMBER(struct found, any_sender, 0, 1),
	[14] = NUMBER(struct found, version, 0, UINT64_MAX),
	[15] = NUMBER(struct found, burst, 0, UINT32_MAX),
	[16] = NUMBER(struct found, daily_quota, 0, UINT64_MAX),
	[17] = TEXT(struct found, bind_kinds),
	[18] = TEXT(struct found, short_codes),
	[19] = TEXT(struct found, allowed),
	[20] = TEXT(struct found, default_sender),
	[21] = TEXT(struct found, forced_sender),
	[22] = TEXT(struct found, wrong_sender),
	[23] = TEXT(struct found, allowed_hosts),
	[24] = NUMBER(struct found, barred, 0, 1),
	[25] = TEXT(struct found, tls),
	[26] = TEXT(struct found, tls_name),
};
static const struct shape found_shape = SHAPE(struct found, found_rows, 0);

static const struct shape_row binding_rows[] = {
	[1] = TEXT(struct binding, user),
	[2] = TEXT(struct binding, key),
	[3] = NUMBER(struct binding, expires_us, 0, UINT64_MAX),
	[4] = OCTETS(struct binding, data),
};
static const struct shape binding_shape =
	SHAPE(struct binding, binding_rows, NEEDS(1) | NEEDS(2));

static const struct shape_row amendment_rows[] = {
	[1] = NUMBER(struct amendment, kind, AMEND_QUERY, AMEND_REPLACE),
	[2] = NUMBER(struct amendment, id, 0, UINT64_MAX),
	[3] = TEXT(struct amendment, account),
	[4] = TEXT(struct amendment, peer),
	[5] = { SHAPE_ADDRESS, SHAPE_AT(struct amendment, from) },
	[6] = { SHAPE_ADDRESS, SHAPE_AT(struct amendment, to) },
	[7] = TEXT(struct amendment, service_type),
	[8] = OCTETS(struct amendment, message),
	[9] = OCTETS(struct amendment, progress),
	[10] = TEXT(struct amendment, extra),
};
static const struct shape amendment_shape =
	SHAPE(struct amendment, amendment_rows, NEEDS(1));

static const struct shape_row standing_rows[] = {
	[1] = NUMBER(struct standing, class, 0, OUTCOME_UNANSWERED),
	[2] = NUMBER(struct standing, state, 0, STATE_ACKNOWLEDGED),
	[3] = NUMBER(struct standing, far_code, 0, UINT32_MAX),
	[4] = NUMBER(struct standing, event_us, 0, UINT64_MAX),
};
static const struct shape standing_shape =
	SHAPE(struct standing, standing_rows, 0);

static const struct shape_row control_rows[] = {
	[1] = TEXT(struct control, command),
	[2] = TEXT(struct control, peer),
	[3] = TEXT(struct control, text),
};
static const struct shape control_shape =
	SHAPE(struct control, control_rows, NEEDS(1));

static const struct shape_row waits_rows[] = {
	[1] = TEXT(struct waits, peer),
	[2] = NUMBER(struct waits, any, 0, 1),
};
static const struct shape waits_shape =
	SHAPE(struct waits, waits_rows, NEEDS(1));

static const struct shape_row note_rows[] = {
	[1] = NUMBER(struct note, story, 0, UINT64_MAX),
	[2] = TEXT(struct note, key),
	[3] = TEXT(struct note, step),
	[4] = TEXT(struct note, from),
	[5] = TEXT(struct note, to),
	[6] = TEXT(struct note, verdict),
	[7] = TEXT(struct note, text),
	[8] = TEXT(struct note, clause),
	[9] = NUMBER(struct note, technology, 0, TECHNOLOGY_LOOPBACK),
};
static const struct shape note_shape = SHAPE(struct note, note_rows, 0);

/* x_image() and x_read() of a structure whose table says it all. */
#define IMAGE(name_)                                                           \
	enum err name_##_image(const struct name_ *v, struct buf *to)          \
	{                                                                      \
		return shape_image(&name_##_shape, v, to);                     \
	}
#define READ(name_)                                                            \
	enum err name_##_read(struct bytes in, struct arena *a,                \
			      struct name_ *v)                                 \
	{                                                                      \
		*v = (struct name_){ 0 };                                      \
		return shape_read(&name_##_shape, in, a, v, NULL);             \
	}

IMAGE(hello)
READ(hello)
IMAGE(welcome)
READ(welcome)
IMAGE(far_report)
READ(far_report)
IMAGE(peer_state)
READ(peer_state)
IMAGE(presence)
READ(presence)
IMAGE(lookup)
READ(lookup)
IMAGE(found)
READ(found)
IMAGE(binding)
READ(binding)
IMAGE(amendment)
READ(amendment)
IMAGE(standing)
READ(standing)
IMAGE(control)
READ(control)
IMAGE(note)
READ(note)
IMAGE(waits)
READ(waits)

/* These two need no memory of their own. */
IMAGE(accepted)

enum err accepted_read(struct bytes in, struct accepted *v)
{
	enum err e;

	*v = (struct accepted){ 0 };
	e = shape_read(&accepted_shape, in, NULL, v, NULL);
	return e == OK && v->refused.n % 2 != 0 ? ERR_MALFORMED : e;
}

IMAGE(intake)

enum err intake_read(struct bytes in, struct intake *v)
{
	const struct segment_note *s = &v->segment;
	enum err e;

	*v = (struct intake){ .native = false };
	e = shape_read(&intake_shape, in, NULL, v, NULL);
	if (e == OK && s->of > 0 && (s->part == 0 || s->part > s->of))
		e = ERR_MALFORMED;
	return e;
}
