#include "store/verify.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/checkpoint.h"
#include "store/columns.h"
#include "store/db.h"
#include "store/handle.h"
#include "store/index_check.h"
#include "store/leaf.h"
#include "store/orphans.h"
#include "store/reader.h"
#include "store/row.h"
#include "store/suspect.h"
#include "store/treetop.h"

#define PAGE 64 /* as SQL_VERIFY_PAGE says */

/* What the tree needs of a row. */
struct stub {
	int64_t id;
	int64_t leaf; /* row.h */
	bool bad;     /* that is no number */
};

struct walk {
	struct db *db;
	struct reader *reader;
	const struct verify_options *options;
	struct verification *out;
	struct treetop top; /* as stored */
	struct merkle tree; /* of what was read */
	uint64_t next;      /* id of the next exchange */
	uint64_t recording; /* of the exchange before */
	uint64_t deletions; /* in that recording so far */
	uint64_t last;      /* id, as far as one looks for one */
	/* The finished recording whose leaf comes next, if there is one. */
	struct {
		uint64_t id, position, passed;
		uint8_t leaf[DIGEST_SIZE];
		struct coverage coverage;
		bool pending;
	} end;
	struct arena arena;
	struct index_check index;
	/* The tile that is passing by, and the first that differs. */
	struct {
		struct merkle tree;
		uint64_t from;    /* its first exchange */
		uint64_t bad, to; /* exchanges of that; 0: none differs */
		bool differs;
	} tile;
	/* The first exchange of each perfect subtree of the stored tree. */
	uint64_t firsts[64];
	uint64_t sealed_to; /* id of the last exchange that is sealed */
	bool sealed_differs;
};

const char *
fault_name(enum fault fault)
{
#define X(id, name, text) [FAULT_##id] = (name),
	static const char *const names[] = { [FAULT_NONE] = NULL, FAULTS(X) };
#undef X

	return names[fault];
}

static bool
is_bad(const struct walk *w)
{
	return w->out->fault != FAULT_NONE;
}

/* Contents that cannot be read are a finding; anything else is an error. */
static int
damaged(struct walk *w, struct err *err)
{
	if (err->code != ERR_CORRUPT && err->code != ERR_LIMIT)
		return -1;
	suspect_set(w->out, FAULT_DAMAGED, 0, 0, "%s", err->text);
	return 0;
}

static int
check_file(struct walk *w, struct verification *found, struct err *err)
{
	struct query *q = db_query(w->db, SQL_VERIFY_FILE, err);
	struct span text;
	int got;

	if (q == NULL || (got = query_step(q, err)) < 0) {
		w->out = found;
		return damaged(w, err);
	}
	text = take_bytes(q);
	if (got == 1 && !span_eq_str(text, "ok"))
		suspect_set(found, FAULT_DAMAGED, 0, 0,
		    "the database is damaged: %.*s",
		    (int)(text.len < 300 ? text.len : 300),
		    (const char *)text.p);
	query_reset(q);
	return 0;
}

static int
end_tile(struct walk *w, struct err *err)
{
	uint8_t stored[DIGEST_SIZE], root[DIGEST_SIZE];
	int got = treetop_tile(w->db, w->tree.size / TILE - 1, stored, err);

	if (got < 0)
		return damaged(w, err);
	merkle_root(&w->tile.tree, root);
	w->tile.tree = MERKLE_INIT;
	if (!w->tile.differs &&
	    (got == 0 || memcmp(stored, root, DIGEST_SIZE) != 0)) {
		w->tile.differs = true;
		w->tile.bad = w->tile.from;
		w->tile.to = w->next;
	}
	return 0;
}

/* Subtrees begin where the higher bits of the size are used up. */
static void
note_firsts(struct walk *w)
{
	uint64_t before = w->tree.size, start = 0;
	unsigned n = 0;

	for (uint64_t rest = w->top.size; rest != 0 && start <= before; n++) {
		uint64_t high = UINT64_C(1) << (63 - __builtin_clzll(rest));

		if (start == before)
			w->firsts[n] = w->next;
		start += high;
		rest -= high;
	}
}

static int
note_leaf(struct walk *w, const uint8_t leaf[DIGEST_SIZE], struct err *err)
{
	const struct checkpoint *c = w->options->checkpoint;
	uint8_t root[DIGEST_SIZE];

	note_firsts(w);
	if (w->tile.tree.size == 0)
		w->tile.from = w->next;
	merkle_add(&w->tree, leaf);
	merkle_add(&w->tile.tree, leaf);
	if (w->tile.tree.size == TILE && end_tile(w, err) < 0)
		return -1;
	if (c == NULL || w->tree.size != c->size)
		return 0;
	merkle_root(&w->tree, root);
	w->sealed_differs = memcmp(root, c->root, DIGEST_SIZE) != 0;
	return 0;
}

static bool
take_end(struct query *q, struct walk *w, bool finished)
{
	struct span leaf = take_bytes(q);

	w->end.position = (uint64_t)take_int_or(q, 0, INT64_MAX, INT64_MAX);
	if (!finished)
		return leaf.p == NULL && w->end.position == INT64_MAX;
	if (leaf.len != DIGEST_SIZE || w->end.position == INT64_MAX)
		return false;
	memcpy(w->end.leaf, leaf.p, DIGEST_SIZE);
	return !query_is_bad(q);
}

static void
recording_fault(struct walk *w, const char *what)
{
	if (!is_bad(w))
		w->out->recording = w->end.id;
	suspect_set(w->out, FAULT_ALTERED, 0, 0, "%s", what);
}

/* What a recorder of packets says of itself has to add up. */
static bool
adds_up(const struct coverage *c, uint64_t deletions)
{
	uint64_t layers = 0;

	for (int i = 0; i < LAYER_COUNT; i++)
		layers += c->layers[i];
	if (c->exchanges.seen == 0)
		return true;
	return c->packets == layers && c->deletions == deletions &&
	    c->exchanges.seen ==
	    c->exchanges.kept + c->exchanges.filtered + c->exchanges.incomplete;
}

/* Check the leaf of recording w->end.id. */
static int
check_recording(struct walk *w, const struct recording *rec, struct err *err)
{
	struct query *q = db_query(w->db, SQL_VERIFY_RECORDING, err);
	uint8_t leaf[DIGEST_SIZE];
	bool good;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)w->end.id);
	if (query_row(q, "it is gone", err) < 0)
		return -1;
	good = take_end(q, w, rec->finished);
	query_reset(q);
	w->end.pending = good && rec->finished;
	if (!good)
		recording_fault(w, "its leaf makes no sense");
	if (!rec->finished) {
		w->out->unfinished++;
		w->out->unfinished_id = w->end.id;
	}
	if (!w->end.pending)
		return 0;
	leaf_of_recording(leaf, w->end.id, rec->filter, &rec->coverage);
	if (memcmp(leaf, w->end.leaf, DIGEST_SIZE) != 0)
		recording_fault(w, "its contents do not give its leaf");
	w->end.coverage = rec->coverage;
	return 0;
}

/* Find the next recording that was finished. */
static int
find_end(struct walk *w, struct err *err)
{
	struct recording rec;
	int got = 1;

	w->end.passed = w->end.pending ? w->end.id : w->end.passed;
	w->end.pending = false;
	while (got == 1 && !w->end.pending && !is_bad(w)) {
		arena_reset(&w->arena);
		got = reader_recording(w->reader, w->end.id + 1, &w->arena,
		    &rec, err);
		if (got < 1)
			break;
		w->end.id++;
		w->out->recordings++;
		got = check_recording(w, &rec, err) < 0 ? -1 : 1;
	}
	return got < 0 ? damaged(w, err) : 0;
}

/* Take the leaves of recordings that ended here. */
static int
pass_ends(struct walk *w, struct err *err)
{
	while (
	    !is_bad(w) && w->end.pending && w->end.position == w->tree.size) {
		if (note_leaf(w, w->end.leaf, err) < 0)
			return -1;
		if (!adds_up(&w->end.coverage,
			w->recording == w->end.id ? w->deletions : 0))
			recording_fault(w, "its coverage does not add up");
		if (find_end(w, err) < 0)
			return -1;
	}
	if (w->end.pending && w->end.position < w->tree.size)
		recording_fault(w, "its leaf is not where it says");
	return 0;
}

/* Recordings follow each other, and so do their exchanges. */
static void
check_order(struct walk *w, const struct entry *e)
{
	uint64_t id = e->recording;

	/* All recordings up to the next that ended were found. */
	if (!w->end.pending && id > w->end.id) {
		w->out->recording = w->end.id + 1;
		suspect_set(w->out, FAULT_MISSING, 0, 0,
		    "exchange %" PRIu64 " is of recording %" PRIu64, e->id, id);
	}
	if (id < w->recording || id <= w->end.passed || id > w->end.id)
		suspect_set(w->out, FAULT_ALTERED, e->id, e->id,
		    "it is said to be of recording %" PRIu64
		    ", which it cannot be",
		    id);
	if (id != w->recording)
		w->deletions = 0;
	w->deletions += e->reading.kind == KIND_DELETION;
	w->recording = id;
}

static int
judge(struct walk *w, const struct stub *stub, const char *why, struct err *err)
{
	struct suspect s = {
		.db = w->db,
		.reader = w->reader,
		.id = (uint64_t)stub->id,
		.last = w->next,
		.leaf = stub->leaf,
		.why = stub->bad ? "its leaf is no number" : why,
	};

	int64_t count;

	/* Numbers in the file may be anything; there are not more rows. */
	if (db_number(w->db, sql_text[SQL_VERIFY_COUNT], &count, err) < 0)
		return damaged(w, err);
	s.last += (uint64_t)count;
	return suspect_judge(&s, w->out, err);
}

static unsigned
count_purged(const struct exchange *x)
{
	return (x->request != NULL && x->request->purged != NULL) +
	    (x->response != NULL && x->response->purged != NULL);
}

/* Read an exchange whose id is the one that is due. */
static int
check_exchange(struct walk *w, const struct stub *stub, struct entry *e,
    struct err *err)
{
	uint8_t leaf[DIGEST_SIZE];
	struct err why;
	int got = reader_get_as(w->reader, w->next, w->next, e, &why);

	if (got < 0 && why.code != ERR_CORRUPT) {
		*err = why;
		return -1;
	}
	if (got < 1)
		return judge(w, stub, got < 0 ? why.text : "it is gone", err);
	leaf_of_exchange(leaf, w->next, e->exchange, &e->reading);
	if (stub->bad || row_leaf(leaf) != stub->leaf)
		return judge(w, stub, NULL, err);
	check_order(w, e);
	if (columns_check(w->db, e, w->out, err) < 0 ||
	    index_check_add(&w->index, e, w->out, err) < 0)
		return damaged(w, err);
	w->out->exchanges++;
	w->out->purged += count_purged(e->exchange);
	return note_leaf(w, leaf, err);
}

static int
visit(struct walk *w, const struct stub *stub, struct entry *e, struct err *err)
{
	uint64_t id = (uint64_t)stub->id;

	if (stub->id < 1) {
		suspect_set(w->out, FAULT_INSERTED, 0, 0,
		    "an exchange has the number %" PRId64, stub->id);
		return 0;
	}
	if (pass_ends(w, err) < 0 || is_bad(w))
		return is_bad(w) ? 0 : -1;
	if (id != w->next) {
		suspect_set(w->out, FAULT_MISSING, w->next, id - 1,
		    "exchange %" PRIu64 " follows", id);
		return 0;
	}
	if (w->tree.size >= w->top.size) {
		suspect_set(w->out, FAULT_INSERTED, id, id,
		    "the tree ends before it");
		return 0;
	}
	if (check_exchange(w, stub, e, err) < 0)
		return -1;
	w->next++;
	if (w->options->checkpoint != NULL &&
	    w->tree.size <= w->options->checkpoint->size)
		w->sealed_to = id;
	return 0;
}

/* Fetch rows from an id on; their number is returned. */
static int
fetch(struct walk *w, int64_t from, struct stub *page, struct err *err)
{
	struct query *q = db_query(w->db, SQL_VERIFY_PAGE, err);
	int got = 1, count = 0;

	if (q == NULL)
		return -1;
	put_int(q, from);
	while (count < PAGE && (got = query_step(q, err)) == 1) {
		struct stub *stub = &page[count++];

		*stub = (struct stub){ 0 };
		stub->id = take_int(q, INT64_MIN, INT64_MAX);
		stub->leaf = take_int(q, INT32_MIN, INT32_MAX);
		stub->bad = query_is_bad(q);
	}
	query_reset(q);
	return got < 0 ? -1 : count;
}

static int
visit_page(struct walk *w, const struct stub *page, int count, struct entry *e,
    struct err *err)
{
	for (int i = 0; i < count && !is_bad(w); i++)
		if (visit(w, &page[i], e, err) < 0)
			return -1;
	if (w->options->tick != NULL)
		w->options->tick(w->options->ctx, w->next - 1, w->last);
	return 0;
}

static int
walk_exchanges(struct walk *w, struct err *err)
{
	struct stub page[PAGE];
	struct entry e = ENTRY_INIT;
	int64_t from = INT64_MIN;
	int count = PAGE, rc = 0;

	/* Ids that are due rise by one, so this comes to an end. */
	while (rc == 0 && count == PAGE && !is_bad(w)) {
		if ((count = fetch(w, from, page, err)) < 0)
			rc = damaged(w, err);
		else
			rc = visit_page(w, page, count, &e, err);
		from = (int64_t)w->next;
	}
	entry_release(&e);
	return rc;
}

/* The leaves are those of the tree, so it is the tile that is not. */
static int
check_tiles(struct walk *w, struct err *err)
{
	int64_t count;

	if (w->tile.differs)
		suspect_set(w->out, FAULT_ALTERED, w->tile.bad, w->tile.to,
		    "their tile is not that of their leaves");
	if (db_number(w->db, sql_text[SQL_VERIFY_TILES], &count, err) < 0)
		return -1;
	if ((uint64_t)count != w->tree.size / TILE)
		suspect_set(w->out, FAULT_ALTERED, 0, 0,
		    "there are tiles of leaves that do not exist");
	return 0;
}

/* Name what the first tile or subtree that differs holds. */
static void
compare_trees(struct walk *w)
{
	uint8_t root[DIGEST_SIZE];
	struct span range = merkle_range(&w->tree);
	unsigned n = 0;

	while ((n + 1) * (size_t)DIGEST_SIZE <= range.len &&
	    memcmp(w->top.range.range[n], w->tree.range[n], DIGEST_SIZE) == 0)
		n++;
	if (n * (size_t)DIGEST_SIZE < range.len && w->tile.differs)
		suspect_set(w->out, FAULT_REWRITTEN, w->tile.bad, w->tile.to,
		    "they give their leaves, but the leaves not the tree");
	if (n * (size_t)DIGEST_SIZE < range.len) {
		bool ends = (n + 1) * (size_t)DIGEST_SIZE == range.len;

		suspect_set(w->out, FAULT_REWRITTEN, w->firsts[n],
		    ends ? w->next - 1 : w->firsts[n + 1] - 1,
		    "they give their leaves, but the leaves not the tree");
	}
	merkle_root(&w->tree, root);
	if (memcmp(root, w->top.root, DIGEST_SIZE) != 0)
		suspect_set(w->out, FAULT_ALTERED, 0, 0,
		    "the root is not that of the tree");
}

static void
compare_checkpoint(struct walk *w)
{
	const struct checkpoint *c = w->options->checkpoint;
	uint8_t root[DIGEST_SIZE];
	struct merkle none = MERKLE_INIT;

	if (c == NULL)
		return;
	if (c->size > w->tree.size)
		suspect_set(w->out, FAULT_TRUNCATED, w->next, 0,
		    "%" PRIu64 " leaves were sealed, and %" PRIu64 " are left",
		    c->size, w->tree.size);
	merkle_root(&none, root);
	if (c->size == 0)
		w->sealed_differs = memcmp(root, c->root, DIGEST_SIZE) != 0;
	if (w->sealed_differs)
		suspect_set(w->out, FAULT_REWRITTEN, w->sealed_to > 0,
		    w->sealed_to,
		    "the archive agrees with itself, but not with the "
		    "checkpoint");
}

static int
finish(struct walk *w, struct err *err)
{
	uint64_t missing = 0;

	if (pass_ends(w, err) < 0)
		return -1;
	if (w->end.pending)
		missing = w->end.position - w->tree.size;
	else if (w->top.size > w->tree.size)
		missing = w->top.size - w->tree.size;
	if (missing > 0)
		suspect_set(w->out, FAULT_TRUNCATED, w->next,
		    w->next + missing - 1,
		    "%" PRIu64 " leaves were in the tree, and %" PRIu64
		    " are left",
		    w->top.size, w->tree.size);
	if (w->top.size < w->tree.size)
		suspect_set(w->out, FAULT_ALTERED, 0, 0,
		    "the tree is smaller than what it is made of");
	if (!is_bad(w))
		compare_trees(w);
	if (!is_bad(w) &&
	    (check_tiles(w, err) < 0 ||
		index_check_end(&w->index, w->out, err) < 0 ||
		orphans_find(w->db, w->out, err) < 0) &&
	    damaged(w, err) < 0)
		return -1;
	compare_checkpoint(w);
	w->out->size = w->tree.size;
	merkle_root(&w->tree, w->out->root);
	return 0;
}

static int
walk(struct walk *w, struct err *err)
{
	int64_t last;

	if (treetop_load(&w->top, w->db, err) < 0 ||
	    db_number(w->db, sql_text[SQL_LAST_EXCHANGE], &last, err) < 0)
		return damaged(w, err);
	w->last = last > 0 ? (uint64_t)last : 0;
	if (w->top.size == 0 && w->last > 0)
		suspect_set(w->out, FAULT_ALTERED, 0, 0, "the tree is gone");
	if (find_end(w, err) < 0 || walk_exchanges(w, err) < 0)
		return -1;
	return is_bad(w) ? 0 : finish(w, err);
}

static int
verify(struct walk *w, struct err *err)
{
	struct verification *out = w->out, file = { 0 };

	if (check_file(w, &file, err) < 0)
		return -1;
	w->out = out;
	if (walk(w, err) < 0)
		return -1;
	/* A database that is not sound can still lead to the exchange. */
	if (out->fault != FAULT_NONE || file.fault == FAULT_NONE)
		return 0;
	suspect_set(out, file.fault, 0, 0, "%s", file.what);
	return 0;
}

int
store_verify(struct store *st, const struct verify_options *options,
    struct verification *out, struct err *err)
{
	struct walk w = { .options = options,
		.out = out,
		.reader = store_reader(st),
		.next = 1,
		.arena = ARENA_INIT };
	bool held;
	int rc;

	*out = (struct verification){ 0 };
	if (store_db(st, &w.db, err) < 0)
		return -1;
	held = db_is_open(w.db);
	if (!held && db_exec(w.db, "BEGIN", err) < 0)
		return store_fail(st, err);
	index_check_init(&w.index, w.db);
	rc = verify(&w, err);
	index_check_release(&w.index);
	if (!held)
		db_rollback(w.db);
	arena_release(&w.arena);
	return rc < 0 ? store_fail(st, err) : 0;
}
