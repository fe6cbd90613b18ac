#include "replay/queue.h"

#include "base/base.h"
#include "tests/lib/unit.h"

static void
fill(struct ids *to, const uint64_t *ids)
{
	for (; *ids != 0; ids++)
		ids_add(to, *ids);
}

#define IDS(...) ((const uint64_t[]){ __VA_ARGS__, 0 })

/* Take and expect this exchange. */
static void
takes(const struct queue *q, struct progress *at, struct past *past,
    uint64_t want)
{
	uint64_t id = 0;

	ck_assert_int_eq(queue_take(q, at, past, &id), TURN_TAKEN);
	ck_assert_uint_eq(id, want);
}

static void
waits(const struct queue *q, struct progress *at, struct past *past,
    enum turn turn, uint64_t deletion)
{
	uint64_t id = 0;

	ck_assert_int_eq(queue_take(q, at, past, &id), turn);
	ck_assert_uint_eq(id, deletion);
}

/* 204, then 404, and 404 for ever. */
START_TEST(deletions_go_forward_and_the_last_stays)
{
	struct queue q = { .deletes = true };
	struct past past = PAST_INIT;
	struct progress at = { 0 };

	fill(&q.ids, IDS(3, 7));
	takes(&q, &at, &past, 3);
	takes(&q, &at, &past, 7);
	takes(&q, &at, &past, 7);
	ck_assert_uint_eq(past.log.count, 2);
	past_release(&past);
	queue_release(&q);
}
END_TEST

/* GET 1 2, DELETE 3, GET 4 5 6: three polls or thirty end the same way. */
START_TEST(reads_wait_for_their_deletion)
{
	struct queue read = { .reads = true }, del = { .deletes = true };

	fill(&read.ids, IDS(1, 2, 4, 5, 6));
	fill(&read.hard, IDS(3));
	fill(&del.ids, IDS(3));
	for (int polls = 0; polls <= 30; polls += 15) {
		struct progress at = { 0 }, at_del = { 0 };
		struct past past = PAST_INIT;

		for (int i = 0; i < polls; i++)
			takes(&read, &at, &past, i == 0 ? 1 : 2);
		takes(&del, &at_del, &past, 3);
		takes(&read, &at, &past, 4);
		takes(&read, &at, &past, 5);
		for (int i = 0; i < polls; i++)
			takes(&read, &at, &past, 6);
		past_release(&past);
	}
	queue_release(&read);
	queue_release(&del);
}
END_TEST

START_TEST(nothing_is_answered_from_the_wrong_side)
{
	struct queue before = { .reads = true }, after = { .reads = true };
	struct queue del = { .deletes = true };
	struct progress a = { 0 }, b = { 0 }, d = { 0 };
	struct past past = PAST_INIT;

	fill(&before.ids, IDS(1));
	fill(&before.hard, IDS(3));
	fill(&after.ids, IDS(4));
	fill(&after.hard, IDS(3));
	fill(&del.ids, IDS(3));
	takes(&before, &a, &past, 1);
	waits(&after, &b, &past, TURN_EARLY, 3);
	takes(&del, &d, &past, 3);
	waits(&before, &a, &past, TURN_LATE, 3);
	takes(&after, &b, &past, 4);
	past_release(&past);
	queue_release(&before);
	queue_release(&after);
	queue_release(&del);
}
END_TEST

/* Two deletions; the client sends the second one, then the first. */
START_TEST(a_later_deletion_includes_the_earlier)
{
	struct queue read = { .reads = true }, del = { .deletes = true };
	struct queue early = { .deletes = true };
	struct progress at = { 0 }, at_del = { 0 }, at_early = { 0 };
	struct past past = PAST_INIT;

	fill(&read.ids, IDS(1, 3, 5));
	fill(&read.hard, IDS(2, 4));
	fill(&del.ids, IDS(4));
	fill(&early.ids, IDS(2));
	takes(&read, &at, &past, 1);
	takes(&del, &at_del, &past, 4);
	takes(&read, &at, &past, 5);
	takes(&early, &at_early, &past, 2);
	takes(&read, &at, &past, 5);
	past_release(&past);
	queue_release(&read);
	queue_release(&del);
	queue_release(&early);
}
END_TEST

/* Someone else's deletion moves nothing. */
START_TEST(unrelated_deletions_do_not_matter)
{
	struct queue read = { .reads = true }, del = { .deletes = true };
	struct progress at = { 0 }, at_del = { 0 };
	struct past past = PAST_INIT;

	fill(&read.ids, IDS(1, 4));
	fill(&read.hard, IDS(2));
	fill(&del.ids, IDS(3));
	takes(&del, &at_del, &past, 3);
	takes(&read, &at, &past, 1);
	takes(&read, &at, &past, 1);
	past_release(&past);
	queue_release(&read);
	queue_release(&del);
}
END_TEST

/* A list: before, between and after, but never refused. */
START_TEST(soft_edges_choose_but_do_not_refuse)
{
	struct queue list = { .reads = true }, del = { .deletes = true };
	struct queue once = { .reads = true };
	struct progress at = { 0 }, at_once = { 0 }, at_del = { 0 };
	struct past past = PAST_INIT;

	fill(&list.ids, IDS(1, 3));
	fill(&list.soft, IDS(2, 5));
	fill(&once.ids, IDS(4));
	fill(&once.soft, IDS(2, 5));
	fill(&del.ids, IDS(2, 5));
	takes(&list, &at, &past, 1);
	takes(&list, &at, &past, 1);
	takes(&once, &at_once, &past, 4);
	takes(&del, &at_del, &past, 2);
	takes(&list, &at, &past, 3);
	takes(&del, &at_del, &past, 5);
	takes(&list, &at, &past, 3);
	takes(&once, &at_once, &past, 4);
	past_release(&past);
	queue_release(&list);
	queue_release(&once);
	queue_release(&del);
}
END_TEST

START_TEST(a_long_past_is_remembered_once)
{
	struct queue del = { .deletes = true };
	struct progress at = { 0 };
	struct past past = PAST_INIT;
	uint64_t id;

	for (uint64_t i = 1; i <= 5000; i++)
		ids_add(&del.ids, i);
	for (int i = 0; i < 6000; i++)
		ck_assert_int_eq(queue_take(&del, &at, &past, &id), TURN_TAKEN);
	ck_assert_uint_eq(id, 5000);
	ck_assert_uint_eq(past.log.count, 5000);
	past_release(&past);
	queue_release(&del);
}
END_TEST

UNIT_MAIN("queue", deletions_go_forward_and_the_last_stays,
    reads_wait_for_their_deletion, nothing_is_answered_from_the_wrong_side,
    a_later_deletion_includes_the_earlier, unrelated_deletions_do_not_matter,
    soft_edges_choose_but_do_not_refuse, a_long_past_is_remembered_once)
