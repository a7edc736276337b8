/* codecs/tpdu_inside.h - fields of TPDUs; shared by tpdu*.c and rpdu.c. */
#ifndef CODECS_TPDU_INSIDE_H
#define CODECS_TPDU_INSIDE_H

#include "codecs/tpdu.h"

/* One that is being read. */
struct tpdu_reading {
	struct cursor c;
	struct arena *arena;
	struct fault why;
	enum err bad; /* the first that is not for want of octets  */
};

/** Says so and stops the reading. */
void tpdu_refuse(struct tpdu_reading *r, const char *field, const char *clause);

/** Digits of semi-octets as text, ended by a fill or at 2 * octets. */
struct bytes tpdu_read_digits(struct tpdu_reading *r, struct bytes octets,
			      size_t most);

/** Appends digits as semi-octets. ERR_RANGE. */
enum err tpdu_put_digits(struct bytes text, struct buf *to) CHECKED;

/** An address field (9.1.2.5), and user data with its length (9.2.3.16). */
void tpdu_read_address(struct tpdu_reading *r, struct address_smpp *out);
void tpdu_read_user(struct tpdu_reading *r, struct tpdu *t);
enum err tpdu_put_address(const struct address_smpp *a, struct buf *to) CHECKED;
enum err tpdu_put_user(const struct tpdu *t, struct buf *to) CHECKED;

#endif
