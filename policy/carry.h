/*
 * policy/carry.h - what a technology can carry at all. What it cannot is
 * refused before it is accepted, not found undeliverable afterwards.
 */
#ifndef POLICY_CARRY_H
#define POLICY_CARRY_H

#include "policy/facts.h"

/**
 * May a part of that media type go by `t`, converted if need be? SMS: texts,
 * WAP pushes, and octets for a port (3GPP TS 23.040 9.2.3.24); the others:
 * anything.
 */
bool carry_takes(enum technology t, const char *media_type);

#endif
