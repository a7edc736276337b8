#include "tests/adapters/smpp_desk.h"

struct manner desk_manner(bool server)
{
	return (struct manner){ .peer = "smsc-a",
				.server = server,
				.rules = { .country = "1" },
				.write = { .parts_max = 8 },
				.sme_ack = true,
				.min_validity_s = 60,
				.most_ahead_us = UINT64_C(864000000000),
				.service_type = "" };
}

struct smpp_pdu desk_pdu(void)
{
	return (struct smpp_pdu){ .command_id = SMPP_SUBMIT_SM,
				  .source = { 1, 1, bytes_of("15550100001") },
				  .dest = { 1, 1, bytes_of("15550200001") } };
}

void desk_open(struct desk *k, const char *text, bool server)
{
	static const uint8_t key[16];

	*k = (struct desk){ .arena = arena_new(1 << 20),
			    .scratch = BUF_INIT(1 << 18),
			    .pdus = BUF_INIT(1 << 18),
			    .lost = BUF_INIT(1 << 12),
			    .manner = desk_manner(server) };
	k->part = (struct part){ .type = "text/plain;charset=UTF-8",
				 .body = bytes_of(text) };
	message_init(&k->leg.message);
	k->leg.message.parts = &k->part;
	k->leg.message.n_parts = 1;
	k->leg.message.from = (struct address){ ADDRESS_E164, "+15550100001" };
	k->leg.to = (struct address){ ADDRESS_E164, "+15550200001" };
	k->leg.id = 0x10203;
	k->d = (struct departure){ .leg = &k->leg,
				   .manner = &k->manner,
				   .progress = &k->progress,
				   .reference = 7,
				   .id_key = key,
				   .now_us = DESK_NOW,
				   .arena = k->arena,
				   .scratch = &k->scratch,
				   .pdus = &k->pdus,
				   .lost = &k->lost };
}

void desk_close(struct desk *k)
{
	buf_clear(&k->scratch);
	buf_clear(&k->pdus);
	buf_clear(&k->lost);
	arena_free(k->arena);
}

bool desk_pdu_at(const struct desk *k, unsigned n, struct smpp_pdu *p)
{
	struct bytes rest = buf_bytes(&k->pdus), pdu;

	while (smpp_frame(rest, 1 << 18, &pdu, NULL) == OK) {
		rest = bytes_after(rest, pdu.n);
		if (n-- == 0)
			return smpp_pdu_decode(pdu, p, NULL) == OK;
	}
	return false;
}

const char *desk_lost(struct desk *k)
{
	return buf_string(&k->lost);
}
