/*
 * template.h - messages by what makes them different from others.
 *
 * Messages of one client to one API are the same but for a few ids, times
 * and masks.  A template is a sample of them and the slots in which others
 * differ; a message of its form is the number of the template and the
 * values of the slots, which is a fifth of what compression makes of it,
 * and quicker.
 */
#ifndef STORE_TEMPLATE_H
#define STORE_TEMPLATE_H

#include <stdint.h>

#include "base/buf.h"
#include "store/learn.h"
#include "store/slot.h"
#include "store/token.h"

#define TEMPLATE_SAMPLE ((size_t)32768) /* no longer sample is one */

struct template
{
	int64_t id;
	struct buf sample;
	struct tokens tokens; /* of the sample */
	struct slot *slots;
	size_t slot_count;
};

/* A template of what all lessons have in common. */
struct template *template_learn(const struct lesson *lessons, size_t count);

/*
 * A template as it is stored; slots are the gaps before them, their forms
 * and arguments.  NULL if that makes no sense.
 */
struct template *template_load(int64_t id, struct span sample, size_t numbers,
    struct span slots);
void template_free(struct template *t); /* NULL is allowed */

/* Its slots as they are stored.  Errors: ERR_LIMIT. */
int template_slots(const struct template *t, struct buf *out,
    struct err *err) MUST_CHECK;

/* Bytes of numbers in its sample. */
size_t template_numbers(const struct template *t);

/*
 * Write what is different in the tokens to the end of out: 1, 0 if they are
 * not of this template, -1.
 */
int template_put(const struct template *t, const struct tokens *tokens,
    const struct slot_ctx *ctx, struct buf *out, struct err *err) MUST_CHECK;

/*
 * The same for a message that was not taken apart, which is quicker where it
 * is of this template.  Tokens are for its use.
 */
int template_match(const struct template *t, struct span packed,
    struct tokens *tokens, const struct slot_ctx *ctx, struct buf *out,
    struct err *err) MUST_CHECK;

/*
 * Make the message of data, in the arena of ctx; at most max bytes.  Errors:
 * ERR_CORRUPT, ERR_SYSTEM.
 */
int template_take(const struct template *t, struct span data,
    const struct slot_ctx *ctx, size_t max, struct span *out,
    struct err *err) MUST_CHECK;

#endif
