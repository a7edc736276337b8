/* tests/gateway/full_message.h - a message with every member set. */
#ifndef TESTS_GATEWAY_FULL_MESSAGE_H
#define TESTS_GATEWAY_FULL_MESSAGE_H

#include "gateway/message.h"

/** All of it is constants of the program. */
struct message full_message(void);

/** What most messages look like: one recipient, one part, few ids. */
struct message small_message(void);

/** Same values everywhere, texts and octets by content. */
bool message_same(const struct message *a, const struct message *b);

#endif
