#include "cli/handover.h"

#include <stdio.h>

#include "base/err.h"
#include "http/coverage.h"
#include "http/digest.h"
#include "http/exchange.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

#define EXCHANGES 700

static struct err err;

static struct store *
open_store(const char *name)
{
	struct recording rec = { .begun = 1 };
	struct store *st;

	ck_assert_msg(store_open(&st, folder_path(name), STORE_APPEND, &err) ==
		0,
	    "%s", err.text);
	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	return st;
}

static void
end_store(struct store *st, uint8_t root[DIGEST_SIZE])
{
	struct coverage coverage = { 0 };
	uint64_t size;

	ck_assert_msg(store_end(st, &coverage, &err) == 0, "%s", err.text);
	ck_assert_int_eq(store_root(st, root, &size, &err), 0);
	ck_assert_uint_eq(size, EXCHANGES + 1);
	ck_assert_int_eq(store_close(st, &err), 0);
}

static void
write_directly(uint8_t root[DIGEST_SIZE])
{
	struct store *st = open_store("direct.obit");

	for (unsigned n = 0; n < EXCHANGES; n++) {
		struct reading r = { 0 };
		struct exchange *x = sample_exchange(n, &r);

		ck_assert_int_eq(store_add(st, x, &r, &err), 0);
		exchange_free(x);
	}
	end_store(st, root);
}

static void
hand_over(const char *name, uint64_t limit, uint8_t root[DIGEST_SIZE])
{
	struct store *st = open_store(name);
	struct handover *h;

	ck_assert_int_eq(handover_open(&h, st, NULL, limit, &err), 0);
	for (unsigned n = 0; n < EXCHANGES; n++) {
		struct reading r = { 0 };
		struct exchange *x = sample_exchange(n, &r);

		ck_assert_int_eq(handover_add(h, x, &r, &err), 0);
	}
	ck_assert_int_eq(handover_close(h, &err), 0);
	end_store(st, root);
}

/* From one exchange at a time to all of them at once. */
START_TEST(what_is_written_does_not_depend_on_the_threads)
{
	static const uint64_t limits[] = { 0, 1, 4096, 65536, UINT64_MAX };
	uint8_t direct[DIGEST_SIZE], handed[DIGEST_SIZE];
	char name[32];

	folder_enter();
	write_directly(direct);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		snprintf(name, sizeof(name), "%zu.obit", i);
		hand_over(name, limits[i], handed);
		ck_assert_mem_eq(direct, handed, DIGEST_SIZE);
	}
	folder_leave();
}
END_TEST

/* Without an open recording nothing can be added. */
START_TEST(an_error_of_the_writer_reaches_the_reader)
{
	struct handover *h;
	struct store *st;
	int status = 0;

	folder_enter();
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_APPEND,
			     &err),
	    0);
	ck_assert_int_eq(handover_open(&h, st, NULL, 1, &err), 0);
	/* The second waits until the first was tried. */
	for (unsigned n = 0; n < 2; n++) {
		struct reading r = { 0 };
		struct exchange *x = sample_exchange(n, &r);

		err = (struct err){ 0 };
		status = handover_add(h, x, &r, &err);
	}
	ck_assert_int_eq(status, -1);
	ck_assert_int_eq(err.code, ERR_USAGE);
	err = (struct err){ 0 };
	ck_assert_int_eq(handover_close(h, &err), -1);
	ck_assert_int_eq(err.code, ERR_USAGE);
	ck_assert_int_eq(store_close(st, &err), 0);
	folder_leave();
}
END_TEST

START_TEST(the_end_writes_what_waits)
{
	struct exchange *x;
	struct reading r = { 0 };
	struct store *st;
	struct handover *h;
	uint64_t id;

	folder_enter();
	st = open_store("a.obit");
	ck_assert_int_eq(handover_open(&h, st, NULL, UINT64_MAX, &err), 0);
	x = sample_exchange(0, &r);
	ck_assert_int_eq(handover_add(h, x, &r, &err), 0);
	ck_assert_int_eq(handover_close(h, &err), 0);
	ck_assert_int_eq(store_commit(st, &err), 0);
	ck_assert_int_eq(store_last_id(st, &id, &err), 0);
	ck_assert_uint_eq(id, 1);
	ck_assert_int_eq(handover_close(NULL, &err), 0);
	ck_assert_int_eq(store_close(st, &err), 0);
	folder_leave();
}
END_TEST

UNIT_MAIN("handover", what_is_written_does_not_depend_on_the_threads,
    an_error_of_the_writer_reaches_the_reader, the_end_writes_what_waits)
