#include "store/prove.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "store/handle.h"
#include "store/leaf.h"
#include "store/reader.h"
#include "store/treetop.h"

#define PAGE 64 /* as SQL_VERIFY_PAGE says */

/* The leaves as they are stored, in the order of the tree. */
struct leaves {
	struct db *db;
	uint64_t at; /* of the next leaf in the tree */
	struct {
		uint8_t leaf[PAGE][DIGEST_SIZE];
		int64_t next; /* id to fetch from */
		int at, count;
	} page;
	struct {
		int64_t id; /* 0: none */
		uint64_t position;
		uint8_t leaf[DIGEST_SIZE];
	} end; /* the next recording that was finished */
};

static int
corrupt(struct err *err)
{
	return err_set(err, ERR_CORRUPT, "a leaf makes no sense");
}

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
	return good ? 0 : corrupt(err);
}

static int
fetch(struct leaves *l, struct err *err)
{
	struct query *q = db_query(l->db, SQL_VERIFY_PAGE, err);
	struct span leaf;
	int got = 1;
	bool good = true;

	if (q == NULL)
		return -1;
	put_int(q, l->page.next);
	l->page.at = l->page.count = 0;
	while (
	    good && l->page.count < PAGE && (got = query_step(q, err)) == 1) {
		l->page.next = take_int(q, 1, INT64_MAX - 1) + 1;
		leaf = take_bytes(q);
		good = leaf.len == DIGEST_SIZE && !query_is_bad(q);
		if (good)
			memcpy(l->page.leaf[l->page.count++], leaf.p,
			    DIGEST_SIZE);
	}
	query_reset(q);
	return good ? got : corrupt(err);
}

/* The next leaf: 1, 0 or -1. */
static int
next_leaf(struct leaves *l, uint8_t leaf[DIGEST_SIZE], struct err *err)
{
	if (l->end.id != 0 && l->end.position == l->at) {
		memcpy(leaf, l->end.leaf, DIGEST_SIZE);
		l->at++;
		return next_end(l, err) < 0 ? -1 : 1;
	}
	if (l->page.at == l->page.count && fetch(l, err) < 0)
		return -1;
	if (l->page.at == l->page.count)
		return 0;
	memcpy(leaf, l->page.leaf[l->page.at++], DIGEST_SIZE);
	l->at++;
	return 1;
}

static int
start(struct leaves *l, struct db *db, struct err *err)
{
	*l = (struct leaves){ .db = db, .page.next = 1 };
	return next_end(l, err);
}

/* Where the leaf of an exchange is: recordings that ended lie before it. */
static int
index_of(struct db *db, uint64_t id, uint64_t *index, struct err *err)
{
	struct leaves l;

	*index = id - 1;
	if (start(&l, db, err) < 0)
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

	if (got == 0)
		err_set(err, ERR_NOT_FOUND, "has no exchange %" PRIu64, id);
	if (got == 1 &&
	    leaf_encode(encoding, id, e.exchange, &e.reading, err) < 0)
		got = -1;
	entry_release(&e);
	return got == 1 ? 0 : -1;
}

/* Let the leaves pass by: 1, or 0 with the reason. */
static int
pass(struct leaves *l, const struct checkpoint *head, struct span encoding,
    struct inclusion *in, const char **why, struct err *err)
{
	uint8_t leaf[DIGEST_SIZE], own[DIGEST_SIZE];
	struct merkle tree = MERKLE_INIT;
	int got = 1;

	leaf_of_encoding(own, encoding);
	for (uint64_t at = 0; at < head->size; at++) {
		if ((got = next_leaf(l, leaf, err)) < 1)
			break;
		if (at == in->index && memcmp(leaf, own, DIGEST_SIZE) != 0)
			*why = "the exchange is not what was recorded";
		inclusion_pass(in, at, leaf);
		merkle_add(&tree, leaf);
	}
	merkle_root(&tree, leaf);
	if (got == 1 && *why == NULL &&
	    memcmp(leaf, head->root, DIGEST_SIZE) != 0)
		*why = "the leaves of the archive do not give that root";
	if (got == 0)
		*why = "the archive has fewer leaves than that";
	return got < 0 ? -1 : *why == NULL;
}

static int
prove(struct store *st, struct db *db, uint64_t id, struct checkpoint *head,
    struct buf *encoding, struct inclusion *in, const char **why,
    struct err *err)
{
	struct treetop top;
	struct leaves l;
	uint64_t index;

	if (encode(st, id, encoding, err) < 0 ||
	    treetop_load(&top, db, err) < 0 ||
	    index_of(db, id, &index, err) < 0 || start(&l, db, err) < 0)
		return -1;
	if (head->size == UINT64_MAX) {
		head->size = top.size;
		memcpy(head->root, top.root, DIGEST_SIZE);
	}
	if (index >= head->size) {
		*why = "the exchange was added later than that";
		return 0;
	}
	inclusion_start(in, index, head->size);
	return pass(&l, head, buf_span(encoding), in, why, err);
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
