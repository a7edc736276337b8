/* adapters/loopback/settings.h - the loopback adapter's group. Pure data. */
#ifndef ADAPTERS_LOOPBACK_SETTINGS_H
#define ADAPTERS_LOOPBACK_SETTINGS_H

#include "gateway/settings.h"

extern const struct setting_group rows_loopback;	/* single             */

#endif
