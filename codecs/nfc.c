#include "codecs/nfc.h"

#include <utf8proc.h>

#define DECOMPOSED_MAX	4	/* code points of one (UAX #15 1.3)          */

/*
 * What is not firm, from U+0000 to U+FFFF: for each 4,096 code points which
 * of their blocks of 64 have any, and where the first of these blocks has its
 * bits below. Octets of UTF-8 are such numbers without decoding.
 */
static const struct row {
	uint64_t blocks;
	unsigned first;
} rows[16] = {
	[0x0] = { 0xFFBFFFFFBBC47000, 0 },
	[0x1] = { 0xE089FF14900020E5, 43 },
	[0x2] = { 0x00A8080000001019, 67 },
	[0x3] = { 0x0000000000000005, 75 },
	[0xA] = { 0x00008CF90E000000, 77 },
	[0xF] = { 0x09003FF000000000, 89 },
};

static const uint64_t bits[] = {
	0xFFFFFFFFFFFFFFFF, 0x4010FFFFFFFF7FFF, 0x0000000000000080,
	0x00000000000000F8, 0xBFFFFFFFFFFE0000, 0x00000000000000B6,
	0x0000000007FF0000, 0x00010000FFFFF800, 0x00003D9F9FC00000,
	0xFFFF000000020000, 0x00000000000007FF, 0x200FF80000000000,
	0x00003EEFFBC00000, 0x000000000E000000, 0x00000000FF000000,
	0xFFFFFFFBFFFFFC00, 0x1000000000000000, 0x00000000FF1E2000,
	0x5000000000000000, 0x40000000B0802000, 0x1048000000000000,
	0x000000004E002000, 0x1000000000000000, 0x0000000000002000,
	0x5000000000000000, 0x0000000030C02000, 0x4000000000000000,
	0x0000000000802000, 0x1000000000000000, 0x0000000000602000,
	0x1000000000000000, 0x0000000000602004, 0x5800000000000000,
	0x0000000000802000, 0x0000000080008400, 0x0700000000000000,
	0x0000000000000F00, 0x0700000000000000, 0x0000000000000F00,
	0x02A0000003000000, 0x3D7E020010842008, 0x02001084200800DF,
	0x0000000000000040, 0x0680400000000000, 0x0000000000002000,
	0x003FFFFE00000000, 0xFFFFFF0000000000, 0x0000000000000007,
	0x00000000E0000000, 0x0010000000300000, 0x0000000020040000,
	0x0000020000000000, 0x0E00000000000000, 0x0000000001800000,
	0x9FE0000100000000, 0xBFFF000000000000, 0x0000000000007FFF,
	0x0030000000000000, 0x000FF80000000010, 0x00000C0000000000,
	0x000C004000000000, 0x0080000000000000, 0x031021FDFFF70000,
	0xFFFFFFFFFFFFFFFF, 0x2AAA000000000000, 0x4800000000000000,
	0x2A00C80808080A00, 0x0000000000000003, 0x0001FFE21FFF0000,
	0x00000C4000000000, 0x0000060000000000, 0x0000000010000000,
	0x0003800000000000, 0x8000000000000000, 0xFFFFFFFF00000000,
	0x0000FC0000000000, 0x0000000006000000, 0x3FF0800000000000,
	0x00000000C0000000, 0x0003000000000000, 0x0000100000000040,
	0x0003FFFF00000010, 0x0000380000000000, 0x0000000000080000,
	0x0008000000000000, 0x0000000000000001, 0xC19D000000000000,
	0x0040000000000002, 0x0000200000000000, 0xFFFFFFFFFFFFFFFF,
	0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF,
	0xFFFFFC657FE53FFF, 0xFFFF3FFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF,
	0x0000000003FFFFFF, 0x5F7FFC00E0000000, 0x0000000000007FDB,
	0x0000FFFF00000000, 0x8000000000000000,
};

static inline bool is_loose(unsigned row, unsigned block, unsigned place)
{
	uint64_t blocks = rows[row].blocks, bit = (uint64_t)1 << block;
	unsigned at;

	if ((blocks & bit) == 0)
		return false;
	at = rows[row].first +
	     (unsigned)__builtin_popcountll(blocks & (bit - 1));
	return (bits[at] >> place & 1) != 0;
}

/* Above U+FFFF: pictographs, and the ideographs that are not for
 * compatibility only. */
static bool is_firm_above(uint32_t code)
{
	return (code >= 0x1F000 && code < 0x2F800) || code >= 0x30000;
}

bool nfc_firm(uint32_t code)
{
	return code > 0xFFFF ? is_firm_above(code)
			     : !is_loose(code >> 12, code >> 6 & 63, code & 63);
}

size_t nfc_firm_octets(struct bytes text)
{
	const uint8_t *p = text.p, *end = utf8_end(text);
	uint32_t code;

	if (p[0] < 0xE0)
		return text.n > 1 && !is_loose(0, p[0] & 0x1F, p[1] & 0x3F) ? 2
									    : 0;
	if (p[0] < 0xF0)
		return text.n > 2 && !is_loose(p[0] & 0x0F, p[1] & 0x3F,
					       p[2] & 0x3F)
			       ? 3
			       : 0;
	code = utf8_next(&p, end);
	return code != UTF8_BAD && is_firm_above(code) ? 4 : 0;
}

enum err nfc_append(struct bytes run, struct buf *to)
{
	utf8proc_int32_t codes[DECOMPOSED_MAX * NFC_RUN_OCTETS];
	const utf8proc_ssize_t most = DECOMPOSED_MAX * NFC_RUN_OCTETS;
	utf8proc_ssize_t n, i;

	n = utf8proc_decompose(run.p, (utf8proc_ssize_t)run.n, codes, most,
			       UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n < 0 || n > most)
		return ERR_MALFORMED;
	n = utf8proc_normalize_utf32(codes, n,
				     UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	for (i = 0; i < n; i++)
		utf8_append(to, (uint32_t)codes[i]);
	return buf_status(to);
}
