/*
 * text.h - small pieces of text for people.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "base/span.h"

#define TEXT_SIZE 32

/* "845 B", "12.3 KiB", "1.5 GiB". */
const char *text_bytes(char text[TEXT_SIZE], uint64_t bytes);

/* "850 us", "1.25 s", "3 min 20 s". */
const char *text_duration(char text[TEXT_SIZE], int64_t ns);

/* "2026-11-20" and "20:00:22" of a time, in UTC. */
const char *text_day(char text[TEXT_SIZE], int64_t t);
const char *text_clock(char text[TEXT_SIZE], int64_t t);

/* Print bytes as hexadecimal digits, two each. */
void text_put_hex(FILE *out, const uint8_t *bytes, size_t len);

/* "1 packet", "2 packets". */
const char *text_plural(uint64_t n, const char *one, const char *many);

/*
 * Print text that anybody may have written: whatever would move the cursor
 * or change the terminal is shown as an escape.  text_put() lets line ends
 * and tabs through, and drops the "\r" of CRLF.
 */
void text_put(FILE *out, struct span s);
void text_put_line(FILE *out, struct span s);

/*
 * The columns that a line written to out may have: $COLUMNS, else those of
 * the terminal; 0 if there is no limit.
 */
size_t text_columns(FILE *out);

/*
 * Print one line of safe text and a line end; what goes beyond so many
 * columns is cut and marked with "...".  0 is no limit.
 */
void text_put_cut(FILE *out, struct span line, size_t columns);

#endif
