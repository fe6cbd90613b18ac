/*
 * Up to the first line end: the content coding; after it the body.  The
 * first byte chooses whether it is chunked.
 */
#include <assert.h>

#include "base/err.h"
#include "http/body.h"
#include "http/exchange.h"

#define LIMIT (64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span rest = { data, len };
	struct span coding = span_cut(&rest, '\n');
	struct field field = { span_of_str("Content-Encoding"),
		span_sub(coding, 1, coding.len) };
	struct message m = { .body = rest,
		.framing = coding.len > 0 && coding.p[0] == 'c'
		    ? FRAMING_CHUNKED
		    : FRAMING_LENGTH };
	struct arena arena = ARENA_INIT;
	struct span out;
	struct err err;

	m.parsed.fields = &field;
	m.parsed.field_count = 1;
	assert(body_entity(&m, &arena).len <= rest.len);
	if (body_decoded(&m, LIMIT, &arena, &out, &err) == 0)
		assert(out.len <= LIMIT);
	arena_release(&arena);
	return 0;
}
