/*
 * tests/adapters/sip_phone.h - mary's telephone that has short messages over
 * IP and nothing else. 3GPP TS 24.341, 3GPP TS 24.011 7.3.
 */
#ifndef TESTS_ADAPTERS_SIP_PHONE_H
#define TESTS_ADAPTERS_SIP_PHONE_H

#include "tests/adapters/sip_sample.h"

#define PHONE_TYPE "application/vnd.3gpp.sms"

/* A service centre, with a second of patience. */
extern const char *const phone_settings[];

/* Registers it; the status. */
unsigned phone_register(struct device_socket *d, unsigned expires);

/* A world of those settings with the telephone in it, registered. */
void phone_start(struct world *w, struct device_socket *d, bool tcp);

/* The RP-DATA that must have come: its RP-MR; its Call-ID in `call_id`. */
uint8_t phone_take(struct device_socket *d, char call_id[64]);

/* A MESSAGE of the telephone's to its service centre. */
struct device_request phone_request(const void *rp, size_t n,
				    const char *headers);

/* RP-ACK, or RP-ERROR of that cause, to the RP-DATA of that Call-ID. */
void phone_acknowledge(struct device_socket *d, uint8_t reference,
		       const char *call_id);
void phone_refuse(struct device_socket *d, uint8_t reference, uint8_t cause,
		  const char *call_id);

#endif
