#include "store/reader.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "store/compact.h"
#include "store/counts.h"
#include "store/db.h"
#include "store/pack.h"
#include "store/profile.h"
#include "store/unsqueeze.h"
#include "store/words.h"

#define MAX_LIST ((int64_t)1 << 20)

struct reader {
	struct db *db;
	struct unsqueezer *unsqueezer;
	struct words *words;
	struct buf context;
};

/* The columns of an exchange that lead elsewhere. */
struct refs {
	int64_t connection_time, time;
	int64_t client, server, principal; /* words, and so are these: */
	int64_t operation, code, type, target_code, scope;
	int64_t flags;
	bool own_attempt;       /* attempt_of is the exchange itself */
	int64_t target_outcome; /* -1: it has no targets */
	int64_t bodies[2];
	struct target target; /* the first; as far as its row says */
	struct span data;
};

struct reader *
reader_new(struct db *db)
{
	struct reader *r = xcalloc(1, sizeof(*r));

	r->db = db;
	r->words = words_new(db);
	r->unsqueezer = unsqueezer_new(db, r->words);
	r->context = BUF_INIT(PACK_CONTEXT_MAX);
	return r;
}

void
reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	unsqueezer_free(r->unsqueezer);
	words_free(r->words);
	buf_release(&r->context);
	free(r);
}

static int
corrupt(struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT, "%s", what);
}

static int
get_word(struct reader *r, int64_t id, struct arena *arena, struct span *out,
    struct err *err)
{
	return words_text(r->words, id, arena, out, err);
}

static int
get_count(struct reader *r, enum sql_id id, uint64_t of, size_t *out,
    struct err *err)
{
	struct query *q = db_query(r->db, id, err);
	int64_t n;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)of);
	if (query_row(q, "nothing counted", err) < 0)
		return -1;
	n = take_int(q, 0, INT64_MAX);
	query_reset(q);
	if (n > MAX_LIST)
		return corrupt(err, "has too many rows");
	*out = (size_t)n;
	return 0;
}

static int64_t
take_id(struct query *q)
{
	return take_int(q, 1, INT64_MAX);
}

static int64_t
take_ref(struct query *q)
{
	return take_int_or(q, 1, INT64_MAX, 0);
}

static bool
take_flag(struct query *q)
{
	return take_int(q, 0, 1) != 0;
}

static void
take_connection(struct query *q, struct entry *e, struct refs *refs)
{
	struct exchange *x = e->exchange;

	e->recording = (uint64_t)take_id(q);
	x->connection = (uint64_t)take_int(q, INT64_MIN, INT64_MAX);
	refs->connection_time = take_int(q, INT64_MIN, INT64_MAX);
	refs->client = take_id(q);
	x->client.port = (uint16_t)take_int(q, 0, UINT16_MAX);
	refs->server = take_id(q);
	x->server.port = (uint16_t)take_int(q, 0, UINT16_MAX);
}

static void
take_profile(struct query *q, struct entry *e, struct refs *refs)
{
	struct exchange *x = e->exchange;
	struct deletion *d = &e->reading.deletion;
	bool deletes;

	e->reading.kind = (enum kind)take_int(q, 0, KIND_COUNT - 1);
	deletes = e->reading.kind == KIND_DELETION;
	x->reason = (enum reason)take_int_or(q, REASON_NONE + 1,
	    REASON_COUNT - 1, REASON_NONE);
	x->flaws = (flaw_set)take_int(q, 0, ((int64_t)1 << FLAW_COUNT) - 1);
	refs->flags = take_int(q, 0, FLAG_ALL);
	refs->principal = take_ref(q);
	refs->operation = take_ref(q);
	/* Of what is no deletion it is NULL, and nobody looks. */
	d->outcome = (enum outcome)take_int_or(q, 0, OUTCOME_COUNT - 1,
	    deletes ? OUTCOME_COUNT : 0);
	refs->code = take_ref(q);
	d->findings =
	    (uint32_t)take_int_or(q, 0, ((int64_t)1 << FINDING_COUNT) - 1, 0);
	refs->type = take_ref(q);
	refs->target_outcome = take_int_or(q, 0, OUTCOME_COUNT - 1, -1);
	refs->target_code = take_ref(q);
	d->contract = (refs->flags & FLAG_CONTRACT) != 0;
	d->dry_run = (refs->flags & FLAG_DRY_RUN) != 0;
	d->force = (refs->flags & FLAG_FORCE) != 0;
	d->set_delete = (refs->flags & FLAG_SET_DELETE) != 0;
}

/* Take columns of EXCHANGE_GET; what they say is in the arena afterwards. */
static bool
take_exchange(struct query *q, struct entry *e, struct refs *refs)
{
	struct arena *arena = &e->exchange->arena;
	struct deletion *d = &e->reading.deletion;
	int64_t attempt_of;
	bool good;

	*refs = (struct refs){ 0 };
	take_connection(q, e, refs);
	take_profile(q, e, refs);
	refs->time = take_int(q, INT64_MIN, INT64_MAX);
	refs->scope = take_ref(q);
	good = take_compact(q, arena, &refs->target.id) &&
	    take_compact(q, arena, &d->request_id);
	d->token = arena_copy(arena, take_bytes(q));
	d->message = arena_copy(arena, take_bytes(q));
	attempt_of = take_int_or(q, 0, INT64_MAX, -1);
	refs->own_attempt = attempt_of < 0;
	d->attempt_of = attempt_of < 0 ? e->id : (uint64_t)attempt_of;
	d->attempt_number = (unsigned)take_int_or(q, 0, UINT32_MAX, 1);
	refs->bodies[0] = take_ref(q);
	refs->bodies[1] = take_ref(q);
	refs->data = arena_copy(arena, take_bytes(q));
	if (e->reading.kind == KIND_DELETION && refs->operation == 0)
		good = false;
	return good && !query_is_bad(q) && d->outcome < OUTCOME_COUNT;
}

static bool
read_address(struct span addr, struct endpoint *e)
{
	char text[INET6_ADDRSTRLEN] = { 0 };

	if (addr.p == NULL || addr.len >= sizeof(text))
		return false;
	memcpy(text, addr.p, addr.len);
	e->v6 = strchr(text, ':') != NULL;
	return inet_pton(e->v6 ? AF_INET6 : AF_INET, text, e->addr) == 1;
}

static int
get_addresses(struct reader *r, struct entry *e, const struct refs *refs,
    struct err *err)
{
	struct exchange *x = e->exchange;
	struct span client, server;

	if (get_word(r, refs->client, &x->arena, &client, err) < 0 ||
	    get_word(r, refs->server, &x->arena, &server, err) < 0)
		return -1;
	if (read_address(client, &x->client) &&
	    read_address(server, &x->server))
		return 0;
	return corrupt(err, "its connection makes no sense");
}

static int
get_target(struct reader *r, struct query *q, struct arena *arena,
    size_t number, struct target *t, struct err *err)
{
	int64_t type, scope, code;
	bool good;

	take_int(q, (int64_t)number, (int64_t)number);
	type = take_ref(q);
	good = take_compact(q, arena, &t->id);
	scope = take_ref(q);
	t->outcome = (enum outcome)take_int(q, 0, OUTCOME_COUNT - 1);
	code = take_ref(q);
	if (!good || query_is_bad(q))
		return corrupt(err, "a target makes no sense");
	if (get_word(r, type, arena, &t->type, err) < 0 ||
	    get_word(r, scope, arena, &t->scope, err) < 0)
		return -1;
	return get_word(r, code, arena, &t->code, err);
}

static int
each_target(struct reader *r, struct query *q, struct arena *arena,
    struct target *targets, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (query_row(q, "a target is missing", err) < 0 ||
		    get_target(r, q, arena, i + 2, &targets[i], err) < 0)
			return -1;
	return 0;
}

/* The first target is in the row; room for the others is behind it. */
static int
get_first_target(struct reader *r, const struct refs *refs, struct arena *arena,
    struct target *t, struct err *err)
{
	*t = refs->target;
	t->outcome = (enum outcome)refs->target_outcome;
	if (get_word(r, refs->type, arena, &t->type, err) < 0 ||
	    get_word(r, refs->scope, arena, &t->scope, err) < 0)
		return -1;
	return get_word(r, refs->target_code, arena, &t->code, err);
}

static int
get_targets(struct reader *r, struct entry *e, const struct refs *refs,
    struct err *err)
{
	struct arena *arena = &e->exchange->arena;
	struct deletion *d = &e->reading.deletion;
	struct target *targets;
	size_t later = 0;
	struct query *q;
	int rc;

	if (refs->target_outcome < 0)
		return 0;
	if (refs->flags & FLAG_TARGETS &&
	    get_count(r, SQL_TARGET_COUNT, e->id, &later, err) < 0)
		return -1;
	d->target_count = 1 + later;
	targets = arena_alloc(arena, d->target_count * sizeof(*targets));
	d->targets = targets;
	if (get_first_target(r, refs, arena, targets, err) < 0)
		return -1;
	if (later == 0)
		return 0;
	if ((q = db_query(r->db, SQL_TARGET_GET, err)) == NULL)
		return -1;
	put_int(q, (int64_t)e->id);
	rc = each_target(r, q, arena, targets + 1, later, err);
	query_reset(q);
	return rc;
}

static int
get_deletion(struct reader *r, struct entry *e, const struct refs *refs,
    struct err *err)
{
	struct arena *arena = &e->exchange->arena;
	struct deletion *d = &e->reading.deletion;

	if (get_word(r, refs->operation, arena, &d->operation, err) < 0 ||
	    get_word(r, refs->code, arena, &d->code, err) < 0)
		return -1;
	return get_targets(r, e, refs, err);
}

static int
get_follow_up(struct reader *r, struct query *q, struct arena *arena,
    struct follow_up *f, struct err *err)
{
	int64_t state;

	f->deletion = (uint64_t)take_int(q, 0, INT64_MAX);
	state = take_ref(q);
	f->verdict = (enum verdict)take_int(q, 0, VERDICT_COUNT - 1);
	if (query_is_bad(q))
		return corrupt(err, "a follow-up makes no sense");
	return get_word(r, state, arena, &f->state, err);
}

static int
each_follow_up(struct reader *r, struct query *q, struct arena *arena,
    struct follow_up *list, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (query_row(q, "a follow-up is missing", err) < 0 ||
		    get_follow_up(r, q, arena, &list[i], err) < 0)
			return -1;
	return 0;
}

static int
get_follow_ups(struct reader *r, struct entry *e, struct err *err)
{
	struct arena *arena = &e->exchange->arena;
	struct follow_up *list;
	size_t count;
	struct query *q;
	int rc;

	if (get_count(r, SQL_FOLLOW_UP_COUNT, e->id, &count, err) < 0 ||
	    (q = db_query(r->db, SQL_FOLLOW_UP_GET, err)) == NULL)
		return -1;
	list = arena_alloc(arena, count * sizeof(*list));
	put_int(q, (int64_t)e->id);
	rc = each_follow_up(r, q, arena, list, count, err);
	query_reset(q);
	e->reading.follow_ups = list;
	e->reading.follow_up_count = count;
	return rc;
}

static int
get_messages(struct reader *r, struct entry *e, const struct refs *refs,
    struct err *err)
{
	struct exchange *x = e->exchange;
	struct packed packed = { .version = 2 };
	bool has_key;

	packed.time =
	    (int64_t)((uint64_t)refs->connection_time + (uint64_t)refs->time);
	if (unsqueezer_body(r->unsqueezer, refs->bodies[0], &x->arena,
		&packed.alone[0], err) < 0 ||
	    unsqueezer_body(r->unsqueezer, refs->bodies[1], &x->arena,
		&packed.alone[1], err) < 0)
		return -1;
	pack_context(&e->reading, 2, &r->context);
	if (unsqueezer_get(r->unsqueezer, refs->data, buf_span(&r->context),
		packed.time, &x->arena, &packed.bytes, err) < 0 ||
	    pack_read(x, &packed, e->reading.key, &has_key, err) < 0)
		return -1;
	if (!has_key)
		pack_key(&e->reading, &x->arena, e->reading.key);
	return 0;
}

static int
get_row(struct reader *r, struct entry *e, struct refs *refs, struct err *err)
{
	struct query *q = db_query(r->db, SQL_EXCHANGE_GET, err);
	int got;
	bool good;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)e->id);
	if ((got = query_step(q, err)) < 1)
		return got;
	good = take_exchange(q, e, refs);
	query_reset(q);
	return good ? 1 : corrupt(err, "its row makes no sense");
}

static int
get_entry(struct reader *r, struct entry *e, uint64_t as, struct err *err)
{
	struct reading *reading = &e->reading;
	struct refs refs;
	int got = get_row(r, e, &refs, err);

	if (got < 1)
		return got;
	if (refs.own_attempt)
		e->reading.deletion.attempt_of = as;
	e->id = as;
	if (get_addresses(r, e, &refs, err) < 0 ||
	    get_word(r, refs.principal, &e->exchange->arena,
		&reading->principal, err) < 0)
		return -1;
	if (reading->kind == KIND_DELETION &&
	    get_deletion(r, e, &refs, err) < 0)
		return -1;
	if (refs.flags & FLAG_FOLLOW_UPS && get_follow_ups(r, e, err) < 0)
		return -1;
	return get_messages(r, e, &refs, err) < 0 ? -1 : 1;
}

/* One transaction for all rows of one answer: one lock, one state. */
static bool
enter(struct reader *r, struct err *err)
{
	struct query *q;

	if (db_is_open(r->db) || (q = db_query(r->db, SQL_BEGIN, err)) == NULL)
		return false;
	return query_run(q, err) == 0;
}

static void
leave(struct reader *r, bool entered)
{
	struct err err;
	struct query *q;

	if (!entered)
		return;
	/* Nothing was written; without this the next answer is as old. */
	q = db_query(r->db, SQL_COMMIT, &err);
	if (q == NULL || query_run(q, &err) < 0)
		db_rollback(r->db);
}

int
reader_get_as(struct reader *r, uint64_t row, uint64_t as, struct entry *e,
    struct err *err)
{
	bool entered;
	int got;

	entry_release(e);
	if (row == 0 || row > INT64_MAX)
		return 0;
	e->id = row;
	e->exchange = exchange_new();
	entered = enter(r, err);
	got = get_entry(r, e, as, err);
	leave(r, entered);
	if (got < 1)
		entry_release(e);
	return got;
}

int
reader_get(struct reader *r, uint64_t id, struct entry *e, struct err *err)
{
	int got = reader_get_as(r, id, id, e, err);

	if (got < 0)
		return err_prefix(err, "exchange %llu", (unsigned long long)id);
	return got;
}

static int
take_evidence(struct reader *r, struct query *q, struct arena *arena,
    struct evidence *e, struct err *err)
{
	int64_t state;

	e->exchange = (uint64_t)take_id(q);
	e->time = take_int(q, INT64_MIN, INT64_MAX);
	state = take_ref(q);
	e->verdict = (enum verdict)take_int(q, 0, VERDICT_COUNT - 1);
	if (query_is_bad(q))
		return corrupt(err, "a follow-up makes no sense");
	return get_word(r, state, arena, &e->state, err);
}

static int
get_evidence(struct reader *r, uint64_t deletion, struct arena *arena,
    const struct evidence **out, size_t *count, struct err *err)
{
	struct evidence *list;
	struct query *q;
	int rc = 0;

	if (get_count(r, SQL_EVIDENCE_COUNT, deletion, count, err) < 0 ||
	    (q = db_query(r->db, SQL_EVIDENCE_GET, err)) == NULL)
		return -1;
	list = arena_alloc(arena, *count * sizeof(*list));
	*out = list;
	put_int(q, (int64_t)deletion);
	for (size_t i = 0; i < *count && rc == 0; i++) {
		rc = query_row(q, "a follow-up is missing", err);
		if (rc == 0)
			rc = take_evidence(r, q, arena, &list[i], err);
	}
	query_reset(q);
	return rc;
}

int
reader_evidence(struct reader *r, uint64_t deletion, struct arena *arena,
    const struct evidence **out, size_t *count, struct err *err)
{
	bool entered = enter(r, err);
	int rc = get_evidence(r, deletion, arena, out, count, err);

	leave(r, entered);
	if (rc < 0)
		return err_prefix(err, "exchange %llu",
		    (unsigned long long)deletion);
	return 0;
}

int
reader_coverage(struct db *db, uint64_t id, struct coverage *c, struct err *err)
{
	struct query *q = db_query(db, SQL_COVERAGE_GET, err);
	struct span name;
	uint64_t count;
	int got;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)id);
	while ((got = query_step(q, err)) == 1) {
		name = take_bytes(q);
		count = (uint64_t)take_int(q, INT64_MIN, INT64_MAX);
		if (query_is_bad(q) || !counts_set(c, name, count)) {
			query_reset(q);
			return corrupt(err, "its coverage makes no sense");
		}
	}
	return got;
}

static int
get_recording(struct reader *r, uint64_t id, struct arena *arena,
    struct recording *out, struct err *err)
{
	struct query *q = db_query(r->db, SQL_RECORDING_GET, err);
	int got;
	bool bad;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)id);
	if ((got = query_step(q, err)) < 1)
		return got;
	*out = (struct recording){ .id = id };
	out->begun = take_int(q, INT64_MIN, INT64_MAX);
	out->program = arena_copy(arena, take_bytes(q));
	out->source = arena_copy(arena, take_bytes(q));
	out->filter = arena_copy(arena, take_bytes(q));
	out->finished = take_flag(q);
	out->coverage.first = take_int_or(q, INT64_MIN, INT64_MAX, 0);
	out->coverage.last = take_int_or(q, INT64_MIN, INT64_MAX, 0);
	out->coverage.cut_short = take_int_or(q, 0, 1, 0) != 0;
	bad = query_is_bad(q);
	query_reset(q);
	if (bad)
		return corrupt(err, "its row makes no sense");
	return reader_coverage(r->db, id, &out->coverage, err) < 0 ? -1 : 1;
}

int
reader_recording(struct reader *r, uint64_t id, struct arena *arena,
    struct recording *out, struct err *err)
{
	bool entered;
	int got;

	if (id == 0 || id > INT64_MAX)
		return 0;
	entered = enter(r, err);
	got = get_recording(r, id, arena, out, err);
	leave(r, entered);
	if (got < 0)
		return err_prefix(err, "recording %llu",
		    (unsigned long long)id);
	return got;
}
