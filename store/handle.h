/*
 * handle.h - what the files of this folder share of an open archive.
 */
#ifndef STORE_HANDLE_H
#define STORE_HANDLE_H

#include "store/store.h"

struct db;
struct reader;
struct writer;

/* The connection, with every row of the open batch in it. */
int store_db(struct store *st, struct db **out, struct err *err) MUST_CHECK;

struct reader *store_reader(struct store *st);

/* NULL if the store is only read. */
struct writer *store_writer(struct store *st);

/* Put the path in front of the error; return -1. */
int store_fail(const struct store *st, struct err *err);

#endif
