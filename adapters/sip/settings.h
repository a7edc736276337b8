/* adapters/sip/settings.h - the groups of the SIP side. Pure data. */
#ifndef ADAPTERS_SIP_SETTINGS_H
#define ADAPTERS_SIP_SETTINGS_H

#include "gateway/settings.h"

extern const struct setting_group rows_sip;		/* single             */
extern const struct setting_group rows_lists;		/* single             */

#endif
