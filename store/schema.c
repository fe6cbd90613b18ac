#include "store/schema.h"

#include <stdio.h>

#include "base/err.h"
#include "deletion/deletion.h"
#include "http/exchange.h"
#include "store/db.h"

/* A time in nanoseconds as RFC 3339. */
#define STAMP(t)                                                               \
	"strftime('%Y-%m-%dT%H:%M:%S', " t " / 1000000000, 'unixepoch') "      \
	"|| printf('.%09dZ', " t " % 1000000000)"

#define WORD(id) "(SELECT text FROM word WHERE word.id = " id ")"
#define TERM(class, value)                                                     \
	"(SELECT name FROM term WHERE class = '" class "' AND value = " value  \
						       ")"
#define TERMS(class, set)                                                      \
	"(SELECT group_concat(name, ' ') FROM term WHERE class = '" class      \
	    "' AND " set " >> value & 1)"

#define ENDPOINT(host, port)                                                   \
	"CASE WHEN instr(" host ", ':') THEN '[' || " host " || ']' "          \
	"ELSE " host " END || ':' || " port

static const char *const version_1[] = {
	"CREATE TABLE recording(id INTEGER PRIMARY KEY, begun INTEGER "
	"NOT "
	"NULL, "
	"program TEXT, source TEXT, filter TEXT, "
	"finished INTEGER NOT NULL, first INTEGER, last INTEGER, "
	"cut_short INTEGER, leaf BLOB, position INTEGER)",

	"CREATE TABLE coverage(recording INTEGER NOT NULL, name TEXT "
	"NOT NULL, "
	"count INTEGER NOT NULL, PRIMARY KEY(recording, name)) WITHOUT "
	"ROWID",

	"CREATE TABLE connection(id INTEGER PRIMARY KEY, "
	"recording INTEGER NOT NULL, number INTEGER NOT NULL, "
	"client TEXT NOT NULL, client_port INTEGER NOT NULL, "
	"server TEXT NOT NULL, server_port INTEGER NOT NULL)",
	"CREATE INDEX connection_number ON connection(recording, "
	"number)",

	"CREATE TABLE exchange(id INTEGER PRIMARY KEY, "
	"recording INTEGER NOT NULL, connection INTEGER NOT NULL, "
	"number INTEGER NOT NULL, time INTEGER NOT NULL, "
	"kind INTEGER NOT NULL, method INTEGER, host INTEGER, "
	"status INTEGER, reason INTEGER, flaws INTEGER NOT NULL, "
	"principal INTEGER, path INTEGER, match BLOB NOT NULL, "
	"request_body INTEGER, response_body INTEGER, "
	"dictionary INTEGER, size INTEGER NOT NULL, data BLOB NOT "
	"NULL, "
	"leaf BLOB NOT NULL)",
	"CREATE INDEX exchange_match ON exchange(substr(match, 1, 6))",
	"CREATE INDEX exchange_path ON exchange(path) WHERE path IS "
	"NOT NULL",

	"CREATE TABLE deletion(exchange INTEGER PRIMARY KEY, "
	"operation INTEGER NOT NULL, contract INTEGER NOT NULL, "
	"outcome INTEGER NOT NULL, code INTEGER, message TEXT, "
	"request_id TEXT, token TEXT, dry_run INTEGER NOT NULL, "
	"force INTEGER NOT NULL, set_delete INTEGER NOT NULL, "
	"attempt_of INTEGER NOT NULL, attempt_number INTEGER NOT NULL, "
	"findings INTEGER NOT NULL)",
	"CREATE INDEX deletion_operation ON deletion(operation)",

	"CREATE TABLE target(deletion INTEGER NOT NULL, "
	"number INTEGER NOT NULL, type INTEGER, id TEXT, scope "
	"INTEGER, "
	"outcome INTEGER NOT NULL, code INTEGER, "
	"PRIMARY KEY(deletion, number)) WITHOUT ROWID",
	"CREATE INDEX target_id ON target(substr(id, -8))",

	"CREATE TABLE follow_up(exchange INTEGER NOT NULL, "
	"number INTEGER NOT NULL, deletion INTEGER NOT NULL, "
	"time INTEGER NOT NULL, state INTEGER, verdict INTEGER NOT "
	"NULL, "
	"PRIMARY KEY(exchange, number)) WITHOUT ROWID",
	"CREATE INDEX follow_up_deletion ON follow_up(deletion)",

	"CREATE TABLE body(id INTEGER PRIMARY KEY, sha256 BLOB NOT "
	"NULL, "
	"size INTEGER NOT NULL, data BLOB NOT NULL)",
	"CREATE UNIQUE INDEX body_sha256 ON body(sha256)",

	"CREATE TABLE dictionary(id INTEGER PRIMARY KEY, data BLOB NOT "
	"NULL)",

	"CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL)",
	"CREATE UNIQUE INDEX word_text ON word(text)",

	"CREATE TABLE term(class TEXT NOT NULL, value INTEGER NOT "
	"NULL, "
	"name TEXT NOT NULL, PRIMARY KEY(class, value)) WITHOUT ROWID",

	"CREATE TABLE tree(id INTEGER PRIMARY KEY, size INTEGER NOT "
	"NULL, "
	"root BLOB NOT NULL, range BLOB NOT NULL)",

	"CREATE VIEW recordings AS SELECT id, " STAMP(
	    "begun") " AS begun, "
		     "program, source, filter, finished, " STAMP(
			 "first") " AS first, " STAMP("last") " AS "
							      "last, "
							      "cut_"
							      "short "
							      "FROM "
							      "recordin"
							      "g",

	"CREATE VIEW exchanges AS SELECT e.id, e.recording, " STAMP(
	    "e.time") " AS time, " ENDPOINT("c.client",
	    "c.client_port") " AS client, " ENDPOINT("c.server",
	    "c.server_port") " AS server, " WORD("e.method") " AS "
							     "method,"
							     " " WORD("e.host") " AS host, e.status, " TERM(
								 "reason",
								 "e."
								 "reaso"
								 "n") " AS "
								      "reason,"
								      " " TERM(
									  "kin"
									  "d",
									  "e."
									  "kin"
									  "d") " AS kind, " WORD("e.principal") " AS principal, " TERMS("flaw",
									  "e."
									  "flaw"
									  "s") " AS flaws "
									       "FROM exchange AS e JOIN connection AS c ON c.id = "
									       "e.connection",

	"CREATE VIEW targets AS SELECT t.deletion, t.number, " WORD(
	    "t."
	    "ty"
	    "p"
	    "e") " AS type, t.id, " WORD("t.scope") " AS scope, " TERM("ou"
								       "tc"
								       "om"
								       "e",
	    "t.outcome") " AS outcome, " WORD("t.code") " AS code "
							"FROM target "
							"AS t",

	"CREATE VIEW follow_ups AS SELECT f.deletion, "
	"f.exchange, " STAMP("f.time") " AS time, " WORD(
	    "f.state") " AS state, " TERM("verdict",
	    "f.verdict") " AS verdict FROM follow_up AS f",

	"CREATE VIEW history AS SELECT e.id, e.time, e.principal, "
	"e.client, "
	"e.host, e.method, " WORD(
	    "d.operation") " AS operation, "
			   "(SELECT group_concat(coalesce(t.type || "
			   "':', '') "
			   "|| t.id, ' ') "
			   "FROM targets AS t WHERE t.deletion = e.id) "
			   "AS "
			   "targets, " TERM("outcome",
			       "d.outcome") " AS outcome, "
					    "iif(d.contract, "
					    "'contract', "
					    "'convention') AS basis, "
					    "e.status, " WORD(
						"d.code") " AS code, "
							  "d.message, "
							  "d.request_"
							  "id, "
							  "d.token, "
							  "d.dry_run, "
							  "d.force, "
							  "d.set_"
							  "delete, "
							  "d.attempt_"
							  "of, "
							  "d.attempt_"
							  "number, "
							  "(SELECT "
							  "f.verdict "
							  "FROM "
							  "follow_ups "
							  "AS "
							  "f WHERE "
							  "f.deletion "
							  "= e.id "
							  "ORDER BY "
							  "f.exchange "
							  "DESC LIMIT "
							  "1) AS "
							  "verdict, "
							  "(SELECT "
							  "f.time FROM "
							  "follow_ups "
							  "AS f "
							  "WHERE "
							  "f.deletion "
							  "= "
							  "e.id "
							  "ORDER BY "
							  "f.exchange "
							  "DESC LIMIT "
							  "1) AS "
							  "verdict_"
							  "time,"
							  " " TERMS("finding",
							      "d."
							      "finding"
							      "s") " A"
								   "S "
								   "fi"
								   "nd"
								   "in"
								   "gs"
								   ", "
								   "e."
								   "fl"
								   "aw"
								   "s "
								   "FR"
								   "OM"
								   " d"
								   "el"
								   "et"
								   "io"
								   "n "
								   "AS"
								   " d"
								   " J"
								   "OI"
								   "N "
								   "ex"
								   "ch"
								   "an"
								   "ge"
								   "s "
								   "AS"
								   " e"
								   " O"
								   "N "
								   "e."
								   "id"
								   " ="
								   " d"
								   ".e"
								   "xc"
								   "ha"
								   "ng"
								   "e",
};

/* Each step takes an archive from the version before it to its own. */
static const struct {
	const char *const *sql;
	size_t count;
} migrations[] = {
	{ NULL, 0 },
	{ version_1, ARRAY_LEN(version_1) },
};

_Static_assert(ARRAY_LEN(migrations) == SCHEMA_VERSION + 1,
    "one migration for each version");

/* The words behind the numbers in the tables. */
static const char *
reason_term(int value)
{
	return reason_name((enum reason)value);
}

static const char *
kind_term(int value)
{
	return kind_name((enum kind)value);
}

static const char *
outcome_term(int value)
{
	return outcome_name((enum outcome)value);
}

static const char *
verdict_term(int value)
{
	return verdict_name((enum verdict)value);
}

static const char *
flaw_term(int value)
{
	return flaw_name((enum flaw)value);
}

static const char *
finding_term(int value)
{
	return finding_name((enum finding)value);
}

static const struct class
{
	const char *name;
	int first, count;
	const char *(*term)(int value);
} classes[] = {
	{ "reason", REASON_NONE + 1, REASON_COUNT, reason_term },
	{ "kind", 0, KIND_COUNT, kind_term },
	{ "outcome", 0, OUTCOME_COUNT, outcome_term },
	{ "verdict", 0, VERDICT_COUNT, verdict_term },
	{ "flaw", 0, FLAW_COUNT, flaw_term },
	{ "finding", 0, FINDING_COUNT, finding_term },
};

static int
add_class(struct db *db, const struct class *class, struct err *err)
{
	struct query *q;

	for (int i = class->first; i < class->count; i++) {
		if ((q = db_query(db, SQL_TERM_ADD, err)) == NULL)
			return -1;
		put_text(q, span_of_str(class->name));
		put_int(q, i);
		put_text(q, span_of_str(class->term(i)));
		if (query_run(q, err) < 0)
			return -1;
	}
	return 0;
}

static int
add_terms(struct db *db, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (add_class(db, &classes[i], err) < 0)
			return -1;
	return 0;
}

static int
step(struct db *db, int version, struct err *err)
{
	char sql[64];

	for (size_t i = 0; i < migrations[version].count; i++)
		if (db_exec(db, migrations[version].sql[i], err) < 0)
			return -1;
	snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", version);
	return db_exec(db, sql, err);
}

static int
climb(struct db *db, int64_t version, struct err *err)
{
	if (db_exec(db, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	while (version < SCHEMA_VERSION)
		if (step(db, (int)++version, err) < 0)
			return -1;
	if (add_terms(db, err) < 0)
		return -1;
	return db_exec(db, "COMMIT", err);
}

int
schema_create(struct db *db, struct err *err)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA application_id=%d",
	    SCHEMA_APPLICATION);
	if (db_exec(db, sql, err) < 0)
		return -1;
	return climb(db, 0, err);
}

int
schema_migrate(struct db *db, struct err *err)
{
	int64_t version;

	if (db_number(db, "PRAGMA user_version", &version, err) < 0)
		return -1;
	if (version == SCHEMA_VERSION)
		return 0;
	if (climb(db, version, err) < 0) {
		db_rollback(db);
		return -1;
	}
	return 0;
}

static int
foreign_schema(struct err *err)
{
	return err_set(err, ERR_FORMAT, "has a schema that obit did not write");
}

/* Compare the next object of the file with each of the step in turn. */
static int
check_step(struct query *q, const char *const *sql, size_t count,
    struct err *err)
{
	int got;

	for (size_t i = 0; i < count; i++) {
		if ((got = query_step(q, err)) < 0)
			return -1;
		if (got == 0 || !span_eq_str(take_bytes(q), sql[i]))
			return foreign_schema(err);
	}
	return 0;
}

static int
check_objects(struct db *db, int64_t version, struct err *err)
{
	struct query *q = db_query(db, SQL_SCHEMA, err);
	int got;

	if (q == NULL)
		return -1;
	for (int64_t v = 1; v <= version; v++)
		if (check_step(q, migrations[v].sql, migrations[v].count, err) <
		    0)
			return -1;
	if ((got = query_step(q, err)) < 0)
		return -1;
	return got == 0 ? 0 : foreign_schema(err);
}

static const struct class *
find_class(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (span_eq_str(name, classes[i].name))
			return &classes[i];
	return NULL;
}

static bool
term_is_ours(struct query *q)
{
	const struct class *class = find_class(take_bytes(q));
	int64_t value;

	if (class == NULL)
		return false;
	value = take_int(q, class->first, class->count - 1);
	return span_eq_str(take_bytes(q), class->term((int)value)) &&
	    !query_is_bad(q);
}

static int
check_terms(struct db *db, struct err *err)
{
	struct query *q = db_query(db, SQL_TERM_ALL, err);
	int got;

	if (q == NULL)
		return -1;
	while ((got = query_step(q, err)) == 1)
		if (!term_is_ours(q))
			return err_set(err, ERR_UNSUPPORTED,
			    "uses a term that this obit does not know");
	return got;
}

static int
check_version(struct db *db, int64_t *version, struct err *err)
{
	int64_t application;

	if (db_number(db, "PRAGMA application_id", &application, err) < 0 ||
	    db_number(db, "PRAGMA user_version", version, err) < 0)
		return -1;
	if (application != SCHEMA_APPLICATION || *version < 1)
		return err_set(err, ERR_FORMAT, "is not an obit archive");
	if (*version > SCHEMA_VERSION)
		return err_set(err, ERR_UNSUPPORTED,
		    "is an archive of version %lld; this obit knows %d",
		    (long long)*version, SCHEMA_VERSION);
	return 0;
}

int
schema_check(struct db *db, struct err *err)
{
	int64_t version;
	int rc;

	if (check_version(db, &version, err) < 0)
		return -1;
	rc = check_objects(db, version, err) < 0 || check_terms(db, err) < 0;
	/* No statement may stay in the middle, or it would hold its locks. */
	db_rollback(db);
	return rc ? -1 : 0;
}
