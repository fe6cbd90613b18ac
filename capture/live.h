/*
 * live.h - frames from a network interface, through libpcap.
 *
 * The kernel writes packets into a ring in memory that this reads without
 * copying; what does not fit is dropped and counted.  Any link type that
 * obit reads will do, and "any" stands for all interfaces at once.  Time
 * stamps are the kernel's, in nanoseconds where it has them.
 */
#ifndef CAPTURE_LIVE_H
#define CAPTURE_LIVE_H

#include <stdint.h>

#include "base/base.h"

struct capture_options;
struct err;
struct frame;
struct live;

/*
 * The kernel hands over what has come at least this often; with the time
 * that a batch stays open it makes less than a second.
 */
#define LIVE_DELAY_MS 100

/*
 * Begin to watch the interface of the options, through their filter.  From
 * here on no privilege is needed.  Strings in options must outlive it.
 * Errors, with the interface's name in front: ERR_SYSTEM if there is no
 * such interface, it is down, or may not be watched; ERR_UNSUPPORTED for a
 * link type that obit does not read; ERR_USAGE for a filter that is none.
 */
int live_open(struct live **out, const struct capture_options *options,
    struct err *err) MUST_CHECK;

/*
 * Get the next frame: 1; 0 after the last that came before it was stopped or
 * its time was over; SOURCE_IDLE if nothing came for LIVE_DELAY_MS or a
 * signal was caught; -1 with ERR_SYSTEM if the interface is gone.  While the
 * interface is down it waits for it.  The bytes last until the next call.
 */
int live_next(struct live *l, struct frame *out, struct err *err) MUST_CHECK;

/*
 * What was dropped so far, by the kernel because the ring was full and by
 * the interface, and how often the interface went down.
 */
void live_losses(struct live *l, uint64_t *kernel, uint64_t *interface,
    uint64_t *downs);

/* Bytes handed out. */
uint64_t live_bytes(const struct live *l);

/* Make live_next() come to its end.  Safe in a signal handler. */
void live_stop(struct live *l);

/* NULL is allowed. */
void live_close(struct live *l);

#endif
