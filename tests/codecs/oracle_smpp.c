/*
 * Two codecs that were written apart agree: what ours encodes the other one
 * decodes to the same fields, and the other way round. PDUs of every type
 * from a seed; with CPMGW_VECTORS set also those of smpp/pdus.tsv.
 */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/codecs/oracle.h"
#include "tests/codecs/vectors.h"
#include "tests/codecs/smpp_samples.h"

#define TURNS 200

struct pair {
	char name[80]; /* for ROW()                         */
	struct smpp_pdu pdu;
};

/* The same TLVs, in whatever order the oracle has. */
static bool tlvs_equal(struct bytes a, struct bytes b)
{
	struct bytes rest = a, value;
	struct smpp_tlv t;

	if (a.n != b.n)
		return false;
	while (smpp_tlv_next(&rest, &t))
		if (!smpp_tlv_find(b, t.tag, &value) ||
		    !bytes_equal(t.value, value))
			return false;
	return true;
}

static void ours_to_theirs(struct pair *r)
{
	struct buf b = BUF_INIT(SMPP_PDU_OCTETS_MAX);
	const char *differs;

	ROW(r, smpp_pdu_encode(&r->pdu, &b, NULL) == OK);
	differs = oracle_differs(buf_bytes(&b), &r->pdu);
	if (differs != NULL)
		fprintf(stderr, "  %s: %s\n", oracle_name, differs);
	ROW(r, differs == NULL);
	buf_clear(&b);
}

static void theirs_to_ours(struct pair *r)
{
	struct buf b = BUF_INIT(SMPP_PDU_OCTETS_MAX);
	struct smpp_pdu out;

	ROW(r, oracle_encodes(&r->pdu, &b));
	if (smpp_pdu_decode(buf_bytes(&b), &out, NULL) == OK) {
		ROW(r, tlvs_equal(out.tlvs, r->pdu.tlvs));
		out.tlvs = r->pdu.tlvs;
		ROW(r, sample_equal(&out, &r->pdu));
	} else {
		ROW(r, false);
	}
	buf_clear(&b);
}

static void one_command(uint32_t command_id, uint32_t *seed)
{
	struct sample s;
	struct pair r;
	unsigned i;

	sample_init(&s);
	for (i = 0; i < TURNS; i++) {
		uint32_t before = *seed;

		sample_make(&s, command_id, SAMPLE_STRICT, seed);
		r.pdu = s.pdu;
		snprintf(r.name, sizeof r.name, "0x%08X from seed %u",
			 command_id, before);
		if (!oracle_trims(&r.pdu))
			break;
		ours_to_theirs(&r);
		theirs_to_ours(&r);
	}
	sample_clear(&s);
}

static void test_samples(void)
{
	uint32_t seed = 3434;
	const uint32_t *commands;
	size_t n, i;

	commands = sample_commands(&n);
	for (i = 0; i < n; i++)
		one_command(commands[i], &seed);
}

/* The fourth column is the PDU in hex; what we refuse is not shown to it. */
static bool vector(const char *hex, struct pair *r, struct buf *wire)
{
	uint8_t raw[4096];
	struct bytes in = check_unhex(hex, raw, sizeof raw), pdu;

	buf_reset(wire);
	if (smpp_frame(in, sizeof raw, &pdu, NULL) != OK)
		return false;
	buf_put(wire, pdu);
	return smpp_pdu_decode(buf_bytes(wire), &r->pdu, NULL) == OK &&
	       pdu.n > SMPP_HEADER_OCTETS && r->pdu.command_status == 0;
}

static void test_vectors(void)
{
	FILE *f = vectors_open("smpp/pdus.tsv");
	struct buf wire = BUF_INIT(4096);
	unsigned compared = 0;
	struct vector l;
	struct pair r;

	if (f == NULL)
		return;
	while (vectors_next(f, &l)) {
		snprintf(r.name, sizeof r.name, "%.70s", l.name);
		if (!vector(l.column[3], &r, &wire) || !oracle_trims(&r.pdu))
			continue;
		ours_to_theirs(&r);
		theirs_to_ours(&r);
		compared++;
	}
	CU_ASSERT(compared > 10);
	fclose(f);
	buf_clear(&wire);
}

static const struct check_test tests[] = { { "samples", test_samples },
					   { "vectors", test_vectors },
					   { NULL, NULL } };

int main(void)
{
	oracle_start();
	return check_run(oracle_name, tests);
}
