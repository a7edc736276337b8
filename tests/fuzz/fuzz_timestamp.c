/* Times: what was read, written and read again is the same moment. */
#include "tests/fuzz/fuzz.h"

#include "codecs/timestamp.h"

static bool in_range(int64_t t)
{
	return t >= TIMESTAMP_FIRST && t <= TIMESTAMP_LAST;
}

static void again(int64_t t, int offset)
{
	struct buf b = BUF_INIT(64);
	int64_t back;
	int read;

	if (timestamp_rfc3339_encode(t, offset, &b) == OK) {
		MUST(timestamp_rfc3339_decode(buf_bytes(&b), &back, &read) ==
		     OK);
		MUST(back == t && read == offset);
	}
	buf_reset(&b);
	if (timestamp_smpp_encode(t, &b) == OK) {
		MUST(b.n == 16 &&
		     timestamp_smpp_decode(buf_bytes(&b), 0, &back) == OK);
		MUST(back == t - t % TIMESTAMP_SECOND);
	}
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	int64_t t, any = 0;
	int offset = 0;
	size_t i;

	for (i = 0; i < 8 && i < size; i++)
		any = (int64_t)((uint64_t)any << 8 | data[i]);
	if (timestamp_rfc3339_decode(in, &t, &offset) == OK) {
		MUST(in_range(t) && offset > -1440 && offset < 1440);
		again(t, offset);
	}
	if (timestamp_xml_decode(in, &t) == OK)
		MUST(in_range(t));
	if (timestamp_smpp_decode(in, any, &t) == OK) {
		MUST(in_range(t));
		again(t, 0);
	}
	again(any, (int)(any % 3000));
	return 0;
}
