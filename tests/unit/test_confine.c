#include "replay/confine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "replay/lane.h"
#include "tests/lib/unit.h"

/* What was open before. */
struct before {
	int file;
	int listening;
	int unconnected;
	struct sockaddr_in address;
};

static void
open_before(struct before *b)
{
	socklen_t len = sizeof(b->address);

	b->file = open("/dev/null", O_RDWR);
	b->listening = socket(AF_INET, SOCK_STREAM, 0);
	b->unconnected = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert(b->file >= 0 && b->listening >= 0 && b->unconnected >= 0);
	b->address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_eq(bind(b->listening, (struct sockaddr *)&b->address,
			     len),
	    0);
	ck_assert_int_eq(listen(b->listening, 8), 0);
	ck_assert_int_eq(getsockname(b->listening,
			     (struct sockaddr *)&b->address, &len),
	    0);
}

/* A client in a process that is not confined. */
static pid_t
client(const struct before *b)
{
	pid_t pid = fork();

	if (pid == 0) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		_exit(connect(fd, (const struct sockaddr *)&b->address,
			  sizeof(b->address)) != 0 ||
		    write(fd, "x", 1) != 1);
	}
	return pid;
}

static void
confine_now(void)
{
	struct err err;

	ck_assert_msg(confine_rings(&err) == 0, "%s", err.text);
	ck_assert_msg(confine(&err) == 0, "%s", err.text);
}

#define ASSERT_REFUSED(call)                                                   \
	do {                                                                   \
		errno = 0;                                                     \
		ck_assert_int_eq(call, -1);                                    \
		ck_assert_int_eq(errno, EPERM);                                \
	} while (0)

START_TEST(no_other_host_is_reached)
{
	struct before b;

	open_before(&b);
	confine_now();
	ASSERT_REFUSED(socket(AF_INET, SOCK_STREAM, 0));
	ASSERT_REFUSED(socket(AF_INET6, SOCK_DGRAM, 0));
	ASSERT_REFUSED(socket(AF_UNIX, SOCK_STREAM, 0));
	ASSERT_REFUSED(connect(b.unconnected, (struct sockaddr *)&b.address,
	    sizeof(b.address)));
}
END_TEST

START_TEST(no_file_is_opened)
{
	char *argv[] = { (char[]){ "true" }, NULL };

	confine_now();
	ASSERT_REFUSED(open("/dev/null", O_RDONLY));
	ASSERT_REFUSED(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	ASSERT_REFUSED(openat(AT_FDCWD, "/dev/null", O_RDONLY));
	ASSERT_REFUSED(creat("/dev/null", 0600));
	ASSERT_REFUSED(execv("/bin/true", argv));
}
END_TEST

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(events, UV_READABLE);
	uv_close((uv_handle_t *)poll, NULL);
}

/* Of whatever version libuv is, it still runs after what it was refused. */
START_TEST(an_event_loop_does_without_a_ring)
{
	struct err err;
	uv_loop_t loop;
	uv_poll_t poll;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_msg(confine_rings(&err) == 0, "%s", err.text);
	ASSERT_REFUSED((int)syscall(SYS_io_uring_setup, 8, NULL));
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	ck_assert_msg(confine(&err) == 0, "%s", err.text);
	ASSERT_REFUSED((int)syscall(SYS_io_uring_enter, 0, 0, 0, 0, NULL, 0));
	ck_assert_int_eq(uv_poll_init(&loop, &poll, fds[0]), 0);
	ck_assert_int_eq(uv_poll_start(&poll, UV_READABLE, on_readable), 0);
	ck_assert_int_eq(write(fds[1], "x", 1), 1);
	ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

static void *
try_in_thread(void *arg)
{
	int *go = arg;
	char byte;

	/* Started before, tries after. */
	ck_assert_int_eq(read(go[0], &byte, 1), 1);
	ASSERT_REFUSED(open("/dev/null", O_RDONLY));
	return NULL;
}

START_TEST(threads_that_run_are_held_too)
{
	pthread_t thread;
	int go[2];

	ck_assert_int_eq(pipe(go), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, try_in_thread, go), 0);
	confine_now();
	ck_assert_int_eq(write(go[1], "x", 1), 1);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

START_TEST(what_is_open_works_on)
{
	struct before b;
	pthread_t thread;
	int go[2], fd;
	char byte;

	open_before(&b);
	ck_assert_int_ge(client(&b), 0);
	confine_now();
	fd = accept(b.listening, NULL, NULL);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, &byte, 1), 1);
	ck_assert_int_eq(write(b.file, &byte, 1), 1);

	/* A server starts its threads after this. */
	ck_assert_int_eq(pipe(go), 0);
	ck_assert_int_eq(write(go[1], "x", 1), 1);
	ck_assert_int_eq(pthread_create(&thread, NULL, try_in_thread, go), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

UNIT_MAIN("confine", no_other_host_is_reached, no_file_is_opened,
    an_event_loop_does_without_a_ring, threads_that_run_are_held_too,
    what_is_open_works_on)
