/*
 * narrow.h - what the responses that are held say of each other.
 *
 * Each has its bounds, see rank.h, from what came before it.  What comes
 * after it narrows them, and so does what is known of the client: a
 * response may name its request (echo.h), the client may never have had two
 * requests under way, or times may show that it waits (wait.h).  The last
 * counts chance, to count what was lost by its size (ghost.h) takes for
 * granted what clients need not do, and what is behind a gap may be no
 * response (inside.h): bounds that follow from one of them are
 * `inferred`, as is everything that was counted from there on, until a
 * response names its request.
 */
#ifndef CAPTURE_NARROW_H
#define CAPTURE_NARROW_H

#include "capture/pair.h"

/*
 * Narrow the bounds of r by those of the response before it.  Return false if
 * none are left.
 */
bool narrow_forwards(const struct rank_requests *q, struct draft *r,
    const struct bounds *last);

/*
 * Use the name that r gives its request, if what is not inferred lets that be.
 */
void narrow_named(const struct pair *p, struct draft *r);

/*
 * Count back from next, or if that is NULL from the last that is held.
 * Return false if they contradict each other.
 */
bool narrow_back(struct pair *p, const struct draft *next);

/*
 * Use what is known of the client as well, as far as nothing that is held
 * contradicts it.
 */
void narrow_more(struct pair *p, const struct draft *next);

#endif
