/*
 * guard.h - knows what was recorded, and keeps requests away from it.
 *
 * A target is refused if its name is that of a recorded host, or if one of
 * its addresses is one that a recorded host had.  Ports do not count: what
 * listens next to the recorded service is most likely a part of it.  Only
 * on the loopback they do, where every port is a program of its own.
 */
#ifndef REPLAY_GUARD_H
#define REPLAY_GUARD_H

#include <stddef.h>

#include "base/base.h"

struct endpoint;
struct err;
struct exchange;
struct guard;
struct destination;

struct guard *guard_new(void);

/* NULL is allowed. */
void guard_free(struct guard *g);

/* Remember the server and the host of x. */
void guard_note(struct guard *g, const struct exchange *x);

/* Errors: ERR_REFUSED for a name, or an address as a name. */
int guard_check_name(const struct guard *g, const struct destination *t,
    struct err *err) MUST_CHECK;

/*
 * Errors: ERR_REFUSED if any of the addresses was recorded, or belongs now to
 * a recorded name, which the system is asked for unless all of the addresses
 * are of the loopback.
 */
int guard_check_addresses(const struct guard *g, const struct destination *t,
    const struct endpoint *at, size_t count, struct err *err) MUST_CHECK;

#endif
