/*
 * What archive.sh measures with.
 *
 *	bench/archive write N ARCHIVE RAW LIST
 *		N generated deletions, their messages one after another, and
 *		a line for each with its times and lengths; how long adding
 *		one took, in microseconds, by the clock on the wall and of
 *		the processor
 *	bench/archive plain N FILE
 *		the same messages into a table of SQLite's
 *	bench/archive read N ARCHIVE
 *		some of N exchanges, in any order: how long half of them
 *		and 99 of 100 took at most, in microseconds, and the same of
 *		an empty loop about as long, for what the machine adds
 *	bench/archive make N
 *		nothing but make the messages, to be taken off from the others
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sqlite3.h>

#include "base/err.h"
#include "store/pack.h"
#include "store/store.h"

static uint64_t state = 88172645463325252u;

/* Marsaglia's xorshift64: the same bytes on every run. */
static uint64_t
next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void
die(const struct err *err)
{
	fprintf(stderr, "bench: %s\n", err->text);
	exit(EXIT_FAILURE);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct span
uuid(struct exchange *x)
{
	uint64_t a = next(), b = next();

	return arena_printf(&x->arena, "%08x-%04x-%04x-%04x-%012llx",
	    (unsigned)(a >> 32), (unsigned)(a >> 16) & 0xffff,
	    (unsigned)a & 0xffff, (unsigned)(b >> 48),
	    (unsigned long long)(b & 0xffffffffffff));
}

static struct message *
message(struct exchange *x, enum head_side side, struct span head,
    struct span body)
{
	struct message *m = arena_alloc(&x->arena, sizeof(*m));
	struct err err;

	m->interim = span_of_str("");
	m->head = head;
	m->body = body;
	m->wire_len = m->body_len = body.len;
	m->framing = body.len > 0 ? FRAMING_LENGTH : FRAMING_NONE;
	m->complete = m->has_digest = true;
	digest_of(m->body_sha256, body);
	if (head_parse(&m->parsed, side, head, &x->arena, &err) < 0)
		die(&err);
	return m;
}

static const char *const projects[] = { "0503dda878000fed2f78c00909158a4d",
	"1cbf8c2a7b9a45be8d0bb5a0c0a1a7de" };

static const char *const tokens[] = { "~9f86d081884c7d659a2feaa0c55ad015",
	"~60303ae22b998861bce3b28f33eec1be" };

static void
fill(struct exchange *x, struct reading *r, unsigned n)
{
	static int64_t now = 1700000000000000000;
	struct target *t = arena_alloc(&x->arena, sizeof(*t));
	struct span member = uuid(x), id = uuid(x);
	struct span pool =
	    arena_printf(&x->arena, "%08x-7c1e-4f0b-9d35-0a1b2c3d4e5f",
		(unsigned)(next() % 500 * 2654435761u));
	const char *project = projects[next() % 2];
	bool gone = next() % 8 == 0;
	struct span body = gone
	    ? arena_printf(&x->arena,
		  "{\"error_code\":\"ELB.8904\",\"error_msg\":\"member %.*s "
		  "could not be found.\",\"request_id\":\"%.*s\"}",
		  (int)member.len, (const char *)member.p, (int)id.len,
		  (const char *)id.p)
	    : span_of_str("");
	struct span path = arena_printf(&x->arena,
	    "/v3/%s/elb/pools/%.*s/members/%.*s", project, (int)pool.len,
	    (const char *)pool.p, (int)member.len, (const char *)member.p);

	x->connection = n / 4 + 1;
	x->number = n % 4 + 1;
	x->client = (struct endpoint){ .addr = { 10, 0, 3, 7 },
		.port = (uint16_t)(32768 + n / 4 % 28000) };
	x->server =
	    (struct endpoint){ .addr = { 100, 125, 0, 12 }, .port = 80 };
	x->request = message(x, HEAD_REQUEST,
	    arena_printf(&x->arena,
		"DELETE %.*s HTTP/1.1\r\n"
		"Host: elb.cn-north-4.myhuaweicloud.com\r\n"
		"User-Agent: huaweicloud-usdk-python/3.0\r\n"
		"Accept: */*\r\nContent-Type: application/json\r\n"
		"X-Project-Id: %s\r\nX-Auth-Token: %s\r\n"
		"X-Sdk-Date: 20231114T22%02u%02uZ\r\n"
		"Connection: keep-alive\r\n\r\n",
		(int)path.len, (const char *)path.p, project,
		tokens[next() % 2], n / 1200 % 60, n / 20 % 60),
	    span_of_str(""));
	x->response = message(x, HEAD_RESPONSE,
	    arena_printf(&x->arena,
		"HTTP/1.1 %s\r\nDate: Tue, 14 Nov 2023 22:%02u:%02u GMT\r\n"
		"Server: api-gateway\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\nX-Request-Id: %.*s\r\n"
		"Connection: keep-alive\r\n\r\n",
		gone ? "404 Not Found" : "204 No Content", n / 1200 % 60,
		n / 20 % 60, body.len, (int)id.len, (const char *)id.p),
	    body);
	now += (int64_t)(next() % 40000000);
	x->request->first = x->request->last = now;
	x->response->first = now + 20000000 + (int64_t)(next() % 30000000);
	x->response->last = x->response->first;

	*t = (struct target){ .type = span_of_str("elb:member"),
		.id = member,
		.scope = arena_printf(&x->arena, "%s/%.*s", project,
		    (int)pool.len, (const char *)pool.p),
		.outcome = gone ? OUTCOME_GONE : OUTCOME_DELETED };
	r->kind = KIND_DELETION;
	r->deletion = (struct deletion){
		.operation = span_of_str("huawei:elb:DeleteMember"),
		.contract = true,
		.outcome = t->outcome,
		.code = gone ? span_of_str("ELB.8904") : (struct span){ 0 },
		.request_id = id,
		.targets = t,
		.target_count = 1,
		.attempt_of = n + 1,
		.attempt_number = 1,
	};
	/* As key_of() makes it of a deletion that names its targets. */
	pack_key(r, &x->arena, r->key);
	r->principal = span_of_str("~9f86d081884c");
}

/* The messages, and what a capture of them has to know. */
static void
write_raw(FILE *raw, FILE *list, const struct exchange *x)
{
	const struct message *q = x->request, *a = x->response;

	fwrite(q->head.p, 1, q->head.len, raw);
	fwrite(a->head.p, 1, a->head.len, raw);
	fwrite(a->body.p, 1, a->body.len, raw);
	fprintf(list, "%llu %lld %lld %zu %zu\n",
	    (unsigned long long)x->connection, (long long)q->first,
	    (long long)a->first, q->head.len, a->head.len + a->body.len);
}

#define CHUNK 256 /* made at once, so that few calls tell the time */

struct chunk {
	struct exchange *exchanges[CHUNK];
	struct reading readings[CHUNK];
	unsigned count;
};

/* Make those from n on, and no more than there are to be. */
static void
chunk_make(struct chunk *c, unsigned n, unsigned count)
{
	for (c->count = 0; c->count < CHUNK && n < count; c->count++, n++) {
		c->exchanges[c->count] = exchange_new();
		c->readings[c->count] = (struct reading){ 0 };
		fill(c->exchanges[c->count], &c->readings[c->count], n);
	}
}

static void
chunk_free(struct chunk *c)
{
	for (unsigned i = 0; i < c->count; i++)
		exchange_free(c->exchanges[i]);
}

/* What something took, without what was made for it. */
struct watch {
	double wall, cpu, wall_start, cpu_start;
};

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
watch_start(struct watch *w)
{
	w->wall_start = seconds();
	w->cpu_start = cpu_seconds();
}

static void
watch_stop(struct watch *w)
{
	w->wall += seconds() - w->wall_start;
	w->cpu += cpu_seconds() - w->cpu_start;
}

static void
watch_print(const struct watch *w, unsigned count)
{
	printf("%.3f %.3f\n", w->wall / count * 1e6, w->cpu / count * 1e6);
}

static void
write_all(struct store *st, FILE *raw, FILE *list, unsigned count,
    struct watch *w)
{
	static struct chunk c;
	struct err err;

	for (unsigned n = 0; n < count; n += c.count) {
		chunk_make(&c, n, count);
		for (unsigned i = 0; i < c.count; i++)
			write_raw(raw, list, c.exchanges[i]);
		watch_start(w);
		for (unsigned i = 0; i < c.count; i++)
			if (store_add(st, c.exchanges[i], &c.readings[i],
				&err) < 0)
				die(&err);
		watch_stop(w);
		chunk_free(&c);
	}
}

static int
run_write(unsigned count, const char *path, const char *raw_path,
    const char *list_path)
{
	struct recording rec = { .begun = 1 };
	struct coverage coverage = { 0 };
	FILE *raw = fopen(raw_path, "wb"), *list = fopen(list_path, "w");
	struct watch watch = { 0 };
	struct store *st;
	struct err err;

	if (raw == NULL || list == NULL)
		return EXIT_FAILURE;
	if (store_open(&st, path, STORE_APPEND, &err) < 0 ||
	    store_begin(st, &rec, &err) < 0)
		die(&err);
	write_all(st, raw, list, count, &watch);
	watch_start(&watch);
	if (store_end(st, &coverage, &err) < 0 || store_close(st, &err) < 0)
		die(&err);
	watch_stop(&watch);
	watch_print(&watch, count);
	fclose(list);
	return fclose(raw) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK)
		return;
	fprintf(stderr, "bench: %s\n", sqlite3_errmsg(db));
	exit(EXIT_FAILURE);
}

static void
insert_plain(sqlite3 *db, sqlite3_stmt *stmt, const struct exchange *x,
    size_t *batch)
{
	const struct message *q = x->request, *a = x->response;

	sqlite3_bind_blob64(stmt, 1, q->head.p, q->head.len, SQLITE_STATIC);
	sqlite3_bind_blob64(stmt, 2, a->head.p, a->head.len, SQLITE_STATIC);
	sqlite3_bind_blob64(stmt, 3, a->body.p, a->body.len, SQLITE_STATIC);
	sqlite3_step(stmt);
	sqlite3_reset(stmt);
	*batch += q->head.len + a->head.len + a->body.len;
	if (*batch < STORE_BATCH_BYTES)
		return;
	sql(db, "COMMIT; BEGIN");
	*batch = 0;
}

/* With the batches, the journal and the syncs of an archive. */
static int
run_plain(unsigned count, const char *path)
{
	static struct chunk c;
	struct watch watch = { 0 };
	sqlite3_stmt *stmt;
	size_t batch = 0;
	sqlite3 *db;

	sqlite3_open(path, &db);
	sql(db,
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    "CREATE TABLE t(id INTEGER PRIMARY KEY, request BLOB, "
	    "response BLOB, body BLOB); BEGIN");
	sqlite3_prepare_v2(db, "INSERT INTO t VALUES(NULL, ?, ?, ?)", -1, &stmt,
	    NULL);
	for (unsigned n = 0; n < count; n += c.count) {
		chunk_make(&c, n, count);
		watch_start(&watch);
		for (unsigned i = 0; i < c.count; i++)
			insert_plain(db, stmt, c.exchanges[i], &batch);
		watch_stop(&watch);
		chunk_free(&c);
	}
	watch_start(&watch);
	sql(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	watch_stop(&watch);
	watch_print(&watch, count);
	return EXIT_SUCCESS;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

#define READS 20000

/* What 99 of 100 of them took less than, and half of them. */
struct spread {
	double half, most;
};

static struct spread
spread_of(double took[READS])
{
	qsort(took, READS, sizeof(took[0]), compare);
	return (struct spread){ took[READS / 2], took[READS - READS / 100] };
}

/* How long it takes to count to n, in microseconds. */
static double
count_to(uint64_t n)
{
	double start = seconds();

	for (volatile uint64_t i = 0; i < n; i++)
		continue;
	return (seconds() - start) * 1e6;
}

/* A loop that does nothing for so long: what the machine adds to anything. */
static struct spread
spin(double us)
{
	static double took[READS];
	uint64_t n = (uint64_t)(us / count_to(100000000) * 1e8);

	for (unsigned i = 0; i < READS; i++)
		took[i] = count_to(n);
	return spread_of(took);
}

static int
run_read(unsigned count, const char *path)
{
	static double took[READS];
	struct entry e = ENTRY_INIT;
	struct spread all, idle;
	struct store *st;
	struct err err;
	double start;

	if (store_open(&st, path, STORE_READ, &err) < 0)
		die(&err);
	/* Twice, and only the second time counts: warm. */
	for (unsigned n = 0; n < 2 * READS; n++) {
		start = seconds();
		if (store_get(st, next() % count + 1, &e, &err) < 1)
			die(&err);
		took[n % READS] = (seconds() - start) * 1e6;
	}
	all = spread_of(took);
	idle = spin(all.half);
	printf("%.1f %.1f %.1f %.1f\n", all.half, all.most, idle.half,
	    idle.most);
	entry_release(&e);
	return store_close(st, &err) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What all of them do besides. */
static int
run_make(unsigned count)
{
	for (unsigned n = 0; n < count; n++) {
		struct exchange *x = exchange_new();
		struct reading r = { 0 };

		fill(x, &r, n);
		exchange_free(x);
	}
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "write") == 0)
		return run_write((unsigned)atol(argv[2]), argv[3], argv[4],
		    argv[5]);
	if (argc == 4 && strcmp(argv[1], "plain") == 0)
		return run_plain((unsigned)atol(argv[2]), argv[3]);
	if (argc == 4 && strcmp(argv[1], "read") == 0)
		return run_read((unsigned)atol(argv[2]), argv[3]);
	if (argc == 3 && strcmp(argv[1], "make") == 0)
		return run_make((unsigned)atol(argv[2]));
	return EXIT_FAILURE;
}
