/*
 * schema.c - the tables, as numbered migrations: PRAGMA user_version says how
 * many have been applied. A migration first only adds, a later one removes,
 * so the version before can still read what this one has written.
 *
 * The hot path decides: a message is inserted, changed twice and removed, and
 * each of these touches its one row in `leg`, and one entry of each partial
 * index that its state is in. leg_far is by age: it is there to be read at the
 * start (store_far.c), and what is sent is added at its end.
 */
#include "gateway/store_inside.h"

#include <stdio.h>
#include <stdlib.h>

#define APPLICATION "0x43504D47"	/* "CPMG" */

static const char *const migrations[] = {
	"CREATE TABLE leg("
	" id INTEGER PRIMARY KEY,"
	" sum INT,"		/* high half: of the image, low: of the rest */
	" state INT, lane INT, flow INT, due INT, expires INT, recipient INT,"
	" story INT,"		/* 0: as id, and there is no other leg       */
	" far BLOB,"		/* 16 octets each, NULL: none                */
	" meta BLOB,"
	" image BLOB);"		/* NULL: in `image`, by story                */
	"CREATE INDEX leg_due ON leg(lane, flow, due) WHERE state = 0;"
	"CREATE INDEX leg_recipient ON leg(recipient)"
	" WHERE recipient >= -9223372036854775807 AND state < 2;"	/* not 0 */
	"CREATE INDEX leg_expires ON leg(expires) WHERE expires > 0;"
	"CREATE TABLE content(story INTEGER PRIMARY KEY, legs INT);"
	"CREATE TABLE image(story INTEGER PRIMARY KEY, sum INT, octets BLOB);"
	"CREATE TABLE far(high INT, low INT, leg INT,"
	" PRIMARY KEY(high, low)) WITHOUT ROWID;"
	"CREATE TABLE orphan(number INTEGER PRIMARY KEY,"
	" high INT, low INT, until INT, octets BLOB);"
	"CREATE INDEX orphan_far ON orphan(high, low);"
	"CREATE INDEX orphan_until ON orphan(until);"
	"CREATE TABLE dedupe(high INT, low INT, until INT, story INT,"
	" PRIMARY KEY(high, low)) WITHOUT ROWID;"
	"CREATE INDEX dedupe_until ON dedupe(until);"
	"CREATE TABLE part(key BLOB, of INT,"
	" closed INT,"		/* 0: more may come; else a number of its own */
	" number INT, until INT, high INT, low INT, octets BLOB,"
	" PRIMARY KEY(key, of, closed, number)) WITHOUT ROWID;"
	"CREATE INDEX part_until ON part(until);"
	"CREATE TABLE binding(user TEXT, key TEXT, until INT, octets BLOB,"
	" PRIMARY KEY(user, key)) WITHOUT ROWID;"
	"CREATE TABLE directory(kind TEXT, name TEXT, octets BLOB,"
	" PRIMARY KEY(kind, name)) WITHOUT ROWID;"
	"CREATE TABLE name(kind INT, number INT, text TEXT,"
	" PRIMARY KEY(kind, number)) WITHOUT ROWID;"
	"CREATE TABLE tally(state INT, lane INT, legs INT,"
	" PRIMARY KEY(state, lane)) WITHOUT ROWID;"
	"PRAGMA application_id = " APPLICATION ";",
	"CREATE INDEX binding_until ON binding(until);",
	"ALTER TABLE part ADD COLUMN id INT;"
	"CREATE INDEX part_id ON part(id) WHERE id > 0;",
	"CREATE INDEX leg_far ON leg(id, far) WHERE far IS NOT NULL;",
	"DROP TABLE far;"
	"CREATE TABLE gone("
	" number INTEGER PRIMARY KEY, leg INT);",
};

#define MIGRATIONS ((int64_t)(sizeof migrations / sizeof migrations[0]))

static enum err migrate(struct store *s, int64_t from)
{
	char version[64];
	enum err e;

	snprintf(version, sizeof version, "PRAGMA user_version = %d",
		 (int)from + 1);
	if ((e = store_sql(s, "BEGIN IMMEDIATE")) != OK)
		return e;
	if ((e = store_sql(s, migrations[from])) == OK &&
	    (e = store_sql(s, version)) == OK &&
	    (e = store_sql(s, "COMMIT")) == OK)
		return OK;
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return e;
}

enum err schema_upgrade(struct store *s)
{
	int64_t version, application;
	enum err e;

	if ((e = store_number(s, "PRAGMA user_version", &version)) != OK ||
	    (e = store_number(s, "PRAGMA application_id", &application)) != OK)
		return e;
	if (version < 0 || version > MIGRATIONS + 1 ||
	    (version > 0 && application != strtol(APPLICATION, NULL, 16))) {
		snprintf(s->why, sizeof s->why,
			 "not a spool of this program (schema %d)",
			 (int)version);
		return ERR_UNSUPPORTED;
	}
	for (; version < MIGRATIONS; version++)
		if ((e = migrate(s, version)) != OK)
			return e;
	return OK;
}
