#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/segments.h"
#include "tests/lib/unit.h"

#define UPLOADS 8
#define PIECE   20000 /* bytes of a body in one segment */

static const char of_uploads[] = "HTTP/1.1 201 C\r\nContent-Length: 0\r\n\r\n";

/* One of several connections that take turns. */
struct talk {
	uint16_t port;
	uint32_t seq[2];
};

static void
turn_to(struct talk *now, struct talk *next)
{
	if (now != NULL)
		memcpy(now->seq, t.seq, sizeof(t.seq));
	memcpy(t.seq, next->seq, sizeof(t.seq));
	t.port = next->port;
}

static void
send_piece(void)
{
	static char piece[PIECE + 1];

	memset(piece, 'b', PIECE);
	client(piece);
}

static void
send_chunk(void)
{
	char size[16];

	snprintf(size, sizeof(size), "%x\r\n", PIECE);
	client(size);
	send_piece();
	client("\r\n");
}

/* As many uploads at once as there are, and a deletion after each turn. */
static void
upload(const char *head, void (*send)(void), const char *end)
{
	struct talk talks[UPLOADS + 1] = { 0 }, *now = NULL;

	for (size_t i = 0; i <= UPLOADS; i++) {
		talks[i].port = (uint16_t)(5000 + i);
		turn_to(now, &talks[i]);
		now = &talks[i];
		connect_from((uint32_t)i);
		if (i < UPLOADS)
			client(head);
	}
	for (size_t n = 0; n < 10; n++)
		for (size_t i = 0; i <= UPLOADS; i++) {
			turn_to(now, &talks[i]);
			now = &talks[i];
			if (i < UPLOADS) {
				send();
				continue;
			}
			client(DELETE_A);
			server(DONE);
		}
	for (size_t i = 0; i < UPLOADS; i++) {
		turn_to(now, &talks[i]);
		now = &talks[i];
		client(end);
		server(of_uploads);
	}
}

static size_t
count(const char *what)
{
	size_t n = 0;

	for (const char *p = t.log; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

/* Every status is known; so many bodies were given up. */
static void
expect_given_up(size_t min, size_t max)
{
	size_t whole = count(" 201;"), given_up = count(" 201 limit;");

	flow_table_finish(t.flows);
	ck_assert_uint_eq(count("DELETE /a 204;"), 10);
	ck_assert_uint_eq(whole + given_up, UPLOADS);
	ck_assert_uint_ge(given_up, min);
	ck_assert_uint_le(given_up, max);
	ck_assert_uint_eq(t.outlet.coverage.evicted, 0);
	ck_assert_uint_eq(t.outlet.bulk.held, 0);
	flow_table_free(t.flows);
	ck_assert_uint_eq(t.outlet.budget.used, 0);
}

START_TEST(large_bodies_go_before_connections)
{
	open_capture();
	t.outlet.max_body = 1 << 20;
	t.outlet.budget.limit = 1 << 20;
	upload("POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n", send_piece,
	    "");
	expect_given_up(3, UPLOADS - 1);
	open_capture();
	t.outlet.max_body = 1 << 20;
	t.outlet.budget.limit = 1 << 20;
	upload("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
	    send_chunk, "0\r\n\r\n");
	expect_given_up(3, UPLOADS - 1);
}
END_TEST

START_TEST(of_a_body_that_is_too_long_nothing_is_held)
{
	open_capture();
	t.outlet.max_body = 150000;
	connect_from(1);
	client("POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n");
	for (int i = 0; i < 200000 / PIECE; i++) {
		ck_assert_uint_lt(t.outlet.budget.used, PIECE);
		send_piece();
	}
	server(of_uploads);
	expect("1.1 POST / 201 limit;");
}
END_TEST

/* But nothing is said of one that never came. */
START_TEST(a_body_that_does_not_come_is_not_too_long)
{
	open_capture();
	connect_from(1);
	client("HEAD /h HTTP/1.1\r\n\r\n" GET_B);
	server("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"
	       "HTTP/1.1 304 N\r\nContent-Length: 900\r\n\r\n");
	expect("1.1 HEAD /h 200;1.2 GET /b 304;");
}
END_TEST

/* Connections that are over, and those that nobody hears of any more. */
static void
fill_up(bool close)
{
	for (uint32_t i = 0; i < 3000; i++) {
		t.port = (uint16_t)(10000 + i);
		connect_from(i);
		if (!close)
			continue;
		put(0, TCP_ACK | TCP_FIN, "", 0);
		put(1, TCP_ACK | TCP_FIN, "", 0);
	}
}

START_TEST(what_is_over_goes_before_large_bodies)
{
	for (int close = 0; close <= 1; close++) {
		open_capture();
		t.outlet.max_body = 1 << 20;
		t.outlet.budget.limit = 1 << 20;
		fill_up(close);
		t.time += (int64_t)3000 * 1000000000;
		t.port = 4000;
		connect_from(1);
		client("POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n");
		for (int i = 0; i < 200000 / PIECE; i++)
			send_piece();
		server(of_uploads);
		flow_table_finish(t.flows);
		ck_assert_str_eq(t.log, "3001.1 POST / 201;");
		flow_table_free(t.flows);
	}
}
END_TEST

/* While less than half of the memory is for bodies they stay. */
START_TEST(connections_leave_room_for_a_body)
{
	struct talk first = { .port = 4000 }, others = { 0 };

	open_capture();
	t.outlet.max_body = 1 << 20;
	t.outlet.budget.limit = 1 << 20;
	connect_from(1);
	client("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n");
	for (int i = 0; i < 4; i++)
		send_piece();
	turn_to(&first, &others);
	for (int i = 0; i < 3000; i++) {
		t.port = (uint16_t)(10000 + i);
		connect_from(1);
		if (i % 30 > 0)
			continue;
		turn_to(NULL, &first);
		put(1, TCP_ACK, "", 0);
	}
	turn_to(NULL, &first);
	send_piece();
	server(of_uploads);
	ck_assert_uint_gt(t.outlet.coverage.evicted, 1000);
	expect("1.1 POST / 201;");
}
END_TEST

/* What waits for its final response, or to be known as HTTP, counts, too. */
START_TEST(interim_responses_are_held)
{
	char hints[2 * PIECE];
	size_t used;

	snprintf(hints, sizeof(hints), "HTTP/1.1 103 E\r\nLink: %0*d\r\n\r\n",
	    PIECE, 0);
	open_capture();
	connect_from(1);
	used = t.outlet.budget.used;
	client("DEL");
	ck_assert_uint_gt(t.outlet.budget.used, used);
	client("ETE /a HTTP/1.1\r\n\r\n");
	used = t.outlet.budget.used;
	server(hints);
	ck_assert_uint_gt(t.outlet.budget.used, used + PIECE);
	server(DONE);
	ck_assert_uint_lt(t.outlet.budget.used, used + PIECE);
	expect("1.1 DELETE /a 204;");
}
END_TEST

UNIT_MAIN("flow_memory", large_bodies_go_before_connections,
    of_a_body_that_is_too_long_nothing_is_held,
    a_body_that_does_not_come_is_not_too_long,
    what_is_over_goes_before_large_bodies, connections_leave_room_for_a_body,
    interim_responses_are_held)
