/* adapters/smpp/settings.h - the groups of the SMPP side. Pure data. */
#ifndef ADAPTERS_SMPP_SETTINGS_H
#define ADAPTERS_SMPP_SETTINGS_H

#include "gateway/settings.h"

extern const struct setting_group rows_smpp;	/* single: the server */
extern const struct setting_group rows_smsc;	/* by name: links     */
extern const struct setting_group rows_esme;	/* by system-id       */

#endif
