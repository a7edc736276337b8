#include "codecs/charset.h"

#include <errno.h>
#include <iconv.h>

#define NO_ICONV ((iconv_t)-1)

/*
 * What a name stands for. Where more than its standard has is written under a
 * name, it is read by the larger set, which agrees with the smaller one.
 */
static const struct charset {
	const char *name, *table;
} charsets[] = {
	{ "utf-16le", "UTF-16LE" },
	{ "utf-16be", "UTF-16BE" },
	{ "utf-32le", "UTF-32LE" },
	{ "utf-32be", "UTF-32BE" },
	{ "iso-8859-1", "ISO-8859-1" },
	{ "latin1", "ISO-8859-1" },
	{ "iso-8859-2", "ISO-8859-2" },
	{ "iso-8859-3", "ISO-8859-3" },
	{ "iso-8859-4", "ISO-8859-4" },
	{ "iso-8859-5", "ISO-8859-5" },
	{ "iso-8859-6", "ISO-8859-6" },
	{ "iso-8859-7", "ISO-8859-7" },
	{ "iso-8859-8", "ISO-8859-8" },
	{ "iso-8859-8-i", "ISO-8859-8" },
	{ "iso-8859-9", "ISO-8859-9" },
	{ "iso-8859-10", "ISO-8859-10" },
	{ "iso-8859-11", "ISO-8859-11" },
	{ "iso-8859-13", "ISO-8859-13" },
	{ "iso-8859-14", "ISO-8859-14" },
	{ "iso-8859-15", "ISO-8859-15" },
	{ "iso-8859-16", "ISO-8859-16" },
	{ "windows-1250", "CP1250" },
	{ "windows-1251", "CP1251" },
	{ "windows-1252", "CP1252" },
	{ "windows-1253", "CP1253" },
	{ "windows-1254", "CP1254" },
	{ "windows-1255", "CP1255" },
	{ "windows-1256", "CP1256" },
	{ "windows-1257", "CP1257" },
	{ "windows-1258", "CP1258" },
	{ "windows-874", "CP874" },
	{ "tis-620", "CP874" },
	{ "koi8-r", "KOI8-R" },
	{ "koi8-u", "KOI8-U" },
	{ "ibm437", "IBM437" },
	{ "ibm850", "IBM850" },
	{ "ibm852", "IBM852" },
	{ "ibm866", "IBM866" },
	{ "macintosh", "MACINTOSH" },
	{ "big5", "BIG5" },
	{ "big5-hkscs", "BIG5-HKSCS" },
	{ "gb2312", "GB18030" },
	{ "gbk", "GB18030" },
	{ "gb18030", "GB18030" },
	{ "euc-jp", "EUC-JP" },
	{ "shift_jis", "CP932" },
	{ "windows-31j", "CP932" },
	{ "iso-2022-jp", "ISO-2022-JP" },
	{ "iso-2022-jp-2", "ISO-2022-JP-2" },
	{ "euc-kr", "CP949" },
	{ "ks_c_5601-1987", "CP949" },
	{ "iso-2022-kr", "ISO-2022-KR" },
	{ "iso-2022-cn", "ISO-2022-CN" },
	{ "euc-tw", "EUC-TW" },
};

bool charset_is_utf8(struct bytes name)
{
	return name.n == 0 || bytes_is_nocase(name, "utf-8") ||
	       bytes_is_nocase(name, "utf8") ||
	       bytes_is_nocase(name, "us-ascii") ||
	       bytes_is_nocase(name, "ascii");
}

static bool starts(struct bytes in, uint8_t first, uint8_t second)
{
	return in.n > 1 && in.p[0] == first && in.p[1] == second;
}

/* RFC 2781 4.3: the mark says which, and is no text; without one it is
 * big-endian. */
static const char *utf16_table(struct bytes *in)
{
	bool little = starts(*in, 0xFF, 0xFE);

	if (little || starts(*in, 0xFE, 0xFF))
		*in = bytes_after(*in, 2);
	return little ? "UTF-16LE" : "UTF-16BE";
}

static const char *table_of(struct bytes name, struct bytes *in)
{
	size_t i;

	if (bytes_is_nocase(name, "utf-16"))
		return utf16_table(in);
	for (i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		if (bytes_is_nocase(name, charsets[i].name))
			return charsets[i].table;
	return NULL;
}

static enum err convert(iconv_t cd, struct bytes in, struct buf *to)
{
	char *from = (char *)in.p, piece[512], *at;
	size_t left = in.n, room, done;
	bool end;

	do {
		end = left == 0;
		at = piece;
		room = sizeof(piece);
		/* At the end: what was held back for what might follow. */
		done = iconv(cd, end ? NULL : &from, &left, &at, &room);
		if (done == (size_t)-1 && errno != E2BIG)
			return ERR_MALFORMED;
		end &= done != (size_t)-1;
		buf_put(to, (struct bytes){ (const uint8_t *)piece,
					    sizeof(piece) - room });
	} while (!end && buf_status(to) == OK);
	return buf_status(to);
}

enum err charset_read(struct bytes name, struct bytes in, struct buf *to)
{
	const char *table;
	iconv_t cd;
	enum err e;

	if (charset_is_utf8(name)) {
		buf_put(to, in);
		return buf_status(to);
	}
	table = table_of(name, &in);
	if (!table)
		return ERR_UNSUPPORTED;
	cd = iconv_open("UTF-8", table);
	if (cd == NO_ICONV)
		return errno == ENOMEM ? ERR_NOMEM : ERR_UNSUPPORTED;
	e = convert(cd, in, to);
	iconv_close(cd);
	return e;
}
