#include "tests/lib/sample.h"

#include <check.h>
#include <stdlib.h>

#include "base/err.h"
#include "http/body.h"

#define START ((int64_t)1700000000123456789)

static struct message *
message(struct exchange *x, enum head_side side, struct span head,
    struct span body, enum framing framing)
{
	struct message *m = arena_alloc(&x->arena, sizeof(*m));
	struct err err;

	m->interim = span_of_str("");
	m->head = head;
	m->body = arena_copy(&x->arena, body);
	m->wire_len = body.len;
	m->framing = framing;
	m->complete = true;
	/* Fuzz targets have no Check. */
	if (head_parse(&m->parsed, side, m->head, &x->arena, &err) < 0)
		abort();
	return m;
}

/* As the recorder does for a body without holes. */
static void
digest(struct message *m, struct arena *arena)
{
	struct span entity = body_entity(m, arena);

	m->has_digest = true;
	m->body_len = entity.len;
	digest_of(m->body_sha256, entity);
}

static struct message *
request(struct exchange *x, unsigned n)
{
	struct message *m = message(x, HEAD_REQUEST,
	    arena_printf(&x->arena,
		"DELETE /v3/pools/p%u?a=%u HTTP/1.1\r\n"
		"Host: elb.example.com\r\nX-Auth-Token: ~%08x\r\n\r\n",
		n, n * 7, n * 2654435761u),
	    span_of_str(""), FRAMING_NONE);

	m->first = START + (int64_t)n * 1000003;
	m->last = m->first + 1;
	digest(m, &x->arena);
	return m;
}

static struct message *
response(struct exchange *x, const char *status, struct span body,
    enum framing framing)
{
	struct message *m = message(x, HEAD_RESPONSE,
	    arena_printf(&x->arena,
		"HTTP/1.1 %s\r\nServer: api\r\nContent-Length: %zu\r\n\r\n",
		status, body.len),
	    body, framing);

	m->first = exchange_time(x) + 52000001;
	m->last = m->first + 300;
	return m;
}

static void
deletion(struct exchange *x, struct reading *r, unsigned n)
{
	struct target *t = arena_alloc(&x->arena, sizeof(*t));

	*t = (struct target){ .type = span_of_str("elb:pool"),
		.id = arena_printf(&x->arena, "p%u", n),
		.outcome = OUTCOME_DELETED };
	r->kind = KIND_DELETION;
	r->deletion = (struct deletion){
		.operation = span_of_str("elb:DeletePool"),
		.contract = true,
		.outcome = OUTCOME_DELETED,
		.targets = t,
		.target_count = 1,
		.attempt_of = n + 1,
		.attempt_number = 1,
	};
}

static void
plain(struct exchange *x, struct reading *r, unsigned n)
{
	x->connection = n / 3;
	x->number = n % 3 + 1;
	x->client = (struct endpoint){ .addr = { 192, 0, 2, 1 },
		.port = (uint16_t)(40000 + n / 3) };
	x->server =
	    (struct endpoint){ .addr = { 198, 51, 100, 7 }, .port = 80 };
	x->request = request(x, n);
	x->response =
	    response(x, "204 No Content", span_of_str(""), FRAMING_NONE);
	digest(x->response, &x->arena);
	memcpy(r->key, &n, sizeof(n));
	r->principal = span_of_str("~1a2b3c4d");
	deletion(x, r, n);
}

static void
follow_up(struct exchange *x, struct reading *r)
{
	struct follow_up *f = arena_alloc(&x->arena, 3 * sizeof(*f));

	f[0] = (struct follow_up){ 1, span_of_str("shutting-down"),
		VERDICT_UNCONFIRMED };
	f[1] = (struct follow_up){ 2, { 0 }, VERDICT_CONFIRMED };
	f[2] = (struct follow_up){ 2, span_of_str(""), VERDICT_REVERTED };
	*r = (struct reading){ .kind = KIND_FOLLOW_UP,
		.follow_ups = f,
		.follow_up_count = 3 };
	x->client = (struct endpoint){ .v6 = true,
		.addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
		.port = 65535 };
}

static void
everything_said(struct exchange *x, struct reading *r)
{
	struct target *t = arena_alloc(&x->arena, 3 * sizeof(*t));
	static const uint8_t nul[] = { 'a', 0, 'b', 0xff };
	struct span odd = { nul, sizeof(nul) };

	t[0] = (struct target){ .id = odd, .outcome = OUTCOME_GONE };
	t[1] = (struct target){ span_of_str(""), span_of_str(""),
		span_of_str(""), OUTCOME_UNKNOWN, span_of_str("") };
	t[2] = (struct target){ odd, { 0 }, span_of_str("a/b"), OUTCOME_DENIED,
		span_of_str("Forbidden") };
	r->deletion = (struct deletion){ odd, false, OUTCOME_PARTIAL, odd,
		span_of_str("no"), span_of_str("r-1"), odd, true, true, true, t,
		3, 77, 4000000000u, (1u << FINDING_COUNT) - 1 };
	memset(r->key, 0xff, MATCH_KEY_SIZE);
	r->principal = span_of_str("");
	x->flaws = FLAW_BIT(FLAW_TUNNEL) | FLAW_BIT(FLAW_GAP);
	x->missing = UINT64_MAX;
}

static void
no_response(struct exchange *x, struct reading *r)
{
	x->response = NULL;
	x->reason = REASON_LIMIT;
	*r = (struct reading){ .kind = KIND_OTHER };
	x->request->interim.p = NULL;
	x->request->complete = false;
}

static void
no_request(struct exchange *x, struct reading *r)
{
	x->request = NULL;
	*r = (struct reading){ .kind = KIND_OTHER };
	x->connection = UINT64_MAX;
	x->number = UINT32_MAX;
	x->response->first = INT64_MIN + 1;
	x->response->last = INT64_MAX;
}

static void
holes(struct exchange *x, struct reading *r)
{
	struct hole *h = arena_alloc(&x->arena, 2 * sizeof(*h));

	(void)r;
	h[0] = (struct hole){ 0, 3 };
	h[1] = (struct hole){ UINT64_MAX, UINT64_MAX };
	x->response =
	    response(x, "200 OK", span_of_str("abcdef"), FRAMING_LENGTH);
	x->response->holes = h;
	x->response->hole_count = 2;
	x->response->wire_len = 1000000;
	x->response->body_len = UINT64_MAX;
	x->response->complete = false;
	x->response->interim = span_of_str("HTTP/1.1 100 Continue\r\n\r\n");
}

static void
not_kept(struct exchange *x, struct reading *r)
{
	(void)r;
	x->response = response(x, "200 OK", span_of_str(""), FRAMING_CLOSE);
	x->response->body = (struct span){ 0 };
	x->response->wire_len = x->response->body_len = 9000000;
	x->response->has_digest = true;
	memset(x->response->body_sha256, 0x5a, DIGEST_SIZE);
}

/* The same large body on both sides is one row. */
static void
large(struct exchange *x, struct reading *r)
{
	uint8_t *p = arena_alloc(&x->arena, 100000);

	(void)r;
	for (size_t i = 0; i < 100000; i++)
		p[i] = (uint8_t)(i * i >> 5);
	x->response =
	    response(x, "200 OK", (struct span){ p, 100000 }, FRAMING_LENGTH);
	digest(x->response, &x->arena);
	x->request->body = x->response->body;
	x->request->wire_len = 100000;
	digest(x->request, &x->arena);
}

static void
chunked(struct exchange *x, struct reading *r)
{
	struct message *m = message(x, HEAD_RESPONSE,
	    span_of_str("HTTP/1.1 200 OK\r\n"
			"Transfer-Encoding: chunked\r\n\r\n"),
	    span_of_str("3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n"), FRAMING_CHUNKED);

	(void)r;
	m->first = m->last = x->request->last;
	x->response = m;
	digest(m, &x->arena);
}

/* The digest that is recorded is not that of the body, which was masked. */
static void
other_digest(struct exchange *x, struct reading *r)
{
	(void)r;
	x->response =
	    response(x, "200 OK", span_of_str("masked"), FRAMING_LENGTH);
	x->response->has_digest = true;
	x->response->body_len = 6;
	memset(x->response->body_sha256, 0xa5, DIGEST_SIZE);
}

/* A connection's number again, but with its ends the other way round. */
static void
turned(struct exchange *x, struct reading *r)
{
	struct endpoint client = x->client;

	(void)r;
	x->client = x->server;
	x->server = client;
}

/* Bodies that are gone: a large one, and one of chunks. */
static void
purged(struct exchange *x, struct reading *r)
{
	struct message *m;

	chunked(x, r);
	m = x->response;
	large(x, r);
	x->response = m;
	body_purge(x->request, &x->arena);
	body_purge(x->response, &x->arena);
}

static void (*const odd[])(struct exchange *x, struct reading *r) = {
	[SAMPLE_FOLLOW_UP] = follow_up,
	[2] = everything_said,
	[3] = no_response,
	[4] = no_request,
	[5] = holes,
	[6] = not_kept,
	[7] = large,
	[8] = chunked,
	[9] = other_digest,
	[10] = turned,
	[11] = purged,
};

struct exchange *
sample_exchange(unsigned n, struct reading *reading)
{
	struct exchange *x = exchange_new();

	*reading = (struct reading){ 0 };
	plain(x, reading, n);
	if (n < sizeof(odd) / sizeof(odd[0]) && odd[n] != NULL)
		odd[n](x, reading);
	return x;
}

static void
same(struct span got, struct span want)
{
	ck_assert((got.p == NULL) == (want.p == NULL));
	ck_assert(span_eq(got, want));
}

static void
same_message(const struct message *got, const struct message *want)
{
	ck_assert((got == NULL) == (want == NULL));
	if (want == NULL)
		return;
	same(got->interim, want->interim);
	same(got->head, want->head);
	same(got->body, want->body);
	ck_assert((got->purged == NULL) == (want->purged == NULL));
	if (want->purged != NULL) {
		ck_assert_uint_eq(got->purged->len, want->purged->len);
		ck_assert_mem_eq(got->purged->sha256, want->purged->sha256,
		    DIGEST_SIZE);
	}
	ck_assert_uint_eq(got->wire_len, want->wire_len);
	ck_assert_uint_eq(got->body_len, want->body_len);
	ck_assert_int_eq(got->has_digest, want->has_digest);
	if (want->has_digest)
		ck_assert_mem_eq(got->body_sha256, want->body_sha256,
		    DIGEST_SIZE);
	ck_assert_int_eq(got->framing, want->framing);
	ck_assert_int_eq(got->complete, want->complete);
	ck_assert_int_eq(got->first, want->first);
	ck_assert_int_eq(got->last, want->last);
	ck_assert_uint_eq(got->parsed.field_count, want->parsed.field_count);
	ck_assert_int_eq(got->parsed.status, want->parsed.status);
	ck_assert_uint_eq(got->hole_count, want->hole_count);
	for (size_t i = 0; i < want->hole_count; i++) {
		ck_assert_uint_eq(got->holes[i].offset, want->holes[i].offset);
		ck_assert_uint_eq(got->holes[i].len, want->holes[i].len);
	}
}

static void
same_endpoint(const struct endpoint *got, const struct endpoint *want)
{
	ck_assert_int_eq(got->v6, want->v6);
	ck_assert_uint_eq(got->port, want->port);
	ck_assert_mem_eq(got->addr, want->addr, sizeof(want->addr));
}

static void
same_target(const struct target *got, const struct target *want)
{
	same(got->type, want->type);
	same(got->id, want->id);
	same(got->scope, want->scope);
	same(got->code, want->code);
	ck_assert_int_eq(got->outcome, want->outcome);
}

static void
same_deletion(const struct deletion *got, const struct deletion *want)
{
	same(got->operation, want->operation);
	same(got->code, want->code);
	same(got->message, want->message);
	same(got->request_id, want->request_id);
	same(got->token, want->token);
	ck_assert_int_eq(got->contract, want->contract);
	ck_assert_int_eq(got->outcome, want->outcome);
	ck_assert_int_eq(got->dry_run, want->dry_run);
	ck_assert_int_eq(got->force, want->force);
	ck_assert_int_eq(got->set_delete, want->set_delete);
	ck_assert_uint_eq(got->attempt_of, want->attempt_of);
	ck_assert_uint_eq(got->attempt_number, want->attempt_number);
	ck_assert_uint_eq(got->findings, want->findings);
	ck_assert_uint_eq(got->target_count, want->target_count);
	for (size_t i = 0; i < want->target_count; i++)
		same_target(&got->targets[i], &want->targets[i]);
}

static void
same_reading(const struct reading *got, const struct reading *want)
{
	ck_assert_int_eq(got->kind, want->kind);
	ck_assert_mem_eq(got->key, want->key, MATCH_KEY_SIZE);
	same(got->principal, want->principal);
	if (want->kind == KIND_DELETION)
		same_deletion(&got->deletion, &want->deletion);
	ck_assert_uint_eq(got->follow_up_count, want->follow_up_count);
	for (size_t i = 0; i < want->follow_up_count; i++) {
		ck_assert_uint_eq(got->follow_ups[i].deletion,
		    want->follow_ups[i].deletion);
		same(got->follow_ups[i].state, want->follow_ups[i].state);
		ck_assert_int_eq(got->follow_ups[i].verdict,
		    want->follow_ups[i].verdict);
	}
}

void
sample_check(const struct exchange *got, const struct reading *got_reading,
    const struct exchange *want, const struct reading *want_reading)
{
	ck_assert_uint_eq(got->connection, want->connection);
	ck_assert_uint_eq(got->number, want->number);
	same_endpoint(&got->client, &want->client);
	same_endpoint(&got->server, &want->server);
	ck_assert_int_eq(got->reason, want->reason);
	ck_assert_uint_eq(got->flaws, want->flaws);
	ck_assert_uint_eq(got->missing, want->missing);
	same_message(got->request, want->request);
	same_message(got->response, want->response);
	same_reading(got_reading, want_reading);
}
