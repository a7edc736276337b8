/*
 * What lies in a trace file: records and blocks. A record that is read is
 * written and read again as the same; a block never claims more than its
 * bounds.
 */
#include <string.h>

#include "gateway/trace_inside.h"
#include "tests/fuzz/fuzz.h"

#define MEMORY	(4 * RECORD_MAX)

static void same(const char *a, const char *b)
{
	MUST((a == NULL) == (b == NULL));
	MUST(a == NULL || strcmp(a, b) == 0);
}

static void again(const struct trace_record *r, struct arena *a)
{
	struct buf image = BUF_INIT(2 * RECORD_MAX);
	struct trace_record back;
	size_t i, used;

	MUST(trace_record_image(r, &image) == OK);
	MUST(trace_record_read(buf_bytes(&image), a, &back, &used) == OK);
	MUST(used == image.n);
	MUST(back.story == r->story && back.leg == r->leg &&
	     back.time_us == r->time_us && back.technology == r->technology &&
	     back.n_keys == r->n_keys);
	same(r->step, back.step);
	same(r->from, back.from);
	same(r->to, back.to);
	same(r->peer, back.peer);
	same(r->verdict, back.verdict);
	same(r->far_id, back.far_id);
	same(r->text, back.text);
	same(r->clause, back.clause);
	for (i = 0; i < r->n_keys; i++)
		same(r->keys[i], back.keys[i]);
	buf_clear(&image);
}

static void records(struct bytes in)
{
	uint64_t hashes[RECORD_HASHES];
	struct arena *a = arena_new(MEMORY);
	struct trace_record r;
	struct trace_view v;
	size_t used;

	while (a != NULL && trace_view_read(in, &v) == OK) {
		MUST(trace_view_hashes(&v, hashes) <= RECORD_HASHES);
		arena_reset(a);
		MUST(trace_record_read(in, a, &r, &used) == OK);
		MUST(used == v.octets && used <= in.n);
		again(&r, a);
		in = bytes_after(in, used);
	}
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes in = { data, n };
	struct trace_block b;
	size_t i;

	(void)trace_key_hash(in);
	records(in);
	for (i = 0; i < n; i++) {
		struct bytes rest = bytes_after(in, i);

		if (trace_block_read(rest, &b) != OK)
			continue;
		MUST(b.filter.n == b.filter_octets);
		MUST(b.filter.p + b.filter.n <= data + n);
		(void)filter_has(b.filter, b.probes, 1);
		rest = bytes_after(rest, BLOCK_HEAD + b.filter.n);
		if (rest.n > b.payload_octets)
			rest.n = b.payload_octets;
		if (trace_block_holds(&b, rest))
			records(rest);
	}
	return 0;
}
