/* Provisioning documents in either form; any octets as secret and body. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "codecs/provisioning.h"
#include "codecs/xml.h"

static void same_groups(const struct provisioning_group *a,
			const struct provisioning_group *b)
{
	const struct provisioning_parm *p, *q;

	for (; a != NULL && b != NULL; a = a->next, b = b->next) {
		MUST(bytes_equal(a->type, b->type));
		same_groups(a->child, b->child);
		for (p = a->parm, q = b->parm; p != NULL && q != NULL;
		     p = p->next, q = q->next)
			MUST(bytes_equal(p->name, q->name) &&
			     bytes_equal(p->value, q->value));
		MUST(p == NULL && q == NULL);
	}
	MUST(a == NULL && b == NULL);
}

static void write_all(const struct provisioning *p, struct arena *a)
{
	struct buf b = BUF_INIT(8 << 20);
	struct provisioning back;

	MUST(provisioning_wbxml_encode(p, &b) == OK);
	MUST(provisioning_wbxml_decode(buf_bytes(&b), a, &back, NULL) == OK);
	MUST(bytes_equal(p->version, back.version));
	same_groups(p->group, back.group);
	buf_reset(&b);
	MUST(provisioning_xml_encode(p, &b) == OK);
	MUST(b.n > XML_OCTETS_MAX ||
	     provisioning_xml_decode(buf_bytes(&b), a, &back, NULL) == OK);
	buf_clear(&b);
}

static void mac(struct bytes in)
{
	struct bytes front = { in.p, in.n < 15 ? in.n : 15 };
	struct provisioning_secret s = { PROVISIONING_USERNETWPIN, front,
					 front };
	char text[PROVISIONING_MAC_DIGITS + 1] = "";
	enum err e = provisioning_mac(&s, in, text);

	MUST(e == OK || e == ERR_RANGE);
	MUST(strlen(text) == (e == OK ? PROVISIONING_MAC_DIGITS : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64 << 20);
	struct bytes in = { data, size };
	struct fault why = { NULL, NULL, 0 };
	struct provisioning p;
	enum err e;

	MUST(a != NULL);
	e = provisioning_wbxml_decode(in, a, &p, &why);
	MUST((e == OK) == (why.field == NULL) && why.offset <= size);
	if (e == OK)
		write_all(&p, a);
	if (provisioning_xml_decode(in, a, &p, NULL) == OK)
		write_all(&p, a);
	mac(in);
	arena_free(a);
	return 0;
}
