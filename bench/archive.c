/*
 * Write N generated deletions to ARCHIVE and their raw bytes to RAW, and
 * say how long it took to write them and to read some back.
 *
 *	bench/archive N ARCHIVE RAW
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
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
		"X-Sdk-Date: 20231114T%06uZ\r\nConnection: keep-alive\r\n\r\n",
		(int)path.len, (const char *)path.p, project,
		tokens[next() % 2], n / 20 % 240000),
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
	for (size_t i = 0; i < MATCH_KEY_SIZE; i++)
		r->key[i] = (uint8_t)next();
	r->principal = span_of_str("~9f86d081884c");
}

static void
write_raw(FILE *f, const struct message *m)
{
	fwrite(m->head.p, 1, m->head.len, f);
	fwrite(m->body.p, 1, m->body.len, f);
}

/* Seconds that adding took, without those of making. */
static double
write_all(struct store *st, FILE *raw, unsigned count)
{
	double busy = 0;
	struct err err;

	for (unsigned n = 0; n < count; n++) {
		struct exchange *x = exchange_new();
		struct reading r = { 0 };
		double start;

		fill(x, &r, n);
		write_raw(raw, x->request);
		write_raw(raw, x->response);
		start = seconds();
		if (store_add(st, x, &r, &err) < 0)
			die(&err);
		busy += seconds() - start;
		exchange_free(x);
	}
	return busy;
}

static void
read_some(const char *path, unsigned count)
{
	struct entry e = ENTRY_INIT;
	double start = seconds();
	struct store *st;
	struct err err;
	double opened;

	if (store_open(&st, path, STORE_READ, &err) < 0)
		die(&err);
	opened = seconds();
	for (unsigned n = 0; n < 10000; n++)
		if (store_get(st, next() % count + 1, &e, &err) < 1)
			die(&err);
	printf("open %.1f ms, read %.1f us each\n", (opened - start) * 1e3,
	    (seconds() - opened) / 10000 * 1e6);
	entry_release(&e);
	if (store_close(st, &err) < 0)
		die(&err);
}

int
main(int argc, char **argv)
{
	struct recording rec = { .begun = 1 };
	struct coverage coverage = { 0 };
	struct store_stats stats;
	unsigned count;
	struct store *st;
	struct err err;
	FILE *raw;
	double busy;

	if (argc != 4 || (raw = fopen(argv[3], "wb")) == NULL)
		return EXIT_FAILURE;
	count = (unsigned)strtoul(argv[1], NULL, 10);
	if (store_open(&st, argv[2], STORE_APPEND, &err) < 0 ||
	    store_begin(st, &rec, &err) < 0)
		die(&err);
	busy = write_all(st, raw, count);
	if (store_end(st, &coverage, &err) < 0 ||
	    store_stats(st, &stats, &err) < 0)
		die(&err);
	printf("%u exchanges, %.1f us each, message bytes %.1f, stored %.1f\n",
	    count, busy / count * 1e6, (double)stats.message_bytes / count,
	    (double)stats.stored_bytes / count);
	fclose(raw);
	if (store_close(st, &err) < 0)
		die(&err);
	read_some(argv[2], count);
	return EXIT_SUCCESS;
}
