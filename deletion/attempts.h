/*
 * attempts.h - which deletions are tries of one intent.
 *
 * Two deletions are attempts of one logical deletion if operation, targets,
 * scope, dry run and principal agree, and they bear the same idempotency
 * token or the second began within ATTEMPT_WINDOW_NS of packet time after
 * the first ended.  The same token with other targets is another intent
 * and a finding.
 */
#ifndef DELETION_ATTEMPTS_H
#define DELETION_ATTEMPTS_H

#include "deletion/subject.h"

#define ATTEMPT_WINDOW_NS ((int64_t)300 * 1000000000)

enum {
	ATTEMPTS_MAX = 16384, /* intents remembered; as many tokens */
};

struct attempts;
struct pending_table;

struct attempts *attempts_new(void);
void attempts_free(struct attempts *a); /* NULL is allowed */

/*
 * Number the deletion d of exchange x, seen as s, that has this id, and
 * set its findings; remember it.
 */
void attempts_add(struct attempts *a, const struct pending_table *pending,
    struct subject *s, const struct exchange *x, uint64_t id,
    struct deletion *d);

#endif
