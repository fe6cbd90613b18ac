/*
 * content.h - where two responses differ in what they say.
 *
 * Not compared is what tells how a response travelled (framing, coding,
 * connection), what the rules call volatile, and request ids.  A secret,
 * masked or not, is like any other: a live response and the recording of
 * one, or recordings masked by different keys, can be compared.
 */
#ifndef DELETION_CONTENT_H
#define DELETION_CONTENT_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct message;
struct rules;

/*
 * One difference: a field name in lower case, or where in the body, and
 * what both sides have there; absent if nothing.  Lives in the arena.
 * Return false to be told no more.
 */
typedef bool content_tell(void *ctx, struct span name, struct span a,
    struct span b);

/*
 * Compare the fields of two responses in any order, those of one name as
 * if they were one (RFC 9110, section 5.3).
 */
void content_diff_fields(const struct rules *rules, const struct message *a,
    const struct message *b, struct arena *arena, content_tell *tell,
    void *ctx);

/* Parts of bodies that are not to be compared: pointers as in rules.h. */
struct content_ignored {
	const struct span *at;
	size_t count;
};

/*
 * Compare two bodies without transfer and content coding: JSON, forms and
 * XML by what they mean (tree_diff.h), all others byte by byte.  The place
 * "" is the body as a whole.
 */
void content_diff_bodies(const struct rules *rules, const struct message *a,
    const struct message *b, const struct content_ignored *ignored,
    struct arena *arena, content_tell *tell, void *ctx);

#endif
