#include "gateway/live.h"

#include "codecs/field.h"

enum tag {
	TAG_VERSION = 1,
	TAG_ORIGIN_TECHNOLOGY,
	TAG_ORIGIN_PEER,
	TAG_ORIGIN_ACCOUNT,
	TAG_FROM,
	TAG_TO,
	TAG_TO_INDEX,
	TAG_WANT,
	TAG_PRIORITY,
	TAG_FLAGS,
	TAG_WAY,
	TAG_WAY_NOW,
	TAG_ATTEMPTS,
	TAG_CRASHES,
	TAG_PROGRESS,
	TAG_FARS,
	TAG_TOLD,
	TAG_RECEIVED,
	TAG_REPORT_KIND,
	TAG_REPORT_STATE,
	TAG_REPORT_VIA,
	TAG_REPORT_CODE,
	TAG_REPORT_TEXT,
	TAG_REPORT_TIME,
	TAG_STORY,
	TAG_HELD_TIME,
	TAG_HELD_BY,
	TAG_PASSED
};

enum flag {
	FLAG_ONCE = 1,
	FLAG_SHARED = 2,
	FLAG_MAYBE = 4,
	FLAG_REPORT = 8,
	FLAG_SOUGHT = 16
};

#define META_VERSION 1
#define FAR_OCTETS   17

struct live *live_new(void)
{
	struct arena *a = arena_new(LIVE_ARENA_MAX);
	struct live *l = a == NULL ? NULL : arena_alloc(a, sizeof *l);

	if (l == NULL) {
		arena_free(a);
		return NULL;
	}
	l->arena = a;
	return l;
}

void live_free(struct live *l)
{
	if (l == NULL)
		return;
	step_free(l->also);
	arena_free(l->arena);
}

static void put_address(struct buf *to, unsigned tag, const struct address *a)
{
	size_t mark;

	if (a->kind == ADDRESS_NONE)
		return;
	mark = field_open(to, tag);
	buf_u8(to, (uint8_t)a->kind);
	buf_text(to, a->text);
	field_close(to, mark);
}

static void put_ways(const struct live *l, struct buf *to)
{
	size_t i, mark;

	for (i = 0; i < l->n_ways; i++) {
		mark = field_open(to, TAG_WAY);
		buf_u8(to, (uint8_t)l->ways[i].technology);
		buf_text(to, l->ways[i].peer);
		field_close(to, mark);
	}
	field_number(to, TAG_WAY_NOW, l->way);
}

static void put_fars(const struct live *l, struct buf *to)
{
	size_t i, mark;

	if (l->n_fars == 0)
		return;
	mark = field_open(to, TAG_FARS);
	for (i = 0; i < l->n_fars; i++) {
		buf_u64(to, l->fars[i].key.high);
		buf_u64(to, l->fars[i].key.low);
		buf_u8(to, l->fars[i].delivered);
	}
	field_close(to, mark);
}

static void put_report(const struct live *l, struct buf *to)
{
	if (!l->is_report)
		return;
	field_number(to, TAG_REPORT_KIND, l->report.kind);
	field_number(to, TAG_REPORT_STATE, l->report.state);
	field_number(to, TAG_REPORT_VIA, l->report.via);
	field_number(to, TAG_REPORT_CODE, l->report.far_code);
	field_text(to, TAG_REPORT_TEXT, l->report.text);
	field_number(to, TAG_REPORT_TIME, l->report.event_us);
}

static uint64_t flags_of(const struct live *l)
{
	return (l->once ? FLAG_ONCE : 0u) | (l->shared ? FLAG_SHARED : 0u) |
	       (l->maybe_duplicate ? FLAG_MAYBE : 0u) |
	       (l->is_report ? FLAG_REPORT : 0u) |
	       (l->sought ? FLAG_SOUGHT : 0u);
}

enum err live_meta(const struct live *l, struct buf *to)
{
	field_number(to, TAG_VERSION, META_VERSION);
	field_number(to, TAG_STORY, l->story);
	field_number(to, TAG_ORIGIN_TECHNOLOGY, l->origin.technology);
	field_text(to, TAG_ORIGIN_PEER, l->origin.peer);
	field_text(to, TAG_ORIGIN_ACCOUNT, l->origin.account);
	put_address(to, TAG_FROM, &l->from);
	put_address(to, TAG_TO, &l->to);
	field_number(to, TAG_TO_INDEX, l->to_index);
	field_number(to, TAG_WANT, l->want);
	field_number(to, TAG_PRIORITY, l->priority);
	field_number(to, TAG_FLAGS, flags_of(l));
	put_ways(l, to);
	field_number(to, TAG_ATTEMPTS, l->attempts);
	field_number(to, TAG_CRASHES, l->crashes);
	if (l->progress.n > 0)
		field_put(to, TAG_PROGRESS, l->progress);
	put_fars(l, to);
	field_number(to, TAG_TOLD, l->told);
	field_number(to, TAG_RECEIVED, l->received_us);
	if (l->passed != 0)
		field_number(to, TAG_PASSED, l->passed);
	put_report(l, to);
	if (l->held_us != 0) {
		field_number(to, TAG_HELD_TIME, l->held_us);
		field_text(to, TAG_HELD_BY, l->held_by);
	}
	return buf_status(to);
}

static enum err read_address(struct live *l, struct bytes v,
			     struct address *out)
{
	if (v.n == 0 || v.p[0] > ADDRESS_ANONYMOUS)
		return ERR_MALFORMED;
	out->kind = (enum address_kind)v.p[0];
	out->text = arena_string(l->arena, bytes_after(v, 1));
	return out->text == NULL ? ERR_NOMEM : OK;
}

static enum err read_way(struct live *l, struct bytes v)
{
	struct route_way *w = &l->ways[l->n_ways];

	if (v.n < 2 || v.p[0] > TECHNOLOGY_LOOPBACK ||
	    l->n_ways == ROUTE_WAYS_MAX)
		return ERR_MALFORMED;
	w->technology = (enum technology)v.p[0];
	w->peer = arena_string(l->arena, bytes_after(v, 1));
	l->n_ways++;
	return w->peer == NULL ? ERR_NOMEM : OK;
}

static enum err read_fars(struct live *l, struct bytes v)
{
	struct cursor c = CURSOR(v);
	size_t i, n = v.n / FAR_OCTETS;

	if (v.n % FAR_OCTETS != 0 || n > STEP_FAR_MAX)
		return ERR_MALFORMED;
	l->fars = arena_array(l->arena, n + 1, sizeof *l->fars);
	if (l->fars == NULL)
		return ERR_NOMEM;
	for (i = 0; i < n; i++) {
		l->fars[i].key.high = cursor_u64(&c);
		l->fars[i].key.low = cursor_u64(&c);
		l->fars[i].delivered = cursor_u8(&c) != 0;
		l->fars[i].leg = l;
	}
	l->n_fars = n;
	return OK;
}

static enum err read_text(struct live *l, struct bytes v, const char **out)
{
	*out = arena_string(l->arena, v);
	return *out == NULL ? ERR_NOMEM : OK;
}

static enum err read_octets(struct live *l, const struct field *f)
{
	switch (f->tag) {
	case TAG_ORIGIN_PEER:
		return read_text(l, f->value, &l->origin.peer);
	case TAG_ORIGIN_ACCOUNT:
		return read_text(l, f->value, &l->origin.account);
	case TAG_FROM:
		return read_address(l, f->value, &l->from);
	case TAG_TO:
		return read_address(l, f->value, &l->to);
	case TAG_WAY:
		return read_way(l, f->value);
	case TAG_FARS:
		return read_fars(l, f->value);
	case TAG_PROGRESS:
		return arena_copy(l->arena, f->value, &l->progress);
	case TAG_REPORT_TEXT:
		return read_text(l, f->value, &l->report.text);
	case TAG_HELD_BY:
		return read_text(l, f->value, &l->held_by);
	default:
		return ERR_NOTFOUND;
	}
}

static void read_report(struct live *l, unsigned tag, uint64_t v)
{
	switch (tag) {
	case TAG_REPORT_KIND:
		l->report.kind = (enum want)v;
		break;
	case TAG_REPORT_STATE:
		l->report.state = (enum delivery_state)v;
		break;
	case TAG_REPORT_VIA:
		l->report.via = (enum technology)v;
		break;
	case TAG_REPORT_CODE:
		l->report.far_code = (uint32_t)v;
		break;
	case TAG_REPORT_TIME:
		l->report.event_us = v;
		break;
	default:
		break;
	}
}

static void read_flags(struct live *l, uint64_t v)
{
	l->once = (v & FLAG_ONCE) != 0;
	l->shared = (v & FLAG_SHARED) != 0;
	l->maybe_duplicate = (v & FLAG_MAYBE) != 0;
	l->is_report = (v & FLAG_REPORT) != 0;
	l->sought = (v & FLAG_SOUGHT) != 0;
}

static void read_number(struct live *l, unsigned tag, uint64_t v)
{
	switch (tag) {
	case TAG_ORIGIN_TECHNOLOGY:
		l->origin.technology = (enum technology)v;
		break;
	case TAG_STORY:
		l->story = v;
		break;
	case TAG_TO_INDEX:
		l->to_index = (uint32_t)v;
		break;
	case TAG_WANT:
		l->want = (uint8_t)v;
		break;
	case TAG_PRIORITY:
		l->priority = (enum priority)v;
		break;
	case TAG_FLAGS:
		read_flags(l, v);
		break;
	case TAG_WAY_NOW:
		l->way = (size_t)v;
		break;
	case TAG_ATTEMPTS:
		l->attempts = (unsigned)v;
		break;
	case TAG_CRASHES:
		l->crashes = (unsigned)v;
		break;
	case TAG_TOLD:
		l->told = (uint8_t)v;
		break;
	case TAG_RECEIVED:
		l->received_us = v;
		break;
	case TAG_PASSED:
		l->passed = (uint32_t)v;
		break;
	case TAG_HELD_TIME:
		l->held_us = v;
		break;
	default:
		read_report(l, tag, v);
		break;
	}
}

static enum err read_meta(struct live *l, struct bytes meta)
{
	struct cursor c = CURSOR(meta);
	struct field f;
	enum err e;

	while (field_next(&c, &f)) {
		enum err bad = OK;
		uint64_t v;

		e = read_octets(l, &f);
		if (e == OK)
			continue;
		if (e != ERR_NOTFOUND)
			return e;
		v = field_value(&f, &bad);
		if (bad != OK)
			return bad;
		read_number(l, f.tag, v);
	}
	if (c.bad != OK)
		return c.bad;
	return l->priority < PRIORITIES && l->way <= l->n_ways ? OK
							       : ERR_MALFORMED;
}

enum err live_read(struct live *l, const struct store_leg *row)
{
	l->id = row->id;
	l->story = row->story;
	l->state = row->state;
	l->due_us = row->due_us;
	l->expires_us = row->expires_us;
	l->recipient = row->recipient;
	return read_meta(l, row->meta) == OK
		       ? arena_copy(l->arena, row->image, &l->image)
		       : ERR_MALFORMED;
}

const struct route_way *live_way(const struct live *l)
{
	return l->way < l->n_ways ? &l->ways[l->way] : NULL;
}

bool live_at_rest(const struct live *l)
{
	return l->updating == 0 && !l->native &&
	       (l->place == LIVE_NOWHERE || l->place == LIVE_FLOW ||
		l->place == LIVE_TARGET);
}
