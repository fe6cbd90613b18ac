#include "store/forms.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "store/db.h"
#include "store/number.h"
#include "store/template.h"

#define TEMPLATES 256

/* Remembered of kins: the template of the last, in place kin modulo this. */
#define KINS 256

/* So many messages of one form make a template. */
#define LESSONS 4

/* So many that fit none are remembered, no longer than this. */
#define MISSES   64
#define MISS_MAX ((size_t)8192)

struct forms {
	struct db *db;
	struct words *words;
	struct template *templates[TEMPLATES];
	size_t count;
	const struct template *kins[KINS]; /* NULL: unknown */
	int64_t last;                      /* id of a template */
	struct tokens tokens, context;     /* of the message at hand */
	struct slot_clock clock[2];
	struct arena arena; /* of the misses */
	struct formed misses[MISSES];
	size_t missed;
};

static int
take_template(struct forms *f, struct query *q, struct err *err)
{
	int64_t id = take_int(q, 1, INT64_MAX);
	size_t numbers = (size_t)take_int(q, 0, TEMPLATE_SAMPLE);
	struct span sample = take_bytes(q), slots = take_bytes(q);
	struct template *t =
	    query_is_bad(q) ? NULL : template_load(id, sample, numbers, slots);

	if (t == NULL)
		return err_set(err, ERR_CORRUPT, "a template makes no sense");
	f->last = id;
	f->templates[f->count++] = t;
	return 0;
}

static int
load(struct forms *f, struct err *err)
{
	struct query *q = db_query(f->db, SQL_TEMPLATE_ALL, err);
	int got = 1, rc = 0;

	if (q == NULL)
		return -1;
	while (
	    rc == 0 && f->count < TEMPLATES && (got = query_step(q, err)) == 1)
		rc = take_template(f, q, err);
	query_reset(q);
	return got < 0 ? -1 : rc;
}

int
forms_open(struct forms **out, struct db *db, struct words *words,
    struct err *err)
{
	struct forms *f = xcalloc(1, sizeof(*f));

	f->db = db;
	f->words = words;
	f->arena = ARENA_INIT;
	if (load(f, err) < 0) {
		forms_close(f);
		return -1;
	}
	*out = f;
	return 0;
}

void
forms_close(struct forms *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++)
		template_free(f->templates[i]);
	arena_release(&f->arena);
	free(f);
}

static bool
scan(const struct formed *m, struct tokens *tokens)
{
	return m->packed.len <= TEMPLATE_SAMPLE &&
	    tokens_scan(tokens, m->packed, m->numbers);
}

static int
begin(const struct template *t, struct buf *out, struct err *err)
{
	buf_reset(out);
	return number_add(out, (uint64_t)t->id, err);
}

/* As one of a template that has the same form. */
static int
put_scanned(struct forms *f, const struct formed *m, const struct slot_ctx *ctx,
    struct buf *out, struct err *err)
{
	int got = 0;

	if (!scan(m, &f->tokens))
		return 0;
	for (size_t i = 0; got == 0 && i < f->count; i++) {
		const struct template *t = f->templates[i];

		if (t->tokens.form != f->tokens.form)
			continue;
		if (begin(t, out, err) < 0)
			return -1;
		got = template_put(t, &f->tokens, ctx, out, err);
		if (got == 1)
			f->kins[m->kin % KINS] = t;
	}
	return got;
}

int
forms_put(struct forms *f, const struct formed *m, struct buf *out,
    struct err *err)
{
	const struct template *t = f->kins[m->kin % KINS];
	struct slot_ctx ctx = { &f->context, m->time, f->words, NULL,
		f->clock };
	int got;

	if (f->count == 0 || !tokens_scan(&f->context, m->context, 0))
		return 0;
	if (t != NULL) {
		if (begin(t, out, err) < 0)
			return -1;
		got = template_match(t, m->packed, &f->tokens, &ctx, out, err);
		if (got != 0)
			return got;
	}
	return put_scanned(f, m, &ctx, out, err);
}

static int
store(struct forms *f, struct template *t, struct err *err)
{
	struct buf slots = BUF_INIT((size_t)TOKENS_MAX * 64);
	struct query *q = db_query(f->db, SQL_TEMPLATE_ADD, err);
	int rc = -1;

	t->id = ++f->last;
	f->templates[f->count++] = t;
	if (q != NULL && template_slots(t, &slots, err) == 0) {
		put_int(q, t->id);
		put_int(q, (int64_t)template_numbers(t));
		put_blob(q, buf_span(&t->sample));
		put_blob(q, slots.len > 0 ? buf_span(&slots) : span_of_str(""));
		rc = query_run(q, err);
	}
	buf_release(&slots);
	return rc;
}

/* What is learned from: messages and what they are made of. */
struct school {
	struct tokens *tokens, *contexts;
	struct lesson *lessons; /* of the form that is being learned */
	bool *done;
	size_t count;
};

/* Learn what the first message that is not done has in common with others. */
static int
learn_form(struct forms *f, struct school *s, const struct formed *messages,
    size_t first, struct err *err)
{
	struct template *t;
	size_t n = 0;

	for (size_t i = first; i < s->count; i++) {
		if (s->done[i] || s->tokens[i].form != s->tokens[first].form)
			continue;
		s->done[i] = true;
		s->lessons[n].tokens = &s->tokens[i];
		s->lessons[n++].ctx = (struct slot_ctx){ &s->contexts[i],
			messages[i].time, f->words, NULL, NULL };
	}
	if (n < LESSONS || f->count == TEMPLATES)
		return 0;
	t = template_learn(s->lessons, n);
	return t != NULL ? store(f, t, err) : 0;
}

int
forms_learn(struct forms *f, const struct formed *messages, size_t count,
    struct err *err)
{
	struct school s = { .count = count };
	int rc = 0;

	if (count < LESSONS)
		return 0;
	s.tokens = xcalloc(count, sizeof(*s.tokens));
	s.contexts = xcalloc(count, sizeof(*s.contexts));
	s.lessons = xcalloc(count, sizeof(*s.lessons));
	s.done = xcalloc(count, sizeof(*s.done));
	for (size_t i = 0; i < count; i++)
		s.done[i] = !scan(&messages[i], &s.tokens[i]) ||
		    !tokens_scan(&s.contexts[i], messages[i].context, 0);
	for (size_t i = 0; rc == 0 && i < count; i++)
		if (!s.done[i])
			rc = learn_form(f, &s, messages, i, err);
	free(s.tokens);
	free(s.contexts);
	free(s.lessons);
	free(s.done);
	return rc;
}

int
forms_miss(struct forms *f, const struct formed *m, struct err *err)
{
	struct formed *miss = &f->misses[f->missed];
	int rc = 0;

	if (m->packed.len > MISS_MAX)
		return 0;
	*miss = *m;
	miss->packed = arena_copy(&f->arena, m->packed);
	miss->context = arena_copy(&f->arena, m->context);
	if (++f->missed < MISSES)
		return 0;
	rc = forms_learn(f, f->misses, f->missed, err);
	f->missed = 0;
	arena_reset(&f->arena);
	return rc;
}
