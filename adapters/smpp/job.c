#include "adapters/smpp/job.h"

#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "adapters/smpp/smpp_map.h"
#include "codecs/arena.h"
#include "codecs/smpp_names.h"

#define FREE_MAX     4096
#define PDUS_KEEP    2048 /* octets that a free job may keep           */
#define PDUS_MAX     (512 * 1024)
#define THROTTLED_MS 1000
#define ONCE_MORE_MS 1 /* without the field that was refused        */

static struct job *take_free(struct jobs *pool)
{
	struct job *j = pool->free;
	struct buf pdus;

	if (j == NULL) {
		if ((j = mem_zero(sizeof *j)) != NULL)
			j->pdus.limit = PDUS_MAX;
		return j;
	}
	pool->free = j->next;
	pool->n_free--;
	pdus = j->pdus;
	*j = (struct job){ .pdus = pdus };
	buf_reset(&j->pdus);
	return j;
}

void job_free(struct jobs *pool, struct job *j)
{
	if (j == NULL)
		return;
	if (j->segments != &j->one)
		mem_free(j->segments);
	j->segments = NULL;
	buf_clear(&j->before);
	if (pool->n_free >= FREE_MAX) {
		buf_clear(&j->pdus);
		mem_free(j);
		return;
	}
	if (j->pdus.capacity > PDUS_KEEP)
		buf_clear(&j->pdus);
	j->next = pool->free;
	pool->free = j;
	pool->n_free++;
}

void jobs_clear(struct jobs *pool)
{
	struct job *j;

	while ((j = pool->free) != NULL) {
		pool->free = j->next;
		buf_clear(&j->pdus);
		mem_free(j);
	}
	pool->n_free = 0;
}

static void copy_id(char to[SMPP_ID_ROOM], struct bytes id)
{
	if (id.n >= SMPP_ID_ROOM)
		id.n = SMPP_ID_ROOM - 1;
	if (id.n > 0)
		memcpy(to, id.p, id.n);
	to[id.n] = 0;
}

static void keep_ids(struct job_segment *s, const struct progress *p,
		     unsigned i)
{
	s->fate = SEGMENT_TAKEN;
	copy_id(s->far_id, bytes_of(p->far_ids[i]));
	copy_id(s->raw_id, bytes_of(progress_raw_id(p, i)));
}

/* Some of the segments that need not go are another link's. */
static bool has_others(const struct departure *d)
{
	unsigned i;

	for (i = 0; i < d->of; i++) {
		const char *peer = progress_has(d->progress, i)
					   ? progress_peer(d->progress, i)
					   : NULL;

		if (peer != NULL && strcmp(peer, d->manner->peer) != 0)
			return true;
	}
	return false;
}

static enum err keep_before(struct job *j, const struct departure *d)
{
	if (d->progress->peer == NULL || !has_others(d))
		return OK;
	j->before.limit = d->leg->progress.n;
	buf_put(&j->before, d->leg->progress);
	return buf_status(&j->before);
}

static enum err make_segments(struct job *j, const struct departure *d)
{
	unsigned i;

	j->of = d->of;
	j->segments = &j->one;
	if (j->of > 1) {
		j->segments = mem_zero(j->of * sizeof *j->segments);
		if (j->segments == NULL)
			return ERR_NOMEM;
	}
	j->reference = d->progress->reference;
	j->tried = j->without = d->progress->without;
	j->coding_last = d->coding_last;
	j->plan = d->plan;
	for (i = 0; i < j->of; i++)
		if (progress_has(d->progress, i))
			keep_ids(&j->segments[i], d->progress, i);
	return keep_before(j, d);
}

static uint8_t form_of(const struct message *m)
{
	uint64_t form = 0;

	if (bytes_decimal(message_extra(m, SMPP_EXTRA_CODING), UINT8_MAX,
			  &form) != OK)
		return 0;
	return (uint8_t)form;
}

/* Of any of its PDUs: they have the same reference. */
static void note_ack(struct job *j, const struct departure *d)
{
	struct smpp_pdu first;
	struct bytes pdu;

	j->ack_id[0] = 0;
	if (!j->report &&
	    (d->leg->message.want & (WANT_DISPLAY | WANT_ACKNOWLEDGED)) != 0 &&
	    smpp_frame(buf_bytes(&j->pdus), PDUS_MAX, &pdu, NULL) == OK &&
	    smpp_pdu_decode(pdu, &first, NULL) == OK)
		ack_id_of(&first, &d->leg->to, d->manner, j->ack_id);
}

struct job *job_new(struct jobs *pool, struct departure *d, struct outcome *why)
{
	struct progress progress;
	struct job *j = take_free(pool);

	if (j == NULL ||
	    progress_read(d->leg->progress, d->arena, &progress) != OK) {
		smpp_no_way(why, OUTCOME_LATER, "no memory");
		job_free(pool, j);
		return NULL;
	}
	/* What one link has not liked says nothing of another. */
	if (progress.peer != NULL &&
	    strcmp(progress.peer, d->manner->peer) != 0)
		progress.without &= SMPP_AS_UCS2;
	/* The far side had it: this is for another time. */
	if (progress.whole)
		progress = (struct progress){ .without = progress.without };
	d->pdus = &j->pdus;
	d->progress = &progress;
	if (d->manner->plain)
		progress.without |= SMPP_WITHOUT_TLVS;
	j->token = d->leg->token;
	j->story = d->leg->story;
	j->attempt = d->leg->attempt;
	j->report = d->leg->message.kind == MESSAGE_REPORT;
	j->server = d->manner->server;
	j->unanswered = j->report && d->leg->message.report.state ==
					     STATE_REACHABLE;
	j->beyond = d->manner->beyond != 0 && !j->report;
	j->form = form_of(&d->leg->message);
	j->wants = (d->leg->message.want &
		    (WANT_POSITIVE | WANT_NEGATIVE | WANT_DISPLAY |
		     WANT_INTERMEDIATE | WANT_ACKNOWLEDGED)) != 0;
	if (!smpp_depart(d, why)) {
		job_free(pool, j);
		return NULL;
	}
	if (make_segments(j, d) != OK) {
		smpp_no_way(why, OUTCOME_LATER, "no memory");
		job_free(pool, j);
		return NULL;
	}
	note_ack(j, d);
	return j;
}

bool job_peek(struct job *j, struct bytes *pdu, unsigned *segment)
{
	struct bytes rest = bytes_after(buf_bytes(&j->pdus), j->pdus_at);

	while (j->at < j->of && j->segments[j->at].fate != SEGMENT_UNSENT)
		j->at++;
	if (j->at == j->of || smpp_frame(rest, PDUS_MAX, pdu, NULL) != OK)
		return false;
	*segment = j->at;
	return true;
}

void job_sent(struct job *j, unsigned segment)
{
	struct bytes rest = bytes_after(buf_bytes(&j->pdus), j->pdus_at), pdu;

	if (smpp_frame(rest, PDUS_MAX, &pdu, NULL) == OK)
		j->pdus_at += pdu.n;
	j->segments[segment].fate = SEGMENT_SENT;
	j->sent++;
	j->at = segment + 1;
}

/* The greater decides for the whole: final ones, then doubt, then again. */
static unsigned weight(enum outcome_class c)
{
	switch (c) {
	case OUTCOME_NEVER:
		return 5;
	case OUTCOME_ADDRESS:
		return 4;
	case OUTCOME_UNANSWERED:
		return 3;
	case OUTCOME_LATER:
	case OUTCOME_ABSENT:
		return 2;
	case OUTCOME_LINK:
		return 1;
	case OUTCOME_ACCEPTED:
	case OUTCOME_DELIVERED:
		break;
	}
	return 0;
}

static void decide(struct job *j, const struct smpp_decision *d)
{
	unsigned i;

	if (!j->failed || weight(d->class) > weight(j->worst.class))
		j->worst = *d;
	j->failed = true;
	if (d->class != OUTCOME_NEVER && d->class != OUTCOME_ADDRESS)
		return;
	/* It can never be whole: the rest is not sent. */
	for (i = 0; i < j->of; i++)
		if (j->segments[i].fate == SEGMENT_UNSENT)
			j->segments[i].fate = SEGMENT_KEPT;
}

/* What the link's own statuses mean is settled by its settings. */
static struct smpp_verdict verdict(const struct manner *m, uint32_t status,
				   int reason)
{
	struct smpp_verdict v = smpp_status_verdict(status, reason);
	enum smpp_vendor_kind kind = smpp_vendor_kind(&m->vendor, status);

	if (kind == SMPP_VENDOR_RETRY || kind == SMPP_VENDOR_THROTTLE)
		v.class = OUTCOME_LATER;
	return v;
}

static void refused(struct job *j, const struct smpp_pdu *p,
		    const struct manner *m)
{
	uint32_t reason = 0;
	bool any = smpp_tlv_number(p->tlvs, SMPP_TLV_DELIVERY_FAILURE_REASON,
				   &reason);
	struct smpp_verdict v =
		verdict(m, p->command_status, any ? (int)reason : -1);
	struct smpp_decision d = { v.class, p->command_status,
				   smpp_status_name(p->command_status), 0,
				   smpp_error_absent(p->tlvs) };

	if (p->command_status == ESME_RDELIVERYFAILURE && any && reason == 0)
		d.absent = true;
	if (v.without == SMPP_AS_UCS2 && j->coding_last)
		v.without = 0;
	if (v.without != 0 && !(j->tried & v.without)) {
		j->anew |= v.without == SMPP_AS_UCS2;
		j->without |= v.without;
		d.class = OUTCOME_LATER;
		d.retry_after_ms = ONCE_MORE_MS;
	}
	/* It answers: sent again at once, it would answer the same. */
	if (v.class == OUTCOME_LINK || p->command_status == ESME_ROK)
		d.class = OUTCOME_LATER;
	if (v.patient && j->attempt >= SMPP_PATIENCE)
		d.class = OUTCOME_NEVER;
	if (manner_is_too_much(m, p->command_status) &&
	    p->command_status != ESME_RMSGQFUL)
		d.retry_after_ms = THROTTLED_MS;
	decide(j, &d);
}

void job_told(struct job *j, unsigned segment)
{
	j->sent--;
	j->segments[segment].fate = SEGMENT_TAKEN;
}

void job_answer(struct job *j, unsigned segment, const struct smpp_pdu *p,
		const struct manner *m)
{
	struct job_segment *s = &j->segments[segment];

	j->sent--;
	if (p->command_status == ESME_ROK &&
	    p->command_id != SMPP_GENERIC_NACK) {
		s->fate = SEGMENT_TAKEN;
		smpp_answer_id(p->message_id, m, s->far_id);
		copy_id(s->raw_id, p->message_id);
		if (s->far_id[0] == 0)
			j->nameless = p->message_id.n > SMPP_ID_MAX
					      ? "taken, but its message_id is "
						"too long to be known again"
					      : "taken without a message_id";
		return;
	}
	s->fate = SEGMENT_REFUSED;
	refused(j, p, m);
}

void job_lost(struct job *j, unsigned segment, bool sent)
{
	struct smpp_decision d = { OUTCOME_UNANSWERED, 0, "no answer", 0,
				   false };

	j->sent--;
	j->segments[segment].fate = sent ? SEGMENT_UNKNOWN : SEGMENT_KEPT;
	if (!sent) {
		d.class = OUTCOME_LINK;
		d.text = "the connection was lost before it was sent";
	}
	decide(j, &d);
}

void job_strand(struct job *j)
{
	struct smpp_decision d = { OUTCOME_LINK, 0, "no connection", 0, false };
	unsigned i;

	for (i = 0; i < j->of; i++) {
		if (j->segments[i].fate != SEGMENT_UNSENT)
			continue;
		j->segments[i].fate = SEGMENT_KEPT;
		decide(j, &d);
	}
}

bool job_settled(const struct job *j)
{
	unsigned i;

	if (j->sent > 0)
		return false;
	for (i = j->at; i < j->of; i++)
		if (j->segments[i].fate == SEGMENT_UNSENT)
			return false;
	return true;
}

static enum err outcome_ids(const struct job *j, const struct progress *p,
			    struct arena *a, struct outcome *out)
{
	unsigned i;

	if (j->server || j->report)
		return OK;
	out->far_ids = arena_array(a, j->of, sizeof *out->far_ids);
	if (j->before.n > 0)
		out->far_peers = arena_array(a, j->of, sizeof *out->far_peers);
	if (out->far_ids == NULL || (j->before.n > 0 && out->far_peers == NULL))
		return ERR_NOMEM;
	for (i = 0; i < j->of; i++) {
		if (j->segments[i].fate != SEGMENT_TAKEN ||
		    j->segments[i].far_id[0] == 0)
			continue;
		if (j->before.n > 0)
			out->far_peers[out->n_far_peers++] =
				progress_peer(p, i);
		out->far_ids[out->n_far_ids++] = j->segments[i].far_id;
	}
	return OK;
}

/* Those of other links stay theirs. */
static enum err list_peers(const struct job *j, struct arena *a,
			   struct progress *p)
{
	struct progress before;
	unsigned i;

	if (j->before.n == 0)
		return OK;
	p->peers = arena_array(a, j->of, sizeof *p->peers);
	if (p->peers == NULL || progress_read(buf_bytes(&j->before), a, &before) != OK)
		return ERR_NOMEM;
	for (i = 0; i < j->of; i++)
		if (progress_has(&before, i))
			p->peers[i] = progress_peer(&before, i);
	return OK;
}

static enum err list_ids(const struct job *j, struct arena *a,
			 struct progress *p)
{
	unsigned i;

	p->far_ids = arena_array(a, j->of, sizeof *p->far_ids);
	p->raw_ids = arena_array(a, j->of, sizeof *p->raw_ids);
	if (p->far_ids == NULL || p->raw_ids == NULL)
		return ERR_NOMEM;
	for (i = 0; i < j->of; i++)
		if (j->segments[i].fate == SEGMENT_TAKEN) {
			p->far_ids[i] = j->segments[i].far_id;
			p->raw_ids[i] = j->segments[i].raw_id;
		}
	return OK;
}

/* Only what a next attempt needs: nothing for one that had no effect. */
static enum err outcome_progress(const struct job *j, struct progress *p,
				 struct buf *scratch, struct outcome *out)
{
	unsigned i;

	p->reference = j->reference;
	p->without = j->without;
	p->plan = j->plan;
	for (i = 0; i < j->of; i++)
		if (j->of > 1 && !j->anew &&
		    j->segments[i].fate != SEGMENT_KEPT)
			p->begun = true;
	buf_reset(scratch);
	progress_write(p, scratch);
	out->progress = buf_bytes(scratch);
	return buf_status(scratch);
}

/* For questions about it: as the far side knows it, by the first PDU. */
static enum err outcome_beyond(const struct job *j, struct progress *p,
			       struct buf *scratch, struct outcome *out)
{
	struct smpp_pdu first;
	struct bytes pdu;

	if (smpp_frame(buf_bytes(&j->pdus), PDUS_MAX, &pdu, NULL) != OK ||
	    smpp_pdu_decode(pdu, &first, NULL) != OK)
		return OK;
	p->begun = p->whole = true;
	p->form = j->form;
	p->source = first.source;
	p->dest = first.dest;
	p->coding = first.data_coding;
	p->registered = first.registered_delivery;
	buf_reset(scratch);
	progress_write(p, scratch);
	out->progress = buf_bytes(scratch);
	return buf_status(scratch);
}

/*
 * What no receipt can name is not waited for: the SMSC has it, so it is not
 * sent again, and what becomes of it nobody will know.
 */
static void settle_nameless(const struct job *j, struct outcome *out)
{
	if (j->server || j->report || j->failed || j->nameless == NULL)
		return;
	out->text = j->nameless;
	if (!j->wants || out->n_far_ids > 0)
		return;
	out->class = OUTCOME_NEVER;
	out->state = STATE_UNKNOWN;
	out->clause = "SMPP v3.4 4.4.2";
}

enum err job_outcome(const struct job *j, const char *peer, struct arena *a,
		     struct buf *scratch, struct outcome *out)
{
	struct progress p = { .of = (uint8_t)j->of, .peer = peer };
	enum err e;

	*out = (struct outcome){ .class = OUTCOME_ACCEPTED,
				 .clause = "SMPP v3.4 5.1.3" };
	if (j->server || j->report)
		out->class = OUTCOME_DELIVERED;
	if (j->failed) {
		out->class = j->worst.class;
		out->far_code = j->worst.status;
		out->text = j->worst.text;
		out->retry_after_ms = j->worst.retry_after_ms;
		out->absent = j->worst.absent;
	}
	if ((e = list_peers(j, a, &p)) != OK ||
	    (e = outcome_ids(j, &p, a, out)) != OK)
		return e;
	if (!j->failed && j->ack_id[0] != 0)
		out->ack_id = j->ack_id;
	settle_nameless(j, out);
	/* Only one that has all of it may be asked about it. */
	if (!j->failed && (!j->beyond || out->class != OUTCOME_ACCEPTED ||
			   out->n_far_ids == 0 || j->before.n > 0))
		return OK;
	if ((e = list_ids(j, a, &p)) != OK)
		return e;
	return j->failed ? outcome_progress(j, &p, scratch, out)
			 : outcome_beyond(j, &p, scratch, out);
}
