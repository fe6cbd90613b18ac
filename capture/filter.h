/*
 * filter.h - libpcap's filter expressions, applied to frames in files.
 *
 * See pcap-filter(7).  An expression is compiled once for each link type
 * that comes.  It means what it means to tcpdump: "port 80" looks at the
 * outer packet, so tagged traffic needs "vlan and port 80", and what a
 * tunnel carries cannot be told by its inner ports.
 */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H

#include <stdint.h>

#include "base/base.h"

struct err;
struct filter;
struct frame;

/*
 * The expression must outlive the filter.  It is compiled here for the
 * link type given, or for Ethernet if obit does not read that one, to
 * refuse at once what is no expression.  Errors: ERR_USAGE.
 */
int filter_new(struct filter **out, const char *expression, uint16_t link,
    struct err *err) MUST_CHECK;

/* NULL is allowed. */
void filter_free(struct filter *f);

/*
 * Does the frame pass: 1, 0, or -1 with ERR_USAGE if the expression makes
 * no sense on its link type?  A link type that obit does not read passes,
 * to be counted as such.
 */
int filter_matches(struct filter *f, const struct frame *frame,
    struct err *err) MUST_CHECK;

#endif
