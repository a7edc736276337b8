/*
 * A longer text of which one link has taken the first part: the rest by
 * another link belongs to it, or all of it goes again. 3GPP TS 23.040
 * 9.2.3.24.1.
 */
#include <string.h>

#include "adapters/smpp/job.h"
#include "adapters/smpp/smpp_map.h"
#include "tests/adapters/smpp_desk.h"

#define REFERENCE 7	/* of the first attempt; the next one has the next */

/* An attempt by `peer`; *j is NULL when there is none. */
static void attempt(struct desk *k, struct jobs *pool, const char *peer,
		    struct bytes progress, struct job **j)
{
	k->manner.peer = peer;
	k->leg.progress = progress;
	k->d.reference++;
	k->d.anew = false;
	*j = job_new(pool, &k->d, &k->why);
}

/* The first `n` of those that go get an id each, the next one no answer. */
static void take(struct desk *k, struct job *j, const char *const *ids,
		 unsigned n)
{
	struct smpp_pdu yes = { .command_id = SMPP_SUBMIT_SM_RESP };
	unsigned segment = 0, i;
	struct bytes pdu;

	for (i = 0; job_peek(j, &pdu, &segment); i++) {
		job_sent(j, segment);
		if (i >= n) {
			job_lost(j, segment, true);
			continue;
		}
		yes.message_id = bytes_of(ids[i]);
		job_answer(j, segment, &yes, &k->manner);
	}
	CU_ASSERT(job_settled(j));
}

static void open_long(struct desk *k, char text[400])
{
	memset(text, 'a', 399);
	text[399] = 0;
	desk_open(k, text, false);
	k->d.reference = REFERENCE - 1;
}

/* What is left when smsc-a has the first of three. */
static struct bytes first_part(struct desk *k, struct jobs *pool)
{
	static const char *const ids[] = { "A1" };
	struct bytes progress = { NULL, 0 };
	struct outcome out;
	struct job *j;

	attempt(k, pool, "smsc-a", progress, &j);
	CU_ASSERT_FATAL(j != NULL);
	take(k, j, ids, 1);
	CU_ASSERT(job_outcome(j, "smsc-a", k->arena, &k->scratch, &out) == OK);
	CU_ASSERT(out.class == OUTCOME_UNANSWERED && out.n_far_ids == 1);
	CU_ASSERT(out.n_far_peers == 0);
	CU_ASSERT(arena_copy(k->arena, out.progress, &progress) == OK);
	job_free(pool, j);
	return progress;
}

/* The next PDU: esm_class, and reference, count and number in its header. */
static bool is_part(struct job *j, uint8_t ref, uint8_t of, uint8_t part)
{
	const uint8_t want[] = { 5, 0, 3, ref, of, part };
	unsigned segment = 0;
	struct smpp_pdu p;
	struct bytes pdu;

	return job_peek(j, &pdu, &segment) && segment == part - 1u &&
	       smpp_pdu_decode(pdu, &p, NULL) == OK &&
	       p.short_message.n > sizeof want &&
	       memcmp(p.short_message.p, want, sizeof want) == 0;
}

/* Same reference and count; each id is its own link's. */
static void test_rest(void)
{
	static const char *const ids[] = { "B1" }, *const last[] = { "C1" };
	struct bytes progress;
	struct jobs pool = { 0 };
	struct outcome out;
	struct job *j;
	struct desk k;
	char text[400];

	open_long(&k, text);
	progress = first_part(&k, &pool);
	k.manner.write.parts_max = 2;
	attempt(&k, &pool, "smsc-b", progress, &j);
	CU_ASSERT_FATAL(j != NULL);
	CU_ASSERT(!k.d.anew && is_part(j, REFERENCE, 3, 2));
	take(&k, j, ids, 1);
	CU_ASSERT(job_outcome(j, "smsc-b", k.arena, &k.scratch, &out) == OK);
	CU_ASSERT(out.class == OUTCOME_UNANSWERED && out.n_far_ids == 2);
	CU_ASSERT(arena_copy(k.arena, out.progress, &progress) == OK);
	job_free(&pool, j);
	attempt(&k, &pool, "smsc-c", progress, &j);
	CU_ASSERT_FATAL(j != NULL);
	CU_ASSERT(!k.d.anew && is_part(j, REFERENCE, 3, 3));
	take(&k, j, last, 1);
	CU_ASSERT(job_outcome(j, "smsc-c", k.arena, &k.scratch, &out) == OK);
	CU_ASSERT(out.class == OUTCOME_ACCEPTED && out.n_far_ids == 3);
	CU_ASSERT_FATAL(out.n_far_peers == 3);
	CU_ASSERT_STRING_EQUAL(out.far_ids[0], "A1");
	CU_ASSERT_STRING_EQUAL(out.far_peers[0], "smsc-a");
	CU_ASSERT_STRING_EQUAL(out.far_ids[1], "B1");
	CU_ASSERT_STRING_EQUAL(out.far_peers[1], "smsc-b");
	CU_ASSERT_STRING_EQUAL(out.far_ids[2], "C1");
	CU_ASSERT_STRING_EQUAL(out.far_peers[2], "smsc-c");
	CU_ASSERT(out.progress.n == 0);
	job_free(&pool, j);
	jobs_clear(&pool);
	desk_close(&k);
}

/* One that may be asked about what it has, has not all of it. */
static void test_not_to_be_asked(void)
{
	static const char *const ids[] = { "B1", "B2" };
	struct jobs pool = { 0 };
	struct outcome out;
	struct job *j;
	struct desk k;
	char text[400];

	open_long(&k, text);
	k.manner.beyond = 0xFF;
	attempt(&k, &pool, "smsc-b", first_part(&k, &pool), &j);
	CU_ASSERT_FATAL(j != NULL);
	take(&k, j, ids, 2);
	CU_ASSERT(job_outcome(j, "smsc-b", k.arena, &k.scratch, &out) == OK);
	CU_ASSERT(out.class == OUTCOME_ACCEPTED && out.progress.n == 0);
	job_free(&pool, j);
	jobs_clear(&pool);
	desk_close(&k);
}

static void by_sar(struct desk *k)
{
	k->manner.write.means = SEGMENT_SAR;
}

static void by_wide_reference(struct desk *k)
{
	k->manner.write.means = SEGMENT_UDH16;
}

static void in_ascii(struct desk *k)
{
	k->manner.write.packed = true;
}

static void from_another(struct desk *k)
{
	k->leg.message.from = (struct address){ ADDRESS_SHORT, "22333" };
}

static void to_another(struct desk *k)
{
	k->leg.to = (struct address){ ADDRESS_SHORT, "4711" };
}

static const struct other {
	const char *name;
	void (*change)(struct desk *k);
} others[] = {
	{ "SAR parameters", by_sar },
	{ "a wide reference", by_wide_reference },
	{ "packed septets", in_ascii },
	{ "another originator", from_another },
	{ "another recipient", to_another },
};

/* All of it, under another reference; what smsc-a has does not count. */
static void test_anew(void)
{
	static const char *const ids[] = { "B1", "B2", "B3" };
	struct jobs pool = { 0 };
	struct bytes progress;
	struct outcome out;
	struct job *j;
	size_t i;

	for (i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct desk k;
		char text[400];

		open_long(&k, text);
		progress = first_part(&k, &pool);
		others[i].change(&k);
		attempt(&k, &pool, "smsc-b", progress, &j);
		CU_ASSERT_FATAL(j != NULL);
		ROW(&others[i], k.d.anew && j->of == 3);
		ROW(&others[i], j->reference == REFERENCE + 1);
		take(&k, j, ids, 3);
		ROW(&others[i], job_outcome(j, "smsc-b", k.arena, &k.scratch,
					    &out) == OK);
		ROW(&others[i], out.class == OUTCOME_ACCEPTED);
		ROW(&others[i], out.n_far_ids == 3 && out.n_far_peers == 0);
		ROW(&others[i], strcmp(out.far_ids[0], "B1") == 0);
		job_free(&pool, j);
		desk_close(&k);
	}
	jobs_clear(&pool);
}

/* What smsc-a did not like, smsc-b may. */
static void test_dislikes(void)
{
	struct progress p = { .without = SMPP_WITHOUT_TLVS | SMPP_AS_UCS2,
			      .begun = true,
			      .of = 1,
			      .peer = "smsc-a" };
	const char *none = NULL;
	struct buf octets = BUF_INIT(256);
	struct jobs pool = { 0 };
	struct job *j;
	struct desk k;

	p.far_ids = &none;
	desk_open(&k, "short", false);
	progress_write(&p, &octets);
	attempt(&k, &pool, "smsc-a", buf_bytes(&octets), &j);
	CU_ASSERT_FATAL(j != NULL);
	CU_ASSERT(j->without == (SMPP_WITHOUT_TLVS | SMPP_AS_UCS2));
	job_free(&pool, j);
	attempt(&k, &pool, "smsc-b", buf_bytes(&octets), &j);
	CU_ASSERT_FATAL(j != NULL);
	CU_ASSERT(j->without == SMPP_AS_UCS2);
	job_free(&pool, j);
	jobs_clear(&pool);
	buf_clear(&octets);
	desk_close(&k);
}

static const struct check_test tests[] = {
	{ "the rest", test_rest },
	{ "not to be asked", test_not_to_be_asked },
	{ "anew", test_anew },
	{ "dislikes", test_dislikes },
	{ NULL, NULL }
};

CHECK_MAIN("smpp rest", tests)
