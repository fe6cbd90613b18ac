/*
 * detect.h - what do these bytes begin?
 *
 * HTTP/1.x is recognised by its content alone; ports mean nothing.
 */
#ifndef CAPTURE_DETECT_H
#define CAPTURE_DETECT_H

#include "base/span.h"

enum detected {
	DETECT_NOTHING, /* no HTTP message starts here */
	DETECT_MORE,    /* too few bytes to tell */
	DETECT_REQUEST,
	DETECT_RESPONSE,
};

/*
 * For the first bytes of a connection: a start line that is not whole yet
 * counts as one once its method and the start of its target are there.
 */
enum detected detect_start(struct span s);

/*
 * For a segment in the middle of a connection, which may just as well be
 * part of a body: the whole start line has to be there, or the start of a
 * request with a common method and a very long target.
 */
enum detected detect_resume(struct span s);

/*
 * The length of the header of the PROXY protocol, version 1 or 2, that s begins
 * with, or 0: there is none, or not all of it.
 */
size_t detect_preamble(struct span s);

/* Does what begins here look like a response, as far as it goes? */
bool detect_is_response(struct span s);

/* The first digit of its status, or 0: it does not go so far, or is none. */
int detect_status_class(struct span s);

/* How many requests begin in it behind an empty line? */
size_t detect_count_requests(struct span s);

/* Does it begin with a common method and the path of a target? */
bool detect_is_common(struct span s);

#endif
