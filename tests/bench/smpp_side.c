#include "tests/bench/traffic.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "codecs/arena.h"
#include "codecs/smpp_receipt.h"

/* Receipts that wait for room in the window, oldest first. */
struct waiting_receipts {
	char (*ids)[NUMBERS_ROOM];
	size_t first, n, room;
};

/* What is at the other end of a listener. */
struct door {
	struct bench *bench;
	enum end end;
	bool used;
};

struct session {
	struct session *next;
	struct bench *bench;
	struct load_conn *conn;
	enum end end;
	bool bound;
	uint32_t sequence;
	unsigned outstanding;
	struct door *door;		 /* it came in by             */
	uint32_t of_sequence[SEQUENCES]; /* the message's number      */
	struct waiting_receipts receipts;
	unsigned receipts_out;
	char (*receipt_ids)[NUMBERS_ROOM]; /* by sequence, SEQUENCES    */
};

static void put(struct session *s, const struct smpp_pdu *p)
{
	must(smpp_pdu_encode(p, &s->conn->out, NULL) == OK, "encode");
	load_dirty(s->conn);
}

static uint32_t next_sequence(struct session *s)
{
	return s->sequence = (s->sequence & 0x7fffffff) + 1;
}

static void respond(struct session *s, const struct smpp_pdu *request,
		    const char *id)
{
	struct smpp_pdu r = { .command_id = request->command_id | SMPP_RESP,
			      .sequence_number = request->sequence_number,
			      .message_id = bytes_of(id) };

	put(s, &r);
}

/* -- the source ----------------------------------------------------------- */

void number_of(const struct bench *b, size_t n, char text[NUMBERS_ROOM])
{
	snprintf(text, NUMBERS_ROOM, "%s%05zu", b->o.to, n % b->o.recipients);
}

static void send_one(struct session *s)
{
	struct bench *b = s->bench;
	char text[LEDGER_TEXT + 1], to[NUMBERS_ROOM];
	size_t n = ledger_send(&b->ledger, text);
	bool mo = s->end == END_SMSC_SOURCE;
	struct smpp_pdu p = { .command_id =
				      mo ? SMPP_DELIVER_SM : SMPP_SUBMIT_SM,
			      .source = { 1, 1, bytes_of(b->o.from) },
			      .dest = { 1, 1, { NULL, 0 } } };

	number_of(b, n, to);
	p.dest.digits = bytes_of(to);
	p.short_message = bytes_of(text);
	p.sequence_number = next_sequence(s);
	if (b->o.receipts && !mo)
		p.registered_delivery = SMPP_REGISTERED_FINAL;
	s->of_sequence[p.sequence_number % SEQUENCES] = (uint32_t)n;
	s->outstanding++;
	put(s, &p);
}

static void fill(struct session *s)
{
	if (!s->bound || s->end == END_SMSC || s->end == END_PROBE)
		return;
	while (s->outstanding < s->bench->o.window && bench_may_send(s->bench))
		send_one(s);
}

void sessions_fill(struct bench *b)
{
	struct session *s;

	for (s = b->sessions; s != NULL; s = s->next)
		fill(s);
}

void session_probe(struct session *s)
{
	must(s->bound, "the probe is not bound");
	s->bench->probe_number = s->bench->ledger.n;
	s->bench->probing = true;
	send_one(s);
}

static void answered(struct session *s, const struct smpp_pdu *p)
{
	struct bench *b = s->bench;
	size_t n = s->of_sequence[p->sequence_number % SEQUENCES];

	s->outstanding--;
	if (p->command_status != 0) {
		b->throttled += p->command_status == ESME_RTHROTTLED;
		ledger_refused(&b->ledger, n);
	}
	ledger_mark(&b->ledger, n, ANSWERED);
	if (p->message_id.n > 0 && b->o.receipts)
		ledger_named(&b->ledger, p->message_id, n);
	if (s->end == END_PROBE) {
		b->probe_answered = true;
		b->probe_mark = b->ledger.counts[ARRIVED];
	}
	fill(s);
}

static void take_deliver(struct session *s, const struct smpp_pdu *p)
{
	struct bytes text = smpp_pdu_message(p), id;
	struct smpp_receipt r;

	respond(s, p, "");
	if ((p->esm_class & SMPP_ESM_TYPE) != SMPP_ESM_TYPE_RECEIPT) {
		bench_arrived(s->bench, text);
		return;
	}
	if (!smpp_tlv_text(p->tlvs, SMPP_TLV_RECEIPTED_MESSAGE_ID, &id)) {
		must(smpp_receipt_decode(text, &r, NULL) == OK, "receipt");
		id = r.id;
	}
	ledger_reported(&s->bench->ledger, id);
	fill(s);
}

/* -- the SMSC ------------------------------------------------------------- */

static void push_receipt(struct session *s, const char id[NUMBERS_ROOM])
{
	struct waiting_receipts *w = &s->receipts;

	if (w->first + w->n == w->room) {
		if (w->n > 0)
			memmove(w->ids, w->ids + w->first,
				w->n * sizeof *w->ids);
		w->first = 0;
	}
	if (w->n == w->room) {
		w->room = w->room == 0 ? 1024 : 2 * w->room;
		w->ids = mem_realloc(w->ids, w->room * sizeof *w->ids);
		must(w->ids != NULL, "memory");
	}
	memcpy(w->ids[w->first + w->n++], id, sizeof *w->ids);
}

static void send_receipt(struct session *s, const char *id)
{
	static const struct smpp_date when = { 2025, 1, 31, 12, 0, 0 };
	struct smpp_receipt r = { .id = bytes_of(id),
				  .sub = 1,
				  .dlvrd = 1,
				  .submitted = when,
				  .done = when,
				  .state = SMPP_STATE_DELIVERED };
	struct buf text = BUF_INIT(SMPP_RECEIPT_OCTETS_MAX);
	struct buf tlvs = BUF_INIT(256);
	struct smpp_pdu p = { .command_id = SMPP_DELIVER_SM,
			      .source = { 1, 1, bytes_of(s->bench->o.to) },
			      .dest = { 1, 1, bytes_of(s->bench->o.from) },
			      .esm_class = SMPP_ESM_TYPE_RECEIPT };

	must(smpp_receipt_encode(&r, &text, NULL) == OK, "receipt");
	smpp_tlv_put_text(&tlvs, SMPP_TLV_RECEIPTED_MESSAGE_ID, r.id);
	smpp_tlv_put_number(&tlvs, SMPP_TLV_MESSAGE_STATE, SMPP_STATE_DELIVERED,
			    1);
	p.short_message = buf_bytes(&text);
	p.tlvs = buf_bytes(&tlvs);
	p.sequence_number = next_sequence(s);
	memcpy(s->receipt_ids[p.sequence_number % SEQUENCES], id, NUMBERS_ROOM);
	s->receipts_out++;
	put(s, &p);
	buf_clear(&text);
	buf_clear(&tlvs);
}

static void pump_receipts(struct session *s)
{
	struct waiting_receipts *w = &s->receipts;
	char id[NUMBERS_ROOM];

	while (w->n > 0 && s->receipts_out < s->bench->o.window) {
		memcpy(id, w->ids[w->first], sizeof id);
		w->first++;
		w->n--;
		send_receipt(s, id);
	}
}

static void take_submit(struct session *s, const struct smpp_pdu *p)
{
	char id[NUMBERS_ROOM] = "";

	snprintf(id, sizeof id, "%" PRIu64, ++s->bench->next_id);
	respond(s, p, id);
	bench_arrived(s->bench, smpp_pdu_message(p));
	if (p->registered_delivery & SMPP_REGISTERED_RECEIPT) {
		push_receipt(s, id);
		pump_receipts(s);
	}
}

static void receipt_answered(struct session *s, const struct smpp_pdu *p)
{
	if (s->end == END_SMSC_SOURCE) {
		answered(s, p);
		return;
	}
	s->receipts_out--;
	if (p->command_status != 0) {
		s->bench->receipts_again++;
		push_receipt(s, s->receipt_ids[p->sequence_number % SEQUENCES]);
	}
	pump_receipts(s);
}

/* -- both ----------------------------------------------------------------- */

static void take_bind(struct session *s, const struct smpp_pdu *p)
{
	struct smpp_pdu r = { .command_id = p->command_id | SMPP_RESP,
			      .sequence_number = p->sequence_number,
			      .system_id = bytes_of("bench") };

	put(s, &r);
	s->bound = true;
	if (!s->door->used) {
		s->door->used = true;
		bench_one_ready(s->bench);
	}
	fill(s);
}

static void bound(struct session *s, const struct smpp_pdu *p)
{
	must(p->command_status == 0, "bind was refused");
	s->bound = true;
	fill(s);
}

static void take_pdu(struct session *s, const struct smpp_pdu *p)
{
	switch (p->command_id) {
	case SMPP_BIND_RECEIVER:
	case SMPP_BIND_TRANSMITTER:
	case SMPP_BIND_TRANSCEIVER:
		take_bind(s, p);
		break;
	case SMPP_BIND_TRANSCEIVER_RESP:
		bound(s, p);
		break;
	case SMPP_SUBMIT_SM:
		take_submit(s, p);
		break;
	case SMPP_SUBMIT_SM_RESP:
		answered(s, p);
		break;
	case SMPP_DELIVER_SM:
		take_deliver(s, p);
		break;
	case SMPP_DELIVER_SM_RESP:
		receipt_answered(s, p);
		break;
	case SMPP_ENQUIRE_LINK:
	case SMPP_UNBIND:
		respond(s, p, "");
		break;
	default:
		break;
	}
}

static size_t octets(struct load_conn *c)
{
	struct session *s = c->owner;
	struct bytes rest = buf_bytes(&c->in), one;
	struct smpp_pdu p;

	s->bench->last_us = now_us();
	while (smpp_frame(rest, SMPP_PDU_OCTETS_MAX, &one, NULL) == OK) {
		must(smpp_pdu_decode(one, &p, NULL) == OK, "decode");
		take_pdu(s, &p);
		rest = bytes_after(rest, one.n);
	}
	return c->in.n - rest.n;
}

static void closed(struct load_conn *c)
{
	struct session *s = c->owner;

	s->bound = false;
}

static struct session *session_new(struct bench *b, enum end end)
{
	struct session *s = mem_zero(sizeof *s);

	must(s != NULL, "memory");
	s->bench = b;
	s->end = end;
	s->next = b->sessions;
	b->sessions = s;
	s->receipt_ids = mem_zero(SEQUENCES * sizeof *s->receipt_ids);
	must(s->receipt_ids != NULL, "memory");
	return s;
}

static void run_on(struct session *s, struct load_conn *c)
{
	s->conn = c;
	c->owner = s;
	c->octets = octets;
	c->closed = closed;
}

static void knock(struct load_conn *listener)
{
	struct door *d = listener->owner;
	struct load_conn *c;
	struct session *s;

	while ((c = load_accept(listener, NULL)) != NULL) {
		s = session_new(d->bench, d->end);
		s->door = d;
		run_on(s, c);
	}
}

void session_listen(struct bench *b, unsigned port, enum end end)
{
	struct door *d = mem_zero(sizeof *d);

	must(d != NULL, "memory");
	*d = (struct door){ b, end, false };
	load_listen(b->load, port, knock, d);
}

struct session *session_connect(struct bench *b, enum end end,
				const char *system_id, const char *password)
{
	struct session *s = session_new(b, end);
	struct smpp_pdu p = { .command_id = SMPP_BIND_TRANSCEIVER,
			      .interface_version = SMPP_INTERFACE_VERSION,
			      .system_id = bytes_of(system_id),
			      .password = bytes_of(password) };

	run_on(s, load_connect(b->load, b->o.connect, s));
	p.sequence_number = next_sequence(s);
	put(s, &p);
	return s;
}
