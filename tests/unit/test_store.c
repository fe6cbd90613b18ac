#include "store/store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

static struct store *
open_store(enum store_mode mode)
{
	struct store *st;
	struct err err;

	ck_assert_msg(store_open(&st, folder_path("a.obit"), mode, &err) == 0,
	    "%s", err.text);
	return st;
}

static void
close_store(struct store *st)
{
	struct err err;

	ck_assert_msg(store_close(st, &err) == 0, "%s", err.text);
}

static void
begin(struct store *st)
{
	struct recording rec = { .begun = 1,
		.program = SPAN_LITERAL("obit test"),
		.source = SPAN_LITERAL("a.pcap") };
	struct err err;

	ck_assert_msg(store_begin(st, &rec, &err) == 0, "%s", err.text);
}

static void
add(struct store *st, unsigned n)
{
	struct reading reading;
	struct exchange *x = sample_exchange(n, &reading);
	struct err err;

	ck_assert_msg(store_add(st, x, &reading, &err) == 0, "%s", err.text);
	exchange_free(x);
}

static void
add_range(struct store *st, unsigned from, unsigned to)
{
	for (unsigned n = from; n < to; n++)
		add(st, n);
}

static void
end(struct store *st)
{
	struct coverage coverage = { .packets = 7,
		.layers[LAYER_TCP] = 7,
		.flaws[FLAW_TUNNEL] = 2,
		.first = 5,
		.last = 9,
		.cut_short = true };
	struct err err;

	ck_assert_msg(store_end(st, &coverage, &err) == 0, "%s", err.text);
}

/* Exchange id must be sample n. */
static void
check(struct store *st, uint64_t id, unsigned n)
{
	struct reading reading;
	struct exchange *x = sample_exchange(n, &reading);
	struct entry e = ENTRY_INIT;
	struct err err;

	ck_assert_msg(store_get(st, id, &e, &err) == 1, "%s", err.text);
	ck_assert_uint_eq(e.id, id);
	sample_check(e.exchange, &e.reading, x, &reading);
	entry_release(&e);
	exchange_free(x);
}

/* Write count samples in a recording of their own. */
static void
make(unsigned count)
{
	struct store *st = open_store(STORE_APPEND);

	begin(st);
	add_range(st, 0, count);
	end(st);
	close_store(st);
}

START_TEST(every_field_comes_back)
{
	struct store *st;

	folder_enter();
	make(SAMPLE_COUNT);
	st = open_store(STORE_READ);
	for (unsigned n = 0; n < SAMPLE_COUNT; n++)
		check(st, n + 1, n);
	close_store(st);
	folder_leave();
}
END_TEST

START_TEST(every_field_comes_back_before_the_commit)
{
	struct store *st;

	folder_enter();
	st = open_store(STORE_APPEND);
	begin(st);
	for (unsigned n = 0; n < SAMPLE_COUNT; n++) {
		ck_assert_uint_eq(store_next_id(st), n + 1);
		add(st, n);
		check(st, n + 1, n);
	}
	close_store(st);
	folder_leave();
}
END_TEST

START_TEST(many_exchanges_share_a_dictionary)
{
	struct store *st;

	folder_enter();
	make(3000);
	st = open_store(STORE_READ);
	for (unsigned n = 0; n < 3000; n++)
		check(st, n + 1, n);
	close_store(st);
	folder_leave();
}
END_TEST

START_TEST(one_private_file_is_left)
{
	struct stat st;

	folder_enter();
	umask(0777);
	make(5);
	umask(0);
	ck_assert_int_eq(folder_count(), 1);
	ck_assert_int_eq(stat(folder_path("a.obit"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	folder_leave();
}
END_TEST

START_TEST(nothing_recorded_leaves_nothing)
{
	folder_enter();
	close_store(open_store(STORE_APPEND));
	ck_assert_int_eq(folder_count(), 0);
	make(1);
	close_store(open_store(STORE_APPEND));
	ck_assert_int_eq(folder_count(), 1);
	folder_leave();
}
END_TEST

START_TEST(recordings_come_back)
{
	struct arena arena = ARENA_INIT;
	struct recording rec;
	struct store *st;
	struct err err;

	folder_enter();
	make(1);
	st = open_store(STORE_APPEND);
	begin(st);
	add(st, 1);
	ck_assert_int_eq(store_recording(st, 1, &arena, &rec, &err), 1);
	ck_assert_uint_eq(rec.id, 1);
	ck_assert_int_eq(rec.begun, 1);
	ck_assert(span_eq_str(rec.program, "obit test"));
	ck_assert(span_eq_str(rec.source, "a.pcap"));
	ck_assert_ptr_null(rec.filter.p);
	ck_assert(rec.finished);
	ck_assert_uint_eq(rec.coverage.packets, 7);
	ck_assert_uint_eq(rec.coverage.layers[LAYER_TCP], 7);
	ck_assert_uint_eq(rec.coverage.flaws[FLAW_TUNNEL], 2);
	ck_assert_uint_eq(rec.coverage.bytes, 0);
	ck_assert_int_eq(rec.coverage.first, 5);
	ck_assert_int_eq(rec.coverage.last, 9);
	ck_assert(rec.coverage.cut_short);
	ck_assert_int_eq(store_recording(st, 2, &arena, &rec, &err), 1);
	ck_assert(!rec.finished);
	ck_assert_int_eq(store_recording(st, 3, &arena, &rec, &err), 0);
	ck_assert_int_eq(store_recording(st, 0, &arena, &rec, &err), 0);
	arena_release(&arena);
	close_store(st);
	folder_leave();
}
END_TEST

START_TEST(a_second_recording_is_appended)
{
	struct store *st;

	folder_enter();
	make(3);
	make(2);
	st = open_store(STORE_READ);
	check(st, 3, 2);
	check(st, 4, 0);
	check(st, 5, 1);
	close_store(st);
	folder_leave();
}
END_TEST

static unsigned
count_selected(struct store *st, const struct selection *which, uint64_t *sum)
{
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	struct err err;
	unsigned count = 0;
	uint64_t last = 0;
	int got;

	*sum = 0;
	ck_assert_int_eq(cursor_open(&c, st, which, &err), 0);
	while ((got = cursor_next(c, &e, &err)) == 1) {
		ck_assert_uint_gt(e.id, last);
		last = e.id;
		*sum += e.id;
		count++;
	}
	ck_assert_msg(got == 0, "%s", err.text);
	ck_assert_ptr_null(e.exchange);
	cursor_close(c);
	return count;
}

START_TEST(selections_find_what_they_should)
{
	struct selection which = { 0 };
	struct entry e = ENTRY_INIT;
	struct store *st;
	struct err err;
	uint64_t sum;

	folder_enter();
	make(200);
	make(200);
	st = open_store(STORE_READ);
	ck_assert_uint_eq(count_selected(st, &which, &sum), 400);
	which.recording = 2;
	ck_assert_uint_eq(count_selected(st, &which, &sum), 200);
	which.after = 395;
	ck_assert_uint_eq(count_selected(st, &which, &sum), 5);
	/* Sample 100 is a deletion with a key and a path of its own. */
	ck_assert_int_eq(store_get(st, 101, &e, &err), 1);
	which = (struct selection){ .key = e.reading.key };
	ck_assert_uint_eq(count_selected(st, &which, &sum), 2);
	ck_assert_uint_eq(sum, 101 + 301);
	which.recording = 1;
	ck_assert_uint_eq(count_selected(st, &which, &sum), 1);
	which = (struct selection){ .path = span_of_str("/v3/pools/p100") };
	ck_assert_uint_eq(count_selected(st, &which, &sum), 2);
	ck_assert_uint_eq(sum, 101 + 301);
	which.path = span_of_str("/v3/pools/p10x");
	ck_assert_uint_eq(count_selected(st, &which, &sum), 0);
	which = (struct selection){ .operation = SPAN_LITERAL("none:Such") };
	ck_assert_uint_eq(count_selected(st, &which, &sum), 0);
	which.operation = e.reading.deletion.operation;
	which.by_kind = true;
	which.kind = KIND_DELETION;
	ck_assert_uint_gt(count_selected(st, &which, &sum), 300);
	which.kind = KIND_OTHER;
	ck_assert_uint_eq(count_selected(st, &which, &sum), 0);
	entry_release(&e);
	close_store(st);
	folder_leave();
}
END_TEST

START_TEST(evidence_is_found_by_deletion)
{
	struct arena arena = ARENA_INIT;
	const struct evidence *list;
	struct store *st;
	struct err err;
	size_t count;

	folder_enter();
	make(SAMPLE_COUNT);
	st = open_store(STORE_READ);
	ck_assert_int_eq(store_evidence(st, 1, &arena, &list, &count, &err), 0);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(list[0].exchange, SAMPLE_FOLLOW_UP + 1);
	ck_assert(span_eq_str(list[0].state, "shutting-down"));
	ck_assert_int_eq(list[0].verdict, VERDICT_UNCONFIRMED);
	ck_assert_int_eq(store_evidence(st, 999, &arena, &list, &count, &err),
	    0);
	ck_assert_uint_eq(count, 0);
	arena_release(&arena);
	close_store(st);
	folder_leave();
}
END_TEST

START_TEST(readers_see_what_is_committed)
{
	struct store *writer, *reader;
	struct entry e = ENTRY_INIT;
	struct err err;

	folder_enter();
	writer = open_store(STORE_APPEND);
	begin(writer);
	add_range(writer, 0, 3);
	ck_assert_int_eq(store_commit(writer, &err), 0);
	add(writer, 3);
	reader = open_store(STORE_READ);
	check(reader, 3, 2);
	ck_assert_int_eq(store_get(reader, 4, &e, &err), 0);
	ck_assert_int_eq(store_commit(writer, &err), 0);
	check(reader, 4, 3);
	close_store(reader);
	close_store(writer);
	ck_assert_int_eq(folder_count(), 1);
	folder_leave();
}
END_TEST

START_TEST(what_is_held_stays)
{
	struct store *writer, *reader;
	struct entry e = ENTRY_INIT;
	struct err err;

	folder_enter();
	writer = open_store(STORE_APPEND);
	begin(writer);
	add(writer, 0);
	ck_assert_int_eq(store_commit(writer, &err), 0);
	reader = open_store(STORE_READ);
	ck_assert_int_eq(store_hold(reader, &err), 0);
	add(writer, 1);
	ck_assert_int_eq(store_commit(writer, &err), 0);
	ck_assert_int_eq(store_get(reader, 2, &e, &err), 0);
	ck_assert_int_eq(store_hold(reader, &err), 0);
	ck_assert_int_eq(store_get(reader, 2, &e, &err), 1);
	store_let_go(reader);
	entry_release(&e);
	close_store(reader);
	close_store(writer);
	folder_leave();
}
END_TEST

START_TEST(there_is_one_writer)
{
	struct store *st, *second;
	struct err err;

	folder_enter();
	st = open_store(STORE_APPEND);
	ck_assert_int_eq(store_open(&second, folder_path("a.obit"),
			     STORE_APPEND, &err),
	    -1);
	ck_assert_ptr_nonnull(
	    strstr(err.text, "a.obit: is being written by another process"));
	close_store(st);
	folder_leave();
}
END_TEST

START_TEST(stats_count)
{
	struct store_stats stats;
	struct store *st;
	struct err err;

	folder_enter();
	make(SAMPLE_COUNT);
	st = open_store(STORE_READ);
	ck_assert_int_eq(store_stats(st, &stats, &err), 0);
	ck_assert_uint_eq(stats.recordings, 1);
	ck_assert_uint_eq(stats.exchanges, SAMPLE_COUNT);
	ck_assert_uint_gt(stats.deletions, 0);
	ck_assert_uint_gt(stats.follow_ups, 0);
	ck_assert_uint_gt(stats.targets, 0);
	ck_assert_uint_gt(stats.connections, 0);
	ck_assert_uint_gt(stats.message_bytes, 1000);
	ck_assert_uint_gt(stats.file_bytes, stats.stored_bytes);
	close_store(st);
	folder_leave();
}
END_TEST

static void
root_of(uint8_t root[DIGEST_SIZE], uint64_t *size)
{
	struct store *st = open_store(STORE_READ);
	struct err err;

	ck_assert_int_eq(store_root(st, root, size, &err), 0);
	close_store(st);
}

START_TEST(batches_leave_the_root_as_it_is)
{
	uint8_t whole[DIGEST_SIZE], parts[DIGEST_SIZE];
	struct store *st;
	struct err err;
	uint64_t size;

	folder_enter();
	make(300);
	root_of(whole, &size);
	ck_assert_uint_eq(size, 301);
	folder_leave();
	folder_enter();
	st = open_store(STORE_APPEND);
	begin(st);
	for (unsigned n = 0; n < 300; n++) {
		add(st, n);
		if (n % 7 == 0)
			ck_assert_int_eq(store_commit(st, &err), 0);
	}
	end(st);
	close_store(st);
	root_of(parts, &size);
	ck_assert_uint_eq(size, 301);
	ck_assert_mem_eq(whole, parts, DIGEST_SIZE);
	make(1);
	root_of(parts, &size);
	ck_assert_uint_eq(size, 303);
	ck_assert_mem_ne(whole, parts, DIGEST_SIZE);
	folder_leave();
}
END_TEST

/* Write until killed, telling through the pipe how much is committed. */
static void
write_forever(int fd)
{
	struct store *st = open_store(STORE_APPEND);
	struct err err;

	begin(st);
	for (unsigned n = 0;; n++) {
		add(st, n);
		if (n % 50 != 49)
			continue;
		if (store_commit(st, &err) < 0 ||
		    write(fd, &(unsigned){ n + 1 }, sizeof(unsigned)) < 0)
			_exit(1);
	}
}

/* Kill a writer after it told of so many commits. */
static unsigned
kill_writer(unsigned commits)
{
	unsigned told = 0, last = 0;
	int fd[2];
	pid_t pid;

	ck_assert_int_eq(pipe(fd), 0);
	pid = fork();
	if (pid == 0)
		write_forever(fd[1]);
	close(fd[1]);
	for (unsigned i = 0; i < commits; i++)
		ck_assert_int_eq(read(fd[0], &told, sizeof(told)),
		    sizeof(told));
	kill(pid, SIGKILL);
	/* It may have told of more before the signal came. */
	while (read(fd[0], &last, sizeof(last)) == sizeof(last))
		told = last;
	close(fd[0]);
	waitpid(pid, NULL, 0);
	return told;
}

START_TEST(a_killed_writer_loses_no_commit)
{
	for (unsigned commits = 1; commits <= 25; commits += 3) {
		struct store *st;
		unsigned told;

		folder_enter();
		told = kill_writer(commits);
		st = open_store(STORE_READ);
		check(st, 1, 0);
		check(st, told, told - 1);
		close_store(st);
		st = open_store(STORE_APPEND);
		check(st, told, told - 1);
		close_store(st);
		ck_assert_int_eq(folder_count(), 1);
		folder_leave();
	}
}
END_TEST

/* Add batches of 40 until a write fails; how much is committed by then. */
static unsigned
fill_disk(struct store *st, struct err *err)
{
	struct recording rec = { .begun = 1 };
	struct reading reading;
	unsigned committed = 0;

	if (store_begin(st, &rec, err) < 0)
		return 0;
	for (unsigned n = 0; n < 4000; n++) {
		struct exchange *x = sample_exchange(n, &reading);
		int rc = store_add(st, x, &reading, err);

		exchange_free(x);
		if (rc == 0 && n % 40 == 39 &&
		    (rc = store_commit(st, err)) == 0)
			committed = n + 1;
		if (rc < 0)
			return committed;
	}
	ck_abort_msg("the disk was never full");
}

static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
check_full(rlim_t bytes)
{
	struct store *st;
	struct err err = { 0 };
	unsigned committed = 0;

	folder_enter();
	limit_files(bytes);
	if (store_open(&st, folder_path("a.obit"), STORE_APPEND, &err) == 0) {
		committed = fill_disk(st, &err);
		ck_assert_ptr_nonnull(strstr(err.text, "a.obit: "));
		ck_assert_msg(strstr(err.text, "File too large") != NULL, "%s",
		    err.text);
		(void)!store_close(st, &err);
	}
	limit_files(RLIM_INFINITY);
	if (committed == 0) {
		ck_assert_int_eq(folder_count(), 0);
	} else {
		st = open_store(STORE_READ);
		check(st, committed, committed - 1);
		close_store(st);
		close_store(open_store(STORE_APPEND));
		ck_assert_int_eq(folder_count(), 1);
	}
	folder_leave();
}

START_TEST(a_full_disk_loses_no_commit)
{
	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t bytes = 1000; bytes < 400000; bytes += 20000)
		check_full(bytes);
}
END_TEST

UNIT_MAIN("store", every_field_comes_back,
    every_field_comes_back_before_the_commit, many_exchanges_share_a_dictionary,
    one_private_file_is_left, nothing_recorded_leaves_nothing,
    recordings_come_back, a_second_recording_is_appended,
    selections_find_what_they_should, evidence_is_found_by_deletion,
    readers_see_what_is_committed, what_is_held_stays, there_is_one_writer,
    stats_count, batches_leave_the_root_as_it_is,
    a_killed_writer_loses_no_commit, a_full_disk_loses_no_commit)
