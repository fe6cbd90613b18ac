#include "store/squeeze.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "store/db.h"
#include "store/deflate.h"
#include "store/pack.h"
#include "store/row.h"

struct squeezer {
	struct db *db;
	struct deflater *deflater;
	int64_t dictionary; /* 0: none */
	struct buf out;
};

static int
load(struct squeezer *s, struct err *err)
{
	struct query *q = db_query(s->db, SQL_LAST_DICTIONARY, err);
	struct span bytes = { 0 };
	int got;

	if (q == NULL || (got = query_step(q, err)) < 0)
		return -1;
	if (got == 1) {
		s->dictionary = take_int(q, 1, INT64_MAX);
		bytes = take_bytes(q);
	}
	s->deflater = deflater_new(bytes, DEFLATE_SMALL);
	query_reset(q);
	return 0;
}

int
squeezer_open(struct squeezer **out, struct db *db, struct err *err)
{
	struct squeezer *s = xcalloc(1, sizeof(*s));

	s->db = db;
	s->out = BUF_INIT(PACK_MAX);
	if (load(s, err) < 0) {
		squeezer_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
squeezer_close(struct squeezer *s)
{
	if (s == NULL)
		return;
	deflater_free(s->deflater);
	buf_release(&s->out);
	free(s);
}

static void
put_or_null(struct query *q, bool present, int64_t n)
{
	if (present)
		put_int(q, n);
	else
		put_null(q);
}

static void
put_row(struct query *q, const struct row *row)
{
	put_int(q, row->id);
	put_int(q, row->recording);
	put_int(q, row->connection);
	put_int(q, row->number);
	put_int(q, row->time);
	put_int(q, row->kind);
	put_or_null(q, row->method != 0, row->method);
	put_or_null(q, row->host != 0, row->host);
	put_or_null(q, row->status != 0, row->status);
	put_or_null(q, row->reason != REASON_NONE, row->reason);
	put_int(q, row->flaws);
	put_or_null(q, row->principal != 0, row->principal);
	put_or_null(q, row->path >= 0, row->path);
	put_blob(q, (struct span){ row->match, MATCH_KEY_SIZE });
	put_or_null(q, row->bodies[0] != 0, row->bodies[0]);
	put_or_null(q, row->bodies[1] != 0, row->bodies[1]);
}

static int
insert(struct squeezer *s, const struct row *row, struct span context,
    struct span packed, struct err *err)
{
	struct query *q;

	if (deflater_run(s->deflater, context, packed, &s->out, err) < 0 ||
	    (q = db_query(s->db, SQL_EXCHANGE_ADD, err)) == NULL)
		return -1;
	put_row(q, row);
	put_or_null(q, s->dictionary != 0, s->dictionary);
	put_int(q, (int64_t)packed.len);
	put_blob(q, buf_span(&s->out));
	put_blob(q, (struct span){ row->leaf, DIGEST_SIZE });
	return query_run(q, err);
}

int
squeezer_add(struct squeezer *s, const struct row *row, struct span context,
    struct span packed, struct err *err)
{
	return insert(s, row, context, packed, err);
}

int
squeezer_flush(struct squeezer *s, struct err *err)
{
	(void)s;
	(void)err;
	return 0;
}
