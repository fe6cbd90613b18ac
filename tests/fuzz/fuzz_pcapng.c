/* A whole capture file of any format, from memory. */
#include <assert.h>

#include "base/err.h"
#include "capture/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static volatile unsigned touched;

/* Touch every byte of a frame, so that a sanitizer sees a wrong span. */
static void
touch(struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		touched += bytes.p[i];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint64_t kernel, interface, downs, done, size;
	struct source *s;
	struct frame f;
	struct err err;

	if (source_open_memory(&s, (struct span){ data, len }, &err) < 0)
		return 0;
	while (source_next(s, &f, &err) > 0) {
		assert(f.time >= 0);
		assert(f.bytes.len <= SOURCE_MAX_FRAME);
		touch(f.bytes);
	}
	source_losses(s, &kernel, &interface, &downs);
	source_progress(s, &done, &size);
	assert(done <= size);
	source_close(s);
	return 0;
}
