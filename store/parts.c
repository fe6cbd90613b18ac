#include "store/parts.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "http/exchange.h"
#include "store/db.h"
#include "store/deflate.h"
#include "store/pack.h"
#include "store/row.h"
#include "store/words.h"

#define KEEP_MAX    ((size_t)1 << 20) /* bytes kept to compress into */
#define CONNECTIONS 1024 /* remembered, each in place number modulo this */

struct known {
	uint64_t number;
	struct endpoint client, server;
	int64_t id; /* 0: free */
	int64_t time;
};

struct parts {
	struct db *db;
	struct words *words;
	struct deflater *deflater;
	struct buf body;
	size_t taken;
	int64_t recording;
	struct {
		struct endpoint endpoint;
		int64_t word; /* 0: none */
	} last[2];            /* addresses of the last client and server */
	struct known known[CONNECTIONS];
};

struct parts *
parts_new(struct db *db, struct words *words)
{
	struct parts *p = xcalloc(1, sizeof(*p));

	p->db = db;
	p->words = words;
	p->deflater = deflater_new((struct span){ 0 }, DEFLATE_LARGE);
	p->body = BUF_INIT((size_t)DB_MAX_VALUE);
	return p;
}

void
parts_free(struct parts *p)
{
	if (p == NULL)
		return;
	deflater_free(p->deflater);
	buf_release(&p->body);
	free(p);
}

void
parts_begin(struct parts *p, int64_t recording)
{
	p->recording = recording;
	memset(p->known, 0, sizeof(p->known));
}

size_t
parts_taken(struct parts *p)
{
	size_t taken = p->taken;

	p->taken = 0;
	return taken;
}

static bool
address_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->v6 == b->v6 && memcmp(a->addr, b->addr, a->v6 ? 16 : 4) == 0;
}

static bool
endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return address_eq(a, b) && a->port == b->port;
}

/* The word of an address, of side 0 or 1. */
static int
address_word(struct parts *p, int side, const struct endpoint *e, int64_t *word,
    struct err *err)
{
	char text[INET6_ADDRSTRLEN];

	if (p->last[side].word == 0 ||
	    !address_eq(&p->last[side].endpoint, e)) {
		inet_ntop(e->v6 ? AF_INET6 : AF_INET, e->addr, text,
		    sizeof(text));
		if (words_number(p->words, span_of_str(text),
			&p->last[side].word, err) < 0)
			return -1;
		p->last[side].endpoint = *e;
	}
	*word = p->last[side].word;
	return 0;
}

static int
add_connection(struct parts *p, const struct exchange *x, struct known *out,
    struct err *err)
{
	int64_t client, server;
	struct query *q;

	*out = (struct known){ x->connection, x->client, x->server, 0,
		exchange_time(x) };
	if (address_word(p, 0, &x->client, &client, err) < 0 ||
	    address_word(p, 1, &x->server, &server, err) < 0 ||
	    (q = db_query(p->db, SQL_CONNECTION_ADD, err)) == NULL)
		return -1;
	put_int(q, p->recording);
	put_int(q, (int64_t)x->connection);
	put_int(q, out->time);
	put_int(q, client);
	put_int(q, x->client.port);
	put_int(q, server);
	put_int(q, x->server.port);
	return query_insert(q, &out->id, err);
}

/* One that was forgotten meanwhile is a row again. */
int
parts_connection(struct parts *p, const struct exchange *x, struct row *row,
    struct err *err)
{
	struct known *known = &p->known[x->connection % CONNECTIONS];

	if ((known->id == 0 || known->number != x->connection ||
		!endpoint_eq(&known->client, &x->client) ||
		!endpoint_eq(&known->server, &x->server)) &&
	    add_connection(p, x, known, err) < 0)
		return -1;
	row->connection = known->id;
	row->began = exchange_time(x);
	row->time =
	    (int64_t)((uint64_t)exchange_time(x) - (uint64_t)known->time);
	return 0;
}

static int
find_body(struct parts *p, struct span sha256, int64_t *id, struct err *err)
{
	struct query *q = db_query(p->db, SQL_BODY_FIND, err);
	int got;

	if (q == NULL)
		return -1;
	put_blob(q, sha256);
	if ((got = query_step(q, err)) == 1)
		*id = take_int(q, 1, INT64_MAX);
	query_reset(q);
	return got;
}

static int
add_body(struct parts *p, struct span sha256, struct span body, int64_t *id,
    struct err *err)
{
	struct query *q;
	int got;

	if (body.len > (size_t)DB_MAX_VALUE)
		return err_set(err, ERR_LIMIT, "a body is too long");
	buf_reset(&p->body);
	if (deflater_run(p->deflater, (struct span){ 0 }, body, &p->body, err) <
		0 ||
	    (q = db_query(p->db, SQL_BODY_ADD, err)) == NULL)
		return -1;
	put_blob(q, sha256);
	put_int(q, (int64_t)body.len);
	put_blob(q, buf_span(&p->body));
	p->taken += p->body.len;
	got = query_insert(q, id, err);
	if (p->body.cap > KEEP_MAX)
		buf_release(&p->body);
	return got;
}

int
parts_body(struct parts *p, const struct message *m, int64_t *id,
    struct err *err)
{
	uint8_t digest[DIGEST_SIZE];
	struct span sha256 = { digest, sizeof(digest) };
	int got;

	*id = 0;
	if (m == NULL || !pack_is_alone(m->body))
		return 0;
	digest_of(digest, m->body);
	if ((got = find_body(p, sha256, id, err)) == 0)
		got = add_body(p, sha256, m->body, id, err);
	return got < 0 ? -1 : 0;
}
