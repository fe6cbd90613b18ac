/*
 * segments.h - a capture of segments made by hand, and what came of it.
 *
 *	open_capture();
 *	connect_from(1);
 *	client(DELETE_A);
 *	server(DONE);
 *	expect("1.1 DELETE /a 204;");
 */
#ifndef TESTS_LIB_SEGMENTS_H
#define TESTS_LIB_SEGMENTS_H

#include "capture/flow.h"

/* The capture in progress; a test may change what comes next. */
struct segments {
	struct outlet outlet;
	struct flow_table *flows;
	uint32_t seq[2]; /* of the client, of the server */
	uint16_t port;   /* of the client */
	int64_t time;
	char log[2048];
	size_t len;
	bool deletes_only;
};

extern struct segments t;

#define DELETE_A "DELETE /a HTTP/1.1\r\n\r\n"
#define GET_B    "GET /b HTTP/1.1\r\n\r\n"
#define GONE     "HTTP/1.1 404 N\r\nContent-Length: 2\r\n\r\nno"
#define DONE     "HTTP/1.1 204 N\r\n\r\n"
#define OK_HEAD  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

void open_capture(void);

/* A segment of the client (0) or the server (1); its text may be cut. */
void put(int from, uint8_t flags, const char *text, uint32_t wire_len);

/* The handshake; isn is the client's first sequence number. */
void connect_from(uint32_t isn);

/* A segment with this text. */
void client(const char *text);
void server(const char *text);

/*
 * End the capture and compare: each exchange is "connection.number method
 * target status-or-reason body flaws;".
 */
void expect(const char *log);

#endif
