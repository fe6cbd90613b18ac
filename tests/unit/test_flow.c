#include <stdio.h>
#include <time.h>

#include "tests/lib/segments.h"
#include "tests/lib/unit.h"

START_TEST(keep_alive_and_pipelining)
{
	open_capture();
	connect_from(UINT32_MAX - 10);
	client(DELETE_A GET_B);
	server(DONE GONE);
	client(DELETE_A);
	server(DONE);
	ck_assert_uint_ne(t.len, 0); /* handed over before the end */
	expect("1.1 DELETE /a 204;1.2 GET /b 404 no;1.3 DELETE /a 204;");
	ck_assert_uint_eq(t.outlet.coverage.flows.http, 1);
}
END_TEST

START_TEST(what_is_not_wanted_is_counted)
{
	open_capture();
	t.deletes_only = true;
	connect_from(1);
	client(GET_B DELETE_A);
	server(GONE DONE);
	expect("1.2 DELETE /a 204;");
	ck_assert_uint_eq(t.outlet.coverage.exchanges.filtered, 1);
}
END_TEST

START_TEST(bodies_follow_the_method)
{
	open_capture();
	connect_from(1);
	client("HEAD /h HTTP/1.1\r\n\r\n" GET_B);
	server(OK_HEAD "HTTP/1.1 304 N\r\nContent-Length: 9\r\n\r\n");
	client(GET_B);
	server("HTTP/1.0 200 OK\r\n\r\nto the");
	server(" end");
	put(1, TCP_ACK | TCP_FIN, "", 0);
	expect("1.1 HEAD /h 200;1.2 GET /b 304;1.3 GET /b 200 to the end;");
}
END_TEST

START_TEST(interim_belongs_to_its_request)
{
	open_capture();
	connect_from(1);
	client("PUT /p HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
	server("HTTP/1.1 100 C\r\n\r\n");
	client("hi");
	server("HTTP/1.1 103 E\r\n\r\n" DONE);
	expect("1.1 PUT /p 204;");
}
END_TEST

START_TEST(early_response_is_a_flaw)
{
	open_capture();
	connect_from(1);
	client("PUT /p HTTP/1.1\r\nContent-Length: 4\r\n\r\nhi");
	server(GONE);
	client("hi");
	expect("1.1 PUT /p 404 no early-response;");
}
END_TEST

START_TEST(tunnels)
{
	open_capture();
	connect_from(1);
	client("CONNECT h:80 HTTP/1.1\r\n\r\n");
	server("HTTP/1.1 200 OK\r\n\r\n");
	client(DELETE_A);
	server(DONE);
	expect("1.1 CONNECT h:80 200;1.2 DELETE /a 204 tunnel;");
	open_capture();
	connect_from(1);
	client("CONNECT h:80 HTTP/1.1\r\n\r\n");
	server("HTTP/1.1 200 OK\r\n\r\n");
	client("\x16\x03\x01 hello");
	server("\x16\x03\x01 hello");
	expect("1.1 CONNECT h:80 200;");
	open_capture();
	connect_from(1);
	client("GET /ws HTTP/1.1\r\nUpgrade: x\r\n\r\n");
	server("HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n\x81\x01x");
	client("\x81\x01x");
	expect("1.1 GET /ws 101;");
}
END_TEST

START_TEST(requests_without_response_say_why)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	expect("1.1 DELETE /a no-response no-response;");
	open_capture();
	connect_from(1);
	client(DELETE_A);
	put(1, TCP_RST, "", 0);
	expect("1.1 DELETE /a reset reset;");
	open_capture();
	connect_from(1);
	client(DELETE_A);
	t.seq[1] += 20; /* lost, but acknowledged */
	put(0, TCP_ACK, "", 0);
	expect("1.1 DELETE /a response-lost response-lost;");
	ck_assert_uint_eq(t.outlet.coverage.unseen_bytes, 20);
}
END_TEST

START_TEST(cut_response_head)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	server("HTTP/1.1 20");
	expect("1.1 DELETE /a cut truncated;");
}
END_TEST

START_TEST(gap_in_known_body_is_filled)
{
	open_capture();
	connect_from(1);
	client(GET_B);
	put(1, TCP_ACK, OK_HEAD, sizeof(OK_HEAD) - 1 + 3);
	server("de");
	client(DELETE_A);
	server(DONE);
	expect("1.1 GET /b 200 "
	       " snaplen;1.2 DELETE /a 204;");
}
END_TEST

START_TEST(one_loss_does_not_end_a_connection)
{
	open_capture();
	connect_from(1);
	client(GET_B);
	t.seq[1] += 300; /* a whole response is lost */
	client(DELETE_A);
	server(DONE);
	client(GET_B);
	server(GONE);
	for (int i = 0; i < 40; i++)
		put(0, TCP_ACK, "", 0);
	put(1, TCP_ACK | TCP_FIN, "", 0);
	expect("1.1 GET /b response-lost response-lost;"
	       "1.2 DELETE /a 204;1.3 GET /b 404 no;");
}
END_TEST

/* What looks like the body of the answer to it is the answer to the next. */
START_TEST(lost_head_request)
{
	static const char of_c[] =
	    "HTTP/1.1 203 X\r\nContent-Length: 0\r\n\r\n";
	char of_head[100];

	open_capture();
	connect_from(1);
	client("GET /a HTTP/1.1\r\n\r\n");
	server("HTTP/1.1 201 X\r\nContent-Length: 0\r\n\r\n");
	client("GET /b HTTP/1.1\r\n\r\n");
	server("HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n");
	t.seq[0] += 20; /* HEAD / */
	client("GET /c HTTP/1.1\r\n\r\n");
	snprintf(of_head, sizeof(of_head),
	    "HTTP/1.1 200 X\r\nContent-Length: %zu\r\n\r\n", strlen(of_c));
	server(of_head);
	server(of_c);
	client("GET /d HTTP/1.1\r\n\r\n");
	server("HTTP/1.1 204 X\r\n\r\n");
	expect("1.1 GET /a 201;1.2 GET /b 202;1.4 GET /c ambiguous ambiguous;"
	       "1.5 GET /d ambiguous ambiguous;");
}
END_TEST

START_TEST(lone_responses_are_counted)
{
	open_capture();
	connect_from(1);
	server(DONE);
	expect("");
	ck_assert_uint_eq(t.outlet.coverage.exchanges.orphans, 1);
}
END_TEST

START_TEST(large_body_keeps_its_digest)
{
	char text[300];

	snprintf(text, sizeof(text),
	    "HTTP/1.1 200 OK\r\nContent-Length: 120\r\n\r\n%0120d", 7);
	open_capture();
	connect_from(1);
	client(GET_B);
	server(text);
	expect("1.1 GET /b 200 - limit;");
}
END_TEST

START_TEST(other_bytes_are_another_protocol)
{
	open_capture();
	connect_from(1);
	client("\x16\x03\x01\x02");
	t.port++;
	connect_from(2);
	t.port++;
	connect_from(3);
	client("EHLO you\r\n");
	expect("");
	ck_assert_uint_eq(t.outlet.coverage.flows.other, 2);
	ck_assert_uint_eq(t.outlet.coverage.flows.undecided, 1);
}
END_TEST

static void
join(void)
{
	open_capture();
	t.seq[0] = 77;
	t.seq[1] = 99;
	server("rest of some body");
	client(DELETE_A);
	server(DONE);
	client(GET_B);
	server(GONE);
}

/* Perhaps the first response answers a request from before the capture. */
/* What comes behind so much of it is read, but may be behind others. */
START_TEST(head_too_long_does_not_end_the_connection)
{
	char filler[1001];

	open_capture();
	connect_from(0);
	memset(filler, 'x', 1000);
	filler[1000] = '\0';
	client("GET / HTTP/1.1\r\nX: ");
	for (int i = 0; i < 300; i++)
		client(filler);
	client("\r\n\r\n");
	server("HTTP/1.1 431 Too Large\r\nContent-Length: 0\r\n\r\n");
	client(DELETE_A);
	server(DONE);
	expect("1.1 GET / 431 limit;1.2 DELETE /a ambiguous ambiguous;");
}
END_TEST

START_TEST(joined_in_the_middle)
{
	join();
	put(0, TCP_ACK | TCP_FIN, "", 0); /* which may have given up the rest */
	put(1, TCP_ACK | TCP_FIN, "", 0);
	expect("1.1 DELETE /a ambiguous midstream ambiguous;"
	       "1.2 GET /b ambiguous midstream ambiguous;");
}
END_TEST

START_TEST(other_bytes_twice_are_a_conflict)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	t.seq[0] -= (uint32_t)strlen(DELETE_A);
	client("DELETE /x HTTP/1.1\r\n\r\n");
	server(DONE);
	expect("1.1 DELETE /a 204 conflict;");
}
END_TEST

START_TEST(memory_is_bounded)
{
	open_capture();
	t.outlet.budget.limit = 40000;
	for (uint32_t i = 0; i < 2000; i++) {
		t.port = (uint16_t)(1000 + i);
		connect_from(i);
		client("DELETE /a HTT");
		t.seq[0] += 5;
		client("out of order");
		ck_assert(!budget_is_over(&t.outlet.budget));
	}
	ck_assert_uint_gt(t.outlet.coverage.evicted, 1900);
	expect("");
}
END_TEST

START_TEST(who_goes_on_is_not_given_up)
{
	uint32_t seq[2];

	open_capture();
	t.outlet.budget.limit = 40000;
	connect_from(1);
	client(DELETE_A);
	memcpy(seq, t.seq, sizeof(seq));
	for (uint32_t i = 0; i < 500; i++) {
		t.port = (uint16_t)(5000 + i);
		connect_from(i);
		if (i % 10 > 0)
			continue;
		t.port = 4000;
		memcpy(t.seq, seq, sizeof(seq));
		put(1, TCP_ACK, "", 0);
	}
	ck_assert_uint_gt(t.outlet.coverage.evicted, 400);
	t.port = 4000;
	memcpy(t.seq, seq, sizeof(seq));
	server(DONE);
	expect("1.1 DELETE /a 204;");
}
END_TEST

/* What so many requests take that nobody answers, each captured so often. */
static clock_t
read_unanswered(int times)
{
	clock_t begin;

	open_capture();
	t.deletes_only = true;
	t.outlet.budget.limit = 1 << 30;
	connect_from(1);
	begin = clock();
	for (int i = 0; i < 40000; i++) {
		client(GET_B);
		for (int j = 1; j < times; j++) {
			t.seq[0] -= (uint32_t)strlen(GET_B);
			client(GET_B);
		}
	}
	begin = clock() - begin;
	expect("");
	ck_assert_uint_eq(t.outlet.coverage.exchanges.filtered, 40000);
	return begin;
}

START_TEST(copies_are_not_looked_for_among_all_requests)
{
	clock_t once = read_unanswered(1);

	ck_assert_int_lt(read_unanswered(2), 20 * once);
}
END_TEST

/* All heads are longer than what was captured of each packet. */
START_TEST(cut_heads_are_counted)
{
	open_capture();
	connect_from(1);
	put(0, TCP_ACK, "DELETE /a/long/pa", 100);
	put(1, TCP_ACK, "HTTP/1.1 204 No C", 100);
	put(0, TCP_ACK, "", 0);
	expect("");
	ck_assert_uint_eq(t.outlet.coverage.flows.http, 1);
	ck_assert_uint_eq(t.outlet.coverage.exchanges.orphans, 1);
}
END_TEST

/* In the middle only what begins a packet is read, and no line in two parts. */
START_TEST(parts_of_a_request_line_are_counted)
{
	open_capture();
	t.seq[0] = t.seq[1] = 100;
	client("DELETE /a");
	client(" HTTP/1.1\r\n\r\n");
	client("DELETE /b");
	client(DELETE_A);
	server(DONE);
	expect("1.1 DELETE /a ambiguous midstream ambiguous;");
	ck_assert_uint_eq(t.outlet.coverage.exchanges.orphans, 2);
}
END_TEST

#define UPGRADE                                                                \
	"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\n"                          \
	"Upgrade: websocket\r\n\r\n"

/* Upgrade is refused, and a part of that or of what follows is lost. */
START_TEST(refused_upgrade_ends_no_connection)
{
	static const struct {
		const char *answer; /* NULL: lost, as is its first segment */
		const char *log;
	} cases[] = {
		{ "HTTP/1.1 404 N\r\nTransfer-Encoding: chunked\r\n\r\n",
		    "1.1 GET /ws 404 gap truncated;1.2 DELETE /a 204;" },
		{ NULL,
		    "1.1 GET /ws response-lost response-lost;"
		    "1.2 DELETE /a 204;" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_capture();
		connect_from(1);
		client(UPGRADE);
		if (cases[i].answer != NULL)
			server(cases[i].answer);
		t.seq[1] += 40;
		client(DELETE_A);
		server(DONE);
		expect(cases[i].log);
	}
}
END_TEST

/* What follows is lost as behind any other request, and no more than that. */
START_TEST(request_lost_behind_refused_upgrade)
{
	static const char *const first[] = { UPGRADE, GET_B };
	static const char *const log[] = {
		"1.1 GET /ws 404 no;1.2 DELETE /a ambiguous ambiguous;",
		"1.1 GET /b 404 no;1.2 DELETE /a ambiguous ambiguous;",
	};

	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		open_capture();
		connect_from(1);
		client(first[i]);
		server(GONE);
		t.seq[0] += 40;
		server(GONE);
		client(DELETE_A);
		server(DONE);
		expect(log[i]);
	}
}
END_TEST

/* The same where what was lost is the 101: that is no longer HTTP. */
START_TEST(lost_behind_accepted_upgrade)
{
	open_capture();
	connect_from(1);
	client(UPGRADE);
	t.seq[1] += 40;
	t.seq[0] += 40;
	client(DELETE_A);
	server(DONE);
	expect("1.1 GET /ws ambiguous ambiguous;");
}
END_TEST

/* The 101 is lost: what looks like HTTP afterwards is none. */
START_TEST(accepted_upgrade_that_was_lost)
{
	open_capture();
	connect_from(1);
	client(UPGRADE);
	t.seq[1] += 40;
	client("\x81\x05hello");
	client(DELETE_A);
	server("\x81\x05world");
	server(DONE);
	expect("1.1 GET /ws response-lost response-lost;");
}
END_TEST

UNIT_MAIN("flow", keep_alive_and_pipelining, what_is_not_wanted_is_counted,
    bodies_follow_the_method, interim_belongs_to_its_request,
    early_response_is_a_flaw, tunnels, requests_without_response_say_why,
    cut_response_head, gap_in_known_body_is_filled,
    one_loss_does_not_end_a_connection, lost_head_request,
    lone_responses_are_counted, large_body_keeps_its_digest,
    other_bytes_are_another_protocol, head_too_long_does_not_end_the_connection,
    joined_in_the_middle, other_bytes_twice_are_a_conflict, memory_is_bounded,
    who_goes_on_is_not_given_up, copies_are_not_looked_for_among_all_requests,
    cut_heads_are_counted, parts_of_a_request_line_are_counted,
    refused_upgrade_ends_no_connection, request_lost_behind_refused_upgrade,
    lost_behind_accepted_upgrade, accepted_upgrade_that_was_lost)
