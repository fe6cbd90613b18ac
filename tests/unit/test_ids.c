#include "replay/ids.h"

#include "tests/lib/unit.h"

START_TEST(sorting_drops_repeats)
{
	struct ids l = IDS_INIT;

	ids_sort(&l);
	ck_assert_uint_eq(l.count, 0);
	for (int i = 0; i < 3; i++) {
		ids_add(&l, 9);
		ids_add(&l, 2);
		ids_add(&l, UINT64_MAX);
	}
	ids_sort(&l);
	ck_assert_uint_eq(l.count, 3);
	ck_assert_uint_eq(l.id[0], 2);
	ck_assert_uint_eq(l.id[1], 9);
	ck_assert_uint_eq(l.id[2], UINT64_MAX);
	ids_release(&l);
	ids_release(&l);
}
END_TEST

START_TEST(positions_are_found)
{
	static const struct {
		uint64_t id;
		size_t above;
		bool has;
	} cases[] = { { 0, 0, false }, { 1, 0, false }, { 2, 1, true },
		{ 3, 1, false }, { 9, 2, true }, { 10, 2, false } };
	struct ids l = IDS_INIT;

	ids_add(&l, 2);
	ids_add(&l, 9);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_uint_eq(ids_above(&l, cases[i].id), cases[i].above);
		ck_assert(ids_has(&l, cases[i].id) == cases[i].has);
	}
	ids_release(&l);
}
END_TEST

UNIT_MAIN("ids", sorting_drops_repeats, positions_are_found)
