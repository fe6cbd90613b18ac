/*
 * match.h - from a live request to the recorded exchanges that mean it.
 *
 * The request is reduced to its key as at recording.  A host that was
 * recorded exactly decides; otherwise any will do if only one fits.
 *
 * A mock stands at another address than the real service, and its clients
 * often send no real credentials.  So where the live host was not
 * recorded, the request is also read as if it had been sent to each host
 * that was recorded for its path, and, if it is not signed, with the
 * region and service that the signatures there name.  Nothing else is
 * ever borrowed: method, path, query, targets and body must mean the same.
 *
 * A live request is masked before it is read, as recorded ones were.
 */
#ifndef REPLAY_MATCH_H
#define REPLAY_MATCH_H

#include "base/base.h"
#include "base/span.h"
#include "deletion/deletion.h"

struct answer_place;
struct arena;
struct err;
struct index;
struct matcher;
struct message;
struct queue;
struct rules;
struct shortcut;
struct store;

#define MATCH_MAX_HOSTS    16  /* that are named when several fit */
#define MATCH_MAX_CONTEXTS 256 /* exchanges looked at for what to borrow */

struct match {
	const struct queue *queue;  /* NULL: a miss */
	struct answer_place *place; /* for answers_get(); may be NULL */
	size_t host_count;          /* of a miss because several fit */
	struct span hosts[MATCH_MAX_HOSTS];
	const struct message *masked; /* of a miss: the request without its
					 secrets, in the arena */
};

/* The key of a masked request under these rules; the arena is scratch. */
void match_key(uint8_t key[MATCH_KEY_SIZE], const struct rules *rules,
    const struct message *request, struct arena *arena);

/*
 * Remember what so many bytes of requests came to.  All three must outlive
 * the matcher.  Errors: ERR_SYSTEM.
 */
int matcher_open(struct matcher **out, struct store *store, struct index *index,
    const struct rules *rules, size_t bytes, struct err *err) MUST_CHECK;

/* NULL is allowed. */
void matcher_close(struct matcher *m);

/*
 * Find the queue of a request.  Its head, if it is not absent, is what was
 * sent.  What is found lives as index_find() says.
 * Errors: those of the store.
 */
int matcher_find(struct matcher *m, const struct message *request,
    struct arena *arena, struct match *out, struct err *err) MUST_CHECK;

/*
 * Find the queue of a plain request (shortcut.h) that came before, by
 * nothing but its bytes, all of them and no more.  Return 1, or 0 if it has
 * to be taken apart for matcher_find().  *seen lives until the next call.
 * Errors: those of the store.
 */
int matcher_recall(struct matcher *m, struct span bytes,
    const struct shortcut **seen, struct match *out,
    struct err *err) MUST_CHECK;

#endif
