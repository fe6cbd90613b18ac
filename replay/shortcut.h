/*
 * shortcut.h - requests that came before, byte for byte, and what they
 * came to.
 *
 * Clients that do not sign send the same bytes over and over, and the same
 * bytes mean the same.  So their key need not be computed again, and if
 * they come in one piece they need not even be taken apart.
 */
#ifndef REPLAY_SHORTCUT_H
#define REPLAY_SHORTCUT_H

#include "base/base.h"
#include "base/span.h"
#include "deletion/deletion.h"
#include "http/head.h"
#include "replay/answer.h"

struct message;
struct queue;
struct shortcuts;

#define SHORTCUT_BYTES 2048 /* longest request that is remembered */

/* What every repetition needs stands first, close together. */
struct shortcut {
	/* Where its queue and its answer were found last. */
	const struct queue *queue;
	uint64_t age; /* of the index, then */
	struct answer_place place;

	bool plain; /* HTTP/1.1, the connection goes on, no leave is asked
		       for before the body, and it is no CONNECT */
	struct span session; /* its X-Obit-Session, or absent */
	struct head request; /* without its fields */

	uint8_t key[MATCH_KEY_SIZE];
	size_t group; /* the number of the group under that key */
};

/* Remember this many bytes of requests; the oldest go first. */
struct shortcuts *shortcuts_new(size_t bytes);

/* NULL is allowed. */
void shortcuts_free(struct shortcuts *all);

/*
 * A request as it was sent, head and body, in one piece; absent if it is
 * too long or its head is absent.  Valid until the next call.
 */
struct span shortcuts_whole(struct shortcuts *all,
    const struct message *request);

/* The one for these bytes, or NULL.  Valid until shortcuts_add(). */
struct shortcut *shortcuts_find(struct shortcuts *all, struct span bytes);

/*
 * Remember what a request came to, which shortcuts_whole() gave as bytes.
 * They must not be known yet.
 */
struct shortcut *shortcuts_add(struct shortcuts *all, struct span bytes,
    const struct message *request);

#endif
