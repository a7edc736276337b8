/* Every group of the configuration, in the order of the manual. */
#include "adapters/loopback/settings.h"
#include "adapters/sip/settings.h"
#include "adapters/smpp/settings.h"
#include "gateway/settings_rows.h"

static const struct setting_group *const tables[] = {
	&rows_gateway, &rows_user,   &rows_route, &rows_access,
	&rows_groups,  &rows_iwf,     &rows_core,   &rows_domain, &rows_ota,
	&rows_sip,     &rows_lists,
	&rows_smpp,    &rows_smsc,   &rows_esme,  &rows_loopback,
	NULL
};

const struct setting_group *const *settings_tables(void)
{
	return tables;
}
