#include "store/treetop.h"

#include "base/err.h"
#include "store/db.h"

static bool
take(struct query *q, struct treetop *out)
{
	struct span root;

	out->size = (uint64_t)take_int(q, 0, INT64_MAX);
	root = take_bytes(q);
	if (root.len != DIGEST_SIZE)
		return false;
	memcpy(out->root, root.p, DIGEST_SIZE);
	return merkle_load(&out->range, out->size, take_bytes(q)) &&
	    !query_is_bad(q);
}

int
treetop_load(struct treetop *out, struct db *db, struct err *err)
{
	struct query *q = db_query(db, SQL_TREE_GET, err);
	bool good;
	int got;

	*out = (struct treetop){ 0 };
	digest_of(out->root, (struct span){ 0 });
	if (q == NULL || (got = query_step(q, err)) < 0)
		return -1;
	if (got == 0)
		return 0;
	good = take(q, out);
	query_reset(q);
	if (good)
		return 0;
	return err_set(err, ERR_CORRUPT, "its tree makes no sense");
}
