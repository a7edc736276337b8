/*
 * What senders want of messages that an SMSC has, over real sockets: the test
 * is the engine and the SMSC. SMPP v3.4 4.8, 4.9, 4.10, 5.2.28.
 */
#include <stdio.h>
#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "tests/adapters/smpp_world.h"

static const struct world_setting settings[] = {
	WORLD_LINK,
	{ "smsc", "query", "yes" },
	{ "smsc", "cancel", "yes" },
	{ "smsc", "replace", "yes" },
	{ "smsc", "message-id", "hex" },
	{ "smsc", "window", "2" },
	{ "smsc", "response-timeout", "1s" },
	{ NULL, NULL, NULL }
};

static const struct world_setting no_settings[] = {
	WORLD_LINK, { "smsc", "query", "yes" }, { NULL, NULL, NULL }
};

/* One message of these parts, taken under ids that begin with `id`; what the
 * adapter keeps of it. */
static struct bytes taken(struct world *w, struct wire *x, const char *text,
			  unsigned parts, const char *id)
{
	struct leg leg = world_leg_of(5);
	struct part part;
	struct message m = world_text(&part, text);
	struct extra extra = { SMPP_EXTRA_CODING, bytes_of("8") };
	struct bytes kept = { NULL, 0 };
	struct smpp_pdu p;
	struct outcome o;
	char name[32];
	unsigned i;

	m.want = WANT_POSITIVE | WANT_NEGATIVE;
	m.extras = &extra;
	m.n_extras = 1;
	world_leg(w, &leg, &m);
	for (i = 0; i < parts; i++) {
		CU_ASSERT_FATAL(wire_read(x, &p));
		CU_ASSERT(p.command_id == SMPP_SUBMIT_SM);
		snprintf(name, sizeof name, "%s%u", id, i);
		wire_respond(x, &p, ESME_ROK, name);
	}
	o = world_read_outcome(w);
	CU_ASSERT(o.class == OUTCOME_ACCEPTED && o.n_far_ids == parts);
	CU_ASSERT(arena_copy(w->arena, o.progress, &kept) == OK);
	return kept;
}

static void ask(struct world *w, uint64_t ref, struct amendment *r)
{
	struct buf b = BUF_INIT(2 * MESSAGE_IMAGE_MAX);

	r->id = 5;
	r->peer = "smsc-a";
	r->from = (struct address){ ADDRESS_E164, "+15550100001" };
	r->to = (struct address){ ADDRESS_E164, "+15550200001" };
	CU_ASSERT(amendment_image(r, &b) == OK);
	world_tell(w, FRAME_AMENDMENT, ref, buf_bytes(&b));
	buf_clear(&b);
}

static void ask_for(struct world *w, uint64_t ref, enum amendment_kind kind,
		    struct bytes progress)
{
	struct amendment r = { .kind = kind, .progress = progress };

	ask(w, ref, &r);
}

static struct standing told(struct world *w, uint64_t ref)
{
	struct standing v = { .class = OUTCOME_LINK };

	CU_ASSERT_FATAL(world_wait(w, FRAME_STANDING));
	CU_ASSERT(w->got.ref == ref);
	CU_ASSERT(standing_read(w->got.payload, w->arena, &v) == OK);
	return v;
}

static void next(struct wire *x, uint32_t command_id, const char *id,
		 struct smpp_pdu *p)
{
	CU_ASSERT_FATAL(wire_read(x, p));
	CU_ASSERT(p->command_id == command_id);
	CU_ASSERT(bytes_is(p->message_id, id));
	CU_ASSERT(p->source.ton == 1 && p->source.npi == 1);
	CU_ASSERT(bytes_is(p->source.digits, "15550100001"));
}

static void answer_query(struct wire *x, const struct smpp_pdu *to,
			 enum smpp_state state, const char *date)
{
	struct smpp_pdu p = { .command_id = SMPP_QUERY_SM_RESP,
			      .sequence_number = to->sequence_number,
			      .message_id = to->message_id,
			      .message_state = (uint8_t)state,
			      .error_code = 7,
			      .final_date = bytes_of(date) };

	wire_send(x, &p);
}

static const struct query_row {
	const char *name, *date;
	enum smpp_state far;
	enum delivery_state state;
	uint64_t event_us;
} query_rows[] = {
	{ "under way", "", SMPP_STATE_ENROUTE, STATE_ENROUTE, 0 },
	{ "delivered", "260101000000000+", SMPP_STATE_DELIVERED,
	  STATE_DELIVERED, UINT64_C(1767225600000000) },
	{ "expired", "260101000000004+", SMPP_STATE_EXPIRED, STATE_EXPIRED,
	  UINT64_C(1767222000000000) },
	{ "no state", "", SMPP_STATE_NONE, STATE_UNKNOWN, 0 },
};

/* The id goes as it came, though it is known by its number. */
static void test_query(void)
{
	struct bytes progress;
	struct standing v;
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	world_smsc(&w, &x, settings);
	progress = taken(&w, &x, "one", 1, "00aB");
	for (i = 0; i < sizeof query_rows / sizeof query_rows[0]; i++) {
		const struct query_row *r = &query_rows[i];

		ask_for(&w, 70 + i, AMEND_QUERY, progress);
		next(&x, SMPP_QUERY_SM, "00aB0", &p);
		answer_query(&x, &p, r->far, r->date);
		v = told(&w, 70 + i);
		ROW(r, v.class == OUTCOME_DELIVERED);
		ROW(r, v.state == r->state);
		ROW(r, v.event_us == r->event_us);
		ROW(r, v.far_code == 7);
	}
	world_over(&w, &x);
}

static const struct refusal_row {
	const char *name;
	uint32_t status;
	enum outcome_class class;
} refusal_rows[] = {
	{ "ROK", ESME_ROK, OUTCOME_DELIVERED },
	{ "RCANCELFAIL", ESME_RCANCELFAIL, OUTCOME_NEVER },
	{ "RINVMSGID", ESME_RINVMSGID, OUTCOME_NEVER },
	{ "RSYSERR", ESME_RSYSERR, OUTCOME_LATER },
	{ "RTHROTTLED", ESME_RTHROTTLED, OUTCOME_LATER },
};

static void test_cancel(void)
{
	struct bytes progress;
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	size_t i;

	world_smsc(&w, &x, settings);
	progress = taken(&w, &x, "one", 1, "1");
	for (i = 0; i < sizeof refusal_rows / sizeof refusal_rows[0]; i++) {
		ask_for(&w, 80 + i, AMEND_CANCEL, progress);
		next(&x, SMPP_CANCEL_SM, "10", &p);
		CU_ASSERT(bytes_is(p.dest.digits, "15550200001"));
		wire_respond(&x, &p, refusal_rows[i].status, "");
		ROW(&refusal_rows[i],
		    told(&w, 80 + i).class == refusal_rows[i].class);
	}
	/* 4.3: it does not know the command at all. */
	ask_for(&w, 99, AMEND_CANCEL, progress);
	next(&x, SMPP_CANCEL_SM, "10", &p);
	p = (struct smpp_pdu){ .command_id = SMPP_GENERIC_NACK,
			       .command_status = ESME_RINVCMDID,
			       .sequence_number = p.sequence_number };
	wire_send(&x, &p);
	CU_ASSERT(told(&w, 99).class == OUTCOME_NEVER);
	world_over(&w, &x);
}

static const char long_text[] =
	"0123456789012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789";

static const struct many {
	const char *name;
	enum smpp_state far[3];
	enum delivery_state state;
} many[] = {
	{ "all there", { SMPP_STATE_DELIVERED, SMPP_STATE_DELIVERED,
			 SMPP_STATE_DELIVERED }, STATE_DELIVERED },
	{ "one is not", { SMPP_STATE_DELIVERED, SMPP_STATE_ENROUTE,
			  SMPP_STATE_DELIVERED }, STATE_ENROUTE },
	{ "one never will be", { SMPP_STATE_ENROUTE, SMPP_STATE_DELIVERED,
				 SMPP_STATE_REJECTED }, STATE_REJECTED },
};

/* Three parts and a window of two: one answer. */
static void test_parts(void)
{
	static const char *const ids[] = { "f0", "f1", "f2" };
	struct bytes progress;
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	unsigned i, k;

	world_smsc(&w, &x, settings);
	progress = taken(&w, &x, long_text, 3, "f");
	for (i = 0; i < 3; i++) {
		ask_for(&w, 60 + i, AMEND_QUERY, progress);
		for (k = 0; k < 3; k++) {
			next(&x, SMPP_QUERY_SM, ids[k], &p);
			answer_query(&x, &p, many[i].far[k], "");
		}
		ROW(&many[i], told(&w, 60 + i).state == many[i].state);
	}
	ask_for(&w, 64, AMEND_CANCEL, progress);
	for (k = 0; k < 3; k++) {
		next(&x, SMPP_CANCEL_SM, ids[k], &p);
		wire_respond(&x, &p, k == 1 ? ESME_RCANCELFAIL : ESME_ROK, "");
	}
	CU_ASSERT(told(&w, 64).class == OUTCOME_NEVER);
	ask_for(&w, 65, AMEND_REPLACE, progress);
	CU_ASSERT(told(&w, 65).class == OUTCOME_NEVER);
	CU_ASSERT(!world_has(&w, FRAME_STANDING));
	world_over(&w, &x);
}

static void replace(struct world *w, uint64_t ref, struct bytes progress,
		    const char *text)
{
	struct buf image = BUF_INIT(MESSAGE_IMAGE_MAX);
	struct part parts[2] = {
		{ .type = "text/plain;charset=UTF-8",
		  .body = bytes_of("not this one"),
		  .content_id = "0" },
		{ .type = "text/plain;charset=UTF-8",
		  .body = bytes_of(text),
		  .content_id = "8" },
	};
	struct amendment r = { .kind = AMEND_REPLACE, .progress = progress };
	struct message m;

	message_init(&m);
	m.parts = parts;
	m.n_parts = 2;
	CU_ASSERT(message_image(&m, &image) == OK);
	r.message = buf_bytes(&image);
	r.extra = SMPP_EXTRA_CODING;
	ask(w, ref, &r);
	buf_clear(&image);
}

/* In the coding of before, though the new text would need less, or more. */
static void test_replace(void)
{
	static const char two[] = { 4, 22, 0, '!' };
	struct bytes progress;
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_smsc(&w, &x, settings);
	progress = taken(&w, &x, "plain", 1, "a");
	replace(&w, 41, progress, "new");
	next(&x, SMPP_REPLACE_SM, "a0", &p);
	CU_ASSERT(bytes_is(p.short_message, "new"));
	CU_ASSERT(p.registered_delivery == 1);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(told(&w, 41).class == OUTCOME_DELIVERED);
	replace(&w, 42, progress, "\xD0\x96");
	CU_ASSERT(told(&w, 42).class == OUTCOME_NEVER);
	replace(&w, 43, progress, long_text);
	CU_ASSERT(told(&w, 43).class == OUTCOME_NEVER);
	progress = taken(&w, &x, "\xD0\x96", 1, "b");
	replace(&w, 44, progress, "\xD0\x96!");
	next(&x, SMPP_REPLACE_SM, "b0", &p);
	CU_ASSERT(bytes_equal(p.short_message,
			      (struct bytes){ (const void *)two, 4 }));
	wire_respond(&x, &p, ESME_RREPLACEFAIL, "");
	CU_ASSERT(told(&w, 44).class == OUTCOME_NEVER);
	replace(&w, 45, progress, "abc");
	next(&x, SMPP_REPLACE_SM, "b0", &p);
	CU_ASSERT(p.short_message.n == 6);
	wire_respond(&x, &p, ESME_ROK, "");
	CU_ASSERT(told(&w, 45).class == OUTCOME_DELIVERED);
	world_over(&w, &x);
}

/* What is not answered is answered here: late, when the link goes, and when
 * more is asked than the window takes. */
static void test_lost(void)
{
	struct bytes progress;
	struct smpp_pdu p;
	struct world w;
	struct wire x;
	unsigned i, seen = 0;

	world_smsc(&w, &x, settings);
	progress = taken(&w, &x, "one", 1, "1");
	ask_for(&w, 1, AMEND_QUERY, progress);
	next(&x, SMPP_QUERY_SM, "10", &p);
	CU_ASSERT(told(&w, 1).class == OUTCOME_LATER); /* after a second */
	wire_close(&x);
	wire_accept(&w, &x);
	wire_take_bind(&x, ESME_ROK);
	CU_ASSERT(world_peer(&w, "smsc-a", true));
	for (i = 0; i < 5; i++)
		ask_for(&w, 10 + i, AMEND_CANCEL, progress);
	next(&x, SMPP_CANCEL_SM, "10", &p);
	next(&x, SMPP_CANCEL_SM, "10", &p);
	wire_close(&x);
	for (i = 0; i < 5; i++) {
		struct standing v;

		CU_ASSERT_FATAL(world_wait(&w, FRAME_STANDING));
		CU_ASSERT(standing_read(w.got.payload, w.arena, &v) == OK);
		CU_ASSERT(v.class == OUTCOME_LATER);
		seen |= 1u << (w.got.ref - 10);
	}
	CU_ASSERT(seen == 0x1F);
	CU_ASSERT(world_peer(&w, "smsc-a", false));
	ask_for(&w, 20, AMEND_QUERY, progress);
	CU_ASSERT(told(&w, 20).class == OUTCOME_LATER);
	CU_ASSERT(!world_has(&w, FRAME_STANDING));
	world_finish(&w);
}

/* Messages and questions share a window: all get through. */
static void test_together(void)
{
	struct leg leg = world_leg_of(30);
	struct bytes progress;
	struct smpp_pdu p;
	struct part part;
	struct message m = world_text(&part, "more");
	struct world w;
	struct wire x;
	unsigned i, submits = 0, queries = 0;

	world_smsc(&w, &x, settings);
	progress = taken(&w, &x, "one", 1, "1");
	for (i = 0; i < 6; i++) {
		ask_for(&w, 10 + i, AMEND_QUERY, progress);
		leg = world_leg_of(30 + i);
		world_leg(&w, &leg, &m);
	}
	for (i = 0; i < 12; i++) {
		CU_ASSERT_FATAL(wire_read(&x, &p));
		if (p.command_id == SMPP_QUERY_SM) {
			queries++;
			answer_query(&x, &p, SMPP_STATE_ENROUTE, "");
		} else {
			submits++;
			wire_respond(&x, &p, ESME_ROK, "ab");
		}
	}
	CU_ASSERT(submits == 6 && queries == 6);
	for (i = 0; i < 6; i++) {
		CU_ASSERT(world_wait(&w, FRAME_STANDING));
		CU_ASSERT(world_wait(&w, FRAME_OUTCOME));
	}
	world_over(&w, &x);
}

/* Only what the settings say; without them nothing is kept. */
static void test_settings(void)
{
	struct bytes progress;
	struct smpp_pdu p;
	struct world w;
	struct wire x;

	world_smsc(&w, &x, no_settings);
	progress = taken(&w, &x, "one", 1, "1");
	CU_ASSERT(progress.n > 0);
	ask_for(&w, 1, AMEND_CANCEL, progress);
	CU_ASSERT(told(&w, 1).class == OUTCOME_NEVER);
	ask_for(&w, 2, AMEND_QUERY, bytes_of("no progress"));
	CU_ASSERT(told(&w, 2).class == OUTCOME_NEVER);
	ask_for(&w, 3, AMEND_QUERY, progress);
	next(&x, SMPP_QUERY_SM, "10", &p);
	answer_query(&x, &p, SMPP_STATE_ACCEPTED, "");
	CU_ASSERT(told(&w, 3).state == STATE_ACCEPTED);
	world_over(&w, &x);
	world_smsc(&w, &x, world_link_settings);
	CU_ASSERT(taken(&w, &x, "one", 1, "1").n == 0);
	world_over(&w, &x);
}

/* A new attempt of what the SMSC had once is a new message. */
static void test_again(void)
{
	struct leg leg = world_leg_of(6);
	struct smpp_pdu p;
	struct part part;
	struct message m = world_text(&part, "one");
	struct world w;
	struct wire x;

	world_smsc(&w, &x, settings);
	leg.progress = taken(&w, &x, "one", 1, "1");
	leg.attempt = 2;
	world_leg(&w, &leg, &m);
	CU_ASSERT_FATAL(wire_read(&x, &p));
	CU_ASSERT(p.command_id == SMPP_SUBMIT_SM);
	wire_respond(&x, &p, ESME_ROK, "20");
	CU_ASSERT(world_read_outcome(&w).class == OUTCOME_ACCEPTED);
	world_over(&w, &x);
}

static const struct check_test tests[] = {
	{ "query", test_query },
	{ "cancel", test_cancel },
	{ "several parts", test_parts },
	{ "replace", test_replace },
	{ "no answer", test_lost },
	{ "beside messages", test_together },
	{ "settings", test_settings },
	{ "again", test_again },
	{ NULL, NULL }
};

CHECK_MAIN("beyond", tests)
