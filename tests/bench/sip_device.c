/* Requests that come to the users' devices. */
#include "tests/bench/sip_side.h"

#include <stdio.h>
#include <string.h>

static uint64_t hash_of(struct bytes in)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < in.n; i++)
		h = (h ^ in.p[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

/* The same request once more, since our answer was late or lost. */
static bool again(struct sip *s, struct bytes m)
{
	struct bytes branch;
	struct came *c;
	uint64_t h;
	unsigned i;

	if (!wire_between(m, "branch=", ";\r\n,", &branch))
		return false;
	h = hash_of(branch);
	c = &s->came[h % (CAME / CAME_WAYS)];
	for (i = 0; i < CAME_WAYS; i++)
		if (c->branches[i] == h) {
			s->bench->came_again++;
			return true;
		}
	c->branches[c->next++ % CAME_WAYS] = h;
	return false;
}

/* "b1f3-0000000042": ours of this run, its number. */
static bool id_number(const struct sip *s, struct bytes id, size_t *number)
{
	char text[WORD_MAX];
	unsigned run;

	snprintf(text, sizeof text, "%.*s", (int)id.n, (const char *)id.p);
	return sscanf(text, "b%x-%zu", &run, number) == 2 && run == s->run;
}

static void notified(struct sip *s, struct bytes m)
{
	struct bytes id;
	size_t n;

	if (!wire_between(m, "message-id>", "<", &id) || !id_number(s, id, &n))
		s->bench->ledger.strange++;
	else if (wire_between(m, "<delivered", ">", &id))
		ledger_mark(&s->bench->ledger, n, REPORTED);
}

/* "MESSAGE sip:bench007@127.0.0.1:..." -> 7 */
static size_t user_of(const struct sip *s, struct bytes m)
{
	struct bytes digits;
	uint64_t n;

	if (!wire_between(m, "MESSAGE sip:bench", "@", &digits) ||
	    bytes_decimal(digits, s->bench->o.users - 1, &n) != OK)
		must(false, "a request for nobody");
	return (size_t)n;
}

static void delivered(struct sip *s, struct bytes m)
{
	struct bytes body = wire_body(m), id, from, header;

	if (!s->bench->o.imdn ||
	    !wire_between(body, "positive-delivery", "\r\n", &id) ||
	    !wire_between(body, "Message-ID: ", "\r\n", &id) ||
	    !wire_header(m, "From", "f", &header) ||
	    !wire_between(header, "<", ">", &from))
		return;
	sip_notify(s, user_of(s, m), id, from);
}

static void take(struct sip *s, struct bytes m)
{
	struct bytes text, body = wire_body(m);

	if (wire_between(body, "message/imdn+xml", "\r\n", &text)) {
		notified(s, m);
		return;
	}
	if (!wire_between(body, "No. ", "\r\n", &text)) {
		s->bench->ledger.strange++;
		return;
	}
	text = (struct bytes){ text.p - 4, text.n + 4 };
	bench_arrived(s->bench, text, 0);
	delivered(s, m);
}

void sip_message(void *arg, struct bytes m, const struct hop *from)
{
	struct sip *s = arg;
	struct buf answer = BUF_INIT(8192);

	s->bench->last_us = now_us();
	if (wire_status(m) != 0) {
		sip_answered(s, m);
		return;
	}
	if (wire_is(m, "ACK"))
		return;
	wire_answer(m, "200 OK", &answer);
	flows_send(s->flows, from, buf_bytes(&answer));
	buf_clear(&answer);
	if (wire_is(m, "MESSAGE") && !again(s, m))
		take(s, m);
}
