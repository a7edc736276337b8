/* gateway/conf_json.h - checked settings and complaints as JSON. */
#ifndef GATEWAY_CONF_JSON_H
#define GATEWAY_CONF_JSON_H

#include "gateway/settings.h"

/**
 * {"gateway": {...}, "smsc": [{...}, ...]}: what is in force, defaults
 * included, values as they would be written; secrets as "(secret)".
 */
enum err conf_json_settings(const struct settings *s, struct buf *to) CHECKED;

/** {"good": true, "complaints": []}: one item for each line. */
enum err conf_json_complaints(struct bytes lines, struct buf *to) CHECKED;

#endif
