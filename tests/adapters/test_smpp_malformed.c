/*
 * PDUs of every kind, cut off at every octet and with every octet wrong, at
 * both ends of the program over real sockets: each request gets the answer
 * that says no, each response is passed over, and the link goes on unless
 * framing is lost. SMPP v3.4 3.2, 4.3, 5.1.1, 5.1.3.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/adapters/smpp_world.h"
#include "tests/codecs/smpp_samples.h"

#define SEQUENCE 0x1234	/* of all that is broken                       */
#define PING	 0x4321	/* of the enquire_link behind each             */

static struct world w;
static struct wire x;
static unsigned tried;

static void set32(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

/* In one piece: the second would wait for the first one's receipt. */
static void send_with_ping(struct bytes pdu)
{
	struct smpp_pdu ping = { .command_id = SMPP_ENQUIRE_LINK,
				 .sequence_number = PING };

	buf_reset(&x.scratch);
	buf_put(&x.scratch, pdu);
	CU_ASSERT_FATAL(smpp_pdu_encode(&ping, &x.scratch, NULL) == OK);
	wire_octets(&x, buf_bytes(&x.scratch));
}

/* The link's own enquire_link and the like are not what is looked for. */
static bool next_answer(struct smpp_pdu *p)
{
	do {
		if (!wire_read(&x, p))
			return false;
	} while (!(p->command_id & SMPP_RESP));
	return true;
}

static bool is_ping(const struct smpp_pdu *p)
{
	return p->command_id == SMPP_ENQUIRE_LINK_RESP &&
	       p->sequence_number == PING;
}

/* One broken PDU: the answer to it, if it is a request, then the ping's. */
static void try(struct bytes pdu, uint32_t command_id)
{
	struct row {
		const char *name;
	} row = { "malformed" };
	uint32_t want = command_id & SMPP_RESP ? 0
					       : smpp_response_id(command_id);
	struct smpp_refusal why = { .answer_id = 0 };
	struct bytes copy = sample_exact(pdu, pdu.n);
	struct smpp_pdu p;
	enum err e = smpp_pdu_decode(copy, &p, &why);

	free((void *)(uintptr_t)copy.p);
	if (e == OK)
		return; /* it is one all the same */
	tried++;
	send_with_ping(pdu);
	CU_ASSERT_FATAL(next_answer(&p));
	if (want != 0) {
		ROW(&row, p.command_id == want);
		ROW(&row, p.sequence_number == SEQUENCE);
		ROW(&row, p.command_status == why.command_status);
		ROW(&row, p.command_status != ESME_ROK &&
				  p.command_status != ESME_RSYSERR &&
				  p.command_status != ESME_RUNKNOWNERR);
		CU_ASSERT_FATAL(next_answer(&p));
	}
	ROW(&row, is_ping(&p));
}

static void cut(const struct buf *whole, uint32_t command_id)
{
	uint8_t octets[4096];
	size_t n;

	for (n = SMPP_HEADER_OCTETS; n < whole->n && n < sizeof octets; n++) {
		memcpy(octets, whole->p, n);
		set32(octets, (uint32_t)n);
		try((struct bytes){ octets, n }, command_id);
	}
}

static void spoil(const struct buf *whole, uint32_t command_id)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7F, 0xFF };
	uint8_t octets[4096];
	size_t n, i, most = whole->n < 700 ? whole->n : 700;

	if (whole->n > sizeof octets)
		return;
	for (n = SMPP_HEADER_OCTETS; n < most; n++) {
		memcpy(octets, whole->p, whole->n);
		for (i = 0; i < sizeof values; i++) {
			octets[n] = values[i];
			try((struct bytes){ octets, whole->n }, command_id);
		}
		octets[n] = (uint8_t)(whole->p[n] + 1);
		try((struct bytes){ octets, whole->n }, command_id);
		octets[n] = (uint8_t)(whole->p[n] - 1);
		try((struct bytes){ octets, whole->n }, command_id);
	}
}

static void every_kind(void)
{
	struct buf whole = BUF_INIT(SMPP_PDU_OCTETS_MAX);
	uint32_t seed = 20260101;
	const uint32_t *commands;
	struct sample s;
	size_t n, i, again;

	commands = sample_commands(&n);
	sample_init(&s);
	for (i = 0; i < n; i++)
		for (again = 0; again < 2; again++) {
			sample_make(&s, commands[i], SAMPLE_STRICT, &seed);
			s.pdu.sequence_number = SEQUENCE;
			buf_reset(&whole);
			CU_ASSERT_FATAL(smpp_pdu_encode(&s.pdu, &whole,
							NULL) == OK);
			cut(&whole, commands[i]);
			spoil(&whole, commands[i]);
		}
	buf_clear(&whole);
	sample_clear(&s);
}

static void test_server(void)
{
	tried = 0;
	world_server(&w, &x);
	every_kind();
	CU_ASSERT(tried > 3000);
	CU_ASSERT(!world_has(&w, FRAME_INTAKE));
	world_over(&w, &x);
}

static void test_client(void)
{
	tried = 0;
	world_smsc(&w, &x, world_link_settings);
	every_kind();
	CU_ASSERT(tried > 3000);
	world_over(&w, &x);
}

/* 5.1.1: a length that cannot be: generic_nack, and the end. */
static void test_framing(void)
{
	static const uint32_t lengths[] = { 0,	1,	    4,		8,
					    15, 0x00012001, 0x7FFFFFFF,
					    0xFFFFFFFF };
	struct found a = world_account();
	uint8_t header[SMPP_HEADER_OCTETS];
	struct smpp_pdu p;
	size_t i;

	world_start(&w);
	world_run(&w, world_server_settings);
	for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		wire_connect(&w, &x);
		CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSCEIVER, &a) ==
			  ESME_ROK);
		set32(header, lengths[i]);
		set32(header + 4, SMPP_SUBMIT_SM);
		set32(header + 8, 0);
		set32(header + 12, SEQUENCE);
		wire_octets(&x, (struct bytes){ header, sizeof header });
		CU_ASSERT_FATAL(wire_read(&x, &p));
		CU_ASSERT(p.command_id == SMPP_GENERIC_NACK);
		CU_ASSERT(p.command_status == ESME_RINVCMDLEN);
		CU_ASSERT(wire_is_closed(&x));
		wire_close(&x);
	}
	world_finish(&w);
}

/* One that ends in the middle of a PDU, wherever, harms nobody else. */
static void test_closed_inside(void)
{
	struct smpp_pdu p = { .command_id = SMPP_SUBMIT_SM,
			      .sequence_number = SEQUENCE,
			      .source = { 1, 1, bytes_of("15550100001") },
			      .dest = { 1, 1, bytes_of("15550200001") },
			      .short_message = bytes_of("half") };
	struct found a = world_account();
	size_t n;
	struct buf whole = BUF_INIT(1024);


	a.binds = 1000; /* the program sees the ends when it may */
	CU_ASSERT_FATAL(smpp_pdu_encode(&p, &whole, NULL) == OK);
	world_start(&w);
	world_run(&w, world_server_settings);
	for (n = 1; n < whole.n; n++) {
		wire_connect(&w, &x);
		CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSMITTER, &a) ==
			  ESME_ROK);
		wire_octets(&x, (struct bytes){ whole.p, n });
		wire_close(&x);
	}
	wire_connect(&w, &x);
	CU_ASSERT(wire_bind(&w, &x, SMPP_BIND_TRANSMITTER, &a) == ESME_ROK);
	CU_ASSERT(!world_has(&w, FRAME_INTAKE));
	buf_clear(&whole);
	world_over(&w, &x);
}

static const struct check_test tests[] = {
	{ "at the server", test_server },
	{ "at the client", test_client },
	{ "framing lost", test_framing },
	{ "closed inside a PDU", test_closed_inside },
	{ NULL, NULL }
};

CHECK_MAIN("malformed PDUs", tests)
