#include "store/schema.h"

#include <stdio.h>

#include "base/err.h"
#include "deletion/deletion.h"
#include "http/exchange.h"
#include "store/db.h"
#include "store/schema_sql.h"

/*
 * The statements of each version, one after another.  A version that takes
 * the place of the one before it has all of its tables; any other adds to
 * it.
 */
static const struct step {
	const char *sql;
	bool anew;
} steps[] = {
	[1] = { schema_1_sql, true },
	[2] = { schema_2_sql, true },
};

_Static_assert(ARRAY_LEN(steps) == SCHEMA_VERSION + 1,
    "one step for each version");

/* The first of the steps that make up a version. */
static int
first_step(int version)
{
	while (!steps[version].anew)
		version--;
	return version;
}

/* Cut the next statement off; what is outside of them is comment. */
static struct span
next_statement(struct span *rest)
{
	struct span s;

	while (rest->len > 0 &&
	    (rest->p[0] == '\n' || span_has_prefix(*rest, span_of_str("--"))))
		span_cut(rest, '\n');
	s = *rest;
	for (size_t at = 0; at + 1 < s.len; at++)
		if (s.p[at] == ';' && s.p[at + 1] == '\n') {
			*rest = span_sub(s, at + 1, s.len);
			return span_sub(s, 0, at);
		}
	*rest = (struct span){ 0 };
	return *rest;
}

static bool
skip_blanks(struct span *s)
{
	size_t n = 0;

	while (n < s->len &&
	    (s->p[n] == ' ' || s->p[n] == '\n' || s->p[n] == '\t'))
		n++;
	*s = span_sub(*s, n, s->len);
	return n > 0;
}

static bool
is_word(uint8_t c)
{
	return c == '_' || c == '\'' || (c >= '0' && c <= '9') ||
	    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The same statement, however its lines are broken? */
static bool
same_statement(struct span a, struct span b)
{
	uint8_t before = 0;

	for (;;) {
		bool blanks = skip_blanks(&a) != skip_blanks(&b);

		if (a.len == 0 || b.len == 0)
			return a.len == b.len;
		if (a.p[0] != b.p[0] ||
		    (blanks && is_word(before) && is_word(a.p[0])))
			return false;
		before = a.p[0];
		a = span_sub(a, 1, a.len);
		b = span_sub(b, 1, b.len);
	}
}

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
run_step(struct db *db, int version, struct err *err)
{
	if (db_exec(db, steps[version].sql, err) < 0)
		return -1;
	return 0;
}

static int
create(struct db *db, struct err *err)
{
	char sql[96];

	snprintf(sql, sizeof(sql),
	    "PRAGMA application_id=%d; PRAGMA user_version=%d",
	    SCHEMA_APPLICATION, SCHEMA_VERSION);
	if (db_exec(db, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	for (int v = first_step(SCHEMA_VERSION); v <= SCHEMA_VERSION; v++)
		if (run_step(db, v, err) < 0)
			return -1;
	if (add_terms(db, err) < 0 || db_exec(db, sql, err) < 0)
		return -1;
	return db_exec(db, "COMMIT", err);
}

int
schema_create(struct db *db, struct err *err)
{
	if (create(db, err) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

int
schema_add_terms(struct db *db, struct err *err)
{
	if (db_exec(db, "BEGIN IMMEDIATE", err) == 0 &&
	    add_terms(db, err) == 0 && db_exec(db, "COMMIT", err) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

static int
foreign_schema(struct err *err)
{
	return err_set(err, ERR_FORMAT, "has a schema that obit did not write");
}

/* Compare the next objects of the file with those of the step. */
static int
check_step(struct query *q, const char *sql, struct err *err)
{
	struct span rest = span_of_str(sql), statement;
	int got;

	while ((statement = next_statement(&rest)).p != NULL) {
		if ((got = query_step(q, err)) < 0)
			return -1;
		if (got == 0 || !same_statement(take_bytes(q), statement))
			return foreign_schema(err);
	}
	return 0;
}

static int
check_objects(struct db *db, int version, struct err *err)
{
	struct query *q = db_query(db, SQL_SCHEMA, err);
	int got;

	if (q == NULL)
		return -1;
	for (int v = first_step(version); v <= version; v++)
		if (check_step(q, steps[v].sql, err) < 0)
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
schema_check(struct db *db, int *out, struct err *err)
{
	int64_t version;
	int rc;

	if (check_version(db, &version, err) < 0)
		return -1;
	*out = (int)version;
	rc = check_objects(db, *out, err) < 0 || check_terms(db, err) < 0;
	/* No statement may stay in the middle, or it would hold its locks. */
	db_rollback(db);
	return rc ? -1 : 0;
}
