/* Messages taken apart, what they have in common, and back again. */
#include "store/template.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"
#include "store/schema.h"
#include "store/words.h"
#include "tests/lib/unit.h"

#define COUNT 12
#define START INT64_C(1700000000000000000)

static struct db *db;
static struct words *words;
static struct arena arena;

static void
open_words(void)
{
	struct err err;

	ck_assert_int_eq(db_open(&db, NULL, DB_SCRATCH, &err), 0);
	ck_assert_int_eq(schema_create(db, &err), 0);
	words = words_new(db);
}

static void
close_words(void)
{
	words_free(words);
	db_close(db);
	arena_release(&arena);
}

/* Two numbers, then a text in which every form of slot can be seen. */
static struct span
message(unsigned n)
{
	static const char *const hosts[] = { "east", "west" };

	return arena_printf(&arena,
	    "%c%cDELETE /v1/%s/i-%08x HTTP/1.1\r\n"
	    "X-Id: %08x-0000-4000-8000-%012x\r\n"
	    "X-Again: %08x-0000-4000-8000-%012x\r\n"
	    "X-Hash: %08xabcdef01\r\nX-Count: %u\r\n"
	    "X-Mask: ob_%08xZ%08xQ_____\r\n"
	    "X-Date: 20231114T2213%02uZ\r\n"
	    "Date: Tue, 14 Nov 2023 22:13:%02u GMT\r\n"
	    "X-Word: %s, text%.*s!\r\n\r\n",
	    (int)n + 1, 5, hosts[n % 2], n * 2654435761u, n * 40503u, n,
	    n * 40503u, n, n * 2246822519u, n * n, n * 3266489917u,
	    n * 668265263u, 20 + n % 40, 21 + n % 38, hosts[n / 2 % 2],
	    (int)n % 7, "aBcDeFgH");
}

static struct span
context(unsigned n)
{
	return arena_printf(&arena, "i-%08x\nother\n", n * 2654435761u);
}

struct lessons {
	struct tokens tokens[COUNT], contexts[COUNT];
	struct lesson at[COUNT];
};

static struct lessons *
lessons(void)
{
	struct lessons *l = arena_alloc(&arena, sizeof(*l));

	for (unsigned n = 0; n < COUNT; n++) {
		ck_assert(tokens_scan(&l->tokens[n], message(n), 2));
		ck_assert(tokens_scan(&l->contexts[n], context(n), 0));
		l->at[n].tokens = &l->tokens[n];
		l->at[n].ctx = (struct slot_ctx){ &l->contexts[n], START, words,
			&arena, NULL };
	}
	return l;
}

/* The forms of all slots, in their order. */
static const char *
forms(const struct template *t)
{
	static char text[TOKENS_MAX + 1];

	for (size_t i = 0; i < t->slot_count; i++)
		text[i] = (char)t->slots[i].form;
	text[t->slot_count] = '\0';
	return text;
}

static void
comes_back(const struct template *t, const struct lesson *l)
{
	struct buf out = BUF_INIT(4096), quick = BUF_INIT(4096);
	struct tokens tokens;
	struct span back;
	struct err err;

	ck_assert_int_eq(template_put(t, l->tokens, &l->ctx, &out, &err), 1);
	ck_assert_int_eq(template_match(t, l->tokens->bytes, &tokens, &l->ctx,
			     &quick, &err),
	    1);
	ck_assert(span_eq(buf_span(&quick), buf_span(&out)));
	buf_release(&quick);
	ck_assert_uint_lt(out.len, l->tokens->bytes.len / 3);
	ck_assert_msg(template_take(t, buf_span(&out), &l->ctx, 4096, &back,
			  &err) == 0,
	    "%s", err.text);
	ck_assert(span_eq(back, l->tokens->bytes));
	ck_assert_int_eq(template_take(t, buf_span(&out), &l->ctx, 100, &back,
			     &err),
	    -1);
	buf_release(&out);
}

START_TEST(what_was_learned_comes_back)
{
	struct lessons *l;
	struct template *t, *again;
	struct buf slots = BUF_INIT(4096);
	struct err err;

	open_words();
	l = lessons();
	t = template_learn(l->at, COUNT);
	/* number, word, context, uuid, same, hex, decimal, mask, times, text */
	ck_assert_str_eq(forms(t), "nwcushimtdwx");
	ck_assert_int_eq(template_slots(t, &slots, &err), 0);
	again = template_load(1, buf_span(&t->sample), template_numbers(t),
	    buf_span(&slots));
	ck_assert_ptr_nonnull(again);
	ck_assert_str_eq(forms(again), forms(t));
	for (size_t i = 0; i < COUNT; i++) {
		comes_back(t, &l->at[i]);
		comes_back(again, &l->at[i]);
	}
	template_free(t);
	template_free(again);
	buf_release(&slots);
	close_words();
}
END_TEST

/* Of its form, but not of its template: each differs where it must not. */
static const char *const others[][2] = {
	{ "DELETE", "RELETE" },
	{ "X-Count: 0", "X-Count: 00" },
	{ "abcdef01", "abcdefg1" },
	{ "Q_____", "R_____" },
	{ "20231114T2213", "20231314T2213" },
	{ "Tue, 14", "Wed, 14" },
	{ "-4000-8000-000000000000\r\nX-A", "-4000-8000-00000000000A\r\nX-A" },
	{ "i-00000000", "i-00000001" },
};

START_TEST(what_is_of_another_template_is_told)
{
	struct lessons *l;
	struct template *t;
	struct tokens tokens;
	struct buf out = BUF_INIT(4096);
	struct span s;
	struct err err;
	char *text, *at;

	open_words();
	l = lessons();
	t = template_learn(l->at, COUNT);
	s = message(0);
	text = arena_string(&arena, s);
	at = strstr(text, others[_i][0]);
	ck_assert_ptr_nonnull(at);
	s = arena_printf(&arena, "%.*s%s%s", (int)(at - text), text,
	    others[_i][1], at + strlen(others[_i][0]));
	ck_assert(tokens_scan(&tokens, s, 2));
	ck_assert_uint_eq(tokens.form, l->tokens[0].form);
	ck_assert_int_eq(template_put(t, &tokens, &l->at[0].ctx, &out, &err),
	    0);
	ck_assert_int_eq(template_match(t, s, &tokens, &l->at[0].ctx, &out,
			     &err),
	    0);
	template_free(t);
	buf_release(&out);
	close_words();
}
END_TEST

/*
 * Messages of any kind, most of them nearly of the template, some cut short:
 * what matches is what comes back, to the byte.
 */
START_TEST(what_matches_comes_back)
{
	static const char *const pieces[] = { "", "Z", "-", ", ", "GMT", "\x80",
		"Tue, 14 Nov 2023 22:13:21 GMT", "0", "i-00000000", ":" };
	struct lessons *l;
	struct template *t;
	struct tokens tokens;
	struct buf out = BUF_INIT(4096);
	struct span s, back;
	struct err err;
	uint64_t state = 88172645463325252u;
	unsigned matched = 0;

	open_words();
	l = lessons();
	t = template_learn(l->at, COUNT);
	for (unsigned n = 0; n < 20000; n++) {
		struct span m = l->tokens[n % COUNT].bytes;
		const char *piece = pieces[(n / 7) % ARRAY_LEN(pieces)];
		size_t at, skip;

		state = state * 6364136223846793005u + 1442695040888963407u;
		at = (state >> 33) % (m.len + 1);
		skip = state >> 20 & 7;
		s = arena_printf(&arena, "%.*s%s%.*s", (int)at,
		    (const char *)m.p, piece,
		    (int)(n % 5 == 0 ? 0 : span_sub(m, at + skip, m.len).len),
		    (const char *)span_sub(m, at + skip, m.len).p);
		buf_reset(&out);
		if (template_match(t, s, &tokens, &l->at[n % COUNT].ctx, &out,
			&err) != 1)
			continue;
		matched++;
		ck_assert_int_eq(template_take(t, buf_span(&out),
				     &l->at[n % COUNT].ctx, 4096, &back, &err),
		    0);
		ck_assert(span_eq(back, s));
	}
	ck_assert_uint_gt(matched, 100);
	template_free(t);
	buf_release(&out);
	close_words();
}
END_TEST

/* Whatever stands in an archive is read within bounds, or refused. */
START_TEST(hostile_slots_and_data_are_refused_or_bounded)
{
	struct lessons *l;
	struct template *t, *broken;
	struct buf slots = BUF_INIT(4096), data = BUF_INIT(4096);
	struct span out;
	struct err err;
	uint64_t state = 88172645463325252u;
	unsigned loaded = 0;

	open_words();
	l = lessons();
	t = template_learn(l->at, COUNT);
	ck_assert_int_eq(template_slots(t, &slots, &err), 0);
	ck_assert_int_eq(template_put(t, &l->tokens[3], &l->at[3].ctx, &data,
			     &err),
	    1);
	for (unsigned n = 0; n < 20000; n++) {
		uint8_t *p = n % 2 != 0 ? slots.p : data.p;
		size_t len = n % 2 != 0 ? slots.len : data.len, at;
		uint8_t was;

		state = state * 6364136223846793005u + 1442695040888963407u;
		at = (state >> 33) % len;
		was = p[at];
		p[at] = (uint8_t)(state >> 56);
		broken = template_load(1, buf_span(&t->sample),
		    template_numbers(t), buf_span(&slots));
		if (broken != NULL &&
		    template_take(broken,
			span_sub(buf_span(&data), 0, data.len - n % 3),
			&l->at[3].ctx, 1000, &out, &err) == 0) {
			ck_assert_uint_le(out.len, 1000);
			loaded++;
		}
		template_free(broken);
		p[at] = was;
	}
	ck_assert_uint_gt(loaded, 100);
	template_free(t);
	buf_release(&slots);
	buf_release(&data);
	close_words();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("template");
	TCase *t = tcase_create("template");
	SRunner *runner;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, what_was_learned_comes_back);
	tcase_add_loop_test(t, what_is_of_another_template_is_told, 0,
	    ARRAY_LEN(others));
	tcase_add_test(t, what_matches_comes_back);
	tcase_add_test(t, hostile_slots_and_data_are_refused_or_bounded);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
