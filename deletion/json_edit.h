/*
 * json_edit.h - change one value of a JSON text and no other byte.
 */
#ifndef DELETION_JSON_EDIT_H
#define DELETION_JSON_EDIT_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct err;

/*
 * Put value, a JSON text, where pointer (RFC 6901) points to a string; or, if
 * it names a member that the object at the top has not, add that member in
 * front.  Before *out is returned it is read again: it differs there and
 * nowhere else.  Errors: ERR_FORMAT if text is no JSON, ERR_UNSUPPORTED if
 * there is no way that leads to only this difference.
 */
int json_edit(struct span *out, struct span text, struct span pointer,
    struct span value, struct arena *arena, struct err *err) MUST_CHECK;

/* s as a JSON string with its quotes. */
struct span json_quote(struct span s, struct arena *arena);

#endif
