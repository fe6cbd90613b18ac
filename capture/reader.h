/*
 * reader.h - frames from one capture file of any format.
 */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include "base/base.h"
#include "base/span.h"

struct err;
struct frame;
struct reader;

/*
 * Open a file ("-" is standard input) with a window of that many bytes
 * (see input.h) and see what it is.  Errors, all
 * with the file's name in front: ERR_SYSTEM, ERR_FORMAT.
 */
int reader_open(struct reader **out, const char *path, size_t window,
    struct err *err) MUST_CHECK;

/* Read from bytes, which must outlive the reader. */
int reader_open_memory(struct reader **out, struct span bytes,
    struct err *err) MUST_CHECK;

/* Get the next frame: 1, 0 at the end, -1.  Its bytes last until the next. */
int reader_next(struct reader *r, struct frame *out,
    struct err *err) MUST_CHECK;

/* Did the file end inside a frame or block? */
bool reader_was_cut(const struct reader *r);

void reader_progress(const struct reader *r, uint64_t *done, uint64_t *total);

/* Add what the file says its recorder lost (pcapng statistics). */
void reader_add_drops(const struct reader *r, uint64_t *kernel,
    uint64_t *interface);

/* See input_on_idle() and input_stop(). */
void reader_on_idle(struct reader *r, int (*idle)(void *ctx, struct err *err),
    void *ctx);
void reader_stop(struct reader *r);

/* NULL is allowed. */
void reader_close(struct reader *r);

#endif
