/* Images of settings: what is taken can be written and read again. */
#include "tests/fuzz/fuzz.h"

#include "gateway/settings.h"

#define COMPLAINTS_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
	struct buf one = BUF_INIT(SETTINGS_IMAGE_MAX);
	struct buf two = BUF_INIT(SETTINGS_IMAGE_MAX);
	struct settings *s, *again;
	enum err e =
		settings_read((struct bytes){ data, size }, &s, &complaints);

	MUST((e == OK) == (s != NULL));
	MUST(e != ERR_RANGE || complaints.n > 0 || complaints.bad != OK ||
	     size > 0);
	if (e != OK)
		goto out;
	MUST(complaints.n == 0);
	MUST(settings_image(s, &one) == OK);
	MUST(settings_read(buf_bytes(&one), &again, &complaints) == OK);
	MUST(settings_image(again, &two) == OK);
	MUST(bytes_equal(buf_bytes(&one), buf_bytes(&two)));
	MUST(settings_group_equal(settings_single(s, "gateway"),
				  settings_single(again, "gateway")));
	settings_free(again);
	settings_free(s);
out:
	buf_clear(&one);
	buf_clear(&two);
	buf_clear(&complaints);
	return 0;
}
