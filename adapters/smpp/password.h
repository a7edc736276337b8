/* adapters/smpp/password.h - is it the password of an account? */
#ifndef ADAPTERS_SMPP_PASSWORD_H
#define ADAPTERS_SMPP_PASSWORD_H

#include <stdbool.h>

#include "codecs/bytes.h"

/**
 * Does `password` have that hash, "$sha256$SALT$HEX" with HEX the SHA-256 of
 * SALT and password? Takes the same time whatever it answers; a hash of
 * NULL, or in another form, has no password, and an empty one is never good.
 */
bool password_good(const char *hash, struct bytes password);

#endif
