#include "capture/input.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/lib/put.h"
#include "tests/lib/unit.h"

enum { LEN = 300000, SMALL = 16 };

static struct put w;

static uint8_t
byte_at(size_t n)
{
	return (uint8_t)(n % 251);
}

static void
make_bytes(void)
{
	w.len = 0;
	for (size_t n = 0; n < LEN; n++)
		put_u8(&w, byte_at(n));
}

START_TEST(a_peek_does_not_pass_and_a_skip_does)
{
	struct input *in;
	struct span s;
	struct err err;

	ck_assert_int_eq(input_open_memory(&in, span_of_str("abcdef"), &err),
	    0);
	ck_assert_int_eq(input_peek(in, 4, &s, &err), 1);
	ck_assert(span_eq_str(s, "abcd"));
	ck_assert_int_eq(input_peek(in, 0, &s, &err), 1);
	ck_assert_uint_eq(s.len, 0);
	input_skip(in, 3);
	ck_assert_uint_eq(input_offset(in), 3);
	ck_assert_int_eq(input_peek(in, 4, &s, &err), 0);
	ck_assert(span_eq_str(s, "def"));
	ck_assert_int_eq(input_peek(in, 3, &s, &err), 1);
	ck_assert(span_eq_str(s, "def"));
	input_close(in);
}
END_TEST

START_TEST(a_discard_stops_at_the_end)
{
	struct input *in;
	struct span s;
	struct err err;

	make_bytes();
	ck_assert_int_eq(input_open_memory(&in, put_span(&w), &err), 0);
	ck_assert_int_eq(input_discard(in, LEN - 1, &err), 1);
	ck_assert_uint_eq(input_offset(in), LEN - 1);
	ck_assert_int_eq(input_peek(in, 1, &s, &err), 1);
	ck_assert_uint_eq(s.p[0], byte_at(LEN - 1));
	ck_assert_int_eq(input_discard(in, UINT64_MAX, &err), 0);
	ck_assert_uint_eq(input_offset(in), LEN);
	input_close(in);
}
END_TEST

/* Peeks of all lengths through a window that begins smaller than most. */
START_TEST(a_small_window_grows_and_moves)
{
	char name[] = "test_input.XXXXXX";
	int fd = mkstemp(name);
	struct input *in;
	struct span s;
	struct err err;
	size_t at = 0;

	make_bytes();
	ck_assert_int_eq(write(fd, w.p, w.len), LEN);
	close(fd);
	ck_assert_int_eq(input_open(&in, name, SMALL, &err), 0);
	unlink(name);
	for (size_t n = 1; at + n <= LEN; at += n, n = n * 7 % 997) {
		ck_assert_int_eq(input_peek(in, n, &s, &err), 1);
		ck_assert_uint_eq(s.len, n);
		ck_assert_mem_eq(s.p, w.p + at, n);
		input_skip(in, n);
	}
	ck_assert_int_eq(input_discard(in, LEN - at, &err), 1);
	ck_assert_int_eq(input_peek(in, 1, &s, &err), 0);
	input_close(in);
}
END_TEST

/* Four bytes are in a pipe that is standard input now; return its other end. */
static int
begin_pipe(struct input **in)
{
	struct err err;
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(dup2(fd[0], STDIN_FILENO), STDIN_FILENO);
	ck_assert_int_eq(write(fd[1], "abcd", 4), 4);
	ck_assert_int_eq(input_open(in, "-", INPUT_WINDOW, &err), 0);
	return fd[1];
}

/* Signals that come all the time: it does not matter when a read begins. */
static void
begin_signals(void (*handler)(int))
{
	struct itimerval soon = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction act = { .sa_handler = handler };

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
}

static void
end_signals(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
}

/* Bytes come as they are written, not when the pipe is full or closed. */
START_TEST(a_pipe_is_not_waited_for)
{
	struct input *in;
	struct span s;
	struct err err;
	uint64_t done, total;
	int end = begin_pipe(&in);

	ck_assert_int_eq(input_peek(in, 4, &s, &err), 1);
	ck_assert(span_eq_str(s, "abcd"));
	input_progress(in, &done, &total);
	ck_assert_uint_eq(done, 4);
	ck_assert_uint_eq(total, 0);
	close(end);
	ck_assert_int_eq(input_peek(in, 5, &s, &err), 0);
	input_close(in);
}
END_TEST

static int idles, pipe_end;

static int
say_more(void *ctx, struct err *err)
{
	(void)err;
	ck_assert_ptr_eq(ctx, &idles);
	if (++idles == 2)
		ck_assert_int_eq(write(pipe_end, "e", 1), 1);
	return idles < 3 ? 0 : err_set(err, ERR_SYSTEM, "enough");
}

static void
no_action(int signo)
{
	(void)signo;
}

START_TEST(who_waits_for_a_pipe_hears_of_signals)
{
	struct input *in;
	struct span s;
	struct err err;

	pipe_end = begin_pipe(&in);
	input_on_idle(in, say_more, &idles);
	begin_signals(no_action);
	ck_assert_int_eq(input_peek(in, 5, &s, &err), 1);
	ck_assert(span_eq_str(s, "abcde"));
	ck_assert_int_eq(idles, 2);
	ck_assert_int_eq(input_peek(in, 6, &s, &err), -1);
	end_signals();
	ck_assert_str_eq(err.text, "enough");
	input_close(in);
	close(pipe_end);
}
END_TEST

static struct input *stopping;

static void
on_alarm(int signo)
{
	(void)signo;
	input_stop(stopping);
}

START_TEST(a_signal_ends_a_read_that_waits)
{
	struct span s;
	struct err err;
	int end = begin_pipe(&stopping);

	begin_signals(on_alarm);
	ck_assert_int_eq(input_peek(stopping, 5, &s, &err), 0);
	end_signals();
	input_close(stopping);
	close(end);
}
END_TEST

UNIT_MAIN("input", a_peek_does_not_pass_and_a_skip_does,
    a_discard_stops_at_the_end, a_small_window_grows_and_moves,
    a_pipe_is_not_waited_for, who_waits_for_a_pipe_hears_of_signals,
    a_signal_ends_a_read_that_waits)
