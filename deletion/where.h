/*
 * where.h - name the place of some bytes in a message, for people who look
 * for them.
 *
 * Works on what is broken, cut or partly masked too, and says what can be
 * said.  Names are as they are written; one that holds the bytes themselves,
 * or another secret, is not told.
 */
#ifndef DELETION_WHERE_H
#define DELETION_WHERE_H

#include "deletion/redact_parts.h"

struct where {
	const char *place; /* "header", "json"...: see obit-audit(1) */
	struct span name;  /* absent if there is none; lives in the arena or
			      in the part */
};

/* Of the len bytes at offset in the text of a part. */
struct where where_of(const struct redact_part *part, size_t offset, size_t len,
    struct arena *arena);

/*
 * The JSON pointer (RFC 6901) of the value, or the path of XML tags of the
 * text, at offset.
 */
struct span where_in_json(struct span text, size_t offset, struct arena *arena);
struct span where_in_xml(struct span text, size_t offset, struct arena *arena);

#endif
