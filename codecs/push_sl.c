#include "codecs/push_sl.h"

#include "codecs/wapxml.h"
#include "codecs/wbxml.h"

#define PUBLIC "-//WAPFORUM//DTD SL 1.0//EN"
#define SYSTEM "http://www.wapforum.org/DTD/sl.dtd"

static const char clause[] = "WAP-168-ServiceLoad 9.2";

/* Clauses 10.3.1 to 10.3.3. */
static const struct wbxml_tag tags[] = {
	{ 0, 0x05, "sl" },
	{ 0, 0, NULL },
};

static const struct wbxml_start starts[] = {
	{ 0, 0x05, "action", "execute-low" },
	{ 0, 0x06, "action", "execute-high" },
	{ 0, 0x07, "action", "cache" },
	{ 0, 0x08, "href", "" },
	{ 0, 0x09, "href", "http://" },
	{ 0, 0x0A, "href", "http://www." },
	{ 0, 0x0B, "href", "https://" },
	{ 0, 0x0C, "href", "https://www." },
	{ 0, 0, NULL, NULL },
};

static const struct wbxml_word words[] = {
	{ 0, 0x85, ".com/" }, { 0, 0x86, ".edu/" }, { 0, 0x87, ".net/" },
	{ 0, 0x88, ".org/" }, { 0, 0, NULL },
};

static const struct wbxml_vocabulary vocabulary = {
	.public_id = 0x06,
	.public_text = PUBLIC,
	.tags = tags,
	.starts = starts,
	.words = words,
	.pieces = true,
};

static const char *const actions[] = {
	[PUSH_SL_EXECUTE_LOW] = "execute-low",
	[PUSH_SL_EXECUTE_HIGH] = "execute-high",
	[PUSH_SL_CACHE] = "cache",
};

#define ACTIONS (sizeof actions / sizeof *actions)

static enum err read_action(struct bytes text, enum push_sl_action *out)
{
	size_t i;

	if (text.n == 0)
		return OK;
	for (i = 0; i < ACTIONS; i++) {
		if (!bytes_is(text, actions[i]))
			continue;
		*out = (enum push_sl_action)i;
		return OK;
	}
	return ERR_MALFORMED;
}

static enum err from_tree(const struct xml_node *root, struct push_sl *out,
			  struct fault *why)
{
	struct push_sl sl = { 0 };

	if (!xml_is(root, "", "sl"))
		return fault_set(why, ERR_UNSUPPORTED, "sl", clause, 0);
	sl.href = xml_attribute(root, "", "href");
	if (sl.href.n == 0)
		return fault_set(why, ERR_MALFORMED, "href", clause, 0);
	if (read_action(xml_attribute(root, "", "action"), &sl.action) != OK)
		return fault_set(why, ERR_MALFORMED, "action", clause, 0);
	*out = sl;
	return OK;
}

enum err push_sl_wbxml_decode(struct bytes in, struct arena *a,
			      struct push_sl *out, struct fault *why)
{
	struct xml_node *root;
	enum err e;

	if ((e = wbxml_read(in, &vocabulary, a, &root, why)) != OK)
		return e;
	return from_tree(root, out, why);
}

enum err push_sl_xml_decode(struct bytes in, struct arena *a,
			    struct push_sl *out, struct fault *why)
{
	struct xml_node *root;
	enum err e;

	if ((e = wapxml_read(in, a, &root, why)) != OK)
		return e;
	return from_tree(root, out, why);
}

enum err push_sl_wbxml_encode(const struct push_sl *sl, struct buf *to)
{
	struct wbxml_writer w;

	if (sl->href.n == 0)
		return ERR_RANGE;
	wbxml_begin(&w, &vocabulary, 2, to);
	wbxml_open(&w, "sl", WBXML_ATTRIBUTES);
	wbxml_attribute(&w, "href", sl->href);
	if (sl->action != PUSH_SL_EXECUTE_LOW)
		wbxml_attribute(&w, "action", bytes_of(actions[sl->action]));
	wbxml_end(&w);
	return wbxml_status(&w);
}

enum err push_sl_xml_encode(const struct push_sl *sl, struct buf *to)
{
	if (sl->href.n == 0)
		return ERR_RANGE;
	wapxml_begin(to, "sl", PUBLIC, SYSTEM);
	buf_text(to, "<sl");
	xml_put_attribute(to, "href", sl->href);
	if (sl->action != PUSH_SL_EXECUTE_LOW)
		xml_put_attribute(to, "action", bytes_of(actions[sl->action]));
	buf_text(to, "/>\r\n");
	return buf_status(to);
}
