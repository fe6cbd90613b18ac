#include "replay/ledger.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "deletion/recogniser.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "http/coverage.h"
#include "store/sent.h"
#include "store/store.h"
#include "tests/lib/exchange.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

static const uint8_t key[REDACT_KEY_SIZE] = "key";

static struct rules *rules;
static struct redactor *redactor;
static struct recogniser *recogniser;
static struct store *st;
static struct ledger *ledger;
static struct coverage coverage;
static struct err err;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static pthread_cond_t allowed = PTHREAD_COND_INITIALIZER;
static unsigned wakes, allowance = UINT_MAX;

/* The ledger's thread stands here while it is not allowed to go on. */
static void
wake(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&mutex);
	while (allowance == 0)
		pthread_cond_wait(&allowed, &mutex);
	allowance--;
	wakes++;
	pthread_cond_signal(&woken);
	pthread_mutex_unlock(&mutex);
}

static void
allow(unsigned count)
{
	pthread_mutex_lock(&mutex);
	allowance = count;
	pthread_cond_signal(&allowed);
	pthread_mutex_unlock(&mutex);
}

static void
wait_for_wake(void)
{
	pthread_mutex_lock(&mutex);
	while (wakes == 0)
		pthread_cond_wait(&woken, &mutex);
	wakes = 0;
	pthread_mutex_unlock(&mutex);
}

static void
begin(void)
{
	struct recording rec = { .program = span_of_str("test") };
	struct ledger_options options = { .wake = wake };

	folder_enter();
	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	options.redactor = redactor = redactor_new(rules, key);
	options.recogniser = recogniser = recogniser_new(rules, SIZE_MAX);
	ck_assert_int_eq(store_open(&st, folder_path("r.obit"), STORE_APPEND,
			     &err),
	    0);
	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	options.store = st;
	ck_assert_int_eq(ledger_open(&ledger, &options, &err), 0);
}

/* The ledger is closed before. */
static void
end(void)
{
	(void)!store_close(st, &err);
	recogniser_free(recogniser);
	redactor_free(redactor);
	rules_close(rules);
	folder_leave();
}

static struct exchange *
answered(const char *path)
{
	char request[128];

	snprintf(request, sizeof(request),
	    "DELETE %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
	return exchange_of_strings(request, "HTTP/1.1 204 No Content\r\n\r\n");
}

/* What another process reads of a source: its exchange, 0 or -1. */
static int
on_disk(uint64_t source)
{
	struct sent row = { 0 };
	struct store *reader;
	int got;

	ck_assert_msg(store_open(&reader, folder_path("r.obit"), STORE_READ,
			  &err) == 0,
	    "%s", err.text);
	got = store_sent_next(reader, source - 1, &row, &err);
	ck_assert_int_ge(got, 0);
	ck_assert_int_eq(store_close(reader, &err), 0);
	return got == 1 && row.source == source ? (int)row.exchange : -1;
}

START_TEST(an_intent_is_on_the_disk_before_it_is_passed_on)
{
	size_t step, sum = 0;
	unsigned count = 0;

	begin();
	for (size_t i = 0; i < 5; i++)
		ledger_intend(ledger, i, 10 + i, 0);
	while (count < 5) {
		wait_for_wake();
		while (ledger_take(ledger, &step)) {
			ck_assert_int_eq(on_disk(10 + step), 0);
			sum += step;
			count++;
		}
	}
	ck_assert_uint_eq(sum, 0 + 1 + 2 + 3 + 4);
	ck_assert(!ledger_take(ledger, &step));
	ck_assert_int_eq(ledger_close(ledger, &coverage, &err), 0);
	ck_assert_uint_eq(coverage.exchanges.seen, 0);
	end();
}
END_TEST

START_TEST(an_intent_waits_for_others_while_it_may)
{
	int64_t until = clock_steady() + 30000000;
	size_t step;

	begin();
	ledger_intend(ledger, 0, 10, until);
	wait_for_wake();
	ck_assert_int_ge(clock_steady(), until);
	ck_assert(ledger_take(ledger, &step));
	ledger_intend(ledger, 1, 11, until + (int64_t)3600 * 1000000000);
	ledger_intend(ledger, 2, 12, until);
	wait_for_wake();
	ck_assert(ledger_take(ledger, &step));
	ck_assert_uint_eq(step, 1);
	ck_assert(ledger_take(ledger, &step));
	ck_assert_uint_eq(step, 2);
	ck_assert_int_eq(ledger_close(ledger, &coverage, &err), 0);
	end();
}
END_TEST

START_TEST(outcomes_are_on_the_disk_at_the_end)
{
	begin();
	ledger_intend(ledger, 0, 10, 0);
	ledger_settle(ledger, 10, answered("/a"));
	ledger_record(ledger, answered("/b"));
	ledger_settle(ledger, 11, answered("/c"));
	ck_assert_int_eq(ledger_close(ledger, &coverage, &err), 0);
	ck_assert_int_eq(on_disk(10), 1);
	/* What was only recorded has an id, and no row. */
	ck_assert_int_eq(on_disk(11), 3);
	ck_assert_uint_eq(coverage.exchanges.seen, 3);
	ck_assert_uint_eq(coverage.exchanges.kept, 3);
	ck_assert_uint_eq(coverage.deletions, 3);
	end();
}
END_TEST

START_TEST(outcomes_need_no_intent_to_be_written)
{
	begin();
	ledger_settle(ledger, 10, answered("/a"));
	while (on_disk(10) < 0)
		continue;
	ck_assert_uint_eq(wakes, 0);
	ck_assert_int_eq(ledger_close(ledger, &coverage, &err), 0);
	end();
}
END_TEST

START_TEST(no_intent_waits_for_many_outcomes)
{
	size_t step;

	begin();
	allow(0);
	ledger_intend(ledger, 0, 10, 0);
	while (!ledger_take(ledger, &step))
		continue;
	for (uint64_t i = 0; i < 100; i++)
		ledger_settle(ledger, 20 + i, answered("/a"));
	ledger_intend(ledger, 1, 11, 0);
	allow(1);
	while (!ledger_take(ledger, &step))
		continue;
	ck_assert_int_eq(on_disk(11), 0);
	ck_assert_int_eq(on_disk(20 + 99), -1);
	allow(UINT_MAX);
	ck_assert_int_eq(ledger_close(ledger, &coverage, &err), 0);
	ck_assert_int_eq(on_disk(20 + 99), 100);
	end();
}
END_TEST

START_TEST(outcomes_do_not_pile_up_behind_intents)
{
	struct exchange *large = answered("/a");
	size_t step;

	begin();
	allow(0);
	ledger_intend(ledger, 0, 10, 0);
	while (!ledger_take(ledger, &step))
		continue;
	/* So much that they are due. */
	arena_alloc(&large->arena, LEDGER_MAX_HELD / 2 + 1);
	ledger_settle(ledger, 1000, large);
	for (uint64_t i = 1; i < 100; i++) {
		ledger_settle(ledger, 1000 + i, answered("/a"));
		ledger_intend(ledger, i, 10 + i, 0);
	}
	allow(1);
	while (!ledger_take(ledger, &step))
		continue;
	ck_assert_int_eq(on_disk(10 + 99), 0);
	ck_assert_int_eq(on_disk(1000 + 99), 100);
	allow(UINT_MAX);
	ck_assert_int_eq(ledger_close(ledger, &coverage, &err), 0);
	end();
}
END_TEST

START_TEST(what_is_forgotten_leaves_nothing)
{
	begin();
	ledger_intend(ledger, 0, 10, 0);
	ledger_intend(ledger, 1, 11, 0);
	ledger_forget(ledger, 10);
	ck_assert_int_eq(ledger_close(ledger, &coverage, &err), 0);
	ck_assert_int_eq(on_disk(10), -1);
	ck_assert_int_eq(on_disk(11), 0);
	end();
}
END_TEST

START_TEST(nothing_is_passed_on_after_a_failure)
{
	size_t step;

	begin();
	ledger_intend(ledger, 0, 10, 0);
	wait_for_wake();
	ck_assert(ledger_take(ledger, &step));
	/* A source is intended once. */
	ledger_intend(ledger, 0, 10, 0);
	while (!ledger_has_failed(ledger))
		wait_for_wake();
	ledger_intend(ledger, 1, 11, 0);
	ck_assert_int_eq(ledger_close(ledger, &coverage, &err), -1);
	ck_assert_int_eq(err.code, ERR_EXISTS);
	ck_assert_int_eq(on_disk(11), -1);
	end();
}
END_TEST

START_TEST(it_says_when_it_is_full)
{
	size_t step;

	begin();
	allow(0);
	ledger_intend(ledger, 0, 10, 0);
	while (!ledger_take(ledger, &step))
		continue;
	for (uint64_t i = 0; i < 4; i++) {
		struct exchange *x = answered("/a");

		ck_assert(!ledger_is_full(ledger));
		arena_alloc(&x->arena, LEDGER_MAX_HELD / 4);
		ledger_settle(ledger, 20 + i, x);
	}
	ck_assert(ledger_is_full(ledger));
	allow(UINT_MAX);
	while (ledger_is_full(ledger))
		wait_for_wake();
	ck_assert_int_eq(ledger_close(ledger, &coverage, &err), 0);
	end();
}
END_TEST

UNIT_MAIN("ledger", an_intent_is_on_the_disk_before_it_is_passed_on,
    an_intent_waits_for_others_while_it_may,
    outcomes_are_on_the_disk_at_the_end, outcomes_need_no_intent_to_be_written,
    no_intent_waits_for_many_outcomes, outcomes_do_not_pile_up_behind_intents,
    what_is_forgotten_leaves_nothing, nothing_is_passed_on_after_a_failure,
    it_says_when_it_is_full)
