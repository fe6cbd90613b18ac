#include "store/stats.h"

#include "base/err.h"
#include "store/db.h"

int
stats_read(struct db *db, struct store_stats *out, struct err *err)
{
	struct query *q = db_query(db, SQL_STATS, err);
	bool bad;

	if (q == NULL || query_row(q, "nothing counted", err) < 0)
		return -1;
	*out = (struct store_stats){ 0 };
	out->recordings = (uint64_t)take_int(q, 0, INT64_MAX);
	out->exchanges = (uint64_t)take_int(q, 0, INT64_MAX);
	out->deletions = (uint64_t)take_int(q, 0, INT64_MAX);
	out->follow_ups = (uint64_t)take_int(q, 0, INT64_MAX);
	out->targets = (uint64_t)take_int(q, 0, INT64_MAX);
	out->connections = (uint64_t)take_int(q, 0, INT64_MAX);
	out->message_bytes = (uint64_t)take_int(q, 0, INT64_MAX) +
	    (uint64_t)take_int(q, 0, INT64_MAX);
	out->stored_bytes = (uint64_t)take_int(q, 0, INT64_MAX) +
	    (uint64_t)take_int(q, 0, INT64_MAX) +
	    (uint64_t)take_int(q, 0, INT64_MAX) +
	    (uint64_t)take_int(q, 0, INT64_MAX);
	bad = query_is_bad(q);
	query_reset(q);
	return bad ? err_set(err, ERR_CORRUPT, "its sizes make no sense") : 0;
}
