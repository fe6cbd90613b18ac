/*
 * wire.h - a conversation as a capture file, in many disguises.
 *
 * A disguise says how bytes are cut into segments, in which order these
 * are captured, what network carried them and what file holds them.  None
 * loses anything, so every disguise of a flow must read the same.
 */
#ifndef TESTS_LIB_WIRE_H
#define TESTS_LIB_WIRE_H

#include "base/base.h"
#include "base/buf.h"

struct err;
struct flow;
struct wire_disguise;

/* The disguise of that number, or NULL beyond the last. */
const struct wire_disguise *wire_disguise(size_t number);

/* The disguise of that name, or NULL. */
const struct wire_disguise *wire_find(const char *name);
const char *wire_name(const struct wire_disguise *d);

/*
 * Append the flow as a capture file to out.  The same arguments give the
 * same bytes.  Errors: ERR_LIMIT of out.
 */
int wire_capture(struct buf *out, const struct flow *f,
    const struct wire_disguise *d, uint64_t seed, struct err *err) MUST_CHECK;

#endif
