/*
 * gateway/stats.h - counters and gauges by name, in one struct of whoever
 * counts. Hot places keep the pointer to their number.
 */
#ifndef GATEWAY_STATS_H
#define GATEWAY_STATS_H

#include "codecs/bytes.h"

enum measure_kind { MEASURE_COUNTER, MEASURE_GAUGE };

/* What is measured: a constant of the program, compared by address. */
struct measure {
	const char *name;	/* "cpmgw_accepted_total"                     */
	enum measure_kind kind;
	const char *sentence;
	const char *label;	/* "peer"; NULL: one number only              */
};

struct stats;

/** NULL: no memory. */
struct stats *stats_new(void);
void stats_free(struct stats *s);

/**
 * The number of `m` for that value of its label (NULL where it has none),
 * made when it is new; valid as long as `s`. Never NULL: when memory ends it
 * is one that nobody reads.
 */
uint64_t *stats_number(struct stats *s, const struct measure *m,
		       const char *value);

/** Calls `each` for all, those of one measure together. */
typedef void stats_each(void *arg, const struct measure *m, const char *value,
			uint64_t number);
void stats_list(const struct stats *s, stats_each *each, void *arg);

/** Appends all in the text form of Prometheus (exposition format 0.0.4). */
enum err stats_text(const struct stats *s, struct buf *to) CHECKED;

#endif
