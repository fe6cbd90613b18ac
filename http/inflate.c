#include "http/inflate.h"

#include <limits.h>

#include <zlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"

#define WINDOW_ZLIB 15
#define WINDOW_GZIP (15 + 16)
#define WINDOW_RAW  (-15)

static int
check(int rc, const z_stream *z, struct err *err)
{
	if (rc == Z_MEM_ERROR)
		xalloc_failed();
	if (rc == Z_OK || rc == Z_STREAM_END)
		return 0;
	if (rc == Z_BUF_ERROR)
		return err_set(err, ERR_FORMAT, "compressed data is cut");
	return err_set(err, ERR_FORMAT, "compressed data is damaged: %s",
	    z->msg != NULL ? z->msg : "no reason given");
}

/* Decode from z until one stream ends. */
static int
one_stream(z_stream *z, struct buf *out, struct err *err)
{
	uint8_t piece[16 * 1024];
	int rc = Z_OK;

	while (rc != Z_STREAM_END) {
		z->next_out = piece;
		z->avail_out = sizeof(piece);
		rc = inflate(z, Z_NO_FLUSH);
		if (check(rc, z, err) < 0)
			return -1;
		struct span got = { piece, sizeof(piece) - z->avail_out };

		if (buf_add(out, got, err) < 0)
			return -1;
	}
	return 0;
}

static int
all_streams(z_stream *z, bool several, struct buf *out, struct err *err)
{
	for (;;) {
		if (one_stream(z, out, err) < 0)
			return -1;
		if (z->avail_in == 0)
			return 0;
		if (!several)
			return err_set(err, ERR_FORMAT,
			    "bytes after the compressed data");
		inflateReset(z);
	}
}

static int
run(struct span in, int window, struct buf *out, struct err *err)
{
	z_stream z = { 0 };
	int rc;

	if (in.len > UINT_MAX)
		return err_set(err, ERR_LIMIT, "compressed data above 4 GiB");
	if (inflateInit2(&z, window) != Z_OK)
		xalloc_failed();
	z.next_in = (z_const Bytef *)(uintptr_t)in.p;
	z.avail_in = (uInt)in.len;
	rc = all_streams(&z, window == WINDOW_GZIP, out, err);
	inflateEnd(&z);
	return rc;
}

int
inflate_gzip(struct span in, struct buf *out, struct err *err)
{
	return run(in, WINDOW_GZIP, out, err);
}

/* RFC 1950, section 2.2: method 8 and a header that 31 divides. */
static bool
has_zlib_header(struct span in)
{
	return in.len >= 2 && (in.p[0] & 15) == 8 &&
	    (in.p[0] * 256 + in.p[1]) % 31 == 0;
}

int
inflate_deflate(struct span in, struct buf *out, struct err *err)
{
	if (has_zlib_header(in)) {
		if (run(in, WINDOW_ZLIB, out, err) == 0)
			return 0;
		if (err->code == ERR_LIMIT)
			return -1;
		buf_reset(out);
	}
	return run(in, WINDOW_RAW, out, err);
}
