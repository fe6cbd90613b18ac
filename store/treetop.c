#include "store/treetop.h"

#include "base/err.h"
#include "store/db.h"

static bool
take(struct query *q, struct treetop *out)
{
	struct span root;

	out->size = (uint64_t)take_int(q, 0, INT64_MAX);
	root = take_bytes(q);
	if (root.len != DIGEST_SIZE)
		return false;
	memcpy(out->root, root.p, DIGEST_SIZE);
	if (!merkle_load(&out->range, out->size, take_bytes(q)))
		return false;
	out->bytes = (uint64_t)take_int(q, 0, INT64_MAX);
	if (query_is_bad(q))
		return false;
	merkle_cut(&out->range, &out->tiles, &out->tile);
	return true;
}

static int
load(struct treetop *out, struct db *db, enum sql_id sql, struct err *err)
{
	struct query *q = db_query(db, sql, err);
	bool good;
	int got;

	*out = (struct treetop){ 0 };
	out->range = out->tiles = out->tile = MERKLE_INIT;
	digest_of(out->root, (struct span){ 0 });
	if (q == NULL || (got = query_step(q, err)) < 0)
		return -1;
	if (got == 0)
		return 0;
	good = take(q, out);
	query_reset(q);
	if (good)
		return 0;
	return err_set(err, ERR_CORRUPT, "its tree makes no sense");
}

int
treetop_load(struct treetop *out, struct db *db, struct err *err)
{
	return load(out, db, SQL_TREE_GET, err);
}

int
treetop_load_old(struct treetop *out, struct db *db, struct err *err)
{
	return load(out, db, SQL_OLD_TREE, err);
}

static int
add_tile(struct treetop *top, struct db *db, struct err *err)
{
	struct query *q = db_query(db, SQL_TILE_ADD, err);
	uint8_t hash[DIGEST_SIZE];

	if (q == NULL)
		return -1;
	merkle_root(&top->tile, hash);
	merkle_add_tile(&top->tiles, hash);
	top->tile = MERKLE_INIT;
	put_int(q, (int64_t)(top->size / TILE - 1));
	put_blob(q, (struct span){ hash, sizeof(hash) });
	return query_run(q, err);
}

int
treetop_add(struct treetop *top, struct db *db, const uint8_t leaf[DIGEST_SIZE],
    struct err *err)
{
	merkle_add(&top->tile, leaf);
	top->size++;
	return top->tile.size == TILE ? add_tile(top, db, err) : 0;
}

int
treetop_store(struct treetop *top, struct db *db, struct err *err)
{
	struct query *q = db_query(db, SQL_TREE_SET, err);

	if (q == NULL)
		return -1;
	merkle_paste(&top->range, &top->tiles, &top->tile);
	merkle_root(&top->range, top->root);
	put_int(q, (int64_t)top->size);
	put_blob(q, (struct span){ top->root, DIGEST_SIZE });
	put_blob(q, merkle_range(&top->range));
	put_int(q, (int64_t)top->bytes);
	return query_run(q, err);
}

int
treetop_tile(struct db *db, uint64_t number, uint8_t hash[DIGEST_SIZE],
    struct err *err)
{
	struct query *q = db_query(db, SQL_TILE_GET, err);
	struct span stored;
	bool good;
	int got;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)number);
	if ((got = query_step(q, err)) < 1)
		return got;
	stored = take_bytes(q);
	good = stored.len == DIGEST_SIZE;
	if (good)
		memcpy(hash, stored.p, DIGEST_SIZE);
	query_reset(q);
	if (good)
		return 1;
	return err_set(err, ERR_CORRUPT, "a tile makes no sense");
}
