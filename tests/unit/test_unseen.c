#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "cli/unseen.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

#define S INT64_C(1000000000)
#define H (3600 * S)

static void
must(int status, const struct err *err)
{
	if (status < 0)
		ck_abort_msg("%s", err->text);
}

static struct store *
open_archive(void)
{
	struct store *st;
	struct err err;

	folder_enter();
	must(store_open(&st, folder_path("a.obit"), STORE_APPEND, &err), &err);
	return st;
}

static void
close_archive(struct store *st)
{
	struct err err;

	must(store_close(st, &err), &err);
	folder_leave();
}

/* A recording with this filter, of which this was seen. */
static void
cover(struct store *st, const char *filter, const struct coverage *c)
{
	struct recording rec = { .program = span_of_str("test") };
	struct err err;

	rec.filter = span_of_str(filter);
	must(store_begin(st, &rec, &err), &err);
	must(store_end(st, c, &err), &err);
}

static void
record(struct store *st, int64_t first, int64_t last, uint64_t dropped)
{
	struct coverage c = { .packets = first < last, .first = first };

	c.last = last;
	c.kernel_drops = dropped;
	cover(st, "", &c);
}

/* Hours 10 to 11 with a loss, 1 to 2, 1.5 to 3, and one without packets. */
static struct store *
four_recordings(void)
{
	struct store *st = open_archive();

	record(st, 10 * H, 11 * H, 7);
	record(st, 1 * H, 2 * H, 0);
	record(st, 3 * H / 2, 3 * H, 0);
	record(st, 0, 0, 0);
	return st;
}

static void
tell(void *arg, const char *line)
{
	fprintf(arg, "%s\n", line);
}

static void
expect(struct store *st, int64_t since, int64_t until, const char *lines)
{
	struct time_range range = { { since, since >= 0 },
		{ until, until >= 0 } };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct err err;

	must(unseen_tell(st, &range, tell, out, &err), &err);
	fclose(out);
	ck_assert_str_eq(text, lines);
	free(text);
}

#define DAY " 1970-01-01 "

START_TEST(all_recordings_and_what_is_between)
{
	struct store *st = four_recordings();

	expect(st, -1, -1,
	    "recording 1: not visible: 7 packets dropped\n"
	    "recording 2: all that passed was seen\n"
	    "recording 3: all that passed was seen\n"
	    "recording 4: no packets\n"
	    "no recording from" DAY "03:00:00 UTC to" DAY "10:00:00 UTC\n");
	close_archive(st);
}
END_TEST

START_TEST(what_could_not_be_read_was_not_seen)
{
	struct coverage c = { .packets = 9, .first = H, .last = 2 * H };
	struct store *st = open_archive();

	cover(st, "port 80", &c);
	c.layers[LAYER_CUT] = 2;
	c.layers[LAYER_BAD] = 3;
	c.layers[LAYER_UNKNOWN_LINK] = 4;
	cover(st, "port 80", &c);
	expect(st, -1, -1,
	    "recording 1: all that passed the filter was seen\n"
	    "recording 2: not visible: 9 packets not readable\n");
	close_archive(st);
}
END_TEST

START_TEST(what_has_no_request_is_told)
{
	struct coverage c = { .packets = 9, .first = H, .last = 2 * H };
	struct store *st = open_archive();

	c.exchanges.seen = c.exchanges.incomplete = 5;
	c.exchanges.orphans = 1;
	cover(st, "", &c);
	expect(st, -1, -1,
	    "recording 1: not visible: 5 incomplete exchanges\n"
	    "recording 1: 1 of the incomplete has no whole request: "
	    "not in the archive\n");
	close_archive(st);
}
END_TEST

START_TEST(a_range_leaves_out_what_is_outside)
{
	struct store *st = four_recordings();

	expect(st, 2 * H + 1, 9 * H,
	    "recording 3: all that passed was seen\n"
	    "recording 4: no packets\n"
	    "no recording from" DAY "03:00:00 UTC to" DAY "09:00:00 UTC\n");
	expect(st, 10 * H + S, -1,
	    "recording 1: not visible: 7 packets dropped in all of its "
	    "60 min 00 s\n"
	    "recording 4: no packets\n");
	expect(st, -1, H + 1,
	    "recording 2: all that passed was seen\n"
	    "recording 4: no packets\n");
	expect(st, 20 * H, 21 * H,
	    "recording 4: no packets\n"
	    "no recording from" DAY "20:00:00 UTC to" DAY "21:00:00 UTC\n");
	expect(st, 0, H + S,
	    "recording 2: all that passed was seen\n"
	    "recording 4: no packets\n"
	    "no recording from" DAY "00:00:00 UTC to" DAY "01:00:00 UTC\n");
	close_archive(st);
}
END_TEST

START_TEST(one_that_did_not_end_counts_for_no_time)
{
	struct recording rec = { .program = span_of_str("test") };
	struct store *st = open_archive();
	struct err err;

	expect(st, -1, -1, "the archive has no recording\n");
	must(store_begin(st, &rec, &err), &err);
	must(store_commit(st, &err), &err);
	expect(st, H, H + S,
	    "recording 1: it did not end\n"
	    "no recording from" DAY "01:00:00 UTC on for 1.00 s\n");
	close_archive(st);
}
END_TEST

/* Silence is not absence: it watched from 1 to 4, and from 6 to 7. */
START_TEST(a_watched_interface_covers_also_what_was_silent)
{
	struct coverage c = {
		.packets = 1,
		.first = 2 * H,
		.last = 2 * H,
		.watched_from = 1 * H,
		.watched_until = 4 * H,
	};
	struct store *st = open_archive();

	cover(st, "", &c);
	c = (struct coverage){
		.interface_downs = 2,
		.watched_from = 6 * H,
		.watched_until = 7 * H,
		.cut_short = true,
	};
	cover(st, "", &c);
	expect(st, 3 * H, 4 * H, "recording 1: all that passed was seen\n");
	expect(st, 3 * H, -1,
	    "recording 1: all that passed was seen\n"
	    "recording 2: not visible: 2 times that the interface went down, "
	    "and the interface went away\n"
	    "no recording from" DAY "04:00:00 UTC to" DAY "06:00:00 UTC\n");
	close_archive(st);
}
END_TEST

UNIT_MAIN("unseen", all_recordings_and_what_is_between,
    what_could_not_be_read_was_not_seen, what_has_no_request_is_told,
    a_range_leaves_out_what_is_outside, one_that_did_not_end_counts_for_no_time,
    a_watched_interface_covers_also_what_was_silent)
