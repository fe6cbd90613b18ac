/*
 * One direction of HTTP.  The first byte chooses the side and whether
 * bodies follow, the second the size of the pieces; the same bytes in one
 * piece must give the same events.
 */
#include <assert.h>

#include "base/err.h"
#include "http/digest.h"
#include "http/parser.h"

struct trace {
	struct parser *parser;
	uint64_t position;
	uint64_t sum; /* of all that was said */
	bool bodies;
	bool open;
};

static void
mix(struct trace *t, uint64_t n)
{
	t->sum = (t->sum ^ n) * 0x100000001b3u;
}

static void
mix_bytes(struct trace *t, struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		mix(t, s.p[i]);
}

static void
begin(void *ctx)
{
	struct trace *t = ctx;

	assert(!t->open);
	t->open = true;
	assert(parser_position(t->parser) >= t->position);
	t->position = parser_position(t->parser);
	mix(t, t->position);
}

static bool
head(void *ctx, const struct parser_head *h)
{
	struct trace *t = ctx;

	assert(t->open);
	assert(h->bytes.len <= HEAD_MAX_BYTES);
	assert(h->head.side == HEAD_RESPONSE || h->head.method.p == h->bytes.p);
	assert(h->head.side == HEAD_RESPONSE || h->head.method.len > 0);
	mix_bytes(t, h->bytes);
	mix(t, h->framing);
	return t->bodies;
}

static void
fragment(void *ctx, const struct parser_head *h)
{
	struct trace *t = ctx;
	struct field fields[HEAD_MAX_FIELDS];
	struct head again;
	struct err err;

	head(t, h);
	assert(parser_read_head(&again, h->head.side, h->bytes, fields, &err) ==
	    0);
	assert(again.field_count == h->head.field_count);
}

static void
raw(void *ctx, struct span s)
{
	struct trace *t = ctx;

	assert(t->open && s.len > 0);
}

static void
entity(void *ctx, struct span s)
{
	struct trace *t = ctx;

	assert(t->open);
	mix_bytes(t, s);
}

static void
end(void *ctx, enum parser_end how, const char *detail)
{
	struct trace *t = ctx;

	assert(t->open);
	assert((how == PARSER_COMPLETE) == (detail == NULL));
	assert(parser_position(t->parser) >= t->position);
	t->open = false;
	t->position = parser_position(t->parser);
	mix(t, (uint64_t)how + 100);
	mix(t, t->position);
}

static const struct parser_events events = { begin, head, raw, entity, end,
	fragment };

static uint64_t
run(uint8_t mode, struct span data, size_t step)
{
	struct trace t = { .bodies = (mode & 2) == 0 };

	t.parser = parser_new(mode & 1, &events, &t);
	while (data.len > 0) {
		size_t used = parser_feed(t.parser, span_sub(data, 0, step));

		assert(used <= data.len);
		if (used == 0)
			break;
		data = span_sub(data, used, data.len);
	}
	parser_finish(t.parser);
	assert(!t.open);
	parser_free(t.parser);
	return t.sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span rest;

	if (len < 2)
		return 0;
	rest = (struct span){ data + 2, len - 2 };
	assert(
	    run(data[0], rest, SIZE_MAX) == run(data[0], rest, 1u + data[1]));
	return 0;
}
