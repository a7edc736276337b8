/* gateway/settings_rows.h - the groups that the engine reads. Pure data. */
#ifndef GATEWAY_SETTINGS_ROWS_H
#define GATEWAY_SETTINGS_ROWS_H

#include "gateway/settings.h"

extern const struct setting_group rows_gateway; /* single             */
extern const struct setting_group rows_user;	/* by name            */
extern const struct setting_group rows_route;	/* by name            */
extern const struct setting_group rows_access;	/* by name, in order  */
extern const struct setting_group rows_groups;	/* single             */
extern const struct setting_group rows_iwf;	/* single             */
extern const struct setting_group rows_core;	/* single             */
extern const struct setting_group rows_domain;	/* by name            */
extern const struct setting_group rows_ota;	/* by name            */

#endif
