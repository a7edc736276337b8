/* Images of messages: what is read can be written, and reads the same. */
#include "tests/fuzz/fuzz.h"

#include "gateway/message.h"
#include "tests/gateway/full_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct arena *a = arena_new(MESSAGE_ARENA_MAX);
	struct buf b = BUF_INIT(4 * MESSAGE_IMAGE_MAX);
	struct message m, again;
	struct fault why = { 0 };

	MUST(a != NULL);
	if (message_read(in, a, &m, &why) != OK) {
		MUST(why.field != NULL && why.offset <= size);
	} else if (message_image(&m, &b) == OK) {
		MUST(message_read(buf_bytes(&b), a, &again, NULL) == OK);
		MUST(message_same(&m, &again));
	} else {
		/* The lengths of many empty parts may grow past the limit. */
		MUST(buf_status(&b) == ERR_TOOBIG && size > 60000);
	}
	buf_clear(&b);
	arena_free(a);
	return 0;
}
