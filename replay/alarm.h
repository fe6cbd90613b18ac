/*
 * alarm.h - a descriptor that becomes readable at a time, to the microsecond.
 *
 * The event loop's own timers count milliseconds, and a schedule of ten
 * thousand requests a second has ten in each.
 */
#ifndef REPLAY_ALARM_H
#define REPLAY_ALARM_H

#include <stdint.h>

#include "base/base.h"

struct err;

/* A descriptor to poll and to close, or -1.  Errors: ERR_SYSTEM. */
int alarm_open(struct err *err);

/* Ring at this time of clock_steady(), or at once if it is over. */
void alarm_set(int fd, int64_t when);

/* It rang: be quiet until it is set again. */
void alarm_quiet(int fd);

#endif
