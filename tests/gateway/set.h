/* tests/gateway/set.h - settings from a text, as if files had been read. */
#ifndef TESTS_GATEWAY_SET_H
#define TESTS_GATEWAY_SET_H

#include "gateway/settings.h"

/**
 * "group\nname=value\n...": each group and each setting is a line of its own
 * of a file "f", counted from 1. NULL: mistakes, which were printed.
 */
struct settings *set_read(const char *text);

/** The image of the same, as cpmgw-conf writes it. */
enum err set_image(const char *text, struct buf *image) CHECKED;

/** As settings_read of the same. */
enum err set_read_to(const char *text, struct settings **out,
		     struct buf *complaints) CHECKED;

#endif
