/*
 * secret_value.h - a value from a file, the environment or the command line.
 */
#ifndef REPLAY_SECRET_VALUE_H
#define REPLAY_SECRET_VALUE_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct err;

struct secret_value {
	struct span bytes;
	bool hidden; /* it did not stand in the text itself */
};

/*
 * Read what text stands for: "@FILE" is the one line of that file without
 * its line end, "$NAME" a variable of the environment, anything else itself,
 * in which a first "@" or "$" stands twice.  At most limit bytes, none of
 * them a control character, and not none at all.  Errors: ERR_USAGE;
 * ERR_SYSTEM, ERR_FORMAT and ERR_LIMIT with the file in front.
 */
int secret_value_read(struct secret_value *out, const char *text, size_t limit,
    struct arena *arena, struct err *err) MUST_CHECK;

#endif
