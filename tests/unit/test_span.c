#include "base/span.h"

#include "tests/lib/unit.h"

START_TEST(cut_walks_to_absent)
{
	struct span rest = span_of_str("a,,b");

	ck_assert(span_eq_str(span_cut(&rest, ','), "a"));
	ck_assert(span_eq_str(span_cut(&rest, ','), ""));
	ck_assert_ptr_nonnull(rest.p);
	ck_assert(span_eq_str(span_cut(&rest, ','), "b"));
	ck_assert_ptr_null(rest.p);
}
END_TEST

START_TEST(cut_at_the_end_leaves_empty_not_absent)
{
	struct span rest = span_of_str("a,");

	span_cut(&rest, ',');
	ck_assert_ptr_nonnull(rest.p);
	ck_assert_uint_eq(rest.len, 0);
}
END_TEST

START_TEST(sub_never_leaves_the_span)
{
	struct span s = span_of_str("abc");

	ck_assert(span_eq_str(span_sub(s, 1, 1), "b"));
	ck_assert(span_eq_str(span_sub(s, 1, SIZE_MAX), "bc"));
	ck_assert_uint_eq(span_sub(s, 9, 9).len, 0);
}
END_TEST

START_TEST(comparison_orders_prefixes_first)
{
	ck_assert_int_lt(span_cmp(span_of_str("ab"), span_of_str("abc")), 0);
	ck_assert_int_gt(span_cmp(span_of_str("b"), span_of_str("abc")), 0);
	ck_assert_int_eq(span_cmp(span_of_str(""), span_of_str("")), 0);
	ck_assert(span_eq_nocase(span_of_str("Host"), span_of_str("hOST")));
	ck_assert(!span_eq_nocase(span_of_str("@"), span_of_str("`")));
	ck_assert(span_eq_str(span_trim(span_of_str(" \tx y\t ")), "x y"));
	ck_assert_uint_eq(span_trim(span_of_str(" \t ")).len, 0);
}
END_TEST

UNIT_MAIN("span", cut_walks_to_absent, cut_at_the_end_leaves_empty_not_absent,
    sub_never_leaves_the_span, comparison_orders_prefixes_first)
