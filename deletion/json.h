/*
 * json.h - JSON bodies.  The door to jansson.
 */
#ifndef DELETION_JSON_H
#define DELETION_JSON_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct err;
struct tree;

/*
 * Read one JSON text of any kind.  Refused are what RFC 8259 leaves to
 * chance: duplicate names, invalid UTF-8, numbers out of range, text after
 * the end.  Errors: ERR_FORMAT, ERR_LIMIT (see tree.h).
 */
int json_read(struct tree **out, struct span text, struct arena *arena,
    struct err *err) MUST_CHECK;

#endif
