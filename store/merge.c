#include "store/merge.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "store/leaf.h"
#include "store/origin.h"
#include "store/purge.h"
#include "store/store.h"

struct part {
	struct merge_part shown;
	int64_t time;                 /* of its first packet or exchange */
	uint8_t content[DIGEST_SIZE]; /* of what its leaves speak for */
	uint8_t id[DIGEST_SIZE];      /* and of all that is said of it */
	bool alike;                   /* the part before it has the same
					 contents, and another id */
	const struct origin *origins; /* where it was before */
	size_t origin_count;
	struct purge_set purged; /* of it, and of those that are the same */
};

struct merge {
	struct part *parts;
	size_t count, room;
	size_t sources;
	struct merge_part *shown; /* in order; made when all is written */
	struct arena arena;
};

struct merge *
merge_new(void)
{
	return xcalloc(1, sizeof(struct merge));
}

void
merge_free(struct merge *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->count; i++)
		purge_set_release(&m->parts[i].purged);
	free(m->parts);
	free(m->shown);
	arena_release(&m->arena);
	free(m);
}

static int
moved_id(uint64_t *id, const struct entry *e, uint64_t first, uint64_t base,
    struct err *err)
{
	if (*id < first || *id > e->id)
		return err_set(err, ERR_UNSUPPORTED,
		    "exchange %" PRIu64 " refers to exchange %" PRIu64
		    ", which is not of its recording",
		    e->id, *id);
	*id = *id - first + base;
	return 0;
}

/* The reading of e as if the first of its recording had the number base. */
static int
move_reading(struct reading *r, const struct entry *e, uint64_t first,
    uint64_t base, struct err *err)
{
	struct follow_up *list;

	if (r->kind == KIND_DELETION &&
	    moved_id(&r->deletion.attempt_of, e, first, base, err) < 0)
		return -1;
	if (r->follow_up_count == 0)
		return 0;
	list = arena_alloc(&e->exchange->arena,
	    r->follow_up_count * sizeof(*list));
	memcpy(list, r->follow_ups, r->follow_up_count * sizeof(*list));
	r->follow_ups = list;
	for (size_t i = 0; i < r->follow_up_count; i++)
		if (list[i].deletion != 0 && /* not of another archive */
		    moved_id(&list[i].deletion, e, first, base, err) < 0)
			return -1;
	return 0;
}

/* The exchanges of one recording, read one after another. */
struct run {
	struct cursor *cursor;
	struct entry entry;
	struct digest *digest;
	uint64_t first, count;
};

/* Count the entry in, as one whose recording begins with number 1. */
static int
digest_entry(struct run *run, struct err *err)
{
	const struct entry *e = &run->entry;
	struct reading reading = e->reading;
	uint8_t leaf[DIGEST_SIZE];

	if (move_reading(&reading, e, run->first, 1, err) < 0)
		return -1;
	leaf_of_exchange(leaf, e->id - run->first + 1, e->exchange, &reading);
	digest_add(run->digest, (struct span){ leaf, sizeof(leaf) });
	run->count++;
	return 0;
}

static void
digest_recording(struct digest *d, const struct recording *rec, uint8_t *out)
{
	uint8_t leaf[DIGEST_SIZE] = { 0 };

	if (rec->finished)
		leaf_of_recording(leaf, 0, rec->filter, &rec->coverage);
	digest_add(d, (struct span){ leaf, sizeof(leaf) });
	digest_add_text(d, rec->filter);
	digest_finish(d, out);
}

static void
digest_identity(const struct recording *rec, const uint8_t content[DIGEST_SIZE],
    uint8_t *out)
{
	struct digest *d = digest_new();
	uint8_t begun[8];

	for (int i = 0; i < 8; i++)
		begun[i] = (uint8_t)((uint64_t)rec->begun >> (56 - 8 * i));
	digest_add(d, (struct span){ content, DIGEST_SIZE });
	digest_add(d, (struct span){ begun, sizeof(begun) });
	digest_add_text(d, rec->program);
	digest_add_text(d, rec->source);
	digest_finish(d, out);
	digest_free(d);
}

static struct part *
new_part(struct merge *m, struct err *err)
{
	struct part *p;

	if (m->count == MERGE_RECORDINGS) {
		err_set(err, ERR_LIMIT, "there are more than %d recordings",
		    MERGE_RECORDINGS);
		return NULL;
	}
	if (m->count == m->room) {
		m->room = m->room * 2 + 16;
		m->parts = xrealloc(m->parts, m->room * sizeof(*m->parts));
	}
	p = &m->parts[m->count++];
	*p = (struct part){ 0 };
	return p;
}

/* Digest what of the run is of recording id; the entry after it stays. */
static int
digest_run(struct run *run, uint64_t id, struct part *p, int *got,
    struct err *err)
{
	run->first = run->entry.id;
	run->count = 0;
	while (*got == 1 && run->entry.recording == id) {
		if (run->count == 0)
			p->time = exchange_time(run->entry.exchange);
		purge_set_note(&p->purged, run->count, run->entry.exchange);
		if (digest_entry(run, err) < 0)
			return -1;
		*got = cursor_next(run->cursor, &run->entry, err);
	}
	p->shown.first = run->count > 0 ? run->first : 0;
	p->shown.count = run->count;
	return *got < 0 ? -1 : 0;
}

/* Those that it has, or else the source that it is in. */
static int
note_origins(struct merge *m, struct store *st, struct part *p, struct err *err)
{
	struct origin *o;

	if (store_origins(st, p->shown.recording, &m->arena, &p->origins,
		&p->origin_count, err) < 0)
		return -1;
	if (p->origin_count > 0)
		return 0;
	o = arena_alloc(&m->arena, sizeof(*o));
	o->number = p->shown.recording;
	o->first = p->shown.first;
	p->origins = o;
	p->origin_count = 1;
	return store_root(st, o->root, &o->size, err);
}

static int
add_recording(struct merge *m, struct store *st, struct run *run,
    const struct recording *rec, const char *path, int *got, struct err *err)
{
	struct part *p = new_part(m, err);

	if (p == NULL)
		return -1;
	p->shown.path = path;
	p->shown.recording = rec->id;
	p->shown.finished = rec->finished;
	if (digest_run(run, rec->id, p, got, err) < 0)
		return -1;
	if (rec->finished && rec->coverage.packets > 0)
		p->time = rec->coverage.first;
	digest_recording(run->digest, rec, p->content);
	digest_identity(rec, p->content, p->id);
	return note_origins(m, st, p, err);
}

static int
add_recordings(struct merge *m, struct store *st, struct run *run,
    const char *path, struct err *err)
{
	int got = cursor_next(run->cursor, &run->entry, err), more = 1;
	struct arena arena = ARENA_INIT;
	struct recording rec;

	for (uint64_t id = 1; got >= 0 && more == 1; id++) {
		arena_reset(&arena);
		more = store_recording(st, id, &arena, &rec, err);
		if (more == 1 &&
		    add_recording(m, st, run, &rec, path, &got, err) < 0)
			more = -1;
	}
	arena_release(&arena);
	if (got == 1 && more == 0)
		return err_set(err, ERR_CORRUPT,
		    "exchange %" PRIu64 " is of no recording", run->entry.id);
	return got < 0 || more < 0 ? -1 : 0;
}

static void
run_release(struct run *run)
{
	entry_release(&run->entry);
	digest_free(run->digest);
	cursor_close(run->cursor);
}

int
merge_add(struct merge *m, struct store *st, const char *path, struct err *err)
{
	struct selection all = { 0 };
	struct run run = { .digest = digest_new() };
	const char *name = arena_string(&m->arena, span_of_str(path));
	int rc;

	if (m->sources++ == MERGE_SOURCES) {
		digest_free(run.digest);
		return err_set(err, ERR_LIMIT,
		    "there are more than %d archives", MERGE_SOURCES);
	}
	rc = cursor_open(&run.cursor, st, &all, err);
	if (rc == 0)
		rc = add_recordings(m, st, &run, name, err);
	run_release(&run);
	return rc;
}

/* By time, then by contents; where all is the same, as they were given. */
static int
compare(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int order;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	order = memcmp(x->content, y->content, DIGEST_SIZE);
	if (order == 0)
		order = memcmp(x->id, y->id, DIGEST_SIZE);
	if (order == 0)
		order = strcmp(x->shown.path, y->shown.path);
	if (order != 0 || x->shown.recording == y->shown.recording)
		return order;
	return x->shown.recording < y->shown.recording ? -1 : 1;
}

static int
copy_exchange(struct run *run, struct store *out, const struct part *p,
    struct err *err)
{
	struct entry *e = &run->entry;
	struct reading reading = e->reading;

	purge_set_apply(&p->purged, run->count, e->exchange);
	if (digest_entry(run, err) < 0 ||
	    move_reading(&reading, e, run->first, p->shown.new_first, err) < 0)
		return -1;
	return store_add(out, e->exchange, &reading, err);
}

static int
copy_exchanges(struct run *run, struct store *out, const struct part *p,
    struct err *err)
{
	int got = 1;

	run->first = p->shown.first;
	while (run->count < p->shown.count && got == 1) {
		got = cursor_next(run->cursor, &run->entry, err);
		if (got == 1 && copy_exchange(run, out, p, err) < 0)
			return -1;
	}
	return got < 0 ? -1 : 0;
}

/* What is written has to be read again. */
static int
check_origins(struct store *out, uint64_t recording, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const struct origin *origins;
	size_t count;
	int rc = store_origins(out, recording, &arena, &origins, &count, err);

	arena_release(&arena);
	return rc;
}

/* Of p and of those behind it that are the same recording. */
static int
write_origins(struct store *out, const struct part *p, const struct part *end,
    struct err *err)
{
	const struct merge_part *new = &p->shown;

	do {
		for (size_t i = 0; i < p->origin_count; i++)
			if (store_origin_add(out, &p->origins[i],
				new->new_first, new->count, err) < 0)
				return -1;
	} while (++p < end && p->shown.again);
	return check_origins(out, new->new_recording, err);
}

static int
copy_recording(struct run *run, struct store *from, struct store *out,
    struct part *p, const struct part *end, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct recording rec = { 0 };
	uint8_t content[DIGEST_SIZE] = { 0 };
	int got = store_recording(from, p->shown.recording, &arena, &rec, err);
	uint64_t number = rec.id;

	if (got == 1 && store_begin(out, &rec, err) < 0)
		got = -1;
	p->shown.new_recording = rec.id;
	p->shown.new_first = store_next_id(out);
	if (got == 1 && copy_exchanges(run, out, p, err) < 0)
		got = -1;
	rec.id = number;
	/* One that went on meanwhile goes on after what is written here. */
	rec.finished = p->shown.finished;
	if (got >= 0)
		digest_recording(run->digest, &rec, content);
	if (got >= 0 && memcmp(content, p->content, DIGEST_SIZE) != 0)
		got = err_set(err, ERR_CORRUPT,
		    "%s: is not what it was a moment ago", p->shown.path);
	if (got >= 0 && write_origins(out, p, end, err) < 0)
		got = -1;
	if (got >= 0)
		got = p->shown.finished ? store_end(out, &rec.coverage, err)
					: store_leave(out, err);
	arena_release(&arena);
	return got < 0 ? -1 : 0;
}

static int
write_part(struct part *p, const struct part *end, struct store *out,
    struct err *err)
{
	struct selection which = { 0 };
	struct run run = { .digest = digest_new() };
	struct store *from;
	struct err ignored;
	int rc;

	if (store_open(&from, p->shown.path, STORE_READ, err) < 0) {
		digest_free(run.digest);
		return -1;
	}
	if (p->shown.first > 0)
		which.after = p->shown.first - 1;
	rc = cursor_open(&run.cursor, from, &which, err);
	if (rc == 0)
		rc = copy_recording(&run, from, out, p, end, err);
	run_release(&run);
	if (store_close(from, rc < 0 ? &ignored : err) < 0)
		return -1;
	return rc;
}

/* Tell what a part has in common with the one before it. */
static void
relate(struct part *p, const struct part *before)
{
	if (memcmp(p->content, before->content, DIGEST_SIZE) != 0)
		return;
	p->shown.again = memcmp(p->id, before->id, DIGEST_SIZE) == 0;
	p->alike = !p->shown.again && p->shown.count > 0;
}

/* What was purged anywhere is not to come back. */
static void
join_purged(struct merge *m)
{
	for (size_t i = m->count - 1; i > 0; i--)
		if (m->parts[i].shown.again)
			purge_set_join(&m->parts[i - 1].purged,
			    &m->parts[i].purged);
}

static void
show(struct merge *m)
{
	m->shown = xcalloc(m->count + 1, sizeof(*m->shown));
	for (size_t i = 0; i < m->count; i++)
		m->shown[i] = m->parts[i].shown;
	for (size_t i = 0; i < m->count; i++)
		if (m->parts[i].alike)
			m->shown[i].like = &m->shown[i - 1];
}

int
merge_write(struct merge *m, struct store *out, struct err *err)
{
	const struct part *end;

	if (m->count == 0)
		return 0;
	end = m->parts + m->count;
	qsort(m->parts, m->count, sizeof(*m->parts), compare);
	for (size_t i = 1; i < m->count; i++)
		relate(&m->parts[i], &m->parts[i - 1]);
	join_purged(m);
	for (size_t i = 0; i < m->count; i++) {
		struct part *p = &m->parts[i];

		if (!p->shown.again && write_part(p, end, out, err) < 0)
			return -1;
		if (!p->shown.again)
			continue;
		p->shown.new_recording = p[-1].shown.new_recording;
		p->shown.new_first = p[-1].shown.new_first;
	}
	show(m);
	return 0;
}

const struct merge_part *
merge_parts(const struct merge *m, size_t *count)
{
	*count = m->count;
	return m->shown;
}
