#include "capture/gzip.h"

#include <limits.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/err.h"
#include "base/xalloc.h"

#define GZIP_ONLY 16 /* added to the window bits: no zlib header */

struct gzip {
	z_stream z;
	bool between; /* no member is under way */
	bool again;   /* at least one is behind us */
	bool damaged; /* at the next byte that would be made */
};

bool
gzip_is_magic(struct span head)
{
	return head.len >= GZIP_MAGIC_LEN && head.p[0] == 0x1f &&
	    head.p[1] == 0x8b && head.p[2] == Z_DEFLATED;
}

struct gzip *
gzip_new(void)
{
	struct gzip *g = xcalloc(1, sizeof(*g));

	if (inflateInit2(&g->z, MAX_WBITS + GZIP_ONLY) != Z_OK)
		xalloc_failed();
	g->between = true;
	return g;
}

void
gzip_free(struct gzip *g)
{
	if (g == NULL)
		return;
	inflateEnd(&g->z);
	free(g);
}

/* Pass the zeros between members and behind the last. */
static void
skip_padding(struct gzip *g, struct span *in)
{
	while (g->again && in->len > 0 && in->p[0] == 0)
		*in = span_sub(*in, 1, SIZE_MAX);
}

static int
refuse(const struct gzip *g, struct err *err)
{
	return err_set(err, ERR_FORMAT, "damaged gzip data: %s",
	    g->z.msg != NULL ? g->z.msg : "no reason given");
}

int
gzip_inflate(struct gzip *g, struct span *in, uint8_t *out, size_t n,
    size_t *made, struct err *err)
{
	int rc;

	*made = 0;
	if (g->damaged)
		return refuse(g, err);
	if (g->between)
		skip_padding(g, in);
	if (in->len == 0)
		return 0;
	g->between = false;
	g->z.next_in = in->p;
	g->z.avail_in = in->len < UINT_MAX ? (uInt)in->len : UINT_MAX;
	g->z.next_out = out;
	g->z.avail_out = n < UINT_MAX ? (uInt)n : UINT_MAX;
	rc = inflate(&g->z, Z_NO_FLUSH);
	*made = (size_t)(g->z.next_out - out);
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
		/* What was made before is good; the next call says the rest. */
		g->damaged = true;
		return *made > 0 ? 0 : refuse(g, err);
	}
	*in = span_sub(*in, (size_t)(g->z.next_in - in->p), SIZE_MAX);
	if (rc == Z_STREAM_END) {
		inflateReset(&g->z);
		g->between = g->again = true;
	}
	return 0;
}

bool
gzip_is_between(const struct gzip *g)
{
	return g->between;
}
