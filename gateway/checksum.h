/*
 * gateway/checksum.h - 64 bits that notice every damage to stored octets.
 * SipHash-1-3 (Aumasson, Bernstein 2012), keyed with what the octets are
 * stored under, so that right octets in a wrong place are noticed as well.
 */
#ifndef GATEWAY_CHECKSUM_H
#define GATEWAY_CHECKSUM_H

#include "codecs/bytes.h"

uint64_t checksum(uint64_t key, struct bytes in);

#endif
