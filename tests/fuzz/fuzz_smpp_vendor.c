/* Tables of vendors' statuses: what is taken says the same when each status of
 * it is written alone. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/smpp_vendor.h"

static void write_alone(const struct smpp_vendor *v, struct buf *to)
{
	static const char *const words[] = { NULL, "final", "retry",
					     "throttle" };
	uint32_t status;

	for (status = SMPP_VENDOR_FIRST; status <= SMPP_VENDOR_LAST; status++) {
		enum smpp_vendor_kind kind = smpp_vendor_kind(v, status);

		MUST(kind <= SMPP_VENDOR_THROTTLE);
		if (kind != SMPP_VENDOR_UNKNOWN)
			buf_printf(to, "0x%X:%s;", (unsigned)status,
				   words[kind]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct smpp_vendor v = { { 0 } }, again = { { 0 } };
	struct buf why = BUF_INIT(4096), text = BUF_INIT(65536);
	enum err e = smpp_vendor_read(in, &v, &why);

	MUST(e == OK || (e == ERR_RANGE && why.n > 0));
	write_alone(&v, &text);
	MUST(smpp_vendor_read(buf_bytes(&text), &again, NULL) == OK);
	MUST(memcmp(&v, &again, sizeof v) == 0);
	buf_clear(&text);
	buf_clear(&why);
	return 0;
}
