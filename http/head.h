/*
 * head.h - a message head taken apart: start line and fields.
 *
 * Nothing is decoded, folded or changed: every span points into the bytes
 * that were parsed, and lives as long as they do.  Field names keep their
 * case, fields their order, and a name may stand more than once.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct err;

#define HEAD_MAX_BYTES  (256 * 1024) /* of one head, start line included */
#define HEAD_MAX_FIELDS 1024

struct field {
	struct span name;
	struct span value; /* without the blanks around it; may be empty */
};

enum head_side {
	HEAD_REQUEST,
	HEAD_RESPONSE,
};

struct head {
	enum head_side side;
	int major, minor;   /* of the HTTP version */
	struct span method; /* requests: as written, never guessed */
	struct span target; /* requests: as written */
	int status;         /* responses */
	struct span reason; /* responses; may be empty */
	const struct field *fields;
	size_t field_count;
};

/*
 * Parse bytes, which must be one whole head from its first letter to its
 * empty line.  The field array comes from the arena.  Errors: ERR_FORMAT,
 * ERR_LIMIT.
 */
int head_parse(struct head *h, enum head_side side, struct span bytes,
    struct arena *arena, struct err *err) MUST_CHECK;

/*
 * A copy of h in the arena, whose spans point into copy, the same bytes at
 * another place, instead of bytes.
 */
struct head head_copy(const struct head *h, struct span bytes, struct span copy,
    struct arena *arena);

/* The value of the first field of that name (any case), or absent. */
struct span head_find(const struct head *h, struct span name);

static inline struct span
head_field(const struct head *h, const char *name)
{
	return head_find(h, span_of_str(name));
}

/*
 * Does a list-valued field such as Connection or Transfer-Encoding hold
 * this token, in any of its lines (RFC 9110, section 5.6.1)?
 */
bool head_has_token(const struct head *h, const char *name, const char *token);

#endif
