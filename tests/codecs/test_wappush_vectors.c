/*
 * Pushes met in the world, from the folder that the environment names in
 * CPMGW_VECTORS: wappush/pdus.tsv (source, place, name, hex, a note that
 * starts with "WSP push" or "MMS PDU"). Without it there is nothing to do.
 */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codecs/provisioning.h"
#include "codecs/wsp.h"

#define COLUMNS	  5
#define LINE_ROOM 16384
#define OCTETS	  4096

struct line {
	const char *name; /* for ROW() */
	char *column[COLUMNS];
	char text[LINE_ROOM];
};

static FILE *vectors(void)
{
	const char *folder = getenv("CPMGW_VECTORS");
	char path[512];
	FILE *f;

	if (folder == NULL) {
		CU_PASS("no CPMGW_VECTORS");
		return NULL;
	}
	snprintf(path, sizeof path, "%s/wappush/pdus.tsv", folder);
	f = fopen(path, "r");
	CU_ASSERT_FATAL(f != NULL);
	return f;
}

static char nothing[1];

/* The next line that is no comment, split at tabs. */
static bool line_next(FILE *f, struct line *l)
{
	char *rest = l->text;
	unsigned i;

	do {
		if (fgets(l->text, sizeof l->text, f) == NULL)
			return false;
	} while (l->text[0] == '#');
	l->text[strcspn(l->text, "\r\n")] = '\0';
	for (i = 0; i < COLUMNS; i++)
		l->column[i] = rest == NULL ? nothing : strsep(&rest, "\t");
	l->name = l->column[2];
	return true;
}

/* MMS notifications: the type, the application, a body that starts as one. */
static void check_mms(const struct line *l, const struct wsp_push *p)
{
	const struct wsp_header *h = wsp_push_header(p, WSP_APPLICATION_ID);

	ROW(l, h != NULL && h->value.number == WSP_APPLICATION_MMS);
	ROW(l, p->body.n > 2 && p->body.p[0] == 0x8C && p->body.p[1] == 0x82);
}

/* Settings behind the PIN 1234, which their own text names. */
static void check_settings(const struct line *l, const struct wsp_push *p)
{
	const struct wsp_parameter *mac = wsp_parameter(&p->type, WSP_MAC);
	struct provisioning_secret s = { PROVISIONING_USERPIN,
					 { NULL, 0 },
					 bytes_of("1234") };
	char want[PROVISIONING_MAC_DIGITS + 1] = "";
	struct arena *a = arena_new(1 << 20);
	struct buf b = BUF_INIT(OCTETS);
	struct provisioning doc;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	ROW(l, provisioning_mac(&s, p->body, want) == OK);
	ROW(l, mac != NULL && bytes_is(mac->value.octets, want));
	ROW(l, provisioning_wbxml_decode(p->body, a, &doc, NULL) == OK);
	ROW(l, doc.group != NULL && bytes_is(doc.group->type, "APPLICATION"));
	ROW(l, provisioning_wbxml_encode(&doc, &b) == OK);
	ROW(l, provisioning_wbxml_decode(buf_bytes(&b), a, &doc, NULL) == OK);
	buf_clear(&b);
	arena_free(a);
}

/* Read, written and read again it is the same push. */
static void check_again(const struct line *l, const struct wsp_push *p,
			struct bytes in)
{
	struct buf b = BUF_INIT(OCTETS);

	ROW(l, wsp_push_encode(p, &b) == OK);
	ROW(l, bytes_equal(buf_bytes(&b), in));
	buf_clear(&b);
}

static void test_pushes(void)
{
	FILE *f = vectors();
	static struct line l;
	uint8_t raw[OCTETS];
	struct wsp_push p;
	struct bytes in;
	unsigned mms = 0, settings = 0, rights = 0;

	while (f != NULL && line_next(f, &l)) {
		in = check_unhex(l.column[3], raw, sizeof raw);
		if (wsp_push_decode(in, &p, NULL) != OK)
			continue;
		ROW(&l, strncmp(l.column[4], "WSP push", 8) == 0);
		if (p.type.code == 0x3E) {
			mms++;
			check_mms(&l, &p);
			check_again(&l, &p, in);
		} else if (p.type.code == 0x36) {
			settings++;
			check_settings(&l, &p);
			check_again(&l, &p, in);
		} else if (p.type.code == 0x4B) {
			rights++;
			check_again(&l, &p, in);
		}
	}
	if (f == NULL)
		return;
	CU_ASSERT(mms == 2 && settings == 1 && rights == 1);
	fclose(f);
}

static const struct check_test tests[] = { { "pushes", test_pushes },
					   { NULL, NULL } };

CHECK_MAIN("wappush_vectors", tests)
