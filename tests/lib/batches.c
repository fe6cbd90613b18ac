#include "tests/lib/batches.h"

#include <check.h>
#include <unistd.h>

#include "store/store.h"
#include "store/verify.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"

static int
add(struct store *st, unsigned n, struct err *err)
{
	struct reading reading;
	struct exchange *x = sample_exchange(n, &reading);
	int rc = store_add(st, x, &reading, err);

	exchange_free(x);
	return rc;
}

static int
add_batch(struct store *st, unsigned batch, struct err *err)
{
	for (unsigned n = 0; n < BATCH; n++)
		if (add(st, batch * BATCH + n, err) < 0)
			return -1;
	return store_commit(st, err);
}

static unsigned
record(struct store *st, struct err *err)
{
	struct recording rec = { .begun = 1 };
	struct coverage coverage = { .packets = 1 };
	unsigned batch = 0;

	if (store_begin(st, &rec, err) < 0)
		return 0;
	while (batch < BATCHES && add_batch(st, batch, err) == 0)
		batch++;
	if (batch == BATCHES)
		(void)!store_end(st, &coverage, err);
	return batch * BATCH;
}

unsigned
batches_record(struct err *err)
{
	struct err later;
	struct store *st;
	unsigned committed;

	if (store_open(&st, folder_path("a.obit"), STORE_APPEND, err) < 0)
		return 0;
	committed = record(st, err);
	(void)!store_close(st, &later);
	return committed;
}

static void
check_exchanges(struct store *st, unsigned count)
{
	struct entry e = ENTRY_INIT;
	struct err err;

	for (unsigned n = 0; n < count; n++) {
		struct reading reading;
		struct exchange *x = sample_exchange(n, &reading);

		ck_assert_msg(store_get(st, n + 1, &e, &err) == 1, "%s",
		    err.text);
		sample_check(e.exchange, &e.reading, x, &reading);
		exchange_free(x);
	}
	entry_release(&e);
}

static void
check_verified(struct store *st)
{
	struct verify_options options = { 0 };
	struct verification found;
	struct err err;

	ck_assert_msg(store_verify(st, &options, &found, &err) == 0, "%s",
	    err.text);
	ck_assert_msg(found.fault == FAULT_NONE, "%s at %u: %s",
	    fault_name(found.fault), (unsigned)found.from, found.what);
}

void
batches_check_left(unsigned committed)
{
	struct store *st;
	struct err err;

	if (committed == 0 && access(folder_path("a.obit"), F_OK) < 0)
		return;
	ck_assert_msg(store_open(&st, folder_path("a.obit"), STORE_READ,
			  &err) == 0,
	    "%s", err.text);
	check_exchanges(st, committed);
	check_verified(st);
	ck_assert_int_eq(store_close(st, &err), 0);
	ck_assert_msg(batches_record(&err) == BATCH * BATCHES, "%s", err.text);
	ck_assert_int_eq(folder_count(), 1);
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_READ,
			     &err),
	    0);
	check_verified(st);
	ck_assert_int_eq(store_close(st, &err), 0);
}
