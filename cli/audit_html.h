/*
 * audit_html.h - the deletions of an audit as a page.
 */
#ifndef CLI_AUDIT_HTML_H
#define CLI_AUDIT_HTML_H

#include <stdio.h>

#include "cli/audit_filter.h"

/*
 * Write the page with this title.  *omitted is how many deletions are
 * counted in it and not listed (html.h).  Reads the archive more than once,
 * up to the exchange that is the last one now.
 */
int audit_html(struct store *st, const struct audit_filter *filter,
    const char *title, FILE *out, uint64_t *omitted,
    struct err *err) MUST_CHECK;

#endif
