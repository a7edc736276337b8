/*
 * Rules, lists and what they are asked about, by lines: the rules, the list,
 * and texts. What was taken keeps its bounds and does the same again.
 */
#include "tests/fuzz/fuzz.h"

#include "codecs/number_list.h"
#include "codecs/rewrite.h"

static struct bytes line(struct bytes *in)
{
	size_t end = bytes_find(*in, '\n');
	struct bytes out = { in->p, end };

	*in = bytes_after(*in, end + 1);
	return out;
}

static void rewrite_twice(const struct rewrite *w, struct bytes text)
{
	struct buf a = BUF_INIT(4096), b = BUF_INIT(4096);
	enum err e = rewrite_apply(w, text, &a);

	MUST(e == OK || e == ERR_TOOBIG);
	MUST(e != OK || a.n <= REWRITE_TEXT_MAX);
	MUST(rewrite_apply(w, text, &b) == e);
	MUST(e != OK || bytes_equal(buf_bytes(&a), buf_bytes(&b)));
	buf_clear(&a);
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size }, rules = line(&in), list = line(&in);
	struct number_list *l = number_list_new();
	struct buf why = BUF_INIT(65536);
	struct rewrite *w;
	enum err e = rewrite_new(rules, &w, &why);

	MUST(l != NULL && (e == OK || e == ERR_RANGE));
	MUST(e == OK || why.n > 0);
	buf_reset(&why);
	e = number_list_add_all(l, list, &why);
	MUST(e == OK || (e == ERR_RANGE && why.n > 0));
	number_list_finish(l);
	while (in.n > 0) {
		struct bytes text = line(&in);

		rewrite_twice(w, text);
		if (number_list_has(l, text))
			MUST(number_list_count(l) > 0);
	}
	number_list_free(l);
	rewrite_free(w);
	buf_clear(&why);
	return 0;
}
