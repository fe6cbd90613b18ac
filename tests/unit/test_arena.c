#include "base/arena.h"

#include <stdalign.h>

#include "base/xalloc.h"
#include "tests/lib/unit.h"

START_TEST(memory_is_zeroed_and_aligned)
{
	struct arena a = ARENA_INIT;

	for (size_t len = 0; len < 5000; len += 37) {
		uint8_t *p = arena_alloc(&a, len);

		ck_assert_uint_eq((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < len; i++)
			ck_assert_uint_eq(p[i], 0);
		memset(p, 0xaa, len);
	}
	arena_release(&a);
	ck_assert_uint_eq(a.held, 0);
}
END_TEST

START_TEST(reset_memory_is_zeroed_again)
{
	struct arena a = ARENA_INIT;
	uint8_t *p = arena_alloc(&a, 100);

	memset(p, 0xaa, 100);
	arena_reset(&a);
	p = arena_alloc(&a, 100);
	for (size_t i = 0; i < 100; i++)
		ck_assert_uint_eq(p[i], 0);
	arena_release(&a);
}
END_TEST

START_TEST(copy_keeps_absent_and_empty_apart)
{
	struct arena a = ARENA_INIT;
	struct span absent = { 0 };

	ck_assert_ptr_null(arena_copy(&a, absent).p);
	ck_assert_ptr_nonnull(arena_copy(&a, span_of_str("")).p);
	ck_assert(span_eq_str(arena_copy(&a, span_of_str("xy")), "xy"));
	arena_release(&a);
}
END_TEST

START_TEST(printf_takes_what_it_needs)
{
	struct arena a = ARENA_INIT;
	struct span s = arena_printf(&a, "%5000d", 7);

	ck_assert_uint_eq(s.len, 5000);
	ck_assert_uint_eq(s.p[4999], '7');
	arena_release(&a);
}
END_TEST

START_TEST(join_moves_everything)
{
	struct arena a = ARENA_INIT, b = ARENA_INIT;
	struct span in_a = arena_copy(&a, span_of_str("a"));
	struct span in_b = arena_copy(&b, span_of_str("b"));
	size_t held = a.held + b.held;

	arena_join(&a, &b);
	ck_assert_ptr_null(b.blocks);
	ck_assert_uint_eq(b.held, 0);
	ck_assert_uint_eq(a.held, held);
	ck_assert(span_eq_str(in_a, "a") && span_eq_str(in_b, "b"));
	arena_join(&b, &a);
	ck_assert_uint_eq(b.held, held);
	arena_release(&b);
}
END_TEST

START_TEST(what_is_adopted_is_freed)
{
	struct arena a = ARENA_INIT;
	void *p = xmalloc(3000);
	struct span first;
	size_t held;

	arena_adopt(&a, xmalloc(100), 100);
	arena_reset(&a);
	first = arena_copy(&a, span_of_str("first"));
	arena_adopt(&a, xmalloc(5000), 5000);
	ck_assert_uint_gt(a.held, 5000);
	/* The room that was left is used. */
	ck_assert_ptr_eq(arena_copy(&a, span_of_str("x")).p, first.p + 16);
	arena_adopt(&a, p, 3000);
	held = a.held;
	arena_drop(&a, first.p);
	arena_drop(&a, NULL);
	ck_assert_uint_eq(a.held, held);
	arena_drop(&a, p);
	ck_assert_uint_eq(a.held, held - 3000);
	arena_drop(&a, p);
	ck_assert_uint_eq(a.held, held - 3000);
	arena_release(&a);
	ck_assert_uint_eq(a.held, 0);
}
END_TEST

UNIT_MAIN("arena", memory_is_zeroed_and_aligned, reset_memory_is_zeroed_again,
    copy_keeps_absent_and_empty_apart, printf_takes_what_it_needs,
    join_moves_everything, what_is_adopted_is_freed)
