#include "tests/bench/traffic.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "codecs/arena.h"
#include "codecs/smpp_receipt.h"
#include "codecs/udh.h"

#define DATA_CODING_UCS2 8

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
	uint8_t of_piece[SEQUENCES];
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

/* That piece of message `n`, or all of it. */
static void send_piece(struct session *s, struct smpp_pdu *p, size_t n,
		       unsigned piece)
{
	p->sequence_number = next_sequence(s);
	s->of_sequence[p->sequence_number % SEQUENCES] = (uint32_t)n;
	s->of_piece[p->sequence_number % SEQUENCES] = (uint8_t)piece;
	s->outstanding++;
	put(s, p);
}

static void send_whole(struct session *s, struct smpp_pdu *p, size_t n,
		       struct bytes text)
{
	struct buf tlvs = BUF_INIT(TEXT_OCTETS + 16);

	if (text.n <= SMPP_SHORT_MESSAGE_MAX)
		p->short_message = text;
	else
		smpp_tlv_put(&tlvs, SMPP_TLV_MESSAGE_PAYLOAD, text);
	p->tlvs = buf_bytes(&tlvs);
	send_piece(s, p, n, 0);
	buf_clear(&tlvs);
}

static void send_pieces(struct session *s, struct smpp_pdu *p, size_t n,
			struct bytes text)
{
	struct udh h = { .joined = true,
			 .ref = (uint16_t)(n & 0xff),
			 .of = (uint8_t)text_pieces(&s->bench->o.text) };
	struct buf one = BUF_INIT(UDH_OCTETS_MAX + TEXT_UCS2_PART);
	struct bytes left = text;

	p->esm_class = SMPP_ESM_UDHI;
	for (h.part = 1; h.part <= h.of; h.part++) {
		one.n = 0;
		must(udh_encode(&h, &one) == OK, "header");
		buf_put(&one,
			(struct bytes){ left.p, left.n < TEXT_UCS2_PART
							? left.n
							: TEXT_UCS2_PART });
		p->short_message = buf_bytes(&one);
		send_piece(s, p, n, h.part - 1u);
		left = bytes_after(left, TEXT_UCS2_PART);
	}
	buf_clear(&one);
}

static void send_one(struct session *s)
{
	struct bench *b = s->bench;
	uint8_t room[TEXT_OCTETS];
	char to[NUMBERS_ROOM];
	size_t n = ledger_send(&b->ledger);
	struct bytes text = text_write(&b->o.text, n, room);
	bool mo = s->end == END_SMSC_SOURCE;
	struct smpp_pdu p = { .command_id =
				      mo ? SMPP_DELIVER_SM : SMPP_SUBMIT_SM,
			      .source = { 1, 1, bytes_of(b->o.from) },
			      .dest = { 1, 1, { NULL, 0 } } };

	number_of(b, n, to);
	p.dest.digits = bytes_of(to);
	p.data_coding = b->o.text.ucs2 ? DATA_CODING_UCS2 : 0;
	if ((b->o.receipts || b->o.withhold) && !mo)
		p.registered_delivery = SMPP_REGISTERED_FINAL;
	if (b->o.cut)
		send_pieces(s, &p, n, text);
	else
		send_whole(s, &p, n, text);
}

static void pump_receipts(struct session *s);

static void fill(struct session *s)
{
	if (!s->bound || s->end == END_PROBE)
		return;
	if (s->end == END_SMSC) {
		pump_receipts(s);
		return;
	}
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
	ledger_piece(&b->ledger, n, ANSWERED,
		     s->of_piece[p->sequence_number % SEQUENCES]);
	if (p->message_id.n > 0 && b->o.receipts)
		ledger_named(&b->ledger, p->message_id, n);
	if (s->end == END_PROBE) {
		b->probe_answered = true;
		b->probe_mark = b->ledger.counts[ARRIVED];
	}
	fill(s);
}

/* A text, whole or a piece of it with a header. */
static void take_text(struct session *s, const struct smpp_pdu *p)
{
	struct bytes text = smpp_pdu_message(p);
	struct udh h = { .part = 1 };
	size_t used = 0;

	if (p->esm_class & SMPP_ESM_UDHI)
		must(udh_decode(text, &h, &used, NULL) == OK && h.joined,
		     "user data header");
	bench_arrived(s->bench, bytes_after(text, used), h.part - 1u);
}

static void take_deliver(struct session *s, const struct smpp_pdu *p)
{
	struct bytes text = smpp_pdu_message(p), id;
	struct smpp_receipt r;

	respond(s, p, "");
	if ((p->esm_class & SMPP_ESM_TYPE) != SMPP_ESM_TYPE_RECEIPT) {
		take_text(s, p);
		return;
	}
	if (!smpp_tlv_text(p->tlvs, SMPP_TLV_RECEIPTED_MESSAGE_ID, &id)) {
		must(smpp_receipt_decode(text, &r, NULL) == OK, "receipt");
		id = r.id;
	}
	bench_reported(s->bench, id);
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

static bool next_receipt(struct session *s, char id[NUMBERS_ROOM])
{
	struct waiting_receipts *w = &s->receipts;

	if (w->n == 0)
		return bench_give(s->bench, id);
	memcpy(id, w->ids[w->first], NUMBERS_ROOM);
	w->first++;
	w->n--;
	return true;
}

static void pump_receipts(struct session *s)
{
	char id[NUMBERS_ROOM];

	while (s->receipts_out < s->bench->o.window && next_receipt(s, id))
		send_receipt(s, id);
}

static void take_submit(struct session *s, const struct smpp_pdu *p)
{
	char id[NUMBERS_ROOM] = "";

	snprintf(id, sizeof id, "%" PRIu64, ++s->bench->next_id);
	respond(s, p, id);
	take_text(s, p);
	if (p->registered_delivery & SMPP_REGISTERED_RECEIPT &&
	    !s->bench->o.withhold) {
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
	if (s->end == END_ESME)
		bench_one_bound(s->bench);
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

	must(s->bound || s->end != END_ESME, "bind was refused");
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
