/* Templates of an archive: when one is made, and what is put as one. */
#include "store/forms.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "store/number.h"
#include "store/schema.h"
#include "store/template.h"
#include "store/words.h"
#include "tests/lib/unit.h"

#define COUNT 12

static struct db *db;
static struct words *words;
static struct arena arena;
static struct forms *forms;

static void
setup(void)
{
	struct err err;

	ck_assert_int_eq(db_open(&db, NULL, DB_SCRATCH, &err), 0);
	ck_assert_int_eq(schema_create(db, &err), 0);
	words = words_new(db);
	ck_assert_int_eq(forms_open(&forms, db, words, &err), 0);
}

static void
teardown(void)
{
	forms_close(forms);
	words_free(words);
	db_close(db);
	arena_release(&arena);
}

static int64_t
templates(void)
{
	struct err err;
	int64_t n;

	ck_assert_int_eq(db_number(db, "SELECT count(*) FROM template", &n,
			     &err),
	    0);
	return n;
}

/* Of one of two shapes, which no template can have in common. */
static struct formed
message(unsigned n, unsigned shape)
{
	struct formed m = { .numbers = 2, .kin = shape };

	m.packed = shape == 0 ? arena_printf(&arena,
				    "%c\x05"
				    "DELETE /i-%08x HTTP/1.1\r\n\r\n",
				    (int)(1 + n % 100), n * 2654435761u)
			      : arena_printf(&arena,
				    "%c\x05"
				    "GET /%u/%u?a=%08x HTTP/1.1\r\n",
				    (int)(1 + n % 100), n, n * 7, n * 40503u);
	m.context = arena_printf(&arena, "i-%08x\n", n * 2654435761u);
	return m;
}

/* Put it, and read it back by the template that it was put as. */
static int
put(unsigned n, unsigned shape)
{
	struct formed m = message(n, shape);
	struct buf out = BUF_INIT(4096);
	struct tokens context;
	struct slot_ctx ctx = { &context, m.time, words, &arena, NULL };
	struct span data, sample, slots, back;
	struct template *t;
	struct query *q;
	struct err err;
	uint64_t id;
	size_t numbers;
	int got = forms_put(forms, &m, &out, &err);

	ck_assert_int_ge(got, 0);
	if (got == 1) {
		data = buf_span(&out);
		ck_assert(number_take(&data, &id));
		q = db_query(db, SQL_TEMPLATE_GET, &err);
		put_int(q, (int64_t)id);
		ck_assert_int_eq(query_step(q, &err), 1);
		numbers = (size_t)take_int(q, 0, 1000);
		sample = take_bytes(q);
		slots = take_bytes(q);
		t = template_load((int64_t)id, sample, numbers, slots);
		query_reset(q);
		ck_assert_ptr_nonnull(t);
		ck_assert(tokens_scan(&context, m.context, 0));
		ck_assert_int_eq(template_take(t, data, &ctx, 4096, &back,
				     &err),
		    0);
		ck_assert(span_eq(back, m.packed));
		template_free(t);
	}
	buf_release(&out);
	return got;
}

static void
learn(unsigned count, unsigned shapes)
{
	struct formed list[2 * COUNT];
	struct err err;

	for (unsigned i = 0; i < count; i++)
		list[i] = message(i, i % shapes);
	ck_assert_msg(forms_learn(forms, list, count, &err) == 0, "%s",
	    err.text);
}

START_TEST(each_form_that_comes_often_is_a_template)
{
	setup();
	ck_assert_int_eq(put(1, 0), 0);
	learn(3, 1); /* too few */
	ck_assert_int_eq(templates(), 0);
	learn(2 * COUNT, 2);
	ck_assert_int_eq(templates(), 2);
	/* In turns, and under the other's kin, all come back. */
	for (unsigned n = 0; n < 50; n++)
		ck_assert_int_eq(put(1000 + n, n % 3 == 0), 1);
	teardown();
}
END_TEST

START_TEST(an_archive_that_is_opened_again_has_them)
{
	struct err err;

	setup();
	learn(COUNT, 1);
	forms_close(forms);
	ck_assert_int_eq(forms_open(&forms, db, words, &err), 0);
	ck_assert_int_eq(put(77, 0), 1);
	ck_assert_int_eq(put(77, 1), 0);
	teardown();
}
END_TEST

START_TEST(what_fits_none_is_learned_after_a_while)
{
	struct err err;
	unsigned n = 0;

	setup();
	learn(COUNT, 1);
	for (; templates() == 1 && n < 1000; n++) {
		struct formed m = message(n, 1);

		ck_assert_int_eq(put(n, 1), 0);
		ck_assert_int_eq(forms_miss(forms, &m, &err), 0);
	}
	ck_assert_uint_gt(n, 4);
	ck_assert_uint_lt(n, 100);
	ck_assert_int_eq(templates(), 2);
	ck_assert_int_eq(put(n, 1), 1);
	ck_assert_int_eq(put(n, 0), 1);
	teardown();
}
END_TEST

/* Two forms of one kin: the one that is remembered is not the only one. */
START_TEST(kin_is_a_hint_and_no_more)
{
	struct buf a = BUF_INIT(4096), b = BUF_INIT(4096);
	struct err err;

	setup();
	learn(2 * COUNT, 2);
	for (unsigned n = 0; n < 40; n++) {
		struct formed m = message(500 + n, n % 2), other = m;

		m.kin = 7;
		other.kin = 1000 + n; /* not seen yet */
		ck_assert_int_eq(forms_put(forms, &m, &a, &err), 1);
		ck_assert_int_eq(forms_put(forms, &other, &b, &err), 1);
		ck_assert(span_eq(buf_span(&a), buf_span(&b)));
	}
	buf_release(&a);
	buf_release(&b);
	teardown();
}
END_TEST

START_TEST(what_is_too_long_is_not_learned)
{
	struct formed m = message(1, 0);
	struct buf out = BUF_INIT(4096);
	struct err err;
	uint8_t *p;

	setup();
	learn(COUNT, 1);
	p = arena_alloc(&arena, 2 * TEMPLATE_SAMPLE);
	memset(p, 'x', 2 * TEMPLATE_SAMPLE);
	m.packed = (struct span){ p, 2 * TEMPLATE_SAMPLE };
	m.numbers = 0;
	ck_assert_int_eq(forms_put(forms, &m, &out, &err), 0);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(forms_miss(forms, &m, &err), 0);
	ck_assert_int_eq(templates(), 1);
	buf_release(&out);
	teardown();
}
END_TEST

UNIT_MAIN("forms", each_form_that_comes_often_is_a_template,
    an_archive_that_is_opened_again_has_them,
    what_fits_none_is_learned_after_a_while, kin_is_a_hint_and_no_more,
    what_is_too_long_is_not_learned)
