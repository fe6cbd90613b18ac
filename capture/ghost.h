/*
 * ghost.h - requests that were lost and can be counted.
 *
 * Between the end of a request, or the place where it was cut, and the
 * beginning of the next bytes are missing.  At least as many requests began
 * there as responses came that can only answer what was lost there, and one
 * where the end was known.  At most as many were there as have room, each with
 * a head of three quarters of the shortest that the client sent.  Where both
 * numbers are the same the requests, if any, take their places as if they had
 * been seen, as ghosts: nobody is told of them, but what comes after them can
 * be counted.  That is inferred, see narrow.h; that so many were there is not.
 */
#ifndef CAPTURE_GHOST_H
#define CAPTURE_GHOST_H

#include "capture/pair.h"

#define GHOST_MEASURES 2 /* heads that say how short others can be */

/* Note how long the head of d is. */
void ghost_measure(struct pair *p, const struct draft *d);

/* If it can be told how many were lost just before d, the next request. */
void ghost_fill(struct pair *p, struct draft *d);

#endif
