/*
 * fields.h - where a head ends, and its field lines, where they are as they
 * should be.
 *
 * Most are, and splitting them at line ends and colons is several
 * times faster than asking a state machine about every byte.  What is
 * unusual in any way is left to the parser, which knows what to tolerate.
 */
#ifndef HTTP_FIELDS_H
#define HTTP_FIELDS_H

#include "base/span.h"
#include "http/head.h"

/* How many bytes at the start of s are of a token (RFC 9110, 5.6.2). */
size_t fields_token(struct span s);

/*
 * The length of the head that s begins with, its empty line included, or 0
 * if its end is not there.  Everything before from was looked at already.
 */
size_t fields_head_length(struct span s, size_t from);

/*
 * How many bytes at the start of s are of a request target, in any of its
 * forms (RFC 9112, 3.2; RFC 3986, appendix A).
 */
size_t fields_target(struct span s);

/*
 * Split the fields, at most HEAD_MAX_FIELDS, of the head that s begins with.
 * Return its length, or 0, and nothing of use, if its end is not there or
 * it is unusual: each line behind the start line is a name, a colon, a
 * value and CRLF, without folding and without another CR.
 */
size_t fields_split(struct span s, struct field *fields, size_t *count);

/*
 * Can a field of this name decide how long the body is or whether the
 * connection goes on?  False only if it cannot.
 */
bool fields_may_frame(struct span name);

#endif
