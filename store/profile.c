#include "store/profile.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "store/db.h"

/* What is forgotten when it is reached is found again in the table. */
#define MAX_KNOWN 4096

struct known {
	struct profile profile;
	int64_t id;
	UT_hash_handle hh;
};

struct profiles {
	struct db *db;
	struct known *known;
};

struct profiles *
profiles_new(struct db *db)
{
	struct profiles *p = xcalloc(1, sizeof(*p));

	p->db = db;
	return p;
}

static void
forget(struct profiles *p)
{
	struct known *k, *next;

	HASH_ITER(hh, p->known, k, next)
	{
		HASH_DEL(p->known, k);
		free(k);
	}
}

void
profiles_free(struct profiles *p)
{
	if (p == NULL)
		return;
	forget(p);
	free(p);
}

static void
remember(struct profiles *p, const struct profile *profile, int64_t id)
{
	struct known *k;

	if (HASH_COUNT(p->known) >= MAX_KNOWN)
		forget(p);
	k = xcalloc(1, sizeof(*k));
	k->profile = *profile;
	k->id = id;
	HASH_ADD(hh, p->known, profile, sizeof(k->profile), k);
}

static struct query *
query_for(struct profiles *p, enum sql_id sql, const struct profile *profile,
    struct err *err)
{
	struct query *q = db_query(p->db, sql, err);

	for (int i = 0; q != NULL && i < PROFILE_COLUMNS; i++)
		if (profile->columns[i] == PROFILE_NULL)
			put_null(q);
		else
			put_int(q, profile->columns[i]);
	return q;
}

/* The row of a profile: 1, 0 or -1. */
static int
find(struct profiles *p, const struct profile *profile, int64_t *id,
    struct err *err)
{
	struct query *q = query_for(p, SQL_PROFILE_FIND, profile, err);
	int got;

	if (q == NULL)
		return -1;
	if ((got = query_step(q, err)) == 1)
		*id = take_int(q, 1, INT64_MAX);
	query_reset(q);
	return got;
}

static int
add(struct profiles *p, const struct profile *profile, int64_t *id,
    struct err *err)
{
	struct query *q = query_for(p, SQL_PROFILE_ADD, profile, err);

	return q == NULL ? -1 : query_insert(q, id, err);
}

int
profiles_number(struct profiles *p, const struct profile *profile, int64_t *out,
    struct err *err)
{
	struct known *k;
	int got;

	HASH_FIND(hh, p->known, profile, sizeof(*profile), k);
	if (k != NULL) {
		*out = k->id;
		return 0;
	}
	got = find(p, profile, out, err);
	if (got == 0)
		got = add(p, profile, out, err);
	if (got < 0)
		return -1;
	remember(p, profile, *out);
	return 0;
}
