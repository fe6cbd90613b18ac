/*
 * clock.h - what time it is, in nanoseconds.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Since 1970 in UTC: for what is recorded.  It may be set back. */
int64_t clock_wall(void);

/* Since some point in the past: for measuring.  It only goes forward. */
int64_t clock_steady(void);

#endif
