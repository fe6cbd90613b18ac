#include "store/stats.h"

#include "base/err.h"
#include "store/db.h"

#define LOCK_BYTE 0x40000000

/* The part that the pages of a table or index are counted to. */
static const struct {
	const char *name;
	enum store_part part;
} tables[] = {
	{ "exchange", PART_ROWS },
	{ "connection", PART_ROWS },
	{ "profile", PART_ROWS },
	{ "target", PART_ROWS },
	{ "follow_up", PART_ROWS },
	{ "word", PART_ROWS },
	{ "replay", PART_ROWS },
	{ "sent", PART_ROWS },
	{ "body", PART_BODIES },
	{ "dictionary", PART_DICTIONARIES },
	{ "template", PART_DICTIONARIES },
	{ "segment", PART_INDEXES },
	{ "lookup", PART_INDEXES },
	{ "recent", PART_INDEXES },
	{ "operation", PART_INDEXES },
	{ "word_text", PART_INDEXES },
	{ "profile_host", PART_INDEXES },
	{ "follow_up_deletion", PART_INDEXES },
	{ "body_sha256", PART_INDEXES },
	{ "tree", PART_EVIDENCE },
	{ "tile", PART_EVIDENCE },
	{ "recording", PART_RECORDINGS },
	{ "coverage", PART_RECORDINGS },
	{ "origin", PART_RECORDINGS },
};

const char *
store_part_name(enum store_part part)
{
#define X(id, name, text) [PART_##id] = (name),
	static const char *const names[] = { STORE_PARTS(X) };
#undef X

	return names[part];
}

const char *
store_part_text(enum store_part part)
{
#define X(id, name, text) [PART_##id] = (text),
	static const char *const texts[] = { STORE_PARTS(X) };
#undef X

	return texts[part];
}

static enum store_part
part_of(struct span table)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (span_eq_str(table, tables[i].name))
			return tables[i].part;
	return PART_SCHEMA;
}

static int
add_tables(struct db *db, uint64_t parts[PART_COUNT], struct err *err)
{
	struct query *q = db_query(db, SQL_STATS_PARTS, err);
	bool bad = false;
	int got;

	if (q == NULL)
		return -1;
	while ((got = query_step(q, err)) == 1) {
		enum store_part part = part_of(take_bytes(q));

		parts[part] += (uint64_t)take_int(q, 0, INT64_MAX);
		bad = bad || query_is_bad(q);
	}
	if (got < 0)
		return -1;
	return bad ? err_set(err, ERR_CORRUPT, "its sizes make no sense") : 0;
}

/* Messages stand in rows: the pages of the one are those of the other. */
static int
read_parts(struct db *db, uint64_t messages, struct store_stats *out,
    struct err *err)
{
	uint64_t *parts = out->parts;
	int64_t pages, size, unused;

	if (add_tables(db, parts, err) < 0 ||
	    db_number(db, "PRAGMA page_count", &pages, err) < 0 ||
	    db_number(db, "PRAGMA page_size", &size, err) < 0 ||
	    db_number(db, "PRAGMA freelist_count", &unused, err) < 0)
		return -1;
	/* The file alone may lack what a journal beside it has. */
	out->file_bytes = (uint64_t)pages * (uint64_t)size;
	/* On one page, where there is one, SQLite takes its locks. */
	unused += pages > LOCK_BYTE / size;
	parts[PART_FREE] = (uint64_t)unused * (uint64_t)size;
	if (messages > parts[PART_ROWS])
		return err_set(err, ERR_CORRUPT, "its sizes make no sense");
	parts[PART_MESSAGES] = messages;
	parts[PART_ROWS] -= messages;
	return 0;
}

static int
read_counts(struct db *db, struct store_stats *out, uint64_t *messages,
    struct err *err)
{
	struct query *q = db_query(db, SQL_STATS, err);
	bool bad;

	if (q == NULL || query_row(q, "nothing counted", err) < 0)
		return -1;
	out->recordings = (uint64_t)take_int(q, 0, INT64_MAX);
	out->exchanges = (uint64_t)take_int(q, 0, INT64_MAX);
	out->deletions = (uint64_t)take_int(q, 0, INT64_MAX);
	out->follow_ups = (uint64_t)take_int(q, 0, INT64_MAX);
	out->targets = (uint64_t)take_int(q, 0, INT64_MAX);
	out->connections = (uint64_t)take_int(q, 0, INT64_MAX);
	out->message_bytes = (uint64_t)take_int(q, 0, INT64_MAX) +
	    (uint64_t)take_int(q, 0, INT64_MAX);
	*messages = (uint64_t)take_int(q, 0, INT64_MAX);
	out->stored_bytes = *messages + (uint64_t)take_int(q, 0, INT64_MAX) +
	    (uint64_t)take_int(q, 0, INT64_MAX) +
	    (uint64_t)take_int(q, 0, INT64_MAX);
	bad = query_is_bad(q);
	query_reset(q);
	return bad ? err_set(err, ERR_CORRUPT, "its sizes make no sense") : 0;
}

int
stats_read(struct db *db, struct store_stats *out, struct err *err)
{
	uint64_t messages;

	*out = (struct store_stats){ 0 };
	if (read_counts(db, out, &messages, err) < 0)
		return -1;
	return read_parts(db, messages, out, err);
}
