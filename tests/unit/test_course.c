#include "replay/course.h"

#include <pthread.h>

#include "base/err.h"
#include "http/digest.h"
#include "tests/lib/folder.h"
#include "tests/lib/tape.h"
#include "tests/lib/unit.h"

#define THREADS 8
#define TURNS   500

static struct tape tape;
static struct course *course;

static void
begin(size_t exchanges)
{
	struct err err;

	folder_enter();
	tape_open(&tape, folder_path("tape.obit"));
	for (size_t i = 0; i < exchanges; i++)
		tape_add(&tape, "DELETE /a HTTP/1.1\r\nHost: h\r\n\r\n",
		    "HTTP/1.1 204 No Content\r\n\r\n");
	tape_rewind(&tape);
	ck_assert_int_eq(course_open(&course, tape.store, &err), 0);
	ck_assert_uint_eq(course_last(course), exchanges);
}

static void
end(void)
{
	course_close(course);
	tape_close(&tape);
	folder_leave();
}

/* A queue of ids 1 to count. */
static struct queue
queue_of(uint64_t count)
{
	struct queue q = { .deletes = true };

	for (uint64_t id = 1; id <= count; id++)
		ids_add(&q.ids, id);
	return q;
}

struct taker {
	const struct queue *queue;
	uint64_t got[TURNS];
	pthread_t thread;
};

static void *
take_turns(void *arg)
{
	struct taker *t = arg;

	for (size_t i = 0; i < TURNS; i++)
		if (course_take(course, span_of_str(""), t->queue,
			&t->got[i]) != TURN_TAKEN)
			return NULL;
	return t;
}

START_TEST(threads_take_each_id_once)
{
	static struct taker takers[THREADS];
	static unsigned times[THREADS * TURNS + 1];
	struct queue q = queue_of(THREADS * TURNS);
	void *good;

	begin(THREADS * TURNS);
	for (size_t i = 0; i < THREADS; i++) {
		takers[i].queue = &q;
		ck_assert_int_eq(pthread_create(&takers[i].thread, NULL,
				     take_turns, &takers[i]),
		    0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(takers[i].thread, &good), 0);
		ck_assert_ptr_nonnull(good);
		for (size_t k = 0; k < TURNS; k++) {
			times[takers[i].got[k]]++;
			/* In the order of the archive, as this thread sees it.
			 */
			ck_assert(
			    k == 0 || takers[i].got[k] > takers[i].got[k - 1]);
		}
	}
	for (size_t id = 1; id <= THREADS * TURNS; id++) {
		ck_assert_uint_eq(times[id], 1);
		ck_assert(course_has_served(course, id));
	}
	queue_release(&q);
	end();
}
END_TEST

START_TEST(the_sequence_is_the_digest_of_the_ids)
{
	static const uint8_t bytes[] = { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0,
		0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2 };
	struct queue q = queue_of(2);
	uint8_t want[DIGEST_SIZE], got[DIGEST_SIZE];
	uint64_t id;

	begin(3);
	digest_of(want, (struct span){ bytes, sizeof(bytes) });
	for (int again = 0; again < 2; again++) {
		for (int i = 0; i < 3; i++)
			ck_assert_int_eq(course_take(course, span_of_str("s"),
					     &q, &id),
			    TURN_TAKEN);
		course_restart(course, got);
		ck_assert_mem_eq(got, want, DIGEST_SIZE);
	}
	ck_assert(!course_has_served(course, 3));
	digest_of(want, span_of_str(""));
	course_restart(course, got);
	ck_assert_mem_eq(got, want, DIGEST_SIZE);
	queue_release(&q);
	end();
}
END_TEST

START_TEST(a_name_that_is_too_long_is_crowded)
{
	static uint8_t name[1000];
	struct queue q = queue_of(1);
	uint64_t id;

	begin(1);
	ck_assert_int_eq(course_take(course,
			     (struct span){ name, sizeof(name) }, &q, &id),
	    TURN_CROWDED);
	ck_assert(!course_has_served(course, 1));
	queue_release(&q);
	end();
}
END_TEST

UNIT_MAIN("course", threads_take_each_id_once,
    the_sequence_is_the_digest_of_the_ids, a_name_that_is_too_long_is_crowded)
