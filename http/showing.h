/*
 * showing.h - how llhttp is shown a whole head; private to http/reading.c.
 *
 * It is stricter than servers are, and laxer in other places.  What servers
 * take is shown to it as what it takes: any method as one that it knows, a
 * target with blanks or bytes above 0x7f as another, a length that is repeated
 * once. A field line that only some readers understand is refused in its place.
 */
#ifndef HTTP_SHOWING_H
#define HTTP_SHOWING_H

#include "http/reading.h"

/* Show these bytes as they are. */
llhttp_errno_t showing_add(struct reading *r, struct span bytes);

/*
 * Is this Transfer-Encoding of a message not shown?  "identity" was what says
 * nothing (RFC 2616, section 3.6): RFC 9112 knows it no more and lets such a
 * response end with the connection, but clients pass over it.  Of a request
 * servers take it differently.
 */
bool showing_omits_coding(enum head_side side, struct span value);

/*
 * Show a head and fill in its start line and fields; r->bad is where the line
 * stands that was refused here.
 */
llhttp_errno_t showing_head(struct reading *r, struct span bytes);

#endif
