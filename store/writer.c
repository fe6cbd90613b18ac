#include "store/writer.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "http/head.h"
#include "store/compact.h"
#include "store/counts.h"
#include "store/db.h"
#include "store/forms.h"
#include "store/leaf.h"
#include "store/lookup.h"
#include "store/pack.h"
#include "store/parts.h"
#include "store/profile.h"
#include "store/row.h"
#include "store/squeeze.h"
#include "store/treetop.h"
#include "store/words.h"

#define OPERATIONS 64 /* words remembered, each in place id modulo this */

#define STRETCH_BITS 8 /* of the table operation */

struct writer {
	struct db *db;
	struct words *words;
	struct profiles *profiles;
	struct squeezer *squeezer;
	struct parts *parts;
	struct buf packed, context;
	struct treetop tree;
	uint64_t kept; /* its size as it is stored */
	struct postings postings;
	struct {
		int64_t word, stretch;
	} operations[OPERATIONS]; /* that are in their table */
	int64_t recording;        /* the open one; 0: none */
	struct arena arena;
	struct span filter;   /* of the open recording */
	struct arena scratch; /* of one exchange */
	int64_t next;
	size_t batch;    /* bytes in the open batch, about */
	int64_t started; /* when the open batch began */
	bool failed, committed;
};

static int
load(struct writer *w, struct err *err)
{
	int64_t first;

	if (db_number(w->db, sql_text[SQL_LAST_EXCHANGE], &w->next, err) < 0 ||
	    db_number(w->db, sql_text[SQL_SEGMENT_LAST], &first, err) < 0)
		return -1;
	w->next++;
	if (first < 1 || first > w->next || w->next - first >= LOOKUP_SEGMENT)
		return err_set(err, ERR_CORRUPT, "its segments make no sense");
	if (postings_load(&w->postings, w->db, (uint64_t)first, err) < 0)
		return -1;
	w->postings.exchanges = (uint32_t)(w->next - first);
	return treetop_load(&w->tree, w->db, err);
}

int
writer_open(struct writer **out, struct db *db, struct err *err)
{
	struct writer *w = xcalloc(1, sizeof(*w));

	w->db = db;
	w->kept = UINT64_MAX; /* even an empty tree is */
	w->words = words_new(db);
	w->profiles = profiles_new(db);
	w->parts = parts_new(db, w->words);
	w->packed = BUF_INIT(PACK_MAX);
	w->context = BUF_INIT(PACK_CONTEXT_MAX);
	w->arena = w->scratch = ARENA_INIT;
	w->postings = POSTINGS_INIT;
	if (load(w, err) < 0 ||
	    squeezer_open(&w->squeezer, db, w->words, err) < 0) {
		writer_close(w);
		return -1;
	}
	*out = w;
	return 0;
}

void
writer_close(struct writer *w)
{
	if (w == NULL)
		return;
	db_rollback(w->db);
	parts_free(w->parts);
	words_free(w->words);
	profiles_free(w->profiles);
	squeezer_close(w->squeezer);
	buf_release(&w->packed);
	buf_release(&w->context);
	postings_release(&w->postings);
	arena_release(&w->arena);
	arena_release(&w->scratch);
	free(w);
}

uint64_t
writer_next_id(const struct writer *w)
{
	return (uint64_t)w->next;
}

bool
writer_has_committed(const struct writer *w)
{
	return w->committed;
}

/* Everything that writes runs through here. */
static int
enter(struct writer *w, struct err *err)
{
	if (w->failed)
		return err_set(err, ERR_SYSTEM, "an earlier write failed");
	if (db_is_open(w->db))
		return 0;
	w->batch = 0;
	w->started = clock_steady();
	return db_exec(w->db, "BEGIN IMMEDIATE", err);
}

static int
leave(struct writer *w, int rc)
{
	if (rc == 0)
		return 0;
	/* What is remembered of the batch is gone from the file. */
	w->failed = true;
	db_rollback(w->db);
	return -1;
}

static int
begin(struct writer *w, struct recording *rec, struct err *err)
{
	struct query *q;

	if (enter(w, err) < 0 ||
	    (q = db_query(w->db, SQL_RECORDING_ADD, err)) == NULL)
		return -1;
	put_int(q, rec->begun);
	put_text(q, rec->program);
	put_text(q, rec->source);
	put_text(q, rec->filter);
	if (query_insert(q, &w->recording, err) < 0)
		return -1;
	rec->id = (uint64_t)w->recording;
	arena_reset(&w->arena);
	w->filter = arena_copy(&w->arena, rec->filter);
	parts_begin(w->parts, w->recording);
	return 0;
}

int
writer_begin(struct writer *w, struct recording *rec, struct err *err)
{
	if (w->recording != 0)
		return err_set(err, ERR_USAGE, "a recording is open already");
	return leave(w, begin(w, rec, err));
}

static void
put_ref(struct query *q, int64_t id)
{
	if (id == 0)
		put_null(q);
	else
		put_int(q, id);
}

static int
add_target(struct writer *w, int64_t id, size_t number, const struct target *t,
    struct err *err)
{
	int64_t type, scope, code;
	struct query *q;

	if (words_number(w->words, t->type, &type, err) < 0 ||
	    words_number(w->words, t->scope, &scope, err) < 0 ||
	    words_number(w->words, t->code, &code, err) < 0 ||
	    (q = db_query(w->db, SQL_TARGET_ADD, err)) == NULL)
		return -1;
	put_int(q, id);
	put_int(q, (int64_t)number + 1);
	put_ref(q, type);
	put_compact(q, t->id, &w->scratch);
	put_ref(q, scope);
	put_int(q, t->outcome);
	put_ref(q, code);
	return query_run(q, err);
}

/* Remember where deletions of an operation are. */
static int
note_operation(struct writer *w, int64_t word, struct err *err)
{
	int64_t stretch = w->next >> STRETCH_BITS;
	struct query *q;

	if (w->operations[word % OPERATIONS].word == word &&
	    w->operations[word % OPERATIONS].stretch == stretch)
		return 0;
	w->operations[word % OPERATIONS].word = word;
	w->operations[word % OPERATIONS].stretch = stretch;
	if ((q = db_query(w->db, SQL_OPERATION_ADD, err)) == NULL)
		return -1;
	put_int(q, word);
	put_int(q, stretch);
	return query_run(q, err);
}

static int
add_follow_up(struct writer *w, const struct row *row, int64_t time,
    size_t number, const struct follow_up *f, struct err *err)
{
	int64_t state;
	struct query *q;

	if (words_number(w->words, f->state, &state, err) < 0 ||
	    (q = db_query(w->db, SQL_FOLLOW_UP_ADD, err)) == NULL)
		return -1;
	put_int(q, row->id);
	put_int(q, (int64_t)number + 1);
	put_int(q, (int64_t)f->deletion);
	put_int(q, time);
	put_ref(q, state);
	put_int(q, f->verdict);
	return query_run(q, err);
}

/* The rows that an exchange has in tables other than its own. */
static int
add_lists(struct writer *w, const struct row *row, const struct exchange *x,
    const struct reading *r, struct err *err)
{
	int64_t time =
	    x->response != NULL ? x->response->last : exchange_time(x);
	const struct deletion *d = &r->deletion;

	if (r->kind == KIND_DELETION)
		for (size_t i = 1; i < d->target_count; i++)
			if (add_target(w, row->id, i, &d->targets[i], err) < 0)
				return -1;
	if (r->kind == KIND_OTHER)
		return 0;
	for (size_t i = 0; i < r->follow_up_count; i++)
		if (add_follow_up(w, row, time, i, &r->follow_ups[i], err) < 0)
			return -1;
	return 0;
}

/* The columns for a word, if there is one. */
static int
set_word(struct writer *w, int64_t *column, struct span text, struct err *err)
{
	int64_t word;

	if (words_number(w->words, text, &word, err) < 0)
		return -1;
	*column = word != 0 ? word : PROFILE_NULL;
	return 0;
}

static int
fill_target(struct writer *w, struct row *row, int64_t *columns,
    const struct target *t, struct err *err)
{
	row->target = t->id;
	columns[PROFILE_TARGET_OUTCOME] = t->outcome;
	if (set_word(w, &columns[PROFILE_TYPE], t->type, err) < 0 ||
	    set_word(w, &columns[PROFILE_TARGET_CODE], t->code, err) < 0)
		return -1;
	return words_number(w->words, t->scope, &row->scope, err);
}

static int
fill_deletion(struct writer *w, struct row *row, int64_t *columns,
    const struct deletion *d, struct err *err)
{
	row->request_id = d->request_id;
	row->token = d->token;
	row->message = d->message;
	if (d->attempt_of != (uint64_t)row->id)
		row->attempt_of = (int64_t)d->attempt_of;
	if (d->attempt_number != 1)
		row->attempt_number = d->attempt_number;
	columns[PROFILE_FLAGS] |= (d->contract ? FLAG_CONTRACT : 0) |
	    (d->dry_run ? FLAG_DRY_RUN : 0) | (d->force ? FLAG_FORCE : 0) |
	    (d->set_delete ? FLAG_SET_DELETE : 0) |
	    (d->target_count > 1 ? FLAG_TARGETS : 0);
	columns[PROFILE_OUTCOME] = d->outcome;
	columns[PROFILE_FINDINGS] = d->findings;
	if (set_word(w, &columns[PROFILE_OPERATION], d->operation, err) < 0 ||
	    set_word(w, &columns[PROFILE_CODE], d->code, err) < 0 ||
	    note_operation(w, columns[PROFILE_OPERATION], err) < 0)
		return -1;
	if (d->target_count == 0)
		return 0;
	return fill_target(w, row, columns, &d->targets[0], err);
}

/* What can be asked for without reading the messages. */
static int
fill_request(struct writer *w, int64_t *columns, const struct message *m,
    struct err *err)
{
	if (m == NULL)
		return 0;
	if (set_word(w, &columns[PROFILE_METHOD], m->parsed.method, err) < 0)
		return -1;
	return set_word(w, &columns[PROFILE_HOST],
	    head_field(&m->parsed, "Host"), err);
}

static int
fill_profile(struct writer *w, struct row *row, const struct exchange *x,
    const struct reading *r, struct err *err)
{
	struct profile profile;
	int64_t *columns = profile.columns;

	for (int i = 0; i < PROFILE_COLUMNS; i++)
		columns[i] = PROFILE_NULL;
	columns[PROFILE_KIND] = r->kind;
	columns[PROFILE_FLAWS] = x->flaws;
	columns[PROFILE_FLAGS] = r->kind != KIND_OTHER && r->follow_up_count > 0
	    ? FLAG_FOLLOW_UPS
	    : 0;
	if (exchange_status(x) != 0)
		columns[PROFILE_STATUS] = exchange_status(x);
	if (x->reason != REASON_NONE)
		columns[PROFILE_REASON] = x->reason;
	if (fill_request(w, columns, x->request, err) < 0 ||
	    set_word(w, &columns[PROFILE_PRINCIPAL], r->principal, err) < 0)
		return -1;
	if (r->kind == KIND_DELETION &&
	    fill_deletion(w, row, columns, &r->deletion, err) < 0)
		return -1;
	return profiles_number(w->profiles, &profile, &row->profile, err);
}

static int
fill_row(struct writer *w, struct row *row, const struct exchange *x,
    const struct reading *r, struct err *err)
{
	*row = (struct row){ .id = w->next };
	if (parts_connection(w->parts, x, row, err) < 0 ||
	    parts_body(w->parts, x->request, &row->bodies[0], err) < 0 ||
	    parts_body(w->parts, x->response, &row->bodies[1], err) < 0)
		return -1;
	return fill_profile(w, row, x, r, err);
}

static int
pack(struct writer *w, const struct exchange *x, const struct reading *r,
    size_t *numbers, struct err *err)
{
	uint8_t key[MATCH_KEY_SIZE];
	bool own = r->kind != KIND_DELETION;

	if (!own) {
		pack_key(r, &w->scratch, key);
		own = memcmp(key, r->key, MATCH_KEY_SIZE) != 0;
	}
	pack_context(r, 2, &w->context);
	return pack_exchange(x, own ? r->key : NULL, &w->packed, numbers, err);
}

/* Commit when the batch is large or old enough. */
static int
end_batch(struct writer *w, struct err *err)
{
	if (w->batch < STORE_BATCH_BYTES &&
	    clock_steady() - w->started < STORE_BATCH_NS)
		return 0;
	return writer_commit(w, err);
}

static int
add(struct writer *w, const struct exchange *x, const struct reading *r,
    struct err *err)
{
	uint8_t leaf[DIGEST_SIZE];
	struct formed message;
	size_t numbers;
	struct row row;

	arena_reset(&w->scratch);
	if (enter(w, err) < 0 || fill_row(w, &row, x, r, err) < 0 ||
	    add_lists(w, &row, x, r, err) < 0 ||
	    pack(w, x, r, &numbers, err) < 0)
		return -1;
	leaf_of_exchange(leaf, (uint64_t)row.id, x, r);
	row.leaf = row_leaf(leaf);
	message = (struct formed){ buf_span(&w->packed), buf_span(&w->context),
		numbers, row.began, (uint64_t)row.profile };
	if (squeezer_add(w->squeezer, &row, &message, err) < 0 ||
	    treetop_add(&w->tree, w->db, leaf, err) < 0)
		return -1;
	postings_add(&w->postings, x, r);
	if (postings_are_full(&w->postings) &&
	    postings_seal(&w->postings, w->db, err) < 0)
		return -1;
	w->next++;
	w->tree.bytes += w->packed.len;
	w->batch += w->packed.len + parts_taken(w->parts);
	return end_batch(w, err);
}

int
writer_add(struct writer *w, const struct exchange *x,
    const struct reading *reading, struct err *err)
{
	if (w->recording == 0)
		return err_set(err, ERR_USAGE, "no recording is open");
	return leave(w, add(w, x, reading, err));
}

/* Many a commit of what is sent again has no exchange. */
static int
keep_tree(struct writer *w, struct err *err)
{
	if (w->kept == w->tree.size)
		return 0;
	w->kept = w->tree.size;
	return treetop_store(&w->tree, w->db, err);
}

static int
commit(struct writer *w, struct err *err)
{
	if (squeezer_flush(w->squeezer, err) < 0 ||
	    postings_keep(&w->postings, w->db, err) < 0 ||
	    keep_tree(w, err) < 0 || db_exec(w->db, "COMMIT", err) < 0)
		return -1;
	w->committed = true;
	return 0;
}

/* What was written in several batches is to look as if it had been one. */
static int
tidy(struct writer *w, struct err *err)
{
	if (enter(w, err) < 0)
		return -1;
	if ((w->postings.exchanges >= LOOKUP_MIN
		    ? postings_seal(&w->postings, w->db, err)
		    : postings_join(&w->postings, w->db, err)) < 0)
		return -1;
	return commit(w, err);
}

int
writer_finish(struct writer *w, struct err *err)
{
	if (w->failed || (!w->committed && !db_is_open(w->db)))
		return 0;
	return leave(w, tidy(w, err));
}

int
writer_commit(struct writer *w, struct err *err)
{
	if (w->failed || !db_is_open(w->db))
		return 0;
	return leave(w, commit(w, err));
}

int
writer_flush(struct writer *w, struct err *err)
{
	if (w->failed || !db_is_open(w->db))
		return 0;
	if (squeezer_flush(w->squeezer, err) < 0)
		return leave(w, -1);
	return leave(w, postings_keep(&w->postings, w->db, err));
}

static int
add_counts(struct writer *w, const struct coverage *coverage, struct err *err)
{
	struct query *q;

	for (size_t i = 0; i < counts_number; i++) {
		if (counts_get(coverage, i) == 0)
			continue;
		if ((q = db_query(w->db, SQL_COVERAGE_ADD, err)) == NULL)
			return -1;
		put_int(q, w->recording);
		put_text(q, span_of_str(counts_name(i)));
		put_int(q, (int64_t)counts_get(coverage, i));
		if (query_run(q, err) < 0)
			return -1;
	}
	return 0;
}

static int
end(struct writer *w, const struct coverage *coverage, struct err *err)
{
	uint8_t leaf[DIGEST_SIZE];
	struct query *q;

	if (enter(w, err) < 0 || add_counts(w, coverage, err) < 0 ||
	    (q = db_query(w->db, SQL_RECORDING_END, err)) == NULL)
		return -1;
	leaf_of_recording(leaf, (uint64_t)w->recording, w->filter, coverage);
	put_int(q, coverage->first);
	put_int(q, coverage->last);
	put_int(q, coverage->cut_short);
	put_blob(q, (struct span){ leaf, sizeof(leaf) });
	put_int(q, (int64_t)w->tree.size);
	put_int(q, w->recording);
	if (query_run(q, err) < 0 ||
	    treetop_add(&w->tree, w->db, leaf, err) < 0)
		return -1;
	w->recording = 0;
	return commit(w, err);
}

int
writer_end(struct writer *w, const struct coverage *coverage, struct err *err)
{
	if (w->recording == 0)
		return err_set(err, ERR_USAGE, "no recording is open");
	return leave(w, end(w, coverage, err));
}

int
writer_leave(struct writer *w, struct err *err)
{
	w->recording = 0;
	return writer_commit(w, err);
}

struct query *
writer_query(struct writer *w, enum sql_id id, struct err *err)
{
	if (w->recording == 0) {
		err_set(err, ERR_USAGE, "no recording is open");
		return NULL;
	}
	return enter(w, err) < 0 ? NULL : db_query(w->db, id, err);
}

uint64_t
writer_recording(const struct writer *w)
{
	return (uint64_t)w->recording;
}
