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

int
store_replay_get(struct store *st, struct arena *arena, struct replay *out,
    struct err *err)
{
	struct db *db;
	struct query *q;
	bool good;
	int got;

	if (store_db(st, &db, err) < 0)
		return -1;
	if ((q = db_query(db, SQL_REPLAY_GET, err)) == NULL ||
	    (got = query_step(q, err)) < 0)
		return store_fail(st, err);
	if (got == 0)
		return 0;
	good = take_replay(q, arena, out);
	query_reset(q);
	if (good)
		return 1;
	err_set(err, ERR_CORRUPT, "what it is the replay of makes no sense");
	return store_fail(st, err);
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
	if ((got = query_step(q, err)) < 0)
		return store_fail(st, err);
	query_reset(q);
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
	out->source = (uint64_t)take_int(q, 1, INT64_MAX);
	out->time = take_int(q, INT64_MIN, INT64_MAX);
	out->exchange = (uint64_t)take_int_or(q, 1, INT64_MAX, 0);
	got = query_is_bad(q) ? -1 : 1;
	query_reset(q);
	if (got == 1)
		return 1;
	err_set(err, ERR_CORRUPT, "a row of what was sent makes no sense");
	return store_fail(st, err);
}
