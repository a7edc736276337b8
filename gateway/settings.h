/*
 * gateway/settings.h - configuration as rows: a table says what may be set
 * (parser, `gwctl conf`, manual pages and conf/cpmgw.conf come from it), and
 * struct settings holds what was set, with file and line.
 */
#ifndef GATEWAY_SETTINGS_H
#define GATEWAY_SETTINGS_H

#include "codecs/arena.h"

enum setting_type {
	SETTING_TEXT,
	SETTING_NUMBER,	  /* min..max                                   */
	SETTING_BOOL,	  /* true, yes, on, 1 / false, no, off, 0       */
	SETTING_DURATION, /* number with ms, s, m, h or d; or 0         */
			  /* The value is in milliseconds, min..max too */
	SETTING_SIZE,	  /* number with k, M or G (1024); octets       */
	SETTING_CHOICE,	  /* one of `choices`, separated by '|'         */
	SETTING_ADDRESS,  /* IP address or host name                    */
	SETTING_PORT,	  /* 1..65535                                   */
	SETTING_LIST,	  /* texts separated by ';'; each is one of     */
			  /* `choices` where there are any              */
	SETTING_SECRET,	  /* text that is never shown                   */
	SETTING_PEERS,	  /* list of host:port, [2001:db8::1]:port      */
	SETTING_LINKS,	  /* list of names of groups that are links     */
	SETTING_DIGITS,	  /* '+' or not, then 1..15 digits              */
	SETTING_PREFIXES, /* list of those                              */
	SETTING_NUMBERS,  /* list of numbers in min..max, one for each  */
			  /* link of the group's SETTING_LINKS          */
	SETTING_ENTRIES,  /* list as codecs/number_list.h reads it      */
	SETTING_REWRITE,  /* rules as codecs/rewrite.h reads them       */
	SETTING_FILE,	  /* absolute path                              */
	SETTING_TON_NPI,  /* "1/1": each 0..255                         */
	SETTING_SIP,	  /* sip: address of people or of a service     */
	SETTING_SENDER,	  /* number, short code or alphanumeric address */
	SETTING_STATUSES, /* table as codecs/smpp_vendor.h reads it     */
	SETTING_ZONE,	  /* "+01:00": how far ahead of UTC, quarters   */
	SETTING_TAGS,	  /* set as codecs/smpp_tag_set.h reads it      */
	SETTING_TLVS	  /* parameters as it reads them                */
};

#define SETTING_SECOND 1000u /* of min..max of a SETTING_DURATION */
#define SETTING_MINUTE 60000u
#define SETTING_HOUR   3600000u
#define SETTING_DAY    86400000u

struct setting {
	const char *name; /* NULL ends the table                        */
	enum setting_type type;
	const char *unit;  /* for people: "s", "octets", or NULL         */
	uint64_t min, max; /* numbers, durations (ms), sizes; octets of  */
	/* texts, items of SETTING_LINKS, where max   */
	/* is not 0                                   */
	const char *choices;  /* SETTING_CHOICE: "store|end-to-end"         */
	const char *fallback; /* default, as it would be written; NULL none */
	bool required;
	const char *sentence; /* what it does, for the manual               */
	bool unique;	      /* no two instances may have the same value,  */
			      /* or item of a list                          */
};

struct setting_group {
	const char *name; /* "smsc"                                     */
	const char *key;  /* setting that names the instance; NULL:     */
			  /* the group occurs at most once              */
	const char *sentence;
	const struct setting *settings;
	bool link;    /* instances carry legs: routes may name them */
	bool private; /* the engine's own: no adapter is told       */
};

#define SETTINGS_IMAGE_MAX (64 * 1024 * 1024)

struct settings;       /* all groups, checked; never changes         */
struct settings_group; /* one instance of a group                    */

/**
 * Every group of every program; ended by NULL. gateway/ names no adapter, so
 * adapters/tables.c has it; programs that read settings link it
 * (libtables.a).
 */
const struct setting_group *const *settings_tables(void);

/** Frees it; NULL is fine. */
void settings_free(struct settings *s);

/** The nth (from 0) instance of `group`; NULL when there are fewer. */
const struct settings_group *settings_group_at(const struct settings *s,
					       const char *group, size_t n);

/** The instance of that name; NULL. */
const struct settings_group *settings_group_named(const struct settings *s,
						  const char *group,
						  const char *name);

/** The value of the instance's key setting ("smsc-a"). */
const char *settings_name(const struct settings_group *g);

/*
 * What is set, else the row's default, else NULL, 0, false. A `setting` that
 * has no row is a bug: abort(). `g` is never NULL: see settings_single().
 */
const char *settings_text(const struct settings_group *g, const char *setting);
uint64_t settings_number(const struct settings_group *g, const char *setting);
bool settings_bool(const struct settings_group *g, const char *setting);

/** As settings_text; the nth (from 0) item of a list, false when fewer. */
bool settings_item(const struct settings_group *g, const char *setting,
		   size_t n, struct bytes *out);

/** Reads "1/1", type of number and numbering plan. False: it is something
 *  else, as text of a SETTING_TON_NPI never is. */
bool settings_ton_npi(struct bytes text, uint8_t *ton, uint8_t *npi);

/** Reads "+01:00", "-03:30", up to 14 hours in quarters, as seconds. False:
 *  it is something else, as text of a SETTING_ZONE never is. */
bool settings_zone(struct bytes text, int *ahead_s);

/**
 * "file:line" of that setting, else of its group, for a complaint;
 * "(default)" when neither is written anywhere.
 */
void settings_where(const struct settings_group *g, const char *setting,
		    struct buf *out);

/** The only instance of `group`, or one with nothing set. Never NULL. */
const struct settings_group *settings_single(const struct settings *s,
					     const char *group);

/** One of `group` with nothing set: its defaults. Never NULL. */
const struct settings_group *settings_blank(const struct settings *s,
					    const char *group);

/**
 * Whether `text` may stand in `setting` of `group`. OK: *number is its number
 * (0 for texts). ERR_RANGE: `complaint` says why not. ERR_NOTFOUND: there is
 * no such setting. ERR_NOMEM.
 */
enum err settings_check(const struct settings *s, const char *group,
			const char *setting, struct bytes text,
			uint64_t *number, struct buf *complaint) CHECKED;

/** As above, of a row. ERR_RANGE; ERR_NOMEM. */
enum err settings_value_check(const struct setting *row, struct bytes text,
			      uint64_t *number, struct buf *complaint) CHECKED;

/** Same instance name and same values. */
bool settings_group_equal(const struct settings_group *a,
			  const struct settings_group *b);

/**
 * Rows as cpmgw-conf writes them and as FRAME_PREPARE carries them: an image
 * of tagged fields. Reading checks every value against the tables of
 * settings_tables() and writes each mistake as a line "file:line: group smsc:
 * port: 70000 is not in 1..65535" into `complaints` (all of them, not just
 * the first; those that its limit keeps out are lost, not forgotten). A
 * secret is never repeated. Besides the rows: names that occur twice, links
 * that are none, numbers that are not one for each link, and NAME-first above
 * NAME-most or NAME-minimum above NAME-maximum are mistakes. ERR_RANGE: there
 * were complaints, *out is NULL.
 * ERR_MALFORMED, ERR_MORE: not an image. ERR_TOOBIG: more than
 * SETTINGS_IMAGE_MAX. ERR_NOMEM.
 */
enum err settings_read(struct bytes image, struct settings **out,
		       struct buf *complaints) CHECKED;
enum err settings_image(const struct settings *s, struct buf *to) CHECKED;

/** As settings_image, without the groups that are private to the engine. */
enum err settings_image_shared(const struct settings *s,
			       struct buf *to) CHECKED;

/**
 * Adds `n` to every port, those of lists included, before anything reads
 * them: several gateways on one machine. ERR_RANGE: one would pass 65535;
 * nothing has changed. ERR_NOMEM.
 */
enum err settings_shift_ports(struct settings *s, uint64_t n) CHECKED;

/* For the program that reads files: raw rows, unchecked. */
struct settings_raw;
struct settings_raw *settings_raw_new(void);
void settings_raw_free(struct settings_raw *r);
enum err settings_raw_group(struct settings_raw *r, const char *group,
			    const char *file, unsigned line) CHECKED;
enum err settings_raw_set(struct settings_raw *r, const char *name,
			  const char *value, const char *file,
			  unsigned line) CHECKED;
enum err settings_raw_image(const struct settings_raw *r,
			    struct buf *to) CHECKED;

#endif
