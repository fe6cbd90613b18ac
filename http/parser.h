/*
 * parser.h - one direction of an HTTP/1.x connection, message by message.
 *
 * The door to llhttp.  Bytes go in as they come, in pieces of any size; the
 * same bytes give the same events however they are cut.  Nothing is copied
 * unless a head is split between two pieces.
 *
 *	struct parser *p = parser_new(HEAD_REQUEST, &events, ctx);
 *
 *	used = parser_feed(p, data);
 *	if (parser_state(p) == PARSER_FAILED)
 *		...find the next message and parser_restart(p)...
 *
 * Tolerant on purpose, because it records what others do: bare LF as line
 * end, any HTTP version, any method that is a token, blanks and bytes above
 * 0x7f in a target, control characters in field values, blanks after a chunk
 * size, no reason phrase, Content-Length said again with the same value (RFC
 * 9110, section 8.6), both Content-Length and Transfer-Encoding (the latter
 * decides, RFC 9112, section 6.3), further messages after "Connection: close".
 * Not tolerated, because the length of the body would be a guess: two values
 * of Content-Length, chunked not last in Transfer-Encoding, a chunk without
 * its CRLF; nor a field line without a name.
 */
#ifndef HTTP_PARSER_H
#define HTTP_PARSER_H

#include "http/exchange.h"
#include "http/head.h"

struct parser;

#define PARSER_SIZE 192 /* bytes at most, but for parser_held() */

/* What a head says about the rest of its message. */
struct parser_head {
	struct head head;     /* valid during the event only */
	struct span bytes;    /* the head as it was on the wire; likewise */
	enum framing framing; /* unless the caller says there is no body */
	uint64_t length;      /* of FRAMING_LENGTH */
	bool cl_and_te;       /* both Content-Length and Transfer-Encoding */
	bool keep_alive;      /* another message may follow */
};

/* How a message ended. */
enum parser_end {
	PARSER_COMPLETE,
	PARSER_TRUNCATED, /* parser_cut(), or the end came too soon */
	PARSER_MALFORMED, /* the bytes are not HTTP */
	PARSER_LIMIT,     /* the head is above HEAD_MAX_BYTES or _FIELDS */
};

/*
 * Each message is one begin, at most one head or fragment, any number of raw
 * and entity, and one end.  No function of the parser but parser_position()
 * and parser_pause() may be called from an event.
 */
struct parser_events {
	/* The first byte of a message is at parser_position(). */
	void (*begin)(void *ctx);

	/*
	 * The head is there.  Report whether a body can follow: false for
	 * the response to HEAD and for a 2xx response to CONNECT.  1xx, 204
	 * and 304 have none whatever is reported.
	 */
	bool (*head)(void *ctx, const struct parser_head *h);

	/* Bytes after the head: chunk framing and trailers included. */
	void (*raw)(void *ctx, struct span bytes);

	/* Bytes of the body without its transfer coding. */
	void (*entity)(void *ctx, struct span bytes);

	/*
	 * The message is over, parser_position() is behind its last byte.
	 * detail is a static text, NULL for PARSER_COMPLETE.
	 */
	void (*end)(void *ctx, enum parser_end how, const char *detail);

	/*
	 * Optional.  The head will never be whole; h is what can be read of
	 * it: its start line and fields, up to the first line that is not
	 * there or cannot be read, and an empty line.  Where it is that of a
	 * request whose head does end, and no line speaks of a body, the next
	 * message begins right behind it: the parser goes on, whatever end
	 * says.  Without this event it fails.
	 */
	void (*fragment)(void *ctx, const struct parser_head *h);
};

enum parser_state {
	PARSER_IDLE,   /* between two messages */
	PARSER_HEAD,   /* inside a head */
	PARSER_BODY,   /* inside a body */
	PARSER_PAUSED, /* parser_pause(): feeding takes nothing */
	PARSER_FAILED, /* after PARSER_MALFORMED or PARSER_LIMIT, unless a
			  fragment ended: likewise */
};

/* events must outlive the parser. */
struct parser *parser_new(enum head_side side,
    const struct parser_events *events, void *ctx);

/* NULL is allowed. */
void parser_free(struct parser *p);

/* Parse and return how many bytes were used: all, unless it stopped. */
size_t parser_feed(struct parser *p, struct span data);

/*
 * How many bytes can be missing here without harm, since all of them are
 * body: the rest of Content-Length or of the current chunk; else 0.
 */
uint64_t parser_known(const struct parser *p);

/* Go on as if n bytes had come, all zero; n is at most parser_known(). */
void parser_fill(struct parser *p, uint64_t n);

/*
 * No more bytes will come: a message that only the end of the connection
 * ends is complete, another one is truncated.
 */
void parser_finish(struct parser *p);

/* End the message in progress, if there is one, as truncated. */
void parser_cut(struct parser *p);

/*
 * Stop at the end of the current message: for a connection that becomes
 * something else (CONNECT, 101), or that must wait.
 */
void parser_pause(struct parser *p);

/*
 * Be ready for a message that starts at the next byte, which is at this
 * position.  A message in progress is forgotten without an end.
 */
void parser_restart(struct parser *p, uint64_t position);

enum parser_state parser_state(const struct parser *p);

/* Bytes taken since parser_new(), or since the last parser_restart(). */
uint64_t parser_position(const struct parser *p);

/* Memory held for a head that is not whole yet, in bytes. */
size_t parser_held(const struct parser *p);

/*
 * Take a head apart: the work behind head_parse(), on an array of at most
 * HEAD_MAX_FIELDS fields that the caller owns.  Errors: as head_parse().
 */
int parser_read_head(struct head *h, enum head_side side, struct span bytes,
    struct field *fields, struct err *err) MUST_CHECK;

#endif
