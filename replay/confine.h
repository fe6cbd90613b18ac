/*
 * confine.h - give up for good what a server has no use for.
 *
 * What obit serve cannot do, no mistake in it and no client can make it do:
 * reach another host, or read or write a file that was not open already.
 */
#ifndef REPLAY_CONFINE_H
#define REPLAY_CONFINE_H

#include "base/base.h"

struct err;

/*
 * From here on this process can make no io_uring.  Call it before the event
 * loops are made: libuv from 1.45 on gives each one a ring, does without if
 * it gets none, and aborts if later it may not enter the one that it has.
 * Errors: as confine().
 */
int confine_rings(struct err *err) MUST_CHECK;

/*
 * After confine_rings(): from here on no thread of this process can make a
 * socket, connect or bind one, open or make a file, or run a program: the
 * kernel refuses with EPERM. What is open already works on, listening sockets
 * included.  It cannot be undone.  Errors: ERR_SYSTEM where the kernel has no
 * seccomp filters (seccomp(2), SECCOMP_SET_MODE_FILTER).
 *
 * Programs with sanitizers are not confined, since those open files to report
 * what they found.
 */
int confine(struct err *err) MUST_CHECK;

#endif
