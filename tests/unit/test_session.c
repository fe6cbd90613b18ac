#include "replay/session.h"

#include <stdio.h>

#include "tests/lib/unit.h"

static struct queue
two(void)
{
	struct queue q = { .deletes = true };

	ids_add(&q.ids, 4);
	ids_add(&q.ids, 6);
	return q;
}

static uint64_t
take(struct session *s, const struct queue *q)
{
	uint64_t id;

	ck_assert_int_eq(session_take(s, q, &id), TURN_TAKEN);
	return id;
}

START_TEST(sessions_do_not_disturb_each_other)
{
	struct sessions *all = sessions_new();
	struct session *a = sessions_get(all, span_of_str("a"));
	struct session *none = sessions_get(all, (struct span){ 0 });
	struct queue q = two(), again = two();

	ck_assert(a != NULL && none != NULL && a != none);
	ck_assert(sessions_get(all, span_of_str("")) == none);
	ck_assert(sessions_get(all, span_of_str("a")) == a);
	ck_assert_uint_eq(take(a, &q), 4);
	ck_assert_uint_eq(take(none, &q), 4);

	/* A queue that was read again is the same queue. */
	ck_assert_uint_eq(take(a, &again), 6);
	ck_assert_uint_eq(take(none, &again), 6);
	queue_release(&q);
	queue_release(&again);
	sessions_free(all);
}
END_TEST

START_TEST(their_number_and_names_are_bounded)
{
	struct sessions *all = sessions_new();
	uint8_t name[SESSION_MAX_NAME + 1] = { 'x' };
	char text[16];

	ck_assert(
	    sessions_get(all, (struct span){ name, sizeof(name) }) == NULL);
	ck_assert(
	    sessions_get(all, (struct span){ name, sizeof(name) - 1 }) != NULL);
	for (int i = 1; i < SESSION_MAX; i++) {
		snprintf(text, sizeof(text), "%d", i);
		ck_assert(sessions_get(all, span_of_str(text)) != NULL);
	}
	ck_assert(sessions_get(all, span_of_str("one too many")) == NULL);
	ck_assert(sessions_get(all, span_of_str("1")) != NULL);
	sessions_free(all);
}
END_TEST

UNIT_MAIN("session", sessions_do_not_disturb_each_other,
    their_number_and_names_are_bounded)
