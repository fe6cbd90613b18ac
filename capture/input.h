/*
 * input.h - the bytes of one file, through a window that slides forward.
 *
 * A file, standard input or memory, plain or gzipped (seen by its magic);
 * the reader above cannot tell them apart.  Memory held is one window,
 * which grows to the largest run of bytes asked for at once.
 *
 *	while ((rc = input_peek(in, 16, &head, err)) == 1) {
 *		...
 *		input_skip(in, 16);
 *	}
 */
#ifndef CAPTURE_INPUT_H
#define CAPTURE_INPUT_H

#include "base/base.h"
#include "base/span.h"

struct err;
struct input;

#define INPUT_MAX_PEEK ((size_t)4 << 20)

/* So large that system calls do not show in a profile. */
#define INPUT_WINDOW ((size_t)128 << 10)

/*
 * Open a file; "-" is standard input.  Begin with a window of that many
 * bytes.  Errors: ERR_SYSTEM, ERR_FORMAT if it begins as gzip and is not.
 * Errors carry no name: the caller has it.
 */
int input_open(struct input **out, const char *path, size_t window,
    struct err *err) MUST_CHECK;

/* Read from bytes, which must outlive the input. */
int input_open_memory(struct input **out, struct span bytes,
    struct err *err) MUST_CHECK;

/*
 * Look at the next n bytes, at most INPUT_MAX_PEEK, without passing them.
 * Return 1, or 0 if the input ends before; *out is then what is left.
 * Valid until the next call.  Errors: ERR_SYSTEM, ERR_FORMAT.
 */
int input_peek(struct input *in, size_t n, struct span *out,
    struct err *err) MUST_CHECK;

/* Pass n bytes that were peeked at. */
void input_skip(struct input *in, size_t n);

/* Pass n bytes, however many.  Return 1, or 0 if the input ends before. */
int input_discard(struct input *in, uint64_t n, struct err *err) MUST_CHECK;

/* How many bytes were passed, after decompression. */
uint64_t input_offset(const struct input *in);

/* Was the gzip stream incomplete when the input ended? */
bool input_was_cut(const struct input *in);

/* Bytes read from the file, and its size or 0 if it has none. */
void input_progress(const struct input *in, uint64_t *done, uint64_t *total);

/*
 * Call idle() whenever a signal came or a second has passed while a pipe has
 * nothing to read.  If it fails, so does the read.
 */
void input_on_idle(struct input *in, int (*idle)(void *ctx, struct err *err),
    void *ctx);

/*
 * End a read that a signal interrupts, and all after it, as if the input
 * ended.  Safe in a signal handler.
 */
void input_stop(struct input *in);

/* NULL is allowed. */
void input_close(struct input *in);

#endif
