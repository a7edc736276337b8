/* adapters/sip/adapter.h - the one table that this program offers. */
#ifndef ADAPTERS_SIP_ADAPTER_H
#define ADAPTERS_SIP_ADAPTER_H

#include "gateway/adapter.h"

extern const struct adapter sip_adapter;

#endif
