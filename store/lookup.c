#include "store/lookup.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "deletion/deletion.h"
#include "http/url.h"
#include "store/db.h"

#define HASH_BITS    25
#define ROW_BITS     16 /* of the hash; also of the place in a segment */
#define ENTRY        4  /* bytes in the table lookup: sixteen bits of each */
#define RECENT_ENTRY 6  /* and in recent: all of the hash, and the place */
#define BUCKET_SHIFT 40

_Static_assert(LOOKUP_BUCKETS == 1 << (HASH_BITS - ROW_BITS), "buckets");

uint32_t
lookup_hash(enum lookup_kind kind, struct span value)
{
	uint32_t hash = 2166136261u;

	hash = (hash ^ (uint8_t)kind) * 16777619u;
	for (size_t i = 0; i < value.len; i++)
		hash = (hash ^ value.p[i]) * 16777619u;
	/* The highest bits of FNV depend on few of the last bytes. */
	hash ^= hash >> 15;
	hash *= 2246822519u;
	return hash >> (32 - HASH_BITS);
}

void
postings_release(struct postings *p)
{
	free(p->at);
	*p = POSTINGS_INIT;
}

void
postings_reset(struct postings *p, uint64_t first)
{
	p->first = first;
	p->exchanges = 0;
	p->count = p->kept = 0;
}

static void
add(struct postings *p, uint32_t hash, uint32_t place)
{
	if (p->count == p->room) {
		p->room = p->room * 2 + 256;
		p->at = xrealloc(p->at, p->room * sizeof(*p->at));
	}
	p->at[p->count++] = (uint64_t)hash << ROW_BITS | place;
}

void
postings_add(struct postings *p, const struct exchange *x,
    const struct reading *r)
{
	uint32_t place = p->exchanges++;
	const struct message *m = x->request;
	struct span path = { 0 };

	add(p,
	    lookup_hash(LOOKUP_MATCH, (struct span){ r->key, MATCH_KEY_SIZE }),
	    place);
	if (m != NULL)
		path = url_split(m->parsed.method, m->parsed.target).path;
	if (path.p != NULL)
		add(p, lookup_hash(LOOKUP_PATH, path), place);
	if (r->kind != KIND_DELETION)
		return;
	for (size_t i = 0; i < r->deletion.target_count; i++)
		if (r->deletion.targets[i].id.p != NULL)
			add(p,
			    lookup_hash(LOOKUP_TARGET,
				r->deletion.targets[i].id),
			    place);
}

bool
postings_are_full(const struct postings *p)
{
	return p->exchanges >= LOOKUP_SEGMENT || p->count >= LOOKUP_POSTINGS;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void
postings_sort(struct postings *p)
{
	if (p->count > 0)
		qsort(p->at, p->count, sizeof(*p->at), compare);
}

static void
put_bytes(uint8_t *out, uint64_t n, int len)
{
	for (int i = 0; i < len; i++)
		out[i] = (uint8_t)(n >> (8 * (len - 1 - i)));
}

static uint64_t
get_bytes(const uint8_t *p, int len)
{
	uint64_t n = 0;

	for (int i = 0; i < len; i++)
		n = n << 8 | p[i];
	return n;
}

static void
add_entry(struct buf *out, uint64_t n, int len)
{
	uint8_t bytes[8];
	struct err err;

	put_bytes(bytes, n, len);
	/* Postings are counted, and so much shorter than any buffer. */
	(void)!buf_add(out, (struct span){ bytes, (size_t)len }, &err);
}

void
postings_row(const struct postings *p, unsigned bucket, size_t *at,
    struct buf *out)
{
	buf_reset(out);
	while (*at < p->count && p->at[*at] >> (2 * ROW_BITS) == bucket)
		add_entry(out, p->at[(*at)++], ENTRY);
}

static int
corrupt(struct err *err)
{
	return err_set(err, ERR_CORRUPT, "its table recent makes no sense");
}

static int
load_row(struct postings *p, uint64_t id, struct span data, struct err *err)
{
	if (data.len % RECENT_ENTRY != 0 || id < p->first ||
	    id - p->first >= LOOKUP_SEGMENT ||
	    data.len / RECENT_ENTRY > 2 * (size_t)LOOKUP_POSTINGS - p->count)
		return corrupt(err);
	for (; data.len > 0; data = span_sub(data, RECENT_ENTRY, data.len)) {
		uint64_t entry = get_bytes(data.p, RECENT_ENTRY);
		uint64_t place = (entry & 0xffff) + (id - p->first);

		if (entry >> ROW_BITS >> HASH_BITS != 0 ||
		    place >= LOOKUP_SEGMENT)
			return corrupt(err);
		add(p, (uint32_t)(entry >> ROW_BITS), (uint32_t)place);
	}
	return 0;
}

int
postings_load(struct postings *p, struct db *db, uint64_t first,
    struct err *err)
{
	struct query *q = db_query(db, SQL_RECENT_ALL, err);
	struct span data;
	int got, rc = 0;

	postings_reset(p, first);
	if (q == NULL)
		return -1;
	put_int(q, INT64_MIN);
	while (rc == 0 && (got = query_step(q, err)) != 0) {
		uint64_t id;

		if (got < 0)
			return -1;
		id = (uint64_t)take_int(q, 1, INT64_MAX);
		data = take_bytes(q);
		rc =
		    query_is_bad(q) ? corrupt(err) : load_row(p, id, data, err);
	}
	query_reset(q);
	p->kept = p->count;
	return rc;
}

/* Write the postings from one on as a row. */
static int
write_recent(const struct postings *p, struct db *db, size_t from,
    struct err *err)
{
	struct buf row = BUF_INIT(RECENT_ENTRY * 4 * (size_t)LOOKUP_POSTINGS);
	uint64_t first = p->count > from ? p->at[from] & 0xffff : 0;
	struct query *q = db_query(db, SQL_RECENT_ADD, err);
	int rc = -1;

	for (size_t i = from; i < p->count; i++)
		if ((p->at[i] & 0xffff) < first)
			first = p->at[i] & 0xffff;
	for (size_t i = from; i < p->count; i++)
		add_entry(&row, p->at[i] - first, RECENT_ENTRY);
	if (q != NULL) {
		put_int(q, (int64_t)(p->first + first));
		put_blob(q, buf_span(&row));
		rc = query_run(q, err);
	}
	buf_release(&row);
	return rc;
}

int
postings_keep(struct postings *p, struct db *db, struct err *err)
{
	if (p->kept == p->count)
		return 0;
	if (write_recent(p, db, p->kept, err) < 0)
		return -1;
	p->kept = p->count;
	return 0;
}

static int
clear_recent(struct db *db, struct err *err)
{
	struct query *q = db_query(db, SQL_RECENT_CLEAR, err);

	return q == NULL ? -1 : query_run(q, err);
}

int
postings_join(struct postings *p, struct db *db, struct err *err)
{
	if (p->count == 0)
		return 0;
	postings_sort(p);
	if (clear_recent(db, err) < 0)
		return -1;
	p->kept = p->count;
	return write_recent(p, db, 0, err);
}

static int
write_bucket(const struct postings *p, struct db *db, unsigned bucket,
    struct span row, struct err *err)
{
	struct query *q = db_query(db, SQL_LOOKUP_ADD, err);

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)((uint64_t)bucket << BUCKET_SHIFT | p->first));
	put_blob(q, row);
	return query_run(q, err);
}

static int
write_buckets(const struct postings *p, struct db *db, struct err *err)
{
	struct buf row = BUF_INIT(ENTRY * 4 * (size_t)LOOKUP_POSTINGS);
	size_t at = 0;
	int rc = 0;

	for (unsigned bucket = 0; rc == 0 && bucket < LOOKUP_BUCKETS;
	     bucket++) {
		postings_row(p, bucket, &at, &row);
		if (row.len > 0)
			rc = write_bucket(p, db, bucket, buf_span(&row), err);
	}
	buf_release(&row);
	return rc;
}

int
postings_seal(struct postings *p, struct db *db, struct err *err)
{
	struct query *q = db_query(db, SQL_SEGMENT_ADD, err);

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)p->first);
	put_int(q, p->exchanges);
	postings_sort(p);
	/* The pages of what is not needed any more come in useful at once. */
	if (query_run(q, err) < 0 || clear_recent(db, err) < 0 ||
	    write_buckets(p, db, err) < 0)
		return -1;
	postings_reset(p, p->first + p->exchanges);
	return 0;
}

/* What is looked for, and what was found. */
struct search {
	uint32_t hash;
	uint64_t after;
	uint64_t *ids;
	int count, room;
};

static void
found(struct search *s, uint64_t id)
{
	/* A target can be named twice by one exchange. */
	if (s->count < s->room && id > s->after) {
		s->ids[s->count++] = id;
		s->after = id;
	}
}

/* Entries of a row are sorted: find the first that is not below. */
static size_t
lower_bound(struct span row, uint32_t entry)
{
	size_t low = 0, high = row.len / ENTRY;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (get_bytes(row.p + middle * ENTRY, ENTRY) < entry)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
search_row(struct search *s, uint64_t first, struct span row)
{
	uint32_t rest = s->hash & 0xffff;

	for (size_t at = lower_bound(row, rest << ROW_BITS);
	     at < row.len / ENTRY; at++) {
		uint64_t entry = get_bytes(row.p + at * ENTRY, ENTRY);

		if (entry >> ROW_BITS != rest)
			break;
		found(s, first + (entry & 0xffff));
	}
}

static void
search_recent(struct search *s, uint64_t first, struct span row)
{
	for (size_t at = 0; at + RECENT_ENTRY <= row.len; at += RECENT_ENTRY)
		if (get_bytes(row.p + at, ENTRY) == s->hash)
			found(s, first + get_bytes(row.p + at + ENTRY, 2));
}

static int
each_row(struct search *s, struct query *q,
    void (*search)(struct search *s, uint64_t first, struct span row),
    struct err *err)
{
	const uint64_t mask = (UINT64_C(1) << BUCKET_SHIFT) - 1;
	int got = 0;

	while (s->count < s->room && (got = query_step(q, err)) == 1) {
		uint64_t id = (uint64_t)take_int(q, 0, INT64_MAX);

		search(s, id & mask, take_bytes(q));
		if (query_is_bad(q)) {
			query_reset(q);
			return err_set(err, ERR_CORRUPT,
			    "a table of lookups makes no sense");
		}
	}
	query_reset(q);
	return got < 0 ? -1 : 0;
}

static int
search_segments(struct search *s, struct db *db, uint64_t from, struct err *err)
{
	uint64_t bucket = s->hash >> ROW_BITS;
	struct query *q = db_query(db, SQL_LOOKUP_RANGE, err);

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)(bucket << BUCKET_SHIFT | from));
	put_int(q, (int64_t)((bucket + 1) << BUCKET_SHIFT) - 1);
	return each_row(s, q, search_row, err);
}

int
lookup_find(struct db *db, uint32_t hash, uint64_t after, uint64_t *ids,
    int room, struct err *err)
{
	struct search s = { hash, after, ids, 0, room };
	/* No row holds anything that far behind its first. */
	uint64_t from = after > LOOKUP_SEGMENT ? after - LOOKUP_SEGMENT : 0;
	struct query *q;

	if (after >> BUCKET_SHIFT != 0)
		return 0;
	if (search_segments(&s, db, from, err) < 0)
		return -1;
	if (s.count == room)
		return room;
	if ((q = db_query(db, SQL_RECENT_ALL, err)) == NULL)
		return -1;
	put_int(q, (int64_t)from);
	if (each_row(&s, q, search_recent, err) < 0)
		return -1;
	return s.count;
}
