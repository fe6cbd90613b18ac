/*
 * flow.h - the connections of a capture.
 *
 * A connection is found by both endpoints and the network they are in.  A
 * SYN with another first sequence number on the same endpoints begins a
 * new one, and so does a segment after FLOW_IDLE_NS of silence that does not
 * go on where its side had stopped.  All times are packet times.  When the
 * budget is exceeded, what goes first is connections that are over or stale,
 * then the largest bodies, then the connection that has been silent longest.
 */
#ifndef CAPTURE_FLOW_H
#define CAPTURE_FLOW_H

#include "capture/outlet.h"
#include "capture/packet.h"

#define FLOW_IDLE_NS ((int64_t)3600 * 1000000000)

struct flow_table;

struct flow_table *flow_table_new(struct outlet *outlet);

/* End every connection, in the order of their numbers, and free. */
void flow_table_free(struct flow_table *t);

/* Take the next packet. */
void flow_table_add(struct flow_table *t, const struct segment *seg);

/* The input is over: finish every connection, in the order of numbers. */
void flow_table_finish(struct flow_table *t);

#endif
