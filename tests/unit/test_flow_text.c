#include "tests/lib/segments.h"
#include "tests/lib/unit.h"

/* Text in a body that looks like a message. */

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define POST_C  "POST /c HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
#define LAST    "\r\n0\r\n\r\n"
#define QUOTED  "HTTP/1.1 500 N\r\nContent-Length: 0\r\n\r\n"
#define NAMED_C "POST /c HTTP/1.1\r\nX-Request-Id: request-c\r\n\r\n"

/* The server sends so many bytes that are not captured. */
static void
lose(uint32_t len)
{
	t.seq[1] += len;
}

/* The first exchange, so that the next one is not the first. */
static void
begin(void)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	server(DONE);
}

/* The last one, at the end of which all that comes before is known. */
static void
end(const char *log)
{
	client(GET_B);
	server(GONE);
	expect(log);
}

/* A part of a multipart body begins with a segment, behind one that is lost. */
START_TEST(text_of_a_cut_body_is_no_response)
{
	open_capture();
	connect_from(1);
	client(POST_C DELETE_A);
	server(CHUNKED "14\r\n");
	lose(37);
	server("HTTP/1.1 204 No Content\r\n\r\n");
	server(LAST);
	server(GONE);
	expect("1.1 POST /c 200 14\r\n gap truncated;"
	       "1.2 DELETE /a 404 no inferred;");
}
END_TEST

START_TEST(text_of_a_cut_body_ends_no_connection)
{
	open_capture();
	connect_from(1);
	client(GET_B);
	server(CHUNKED "14\r\n");
	lose(37);
	server("HTTP/1.1 101 Switching Protocols\r\n\r\n");
	server(LAST);
	client(DELETE_A);
	server(DONE);
	expect("1.1 GET /b 200 14\r\n gap truncated;1.2 DELETE /a 204;");
}
END_TEST

/* Of an answer only the body was captured, which is a response in itself. */
START_TEST(text_behind_a_lost_head)
{
	begin();
	client(POST_C);
	lose(60);
	server(QUOTED);
	end("1.1 DELETE /a 204;1.2 POST /c ambiguous ambiguous;"
	    "1.3 GET /b 404 no;");
}
END_TEST

START_TEST(text_behind_a_lost_head_of_a_client_that_expects)
{
	open_capture();
	connect_from(1);
	client("PUT /a HTTP/1.1\r\nContent-Length: 0\r\n"
	       "Expect: 100-continue\r\n\r\n");
	server("HTTP/1.1 100 C\r\n\r\n" DONE);
	client(POST_C);
	lose(600);
	server(QUOTED);
	end("1.1 PUT /a 204;1.2 POST /c ambiguous ambiguous;"
	    "1.3 GET /b 404 no;");
}
END_TEST

/* The client had the answer before, which was lost, when it sent the next. */
START_TEST(text_behind_two_losses)
{
	begin();
	client(DELETE_A);
	lose(80);
	client(POST_C);
	lose(600);
	server(QUOTED);
	end("1.1 DELETE /a 204;1.2 DELETE /a response-lost response-lost;"
	    "1.3 POST /c ambiguous ambiguous;1.4 GET /b 404 no;");
}
END_TEST

/* The status of this answer can be seen, its text is of another one. */
START_TEST(text_behind_a_head_that_was_cut)
{
	begin();
	client(POST_C);
	put(1, TCP_ACK, "HTTP/1.1 200 OK\r\nConte", 60);
	server(QUOTED);
	end("1.1 DELETE /a 204;1.2 POST /c ambiguous ambiguous;"
	    "1.3 GET /b 404 no;");
}
END_TEST

START_TEST(text_in_a_batch_behind_a_lost_head)
{
	begin();
	client(POST_C);
	client(DELETE_A);
	lose(400);
	server(QUOTED);
	server(LAST);
	server(DONE);
	end("1.1 DELETE /a 204;1.2 POST /c ambiguous ambiguous;"
	    "1.3 DELETE /a 204 inferred;1.4 GET /b 404 no;");
}
END_TEST

/* Two parts, each behind a chunk that was lost or that is not one. */
START_TEST(text_twice_in_a_batch)
{
	begin();
	client(POST_C);
	client(DELETE_A);
	server(CHUNKED);
	lose(40);
	server(QUOTED);
	server("\r\n--\r\n");
	server(QUOTED);
	server(LAST);
	server(DONE);
	end("1.1 DELETE /a 204;1.2 POST /c 200 gap truncated;"
	    "1.3 DELETE /a 204 inferred;1.4 GET /b 404 no;");
}
END_TEST

/* The next request was sent just when the part was to come. */
START_TEST(text_where_the_client_has_read_to)
{
	begin();
	client(POST_C);
	server(CHUNKED);
	lose(40);
	server("29\r\n");
	client(DELETE_A);
	server(QUOTED);
	server(LAST);
	server(DONE);
	end("1.1 DELETE /a 204;1.2 POST /c 200 gap truncated;"
	    "1.3 DELETE /a ambiguous ambiguous;1.4 GET /b 404 no;");
}
END_TEST

/* The part repeats the id of the request that the batch answers. */
START_TEST(text_that_names_its_request)
{
	static const char *const requests[] = {
		"DELETE /1 HTTP/1.1\r\nX-Request-Id: request-1\r\n\r\n",
		"DELETE /2 HTTP/1.1\r\nX-Request-Id: request-2\r\n\r\n",
		"DELETE /3 HTTP/1.1\r\nX-Request-Id: request-3\r\n\r\n",
		"DELETE /4 HTTP/1.1\r\nX-Request-Id: request-4\r\n\r\n",
	};

	open_capture();
	connect_from(1);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		client(requests[i]);
		server(DONE);
	}
	client(NAMED_C);
	client(DELETE_A);
	lose(400);
	server("HTTP/1.1 500 N\r\nX-Request-Id: request-c\r\n"
	       "Content-Length: 0\r\n\r\n");
	server(LAST);
	server(DONE);
	end("1.1 DELETE /1 204;1.2 DELETE /2 204;1.3 DELETE /3 204;"
	    "1.4 DELETE /4 204;1.5 POST /c ambiguous ambiguous;"
	    "1.6 DELETE /a 204 inferred;1.7 GET /b 404 no;");
}
END_TEST

/* A row of responses counts as one answer; these are more than can be. */
START_TEST(text_in_a_row)
{
	begin();
	client(POST_C);
	client(DELETE_A);
	client(POST_C);
	lose(60);
	server(QUOTED);
	server(QUOTED);
	server(DONE);
	server(DONE);
	end("1.1 DELETE /a 204;1.2 POST /c ambiguous ambiguous;"
	    "1.3 DELETE /a ambiguous ambiguous;1.4 POST /c ambiguous ambiguous;"
	    "1.5 GET /b ambiguous ambiguous;");
}
END_TEST

/*
 * An interim response is lost, or the first answer.  Then what comes answers
 * HEAD, and the text is another answer, of which only the start was captured.
 */
START_TEST(text_behind_what_may_answer_head)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	client(DELETE_A);
	server(DONE);
	server(DONE);
	client(GET_B);
	lose(50);
	client("HEAD /h HTTP/1.1\r\n\r\n");
	server("HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n");
	put(1, TCP_ACK, "HTTP/1.1 500 N\r\n", 38);
	client(DELETE_A);
	server(DONE);
	expect("1.1 DELETE /a 204;1.2 DELETE /a 204;"
	       "1.3 GET /b ambiguous ambiguous;"
	       "1.4 HEAD /h ambiguous ambiguous;"
	       "1.5 DELETE /a ambiguous ambiguous;");
}
END_TEST

/* One answer of many is lost, each of which comes behind an interim one. */
START_TEST(no_text_behind_interim_responses)
{
	static const char put_a[] = "PUT /a HTTP/1.1\r\nContent-Length: 0\r\n"
				    "Expect: 100-continue\r\n\r\n";

	begin();
	client(put_a);
	lose(300);
	client(put_a);
	server("HTTP/1.1 100 C\r\n\r\n");
	server(DONE);
	client(put_a);
	server("HTTP/1.1 100 C\r\n\r\n" GONE);
	end("1.1 DELETE /a 204;1.2 PUT /a response-lost response-lost;"
	    "1.3 PUT /a 204;1.4 PUT /a 404 no;1.5 GET /b 404 no;");
}
END_TEST

/* A chunk is lost; the client waits for the end, however that is written. */
START_TEST(no_text_behind_a_chunked_body)
{
	static const char *const ends[][2] = {
		{ "\r\n0\r\n\r\n", "" },
		{ "\r\n0", "\r\n\r\n" },
		{ "\r\n0\r\n\r", "\n" },
		{ "xx\r\n000\r\nX-Sum: 1\r\n", "X-End: 1\r\n\r\n" },
		{ "\n0;x=y\n\n", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		begin();
		client(POST_C);
		server(CHUNKED);
		lose(40);
		server(ends[i][0]);
		if (ends[i][1][0] != '\0')
			server(ends[i][1]);
		client(DELETE_A);
		server(DONE);
		end("1.1 DELETE /a 204;1.2 POST /c 200 gap truncated;"
		    "1.3 DELETE /a 204;1.4 GET /b 404 no;");
	}
}
END_TEST

/* A chunk is lost, and of the answer behind it the head. */
START_TEST(chunks_have_ended_before_the_next_request)
{
	begin();
	client(POST_C);
	server(CHUNKED);
	lose(40);
	server("xx" LAST);
	client(GET_B);
	lose(60);
	server("some of it");
	client(DELETE_A);
	server(DONE);
	end("1.1 DELETE /a 204;1.2 POST /c 200 gap truncated;"
	    "1.3 GET /b response-lost response-lost;"
	    "1.4 DELETE /a 204;1.5 GET /b 404 no;");
}
END_TEST

/* What ends a chunked body here is the end of the text, not of the answer. */
START_TEST(text_behind_text_in_chunks)
{
	begin();
	client(POST_C);
	lose(60);
	server("HTTP/1.1 200 N\r\nTransfer-Encoding: chunked\r\n" LAST);
	server(QUOTED);
	end("1.1 DELETE /a 204;1.2 POST /c ambiguous ambiguous;"
	    "1.3 GET /b 404 no;");
}
END_TEST

/* The client has read the head of the second answer when it sends the third. */
START_TEST(text_that_another_request_awaits)
{
	open_capture();
	connect_from(1);
	client(DELETE_A);
	client(POST_C);
	server(DONE);
	lose(60);
	client(DELETE_A);
	server(QUOTED);
	server(DONE);
	end("1.1 DELETE /a 204;1.2 POST /c 500 inferred;1.3 DELETE /a 204;"
	    "1.4 GET /b 404 no;");
}
END_TEST

/* Nothing follows a body that the end of the connection ends. */
START_TEST(text_in_a_body_without_end)
{
	begin();
	client(POST_C);
	client(DELETE_A);
	server("HTTP/1.1 200 OK\r\n\r\n");
	lose(40);
	server(QUOTED);
	put(1, TCP_ACK | TCP_FIN, "", 0);
	expect("1.1 DELETE /a 204;1.2 POST /c 200 gap truncated;"
	       "1.3 DELETE /a ambiguous ambiguous;");
}
END_TEST

/* A line that is no message does not hide the answer in the next segment. */
START_TEST(text_behind_which_a_line_stands)
{
	begin();
	client(POST_C);
	lose(60);
	server(QUOTED);
	server("\r\n--b--\r\n");
	client(DELETE_A);
	server(DONE);
	end("1.1 DELETE /a 204;1.2 POST /c ambiguous ambiguous;"
	    "1.3 DELETE /a 204;1.4 GET /b 404 no;");
}
END_TEST

/* The 100 is lost, and the next request is sent with the body. */
START_TEST(pipeline_behind_an_interim_response)
{
	open_capture();
	connect_from(1);
	client("PUT /a HTTP/1.1\r\nContent-Length: 1\r\n"
	       "Expect: 100-continue\r\n\r\n");
	lose(25);
	client("1" DELETE_A);
	server(GONE);
	put(1, TCP_ACK | TCP_FIN, "", 0);
	expect("1.1 PUT /a ambiguous ambiguous;"
	       "1.2 DELETE /a ambiguous ambiguous;");
}
END_TEST

/* Behind a loss in a pipeline an answer is believed, but not called proven. */
START_TEST(no_text_behind_a_loss_in_a_pipeline)
{
	begin();
	client(DELETE_A);
	client(POST_C);
	client(GET_B);
	lose(400);
	server(DONE);
	server(GONE);
	end("1.1 DELETE /a 204;1.2 DELETE /a response-lost response-lost;"
	    "1.3 POST /c 204 inferred;1.4 GET /b 404 no inferred;"
	    "1.5 GET /b 404 no inferred;");
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

#define TIMEOUT                                                                \
	"HTTP/1.1 408 T\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

/*
 * Before a server closes a connection that is idle it may send 408, which
 * nobody asked for: no place can be counted from it, nor is it an answer
 * where the true one may be what was lost.
 */
START_TEST(timeout_that_nobody_asked_for)
{
	begin();
	server(TIMEOUT);
	expect("1.1 DELETE /a 204;");
	ck_assert_uint_eq(t.outlet.coverage.exchanges.orphans, 1);
	begin();
	client(GET_B);
	lose(37);
	client(DELETE_A);
	server(DONE);
	client(GET_B);
	server(GONE);
	server(TIMEOUT);
	expect("1.1 DELETE /a 204;1.2 GET /b response-lost response-lost;"
	       "1.3 DELETE /a 204;1.4 GET /b 404 no;");
	begin();
	client(DELETE_A);
	lose(18);
	server(TIMEOUT);
	expect("1.1 DELETE /a 204;1.2 DELETE /a ambiguous ambiguous;");
}
END_TEST

/* Nothing else was sent to it: the client takes it for its answer. */
START_TEST(timeout_that_is_an_answer)
{
	begin();
	client(DELETE_A);
	server(TIMEOUT);
	expect("1.1 DELETE /a 204;1.2 DELETE /a 408;");
}
END_TEST

UNIT_MAIN("flow_text", text_of_a_cut_body_is_no_response,
    text_of_a_cut_body_ends_no_connection, text_behind_a_lost_head,
    text_behind_a_lost_head_of_a_client_that_expects, text_behind_two_losses,
    text_behind_a_head_that_was_cut, text_in_a_batch_behind_a_lost_head,
    text_twice_in_a_batch, text_where_the_client_has_read_to,
    text_that_names_its_request, text_in_a_row,
    text_behind_what_may_answer_head, no_text_behind_interim_responses,
    no_text_behind_a_chunked_body, chunks_have_ended_before_the_next_request,
    text_behind_text_in_chunks, text_that_another_request_awaits,
    text_in_a_body_without_end, text_behind_which_a_line_stands,
    pipeline_behind_an_interim_response, no_text_behind_a_loss_in_a_pipeline,
    answer_in_the_body_of_another, timeout_that_nobody_asked_for,
    timeout_that_is_an_answer)
