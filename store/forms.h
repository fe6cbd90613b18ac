/*
 * forms.h - the templates of an archive that is written.
 *
 * Messages that fit none of them are kept for a while, and those of one
 * form among them make a new one.
 */
#ifndef STORE_FORMS_H
#define STORE_FORMS_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"

struct buf;
struct db;
struct err;
struct forms;
struct words;

/* One packed message: its numbers end at numbers. */
struct formed {
	struct span packed, context;
	size_t numbers;
	int64_t time;
	uint64_t kin; /* those of the same number are often alike */
};

/* Go on with those that the archive has. */
int forms_open(struct forms **out, struct db *db, struct words *words,
    struct err *err) MUST_CHECK;
void forms_close(struct forms *f); /* NULL is allowed */

/*
 * Write the message to out, which is emptied, as one of a template: 1, 0 if
 * it is of none, -1.
 */
int forms_put(struct forms *f, const struct formed *m, struct buf *out,
    struct err *err) MUST_CHECK;

/* Make templates of what some of the messages have in common. */
int forms_learn(struct forms *f, const struct formed *messages, size_t count,
    struct err *err) MUST_CHECK;

/* Remember a message that was of none; learn once there are some. */
int forms_miss(struct forms *f, const struct formed *m,
    struct err *err) MUST_CHECK;

#endif
