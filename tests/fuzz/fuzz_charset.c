/* Charsets: a name, a line end, and octets that may be of it. */
#include "tests/fuzz/fuzz.h"

#include "codecs/charset.h"
#include "codecs/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes all = { data, size }, name = { data, 0 }, text;
	struct buf once = BUF_INIT(1 << 16), twice = BUF_INIT(1 << 16);
	enum err e;

	name.n = bytes_find(all, '\n');
	text = bytes_after(all, name.n + 1);
	e = charset_read(name, text, &once);
	MUST(e == OK || e == ERR_UNSUPPORTED || e == ERR_MALFORMED ||
	     e == ERR_TOOBIG);
	MUST(e != ERR_UNSUPPORTED || once.n == 0);
	if (charset_is_utf8(name))
		MUST(e == ERR_TOOBIG || bytes_equal(buf_bytes(&once), text));
	else if (e == OK)
		MUST(utf8_valid(buf_bytes(&once)));
	MUST(charset_read(name, text, &twice) == e);
	MUST(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	buf_clear(&once);
	buf_clear(&twice);
	return 0;
}
