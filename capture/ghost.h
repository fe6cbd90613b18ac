/*
 * ghost.h - requests that were lost and can be counted.
 *
 * Between the end of a request and the beginning of the next bytes are
 * missing.  At least one request began there, and as many as responses came
 * that can only answer what was lost there.  At most as many were there as
 * have room, each with a head of three quarters of the shortest that the
 * client sent.  Where both numbers are the same the requests take their
 * places as if they had been seen, as ghosts: nobody is told of them, but
 * what comes after them can be counted.  That is inferred, see narrow.h; that
 * so many were there is not.
 */
#ifndef CAPTURE_GHOST_H
#define CAPTURE_GHOST_H

#include "capture/pair.h"

#define GHOST_MEASURES 2 /* heads that say how short others can be */

/* Note how long the head of d is. */
void ghost_measure(struct pair *p, const struct draft *d);

/* How many were lost just before d, the next request; 0: not known. */
uint64_t ghost_count(const struct pair *p, const struct draft *d);

/* Let n requests that were lost just before d take their places. */
void ghost_add(struct pair *p, const struct draft *d, uint64_t n);

#endif
