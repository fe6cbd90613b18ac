#include "store/prove.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "store/handle.h"
#include "store/leaf.h"
#include "store/reader.h"
#include "store/row.h"
#include "store/treetop.h"

/* The leaves from one on, made again from the contents. */
struct leaves {
	struct db *db;
	struct reader *reader;
	struct entry entry;
	uint64_t at;   /* of the next leaf in the tree */
	uint64_t next; /* the exchange that is next */
	struct {
		int64_t id; /* 0: none */
		uint64_t position;
		uint8_t leaf[DIGEST_SIZE];
	} end; /* the next recording that was finished */
};

static int
next_end(struct leaves *l, struct err *err)
{
	struct query *q = db_query(l->db, SQL_PROVE_RECORDING, err);
	struct span leaf;
	int got;
	bool good;

	if (q == NULL)
		return -1;
	put_int(q, l->end.id);
	l->end.id = 0;
	if ((got = query_step(q, err)) < 1)
		return got;
	l->end.id = take_int(q, 1, INT64_MAX);
	leaf = take_bytes(q);
	l->end.position = (uint64_t)take_int(q, 0, INT64_MAX);
	good = leaf.len == DIGEST_SIZE && !query_is_bad(q);
	if (good)
		memcpy(l->end.leaf, leaf.p, DIGEST_SIZE);
	query_reset(q);
	if (good)
		return 0;
	return err_set(err, ERR_CORRUPT, "a leaf makes no sense");
}

/* Go to a leaf: so many recordings ended before it. */
static int
seek(struct leaves *l, uint64_t at, struct err *err)
{
	struct query *q = db_query(l->db, SQL_PROVE_EARLIER, err);
	uint64_t ends;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)at);
	if (query_row(q, "nothing counted", err) < 0)
		return -1;
	ends = (uint64_t)take_int(q, 0, INT64_MAX);
	l->end.id = take_int(q, 0, INT64_MAX);
	query_reset(q);
	if (ends > at)
		return err_set(err, ERR_CORRUPT, "a leaf makes no sense");
	l->at = at;
	l->next = at - ends + 1;
	return next_end(l, err);
}

/* The next leaf: 1, 0 or -1. */
static int
next_leaf(struct leaves *l, uint8_t leaf[DIGEST_SIZE], struct err *err)
{
	int got;

	if (l->end.id != 0 && l->end.position == l->at) {
		memcpy(leaf, l->end.leaf, DIGEST_SIZE);
		l->at++;
		return next_end(l, err) < 0 ? -1 : 1;
	}
	if ((got = reader_get(l->reader, l->next, &l->entry, err)) < 1)
		return got;
	leaf_of_exchange(leaf, l->next, l->entry.exchange, &l->entry.reading);
	l->at++;
	l->next++;
	return 1;
}

/* Where the leaf of an exchange is: recordings that ended lie before it. */
static int
index_of(struct db *db, uint64_t id, uint64_t *index, struct err *err)
{
	struct leaves l = { .db = db };

	*index = id - 1;
	if (next_end(&l, err) < 0)
		return -1;
	while (l.end.id != 0 && l.end.position <= *index) {
		++*index;
		if (next_end(&l, err) < 0)
			return -1;
	}
	return 0;
}

static int
encode(struct store *st, uint64_t id, struct buf *encoding, struct err *err)
{
	struct entry e = ENTRY_INIT;
	int got = reader_get(store_reader(st), id, &e, err);
	size_t at;

	if (got == 0)
		err_set(err, ERR_NOT_FOUND, "has no exchange %" PRIu64, id);
	if (got == 1 &&
	    leaf_encode(encoding, id, e.exchange, &e.reading, &at, err) < 0)
		got = -1;
	entry_release(&e);
	return got == 1 ? 0 : -1;
}

/* Is the encoding that of what was recorded?  1, 0 or -1. */
static int
is_recorded(struct db *db, uint64_t id, struct span encoding, struct err *err)
{
	struct query *q = db_query(db, SQL_VERIFY_PAGE, err);
	uint8_t leaf[DIGEST_SIZE];
	int got;

	if (q == NULL)
		return -1;
	leaf_of_encoding(leaf, encoding);
	put_int(q, (int64_t)id);
	if ((got = query_step(q, err)) == 1)
		got = take_int(q, (int64_t)id, (int64_t)id) == (int64_t)id &&
		    take_int(q, INT32_MIN, INT32_MAX) == row_leaf(leaf);
	query_reset(q);
	return got;
}

/* Can a tile stand for the leaves from at on? */
static bool
has_tile(const struct inclusion *in, uint64_t at)
{
	return at % TILE == 0 && in->size - at >= TILE &&
	    (in->index < at || in->index - at >= TILE);
}

/* Let the leaf at, or its tile, pass by; at becomes the next. */
static int
pass_one(struct leaves *l, struct inclusion *in, struct merkle *tree,
    struct err *err)
{
	uint64_t at = tree->size;
	uint8_t hash[DIGEST_SIZE];
	int got;

	if (has_tile(in, at)) {
		got = treetop_tile(l->db, at / TILE, hash, err);
		if (got == 1) {
			inclusion_pass_tile(in, at, hash);
			merkle_add_tile(tree, hash);
		}
		return got;
	}
	if (l->at != at && seek(l, at, err) < 0)
		return -1;
	if ((got = next_leaf(l, hash, err)) == 1) {
		inclusion_pass(in, at, hash);
		merkle_add(tree, hash);
	}
	return got;
}

/* Let all leaves pass by: 1, or 0 with the reason. */
static int
pass(struct leaves *l, const struct checkpoint *head, struct inclusion *in,
    const char **why, struct err *err)
{
	struct merkle tree = MERKLE_INIT;
	uint8_t root[DIGEST_SIZE];
	int got = 1;

	while (got == 1 && tree.size < head->size)
		got = pass_one(l, in, &tree, err);
	if (got == 0)
		*why = "the archive has fewer leaves than that";
	merkle_root(&tree, root);
	if (got == 1 && memcmp(root, head->root, DIGEST_SIZE) != 0)
		*why = "the leaves of the archive do not give that root";
	return got < 0 ? -1 : *why == NULL;
}

static int
prove(struct store *st, struct db *db, uint64_t id, struct checkpoint *head,
    struct buf *encoding, struct inclusion *in, const char **why,
    struct err *err)
{
	struct leaves l = { .db = db, .reader = store_reader(st) };
	struct treetop top;
	uint64_t index;
	int got;

	if (encode(st, id, encoding, err) < 0 ||
	    treetop_load(&top, db, err) < 0 ||
	    index_of(db, id, &index, err) < 0 || seek(&l, 0, err) < 0)
		return -1;
	if (head->size == UINT64_MAX) {
		head->size = top.size;
		memcpy(head->root, top.root, DIGEST_SIZE);
	}
	if (index >= head->size) {
		*why = "the exchange was added later than that";
		return 0;
	}
	if ((got = is_recorded(db, id, buf_span(encoding), err)) < 1) {
		*why = "the exchange is not what was recorded";
		return got;
	}
	inclusion_start(in, index, head->size);
	got = pass(&l, head, in, why, err);
	entry_release(&l.entry);
	return got;
}

int
store_prove(struct store *st, uint64_t id, struct checkpoint *head,
    struct buf *encoding, struct inclusion *in, const char **why,
    struct err *err)
{
	struct db *db;
	int got;

	*why = NULL;
	if (store_db(st, &db, err) < 0)
		return -1;
	if (db_exec(db, "BEGIN", err) < 0)
		return store_fail(st, err);
	got = prove(st, db, id, head, encoding, in, why, err);
	db_rollback(db);
	return got < 0 ? store_fail(st, err) : got;
}
