/*
 * gateway/keys.h - the keys of one installation (file `keys`, 0600, made at
 * the first start) and what is derived from them: ids for the outside that
 * nobody can guess, and hashes for the store.
 */
#ifndef GATEWAY_KEYS_H
#define GATEWAY_KEYS_H

#include "gateway/clock.h"
#include "gateway/leg.h"
#include "gateway/store.h"

#define KEYS_OCTETS 80

struct keys;

/** Reads `directory`/keys, or makes it. `why` names the file on error. */
enum err keys_load(const char *directory, const struct clock *clock,
		   struct keys **made, struct buf *why) CHECKED;
/** From octets (tests, simulation). NULL: no memory. */
struct keys *keys_new(const uint8_t octets[KEYS_OCTETS]);
void keys_free(struct keys *k);

/** Our id as the world sees it: base64url of AES-128(key, id | 0). */
enum err keys_public_id(struct keys *k, uint64_t id, char out[PUBLIC_ID_SIZE])
	CHECKED;
/** Back. ERR_NOTFOUND: not one of ours. */
enum err keys_open_id(struct keys *k, const char *text, uint64_t *id) CHECKED;
/** The decimal form that SMPP peers see, back. */
uint64_t keys_open_decimal(const struct keys *k, uint64_t decimal);
/** And there. */
uint64_t keys_decimal(const struct keys *k, uint64_t id);

/** Twice 63 bits over the pieces, their lengths and their order. */
struct store_key keys_hash(const struct keys *k, const struct bytes *pieces,
			   size_t count);
/** 63 bits, never 0: for a recipient. */
uint64_t keys_hash63(const struct keys *k, struct bytes in);

const uint8_t *keys_nonce(const struct keys *k);	/* 16 octets */
const uint8_t *keys_id(const struct keys *k);		/* 16 octets */

#endif
