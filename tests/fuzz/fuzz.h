/* tests/fuzz/fuzz.h - what every fuzz entry is, and how it complains. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** libFuzzer's entry: any octets, up to 64 KiB; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that holds for every input; ends the program when it does not. */
#define MUST(cond_)                                                            \
	do {                                                                   \
		if (!(cond_)) {                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,     \
				#cond_);                                       \
			abort();                                               \
		}                                                              \
	} while (0)

#endif
