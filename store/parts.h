/*
 * parts.h - rows that exchanges share: connections, and large bodies.
 */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

struct db;
struct err;
struct exchange;
struct message;
struct parts;
struct row;
struct words;

struct parts *parts_new(struct db *db, struct words *words);
void parts_free(struct parts *p);

/* Connections are of this recording now. */
void parts_begin(struct parts *p, int64_t recording);

/* Set the connection of the row and its time. */
int parts_connection(struct parts *p, const struct exchange *x, struct row *row,
    struct err *err) MUST_CHECK;

/* The number of the body of m, or 0 if it is not stored alone. */
int parts_body(struct parts *p, const struct message *m, int64_t *id,
    struct err *err) MUST_CHECK;

/* Bytes that were added since this was asked. */
size_t parts_taken(struct parts *p);

#endif
