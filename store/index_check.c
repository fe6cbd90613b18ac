#include "store/index_check.h"

#include "base/err.h"
#include "store/db.h"
#include "store/store.h"
#include "store/suspect.h"

#define BUCKET_SHIFT  40 /* of the ids of the table lookup */
#define STRETCH_SHIFT 8  /* and of the table operation */

void
index_check_init(struct index_check *c, struct db *db)
{
	*c = (struct index_check){ .db = db,
		.postings = POSTINGS_INIT,
		.row = BUF_INIT((size_t)16 * LOOKUP_POSTINGS),
		.arena = ARENA_INIT };
	postings_reset(&c->postings, 1);
}

void
index_check_release(struct index_check *c)
{
	postings_release(&c->postings);
	buf_release(&c->row);
	arena_release(&c->arena);
}

static void
complain(const struct index_check *c, struct verification *out)
{
	suspect_set(out, FAULT_ALTERED, c->postings.first,
	    c->postings.first + c->postings.exchanges - 1,
	    "they are not found by what they can be looked for");
}

/* How many exchanges the segment has that begins here. */
static int
begin_segment(struct index_check *c, struct verification *out, struct err *err)
{
	struct query *q = db_query(c->db, SQL_SEGMENT_NEXT, err);
	int64_t id, count;
	int got;
	bool good;

	c->expected = 0;
	if (q == NULL)
		return -1;
	put_int(q, (int64_t)c->postings.first);
	if ((got = query_step(q, err)) < 1)
		return got;
	id = take_int(q, 1, INT64_MAX);
	count = take_int(q, 1, LOOKUP_SEGMENT);
	good = !query_is_bad(q) && id == (int64_t)c->postings.first;
	query_reset(q);
	if (good)
		c->expected = (uint32_t)count;
	else
		suspect_set(out, FAULT_ALTERED, c->postings.first,
		    c->postings.first, "it is in no segment, but others are");
	return 0;
}

/* Is the row of a bucket what it must be? */
static int
check_bucket(struct index_check *c, unsigned bucket, bool *good,
    struct err *err)
{
	struct query *q = db_query(c->db, SQL_LOOKUP_GET, err);
	int got;

	if (q == NULL)
		return -1;
	put_int(q,
	    (int64_t)((uint64_t)bucket << BUCKET_SHIFT | c->postings.first));
	if ((got = query_step(q, err)) < 0)
		return -1;
	if (got == 0) {
		*good = c->row.len == 0;
		return 0;
	}
	*good = c->row.len > 0 && span_eq(take_bytes(q), buf_span(&c->row));
	c->rows++;
	query_reset(q);
	return 0;
}

static int
end_segment(struct index_check *c, struct verification *out, struct err *err)
{
	bool good = true;
	size_t at = 0;

	postings_sort(&c->postings);
	for (unsigned b = 0; good && b < LOOKUP_BUCKETS; b++) {
		postings_row(&c->postings, b, &at, &c->row);
		if (check_bucket(c, b, &good, err) < 0)
			return -1;
	}
	if (!good)
		complain(c, out);
	c->segments++;
	postings_reset(&c->postings, c->postings.first + c->postings.exchanges);
	return 0;
}

static int
check_operation(struct index_check *c, const struct entry *e,
    struct verification *out, struct err *err)
{
	struct span operation = e->reading.deletion.operation;
	struct query *q;
	int64_t count;

	if (e->id >> STRETCH_SHIFT != c->stretch) {
		arena_reset(&c->arena);
		c->operation_count = 0;
		c->stretch = e->id >> STRETCH_SHIFT;
	}
	for (size_t i = 0; i < c->operation_count; i++)
		if (span_eq(c->operations[i], operation))
			return 0;
	c->operations[c->operation_count++] = arena_copy(&c->arena, operation);
	c->operation_rows++;
	if ((q = db_query(c->db, SQL_VERIFY_OPERATION, err)) == NULL)
		return -1;
	put_text(q, operation);
	put_int(q, (int64_t)c->stretch);
	if (query_row(q, "nothing counted", err) < 0)
		return -1;
	count = take_int(q, 0, INT64_MAX);
	query_reset(q);
	if (count != 1)
		suspect_set(out, FAULT_ALTERED, e->id, e->id,
		    "it is not found by its operation");
	return 0;
}

int
index_check_add(struct index_check *c, const struct entry *e,
    struct verification *out, struct err *err)
{
	if (c->postings.exchanges == 0 && begin_segment(c, out, err) < 0)
		return -1;
	if (c->postings.exchanges >= LOOKUP_SEGMENT) {
		complain(c, out);
		return 0;
	}
	postings_add(&c->postings, e->exchange, &e->reading);
	if (c->postings.exchanges == c->expected &&
	    end_segment(c, out, err) < 0)
		return -1;
	if (e->reading.kind != KIND_DELETION)
		return 0;
	return check_operation(c, e, out, err);
}

static int
check_recent(struct index_check *c, struct verification *out, struct err *err)
{
	struct postings stored = POSTINGS_INIT;
	int rc = postings_load(&stored, c->db, c->postings.first, err);

	postings_sort(&stored);
	postings_sort(&c->postings);
	if (rc == 0 &&
	    (c->expected != 0 || stored.count != c->postings.count ||
		(stored.count > 0 &&
		    memcmp(stored.at, c->postings.at,
			stored.count * sizeof(*stored.at)) != 0)))
		complain(c, out);
	postings_release(&stored);
	return rc;
}

/* Nothing may be there that nothing speaks for. */
static int
check_count(struct index_check *c, enum sql_id sql, uint64_t want,
    struct verification *out, struct err *err)
{
	int64_t count;

	if (db_number(c->db, sql_text[sql], &count, err) < 0)
		return -1;
	if ((uint64_t)count != want)
		suspect_set(out, FAULT_ALTERED, 0, 0,
		    "exchanges can be looked for that do not exist");
	return 0;
}

int
index_check_end(struct index_check *c, struct verification *out,
    struct err *err)
{
	/* A segment that was complete is none that goes on. */
	if (c->postings.exchanges == 0)
		c->expected = 0;
	if (check_recent(c, out, err) < 0 ||
	    check_count(c, SQL_VERIFY_SEGMENTS, c->segments, out, err) < 0 ||
	    check_count(c, SQL_VERIFY_LOOKUPS, c->rows, out, err) < 0)
		return -1;
	return check_count(c, SQL_VERIFY_OPERATIONS, c->operation_rows, out,
	    err);
}
