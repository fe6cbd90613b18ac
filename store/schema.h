/*
 * schema.h - the tables of an archive, in every version that there was.
 * obit-archive(5) is the description.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdint.h>

#include "base/base.h"

struct db;
struct err;

/* "OBIT" */
#define SCHEMA_APPLICATION 0x4f424954

/* The version that this program writes. */
#define SCHEMA_VERSION 2

/* Make an empty database into an archive without recordings. */
int schema_create(struct db *db, struct err *err) MUST_CHECK;

/*
 * Check that the database has exactly the schema that obit writes or wrote,
 * and the terms it knows; give its version.  Errors: ERR_FORMAT,
 * ERR_UNSUPPORTED for a later version.
 */
int schema_check(struct db *db, int *version, struct err *err) MUST_CHECK;

/* Add those that an earlier obit of this version did not know. */
int schema_add_terms(struct db *db, struct err *err) MUST_CHECK;

#endif
