/*
 * profile.h - rows of the table profile: what exchanges have in common.
 */
#ifndef STORE_PROFILE_H
#define STORE_PROFILE_H

#include <stdint.h>

#include "base/base.h"

struct db;
struct err;
struct profiles;

/* The columns but for the id, in their order. */
enum profile_column {
	PROFILE_KIND,
	PROFILE_METHOD,
	PROFILE_HOST,
	PROFILE_STATUS,
	PROFILE_REASON,
	PROFILE_FLAWS,
	PROFILE_FLAGS,
	PROFILE_PRINCIPAL,
	PROFILE_OPERATION,
	PROFILE_OUTCOME,
	PROFILE_CODE,
	PROFILE_FINDINGS,
	PROFILE_TYPE,
	PROFILE_TARGET_OUTCOME,
	PROFILE_TARGET_CODE,
	PROFILE_COLUMNS,
};

/* Bits of PROFILE_FLAGS. */
enum {
	FLAG_CONTRACT = 1,
	FLAG_DRY_RUN = 2,
	FLAG_FORCE = 4,
	FLAG_SET_DELETE = 8,
	FLAG_TARGETS = 16,    /* the second and later are in a table */
	FLAG_FOLLOW_UPS = 32, /* they are in a table */
	FLAG_ALL = 63,
};

#define PROFILE_NULL INT64_MIN

struct profile {
	int64_t columns[PROFILE_COLUMNS];
};

struct profiles *profiles_new(struct db *db);
void profiles_free(struct profiles *p);

/* The number of a profile, which is added if it is new. */
int profiles_number(struct profiles *p, const struct profile *profile,
    int64_t *out, struct err *err) MUST_CHECK;

#endif
