/*
 * squeeze.h - rows of the table exchange, compressed on their way in.
 *
 * Exchanges of one archive are much alike: most are of a template, and all
 * others are compressed against a dictionary made of its first ones.  Until
 * there is one, rows wait.
 */
#ifndef STORE_SQUEEZE_H
#define STORE_SQUEEZE_H

#include "base/base.h"
#include "base/span.h"

struct db;
struct err;
struct formed;
struct row;
struct squeezer;
struct words;

/* Go on with the archive's latest dictionary. */
int squeezer_open(struct squeezer **out, struct db *db, struct words *words,
    struct err *err) MUST_CHECK;

/* Rows that wait are lost.  NULL is allowed. */
void squeezer_close(struct squeezer *s);

/* Insert a row, now or at the latest with squeezer_flush(). */
int squeezer_add(struct squeezer *s, const struct row *row,
    const struct formed *message, struct err *err) MUST_CHECK;

int squeezer_flush(struct squeezer *s, struct err *err) MUST_CHECK;

#endif
