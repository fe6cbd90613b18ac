#include "store/squeeze.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "store/compact.h"
#include "store/db.h"
#include "store/deflate.h"
#include "store/forms.h"
#include "store/number.h"
#include "store/pack.h"
#include "store/row.h"
#include "store/train.h"

/* So many exchanges, or TRAIN_SAMPLES bytes of them, make a dictionary. */
#define TRAIN_ROWS 256

/* At the end of a batch so many are enough; fewer do not repay its room. */
#define TRAIN_ROWS_MIN 24

/* A dictionary has at most this part of the samples. */
#define TRAIN_PART 4

/* How often the ratio is looked at, in exchanges, and when it fell. */
#define WINDOW 1024
#define FALLEN 1.25

/* A row whose texts are in the samples and contexts. */
struct waiting {
	struct row row;
	size_t packed, packed_len, numbers;
	size_t context, context_len;
};

struct squeezer {
	struct db *db;
	struct forms *forms;
	struct deflater *deflater;
	int64_t dictionary; /* 0: none */
	struct buf out;
	struct arena arena; /* of one row */

	bool training;
	struct buf samples; /* packed exchanges, one after another */
	unsigned sampled;   /* how many */
	struct buf contexts;
	struct arena texts; /* of the rows that wait */
	struct waiting waiting[TRAIN_ROWS];
	size_t count; /* of those that wait */

	struct {
		uint64_t exchanges, in, out;
	} window;
	double
	    expected; /* out to in while the dictionary was new; 0: unknown */
};

static int
load(struct squeezer *s, struct err *err)
{
	struct query *q = db_query(s->db, SQL_LAST_DICTIONARY, err);
	struct span bytes = { 0 };
	int got;

	if (q == NULL || (got = query_step(q, err)) < 0)
		return -1;
	if (got == 1) {
		s->dictionary = take_int(q, 1, INT64_MAX);
		bytes = take_bytes(q);
	}
	s->training = got == 0;
	s->deflater = deflater_new(bytes, DEFLATE_SMALL);
	query_reset(q);
	return 0;
}

int
squeezer_open(struct squeezer **out, struct db *db, struct words *words,
    struct err *err)
{
	struct squeezer *s = xcalloc(1, sizeof(*s));

	s->db = db;
	s->out = BUF_INIT(PACK_MAX);
	s->samples = BUF_INIT(TRAIN_SAMPLES);
	s->contexts = BUF_INIT(TRAIN_ROWS * PACK_CONTEXT_MAX);
	s->arena = s->texts = ARENA_INIT;
	if (forms_open(&s->forms, db, words, err) < 0 || load(s, err) < 0) {
		squeezer_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
squeezer_close(struct squeezer *s)
{
	if (s == NULL)
		return;
	forms_close(s->forms);
	deflater_free(s->deflater);
	buf_release(&s->out);
	buf_release(&s->samples);
	buf_release(&s->contexts);
	arena_release(&s->arena);
	arena_release(&s->texts);
	free(s);
}

static void
put_or_null(struct query *q, bool present, int64_t n)
{
	if (present)
		put_int(q, n);
	else
		put_null(q);
}

static void
put_row(struct squeezer *s, struct query *q, const struct row *row)
{
	put_int(q, row->id);
	put_int(q, row->connection);
	put_int(q, row->time);
	put_int(q, row->profile);
	put_or_null(q, row->scope != 0, row->scope);
	put_compact(q, row->target, &s->arena);
	put_compact(q, row->request_id, &s->arena);
	put_text(q, row->token);
	put_text(q, row->message);
	put_or_null(q, row->attempt_of != 0, row->attempt_of);
	put_or_null(q, row->attempt_number != 0, row->attempt_number);
	put_or_null(q, row->bodies[0] != 0, row->bodies[0]);
	put_or_null(q, row->bodies[1] != 0, row->bodies[1]);
	put_int(q, row->leaf);
}

/* Compress into s->out, with what a reader has to know first. */
static int
squeeze(struct squeezer *s, struct span context, struct span packed,
    struct err *err)
{
	buf_reset(&s->out);
	if (number_add(&s->out, 0, err) < 0 ||
	    number_add(&s->out, (uint64_t)s->dictionary, err) < 0 ||
	    number_add(&s->out, packed.len, err) < 0)
		return -1;
	return deflater_run(s->deflater, context, packed, &s->out, err);
}

/* As one of a template, or else compressed. */
static int
write_message(struct squeezer *s, const struct formed *m, struct err *err)
{
	int got = forms_put(s->forms, m, &s->out, err);

	if (got != 0)
		return got < 0 ? -1 : 0;
	if (squeeze(s, m->context, m->packed, err) < 0)
		return -1;
	s->window.exchanges++;
	s->window.in += m->packed.len;
	s->window.out += s->out.len;
	return 0;
}

static int
insert(struct squeezer *s, const struct row *row, const struct formed *m,
    struct err *err)
{
	struct query *q;

	if (write_message(s, m, err) < 0 ||
	    (q = db_query(s->db, SQL_EXCHANGE_ADD, err)) == NULL)
		return -1;
	arena_reset(&s->arena);
	put_row(s, q, row);
	put_blob(q, buf_span(&s->out));
	if (query_run(q, err) < 0)
		return -1;
	return s->out.p[0] == 0 ? forms_miss(s->forms, m, err) : 0;
}

static struct formed
waiting_message(const struct squeezer *s, const struct waiting *w)
{
	return (struct formed){
		span_sub(buf_span(&s->samples), w->packed, w->packed_len),
		span_sub(buf_span(&s->contexts), w->context, w->context_len),
		w->numbers,
		w->row.began,
		(uint64_t)w->row.profile,
	};
}

static int
insert_waiting(struct squeezer *s, struct err *err)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct waiting *w = &s->waiting[i];
		struct formed m = waiting_message(s, w);

		if (insert(s, &w->row, &m, err) < 0)
			return -1;
	}
	s->count = 0;
	buf_reset(&s->contexts);
	arena_reset(&s->texts);
	return 0;
}

static int
learn_waiting(struct squeezer *s, struct err *err)
{
	struct formed messages[TRAIN_ROWS];

	for (size_t i = 0; i < s->count; i++)
		messages[i] = waiting_message(s, &s->waiting[i]);
	return forms_learn(s->forms, messages, s->count, err);
}

static int
use_dictionary(struct squeezer *s, struct span bytes, struct err *err)
{
	struct query *q = db_query(s->db, SQL_DICTIONARY_ADD, err);

	if (q == NULL)
		return -1;
	put_blob(q, bytes);
	if (query_insert(q, &s->dictionary, err) < 0)
		return -1;
	deflater_free(s->deflater);
	s->deflater = deflater_new(bytes, DEFLATE_SMALL);
	return 0;
}

static int
make_dictionary(struct squeezer *s, struct err *err)
{
	size_t limit = s->samples.len / TRAIN_PART;
	struct buf bytes =
	    BUF_INIT(limit < TRAIN_DICTIONARY ? limit : TRAIN_DICTIONARY);
	int rc = 0;

	train(&bytes, buf_span(&s->samples));
	if (bytes.len > 0)
		rc = use_dictionary(s, buf_span(&bytes), err);
	buf_release(&bytes);
	if (rc < 0 || learn_waiting(s, err) < 0 || insert_waiting(s, err) < 0)
		return -1;
	buf_reset(&s->samples);
	s->sampled = 0;
	s->training = false;
	memset(&s->window, 0, sizeof(s->window));
	s->expected = 0;
	return 0;
}

/* Is the traffic no longer what the dictionary was made of? */
static void
watch_ratio(struct squeezer *s)
{
	double ratio;

	if (s->training || s->window.exchanges < WINDOW)
		return;
	ratio = (double)s->window.out / (double)s->window.in;
	if (s->expected <= 0)
		s->expected = ratio;
	s->training = ratio > s->expected * FALLEN;
	memset(&s->window, 0, sizeof(s->window));
}

static int
wait_for(struct squeezer *s, const struct row *row, const struct formed *m,
    struct err *err)
{
	struct waiting *w = &s->waiting[s->count++];

	*w = (struct waiting){ *row, s->samples.len, m->packed.len, m->numbers,
		s->contexts.len, m->context.len };
	w->row.target = arena_copy(&s->texts, row->target);
	w->row.request_id = arena_copy(&s->texts, row->request_id);
	w->row.token = arena_copy(&s->texts, row->token);
	w->row.message = arena_copy(&s->texts, row->message);
	s->sampled++;
	if (buf_add(&s->samples, m->packed, err) < 0 ||
	    buf_add(&s->contexts, m->context, err) < 0)
		return -1;
	return s->sampled >= TRAIN_ROWS ? make_dictionary(s, err) : 0;
}

int
squeezer_add(struct squeezer *s, const struct row *row,
    const struct formed *message, struct err *err)
{
	size_t len = message->packed.len;

	watch_ratio(s);
	if (s->training && len > s->samples.limit - s->samples.len &&
	    s->sampled > 0 && make_dictionary(s, err) < 0)
		return -1;
	if (!s->training || len > s->samples.limit - s->samples.len)
		return insert(s, row, message, err);
	return wait_for(s, row, message, err);
}

int
squeezer_flush(struct squeezer *s, struct err *err)
{
	if (s->training && s->sampled >= TRAIN_ROWS_MIN)
		return make_dictionary(s, err);
	return insert_waiting(s, err);
}
