/*
 * Frames through one decoder: two bytes of link type, then frames, each
 * behind two bytes of length whose top bit says that it was cut.
 */
#include <assert.h>

#include "base/budget.h"
#include "capture/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static volatile unsigned touched;

#define LIMIT ((size_t)64 << 10)

static void
check(const struct segment *g, size_t wire_len)
{

	assert(g->payload.len <= g->wire_len);
	assert(g->wire_len <= wire_len || g->wire_len <= UINT16_MAX);
	for (size_t i = 0; i < g->payload.len; i++)
		touched += g->payload.p[i];
}

static struct span
next_frame(struct span *rest, struct frame *f)
{
	uint16_t head = (uint16_t)(rest->p[0] << 8 | rest->p[1]);

	f->bytes = span_sub(*rest, 2, head & 0x7fff);
	f->wire_len = (uint32_t)f->bytes.len + (head & 0x8000 ? 100 : 0);
	f->time += 1000000000;
	return span_sub(*rest, 2 + f->bytes.len, SIZE_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span rest = { data, len };
	struct budget budget = { .limit = LIMIT };
	struct decoder *d;
	struct frame f = { 0 };

	if (len < 2)
		return 0;
	d = decoder_new(&budget);
	f.link = (uint16_t)(data[0] << 8 | data[1]);
	rest = span_sub(rest, 2, SIZE_MAX);
	while (rest.len >= 2) {
		struct segment g;
		enum layer layer;

		rest = next_frame(&rest, &f);
		layer = decoder_next(d, &f, &g);
		assert(layer < LAYER_COUNT);
		assert(budget.used <= LIMIT);
		if (layer == LAYER_TCP)
			check(&g, f.wire_len);
	}
	decoder_free(d);
	assert(budget.used == 0);
	return 0;
}
