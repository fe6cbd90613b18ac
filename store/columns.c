#include "store/columns.h"

#include "http/head.h"
#include "store/db.h"
#include "store/pack.h"
#include "store/store.h"
#include "store/suspect.h"

static bool
same(struct span a, struct span b)
{
	return (a.p == NULL) == (b.p == NULL) && span_eq(a, b);
}

static bool
is_digest_of(struct span digest, const struct message *m)
{
	uint8_t sha256[DIGEST_SIZE];

	if (m == NULL || !pack_is_alone(m->body))
		return digest.p == NULL;
	digest_of(sha256, m->body);
	return span_eq(digest, (struct span){ sha256, sizeof(sha256) });
}

/* What the row repeats of the messages, so that it can be asked for. */
static const char *
compare_columns(struct query *q, const struct exchange *x)
{
	const struct message *m = x->request;
	struct span method = { 0 }, host = { 0 };

	if (m != NULL) {
		method = m->parsed.method;
		host = head_field(&m->parsed, "Host");
	}
	if (!same(take_bytes(q), method))
		return "its row has another method than its request";
	if (!same(take_bytes(q), host))
		return "its row has another host than its request";
	if (take_int_or(q, 1, 999, 0) != exchange_status(x))
		return "its row has another status than its response";
	if (!is_digest_of(take_bytes(q), x->request) ||
	    !is_digest_of(take_bytes(q), x->response) || query_is_bad(q))
		return "a body has another digest than its contents";
	return NULL;
}

static int
check_row(struct db *db, const struct entry *e, struct verification *out,
    struct err *err)
{
	struct query *q = db_query(db, SQL_VERIFY_COLUMNS, err);
	const char *what;

	if (q == NULL)
		return -1;
	put_int(q, (int64_t)e->id);
	if (query_row(q, "its row is gone", err) < 0)
		return -1;
	what = compare_columns(q, e->exchange);
	query_reset(q);
	if (what != NULL)
		suspect_set(out, FAULT_ALTERED, e->id, e->id, "%s", what);
	return 0;
}

/* Follow-ups repeat when their exchange ended. */
static int
check_times(struct db *db, const struct entry *e, struct verification *out,
    struct err *err)
{
	const struct exchange *x = e->exchange;
	struct query *q;
	int64_t others;

	if (e->reading.follow_up_count == 0)
		return 0;
	if ((q = db_query(db, SQL_VERIFY_TIMES, err)) == NULL)
		return -1;
	put_int(q, (int64_t)e->id);
	put_int(q, x->response != NULL ? x->response->last : exchange_time(x));
	if (query_row(q, "nothing counted", err) < 0)
		return -1;
	others = take_int(q, 0, INT64_MAX);
	query_reset(q);
	if (others > 0)
		suspect_set(out, FAULT_ALTERED, e->id, e->id,
		    "a follow-up has another time than its response");
	return 0;
}

int
columns_check(struct db *db, const struct entry *e, struct verification *out,
    struct err *err)
{
	if (check_row(db, e, out, err) < 0)
		return -1;
	return check_times(db, e, out, err);
}
