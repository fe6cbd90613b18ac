#include "store/writer.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "http/head.h"
#include "http/url.h"
#include "store/counts.h"
#include "store/db.h"
#include "store/deflate.h"
#include "store/leaf.h"
#include "store/merkle.h"
#include "store/pack.h"
#include "store/row.h"
#include "store/squeeze.h"
#include "store/treetop.h"
#include "store/words.h"

#define CONNECTIONS 1024 /* remembered, each in place number modulo this */

struct known {
	uint64_t number;
	struct endpoint client, server;
	int64_t id; /* 0: free */
};

struct writer {
	struct db *db;
	struct words *words;
	struct squeezer *squeezer;
	struct deflater *alone; /* for bodies in rows of their own */
	struct buf packed, context, body;
	struct merkle tree;
	struct known known[CONNECTIONS];
	int64_t recording; /* the open one; 0: none */
	struct arena arena;
	struct span filter; /* of the open recording */
	int64_t next;
	size_t batch;    /* bytes in the open batch, about */
	int64_t started; /* when the open batch began */
	bool failed, committed;
};

int
writer_open(struct writer **out, struct db *db, struct err *err)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	struct treetop top;

	w->db = db;
	w->words = words_new(db);
	w->alone = deflater_new((struct span){ 0 }, DEFLATE_LARGE);
	w->packed = BUF_INIT(PACK_MAX);
	w->body = BUF_INIT((size_t)DB_MAX_VALUE);
	w->context = BUF_INIT(PACK_CONTEXT_MAX);
	w->arena = ARENA_INIT;
	if (db_number(db, sql_text[SQL_LAST_EXCHANGE], &w->next, err) < 0 ||
	    treetop_load(&top, db, err) < 0 ||
	    squeezer_open(&w->squeezer, db, err) < 0) {
		writer_close(w);
		return -1;
	}
	w->tree = top.range;
	w->next++;
	*out = w;
	return 0;
}

void
writer_close(struct writer *w)
{
	if (w == NULL)
		return;
	db_rollback(w->db);
	words_free(w->words);
	squeezer_close(w->squeezer);
	deflater_free(w->alone);
	buf_release(&w->packed);
	buf_release(&w->context);
	buf_release(&w->body);
	arena_release(&w->arena);
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
	if (query_step(q, err) < 0)
		return -1;
	rec->id = (uint64_t)take_int(q, 1, INT64_MAX);
	query_reset(q);
	w->recording = (int64_t)rec->id;
	arena_reset(&w->arena);
	w->filter = arena_copy(&w->arena, rec->filter);
	memset(w->known, 0, sizeof(w->known));
	return 0;
}

int
writer_begin(struct writer *w, struct recording *rec, struct err *err)
{
	if (w->recording != 0)
		return err_set(err, ERR_USAGE, "a recording is open already");
	return leave(w, begin(w, rec, err));
}

static bool
endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->v6 == b->v6 && a->port == b->port &&
	    memcmp(a->addr, b->addr, a->v6 ? 16 : 4) == 0;
}

static void
put_endpoint(struct query *q, const struct endpoint *e,
    char text[INET6_ADDRSTRLEN])
{
	inet_ntop(e->v6 ? AF_INET6 : AF_INET, e->addr, text, INET6_ADDRSTRLEN);
	put_text(q, span_of_str(text));
	put_int(q, e->port);
}

static int
ask_connection(struct writer *w, enum sql_id sql, const struct exchange *x,
    int64_t *id, struct err *err)
{
	char client[INET6_ADDRSTRLEN], server[INET6_ADDRSTRLEN];
	struct query *q = db_query(w->db, sql, err);
	int got;

	if (q == NULL)
		return -1;
	put_int(q, w->recording);
	put_int(q, (int64_t)x->connection);
	put_endpoint(q, &x->client, client);
	put_endpoint(q, &x->server, server);
	if ((got = query_step(q, err)) == 1)
		*id = take_int(q, 1, INT64_MAX);
	query_reset(q);
	return got;
}

static int
connection_id(struct writer *w, const struct exchange *x, int64_t *id,
    struct err *err)
{
	struct known *known = &w->known[x->connection % CONNECTIONS];
	int got;

	if (known->id != 0 && known->number == x->connection &&
	    endpoint_eq(&known->client, &x->client) &&
	    endpoint_eq(&known->server, &x->server)) {
		*id = known->id;
		return 0;
	}
	got = ask_connection(w, SQL_CONNECTION_FIND, x, id, err);
	if (got == 0)
		got = ask_connection(w, SQL_CONNECTION_ADD, x, id, err);
	if (got < 0)
		return -1;
	*known = (struct known){ x->connection, x->client, x->server, *id };
	return 0;
}

static int
find_body(struct writer *w, struct span sha256, int64_t *id, struct err *err)
{
	struct query *q = db_query(w->db, SQL_BODY_FIND, err);
	int got;

	if (q == NULL)
		return -1;
	put_blob(q, sha256);
	if ((got = query_step(q, err)) == 1)
		*id = take_int(q, 1, INT64_MAX);
	query_reset(q);
	return got;
}

static int
add_body(struct writer *w, struct span sha256, struct span body, int64_t *id,
    struct err *err)
{
	struct query *q;
	int got;

	if (body.len > (size_t)DB_MAX_VALUE)
		return err_set(err, ERR_LIMIT, "a body is too long");
	if (deflater_run(w->alone, (struct span){ 0 }, body, &w->body, err) <
		0 ||
	    (q = db_query(w->db, SQL_BODY_ADD, err)) == NULL)
		return -1;
	put_blob(q, sha256);
	put_int(q, (int64_t)body.len);
	put_blob(q, buf_span(&w->body));
	if ((got = query_step(q, err)) == 1)
		*id = take_int(q, 1, INT64_MAX);
	query_reset(q);
	w->batch += w->body.len;
	return got;
}

static int
body_id(struct writer *w, const struct message *m, int64_t *id, struct err *err)
{
	uint8_t digest[DIGEST_SIZE];
	struct span sha256 = { digest, sizeof(digest) };
	int got;

	*id = 0;
	if (m == NULL || !pack_is_alone(m->body))
		return 0;
	digest_of(digest, m->body);
	if ((got = find_body(w, sha256, id, err)) == 0)
		got = add_body(w, sha256, m->body, id, err);
	return got < 0 ? -1 : 0;
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
	put_text(q, t->id);
	put_ref(q, scope);
	put_int(q, t->outcome);
	put_ref(q, code);
	return query_run(q, err);
}

static int
add_deletion(struct writer *w, int64_t id, const struct deletion *d,
    struct err *err)
{
	int64_t operation, code;
	struct query *q;

	if (words_number(w->words, d->operation, &operation, err) < 0 ||
	    words_number(w->words, d->code, &code, err) < 0 ||
	    (q = db_query(w->db, SQL_DELETION_ADD, err)) == NULL)
		return -1;
	put_int(q, id);
	put_ref(q, operation);
	put_int(q, d->contract);
	put_int(q, d->outcome);
	put_ref(q, code);
	put_text(q, d->message);
	put_text(q, d->request_id);
	put_text(q, d->token);
	put_int(q, d->dry_run);
	put_int(q, d->force);
	put_int(q, d->set_delete);
	put_int(q, (int64_t)d->attempt_of);
	put_int(q, d->attempt_number);
	put_int(q, d->findings);
	if (query_run(q, err) < 0)
		return -1;
	for (size_t i = 0; i < d->target_count; i++)
		if (add_target(w, id, i, &d->targets[i], err) < 0)
			return -1;
	return 0;
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

static int
add_reading(struct writer *w, const struct row *row, const struct exchange *x,
    const struct reading *r, struct err *err)
{
	int64_t time = x->response != NULL ? x->response->last : row->time;

	if (r->kind == KIND_DELETION &&
	    add_deletion(w, row->id, &r->deletion, err) < 0)
		return -1;
	if (r->kind == KIND_OTHER)
		return 0;
	for (size_t i = 0; i < r->follow_up_count; i++)
		if (add_follow_up(w, row, time, i, &r->follow_ups[i], err) < 0)
			return -1;
	return 0;
}

/* What can be asked for without decompressing. */
static int
fill_request(struct writer *w, struct row *row, const struct message *m,
    struct err *err)
{
	struct span path;

	row->path = -1;
	if (m == NULL)
		return 0;
	path = url_split(m->parsed.method, m->parsed.target).path;
	if (path.p != NULL)
		row->path = row_path(path);
	if (words_number(w->words, m->parsed.method, &row->method, err) < 0)
		return -1;
	return words_number(w->words, head_field(&m->parsed, "Host"),
	    &row->host, err);
}

static int
fill_row(struct writer *w, struct row *row, const struct exchange *x,
    const struct reading *r, struct err *err)
{
	*row = (struct row){
		.id = w->next,
		.recording = w->recording,
		.number = x->number,
		.time = exchange_time(x),
		.kind = r->kind,
		.status = exchange_status(x),
		.reason = x->reason,
		.flaws = x->flaws,
	};
	memcpy(row->match, r->key, MATCH_KEY_SIZE);
	leaf_of_exchange(row->leaf, (uint64_t)w->next, x, r);
	if (connection_id(w, x, &row->connection, err) < 0 ||
	    words_number(w->words, r->principal, &row->principal, err) < 0 ||
	    body_id(w, x->request, &row->bodies[0], err) < 0 ||
	    body_id(w, x->response, &row->bodies[1], err) < 0)
		return -1;
	return fill_request(w, row, x->request, err);
}

static int
add(struct writer *w, const struct exchange *x, const struct reading *r,
    struct err *err)
{
	struct row row;

	if (enter(w, err) < 0 || fill_row(w, &row, x, r, err) < 0 ||
	    add_reading(w, &row, x, r, err) < 0 ||
	    pack_exchange(x, &w->packed, err) < 0)
		return -1;
	pack_context(r, &w->context);
	if (squeezer_add(w->squeezer, &row, buf_span(&w->context),
		buf_span(&w->packed), err) < 0)
		return -1;
	merkle_add(&w->tree, row.leaf);
	w->next++;
	w->batch += w->packed.len;
	if (w->batch < STORE_BATCH_BYTES &&
	    clock_steady() - w->started < STORE_BATCH_NS)
		return 0;
	return writer_commit(w, err);
}

int
writer_add(struct writer *w, const struct exchange *x,
    const struct reading *reading, struct err *err)
{
	if (w->recording == 0)
		return err_set(err, ERR_USAGE, "no recording is open");
	return leave(w, add(w, x, reading, err));
}

static int
set_tree(struct writer *w, struct err *err)
{
	struct query *q = db_query(w->db, SQL_TREE_SET, err);
	uint8_t root[DIGEST_SIZE];

	if (q == NULL)
		return -1;
	merkle_root(&w->tree, root);
	put_int(q, (int64_t)w->tree.size);
	put_blob(q, (struct span){ root, sizeof(root) });
	put_blob(q, merkle_range(&w->tree));
	return query_run(q, err);
}

static int
commit(struct writer *w, struct err *err)
{
	if (squeezer_flush(w->squeezer, err) < 0 || set_tree(w, err) < 0 ||
	    db_exec(w->db, "COMMIT", err) < 0)
		return -1;
	w->committed = true;
	return 0;
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
	return leave(w, squeezer_flush(w->squeezer, err));
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
	if (query_run(q, err) < 0)
		return -1;
	merkle_add(&w->tree, leaf);
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
