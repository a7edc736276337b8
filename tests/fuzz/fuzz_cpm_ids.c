/* codecs/cpm_ids.h: what is accepted cannot break a header. */
#include "tests/fuzz/fuzz.h"

#include "codecs/cpm_ids.h"

static bool clean(struct bytes in)
{
	size_t i;

	for (i = 0; i < in.n; i++)
		if (in.p[i] <= ' ' || in.p[i] == 0x7F || in.p[i] == ';' ||
		    in.p[i] == ',')
			return false;
	return in.n > 0 && in.n <= CPM_ID_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	enum cpm_service s = CPM_SERVICE_COUNT;
	char uuid[CPM_UUID_OCTETS], id[CPM_MESSAGE_ID_OCTETS];

	MUST(!cpm_id_valid(in) || clean(in));
	MUST(!cpm_message_id_valid(in) || clean(in));
	MUST(!cpm_id_is_uuid(in) || cpm_id_valid(in));
	if (cpm_service_by_icsi(in, &s) == OK)
		MUST(s < CPM_SERVICE_COUNT);
	MUST(cpm_services_in(in) < 1u << CPM_SERVICE_COUNT);
	if (size < 16)
		return 0;
	cpm_id_make(data, uuid);
	cpm_message_id_make(data, id);
	MUST(cpm_id_is_uuid(bytes_of(uuid)));
	MUST(cpm_message_id_valid(bytes_of(id)) && bytes_of(id).n == 22);
	return 0;
}
