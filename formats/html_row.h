/*
 * html_row.h - a deletion, and what followed one, as rows that open.
 */
#ifndef FORMATS_HTML_ROW_H
#define FORMATS_HTML_ROW_H

#include <stdio.h>

#include "formats/html.h"

void html_deletion_row(FILE *out, const struct html_deletion *d);
void html_follow_up_row(FILE *out, uint64_t id, const struct exchange *x,
    const struct reading *r);

#endif
