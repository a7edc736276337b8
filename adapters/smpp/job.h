/*
 * adapters/smpp/job.h - a leg on its way: its PDUs that are not sent yet,
 * what became of each segment, and the outcome when all of them are settled.
 * Knows no sockets. SMPP v3.4 5.1.3.
 */
#ifndef ADAPTERS_SMPP_JOB_H
#define ADAPTERS_SMPP_JOB_H

#include "adapters/smpp/ack.h"
#include "adapters/smpp/manner.h"
#include "adapters/smpp/progress.h"
#include "adapters/smpp/smpp_out.h"
#include "codecs/smpp_pdu.h"

enum segment_fate {
	SEGMENT_UNSENT,
	SEGMENT_SENT,		/* and not answered                          */
	SEGMENT_TAKEN,		/* the far side has it                       */
	SEGMENT_REFUSED,
	SEGMENT_UNKNOWN,	/* sent, and no answer will come             */
	SEGMENT_KEPT		/* will not be sent in this attempt          */
};

struct job_segment {
	enum segment_fate fate;
	char far_id[SMPP_ID_ROOM];
	char raw_id[SMPP_ID_ROOM];	/* as it came                        */
};

struct job {
	struct job *next;	/* of the outbox's queue, or of the pool     */
	uint64_t token, story;
	unsigned attempt;
	bool report, server;
	bool unanswered;	/* its PDU has no response                   */
	bool wants;		/* its sender waits for a report             */
	bool beyond;		/* the far side may be asked about it        */
	uint8_t form;		/* see struct progress                       */
	bool queued;		/* in the outbox's queue                     */
	uint16_t reference;
	uint8_t without;
	uint8_t tried;		/* what this attempt leaves out              */
	unsigned of, at;	/* segments; the next to look at for sending */
	unsigned sent;		/* of fate SEGMENT_SENT                      */
	struct job_segment *segments, one;
	struct buf pdus;	/* unsent PDUs, one after the other          */
	size_t pdus_at;
	/* The worst that was said of a segment. */
	bool failed;
	struct smpp_decision {
		enum outcome_class class;
		uint32_t status;
		const char *text;
		uint32_t retry_after_ms;
		bool absent;	/* the subscriber is not there               */
	} worst;
	char ack_id[ACK_ID_ROOM];	/* see ack.h                         */
	bool coding_last;	/* it cannot go in another coding            */
	bool anew;		/* the next attempt is cut in another way    */
	uint64_t plan;		/* see struct progress                       */
	struct buf before;	/* progress with segments of other links     */
	const char *nameless;	/* why a segment was taken under no id       */
};

/* Jobs that are not in use keep their memory for the next. */
struct jobs {
	struct job *free;
	unsigned n_free;
};

/**
 * The job of d->leg, its PDUs written (into d->pdus, which is set here).
 * NULL: there is none, and *why is the outcome to give.
 */
struct job *job_new(struct jobs *pool, struct departure *d,
		    struct outcome *why);
void job_free(struct jobs *pool, struct job *j);
void jobs_clear(struct jobs *pool);

/** The next PDU to send, and its segment; false: nothing is left to send. */
bool job_peek(struct job *j, struct bytes *pdu, unsigned *segment);
/** It was sent. */
void job_sent(struct job *j, unsigned segment);

/** Nor will it be answered: the far side has it. */
void job_told(struct job *j, unsigned segment);
/** The far side's answer about a segment. */
void job_answer(struct job *j, unsigned segment, const struct smpp_pdu *p,
		const struct manner *m);
/** No answer will come; `sent`: it may have arrived. */
void job_lost(struct job *j, unsigned segment, bool sent);
/** What is not sent will not be sent: the link's fault. */
void job_strand(struct job *j);

/** Nothing is unanswered and nothing more will be sent. */
bool job_settled(const struct job *j);

/** What became of it with that link; memory from `a`. ERR_NOMEM. */
enum err job_outcome(const struct job *j, const char *peer, struct arena *a,
		     struct buf *scratch, struct outcome *out) CHECKED;

#endif
