/*
 * gateway/settings_inside.h - what the files gateway/settings*.c share, and
 * nobody else: how checked settings look in memory.
 */
#ifndef GATEWAY_SETTINGS_INSIDE_H
#define GATEWAY_SETTINGS_INSIDE_H

#include "codecs/field.h"
#include "gateway/settings.h"

#define SETTINGS_VALUE_MAX 65536 /* octets of one value               */
#define SETTINGS_NAMES_MAX 100	 /* that a suggestion is chosen from  */

/* Tags of an image: files, then groups with their settings. */
enum {
	IMAGE_FILE = 1, /* a file's name; they count from 1          */
	IMAGE_GROUP,	/* the IN_GROUP fields                       */
	IMAGE_SHIFT	/* what settings_shift_ports() was given     */
};

enum { IN_GROUP_NAME = 1, IN_GROUP_FILE, IN_GROUP_LINE, IN_GROUP_SETTING };

enum {
	IN_SETTING_NAME = 1,
	IN_SETTING_VALUE,
	IN_SETTING_FILE,
	IN_SETTING_LINE
};

struct settings_value {
	const char *text;    /* in force: default, ports shifted          */
	const char *written; /* NULL: not set                             */
	uint64_t number;
	uint32_t file, line; /* file: index from 1                        */
};

struct settings_kind;

struct settings_group {
	const struct settings *of;
	const struct settings_kind *kind;
	const char *name; /* value of the key; "" where there is none  */
	uint32_t file, line;
	struct settings_value values[]; /* one for each row                  */
};

/* All instances of one table. */
struct settings_kind {
	const struct setting_group *table;
	size_t n_rows, key; /* key: index of its row, or n_rows          */
	uint16_t *sorted;   /* indices of the rows, by name              */
	struct settings_group *none; /* nothing set                       */
	struct settings_group **at;  /* as written                        */
	struct settings_group **by_name;
	size_t n, room;
};

struct settings {
	struct arena *arena;
	struct settings_kind *kinds;
	size_t n_kinds;
	const char **files;
	size_t n_files, room_files;
	uint64_t shift;
};

/** The kind of that group, or NULL. */
struct settings_kind *settings_kind_named(const struct settings *s,
					  struct bytes group);

/** Index of the row of that name, or kind->n_rows. */
size_t settings_row_named(const struct settings_kind *k, struct bytes name);

/** Empty settings of all tables, with their defaults. NULL: no memory. */
struct settings *settings_new(void);

/** Another instance without anything set, at the end. NULL: no memory. */
struct settings_group *settings_add(struct settings *s,
				    struct settings_kind *k);

/** Names the instances and fills in by_name. */
enum err settings_finish(struct settings *s) CHECKED;

/** Writes "file:line"; file 0: "(default)". */
void settings_put_where(const struct settings *s, uint32_t file, uint32_t line,
			struct buf *out);

/** `text` so that it cannot disturb a terminal or fill it. */
void settings_put_shown(struct buf *to, struct bytes text);

/** What is allowed, as it would be written: "1s..30d". */
void settings_put_range(const struct setting *row, struct buf *to);

/** "a|b|c" as people write it: "a, b or c". */
void settings_put_words(struct buf *to, const char *choices);

/**
 * The items of "a; b", trimmed: start with settings_list(text), then call
 * settings_next() until it answers false.
 */
struct bytes settings_list(struct bytes text);
bool settings_next(struct bytes *left, struct bytes *item);

/** Whether `word` is one of "a|b|c". */
bool settings_one_of(const char *choices, struct bytes word);

/** Splits "host:port" or "[v6]:port". false: neither. */
bool settings_peer(struct bytes item, struct bytes *host, uint64_t *port);

/**
 * All that no single value shows: names twice, links that are none, first
 * above most. ERR_RANGE: there were complaints. ERR_NOMEM.
 */
enum err settings_check_whole(const struct settings *s,
			      struct buf *complaints) CHECKED;

/** The name most like `word` and near enough to be meant, or NULL. */
const char *settings_nearest(struct bytes word, const char *const *names,
			     size_t n);

#endif
