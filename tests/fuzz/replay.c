/*
 * The main of every tests/fuzz/fuzz_NAME under make check: runs the entry
 * over each file of corpus/NAME, over every prefix of it and over seeded
 * mutations of it, one child process a file. With arguments it runs over
 * those files alone, once each: that is how a finding of `make fuzz` is
 * looked at. `make fuzz` links the same entries with libFuzzer instead.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_MAX    65536 /* octets of one input                        */
#define PREFIXES_MAX 2048  /* of one file; longer files in wider strides */
#define MUTATIONS    2000  /* of one file                                */

/* What a child was at when it died; shared with the parent. */
struct trial {
	char what[32];
	size_t n;
	uint8_t octets[INPUT_MAX];
};

static void run(struct trial *t, const char *what, const uint8_t *p, size_t n)
{
	uint8_t *exact = malloc(n == 0 ? 1 : n);

	if (exact == NULL)
		abort();
	snprintf(t->what, sizeof t->what, "%s", what);
	t->n = n;
	if (n > 0) {
		memmove(t->octets, p, n);
		memcpy(exact, p, n);
	}
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
}

static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static uint8_t odd_octet(uint32_t *seed)
{
	static const uint8_t odd[] = { 0x00, 0x01, 0x7F, 0x80, 0xFF, 0x1B,
				       '\r', '\n', '"',	 '<',  '+',  ';' };

	if (next(seed) % 2 == 0)
		return odd[next(seed) % sizeof odd];
	return (uint8_t)next(seed);
}

/* One change; the octets stay within INPUT_MAX. Returns the new length. */
static size_t mutate(uint8_t *p, size_t n, uint32_t *seed)
{
	size_t at = n == 0 ? 0 : next(seed) % n;
	size_t run_n = n == 0 ? 0 : 1 + next(seed) % 8;

	if (run_n > n - at)
		run_n = n - at;
	switch (n == 0 ? 2 : next(seed) % 5) {
	case 0:
		p[at] ^= (uint8_t)(1U << next(seed) % 8);
		return n;
	case 1:
		p[at] = odd_octet(seed);
		return n;
	case 2:
		if (n == INPUT_MAX)
			return n;
		memmove(p + at + 1, p + at, n - at);
		p[at] = odd_octet(seed);
		return n + 1;
	case 3:
		memmove(p + at, p + at + run_n, n - at - run_n);
		return n - run_n;
	default:
		if (n > INPUT_MAX - run_n)
			return n;
		memmove(p + at + run_n, p + at, n - at);
		return n + run_n;
	}
}

/* A child's whole life. */
static void run_all(struct trial *t, const uint8_t *p, size_t n)
{
	static uint8_t work[INPUT_MAX];
	size_t stride = n / PREFIXES_MAX + 1, i, work_n;
	uint32_t seed = 2463534242U, changes;

	run(t, "whole", p, n);
	for (i = 0; i < n; i += stride)
		run(t, "prefix", p, i);
	for (i = 0; i < MUTATIONS; i++) {
		if (n > 0)
			memcpy(work, p, n);
		work_n = n;
		for (changes = 1 + next(&seed) % 6; changes > 0; changes--)
			work_n = mutate(work, work_n, &seed);
		run(t, "mutation", work, work_n);
	}
}

static void report(const struct trial *t, const char *path)
{
	size_t i;

	fprintf(stderr, "%s: %s of %zu octets failed:", path, t->what, t->n);
	for (i = 0; i < t->n && i < 512; i++)
		fprintf(stderr, " %02X", t->octets[i]);
	fputc('\n', stderr);
}

/* -1: no such file, or above INPUT_MAX octets. */
static long read_file(const char *path, uint8_t *to)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return -1;
	n = fread(to, 1, INPUT_MAX, f);
	if (fgetc(f) != EOF || ferror(f)) {
		fclose(f);
		return -1;
	}
	fclose(f);
	return (long)n;
}

static bool replay(struct trial *t, const char *path, bool once)
{
	static uint8_t octets[INPUT_MAX];
	long n = read_file(path, octets);
	int status;
	pid_t child;

	if (n < 0) {
		fprintf(stderr, "%s: cannot be read, or is too long\n", path);
		return false;
	}
	fflush(NULL);
	child = fork();
	if (child == 0) {
		if (once)
			run(t, "whole", octets, (size_t)n);
		else
			run_all(t, octets, (size_t)n);
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
		report(t, path);
		return false;
	}
	return true;
}

static void replay_folder(struct trial *t, const char *name, unsigned *passed,
			  unsigned *failed)
{
	char path[4096];
	struct dirent **found;
	int n, i;

	snprintf(path, sizeof path, "%s/%s", FUZZ_CORPUS, name);
	n = scandir(path, &found, NULL, alphasort);
	for (i = 0; i < n; i++) {
		if (found[i]->d_name[0] != '.') {
			snprintf(path, sizeof path, "%s/%s/%s", FUZZ_CORPUS,
				 name, found[i]->d_name);
			++*(replay(t, path, false) ? passed : failed);
		}
		free(found[i]);
	}
	if (n >= 0)
		free(found);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash == NULL ? argv[0] : slash + 1;
	unsigned passed = 0, failed = 0;
	struct trial *t;
	int i;

	t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t == MAP_FAILED || strncmp(name, "fuzz_", 5) != 0)
		return 99;
	for (i = 1; i < argc; i++)
		++*(replay(t, argv[i], true) ? &passed : &failed);
	if (argc < 2)
		replay_folder(t, name + 5, &passed, &failed);
	printf("%u passed, %u failed\n", passed, failed);
	return failed == 0 && passed > 0 ? 0 : 1;
}
