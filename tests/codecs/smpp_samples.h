/*
 * tests/codecs/smpp_samples.h - SMPP PDUs of every type, made from a seed,
 * for the tests, the oracles and the benchmark of codecs/smpp_pdu.h.
 */
#ifndef TESTS_CODECS_SMPP_SAMPLES_H
#define TESTS_CODECS_SMPP_SAMPLES_H

#include "codecs/smpp_pdu.h"

/* How far a sample goes. */
enum sample_reach {
	SAMPLE_WIDE,	/* all that our codec takes, unknown TLVs too        */
	SAMPLE_STRICT	/* what 3.4 itself lets a PDU have, short payloads   */
};

/* A PDU and the memory that its slices point to. */
struct sample {
	struct smpp_pdu pdu;
	uint8_t octets[1024];
	size_t used;
	struct buf dests, failed, tlvs;
};

void sample_init(struct sample *s);
void sample_clear(struct sample *s);

/** Another PDU of this command in the same memory. */
void sample_make(struct sample *s, uint32_t command_id,
		 enum sample_reach reach, uint32_t *seed);

/** All commands of 5.1.2.1; *n is their number. */
const uint32_t *sample_commands(size_t *n);

/** Every field equal, slices by their octets. */
bool sample_equal(const struct smpp_pdu *a, const struct smpp_pdu *b);

/** xorshift; *seed is never 0. */
uint32_t sample_random(uint32_t *seed);

/**
 * The front of `in` in `n` octets of its own and not one more, so that a
 * sanitizer sees a step too far; free() its p.
 */
struct bytes sample_exact(struct bytes in, size_t n);

/** Writes its own length, below 64 KiB, into the header of `pdu`. */
void sample_set_length(struct bytes pdu);

#endif
