/*
 * tests/bench/cost.h - what is counted in instructions: each row's work is
 * done `times` over between two marks that callgrind sees.
 */
#ifndef BENCH_COST_H
#define BENCH_COST_H

struct cost {
	const char *name;		/* one word, as in the baseline      */
	unsigned times;
	void (*work)(unsigned times);
};

/** Before and behind the part of a row that counts; once each. */
void cost_begin(void);
void cost_end(void);

extern const struct cost codec_costs[], engine_costs[];	/* name NULL ends */

#endif
