/*
 * host.h - to which host a request was sent.
 */
#ifndef REPLAY_HOST_H
#define REPLAY_HOST_H

#include "base/span.h"

struct head;

/*
 * The authority of an absolute target, else the Host field, with its port;
 * empty if there is neither.  Points into the head.
 */
struct span host_of(const struct head *request);

/* The path of a request as written, query left off; absent for CONNECT. */
struct span path_of(const struct head *request);

#endif
