#include "store/sent.h"

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"
#include "store/handle.h"
#include "store/writer.h"

int
store_replay_add(struct store *st, const struct replay *r, struct err *err)
{
	struct query *q = writer_query(store_writer(st), SQL_REPLAY_ADD, err);

	if (q == NULL)
		return store_fail(st, err);
	put_int(q, (int64_t)writer_recording(store_writer(st)));
	put_blob(q, (struct span){ r->plan, DIGEST_SIZE });
	put_blob(q, (struct span){ r->root, DIGEST_SIZE });
	put_int(q, (int64_t)r->size);
	put_text(q, r->target);
	return query_run(q, err) < 0 ? store_fail(st, err) : 0;
}

static bool
take_digest(struct query *q, uint8_t out[DIGEST_SIZE])
{
	struct span s = take_bytes(q);

	if (s.len != DIGEST_SIZE)
		return false;
	memcpy(out, s.p, DIGEST_SIZE);
	return true;
}

static bool
take_replay(struct query *q, struct arena *arena, struct replay *out)
{
	bool good;

	out->recording = (uint64_t)take_int(q, 1, INT64_MAX);
	good = take_digest(q, out->plan);
	good = take_digest(q, out->root) && good;
	out->size = (uint64_t)take_int(q, 0, INT64_MAX);
	out->target = arena_copy(arena, take_bytes(q));
	return good && !query_is_bad(q);
}

/* The row that the query gives. */
static int
get_replay(struct store *st, struct query *q, struct arena *arena,
    struct replay *out, struct err *err)
{
	bool good;
	int got = query_step(q, err);

	if (got < 1)
		return got < 0 ? store_fail(st, err) : 0;
	good = take_replay(q, arena, out);
	query_reset(q);
	if (good)
		return 1;
	err_set(err, ERR_CORRUPT, "what it is the replay of makes no sense");
	return store_fail(st, err);
}

int
store_replay_get(struct store *st, struct arena *arena, struct replay *out,
    struct err *err)
{
	struct db *db;
	struct query *q;

	if (store_db(st, &db, err) < 0)
		return -1;
	if ((q = db_query(db, SQL_REPLAY_GET, err)) == NULL)
		return store_fail(st, err);
	return get_replay(st, q, arena, out, err);
}

int
store_intend(struct store *st, uint64_t source, int64_t time, struct err *err)
{
	struct query *q = writer_query(store_writer(st), SQL_SENT_ADD, err);
	int got;

	if (q == NULL)
		return store_fail(st, err);
	put_int(q, (int64_t)source);
	put_int(q, (int64_t)writer_recording(store_writer(st)));
	put_int(q, time);
	if ((got = query_add(q, err)) < 0)
		return store_fail(st, err);
	if (got == 1)
		return 0;
	err_set(err, ERR_EXISTS, "exchange %llu was sent before",
	    (unsigned long long)source);
	return store_fail(st, err);
}

int
store_forget(struct store *st, uint64_t source, struct err *err)
{
	struct query *q = writer_query(store_writer(st), SQL_SENT_FORGET, err);

	if (q == NULL)
		return store_fail(st, err);
	put_int(q, (int64_t)source);
	return query_run(q, err) < 0 ? store_fail(st, err) : 0;
}

int
store_settle(struct store *st, uint64_t source, int64_t time, uint64_t exchange,
    struct err *err)
{
	struct query *q = writer_query(store_writer(st), SQL_SENT_SETTLE, err);

	if (q == NULL)
		return store_fail(st, err);
	put_int(q, (int64_t)source);
	put_int(q, (int64_t)writer_recording(store_writer(st)));
	put_int(q, time);
	put_int(q, (int64_t)exchange);
	return query_run(q, err) < 0 ? store_fail(st, err) : 0;
}

static int
sent_fail(struct store *st, struct err *err)
{
	err_set(err, ERR_CORRUPT, "a row of what was sent makes no sense");
	return store_fail(st, err);
}

static bool
take_sent(struct query *q, struct sent *out)
{
	out->source = (uint64_t)take_int(q, 1, INT64_MAX);
	out->time = take_int(q, INT64_MIN, INT64_MAX);
	out->exchange = (uint64_t)take_int_or(q, 1, INT64_MAX, 0);
	return !query_is_bad(q);
}

int
store_sent_next(struct store *st, uint64_t above, struct sent *out,
    struct err *err)
{
	struct db *db;
	struct query *q;
	int got;

	if (store_db(st, &db, err) < 0)
		return -1;
	if ((q = db_query(db, SQL_SENT_NEXT, err)) == NULL)
		return store_fail(st, err);
	put_int(q, (int64_t)above);
	if ((got = query_step(q, err)) < 1)
		return got < 0 ? store_fail(st, err) : 0;
	got = take_sent(q, out);
	query_reset(q);
	return got == 1 ? 1 : sent_fail(st, err);
}

static int
copy_replay(struct store *st, struct db *db, uint64_t id, struct store *to,
    struct err *err)
{
	struct query *q = db_query(db, SQL_REPLAY_OF, err);
	struct arena arena = ARENA_INIT;
	struct replay r;
	int got;

	if (q == NULL)
		return store_fail(st, err);
	put_int(q, (int64_t)id);
	got = get_replay(st, q, &arena, &r, err);
	if (got == 1 && store_replay_add(to, &r, err) < 0)
		got = -1;
	arena_release(&arena);
	return got;
}

static int
copy_sent(struct store *to, const struct sent *s, struct err *err)
{
	if (s->exchange == 0)
		return store_intend(to, s->source, s->time, err);
	return store_settle(to, s->source, s->time, s->exchange, err);
}

static int
copy_rows(struct store *st, struct query *q, struct store *to, struct err *err)
{
	struct sent s;
	int got;

	while ((got = query_step(q, err)) == 1) {
		if (!take_sent(q, &s))
			return sent_fail(st, err);
		if (copy_sent(to, &s, err) < 0)
			return -1;
	}
	return got < 0 ? store_fail(st, err) : 0;
}

int
store_sent_copy(struct store *st, uint64_t id, struct store *to,
    struct err *err)
{
	struct db *db;
	struct query *q;
	int rc;

	if (store_db(st, &db, err) < 0 || copy_replay(st, db, id, to, err) < 0)
		return -1;
	if ((q = db_query(db, SQL_SENT_OF, err)) == NULL)
		return store_fail(st, err);
	put_int(q, (int64_t)id);
	rc = copy_rows(st, q, to, err);
	query_reset(q);
	return rc;
}
