#include "capture/flow.h"

#include <stdio.h>
#include <time.h>

#include "tests/lib/unit.h"

/* A capture of segments made by hand, and what came of it as text. */
static struct {
	struct outlet outlet;
	struct flow_table *flows;
	uint32_t seq[2];
	uint16_t port;
	int64_t time;
	char log[2048];
	size_t len;
	bool deletes_only;
} t;

static unsigned
wants(void *ctx, const struct head *request)
{
	(void)ctx;
	return !t.deletes_only || span_eq_str(request->method, "DELETE");
}

static void
say(const char *what)
{
	t.len +=
	    (size_t)snprintf(t.log + t.len, sizeof(t.log) - t.len, "%s", what);
	ck_assert_uint_lt(t.len, sizeof(t.log));
}

static void
say_flaws(flaw_set flaws)
{
	for (int i = 0; i < FLAW_COUNT; i++)
		if (flaw_has(flaws, i)) {
			say(" ");
			say(flaw_name(i));
		}
}

/* "connection.number method target status-or-reason body flaws;" */
static int
take(void *ctx, struct exchange *x, bool *kept, struct err *err)
{
	const struct head *h = &x->request->parsed;
	char line[300];

	(void)ctx;
	(void)err;
	ck_assert_uint_eq(x->server.port, 80);
	snprintf(line, sizeof(line), "%d.%d %.*s %.*s ", (int)x->connection,
	    (int)x->number, (int)h->method.len, (const char *)h->method.p,
	    (int)h->target.len, (const char *)h->target.p);
	say(line);
	if (x->response != NULL)
		snprintf(line, sizeof(line), "%d%s%.*s", exchange_status(x),
		    x->response->body.p == NULL     ? " -"
			: x->response->body.len > 0 ? " "
						    : "",
		    (int)x->response->body.len,
		    (const char *)x->response->body.p);
	else
		snprintf(line, sizeof(line), "%s", reason_name(x->reason));
	say(line);
	say_flaws(x->flaws);
	say(";");
	*kept = true;
	exchange_free(x);
	return 0;
}

static const struct capture_sink sink = { NULL, wants, take, NULL };

static void
open_capture(void)
{
	memset(&t, 0, sizeof(t));
	t.outlet.sink = &sink;
	t.outlet.max_body = 100;
	t.outlet.budget.limit = 1 << 20;
	t.port = 4000;
	t.flows = flow_table_new(&t.outlet);
}

static void
put(int from, uint8_t flags, const char *text, uint32_t wire_len)
{
	struct segment seg = {
		.time = t.time += 1000,
		.seq = t.seq[from],
		.ack = t.seq[!from],
		.flags = flags,
		.payload = span_of_str(text),
		.wire_len = wire_len,
	};

	seg.src.addr[0] = from == 0 ? 9 : 1;
	seg.dst.addr[0] = from == 0 ? 1 : 9;
	seg.src.port = from == 0 ? t.port : 80;
	seg.dst.port = from == 0 ? 80 : t.port;
	flow_table_add(t.flows, &seg);
	t.seq[from] += wire_len + ((flags & (TCP_SYN | TCP_FIN)) != 0);
}

static void
connect_from(uint32_t isn)
{
	t.seq[0] = isn;
	t.seq[1] = isn * 7;
	put(0, TCP_SYN, "", 0);
	put(1, TCP_SYN | TCP_ACK, "", 0);
}

static void
client(const char *text)
{
	put(0, TCP_ACK, text, (uint32_t)strlen(text));
}

static void
server(const char *text)
{
	put(1, TCP_ACK, text, (uint32_t)strlen(text));
}

/* Close and compare. */
static void
expect(const char *log)
{
	const struct coverage *c = &t.outlet.coverage;

	flow_table_free(t.flows);
	ck_assert_str_eq(t.log, log);
	ck_assert_uint_eq(t.outlet.budget.used, 0);
	ck_assert_uint_eq(c->exchanges.seen,
	    c->exchanges.kept + c->exchanges.filtered +
		c->exchanges.incomplete);
}

#define DELETE_A "DELETE /a HTTP/1.1\r\n\r\n"
#define GET_B    "GET /b HTTP/1.1\r\n\r\n"
#define GONE     "HTTP/1.1 404 N\r\nContent-Length: 2\r\n\r\nno"
#define DONE     "HTTP/1.1 204 N\r\n\r\n"
#define OK_HEAD  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

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

START_TEST(response_seen_before_its_request)
{
	open_capture();
	connect_from(1);
	t.seq[0] += (uint32_t)strlen(DELETE_A);
	server(DONE);
	t.seq[0] -= (uint32_t)strlen(DELETE_A);
	t.seq[1] -= (uint32_t)strlen(DONE);
	client(DELETE_A);
	expect("1.1 DELETE /a 204;");
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

START_TEST(new_syn_is_a_new_connection)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	connect_from(5000);
	client(GET_B);
	server(GONE);
	expect("1.1 DELETE /a no-response no-response;2.1 GET /b 404 no;");
}
END_TEST

/* An old SYN came once more; what follows belongs to another connection. */
/* The tap shows the second request, the SYN, and then the second again. */
START_TEST(late_syn_is_of_the_same_connection)
{
	static const char request[] = "GET /b HTTP/1.1\r\n\r\n";

	open_capture();
	t.seq[0] = 2000;
	t.seq[1] = 5000;
	client(request);
	t.seq[0] = 1900;
	put(0, TCP_SYN, "", 0);
	t.seq[0] = 2000;
	client(request);
	server("HTTP/1.1 204 X\r\n\r\n");
	expect("1.1 GET /b ambiguous midstream ambiguous;");
}
END_TEST

/*
 * The tap shows the server's side first; bytes came with the SYN.  The second
 * request was received before the first was answered.
 */
START_TEST(late_syn_with_bytes)
{
	static const char first[] = "GET /a HTTP/1.1\r\n\r\n";
	static const char second[] = "GET /b HTTP/1.1\r\n\r\n";

	open_capture();
	t.seq[0] = 1001 + (uint32_t)strlen(first);
	t.seq[1] = 5000;
	put(1, TCP_SYN | TCP_ACK, "", 0);
	t.seq[0] = 1000;
	put(0, TCP_SYN, first, (uint32_t)strlen(first));
	client(second);
	server("HTTP/1.1 201 X\r\nContent-Length: 0\r\n\r\n");
	server("HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n");
	expect("1.1 GET /a 201;1.2 GET /b 202;");
}
END_TEST

/* Likewise, without such bytes, and the answer is seen before the SYN. */
START_TEST(late_syn_of_a_connection_seen_from_the_start)
{
	static const char request[] = "GET /a HTTP/1.1\r\n\r\n";

	open_capture();
	t.seq[0] = 1001;
	t.seq[1] = 5000;
	put(1, TCP_SYN | TCP_ACK, "", 0);
	t.seq[0] += (uint32_t)strlen(request);
	server("HTTP/1.1 204 X\r\n\r\n");
	t.seq[0] = 1000;
	put(0, TCP_SYN, "", 0);
	t.seq[1] = 5001; /* it was sent before */
	client(request);
	expect("1.1 GET /a 204;");
}
END_TEST

START_TEST(syn_is_answered_by_its_own_number)
{
	open_capture();
	t.seq[0] = 500000;
	put(0, TCP_SYN, "", 0);
	t.seq[0] = 7000;
	put(1, TCP_SYN | TCP_ACK, "", 0);
	client(DELETE_A);
	server(DONE);
	expect("2.1 DELETE /a ambiguous midstream ambiguous;");
}
END_TEST

/* Its SYN was not captured, and the end of the old one neither. */
START_TEST(bytes_after_fin_are_a_new_connection)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	t.seq[1] += 40; /* lost */
	put(0, TCP_ACK | TCP_FIN, "", 0);
	put(1, TCP_ACK | TCP_FIN, "", 0);
	t.seq[0] += 1000;
	t.seq[1] += 1000;
	client(GET_B);
	server(GONE);
	put(0, TCP_ACK | TCP_FIN, "", 0);
	put(1, TCP_ACK | TCP_FIN, "", 0);
	expect("1.1 DELETE /a response-lost response-lost;"
	       "2.1 GET /b ambiguous midstream ambiguous;");
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
/* The first of the connection; what it asks is not known. */
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
	expect("1.1 DELETE /a ambiguous ambiguous;");
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

/* Between two connections of the same ports, the second from this number on. */
static void
connect_again(uint32_t isn)
{
	open_capture();
	connect_from(1000);
	client(DELETE_A);
	server(GONE);
	connect_from(isn);
	client(GET_B);
}

/* The server sends this of the connection before, so many bytes back. */
static void
stray(uint32_t back, uint8_t flags, const char *text)
{
	uint32_t seq = t.seq[1];

	t.seq[1] -= back;
	put(1, flags, text, (uint32_t)strlen(text));
	t.seq[1] = seq;
}

static void
expect_both(void)
{
	client(DELETE_A);
	server(DONE);
	expect("1.1 DELETE /a 404 no;2.1 GET /b 404 no;2.2 DELETE /a 204;");
}

/* A late segment of the old one reaches into the numbers of the new one. */
START_TEST(bytes_of_the_connection_before)
{
	connect_again(1010);
	stray(10, TCP_ACK, OK_HEAD "00000");
	server(GONE);
	expect_both();
}
END_TEST

START_TEST(fin_of_the_connection_before)
{
	connect_again(400000000);
	stray(300000000, TCP_ACK | TCP_FIN, "");
	server(GONE);
	expect_both();
}
END_TEST

/* It acknowledges bytes that the client never sent in this one. */
START_TEST(acknowledgement_of_the_connection_before)
{
	uint32_t seq[2];

	connect_again(300000000);
	memcpy(seq, t.seq, sizeof(seq));
	t.seq[0] += 400000000;
	t.seq[1] += 1000;
	put(1, TCP_ACK, "", 0);
	memcpy(t.seq, seq, sizeof(seq));
	server("HTTP/1.1 404 N\r\nContent-Length: 2\r\n");
	for (int i = 0; i < 100; i++)
		put(1, TCP_ACK, "", 0);
	server("\r\nno");
	expect_both();
	ck_assert_uint_eq(t.outlet.coverage.unseen_bytes, 0);
}
END_TEST

/* Two acknowledgements of the client, in the wrong order. */
START_TEST(acknowledgements_that_overtake)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	t.seq[1] += 900; /* lost */
	put(0, TCP_ACK, "", 0);
	t.seq[1] -= 600;
	put(0, TCP_ACK, "", 0);
	t.seq[1] -= 300;
	put(0, TCP_ACK, "", 0);
	expect("1.1 DELETE /a response-lost response-lost;");
	ck_assert_uint_eq(t.outlet.coverage.unseen_bytes, 900);
}
END_TEST

/* The end of the old one was captured, the SYNs of the new one were not. */
START_TEST(lower_bytes_after_the_end_are_a_new_connection)
{
	for (int reset = 0; reset < 2; reset++) {
		open_capture();
		connect_from(500000000);
		client(DELETE_A);
		server(GONE);
		if (reset) {
			put(0, TCP_RST, "", 0);
		} else {
			put(0, TCP_ACK | TCP_FIN, "", 0);
			put(1, TCP_ACK | TCP_FIN, "", 0);
		}
		t.seq[0] -= 200000000;
		t.seq[1] -= 200000000;
		client(GET_B);
		server(GONE);
		expect("1.1 DELETE /a 404 no;"
		       "2.1 GET /b ambiguous midstream ambiguous;");
	}
}
END_TEST

/* Likewise, of the client higher, of the server lower and only acknowledged. */
START_TEST(another_connection_is_known_by_what_it_acknowledges)
{
	open_capture();
	connect_from(100000000);
	client(DELETE_A);
	server(GONE);
	put(0, TCP_RST, "", 0);
	t.seq[0] += 200000000;
	t.seq[1] -= 200000000;
	client(GET_B);
	expect("1.1 DELETE /a 404 no;"
	       "2.1 GET /b response-lost midstream response-lost;");
}
END_TEST

/* Of the client everything is shown late, and the server's SYN is not. */
START_TEST(late_client)
{
	uint32_t len = (uint32_t)strlen(DELETE_A);

	open_capture();
	t.seq[0] = 1001 + len;
	t.seq[1] = 5001;
	put(1, TCP_ACK, "", 0);
	t.seq[0] = 1000;
	put(0, TCP_SYN, "", 0);
	client(DELETE_A);
	server(DONE);
	expect("1.1 DELETE /a ambiguous midstream ambiguous;");
}
END_TEST

/* Of the peer everything is shown late, from its SYN on. */
START_TEST(late_peer)
{
	uint32_t isn;

	open_capture();
	t.seq[0] = 1000;
	t.seq[1] = isn = 5000;
	put(0, TCP_SYN, "", 0);
	t.seq[1]++;
	put(0, TCP_ACK, "", 0);
	client(DELETE_A);
	t.seq[1] = isn;
	put(1, TCP_SYN | TCP_ACK, "", 0);
	server(DONE);
	expect("1.1 DELETE /a 204;");
}
END_TEST

/* A part of a multipart body begins with a segment, behind one that is lost. */
START_TEST(text_of_a_cut_body_is_no_response)
{
	open_capture();
	connect_from(1);
	client("POST /batch HTTP/1.1\r\nContent-Length: 0\r\n\r\n" DELETE_A);
	server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n");
	t.seq[1] += 37;
	server("HTTP/1.1 204 No Content\r\n\r\n");
	server("\r\n0\r\n\r\n");
	server(GONE);
	expect("1.1 POST /batch 200 14\r\n gap truncated;"
	       "1.2 DELETE /a 404 no;");
}
END_TEST

START_TEST(text_of_a_cut_body_ends_no_connection)
{
	open_capture();
	connect_from(1);
	client(GET_B);
	server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n");
	t.seq[1] += 37;
	server("HTTP/1.1 101 Switching Protocols\r\n\r\n");
	server("\r\n0\r\n\r\n");
	client(DELETE_A);
	server(DONE);
	expect("1.1 GET /b 200 14\r\n gap truncated;1.2 DELETE /a 204;");
}
END_TEST

/* The answer to a HEAD that was lost seems to have a body: the next answer. */
START_TEST(answer_in_the_body_of_another)
{
	open_capture();
	connect_from(1);
	client(GET_B);
	server(GONE);
	client(DELETE_A);
	server(DONE);
	t.seq[0] += 20; /* HEAD / */
	client(GET_B);
	server("HTTP/1.1 200 OK\r\n\r\n");
	server(GONE);
	put(1, TCP_ACK | TCP_FIN, "", 0);
	expect("1.1 GET /b 404 no;1.2 DELETE /a 204;"
	       "1.4 GET /b response-lost response-lost;");
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

UNIT_MAIN("flow", keep_alive_and_pipelining, what_is_not_wanted_is_counted,
    bodies_follow_the_method, interim_belongs_to_its_request,
    early_response_is_a_flaw, response_seen_before_its_request, tunnels,
    requests_without_response_say_why, cut_response_head,
    gap_in_known_body_is_filled, one_loss_does_not_end_a_connection,
    lost_head_request, lone_responses_are_counted, large_body_keeps_its_digest,
    new_syn_is_a_new_connection, late_syn_is_of_the_same_connection,
    late_syn_with_bytes, late_syn_of_a_connection_seen_from_the_start,
    syn_is_answered_by_its_own_number, bytes_after_fin_are_a_new_connection,
    other_bytes_are_another_protocol, head_too_long_does_not_end_the_connection,
    joined_in_the_middle, other_bytes_twice_are_a_conflict, memory_is_bounded,
    who_goes_on_is_not_given_up, bytes_of_the_connection_before,
    fin_of_the_connection_before, acknowledgement_of_the_connection_before,
    acknowledgements_that_overtake,
    lower_bytes_after_the_end_are_a_new_connection,
    another_connection_is_known_by_what_it_acknowledges, late_client, late_peer,
    text_of_a_cut_body_is_no_response, text_of_a_cut_body_ends_no_connection,
    answer_in_the_body_of_another, copies_are_not_looked_for_among_all_requests,
    cut_heads_are_counted)
