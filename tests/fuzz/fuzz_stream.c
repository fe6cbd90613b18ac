/*
 * Segments of a few connections, as the input says, into the flow table
 * with very little memory.  Nothing may crash, hold more than the budget,
 * leak, or fail to reconcile.  Their bytes go also through one stream
 * alone, whose positions must follow on each other.
 */
#include <assert.h>

#include "capture/flow.h"
#include "capture/stream.h"

#define LIMIT (64 * 1024)

/* What came out of the lone stream. */
struct lone {
	struct stream stream;
	struct budget budget;
	uint64_t next;
	bool stubborn; /* refuses for now */
};

struct record {
	uint8_t flow, flags, seq[3], ack[3], len, cut;
};

static unsigned
wants(void *ctx, const struct head *request)
{
	(void)ctx;
	assert(request->method.len > 0);
	return request->method.p[0] != 'G';
}

static int
take(void *ctx, struct exchange *x, bool *kept, flaw_set *flaws,
    struct err *err)
{
	uint64_t *count = ctx;

	(void)flaws;
	(void)err;
	assert(x->request != NULL && x->connection > 0 && x->number > 0);
	assert((x->response == NULL) == (x->reason != REASON_NONE));
	assert(x->request->body.p == NULL ||
	    x->request->body.len == x->request->wire_len);
	++*count;
	*kept = *count % 3 != 0;
	exchange_free(x);
	return 0;
}

static uint32_t
number(const uint8_t p[3])
{
	return 0xffff0000u + (((uint32_t)p[0] << 16) | (p[1] << 8) | p[2]);
}

static void
add(struct flow_table *t, const struct record *r, struct span bytes,
    int64_t time)
{
	bool back = (r->flow & 1) != 0;
	struct segment seg = {
		.time = time,
		.seq = number(r->seq),
		.ack = number(r->ack),
		.flags = r->flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK),
		.payload = bytes,
		.wire_len = (uint32_t)bytes.len + (r->cut < 240 ? 0 : r->cut),
		.domain = (r->flow >> 1) & 1,
	};

	seg.src.port = back ? 80 : 1000 + (r->flow >> 2);
	seg.dst.port = back ? 1000 + (r->flow >> 2) : 80;
	seg.src.addr[0] = back ? 2 : 1;
	seg.dst.addr[0] = back ? 1 : 2;
	flow_table_add(t, &seg);
}

static bool
ready(void *ctx, uint64_t ack)
{
	const struct lone *l = ctx;

	(void)ack;
	return !l->stubborn;
}

static void
expect_next(struct lone *l, uint64_t position, uint64_t len)
{
	assert(len > 0);
	assert(l->next == 0 || position == l->next);
	l->next = position + len;
}

static void
data(void *ctx, const struct piece *p)
{
	expect_next(ctx, p->position, p->bytes.len);
}

static void
gap(void *ctx, uint64_t position, uint64_t len, bool snapped)
{
	(void)snapped;
	expect_next(ctx, position, len);
}

static void
again(void *ctx, uint64_t position, struct span bytes)
{
	const struct lone *l = ctx;

	assert(position + bytes.len <= l->stream.next);
}

static const struct stream_events lone_events = { ready, data, gap, again };

static void
add_lone(struct lone *l, const struct record *r, struct span bytes)
{
	struct segment seg = {
		.seq = number(r->seq),
		.flags = r->flags & (TCP_FIN | TCP_SYN),
		.payload = bytes,
		.wire_len = (uint32_t)bytes.len + (r->cut < 240 ? 0 : r->cut),
	};

	l->stubborn = (r->flow & 2) != 0;
	if (r->flow & 4)
		stream_acked(&l->stream, number(r->ack), false);
	else
		stream_add(&l->stream, &seg, 0);
	stream_tick(&l->stream);
	assert(l->budget.used == l->stream.held);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes_in, size_t len)
{
	uint64_t count = 0;
	const struct capture_sink sink = { &count, wants, take, NULL };
	struct outlet o = {
		.sink = &sink,
		.max_body = 300,
		.budget.limit = LIMIT,
	};
	struct flow_table *t = flow_table_new(&o);
	struct lone lone = { 0 };
	struct span rest = { bytes_in, len };
	struct record r;
	int64_t time = 0;

	lone.stream = STREAM_INIT(&lone_events, &lone, &lone.budget);
	while (rest.len >= sizeof(r)) {
		struct span bytes;

		memcpy(&r, rest.p, sizeof(r));
		rest = span_sub(rest, sizeof(r), rest.len);
		bytes = span_sub(rest, 0, r.len);
		rest = span_sub(rest, r.len, rest.len);
		add(t, &r, bytes, time += 1000);
		add_lone(&lone, &r, bytes);
		assert(!budget_is_over(&o.budget));
	}
	flow_table_free(t);
	stream_release(&lone.stream);
	assert(lone.budget.used == 0);
	assert(o.budget.used == 0);
	assert(o.coverage.exchanges.seen ==
	    o.coverage.exchanges.kept + o.coverage.exchanges.filtered +
		o.coverage.exchanges.incomplete);
	return 0;
}
