/*
 * reading.h - what llhttp says of one whole head; private to http/parser.c.
 *
 * The framing of a message depends on its start line and on few of its
 * fields, and most messages of a capture have those in common.  So llhttp is
 * shown an extract of a head, the bytes that can decide anything, and what it
 * said of the last extracts is remembered.  A head with anything unusual in it
 * is shown as it is.
 */
#ifndef HTTP_READING_H
#define HTTP_READING_H

#include <llhttp.h>

#include "http/parser.h"

struct reading {
	struct parser_head out;
	struct field *fields; /* HEAD_MAX_FIELDS of them; the caller's */
	size_t count;
	bool plain;    /* the fields were split without llhttp */
	bool in_value; /* of what llhttp reads */
	bool too_many;
	bool headed;        /* llhttp has seen the end of the fields */
	bool complete;      /* and of the message, which has no body */
	bool coded;         /* Transfer-Encoding is among the fields */
	bool identity;      /* it is, and says nothing: llhttp did not see it */
	const uint8_t *bad; /* the line that is refused, not by llhttp */
	llhttp_t after;
};

/*
 * Begin to read the head that bytes begin with; split its fields if they
 * are as they should be.  Return its length, or 0 if its end is not there.
 */
size_t reading_begin(struct reading *r, enum head_side side,
    struct field *fields, struct span bytes);

/*
 * Read bytes, the whole head.  Return what is wrong with it, a static text,
 * or NULL.  r->out is valid if r->headed, even if something is wrong.
 * r->after is ready for what follows, but for its data and settings.
 */
const char *reading_run(struct reading *r, struct span bytes);

/* After something was wrong: the bytes before the line that it is in. */
struct span reading_before(const struct reading *r, struct span bytes);

#endif
