#include "store/orphans.h"

#include <inttypes.h>

#include "store/db.h"
#include "store/suspect.h"

/* Each gives the first row that should not be, or none. */
static const struct {
	enum sql_id sql;
	enum fault fault;
	bool of_recording; /* else of an exchange */
	const char *what;
} checks[] = {
	{ SQL_ORPHAN_PROFILE, FAULT_ALTERED, false,
	    "what its row says of it does not go together" },
	{ SQL_ORPHAN_TARGET, FAULT_INSERTED, false,
	    "it has no further targets, but one is stored for it" },
	{ SQL_ORPHAN_TARGET_NUMBER, FAULT_ALTERED, false,
	    "its further targets are not numbered from 2" },
	{ SQL_ORPHAN_FOLLOW_UP, FAULT_INSERTED, false,
	    "it shows nothing, but a follow-up is stored for it" },
	{ SQL_ORPHAN_FOLLOW_UP_NUMBER, FAULT_ALTERED, false,
	    "its follow-ups are not numbered from 1" },
	{ SQL_ORPHAN_RECORDING, FAULT_ALTERED, true,
	    "recordings are not numbered from 1" },
	{ SQL_ORPHAN_COVERAGE, FAULT_INSERTED, true,
	    "coverage is stored for a recording that has none" },
	{ SQL_ORPHAN_ORIGIN, FAULT_ALTERED, true,
	    "where it was before it was merged does not fit its exchanges" },
	{ SQL_ORPHAN_TERM, FAULT_ALTERED, false,
	    "a term that it uses is gone" },
};

static int
run_check(struct db *db, size_t i, struct verification *out, struct err *err)
{
	struct query *q = db_query(db, checks[i].sql, err);
	uint64_t id;
	int got;

	if (q == NULL || (got = query_step(q, err)) < 0)
		return -1;
	if (got == 1) {
		id = (uint64_t)take_int(q, 0, INT64_MAX);
		if (checks[i].of_recording && out->fault == FAULT_NONE)
			out->recording = id;
		if (checks[i].of_recording)
			id = 0;
		suspect_set(out, checks[i].fault, id, id, "%s", checks[i].what);
	}
	query_reset(q);
	return 0;
}

int
orphans_find(struct db *db, struct verification *out, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (run_check(db, i, out, err) < 0)
			return -1;
	return 0;
}
