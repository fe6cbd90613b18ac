/*
 * inside.h - a response, or text in the body of one?
 *
 * Bodies hold text that looks like responses: the parts of a batch, logs,
 * recordings.  Behind a gap such text can begin a segment, when the head of
 * the response around it is among what is missing, or the chunk before it.
 * So a response that begins behind a gap, and what follows it at once, is
 * suspect, unless
 *
 *  - the client had taken all that came before when it sent the request
 *    that it may answer, as clients do that wait;
 *  - it follows another at once, and the two name different requests.
 *
 * What is suspect is believed if another response or the end of all stands
 * right behind it, or before it what ends a chunked body, or if it names its
 * request.  It is `inferred` then, as is what is counted from it, and so is an
 * answer for which the client waited with another request.  It has no place
 *
 *  - if bytes that are not HTTP stand right behind it;
 *  - behind a body that only the end of the connection ends;
 *  - if the client takes turns: it had all that came before, so that only
 *    the start of the answer can be missing;
 *  - if that follows from its place: the response before it ended where the
 *    gap begins, and answers the request before.
 *
 * The last two but for requests with Expect, where an interim response may be
 * what is missing.  Text in a body has the place of the response it is in.
 */
#ifndef CAPTURE_INSIDE_H
#define CAPTURE_INSIDE_H

#include "capture/pair.h"

/* These bytes of responses have come; end is the position behind them. */
void inside_pass(struct pair *p, struct span bytes, uint64_t end);

/* The client sends q: it may show that a body of chunks has ended. */
void inside_ask(struct pair *p, const struct draft *q);

/*
 * Is d suspect, which the request of rank `caused` may have asked for?  Call
 * this before what is known of the gap before it is forgotten.
 */
void inside_suspect(const struct pair *p, struct draft *d, uint64_t caused);

/* Nobody may have asked for d: let it be text that has no place of its own. */
void inside_refuse(struct draft *d);

/* The name of d was read, if it has one: is it suspect nonetheless? */
void inside_read_name(struct pair *p, struct draft *d);

/*
 * Nothing but next, or if that is NULL the end, may have come after the last
 * response that is held: believe it, if that is so.
 */
void inside_follow(struct pair *p, const struct draft *next);

/* Bytes that are not HTTP stand behind the last response that was taken. */
void inside_refute(struct pair *p);

/* Something that is held is no response. */
void inside_refute_all(struct pair *p);

/* Is it inferred that r answers q? */
bool inside_is_guess(const struct draft *r, const struct draft *q);

/*
 * Is r believed as the answer to q?  last: the place of the response before it.
 */
bool inside_is_response(const struct draft *r, const struct draft *q,
    uint64_t last);

#endif
