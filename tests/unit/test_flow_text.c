#include "tests/lib/segments.h"
#include "tests/lib/unit.h"

/* Text in a body that looks like a message. */

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define POST_C  "POST /c HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
#define LAST    "\r\n0\r\n\r\n"

/* The server sends so many bytes that are not captured. */
static void
lose(uint32_t len)
{
	t.seq[1] += len;
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
	       "1.2 DELETE /a 404 no;");
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

UNIT_MAIN("flow_text", text_of_a_cut_body_is_no_response,
    text_of_a_cut_body_ends_no_connection, answer_in_the_body_of_another)
