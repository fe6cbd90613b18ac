#include "tests/lib/segments.h"
#include "tests/lib/unit.h"

/* What a tap shows late, or what is sent again. */

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

/* The last byte of a request is shown behind its answer, or never. */
START_TEST(last_byte_is_late)
{
	for (int lost = 0; lost < 2; lost++) {
		open_capture();
		connect_from(1);
		client("DELETE /a HTTP/1.1\r\n\r");
		t.seq[0]++;
		server(DONE);
		t.seq[1] -= (uint32_t)strlen(DONE);
		t.seq[0]--;
		if (lost)
			t.seq[0]++;
		else
			client("\n");
		t.seq[1] += (uint32_t)strlen(DONE);
		client(GET_B);
		server(GONE);
		expect(lost ? "1.1 DELETE /a 204 gap truncated;"
			      "1.2 GET /b ambiguous ambiguous;"
			    : "1.1 DELETE /a 204;1.2 GET /b 404 no;");
	}
}
END_TEST

/*
 * The end of an upload is lost, and behind its answer comes a keep-alive probe
 * that repeats the last byte: the answer waits for the upload, and the probe
 * for the answer.
 */
START_TEST(sides_do_not_wait_for_each_other)
{
	open_capture();
	connect_from(1);
	client("PUT /c HTTP/1.1\r\nContent-Length: 20\r\n\r\n0123456789");
	t.seq[0] += 10;
	server(DONE);
	t.seq[0]--;
	client("x");
	for (int i = 0; i < 48; i++) {
		client(GET_B);
		server(GONE);
	}
	ck_assert_ptr_nonnull(strstr(t.log, "1.1 PUT /c 204"));
	ck_assert_ptr_nonnull(strstr(t.log, "1.40 GET /b 404 no;"));
	flow_table_free(t.flows);
}
END_TEST

/* The same, and the request that the last answer is for is lost. */
START_TEST(sides_that_wait_do_not_shift_answers)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	t.seq[1] += (uint32_t)strlen(GONE);
	client(GET_B "PUT /c HTTP/1.1\r\nContent-Length: 30\r\n\r\n");
	t.seq[0] += 10;
	server(GONE);
	t.seq[0]--;
	client("x");
	t.seq[0] += 20 + (uint32_t)strlen(DELETE_A);
	server(DONE);
	server(GONE);
	expect("1.1 DELETE /a ambiguous ambiguous;"
	       "1.2 GET /b ambiguous ambiguous;"
	       "1.3 PUT /c ambiguous gap ambiguous;");
}
END_TEST

/*
 * A copy of what is lost of a request acknowledges more than that did, and
 * waits for the answers to later ones, which wait for it.
 */
START_TEST(sides_that_wait_leave_no_request_out)
{
	uint32_t at;

	open_capture();
	connect_from(1);
	client("PUT /c HTTP/1.1\r\nContent-Length: 30\r\n\r\n");
	at = t.seq[0];
	t.seq[0] += 30;
	client(DELETE_A);
	t.seq[1] += 60;
	server(DONE);
	put(0, TCP_ACK, "", 0);
	t.seq[0] = at;
	client("012345678901234567890123456789");
	t.seq[0] += (uint32_t)strlen(DELETE_A);
	for (int i = 0; i < 60; i++)
		put(0, TCP_ACK, "", 0);
	expect("1.1 PUT /c ambiguous ambiguous;1.2 DELETE /a ambiguous "
	       "ambiguous;");
}
END_TEST

UNIT_MAIN("flow_late", response_seen_before_its_request,
    acknowledgements_that_overtake, last_byte_is_late,
    sides_do_not_wait_for_each_other, sides_that_wait_do_not_shift_answers,
    sides_that_wait_leave_no_request_out)
