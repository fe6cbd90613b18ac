#include "store/origin.h"

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"
#include "store/handle.h"
#include "store/writer.h"

/* The number of an exchange, where there is none. */
static void
put_first(struct query *q, uint64_t id, uint64_t count)
{
	if (count == 0)
		put_null(q);
	else
		put_int(q, (int64_t)id);
}

int
store_origin_add(struct store *st, const struct origin *o, uint64_t exchange,
    uint64_t count, struct err *err)
{
	struct query *q = writer_query(store_writer(st), SQL_ORIGIN_ADD, err);

	if (q == NULL)
		return store_fail(st, err);
	put_int(q, (int64_t)writer_recording(store_writer(st)));
	put_blob(q, (struct span){ o->root, DIGEST_SIZE });
	put_int(q, (int64_t)o->number);
	put_int(q, (int64_t)o->size);
	put_first(q, o->first, count);
	put_first(q, exchange, count);
	put_int(q, (int64_t)count);
	return query_run(q, err) < 0 ? store_fail(st, err) : 0;
}

static bool
take_origin(struct query *q, struct origin *o)
{
	struct span root = take_bytes(q);

	o->number = (uint64_t)take_int(q, 1, INT64_MAX);
	o->size = (uint64_t)take_int(q, 0, INT64_MAX);
	o->first = (uint64_t)take_int_or(q, 1, INT64_MAX, 0);
	if (query_is_bad(q) || root.len != DIGEST_SIZE)
		return false;
	memcpy(o->root, root.p, DIGEST_SIZE);
	return true;
}

static int
count_rows(struct db *db, uint64_t id, size_t *count, struct err *err)
{
	struct query *q = db_query(db, SQL_ORIGIN_COUNT, err);

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)id);
	if (query_row(q, "nothing counted", err) < 0)
		return -1;
	*count = (size_t)take_int(q, 0, INT64_MAX);
	query_reset(q);
	if (*count <= ORIGINS_MAX)
		return 0;
	return err_set(err, ERR_LIMIT,
	    "recording %llu was in more than %d archives",
	    (unsigned long long)id, ORIGINS_MAX);
}

static int
get_rows(struct db *db, uint64_t id, struct origin *out, size_t count,
    struct err *err)
{
	struct query *q = db_query(db, SQL_ORIGIN_GET, err);
	bool good = true;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)id);
	for (size_t i = 0; i < count && good; i++) {
		if (query_row(q, "an origin is missing", err) < 0)
			return -1;
		good = take_origin(q, &out[i]);
	}
	query_reset(q);
	if (good)
		return 0;
	return err_set(err, ERR_CORRUPT,
	    "the origin of recording %llu makes no sense",
	    (unsigned long long)id);
}

int
store_origins(struct store *st, uint64_t id, struct arena *arena,
    const struct origin **out, size_t *count, struct err *err)
{
	struct origin *list;
	struct db *db;

	if (store_db(st, &db, err) < 0)
		return -1;
	if (count_rows(db, id, count, err) < 0)
		return store_fail(st, err);
	list = arena_alloc(arena, *count * sizeof(*list));
	*out = list;
	return get_rows(db, id, list, *count, err) < 0 ? store_fail(st, err)
						       : 0;
}
