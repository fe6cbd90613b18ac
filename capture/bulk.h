/*
 * bulk.h - the messages that hold the most, to be found at once.
 *
 * When memory runs short a large body is worth less than the connections that
 * would have to go in its place.  Drafts are told apart by the power of two
 * that their bodies have room for, from BULK_MIN on; of one size comes first
 * what has had it longest.
 *
 * To mask and read an exchange takes memory, too, by the size of its bodies:
 * it is taken from the budget for one message of the largest size there is,
 * as long as it is there.
 */
#ifndef CAPTURE_BULK_H
#define CAPTURE_BULK_H

#include <stddef.h>

struct budget;
struct draft;

#define BULK_MIN     ((size_t)8 << 10) /* bytes; smaller bodies do not count */
#define BULK_CLASSES 48
#define BULK_WORK    2 /* bytes to read one byte of a body with, about */

struct bulk {
	struct draft *classes[BULK_CLASSES]; /* by the power of two */
	unsigned largest;                    /* class that has one; 0: none */
	size_t held;                         /* bytes of all in a class */
	size_t reserve; /* bytes taken from the budget for the work */
};

/* The body of d has another capacity now; 0: d is leaving. */
void bulk_note(struct bulk *b, struct draft *d, struct budget *budget);

/* Bytes that large bodies take, and the work on one of them. */
static inline size_t
bulk_size(const struct bulk *b)
{
	return b->held + b->reserve;
}

/* NULL if no body is large. */
struct draft *bulk_largest(const struct bulk *b);

#endif
