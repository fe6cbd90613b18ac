#include "tests/lib/segments.h"
#include "tests/lib/unit.h"

/* One connection after another between the same ports, or late. */

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

/* The tap shows the second request, the SYN, and then the second again. */
START_TEST(late_syn_is_of_the_same_connection)
{
	open_capture();
	t.seq[0] = 2000;
	t.seq[1] = 5000;
	client(GET_B);
	t.seq[0] = 1900;
	put(0, TCP_SYN, "", 0);
	t.seq[0] = 2000;
	client(GET_B);
	server(DONE);
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

/* Nothing tells of it but that no segment lives so long. */
START_TEST(lower_bytes_after_a_long_silence_are_a_new_connection)
{
	for (int late = 0; late < 2; late++) {
		open_capture();
		connect_from(100000000);
		client(DELETE_A);
		server(DONE);
		t.seq[0] -= 50000000;
		t.seq[1] -= 50000000;
		t.time += (late ? 121 : 119) * (int64_t)1000000000;
		client(DELETE_A);
		server(GONE);
		expect(late ? "1.1 DELETE /a 204;"
			      "2.1 DELETE /a ambiguous midstream ambiguous;"
			    : "1.1 DELETE /a 204;");
	}
}
END_TEST

/* The client's last byte again. */
static void
put_probe(void)
{
	t.seq[0]--;
	put(0, TCP_ACK, "\n", 1);
}

static void
pause_for_hours(void)
{
	t.time += 2 * FLOW_IDLE_NS;
}

START_TEST(a_long_silence_does_not_end_a_connection)
{
	open_capture();
	connect_from(1);
	client(GET_B);
	pause_for_hours();
	server(GONE);
	client(DELETE_A);
	server(DONE);
	pause_for_hours();
	put(0, TCP_ACK, "", 0);
	client(DELETE_A);
	server(DONE);
	pause_for_hours();
	put_probe();
	client(GET_B);
	server(GONE);
	expect("1.1 GET /b 404 no;1.2 DELETE /a 204;1.3 DELETE /a 204;"
	       "1.4 GET /b 404 no;");
	ck_assert_uint_eq(t.outlet.coverage.flows.http, 1);
}
END_TEST

/* Not even if the last response was lost before it, but acknowledged. */
START_TEST(a_long_silence_behind_a_loss)
{
	open_capture();
	connect_from(1);
	client(GET_B);
	t.seq[1] += 300;
	put(0, TCP_ACK, "", 0);
	pause_for_hours();
	server(GONE);
	expect("1.1 GET /b ambiguous ambiguous;");
	ck_assert_uint_eq(t.outlet.coverage.flows.http, 1);
}
END_TEST

START_TEST(other_bytes_after_a_long_silence_are_a_new_connection)
{
	open_capture();
	connect_from(1);
	client(GET_B);
	pause_for_hours();
	t.seq[1] += 100;
	server(GONE);
	client(DELETE_A);
	server(DONE);
	expect("1.1 GET /b no-response no-response;"
	       "2.1 DELETE /a ambiguous midstream ambiguous;");
	ck_assert_uint_eq(t.outlet.coverage.flows.http, 2);
}
END_TEST

START_TEST(nothing_goes_on_behind_the_end)
{
	open_capture();
	connect_from(1);
	client(GET_B);
	server(GONE);
	put(0, TCP_ACK | TCP_FIN, "", 0);
	put(1, TCP_ACK | TCP_FIN, "", 0);
	pause_for_hours();
	client(DELETE_A);
	server(DONE);
	expect(
	    "1.1 GET /b 404 no;2.1 DELETE /a ambiguous midstream ambiguous;");
}
END_TEST

/*
 * The server still has the connection before and answers the SYN as that one
 * asks it to, the client resets that, and its SYN comes again.
 */
START_TEST(answer_of_the_connection_before)
{
	for (uint32_t ack = 300000000; ack < 4000000000; ack += 2000000000) {
		open_capture();
		t.seq[0] = 1000;
		put(0, TCP_SYN, "", 0);
		t.seq[0] = ack;
		t.seq[1] = 77;
		put(1, TCP_ACK, "", 0);
		put(0, TCP_RST, "", 0);
		connect_from(1000);
		client(DELETE_A);
		put(0, TCP_ACK | TCP_FIN, "", 0);
		expect("1.1 DELETE /a no-response no-response;");
		ck_assert_uint_eq(t.outlet.coverage.unseen_bytes, 0);
	}
}
END_TEST

UNIT_MAIN("flow_ports", new_syn_is_a_new_connection,
    late_syn_is_of_the_same_connection, late_syn_with_bytes,
    late_syn_of_a_connection_seen_from_the_start,
    syn_is_answered_by_its_own_number, bytes_after_fin_are_a_new_connection,
    bytes_of_the_connection_before, fin_of_the_connection_before,
    acknowledgement_of_the_connection_before,
    lower_bytes_after_the_end_are_a_new_connection,
    another_connection_is_known_by_what_it_acknowledges, late_client, late_peer,
    lower_bytes_after_a_long_silence_are_a_new_connection,
    a_long_silence_does_not_end_a_connection, a_long_silence_behind_a_loss,
    other_bytes_after_a_long_silence_are_a_new_connection,
    nothing_goes_on_behind_the_end, answer_of_the_connection_before)
