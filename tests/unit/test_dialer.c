#include "replay/dialer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "tests/lib/unit.h"

#define LARGE ((size_t)32 << 20) /* no kernel takes that at once */

/* The other side: what it does with the one connection that it takes. */
static struct {
	pthread_t thread;
	int fd;
	struct endpoint at;
	void (*talk)(int peer);
	size_t got; /* bytes */
} server;

static void *
serve(void *arg)
{
	int peer = accept(server.fd, NULL, NULL);

	if (peer >= 0) {
		server.talk(peer);
		close(peer);
	}
	return arg;
}

/* Port 0 of the system's choice; without a talk, nobody listens there. */
static void
start_server(void (*talk)(int peer))
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	server.talk = talk;
	server.fd = socket(AF_INET, SOCK_STREAM, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(server.fd, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(getsockname(server.fd, (struct sockaddr *)&at, &len),
	    0);
	server.at = (struct endpoint){ .addr = { 127, 0, 0, 1 },
		.port = ntohs(at.sin_port) };
	if (talk == NULL)
		return;
	ck_assert_int_eq(listen(server.fd, 8), 0);
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void
stop_server(void)
{
	if (server.talk != NULL) {
		shutdown(server.fd, SHUT_RDWR);
		pthread_join(server.thread, NULL);
	}
	close(server.fd);
}

/* What was told. */
static struct {
	struct dialer *dialer;
	struct dial *dial;
	struct span say; /* once it is open */
	bool close_at_data;
	unsigned opened, ended, woken, stopped;
	unsigned news, known; /* of these; how many when told() was called */
	size_t got, enough;   /* bytes; 0: until it ends */
	enum dial_end how;
	char why[128];
	struct endpoint local;
} told;

static void
on_woken(void *ctx)
{
	(void)ctx;
	told.news++;
	told.woken++;
}

static void
on_stopped(void *ctx)
{
	(void)ctx;
	told.news++;
	told.stopped++;
	dialer_stop(told.dialer);
}

static void
on_opened(void *owner)
{
	ck_assert_ptr_eq(owner, &told);
	told.news++;
	told.opened++;
	told.local = *dial_local(told.dial);
	if (told.say.len > 0)
		dial_send(told.dial, told.say);
}

static void
on_data(void *owner, struct span bytes)
{
	ck_assert_ptr_eq(owner, &told);
	told.news++;
	told.got += bytes.len;
	if (told.close_at_data) {
		dial_close(told.dial);
		dialer_stop(told.dialer);
	} else if (told.enough > 0 && told.got >= told.enough) {
		dialer_stop(told.dialer);
	}
}

static void
on_ended(void *owner, enum dial_end how, const char *why)
{
	ck_assert_ptr_eq(owner, &told);
	told.news++;
	told.ended++;
	told.how = how;
	snprintf(told.why, sizeof(told.why), "%s", why);
	dialer_stop(told.dialer);
}

static void
on_told(void *ctx)
{
	(void)ctx;
	told.known = told.news;
}

static const struct dialer_events events = { NULL, on_woken, on_stopped,
	on_opened, on_data, on_ended, on_told };

static struct err err;

static void
run(void)
{
	ck_assert_int_eq(dialer_open(&told.dialer, &events, &err), 0);
	told.dial = dial_open(told.dialer, &server.at, NULL, NULL, &told);
	ck_assert_uint_eq(told.opened + told.ended, 0);
	dialer_run(told.dialer);
	ck_assert_uint_gt(told.known, 0);
	ck_assert_uint_eq(told.known, told.news);
	dialer_close(told.dialer);
	stop_server();
}

static void
echo_once(int peer)
{
	char bytes[64];
	ssize_t n = read(peer, bytes, sizeof(bytes));

	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(write(peer, bytes, (size_t)n), n);
}

START_TEST(what_came_before_the_end_is_told)
{
	start_server(echo_once);
	told.say = span_of_str("hello");
	run();
	ck_assert_uint_eq(told.opened, 1);
	ck_assert_uint_eq(told.got, 5);
	ck_assert_uint_eq(told.ended, 1);
	ck_assert_int_eq(told.how, DIAL_CLOSED);
	ck_assert_uint_ne(told.local.port, 0);
	ck_assert_uint_eq(told.local.addr[0], 127);
}
END_TEST

static void
speak_and_go(int peer)
{
	ck_assert_int_eq(write(peer, "bye", 3), 3);
}

/* All of it is there before it is looked at. */
START_TEST(an_end_that_came_with_bytes_is_told)
{
	start_server(speak_and_go);
	ck_assert_int_eq(dialer_open(&told.dialer, &events, &err), 0);
	told.dial = dial_open(told.dialer, &server.at, NULL, NULL, &told);
	pthread_join(server.thread, NULL);
	dialer_run(told.dialer);
	ck_assert_uint_eq(told.opened, 1);
	ck_assert_uint_eq(told.got, 3);
	ck_assert_int_eq(told.how, DIAL_CLOSED);
	dialer_close(told.dialer);
	close(server.fd);
}
END_TEST

START_TEST(nobody_listens)
{
	start_server(NULL);
	run();
	ck_assert_uint_eq(told.opened, 0);
	ck_assert_uint_eq(told.ended, 1);
	ck_assert_int_eq(told.how, DIAL_FAILED);
	ck_assert_str_eq(told.why, strerror(ECONNREFUSED));
}
END_TEST

/* connect(2) itself fails: a broadcast address takes no stream. */
START_TEST(what_fails_at_once_is_told_by_the_loop)
{
	start_server(NULL);
	memset(server.at.addr, 255, 4);
	run();
	ck_assert_uint_eq(told.opened, 0);
	ck_assert_uint_eq(told.ended, 1);
	ck_assert_int_eq(told.how, DIAL_FAILED);
}
END_TEST

static void
reset(int peer)
{
	struct linger at_once = { .l_onoff = 1 };
	char bytes[64];

	ck_assert_int_gt(read(peer, bytes, sizeof(bytes)), 0);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

START_TEST(a_reset_is_told_apart)
{
	start_server(reset);
	told.say = span_of_str("hello");
	run();
	ck_assert_uint_eq(told.opened, 1);
	ck_assert_int_eq(told.how, DIAL_RESET);
	ck_assert_str_eq(told.why, strerror(ECONNRESET));
}
END_TEST

static void
swallow(int peer)
{
	char bytes[65536];
	ssize_t n;

	while (server.got < LARGE && (n = read(peer, bytes, sizeof(bytes))) > 0)
		server.got += (size_t)n;
}

START_TEST(what_the_kernel_does_not_take_follows)
{
	uint8_t *large = xcalloc(1, LARGE);

	start_server(swallow);
	told.say = (struct span){ large, LARGE };
	run();
	free(large);
	ck_assert_uint_eq(server.got, LARGE);
	ck_assert_int_eq(told.how, DIAL_CLOSED);
}
END_TEST

static void
talk_without_end(int peer)
{
	static char bytes[65536];

	while (send(peer, bytes, sizeof(bytes), MSG_NOSIGNAL) > 0)
		continue;
}

START_TEST(who_never_pauses_stops_no_clock)
{
	start_server(talk_without_end);
	ck_assert_int_eq(dialer_open(&told.dialer, &events, &err), 0);
	told.dial = dial_open(told.dialer, &server.at, NULL, NULL, &told);
	told.enough = (size_t)64 << 20;
	dialer_alarm(told.dialer, clock_steady());
	dialer_run(told.dialer);
	ck_assert_uint_ge(told.got, told.enough);
	ck_assert_uint_gt(told.woken, 0);
	dialer_close(told.dialer);
	stop_server();
}
END_TEST

START_TEST(nothing_is_told_after_it_was_closed)
{
	start_server(echo_once);
	told.say = span_of_str("hello");
	told.close_at_data = true;
	run();
	ck_assert_uint_eq(told.got, 5);
	ck_assert_uint_eq(told.ended, 0);
}
END_TEST

UNIT_MAIN("dialer", what_came_before_the_end_is_told,
    an_end_that_came_with_bytes_is_told, nobody_listens,
    what_fails_at_once_is_told_by_the_loop, a_reset_is_told_apart,
    what_the_kernel_does_not_take_follows, who_never_pauses_stops_no_clock,
    nothing_is_told_after_it_was_closed)
