#include "codecs/timestamp.h"

#define DAY_S		 86400
#define DAYS_TO_1970	 719528 /* from 0000-01-01                           */
#define DAYS_400_YEARS	 146097
#define SMPP_LENGTH	 16
#define RFC3339_SHORTEST 19 /* without fraction and offset               */

static bool leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && leap(year) ? 1 : 0);
}

/* Days of a year before its `month`. */
static int days_before(int year, int month)
{
	static const int days[] = { 0,	 31,  59,  90,	120, 151,
				    181, 212, 243, 273, 304, 334 };

	return days[month - 1] + (month > 2 && leap(year) ? 1 : 0);
}

/* Days from 0000-01-01 to the first day of `year` (0 is a leap year). */
static int64_t year_start(int year)
{
	int before = year - 1;

	if (year == 0)
		return 0;
	return 365 * (int64_t)year + before / 4 - before / 100 + before / 400 +
	       1;
}

enum err timestamp_from_civil(const struct timestamp_civil *c, int64_t *out)
{
	int64_t days;

	if (c->year < 0 || c->year > 9999 || c->month < 1 || c->month > 12 ||
	    c->day < 1 || c->day > month_days(c->year, c->month))
		return ERR_RANGE;
	if (c->hour < 0 || c->hour > 23 || c->minute < 0 || c->minute > 59 ||
	    c->second < 0 || c->second > 59 || c->microsecond < 0 ||
	    c->microsecond >= TIMESTAMP_SECOND)
		return ERR_RANGE;
	days = year_start(c->year) + days_before(c->year, c->month) + c->day -
	       1 - DAYS_TO_1970;
	*out = (days * DAY_S + c->hour * 3600 + c->minute * 60 + c->second) *
		       TIMESTAMP_SECOND +
	       c->microsecond;
	return OK;
}

enum err timestamp_to_civil(int64_t t, struct timestamp_civil *out)
{
	int64_t since, seconds, days;
	int year, month;

	if (t < TIMESTAMP_FIRST || t > TIMESTAMP_LAST)
		return ERR_RANGE;
	since = t - TIMESTAMP_FIRST;
	seconds = since / TIMESTAMP_SECOND;
	days = seconds / DAY_S;
	seconds %= DAY_S;
	year = (int)(days * 400 / DAYS_400_YEARS);
	while (year_start(year) > days)
		year--;
	while (year_start(year + 1) <= days)
		year++;
	days -= year_start(year);
	for (month = 12; days_before(year, month) > days;)
		month--;
	*out = (struct timestamp_civil){
		.year = year,
		.month = month,
		.day = (int)days - days_before(year, month) + 1,
		.hour = (int)(seconds / 3600),
		.minute = (int)(seconds / 60 % 60),
		.second = (int)(seconds % 60),
		.microsecond = (int)(since % TIMESTAMP_SECOND),
	};
	return OK;
}

/* Decimal digits at `at`; -1 when there are fewer than `n`. */
static int digits(struct bytes text, size_t at, size_t n)
{
	uint64_t v = 0;

	if (text.n < at + n ||
	    bytes_decimal((struct bytes){ text.p + at, n }, 9999, &v) != OK)
		return -1;
	return (int)v;
}

/* Pairs of digits from `at` into month, day, hour, minute, second. */
static bool read_pairs(struct bytes text, size_t at, size_t n,
		       struct timestamp_civil *c)
{
	int *fields[] = { &c->month, &c->day, &c->hour, &c->minute,
			  &c->second };
	size_t i;

	for (i = 0; i < n; i++)
		if ((*fields[i] = digits(text, at + 2 * i, 2)) < 0)
			return false;
	return true;
}

static bool sum_in_range(int64_t t, int64_t add, int64_t *out)
{
	if (__builtin_add_overflow(t, add, out))
		return false;
	return *out >= TIMESTAMP_FIRST && *out <= TIMESTAMP_LAST;
}

static enum err relative(const struct timestamp_civil *by, int years,
			 int64_t now, int64_t *out)
{
	struct timestamp_civil c;
	int64_t base, seconds;
	int months;
	enum err e;

	if ((e = timestamp_to_civil(now, &c)) != OK)
		return e;
	months = c.month - 1 + by->month;
	c.year += years + months / 12;
	c.month = months % 12 + 1;
	if (c.day > month_days(c.year, c.month))
		c.day = month_days(c.year, c.month);
	if ((e = timestamp_from_civil(&c, &base)) != OK)
		return e;
	seconds = by->day * DAY_S + by->hour * 3600 + by->minute * 60 +
		  by->second;
	if (!sum_in_range(base, seconds * TIMESTAMP_SECOND, &base))
		return ERR_RANGE;
	*out = base;
	return OK;
}

enum err timestamp_smpp_decode(struct bytes text, int64_t now, int64_t *out)
{
	struct timestamp_civil c = { 0 };
	int tenths, quarters, year;
	int64_t t;
	enum err e;

	if (text.n == 0)
		return ERR_NOTFOUND;
	year = digits(text, 0, 2);
	tenths = digits(text, 12, 1);
	quarters = digits(text, 13, 2);
	if (text.n != SMPP_LENGTH || year < 0 || tenths < 0 || quarters < 0 ||
	    !read_pairs(text, 2, 5, &c))
		return ERR_MALFORMED;
	if (text.p[15] == 'R' && tenths == 0 && quarters == 0)
		return relative(&c, year, now, out);
	if (text.p[15] != '+' && text.p[15] != '-')
		return ERR_MALFORMED;
	c.year = 2000 + year;
	c.microsecond = tenths * 100000;
	if (quarters > 48)
		return ERR_RANGE;
	if ((e = timestamp_from_civil(&c, &t)) != OK)
		return e;
	if (text.p[15] == '+')
		quarters = -quarters;
	*out = t + quarters * 900 * TIMESTAMP_SECOND;
	return OK;
}

enum err timestamp_smpp_encode(int64_t t, struct buf *to)
{
	struct timestamp_civil c;
	enum err e;

	if ((e = timestamp_to_civil(t, &c)) != OK)
		return e;
	if (c.year < 2000 || c.year > 2099) /* YY says no more */
		return ERR_RANGE;
	buf_printf(to, "%02d%02d%02d%02d%02d%02d000+", c.year - 2000, c.month,
		   c.day, c.hour, c.minute, c.second);
	return buf_status(to);
}

enum err timestamp_smpp_relative(uint64_t seconds, struct buf *to)
{
	unsigned s;

	if (seconds >= (uint64_t)100 * DAY_S)
		return ERR_RANGE;
	s = (unsigned)seconds;
	buf_printf(to, "0000%02u%02u%02u%02u000R", s / DAY_S, s / 3600 % 24,
		   s / 60 % 60, s % 60);
	return buf_status(to);
}

/* The fraction at *at, if any, which moves past it. */
static bool read_fraction(struct bytes text, size_t *at, int *microsecond)
{
	int scale = 100000, value = 0;
	size_t start;

	if (*at >= text.n || text.p[*at] != '.')
		return true;
	start = ++*at;
	while (*at < text.n && text.p[*at] >= '0' && text.p[*at] <= '9') {
		value += scale * (text.p[(*at)++] - '0');
		scale /= 10;
	}
	*microsecond = value;
	return *at > start;
}

/* Z, or a sign and hh:mm, to the end of `text`. */
static enum err read_offset(struct bytes text, int *minutes)
{
	int hour, minute;

	if (text.n == 1 && (text.p[0] | 0x20) == 'z') {
		*minutes = 0;
		return OK;
	}
	if (text.n != 6 || (text.p[0] != '+' && text.p[0] != '-') ||
	    text.p[3] != ':')
		return ERR_MALFORMED;
	hour = digits(text, 1, 2);
	minute = digits(text, 4, 2);
	if (hour < 0 || minute < 0)
		return ERR_MALFORMED;
	if (hour > 23 || minute > 59)
		return ERR_RANGE;
	*minutes = hour * 60 + minute;
	if (text.p[0] == '-')
		*minutes = -*minutes;
	return OK;
}

/* yyyy-mm-ddThh:mm:ss at the front. */
static bool read_date_time(struct bytes text, struct timestamp_civil *c)
{
	if (text.n < RFC3339_SHORTEST || text.p[4] != '-' || text.p[7] != '-' ||
	    (text.p[10] | 0x20) != 't' || text.p[13] != ':' ||
	    text.p[16] != ':')
		return false;
	c->year = digits(text, 0, 4);
	c->month = digits(text, 5, 2);
	c->day = digits(text, 8, 2);
	c->hour = digits(text, 11, 2);
	c->minute = digits(text, 14, 2);
	c->second = digits(text, 17, 2);
	return c->year >= 0 && c->month >= 0 && c->day >= 0 && c->hour >= 0 &&
	       c->minute >= 0 && c->second >= 0;
}

static enum err decode_iso(struct bytes text, bool offset_needed, int64_t *out,
			   int *offset_minutes)
{
	struct timestamp_civil c = { 0 };
	size_t at = RFC3339_SHORTEST;
	int offset = 0, leap_second, next_day;
	int64_t t;
	enum err e;

	if (!read_date_time(text, &c) ||
	    !read_fraction(text, &at, &c.microsecond))
		return ERR_MALFORMED;
	if (offset_needed || at < text.n)
		if ((e = read_offset(bytes_after(text, at), &offset)) != OK)
			return e;
	leap_second = c.second == 60;
	c.second -= leap_second;
	/* XML Schema 2 3.2.7.1: 24:00:00 is the next day's first moment. */
	next_day = !offset_needed && c.hour == 24 && c.minute == 0 &&
		   c.second == 0 && c.microsecond == 0;
	c.hour -= 24 * next_day;
	if ((e = timestamp_from_civil(&c, &t)) != OK)
		return e;
	if (!sum_in_range(t,
			  (next_day * DAY_S + leap_second - offset * 60) *
				  TIMESTAMP_SECOND,
			  &t))
		return ERR_RANGE;
	/* RFC 3339 5.7: only at the end of a UTC day. */
	if (leap_second != 0 &&
	    (t - TIMESTAMP_FIRST) / TIMESTAMP_SECOND % DAY_S != 0)
		return ERR_RANGE;
	*out = t;
	if (offset_minutes != NULL)
		*offset_minutes = offset;
	return OK;
}

enum err timestamp_rfc3339_decode(struct bytes text, int64_t *out,
				  int *offset_minutes)
{
	return decode_iso(text, true, out, offset_minutes);
}

enum err timestamp_xml_decode(struct bytes text, int64_t *out)
{
	return decode_iso(text, false, out, NULL);
}

enum err timestamp_rfc3339_encode(int64_t t, int offset_minutes, struct buf *to)
{
	struct timestamp_civil c;
	int64_t local;
	int minutes;
	enum err e;

	if (offset_minutes <= -24 * 60 || offset_minutes >= 24 * 60 ||
	    t < TIMESTAMP_FIRST || t > TIMESTAMP_LAST)
		return ERR_RANGE;
	minutes = offset_minutes < 0 ? -offset_minutes : offset_minutes;
	local = t + offset_minutes * 60 * TIMESTAMP_SECOND;
	if ((e = timestamp_to_civil(local, &c)) != OK)
		return e;
	buf_printf(to, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day,
		   c.hour, c.minute, c.second);
	if (c.microsecond % 1000 != 0)
		buf_printf(to, ".%06d", c.microsecond);
	else if (c.microsecond != 0)
		buf_printf(to, ".%03d", c.microsecond / 1000);
	if (offset_minutes == 0)
		buf_u8(to, 'Z');
	else
		buf_printf(to, "%c%02d:%02d", offset_minutes < 0 ? '-' : '+',
			   minutes / 60, minutes % 60);
	return buf_status(to);
}
