/*
 * gateway/conf_scan.h - configuration files as the program cpmgw-conf first
 * sees them: includes followed, groups separated, and the file and line of
 * every setting known. Values are still as written.
 *
 * Kannel's syntax: "name = value" lines; a group begins with "group = NAME"
 * and ends with an empty line, with its file, or where the next one begins;
 * '#' begins a comment line; '\' at the end of a line goes on in the next;
 * "include = PATH" reads a file, or the files *.conf of a directory in the
 * order of their names, relative to the including file.
 */
#ifndef GATEWAY_CONF_SCAN_H
#define GATEWAY_CONF_SCAN_H

#include "codecs/arena.h"

#define CONF_FILE_MAX  (16 * 1024 * 1024) /* octets of one file      */
#define CONF_TEXT_MAX  (48 * 1024 * 1024) /* octets of all together  */
#define CONF_DEPTH_MAX 16		  /* includes in includes    */
#define CONF_MAIN_FILE "cpmgw.conf"	  /* of a directory          */

/* Stands inside "include" where that word is not a directive: gwlib takes
 * any line with it for one. No file may have this octet in it. */
#define CONF_SPLIT '\001'

struct conf_setting {
	const char *name; /* NUL-terminated; "group" is the first      */
	const char *file;
	unsigned line;
};

struct conf_group {
	size_t first, n; /* its settings; the first is its name       */
	size_t text;	 /* where it begins in the text for gwlib     */
};

struct conf_scan {
	struct arena *arena;
	struct conf_setting *settings;
	struct conf_group *groups;
	size_t n_settings, room_settings, n_groups, room_groups;
	bool whole; /* every file was read, whatever is wrong in it    */
	/*
	 * All of it as one text for gwlib: nth group is the nth group here,
	 * its lines "group = all", then "s0 = value", "s1 = value" ...
	 */
	struct buf text;
};

/**
 * Reads a file, or CONF_MAIN_FILE of a directory. Mistakes are written into
 * `complaints` as "file:line: text" lines. ERR_RANGE: there were some; what
 * is whole can be read on, without the lines that were wrong. ERR_NOMEM. Always conf_scan_clear() afterwards.
 */
enum err conf_scan_read(struct conf_scan *s, const char *path,
			struct buf *complaints) CHECKED;
void conf_scan_clear(struct conf_scan *s);

#endif
