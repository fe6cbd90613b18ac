#include "store/version_1.h"

#include <arpa/inet.h>
#include <inttypes.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "store/leaf.h"
#include "store/pack.h"
#include "store/reader.h"
#include "store/schema.h"
#include "store/treetop.h"
#include "store/unsqueeze.h"
#include "store/writer.h"

#define MAX_LIST ((int64_t)1 << 20)

struct converter {
	struct db *old;
	struct unsqueezer *unsqueezer;
	struct buf context;
	struct writer *writer;
};

/* The columns of an exchange that lead elsewhere. */
struct refs {
	int64_t time, dictionary, size;
	int64_t bodies[2];
	struct span data;
	uint8_t leaf[DIGEST_SIZE];
};

static int
corrupt(struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT, "%s", what);
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

static struct span
take_copy(struct query *q, struct arena *arena)
{
	return arena_copy(arena, take_bytes(q));
}

static bool
take_digits(struct query *q, uint8_t *out, size_t len)
{
	struct span s = take_bytes(q);

	if (s.len != len)
		return false;
	memcpy(out, s.p, len);
	return true;
}

static bool
take_endpoint(struct query *q, struct endpoint *e)
{
	char text[INET6_ADDRSTRLEN] = { 0 };
	struct span addr = take_bytes(q);

	e->port = (uint16_t)take_int(q, 0, UINT16_MAX);
	if (addr.p == NULL || addr.len >= sizeof(text))
		return false;
	memcpy(text, addr.p, addr.len);
	e->v6 = strchr(text, ':') != NULL;
	return inet_pton(e->v6 ? AF_INET6 : AF_INET, text, e->addr) == 1;
}

static bool
take_exchange(struct query *q, struct entry *e, struct refs *refs)
{
	struct exchange *x = e->exchange;
	bool good;

	e->recording = (uint64_t)take_int(q, 1, INT64_MAX);
	x->number = (uint32_t)take_int(q, 0, UINT32_MAX);
	refs->time = take_int(q, INT64_MIN, INT64_MAX);
	e->reading.kind = (enum kind)take_int(q, 0, KIND_COUNT - 1);
	x->reason = (enum reason)take_int_or(q, REASON_NONE + 1,
	    REASON_COUNT - 1, REASON_NONE);
	x->flaws = (flaw_set)take_int(q, 0, ((int64_t)1 << FLAW_COUNT) - 1);
	e->reading.principal = take_copy(q, &x->arena);
	good = take_digits(q, e->reading.key, MATCH_KEY_SIZE);
	refs->bodies[0] = take_ref(q);
	refs->bodies[1] = take_ref(q);
	refs->dictionary = take_ref(q);
	refs->size = take_int(q, 0, PACK_MAX);
	refs->data = take_copy(q, &x->arena);
	good = take_digits(q, refs->leaf, DIGEST_SIZE) && good;
	x->connection = (uint64_t)take_int(q, INT64_MIN, INT64_MAX);
	return good && take_endpoint(q, &x->client) &&
	    take_endpoint(q, &x->server) && !query_is_bad(q);
}

static int
get_row(struct converter *c, struct entry *e, struct refs *refs,
    struct err *err)
{
	struct query *q = db_query(c->old, SQL_OLD_EXCHANGE, err);
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
get_targets(struct converter *c, struct entry *e, struct err *err)
{
	struct arena *arena = &e->exchange->arena;
	struct deletion *d = &e->reading.deletion;
	struct target *t = arena_alloc(arena, d->target_count * sizeof(*t));
	struct query *q = db_query(c->old, SQL_OLD_TARGET, err);
	bool bad = false;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)e->id);
	for (size_t i = 0; i < d->target_count; i++) {
		if (query_row(q, "a target is missing", err) < 0)
			return -1;
		t[i].type = take_copy(q, arena);
		t[i].id = take_copy(q, arena);
		t[i].scope = take_copy(q, arena);
		t[i].outcome = (enum outcome)take_int(q, 0, OUTCOME_COUNT - 1);
		t[i].code = take_copy(q, arena);
		bad = bad || query_is_bad(q);
	}
	query_reset(q);
	d->targets = t;
	return bad ? corrupt(err, "a target makes no sense") : 0;
}

static void
take_deletion(struct query *q, struct arena *arena, struct deletion *d)
{
	d->operation = take_copy(q, arena);
	d->contract = take_flag(q);
	d->outcome = (enum outcome)take_int(q, 0, OUTCOME_COUNT - 1);
	d->code = take_copy(q, arena);
	d->message = take_copy(q, arena);
	d->request_id = take_copy(q, arena);
	d->token = take_copy(q, arena);
	d->dry_run = take_flag(q);
	d->force = take_flag(q);
	d->set_delete = take_flag(q);
	d->attempt_of = (uint64_t)take_int(q, 0, INT64_MAX);
	d->attempt_number = (unsigned)take_int(q, 0, UINT32_MAX);
	d->findings =
	    (uint32_t)take_int(q, 0, ((int64_t)1 << FINDING_COUNT) - 1);
	d->target_count = (size_t)take_int(q, 0, MAX_LIST);
}

static int
get_deletion(struct converter *c, struct entry *e, struct err *err)
{
	struct query *q = db_query(c->old, SQL_OLD_DELETION, err);
	bool bad;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)e->id);
	if (query_row(q, "its deletion is missing", err) < 0)
		return -1;
	take_deletion(q, &e->exchange->arena, &e->reading.deletion);
	bad = query_is_bad(q);
	query_reset(q);
	if (bad)
		return corrupt(err, "its deletion makes no sense");
	return get_targets(c, e, err);
}

static int
count_follow_ups(struct converter *c, struct entry *e, struct err *err)
{
	struct query *q = db_query(c->old, SQL_OLD_FOLLOW_UP_COUNT, err);

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)e->id);
	if (query_row(q, "nothing counted", err) < 0)
		return -1;
	e->reading.follow_up_count = (size_t)take_int(q, 0, MAX_LIST);
	query_reset(q);
	return 0;
}

static int
get_follow_ups(struct converter *c, struct entry *e, struct err *err)
{
	struct arena *arena = &e->exchange->arena;
	struct follow_up *f;
	struct query *q;
	bool bad = false;

	if (count_follow_ups(c, e, err) < 0 ||
	    (q = db_query(c->old, SQL_OLD_FOLLOW_UP, err)) == NULL)
		return -1;
	f = arena_alloc(arena, e->reading.follow_up_count * sizeof(*f));
	e->reading.follow_ups = f;
	put_int(q, (int64_t)e->id);
	for (size_t i = 0; i < e->reading.follow_up_count; i++) {
		if (query_row(q, "a follow-up is missing", err) < 0)
			return -1;
		f[i].deletion = (uint64_t)take_int(q, 0, INT64_MAX);
		f[i].state = take_copy(q, arena);
		f[i].verdict = (enum verdict)take_int(q, 0, VERDICT_COUNT - 1);
		bad = bad || query_is_bad(q);
	}
	query_reset(q);
	return bad ? corrupt(err, "a follow-up makes no sense") : 0;
}

static int
get_messages(struct converter *c, struct entry *e, const struct refs *refs,
    struct err *err)
{
	struct arena *arena = &e->exchange->arena;
	struct packed packed = { .version = 1, .time = refs->time };
	bool has_key;

	for (int i = 0; i < 2; i++)
		if (unsqueezer_body(c->unsqueezer, refs->bodies[i], arena,
			&packed.alone[i], err) < 0)
			return -1;
	pack_context(&e->reading, 1, &c->context);
	if (unsqueezer_old(c->unsqueezer, refs->dictionary,
		buf_span(&c->context), refs->data, refs->size, arena,
		&packed.bytes, err) < 0)
		return -1;
	return pack_read(e->exchange, &packed, NULL, &has_key, err);
}

static int
get_exchange(struct converter *c, struct entry *e, struct err *err)
{
	uint8_t leaf[DIGEST_SIZE];
	struct refs refs;
	int got = get_row(c, e, &refs, err);

	if (got < 1)
		return got;
	if (e->reading.kind == KIND_DELETION && get_deletion(c, e, err) < 0)
		return -1;
	if (e->reading.kind != KIND_OTHER && get_follow_ups(c, e, err) < 0)
		return -1;
	if (get_messages(c, e, &refs, err) < 0)
		return -1;
	leaf_of_exchange(leaf, e->id, e->exchange, &e->reading);
	if (memcmp(leaf, refs.leaf, DIGEST_SIZE) != 0)
		return corrupt(err, "it is not what was recorded");
	return 1;
}

/* Write the exchanges of a recording; they follow each other. */
static int
convert_exchanges(struct converter *c, uint64_t recording, struct err *err)
{
	struct entry e = ENTRY_INIT;
	int got = 1;

	while (got == 1) {
		entry_release(&e);
		e.id = writer_next_id(c->writer);
		e.exchange = exchange_new();
		got = get_exchange(c, &e, err);
		if (got < 0)
			err_prefix(err, "exchange %" PRIu64, e.id);
		if (got == 1 && e.recording != recording)
			got = 0;
		if (got == 1 &&
		    writer_add(c->writer, e.exchange, &e.reading, err) < 0)
			got = -1;
	}
	entry_release(&e);
	return got;
}

static int
get_recording(struct converter *c, uint64_t id, struct arena *arena,
    struct recording *out, struct err *err)
{
	struct query *q = db_query(c->old, SQL_OLD_RECORDING, err);
	uint8_t leaf[DIGEST_SIZE], stored[DIGEST_SIZE];
	bool good;
	int got;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)id);
	if ((got = query_step(q, err)) < 1)
		return got;
	*out = (struct recording){ .id = id };
	out->begun = take_int(q, INT64_MIN, INT64_MAX);
	out->program = take_copy(q, arena);
	out->source = take_copy(q, arena);
	out->filter = take_copy(q, arena);
	out->finished = take_flag(q);
	out->coverage.first = take_int_or(q, INT64_MIN, INT64_MAX, 0);
	out->coverage.last = take_int_or(q, INT64_MIN, INT64_MAX, 0);
	out->coverage.cut_short = take_int_or(q, 0, 1, 0) != 0;
	good = !out->finished || take_digits(q, stored, DIGEST_SIZE);
	good = good && !query_is_bad(q);
	query_reset(q);
	if (!good)
		return corrupt(err, "its row makes no sense");
	if (reader_coverage(c->old, id, &out->coverage, err) < 0)
		return -1;
	leaf_of_recording(leaf, id, out->filter, &out->coverage);
	if (out->finished && memcmp(leaf, stored, DIGEST_SIZE) != 0)
		return corrupt(err, "it is not what was recorded");
	return 1;
}

static int
convert_recording(struct converter *c, uint64_t id, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct recording rec, copy;
	int got = get_recording(c, id, &arena, &rec, err);

	if (got < 0)
		err_prefix(err, "recording %" PRIu64, id);
	copy = rec;
	if (got == 1 &&
	    (writer_begin(c->writer, &copy, err) < 0 ||
		convert_exchanges(c, id, err) < 0 ||
		(rec.finished ? writer_end(c->writer, &rec.coverage, err)
			      : writer_leave(c->writer, err)) < 0))
		got = -1;
	arena_release(&arena);
	return got;
}

/* Is there the same tree over what was written? */
static int
compare_trees(struct converter *c, struct db *to, struct err *err)
{
	struct treetop old, now;

	if (treetop_load_old(&old, c->old, err) < 0 ||
	    treetop_load(&now, to, err) < 0)
		return -1;
	if (old.size == now.size &&
	    memcmp(old.root, now.root, DIGEST_SIZE) == 0)
		return 0;
	return corrupt(err, "its tree is not that of its contents");
}

static int
convert(struct converter *c, struct db *to, struct err *err)
{
	int got = 1;

	for (uint64_t id = 1; got == 1; id++)
		got = convert_recording(c, id, err);
	if (got < 0 || writer_finish(c->writer, err) < 0)
		return -1;
	return compare_trees(c, to, err);
}

int
version_1_convert(struct db *old, struct db *to, struct err *err)
{
	struct converter c = { .old = old };
	int rc;

	if (schema_create(to, err) < 0 || writer_open(&c.writer, to, err) < 0)
		return -1;
	c.unsqueezer = unsqueezer_new(old, NULL);
	c.context = BUF_INIT(PACK_CONTEXT_MAX);
	rc = convert(&c, to, err);
	writer_close(c.writer);
	unsqueezer_free(c.unsqueezer);
	buf_release(&c.context);
	if (rc < 0)
		return err_prefix(err,
		    "is of version 1, and cannot be brought "
		    "up to date");
	return 0;
}
