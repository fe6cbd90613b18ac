/*
 * unseen.h - what was not visible in a range of time.
 */
#ifndef CLI_UNSEEN_H
#define CLI_UNSEEN_H

#include "base/base.h"
#include "cli/opt.h"
#include "store/store.h"

/* From since on, up to but not including until; either may be open. */
struct time_range {
	struct opt_time since, until;
};

/*
 * Tell in lines of text, without their ends, what each recording of the
 * range could not see, and which parts of the range none of them covers.
 * An open end of the range is where the first recording begins or the last
 * one ends.  Losses are counted for a whole recording; a line says so where
 * the range has only a part of it.
 */
int unseen_tell(struct store *st, const struct time_range *range,
    void (*tell)(void *arg, const char *line), void *arg,
    struct err *err) MUST_CHECK;

#endif
