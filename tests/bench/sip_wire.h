/*
 * tests/bench/sip_wire.h - as much of SIP's wire as a load generator needs:
 * it trusts the other side, and looks for what it wants.
 */
#ifndef BENCH_SIP_WIRE_H
#define BENCH_SIP_WIRE_H

#include "codecs/bytes.h"

#define WORD_MAX 128

/* The parts of a challenge or of the credentials for it. */
struct wire_digest {
	char realm[WORD_MAX], nonce[WORD_MAX], opaque[WORD_MAX];
	bool known, proxy;		/* 407: Proxy-Authorization          */
	unsigned nc;
};

/** The message at the front of a stream; n == 0: not all of it is there. */
struct bytes wire_frame(struct bytes in);
/** Status of a response; 0: it is a request. */
unsigned wire_status(struct bytes m);
/** True: a request of that method ("MESSAGE"). */
bool wire_is(struct bytes m, const char *method);
/** Value of the first header of that name, as sent ("Call-ID"). */
bool wire_header(struct bytes m, const char *name, const char *compact,
		 struct bytes *value);
/** What follows the empty line. */
struct bytes wire_body(struct bytes m);
/** The octets behind `mark` up to one of `ends`; false: not there. */
bool wire_between(struct bytes in, const char *mark, const char *ends,
		  struct bytes *out);

/** Reads the MD5 challenge in a 401 or 407. */
bool wire_challenge(struct bytes m, struct wire_digest *d);
/** Appends the header with the credentials; counts d->nc up. */
void wire_authorize(struct wire_digest *d, const char *user,
		    const char *password, const char *method, const char *uri,
		    struct buf *to);
/** Appends the response to that request: Via, From, To, Call-ID, CSeq. */
void wire_answer(struct bytes request, const char *status, struct buf *to);

#endif
