/* Checkpoints that are signed while an archive is written. */
#include "cli/sealer.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/err.h"
#include "cli/handover.h"
#include "cli/opt.h"
#include "cli/sealed.h"
#include "store/note.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

static struct err err;

static void
put_key(const char *name)
{
	struct buf line = BUF_INIT(NOTE_MAX);
	struct note_key key;
	FILE *f = fopen(folder_path(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(note_key_new(&key, span_of_str("test"), &err), 0);
	ck_assert_int_eq(note_key_add_private(&key, &line, &err), 0);
	fwrite(line.p, 1, line.len, f);
	fclose(f);
	ck_assert_int_eq(chmod(folder_path(name), 0600), 0);
	buf_release(&line);
}

static int
open_with(struct sealer **s, const char *key, const char *every)
{
	const char *items[] = { every };
	struct opt_list list = { items, every != NULL };
	struct sealer_options o = { .key = folder_path(key), .every = &list };

	return sealer_open(s, &o, folder_path("a.obit"), &err);
}

static struct store *
open_store(void)
{
	struct store *st;

	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_APPEND,
			     &err),
	    0);
	return st;
}

static void
begin(struct store *st)
{
	struct recording rec = { .begun = 1 };

	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
}

static void
end(struct store *st)
{
	struct coverage coverage = { .packets = 1 };

	ck_assert_int_eq(store_end(st, &coverage, &err), 0);
}

static void
add(struct store *st, struct sealer *s, unsigned n)
{
	struct reading reading;
	struct exchange *x = sample_exchange(n, &reading);

	ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
	ck_assert_msg(sealer_added(s, st, &err) == 0, "%s", err.text);
	exchange_free(x);
}

/* How many leaves were sealed last; 0: nothing ever. */
static uint64_t
sealed(void)
{
	struct sealed c = SEALED_INIT;
	uint64_t size = 0;

	if (sealed_read(&c, folder_path("a.obit.checkpoint"), &err) == 0)
		size = c.checkpoint.size;
	sealed_release(&c);
	return size;
}

START_TEST(every_so_many_exchanges_and_at_the_end)
{
	struct sealer *s;
	struct store *st;

	folder_enter();
	put_key("key");
	ck_assert_msg(open_with(&s, "key", "4") == 0, "%s", err.text);
	st = open_store();
	ck_assert_int_eq(sealer_begin(s, st, &err), 0);
	begin(st);
	for (unsigned n = 0; n < 10; n++) {
		ck_assert_uint_eq(sealed(), n / 4 * 4);
		add(st, s, SAMPLE_COUNT + n);
	}
	ck_assert_int_eq(sealer_wait(s), INT64_MAX);
	end(st);
	ck_assert_int_eq(sealer_end(s, st, &err), 0);
	ck_assert_uint_eq(sealed(), 11);
	ck_assert_int_eq(store_close(st, &err), 0);
	sealer_close(s);
	folder_leave();
}
END_TEST

START_TEST(a_time_counts_from_the_first_that_is_not_sealed)
{
	struct sealer *s;
	struct store *st;

	folder_enter();
	put_key("key");
	ck_assert_int_eq(open_with(&s, "key", "1h"), 0);
	st = open_store();
	ck_assert_int_eq(sealer_begin(s, st, &err), 0);
	begin(st);
	ck_assert_int_eq(sealer_wait(s), INT64_MAX);
	add(st, s, SAMPLE_COUNT);
	ck_assert_int_gt(sealer_wait(s), 3500 * INT64_C(1000000000));
	ck_assert_int_le(sealer_wait(s), 3600 * INT64_C(1000000000));
	ck_assert_int_eq(sealer_tick(s, st, &err), 0);
	ck_assert_uint_eq(sealed(), 0);
	ck_assert_int_eq(store_close(st, &err), 0);
	sealer_close(s);
	folder_leave();
}
END_TEST

/* Nothing comes after the first exchange, and it is sealed all the same. */
START_TEST(a_writer_with_nothing_to_do_seals_in_time)
{
	struct handover *h;
	struct sealer *s;
	struct store *st;
	struct reading reading;
	struct exchange *x = sample_exchange(SAMPLE_COUNT, &reading);

	folder_enter();
	put_key("key");
	ck_assert_int_eq(open_with(&s, "key", "1s"), 0);
	st = open_store();
	begin(st);
	ck_assert_int_eq(handover_open(&h, st, s, UINT64_MAX, &err), 0);
	ck_assert_int_eq(handover_add(h, x, &reading, &err), 0);
	while (sealed() == 0)
		continue;
	ck_assert_uint_eq(sealed(), 1);
	ck_assert_int_eq(handover_close(h, &err), 0);
	ck_assert_int_eq(store_close(st, &err), 0);
	sealer_close(s);
	folder_leave();
}
END_TEST

START_TEST(a_checkpoint_of_something_else_stays)
{
	struct sealer *s, *other;
	struct store *st;

	folder_enter();
	put_key("key");
	put_key("other");
	ck_assert_int_eq(open_with(&s, "key", NULL), 0);
	ck_assert_int_eq(open_with(&other, "other", NULL), 0);
	st = open_store();
	ck_assert_int_eq(sealer_begin(s, st, &err), 0);
	begin(st);
	add(st, s, SAMPLE_COUNT);
	end(st);
	ck_assert_int_eq(sealer_end(s, st, &err), 0);
	ck_assert_int_eq(sealer_begin(s, st, &err), 0);
	ck_assert_int_eq(sealer_begin(other, st, &err), -1);
	ck_assert_int_eq(err.code, ERR_EXISTS);
	ck_assert_int_eq(store_close(st, &err), 0);
	/* The archive is made again, and shorter than what was sealed. */
	ck_assert_int_eq(rename(folder_path("a.obit"), folder_path("b")), 0);
	st = open_store();
	ck_assert_int_eq(sealer_begin(s, st, &err), -1);
	ck_assert_int_eq(err.code, ERR_EXISTS);
	ck_assert_int_eq(store_close(st, &err), 0);
	ck_assert_uint_eq(sealed(), 2);
	sealer_close(s);
	sealer_close(other);
	folder_leave();
}
END_TEST

START_TEST(what_makes_no_sense_is_bad_usage)
{
	static const char *const bad[] = { "", "0", "-1", "s", "1d", "1.5h",
		"0s", "9999999999999999999999", "99999999999h", "5 m" };
	struct opt_list none = { NULL, 0 };
	struct sealer_options o = { .checkpoint = "x", .every = &none };
	struct sealer *s;

	folder_enter();
	put_key("key");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_msg(open_with(&s, "key", bad[i]) == -1, "%s", bad[i]);
		ck_assert_int_eq(err.code, ERR_USAGE);
		ck_assert_ptr_null(s);
	}
	ck_assert_int_eq(sealer_open(&s, &o, "a.obit", &err), -1);
	ck_assert_int_eq(err.code, ERR_USAGE);
	o.checkpoint = NULL;
	ck_assert_int_eq(sealer_open(&s, &o, "a.obit", &err), 0);
	ck_assert_ptr_null(s);
	ck_assert_int_eq(chmod(folder_path("key"), 0640), 0);
	ck_assert_int_eq(open_with(&s, "key", "1"), -1);
	ck_assert_int_eq(err.code, ERR_USAGE);
	ck_assert_int_eq(open_with(&s, "none", "1"), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	folder_leave();
}
END_TEST

UNIT_MAIN("sealer", every_so_many_exchanges_and_at_the_end,
    a_time_counts_from_the_first_that_is_not_sealed,
    a_writer_with_nothing_to_do_seals_in_time,
    a_checkpoint_of_something_else_stays, what_makes_no_sense_is_bad_usage)
