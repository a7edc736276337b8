/*
 * Texts by every manner of a link, from settings to PDUs and back: each way
 * of joining parts with 1 to 8 and 255 of them, in any order and some twice;
 * random Unicode text. SMPP v3.4 5.3.2.22-24, 3GPP TS 23.040 9.2.3.24,
 * 3GPP TS 23.038.
 */
#include <string.h>

#include "adapters/smpp/smpp_in.h"
#include "codecs/joined.h"
#include "codecs/utf8.h"
#include "tests/adapters/smpp_desk.h"
#include "tests/gateway/set.h"

#define SMSC(rows_)                                                            \
	"smsc\nname=a\nhost=h\nsystem-id=x\nmax-segments=255\n" rows_
#define TEXT_MAX 100000
#define PDUS_MAX 1024
#define ROUNDS	 120

static const struct row {
	const char *name, *conf;
	size_t septets, units, octets; /* of one of many parts */
} rows[] = {
	{ "IE 00", SMSC(""), 153, 67, 134 },
	{ "IE 08", SMSC("concat=udh16"), 152, 66, 133 },
	{ "SAR", SMSC("concat=sar"), 152, 66, 133 },
	{ "message_payload", SMSC("concat=payload"), 0, 0, 0 },
	{ "packed, IE 00", SMSC("gsm7-packed=yes"), 153, 67, 134 },
	{ "packed, IE 08", SMSC("gsm7-packed=yes\nconcat=udh16"), 152, 66,
	  133 },
	{ "packed, SAR", SMSC("gsm7-packed=yes\nconcat=sar"), 152, 66, 133 },
	{ "packed, payload", SMSC("gsm7-packed=yes\nconcat=payload"), 0, 0, 0 },
	{ "single shift", SMSC("single-shift=turkish;spanish;hindi"), 153, 67,
	  134 },
	{ "locking shift",
	  SMSC("locking-shift=turkish;portuguese;urdu;tamil\nconcat=udh16"),
	  152, 66, 133 },
	{ "both, packed",
	  SMSC("locking-shift=hindi\nsingle-shift=hindi\ngsm7-packed=yes"), 153,
	  67, 134 },
	{ "Latin-1", SMSC("latin1=yes"), 153, 67, 134 },
	{ "groups of GSM", SMSC("gsm-dcs=yes"), 153, 67, 134 },
	{ "00 is ASCII", SMSC("default-charset=ascii"), 153, 67, 134 },
	{ "00 is Latin-1", SMSC("default-charset=latin1\nconcat=sar"), 152, 66,
	  133 },
	{ "00 is UTF-8", SMSC("default-charset=utf-8"), 153, 67, 134 },
};

#define N_ROWS (sizeof rows / sizeof rows[0])

struct chance {
	uint64_t state;
};

static unsigned draw(struct chance *c, unsigned below)
{
	c->state ^= c->state << 13;
	c->state ^= c->state >> 7;
	c->state ^= c->state << 17;
	return (unsigned)(c->state >> 33) % below;
}

static void manner_read(struct manner *m, const char *conf, struct settings **s)
{
	*s = set_read(conf);
	CU_ASSERT_FATAL(*s != NULL);
	manner_of_smsc(*s, settings_group_at(*s, "smsc", 0), m);
}

/* -- the far side -----------------------------------------------------------
 */

struct arrived {
	struct smpp_arrival parts[SMPP_DESTINATIONS_MAX + 2];
	struct bytes key;
	unsigned of, have;
};

static void take(struct arrived *all, const struct smpp_arrival *in)
{
	unsigned part = in->segment.of == 0 ? 1 : in->segment.part;
	unsigned of = in->segment.of == 0 ? 1 : in->segment.of;

	CU_ASSERT_FATAL(part >= 1 && part <= of && of <= 255);
	if (all->of == 0) {
		all->of = of;
		all->key = in->segment.key;
	}
	CU_ASSERT(all->of == of && bytes_equal(all->key, in->segment.key));
	if (all->parts[part].message.n_parts == 0)
		all->have++;
	all->parts[part] = *in;
}

/* All PDUs of the desk in any order, each fourth of them twice. */
static void carry(struct desk *k, struct chance *c, const struct manner *m,
		  struct arrived *all)
{
	unsigned order[PDUS_MAX], n = 0, i, j, at;
	struct smpp_arrival in;
	struct smpp_pdu p;

	for (i = 0; desk_pdu_at(k, i, &p); i++) {
		order[n++] = i;
		if (draw(c, 4) == 0)
			order[n++] = i;
	}
	for (i = n; i > 1; i--) {
		j = draw(c, i);
		at = order[i - 1];
		order[i - 1] = order[j];
		order[j] = at;
	}
	*all = (struct arrived){ .of = 0 };
	for (i = 0; i < n; i++) {
		CU_ASSERT_FATAL(desk_pdu_at(k, order[i], &p));
		CU_ASSERT_FATAL(smpp_message_in(&p, m, DESK_NOW, k->arena,
						&in) == ESME_ROK);
		take(all, &in);
	}
}

static bool joins_to(struct arrived *all, const char *type, struct bytes want)
{
	struct joined j = JOINED_INIT(4 * TEXT_MAX);
	struct bytes got = { NULL, 0 };
	unsigned i;
	bool good = all->have == all->of;

	for (i = 1; i <= all->of && good; i++) {
		const struct part *p = all->parts[i].message.parts;

		good = joined_add(&j, p->type, p->body) == OK &&
		       strncmp(p->type, type, strlen(type)) == 0;
	}
	good = good && joined_end(&j, &got) == OK && bytes_equal(got, want);
	joined_clear(&j);
	return good;
}

/* -- so many parts -----------------------------------------------------------
 */

static void check_signs(const struct row *r, const struct desk *k,
			const struct manner *m, bool text)
{
	struct smpp_pdu p;
	unsigned i;

	for (i = 0; desk_pdu_at(k, i, &p); i++) {
		bool many = k->d.of > 1;
		bool sar = many && m->write.means == SEGMENT_SAR;
		struct bytes value;

		ROW(r, smpp_tlv_find(p.tlvs, SMPP_TLV_SAR_MSG_REF_NUM,
				     &value) == sar);
		ROW(r, ((p.esm_class & SMPP_ESM_UDHI) != 0) == (many && !sar));
		ROW(r, smpp_tlv_find(p.tlvs, SMPP_TLV_MORE_MESSAGES_TO_SEND,
				     &value) == (i + 1 < k->d.of));
		ROW(r,
		    !smpp_tlv_find(p.tlvs, SMPP_TLV_MESSAGE_PAYLOAD, &value) ||
			    m->write.means == SEGMENT_PAYLOAD);
		ROW(r, text == (p.data_coding != 4));
	}
	ROW(r, i == k->d.of);
}

static void so_many(const struct row *r, const char *unit, size_t room,
		    unsigned parts, struct chance *c)
{
	static struct arrived all;
	struct buf text = BUF_INIT(TEXT_MAX);
	bool data = *unit == '\1';
	struct settings *s;
	struct manner m = { 0 };
	struct desk k;

	manner_read(&m, r->conf, &s);
	check_repeat(&text, unit, room == 0 ? 100 * parts : room * parts, "");
	desk_open(&k, "", false);
	k.d.manner = &m;
	k.part.body = buf_bytes(&text);
	if (data)
		k.part.type = "application/octet-stream";
	ROW(r, smpp_depart(&k.d, &k.why));
	ROW(r, room == 0 ? k.d.of == 1 : k.d.of == parts);
	check_signs(r, &k, &m, !data);
	carry(&k, c, &m, &all);
	ROW(r, joins_to(&all, data ? "application/octet-stream" : "text/plain",
			buf_bytes(&text)));
	desk_close(&k);
	numbers_clear(&m.numbers);
	settings_free(s);
	buf_clear(&text);
}

static void test_parts(void)
{
	static const unsigned counts[] = { 2, 3, 4, 5, 6, 7, 8, 255 };
	struct chance c = { 88172645463325252 };
	size_t i, j;

	for (i = 0; i < N_ROWS; i++)
		for (j = 0; j < sizeof counts / sizeof *counts; j++) {
			const struct row *r = &rows[i];

			so_many(r, "a", r->septets, counts[j], &c);
			so_many(r, "\u0436", r->units, counts[j], &c);
			so_many(r, "\1", r->octets, counts[j], &c);
		}
	for (i = 0; i < N_ROWS; i++) {
		so_many(&rows[i], "a", 1, 1, &c);
		so_many(&rows[i], "\u0436", 1, 1, &c);
		so_many(&rows[i], "\1", 1, 1, &c);
	}
}

/* -- random texts -------------------------------------------------------------
 */

static void make_text(struct chance *c, struct buf *to)
{
	static const char *const words[] = {
		"hello ",
		"[x] {y} ~|",
		"\u20AC \u00E9\u00DF ",
		"\u011F\u0131\u015F ",
		"\u0928\u092E\u0938\u094D\u0924\u0947 ",
		"\u041F\u0440\u0438 ",
		"\u0633\u0644\u0627\u0645 ",
		"\u4F60\u597D",
		"\U0001F469\u200D\U0001F467",
		"x\u0323 ",
		"\U0001F1E9\U0001F1EA",
		"\uD55C\uAE00 ",
		"\u0BA4\u0BAE\u0BBF\u0BB4\u0BCD ",
		"\n",
	};
	const unsigned all = sizeof words / sizeof *words;
	unsigned n = 1 + draw(c, 120), a = draw(c, all), b = draw(c, all);

	buf_reset(to);
	for (; n > 0; n--)
		buf_text(to, words[draw(c, 3) > 0   ? a
				   : draw(c, 3) > 0 ? b
						    : draw(c, all)]);
	/* Packed, a last '@' is lost, as is its place in other tables. */
	buf_text(to, ".");
}

static void test_random(void)
{
	static struct arrived all;
	struct chance c = { 2463534242 };
	struct buf text = BUF_INIT(TEXT_MAX), want = BUF_INIT(3 * TEXT_MAX);
	unsigned i, round;

	for (i = 0; i < N_ROWS; i++) {
		const struct row *r = &rows[i];
		struct settings *s;
		struct manner m = { 0 };

		manner_read(&m, r->conf, &s);
		for (round = 0; round < ROUNDS; round++) {
			struct desk k;

			make_text(&c, &text);
			buf_reset(&want);
			CU_ASSERT_FATAL(utf8_tidy(buf_bytes(&text), &want) ==
					OK);
			desk_open(&k, "", false);
			k.d.manner = &m;
			k.part.body = buf_bytes(&text);
			k.leg.message.sms_class = (int8_t)(draw(&c, 5)) - 1;
			ROW(r, smpp_depart(&k.d, &k.why));
			carry(&k, &c, &m, &all);
			ROW(r, joins_to(&all, "text/plain", buf_bytes(&want)));
			desk_close(&k);
		}
		numbers_clear(&m.numbers);
		settings_free(s);
	}
	buf_clear(&text);
	buf_clear(&want);
}

/* What the settings of a text say. */
static void test_settings(void)
{
	struct settings *s;
	struct manner m = { 0 };

	manner_read(&m,
		    SMSC("single-shift=turkish;urdu\nlocking-shift=hindi\n"
			 "transliterate=fit\ngsm7-packed=yes"),
		    &s);
	CU_ASSERT(m.write.single ==
		  (SEGMENT_LANGUAGE(1) | SEGMENT_LANGUAGE(13)));
	CU_ASSERT(m.write.locking == SEGMENT_LANGUAGE(6));
	CU_ASSERT(m.write.replace == SEGMENT_REPLACE_FIT);
	CU_ASSERT(m.write.packed && m.read.packed);
	settings_free(s);
	manner_read(&m, SMSC("transliterate=yes\ndefault-charset=utf-8"), &s);
	CU_ASSERT(m.write.single == 0 && m.write.locking == 0);
	CU_ASSERT(m.write.replace == SEGMENT_REPLACE && !m.write.packed);
	CU_ASSERT(m.write.charset == SEGMENT_CHARSET_UTF8);
	CU_ASSERT(m.read.default_charset == SEGMENT_CHARSET_UTF8);
	settings_free(s);
	s = set_read("esme\nsystem-id=e\npassword=p\ndefault-charset=latin1\n"
		     "gsm-dcs=yes\nconcat=payload");
	CU_ASSERT_FATAL(s != NULL);
	manner_of_esme(s, "e", &m);
	CU_ASSERT(m.read.default_charset == SEGMENT_CHARSET_LATIN1);
	CU_ASSERT(m.write.charset == SEGMENT_CHARSET_LATIN1);
	CU_ASSERT(m.read.gsm_dcs && m.write.gsm_dcs && !m.write.latin1);
	CU_ASSERT(m.write.means == SEGMENT_PAYLOAD);
	CU_ASSERT(m.write.parts_max == SEGMENT_PARTS_MAX);
	manner_of_esme(s, "gone", &m);
	CU_ASSERT(m.write.means == SEGMENT_UDH8 && m.server);
	numbers_clear(&m.numbers);
	settings_free(s);
}

/* Letters that were replaced are named. */
static void test_replaced(void)
{
	struct smpp_pdu p;
	struct desk k;

	desk_open(&k, "\u010De\u0161tina", false);
	k.manner.write.replace = SEGMENT_REPLACE;
	CU_ASSERT(smpp_depart(&k.d, &k.why) && desk_pdu_at(&k, 0, &p));
	CU_ASSERT(p.data_coding == 0 && bytes_is(p.short_message, "cestina"));
	CU_ASSERT_STRING_EQUAL(desk_lost(&k), "lost=letters");
	desk_close(&k);
}

static const struct check_test tests[] = { { "settings", test_settings },
					   { "so many parts", test_parts },
					   { "random texts", test_random },
					   { "letters replaced",
					     test_replaced },
					   { NULL, NULL } };

CHECK_MAIN("smpp_manners", tests)
