/*
 * compact.h - ids in fewer bytes.
 *
 * Ids are mostly UUIDs and other hexadecimal digits, half of which say
 * nothing.  Such a text is stored as a blob, of which the first byte tells
 * what follows; the views of the archive make text of it again.  Any other
 * text is stored as it is.
 */
#ifndef STORE_COMPACT_H
#define STORE_COMPACT_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct query;

enum {
	COMPACT_BYTES = 0, /* bytes that are no text */
	COMPACT_UUID = 1,  /* 16 bytes; RFC 9562, in lower case */
	COMPACT_HEX = 2,   /* an even number of digits, in lower case */
};

/* Bind a text; the arena must live until the query ran. */
void put_compact(struct query *q, struct span text, struct arena *arena);

/* Take one into the arena; false if it is not as above. */
bool take_compact(struct query *q, struct arena *arena, struct span *out);

#endif
