/*
 * How many PDUs a second a codec encodes and decodes on one core. Built once
 * for each codec: codec_smpp (ours), codec_smpp34, codec_kannel. codec_smpp
 * runs the other two, which lie beside it, in the same minute on the same
 * machine, and prints a line for each: codec, PDU, direction, operations per
 * second, and how many times faster ours is. With --raw a program prints
 * only its own rates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/codecs/oracle.h"

#define SECONDS	  0.3 /* of one measurement; the best of ROUNDS    */
#define ROUNDS	  3
#define RATES_MAX 16

#define S(text_)                                                               \
	{                                                                      \
		(const uint8_t *)(text_), sizeof(text_) - 1                    \
	}

static const struct bench_case {
	const char *name;
	struct smpp_pdu pdu;
} cases[] = {
	{ "submit_sm-short",
	  { .command_id = SMPP_SUBMIT_SM,
	    .sequence_number = 1,
	    .source = { 5, 0, S("Shop") },
	    .dest = { 1, 1, S("447700900123") },
	    .registered_delivery = 1 } },
	{ "submit_sm-160",
	  { .command_id = SMPP_SUBMIT_SM,
	    .sequence_number = 1,
	    .source = { 1, 1, S("447700900456") },
	    .dest = { 1, 1, S("447700900123") },
	    .validity_period = S("000003000000000R"),
	    .registered_delivery = 1,
	    .short_message = S("0123456789012345678901234567890123456789"
			       "0123456789012345678901234567890123456789"
			       "0123456789012345678901234567890123456789"
			       "0123456789012345678901234567890123456789"),
	    .tlvs = S("\x02\x04\0\x02\x12\x34") } },
	{ "deliver_sm-receipt",
	  { .command_id = SMPP_DELIVER_SM,
	    .sequence_number = 1,
	    .source = { 1, 1, S("447700900123") },
	    .dest = { 5, 0, S("Shop") },
	    .esm_class = SMPP_ESM_TYPE_RECEIPT,
	    .short_message = S("id:0123456789 sub:001 dlvrd:001 "
			       "submit date:2501312359 done date:2501312359 "
			       "stat:DELIVRD err:000 text:Hello"),
	    .tlvs = S("\x04\x23\0\x03\x03\0\0\x04\x27\0\x01\x02"
		      "\0\x1E\0\x0B"
		      "0123456789\0") } },
	{ "submit_sm_resp",
	  { .command_id = SMPP_SUBMIT_SM_RESP,
	    .sequence_number = 1,
	    .message_id = S("0123456789") } },
};

#define CASES (sizeof cases / sizeof *cases)

struct rate {
	char codec[32], pdu[32], direction[16];
	double per_second;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void often(const struct bench_case *c, struct bytes wire,
		  unsigned long n)
{
	if (wire.p != NULL)
		oracle_decode_often(wire, n);
	else
		oracle_encode_often(&c->pdu, n);
}

/* Operations per second: `n` doubles until it takes SECONDS. */
static double measure(const struct bench_case *c, struct bytes wire)
{
	double best = 0;
	unsigned round;

	for (round = 0; round < ROUNDS; round++) {
		unsigned long n = 1000;
		double start, spent = 0;

		while (spent < SECONDS) {
			n *= 2;
			start = now();
			often(c, wire, n);
			spent = now() - start;
		}
		if ((double)n / spent > best)
			best = (double)n / spent;
	}
	return best;
}

static void rate_set(struct rate *r, const struct bench_case *c,
		     const char *direction, double per_second)
{
	*r = (struct rate){ .per_second = per_second };
	snprintf(r->codec, sizeof r->codec, "%s", oracle_name);
	snprintf(r->pdu, sizeof r->pdu, "%s", c->name);
	snprintf(r->direction, sizeof r->direction, "%s", direction);
}

/* This program's codec over all cases; what it decodes we have encoded. */
static size_t own_rates(struct rate *rates)
{
	static const struct bytes none = { NULL, 0 };
	size_t i, n = 0;

	for (i = 0; i < CASES; i++) {
		struct buf wire = BUF_INIT(4096);

		if (smpp_pdu_encode(&cases[i].pdu, &wire, NULL) != OK ||
		    oracle_differs(buf_bytes(&wire), &cases[i].pdu) != NULL)
			abort();
		rate_set(&rates[n++], &cases[i], "encode",
			 measure(&cases[i], none));
		rate_set(&rates[n++], &cases[i], "decode",
			 measure(&cases[i], buf_bytes(&wire)));
		buf_clear(&wire);
	}
	return n;
}

static void print_ratio(const struct rate *r, const struct rate *ours, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(ours[i].pdu, r->pdu) == 0 &&
		    strcmp(ours[i].direction, r->direction) == 0)
			printf("%-10s %-19s %-7s %12.0f/s %8.1fx\n", r->codec,
			       r->pdu, r->direction, r->per_second,
			       ours[i].per_second / r->per_second);
}

/* Runs `program` in the folder of argv[0] and compares what it prints. */
static int compare(const char *self, const char *program,
		   const struct rate *ours, size_t n)
{
	const char *slash = strrchr(self, '/');
	char command[4096];
	struct rate r;
	FILE *f;

	snprintf(command, sizeof command, "%.*s%s --raw",
		 slash == NULL ? 0 : (int)(slash + 1 - self), self, program);
	f = popen(command, "r");
	if (f == NULL)
		return 1;
	while (fscanf(f, "%31s %31s %15s %lf", r.codec, r.pdu, r.direction,
		      &r.per_second) == 4)
		print_ratio(&r, ours, n);
	return pclose(f) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct rate rates[RATES_MAX];
	bool raw = argc > 1 && strcmp(argv[1], "--raw") == 0;
	size_t i, n;

	oracle_start();
	n = own_rates(rates);
	for (i = 0; raw && i < n; i++)
		printf("%s %s %s %.0f\n", rates[i].codec, rates[i].pdu,
		       rates[i].direction, rates[i].per_second);
	if (raw)
		return 0;
	for (i = 0; i < n; i++)
		print_ratio(&rates[i], rates, n);
	return compare(argv[0], "codec_smpp34", rates, n) |
	       compare(argv[0], "codec_kannel", rates, n);
}
