/*
 * messages.h - what the parser finds in one direction, as drafts.
 *
 * Each message becomes a draft and goes to the pairing when its head has come,
 * but for interim responses, which go in front of the next one.  Where HTTP
 * ends, at 101 or behind CONNECT, the parser is stopped.
 */
#ifndef CAPTURE_MESSAGES_H
#define CAPTURE_MESSAGES_H

#include "capture/side.h"

/* For the parser of a side, which is the context. */
extern const struct parser_events messages_events;

/*
 * The body of the response in progress begins, or is missing.  A request that
 * was lost may have been HEAD: then this is no body, and can hold the responses
 * after it.
 */
void messages_doubt_body(struct side *s);

#endif
