#include "store/suspect.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "store/leaf.h"
#include "store/reader.h"
#include "store/row.h"

/* What has to be read to be compared is looked for so far away. */
#define MAX_READ UINT64_C(4096)

/* So many bytes are hashed to find the number of one exchange, */
#define MAX_HASHED (UINT64_C(16) << 30)

/* and so many numbers tried: four bytes of a leaf fit one in 2^32. */
#define MAX_TRIED (UINT64_C(1) << 20)

void
suspect_set(struct verification *out, enum fault fault, uint64_t from,
    uint64_t to, const char *fmt, ...)
{
	va_list ap;

	if (out->fault != FAULT_NONE)
		return;
	out->fault = fault;
	out->from = from;
	out->to = to;
	va_start(ap, fmt);
	vsnprintf(out->what, sizeof(out->what), fmt, ap);
	va_end(ap);
}

/* What is damaged cannot be what is looked for. */
static int
forgive(int got, struct err *err)
{
	return got < 0 && err->code == ERR_CORRUPT ? 0 : got;
}

static bool
leaf_is(const struct entry *e, uint64_t id, int64_t stored)
{
	uint8_t leaf[DIGEST_SIZE];

	leaf_of_exchange(leaf, id, e->exchange, &e->reading);
	return row_leaf(leaf) == stored;
}

static void
put_id(uint8_t *p, uint64_t id)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(id >> (56 - 8 * i));
}

/* The ids from..to - 1. */
struct window {
	uint64_t from, to;
};

/* At most width ids around that of the suspect. */
static struct window
window_around(const struct suspect *s, uint64_t width)
{
	struct window w;

	w.from = s->id > width / 2 ? s->id - width / 2 : 1;
	w.to = width < s->last - w.from ? w.from + width : s->last + 1;
	return w;
}

/* The leaf of an encoding as if it were that of another number. */
static int64_t
leaf_as(struct buf *encoding, size_t attempt_at, uint64_t id)
{
	uint8_t leaf[DIGEST_SIZE];

	put_id(encoding->p + LEAF_ID_AT, id);
	if (attempt_at != 0)
		put_id(encoding->p + attempt_at, id);
	leaf_of_encoding(leaf, buf_span(encoding));
	return row_leaf(leaf);
}

/* The id under which the contents give the leaf: 1, 0 or -1. */
static int
find_id(const struct suspect *s, const struct entry *e, uint64_t *id,
    struct err *err)
{
	struct buf encoding = BUF_INIT(LEAF_ENCODING_MAX);
	size_t attempt_at;
	int got = leaf_encode(&encoding, e->id, e->exchange, &e->reading,
	    &attempt_at, err);
	uint64_t width = MAX_HASHED / (encoding.len + 1);
	struct window window =
	    window_around(s, width < MAX_TRIED ? width : MAX_TRIED);

	/* What is an attempt of itself is so wherever it is. */
	if (e->reading.deletion.attempt_of != e->id)
		attempt_at = 0;
	for (uint64_t at = window.from; got == 0 && at < window.to; at++)
		if (leaf_as(&encoding, attempt_at, at) == s->leaf) {
			*id = at;
			got = 1;
		}
	buf_release(&encoding);
	return got;
}

/* The exchange whose row in other tables fits this row: 1, 0 or -1. */
static int
find_row(const struct suspect *s, uint64_t *id, struct err *err)
{
	struct window window = window_around(s, MAX_READ);
	struct entry e = ENTRY_INIT;
	int got = 0;

	for (uint64_t at = window.from; got == 0 && at < window.to; at++) {
		got = reader_get_as(s->reader, s->id, at, &e, err);
		got = forgive(got, err);
		if (got == 1 && !leaf_is(&e, at, s->leaf))
			got = 0;
		*id = at;
	}
	entry_release(&e);
	return got;
}

static int
stored_leaf(const struct suspect *s, uint64_t id, int64_t *leaf,
    struct err *err)
{
	struct query *q = db_query(s->db, SQL_VERIFY_PAGE, err);
	int got;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)id);
	if ((got = query_step(q, err)) == 1) {
		got = take_int(q, INT64_MIN, INT64_MAX) == (int64_t)id;
		*leaf = take_int(q, INT32_MIN, INT32_MAX);
		got = got && !query_is_bad(q);
	}
	query_reset(q);
	return got;
}

/* Does exchange at hold what was recorded as id?  1, 0 or -1. */
static int
holds(const struct suspect *s, uint64_t at, uint64_t id, struct err *err)
{
	struct entry e = ENTRY_INIT;
	int64_t leaf;
	int got = forgive(stored_leaf(s, at, &leaf, err), err);

	if (got == 1)
		got = forgive(reader_get_as(s->reader, at, id, &e, err), err);
	if (got == 1)
		got = leaf_is(&e, id, leaf);
	entry_release(&e);
	return got;
}

/* Where what was recorded under the suspect's id is now; 0: nowhere. */
static int
find_own(const struct suspect *s, uint64_t other, uint64_t *at, struct err *err)
{
	struct window window = window_around(s, 2 * MAX_READ);
	int got = holds(s, *at = other, s->id, err);

	for (uint64_t i = s->id + 1; got == 0 && i < window.to; i++)
		got = holds(s, *at = i, s->id, err);
	if (got == 0)
		*at = 0;
	return got < 0 ? -1 : 0;
}

/* Those before the suspect were found to be good. */
static int
judge_earlier(const struct suspect *s, uint64_t other, struct verification *out,
    struct err *err)
{
	int64_t leaf;
	int got = stored_leaf(s, other, &leaf, err);

	if (got < 0)
		return -1;
	if (got == 1 && leaf == s->leaf)
		suspect_set(out, FAULT_INSERTED, s->id, s->id,
		    "it is a copy of exchange %" PRIu64, other);
	else
		suspect_set(out, FAULT_INSERTED, other, s->id - 1,
		    "what was recorded as exchange %" PRIu64
		    " is exchange %" PRIu64 " now",
		    other, s->id);
	return 0;
}

static int
judge_later(const struct suspect *s, uint64_t other, struct verification *out,
    struct err *err)
{
	uint64_t at;

	if (find_own(s, other, &at, err) < 0)
		return -1;
	if (at != 0)
		suspect_set(out, FAULT_REORDERED, s->id, s->id,
		    "it was recorded as exchange %" PRIu64
		    "; what was recorded in its place is exchange %" PRIu64
		    " now",
		    other, at);
	else
		suspect_set(out, FAULT_MISSING, s->id, other - 1,
		    "what was recorded as exchange %" PRIu64
		    " is exchange %" PRIu64 " now",
		    other, s->id);
	return 0;
}

static int
judge(const struct suspect *s, struct entry *e, struct verification *out,
    struct err *err)
{
	uint64_t other = 0;
	int got = forgive(reader_get(s->reader, s->id, e, err), err);

	if (got == 1)
		got = find_id(s, e, &other, err);
	if (got == 1)
		return other < s->id ? judge_earlier(s, other, out, err)
				     : judge_later(s, other, out, err);
	if (got == 0)
		got = find_row(s, &other, err);
	if (got == 1)
		suspect_set(out, FAULT_REORDERED, s->id, s->id,
		    "its row is the one that was recorded as exchange %" PRIu64,
		    other);
	suspect_set(out, FAULT_ALTERED, s->id, s->id, "%s",
	    s->why != NULL ? s->why : "its contents do not give its leaf");
	return got < 0 ? -1 : 0;
}

int
suspect_judge(const struct suspect *s, struct verification *out,
    struct err *err)
{
	struct entry e = ENTRY_INIT;
	int rc = judge(s, &e, out, err);

	entry_release(&e);
	return rc;
}
