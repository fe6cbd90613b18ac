#include "capture/drafts.h"

#include "tests/lib/unit.h"

START_TEST(first_in_first_out_with_access_by_position)
{
	struct outlet outlet = { .budget.limit = 1 << 20 };
	struct drafts q = DRAFTS_INIT;
	uint64_t added = 0, taken = 0;

	/* Two in, one out: it grows, and moves down what is left. */
	for (int i = 0; i < 200; i++) {
		struct draft *d;

		drafts_add(&q, draft_new(&outlet, ++added, 0, 0));
		drafts_add(&q, draft_new(&outlet, ++added, 0, 0));
		d = drafts_take(&q);
		ck_assert_uint_eq(d->first, ++taken);
		draft_free(d);
		ck_assert_uint_eq(drafts_count(&q), added - taken);
		ck_assert_uint_eq(drafts_at(&q, 0)->first, taken + 1);
		ck_assert_uint_eq(drafts_at(&q, drafts_count(&q) - 1)->first,
		    added);
	}
	while (drafts_count(&q) > 0)
		draft_free(drafts_take(&q));
	drafts_release(&q);
	draft_drop_spare(&outlet);
	ck_assert_uint_eq(outlet.budget.used, 0);
}
END_TEST

UNIT_MAIN("drafts", first_in_first_out_with_access_by_position)
