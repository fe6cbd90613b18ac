#include "replay/sender.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "deletion/recogniser.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "replay/guard.h"
#include "replay/sending.h"
#include "store/sent.h"
#include "store/store.h"
#include "tests/lib/exchange.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

#define COUNT 8

static const uint8_t key[REDACT_KEY_SIZE] = "key";

/* A server of one connection at a time, which answers all alike. */
static struct {
	pthread_t thread;
	int fd;
	struct sockaddr_in at;
	const char *greeting; /* before anybody asked; NULL: none */
	const char *answer;   /* NULL: it closes instead */
	atomic_uint connections, requests;
} server;

static void
answer_all(int peer)
{
	char request[4096];
	ssize_t n;

	if (server.greeting != NULL)
		ck_assert_int_gt(write(peer, server.greeting,
				     strlen(server.greeting)),
		    0);
	while ((n = read(peer, request, sizeof(request))) > 0) {
		server.requests++;
		if (server.answer == NULL)
			return;
		n = write(peer, server.answer, strlen(server.answer));
		ck_assert_int_gt(n, 0);
	}
}

static void *
serve(void *arg)
{
	int peer;

	while ((peer = accept(server.fd, NULL, NULL)) >= 0) {
		server.connections++;
		answer_all(peer);
		close(peer);
	}
	return arg;
}

static void
start_server(const char *answer)
{
	socklen_t len = sizeof(server.at);

	server.answer = answer;
	server.fd = socket(AF_INET, SOCK_STREAM, 0);
	server.at.sin_family = AF_INET;
	server.at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(server.fd, (struct sockaddr *)&server.at, len),
	    0);
	ck_assert_int_eq(getsockname(server.fd, (struct sockaddr *)&server.at,
			     &len),
	    0);
	ck_assert_int_eq(listen(server.fd, 64), 0);
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void
stop_server(void)
{
	shutdown(server.fd, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.fd);
}

static struct rules *rules;
static struct redactor *redactor;
static struct store *source, *results;
static struct sending sending;
static struct plan plan;
static bool done[COUNT];
static struct sender_report report;
static uint16_t unheard; /* port of a first address; 0: there is none */
static struct err err;

static void
record(const char *method)
{
	struct recogniser *recogniser = recogniser_new(rules, SIZE_MAX);
	struct recording rec = { .program = span_of_str("test") };
	struct coverage covered = { 0 };
	char request[128];

	ck_assert_int_eq(store_open(&source, folder_path("a.obit"),
			     STORE_APPEND, &err),
	    0);
	ck_assert_int_eq(store_begin(source, &rec, &err), 0);
	for (uint64_t i = 1; i <= COUNT; i++) {
		struct reading reading = { 0 };
		struct exchange *x;

		snprintf(request, sizeof(request),
		    "%s /things/%llu HTTP/1.1\r\nHost: r.test\r\n\r\n", method,
		    (unsigned long long)i);
		x = exchange_of_strings(request,
		    "HTTP/1.1 204 No Content\r\n\r\n");
		recogniser_read(recogniser, x, i, &reading);
		ck_assert_int_eq(store_add(source, x, &reading, &err), 0);
		exchange_free(x);
	}
	ck_assert_int_eq(store_end(source, &covered, &err), 0);
	ck_assert_int_eq(store_close(source, &err), 0);
	recogniser_free(recogniser);
}

static void
make_plan(void)
{
	struct guard *guard = guard_new();
	struct plan_options options = {
		.sending = &sending,
		.rules = rules,
		.redactor = redactor,
	};
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u",
	    ntohs(server.at.sin_port));
	ck_assert_int_eq(destination_parse(&sending.target, url, &err), 0);
	ck_assert_int_eq(store_open(&source, folder_path("a.obit"), STORE_READ,
			     &err),
	    0);
	ck_assert_msg(plan_make(&plan, source, guard, &options, &err) == 0,
	    "%s", err.text);
	guard_free(guard);
}

static void
begin(const char *method, const char *answer)
{
	struct recording rec = { .program = span_of_str("test") };

	folder_enter();
	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	redactor = redactor_new(rules, key);
	sending = (struct sending){
		.all = true,
		.max_deletes = UINT64_MAX,
		.connections = 4,
		.connect_s = 5,
		.answer_s = 5,
		.total_s = 5,
	};
	start_server(answer);
	record(method);
	make_plan();
	ck_assert_int_eq(store_open(&results, folder_path("r.obit"),
			     STORE_APPEND, &err),
	    0);
	ck_assert_int_eq(store_begin(results, &rec, &err), 0);
}

static int run(enum sender_answer (*ask)(void *ctx, size_t step))
{
	struct endpoint at[] = {
		{ .addr = { 127, 0, 0, 1 }, .port = unheard },
		{ .addr = { 127, 0, 0, 1 }, .port = ntohs(server.at.sin_port) },
	};
	struct sender_options options = {
		.sending = &sending,
		.plan = &plan,
		.source = source,
		.results = results,
		.rules = rules,
		.redactor = redactor,
		.at = unheard != 0 ? at : at + 1,
		.at_count = unheard != 0 ? 2 : 1,
		.done = done,
		.ask = ask,
	};

	return sender_run(&options, &report, &err);
}

static void
end(void)
{
	plan_release(&plan);
	(void)!store_close(results, &err);
	ck_assert_int_eq(store_close(source, &err), 0);
	redactor_free(redactor);
	rules_close(rules);
	folder_leave();
}

/* How many sources have a row, and how many of them an exchange. */
static void
count_rows(unsigned *rows, unsigned *settled)
{
	struct sent row = { 0 };

	*rows = *settled = 0;
	while (store_sent_next(results, row.source, &row, &err) == 1) {
		++*rows;
		*settled += row.exchange != 0;
	}
}

START_TEST(each_deletion_has_a_connection)
{
	unsigned rows, settled;

	begin("DELETE", "HTTP/1.1 204 No Content\r\n\r\n");
	ck_assert_msg(run(NULL) == 0, "%s", err.text);
	stop_server();
	count_rows(&rows, &settled);
	ck_assert_uint_eq(report.written, COUNT);
	ck_assert_uint_eq(server.requests, COUNT);
	ck_assert_uint_eq(server.connections, COUNT);
	ck_assert_uint_eq(rows, COUNT);
	ck_assert_uint_eq(settled, COUNT);
	ck_assert_uint_eq(report.coverage.exchanges.kept, COUNT);
	end();
}
END_TEST

START_TEST(reads_share_connections)
{
	begin("GET", "HTTP/1.1 204 No Content\r\n\r\n");
	sending.connections = 1;
	ck_assert_msg(run(NULL) == 0, "%s", err.text);
	stop_server();
	ck_assert_uint_eq(server.requests, COUNT);
	ck_assert_uint_eq(server.connections, 1);
	end();
}
END_TEST

START_TEST(what_is_not_answered_is_not_tried_again)
{
	unsigned rows, settled;

	begin("DELETE", NULL);
	ck_assert_int_eq(run(NULL), 0);
	ck_assert_uint_eq(server.requests, COUNT);
	/* Nothing is left to do, whoever asks again. */
	ck_assert_int_eq(run(NULL), 0);
	stop_server();
	ck_assert_uint_eq(report.written, 0);
	ck_assert_uint_eq(server.requests, COUNT);
	count_rows(&rows, &settled);
	ck_assert_uint_eq(rows, COUNT);
	end();
}
END_TEST

START_TEST(a_redirect_ends_it)
{
	begin("DELETE", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
	sending.connections = 1;
	sending.order = ORDER_SERIAL;
	ck_assert_int_eq(run(NULL), -1);
	stop_server();
	ck_assert_int_eq(err.code, ERR_REFUSED);
	ck_assert_uint_eq(server.requests, 1);
	end();
}
END_TEST

START_TEST(what_cannot_be_connected_is_taken_back)
{
	unsigned rows, settled;

	begin("DELETE", NULL);
	stop_server();
	ck_assert_int_eq(run(NULL), -1);
	ck_assert_int_eq(err.code, ERR_SYSTEM);
	ck_assert_uint_eq(report.written, 0);
	count_rows(&rows, &settled);
	ck_assert_uint_eq(rows, 0);
	end();
}
END_TEST

/* Bound and never listened to, a port refuses whoever comes. */
static int
refuse(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	unheard = ntohs(at.sin_port);
	return fd;
}

START_TEST(another_address_is_tried_before_anything_is_written)
{
	unsigned rows, settled;
	int fd = refuse();

	begin("DELETE", "HTTP/1.1 204 No Content\r\n\r\n");
	ck_assert_msg(run(NULL) == 0, "%s", err.text);
	stop_server();
	close(fd);
	ck_assert_uint_eq(server.requests, COUNT);
	count_rows(&rows, &settled);
	ck_assert_uint_eq(settled, COUNT);
	end();
}
END_TEST

/* It would be taken for the answer to what it was said before. */
START_TEST(a_server_that_speaks_first_is_told_nothing)
{
	unsigned rows, settled;

	begin("DELETE", "HTTP/1.1 204 No Content\r\n\r\n");
	server.greeting = "HTTP/1.1 204 No Content\r\n\r\n";
	sending.connections = 1;
	sending.order = ORDER_SERIAL;
	(void)!run(NULL);
	stop_server();
	count_rows(&rows, &settled);
	/* What it said may come when the request has just been written, and
	   then nobody can tell. */
	ck_assert_uint_eq(server.requests, report.written);
	ck_assert_uint_eq(rows, report.written);
	end();
}
END_TEST

START_TEST(half_an_answer_is_none)
{
	struct entry e = ENTRY_INIT;

	begin("DELETE", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
	sending.total_s = 1;
	sending.limit = 1;
	plan.count = 1;
	ck_assert_int_eq(run(NULL), 0);
	stop_server();
	ck_assert_uint_eq(server.requests, 1);
	ck_assert_int_eq(store_get(results, 1, &e, &err), 1);
	ck_assert_int_eq(e.reading.deletion.outcome, OUTCOME_UNKNOWN);
	ck_assert(!e.exchange->response->complete);
	entry_release(&e);
	end();
}
END_TEST

START_TEST(an_outcome_may_stop_it)
{
	begin("DELETE", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
	sending.order = ORDER_SERIAL;
	sending.stop_on = (uint32_t)1 << OUTCOME_DENIED;
	ck_assert_int_eq(run(NULL), 0);
	stop_server();
	ck_assert(report.stopped);
	ck_assert_uint_eq(server.requests, 1);
	end();
}
END_TEST

/* Send the first, skip the second, and end at the fourth. */
static enum sender_answer
decide(void *ctx, size_t step)
{
	(void)ctx;
	if (step == 1)
		return SENDER_SKIP;
	return step == 3 ? SENDER_QUIT : SENDER_SEND;
}

START_TEST(a_person_decides_about_each)
{
	begin("DELETE", "HTTP/1.1 204 No Content\r\n\r\n");
	ck_assert_int_eq(run(decide), 0);
	stop_server();
	ck_assert_uint_eq(report.written, 2);
	ck_assert_uint_eq(report.skipped, 1);
	ck_assert(report.stopped);
	ck_assert_uint_eq(server.requests, 2);
	end();
}
END_TEST

START_TEST(a_schedule_is_kept)
{
	begin("GET", "HTTP/1.1 204 No Content\r\n\r\n");
	sending.rate = 200;
	ck_assert_int_eq(run(NULL), 0);
	stop_server();
	ck_assert_uint_eq(report.timed, COUNT);
	ck_assert_int_ge(report.elapsed, (COUNT - 1) * 5000000);
	ck_assert_int_ge(report.late_p50, 0);
	ck_assert_int_ge(report.late_max, report.late_p99);
	end();
}
END_TEST

UNIT_MAIN("sender", each_deletion_has_a_connection, reads_share_connections,
    what_is_not_answered_is_not_tried_again, a_redirect_ends_it,
    what_cannot_be_connected_is_taken_back,
    another_address_is_tried_before_anything_is_written,
    a_server_that_speaks_first_is_told_nothing, half_an_answer_is_none,
    an_outcome_may_stop_it, a_person_decides_about_each, a_schedule_is_kept)
