#include "store/leaf.h"

#include <assert.h>

#include "base/buf.h"
#include "base/err.h"
#include "deletion/deletion.h"
#include "http/coverage.h"
#include "http/exchange.h"
#include "store/counts.h"
#include "store/merkle.h"

enum {
	TAG_EXCHANGE = 1,
	TAG_RECORDING = 2,
};

#define STAGE 2048 /* most leaves are shorter */

/* Where an encoding goes: into a digest, or as it is into a buffer. */
struct sink {
	struct digest *digest;
	uint8_t *stage; /* what the digest has not seen yet */
	size_t staged;
	struct buf *copy;
	struct err *err;
	bool failed; /* the buffer is full */
	size_t attempt_at;
};

static void
flush(struct sink *d)
{
	digest_add(d->digest, (struct span){ d->stage, d->staged });
	d->staged = 0;
}

/* Most are a few bytes, of which a digest takes many at once gladly. */
static void
add_digest(struct sink *d, struct span bytes)
{
	if (bytes.len > STAGE - d->staged)
		flush(d);
	if (bytes.len > STAGE) {
		digest_add(d->digest, bytes);
	} else if (bytes.len > 0) {
		memcpy(d->stage + d->staged, bytes.p, bytes.len);
		d->staged += bytes.len;
	}
}

static void
add(struct sink *d, struct span bytes)
{
	if (d->digest != NULL)
		add_digest(d, bytes);
	else if (!d->failed)
		d->failed = buf_add(d->copy, bytes, d->err) < 0;
}

static void
put_int(uint8_t p[8], uint64_t n)
{
	p[0] = (uint8_t)(n >> 56);
	p[1] = (uint8_t)(n >> 48);
	p[2] = (uint8_t)(n >> 40);
	p[3] = (uint8_t)(n >> 32);
	p[4] = (uint8_t)(n >> 24);
	p[5] = (uint8_t)(n >> 16);
	p[6] = (uint8_t)(n >> 8);
	p[7] = (uint8_t)n;
}

/* Some fifty of them are in a leaf. */
static void
add_int(struct sink *d, uint64_t n)
{
	uint8_t bytes[8];

	if (d->digest != NULL && STAGE - d->staged >= 8) {
		put_int(d->stage + d->staged, n);
		d->staged += 8;
		return;
	}
	put_int(bytes, n);
	add(d, (struct span){ bytes, sizeof(bytes) });
}

static void
add_bytes(struct sink *d, struct span s)
{
	add_int(d, s.p != NULL);
	if (s.p == NULL)
		return;
	add_int(d, s.len);
	add(d, s);
}

/* By its digest: a body can be purged and the leaf still be checked. */
static void
add_body(struct sink *d, const struct message *m)
{
	struct purged body = { m->body.len, { 0 } };

	add_int(d, m->body.p != NULL || m->purged != NULL);
	if (m->purged != NULL)
		body = *m->purged;
	else if (m->body.p != NULL)
		digest_of(body.sha256, m->body);
	else
		return;
	add_int(d, body.len);
	add(d, (struct span){ body.sha256, DIGEST_SIZE });
}

static void
add_endpoint(struct sink *d, const struct endpoint *e)
{
	add_bytes(d, (struct span){ e->addr, e->v6 ? 16 : 4 });
	add_int(d, e->port);
}

static void
add_message(struct sink *d, const struct message *m)
{
	add_int(d, m != NULL);
	if (m == NULL)
		return;
	add_bytes(d, m->interim);
	add_bytes(d, m->head);
	add_body(d, m);
	add_int(d, m->wire_len);
	add_int(d, m->body_len);
	add_int(d, m->has_digest);
	assert(!m->digest_due);
	if (m->has_digest)
		add(d, (struct span){ m->body_sha256, DIGEST_SIZE });
	add_int(d, m->framing);
	add_int(d, m->complete);
	add_int(d, m->hole_count);
	for (size_t i = 0; i < m->hole_count; i++) {
		add_int(d, m->holes[i].offset);
		add_int(d, m->holes[i].len);
	}
	add_int(d, (uint64_t)m->first);
	add_int(d, (uint64_t)m->last);
}

static void
add_targets(struct sink *d, const struct deletion *x)
{
	add_int(d, x->target_count);
	for (size_t i = 0; i < x->target_count; i++) {
		add_bytes(d, x->targets[i].type);
		add_bytes(d, x->targets[i].id);
		add_bytes(d, x->targets[i].scope);
		add_int(d, x->targets[i].outcome);
		add_bytes(d, x->targets[i].code);
	}
}

static void
add_deletion(struct sink *d, const struct deletion *x)
{
	add_bytes(d, x->operation);
	add_int(d, x->contract);
	add_int(d, x->outcome);
	add_bytes(d, x->code);
	add_bytes(d, x->message);
	add_bytes(d, x->request_id);
	add_bytes(d, x->token);
	add_int(d, x->dry_run);
	add_int(d, x->force);
	add_int(d, x->set_delete);
	if (d->copy != NULL)
		d->attempt_at = d->copy->len;
	add_int(d, x->attempt_of);
	add_int(d, x->attempt_number);
	add_int(d, x->findings);
	add_targets(d, x);
}

static void
add_reading(struct sink *d, const struct reading *r)
{
	add_int(d, r->kind);
	add(d, (struct span){ r->key, MATCH_KEY_SIZE });
	add_bytes(d, r->principal);
	if (r->kind == KIND_DELETION)
		add_deletion(d, &r->deletion);
	add_int(d, r->follow_up_count);
	for (size_t i = 0; i < r->follow_up_count; i++) {
		add_int(d, r->follow_ups[i].deletion);
		add_bytes(d, r->follow_ups[i].state);
		add_int(d, r->follow_ups[i].verdict);
	}
}

static void
add_exchange(struct sink *d, uint64_t id, const struct exchange *x,
    const struct reading *reading)
{
	add_int(d, TAG_EXCHANGE);
	add_int(d, id);
	add_int(d, x->connection);
	add_int(d, x->number);
	add_endpoint(d, &x->client);
	add_endpoint(d, &x->server);
	add_int(d, x->missing);
	add_int(d, x->reason);
	add_int(d, x->flaws);
	add_message(d, x->request);
	add_message(d, x->response);
	add_reading(d, reading);
}

static void
add_recording(struct sink *d, uint64_t id, struct span filter,
    const struct coverage *coverage)
{
	uint64_t count = 0;

	add_int(d, TAG_RECORDING);
	add_int(d, id);
	add_bytes(d, filter);
	add_int(d, (uint64_t)coverage->first);
	add_int(d, (uint64_t)coverage->last);
	add_int(d, coverage->cut_short);
	for (size_t i = 0; i < counts_number; i++)
		count += counts_get(coverage, i) != 0;
	add_int(d, count);
	for (size_t i = 0; i < counts_number; i++) {
		if (counts_get(coverage, i) == 0)
			continue;
		add_bytes(d, span_of_str(counts_name(i)));
		add_int(d, counts_get(coverage, i));
	}
}

static const struct span prefix = { (const uint8_t[]){ MERKLE_LEAF }, 1 };

void
leaf_of_exchange(uint8_t leaf[DIGEST_SIZE], uint64_t id,
    const struct exchange *x, const struct reading *reading)
{
	uint8_t stage[STAGE];
	struct sink sink = { .digest = digest_new(), .stage = stage };

	add(&sink, prefix);
	add_exchange(&sink, id, x, reading);
	flush(&sink);
	digest_finish(sink.digest, leaf);
	digest_free(sink.digest);
}

void
leaf_of_recording(uint8_t leaf[DIGEST_SIZE], uint64_t id, struct span filter,
    const struct coverage *coverage)
{
	uint8_t stage[STAGE];
	struct sink sink = { .digest = digest_new(), .stage = stage };

	add(&sink, prefix);
	add_recording(&sink, id, filter, coverage);
	flush(&sink);
	digest_finish(sink.digest, leaf);
	digest_free(sink.digest);
}

int
leaf_encode(struct buf *out, uint64_t id, const struct exchange *x,
    const struct reading *reading, size_t *attempt_at, struct err *err)
{
	struct sink sink = { .copy = out, .err = err };

	buf_reset(out);
	add_exchange(&sink, id, x, reading);
	*attempt_at = sink.attempt_at;
	return sink.failed ? -1 : 0;
}

void
leaf_of_encoding(uint8_t leaf[DIGEST_SIZE], struct span encoding)
{
	struct digest *d = digest_new();

	digest_add(d, prefix);
	digest_add(d, encoding);
	digest_finish(d, leaf);
	digest_free(d);
}
