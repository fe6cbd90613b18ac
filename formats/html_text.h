/*
 * html_text.h - recorded bytes as text in a page.
 *
 * Nothing that is written here can end an element or an attribute, whatever
 * the bytes are.  What a reader could not see or would see in another order
 * is shown as what it is: control characters as \xNN, bytes that are no
 * UTF-8 as \xNN, and characters that change the direction of text or have
 * no width as \u{NNNN}.
 */
#ifndef FORMATS_HTML_TEXT_H
#define FORMATS_HTML_TEXT_H

#include <stdio.h>

#include "base/span.h"

/* Absent is as empty.  Write errors stay in the stream. */
void html_text(FILE *out, struct span text);
void html_str(FILE *out, const char *text);

/* Lines that end in LF or CRLF, which does not show. */
void html_lines(FILE *out, struct span text);

/* "2026-11-20" and "20:00:22.034" of a time, in UTC. */
void html_day(FILE *out, int64_t t);
void html_clock(FILE *out, int64_t t);

#endif
