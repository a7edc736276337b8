/* store_statements.c - the SQL of the store, and how it is run. */
#include "gateway/store_inside.h"

#include <limits.h>
#include <string.h>

/* A number as bind_hash() has it: 0 is the least. */
#define HASH "-9223372036854775807-1+"

/* As the index leg_recipient says it. */
#define FOR_SOMEBODY "recipient >= -9223372036854775807 AND state < 2"

#define LEG_COLUMNS                                                            \
	"SELECT id,sum,state,lane,flow,due,expires,recipient,story,far,meta,"  \
	"image FROM leg "

static const char *const texts[STATEMENTS] = {
	[DO_BEGIN] = "BEGIN",
	[DO_COMMIT] = "COMMIT",
	[DO_ROLLBACK] = "ROLLBACK",
	[LEG_INSERT] = "INSERT INTO leg(id,sum,state,lane,flow,due,expires,"
		       "recipient,story,meta,image)"
		       " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
	[LEG_BEFORE] = "SELECT sum,state,lane,expires,story,far,image IS NULL"
		       " FROM leg WHERE id=?1",
	[LEG_UPDATE] = "UPDATE leg SET sum=?2,state=?3,lane=?4,flow=?5,due=?6,"
		       "recipient=?8,far=?9,meta=?10 WHERE id=?1",
	[LEG_UPDATE_EXPIRES] =
		"UPDATE leg SET sum=?2,state=?3,lane=?4,flow=?5,due=?6,"
		"expires=?7,recipient=?8,far=?9,meta=?10 WHERE id=?1",
	[LEG_IMAGE] = "UPDATE leg SET sum=?2,image=?3 WHERE id=?1",
	[LEG_DELETE] = "DELETE FROM leg WHERE id=?1",
	[LEG_QUARANTINE] = "UPDATE leg SET state=3,expires=0 WHERE id=?1",
	[LEG_GET] = LEG_COLUMNS "WHERE id=?1",
	[LEGS_REFILL] = LEG_COLUMNS
		"WHERE state=0 AND lane=?1 AND flow=?2 AND (due,id)>(?3,?4)"
		" ORDER BY due,id",
	[LEGS_WAITING] = LEG_COLUMNS
		"WHERE " FOR_SOMEBODY " AND recipient=?1 AND id>?2"
		" ORDER BY id",
	[LEGS_EXPIRED] = LEG_COLUMNS
		"WHERE expires>0 AND expires<=?1 ORDER BY expires,id",
	[LEGS_LIST] = LEG_COLUMNS "WHERE id>?1 ORDER BY id",
	[LEGS_STORY] = LEG_COLUMNS
		"WHERE id>=?1 AND id<?2 AND (id=?1 OR story=?1) ORDER BY id",
	[LEG_RECIPIENT] = "SELECT recipient FROM leg WHERE " FOR_SOMEBODY
			  " AND recipient>?1"
			  " ORDER BY recipient LIMIT 1",
	[LEG_FLOW] = "SELECT lane,flow FROM leg WHERE state=0"
		     " AND (lane,flow)>(?1,?2) ORDER BY lane,flow LIMIT 1",
	[LEG_RECIPIENTS] = "SELECT recipient,COUNT(*) FROM leg"
			   " WHERE " FOR_SOMEBODY " AND recipient>?1"
			   " GROUP BY recipient ORDER BY recipient",
	[CONTENT_INSERT] = "INSERT INTO content(story,legs) VALUES(?1,?2)",
	[CONTENT_COUNT] = "SELECT legs FROM content WHERE story=?1",
	[CONTENT_RECOUNT] = "UPDATE content SET legs=?2 WHERE story=?1",
	[CONTENT_DELETE] = "DELETE FROM content WHERE story=?1",
	[IMAGE_INSERT] = "INSERT INTO image(story,sum,octets)"
			 " VALUES(?1,?2,?3)",
	[IMAGE_GET] = "SELECT sum,octets FROM image WHERE story=?1",
	[IMAGE_DELETE] = "DELETE FROM image WHERE story=?1",
	[LEG_GREATEST] = "SELECT max(id) FROM leg",
	[LEG_FAR] = "SELECT far FROM leg WHERE id=?1",
	[FAR_ALL] = "SELECT id,far FROM leg WHERE far IS NOT NULL ORDER BY id",
	[GONE_INSERT] = "INSERT INTO gone(number,leg) VALUES(?1,?2)",
	[GONE_ALL] = "SELECT number,leg FROM gone ORDER BY number",
	[GONE_OLDEST] = "SELECT number,leg FROM gone WHERE number<=?1"
			" ORDER BY number",
	[GONE_FORGET] = "DELETE FROM gone WHERE number<=?1",
	[LEGS_AFTER] = "SELECT id FROM leg WHERE id>?1 ORDER BY id",
	[ORPHAN_INSERT] = "INSERT INTO orphan(high,low,until,octets)"
			  " VALUES(?1,?2,?3,?4)",
	[ORPHAN_GET] = "SELECT octets FROM orphan WHERE high=?1 AND low=?2"
		       " ORDER BY number",
	[ORPHAN_DELETE] = "DELETE FROM orphan WHERE high=?1 AND low=?2",
	[ORPHAN_OLDEST] = "DELETE FROM orphan"
			  " WHERE number=(SELECT min(number) FROM orphan)",
	[ORPHAN_FORGET] = "DELETE FROM orphan WHERE number IN (SELECT number"
			  " FROM orphan WHERE until<=?1 ORDER BY until"
			  " LIMIT ?2)",
	[ORPHAN_COUNT] = "SELECT count(*) FROM orphan",
	[ORPHAN_CLAIMED] = "SELECT number,octets,high,low FROM orphan"
			   " WHERE number>?1 ORDER BY number",
	[DEDUPE_GET] = "SELECT until,story FROM dedupe"
		       " WHERE high=?1 AND low=?2",
	[DEDUPE_INSERT] = "INSERT OR REPLACE INTO dedupe(high,low,until,story)"
			  " VALUES(?1,?2,?3,?4)",
	[DEDUPE_FORGET] = "DELETE FROM dedupe WHERE (high,low) IN"
			  " (SELECT high,low FROM dedupe WHERE until<=?1"
			  " ORDER BY until LIMIT ?2)",
	[PART_GET] = "SELECT high,low,octets FROM part WHERE key=?1 AND of=?2"
		     " AND closed=0 AND number=?3",
	[PART_NAMED] = "SELECT key,of,closed,octets FROM part"
		       " WHERE id=?1 AND id>0",
	[PART_INSERT] = "INSERT INTO part(key,of,closed,number,until,high,"
			"low,octets,id) VALUES(?1,?2,0,?3,?4,?5,?6,?7,?8)",
	[PART_COUNT] = "SELECT count(*) FROM part WHERE key=?1 AND of=?2"
		       " AND closed=?3",
	[PART_SET] = "SELECT number,octets FROM part WHERE key=?1 AND of=?2"
		     " AND closed=?3 ORDER BY number",
	[PART_CLOSE] = "UPDATE part SET closed=?4,until=?5"
		       " WHERE key=?1 AND of=?2 AND closed=?3",
	[PART_DELETE] = "DELETE FROM part WHERE key=?1 AND of=?2"
			" AND closed=?3",
	[PART_KEYS] = "INSERT OR REPLACE INTO dedupe(high,low,until,story)"
		      " SELECT high,low,?4,id FROM part"
		      " WHERE key=?1 AND of=?2 AND closed=?3",
	[PART_IDS] = "INSERT OR REPLACE INTO dedupe(high,low,until,story)"
		     " SELECT " HASH "0," HASH "id,?4,?5 FROM part"
		     " WHERE key=?1 AND of=?2 AND closed=?3 AND id>0",
	[PART_SEEN] = "SELECT count(*) FROM part AS p JOIN dedupe AS d"
		      " ON d.high=p.high AND d.low=p.low AND d.until>?4"
		      " WHERE p.key=?1 AND p.of=?2 AND p.closed=?3",
	[PART_EXPIRED] = "SELECT key,of,closed,"
			 "(SELECT max(until) FROM part AS q WHERE q.key=p.key"
			 " AND q.of=p.of AND q.closed=p.closed)"
			 " FROM part AS p WHERE until<=?1"
			 " ORDER BY until LIMIT 1",
	[BINDING_INSERT] = "INSERT OR REPLACE INTO binding(user,key,until,"
			   "octets) VALUES(?1,?2,?3,?4)",
	[BINDING_DELETE] = "DELETE FROM binding WHERE user=?1 AND key=?2",
	[BINDING_ALL] = "SELECT user,key,octets,until FROM binding"
			" WHERE until>?1 ORDER BY user,key",
	[BINDING_FORGET] = "DELETE FROM binding WHERE (user,key) IN"
			   " (SELECT user,key FROM binding WHERE until<=?1"
			   " ORDER BY until LIMIT ?2)",
	[DIRECTORY_INSERT] = "INSERT OR REPLACE INTO directory(kind,name,"
			     "octets) VALUES(?1,?2,?3)",
	[DIRECTORY_DELETE] = "DELETE FROM directory WHERE kind=?1 AND name=?2",
	[DIRECTORY_ALL] = "SELECT kind,name,octets,0 FROM directory"
			  " WHERE kind=?1 AND name>?2 ORDER BY name",
	[NAME_INSERT] = "INSERT OR REPLACE INTO name(kind,number,text)"
			" VALUES(?1,?2,?3)",
	[NAME_ALL] = "SELECT number,text FROM name WHERE kind=?1"
		     " AND number>?2 ORDER BY number",
	[TALLY_ALL] = "SELECT state,lane,legs FROM tally",
	[TALLY_SET] = "INSERT OR REPLACE INTO tally(state,lane,legs)"
		      " VALUES(?1,?2,?3)",
};

enum err statements_prepare(struct store *s)
{
	unsigned i;

	for (i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(s->db, texts[i], -1,
				       SQLITE_PREPARE_PERSISTENT,
				       &s->statements[i], NULL) != SQLITE_OK)
			return store_error(s, texts[i]);
	return OK;
}

void statements_finalize(struct store *s)
{
	unsigned i;

	for (i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(s->statements[i]);
		s->statements[i] = NULL;
	}
}

enum err run(struct store *s, enum statement which)
{
	sqlite3_stmt *q = s->statements[which];
	int got = sqlite3_step(q);
	enum err e = OK;

	if (got != SQLITE_DONE)
		e = store_error(s, texts[which]);
	sqlite3_reset(q);
	return e;
}

enum err next_row(struct store *s, enum statement which, bool *row)
{
	sqlite3_stmt *q = s->statements[which];
	int got = sqlite3_step(q);
	enum err e = OK;

	if ((*row = got == SQLITE_ROW))
		return OK;
	if (got != SQLITE_DONE)
		e = store_error(s, texts[which]);
	sqlite3_reset(q);
	return e;
}

void rows_end(struct store *s, enum statement which)
{
	sqlite3_reset(s->statements[which]);
}

/*
 * Binding fails only for a wrong index or without memory for a copy; nothing
 * is copied here, so the results need no look.
 */
void bind_number(sqlite3_stmt *q, int at, uint64_t v)
{
	sqlite3_bind_int64(q, at, v > INT64_MAX ? INT64_MAX : (int64_t)v);
}

/* Flipping the top bit keeps the order of unsigned numbers. */
void bind_hash(sqlite3_stmt *q, int at, uint64_t v)
{
	sqlite3_bind_int64(q, at, (int64_t)(v ^ UINT64_C(1) << 63));
}

void bind_octets(sqlite3_stmt *q, int at, struct bytes v)
{
	sqlite3_bind_blob64(q, at, v.n == 0 ? NULL : v.p, v.n, SQLITE_STATIC);
}

void bind_text(sqlite3_stmt *q, int at, const char *v)
{
	sqlite3_bind_text(q, at, v == NULL ? "" : v, -1, SQLITE_STATIC);
}

uint64_t column_number(sqlite3_stmt *q, int at)
{
	int64_t v = sqlite3_column_int64(q, at);

	return v < 0 ? 0 : (uint64_t)v;
}

uint64_t column_hash(sqlite3_stmt *q, int at)
{
	return (uint64_t)sqlite3_column_int64(q, at) ^ UINT64_C(1) << 63;
}

struct bytes column_octets(sqlite3_stmt *q, int at)
{
	const void *p = sqlite3_column_blob(q, at);

	return (struct bytes){ p, (size_t)sqlite3_column_bytes(q, at) };
}

struct step_item *item_add(struct step *s)
{
	struct step_item *made = arena_alloc(s->arena, sizeof *made);

	if (made == NULL)
		return NULL;
	*s->found_end = made;
	s->found_end = &made->next;
	s->n_found++;
	return made;
}

enum err item_octets(struct step *s, struct bytes octets,
		     struct step_item **made)
{
	struct bytes copy;
	enum err e;

	if ((e = arena_copy(s->arena, octets, &copy)) != OK)
		return e;
	if ((*made = item_add(s)) == NULL)
		return ERR_NOMEM;
	(*made)->octets = copy;
	return OK;
}

enum err item_text(struct step *s, sqlite3_stmt *q, int at, const char **out)
{
	*out = arena_string(s->arena, column_octets(q, at));
	return *out == NULL ? ERR_NOMEM : OK;
}
