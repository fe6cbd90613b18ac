#include "store/deflate.h"

#include <assert.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#include <zlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"

#define LEVEL 6

/* Hash tables of 16 KiB: as good as larger ones for such small pieces. */
#define MEMORY_LEVEL 6

/*
 * Blocks that zlib gave back.  A copy of a primed stream takes the same few
 * of the same sizes each time.
 */
#define POOL 8

struct pool_block {
	size_t size;
	_Alignas(max_align_t) uint8_t bytes[];
};

struct pool {
	struct pool_block *free[POOL];
};

struct deflater {
	z_stream primed;
	struct pool pool;
};

struct inflater {
	z_stream z;
};

/* zlib's input pointer is not const, but is never written through. */
static Bytef *
unconst(const uint8_t *p)
{
	union {
		const uint8_t *in;
		Bytef *out;
	} u = { .in = p };

	return u.out;
}

/* zlib can only fail for want of memory where its arguments are right. */
static void
must(int rc)
{
	if (rc == Z_MEM_ERROR)
		xalloc_failed();
	assert(rc == Z_OK);
}

static voidpf
pool_take(voidpf opaque, uInt items, uInt item_size)
{
	struct pool *pool = opaque;
	size_t size = (size_t)items * item_size;
	struct pool_block *b;

	for (size_t i = 0; i < POOL; i++) {
		b = pool->free[i];
		if (b == NULL || b->size != size)
			continue;
		pool->free[i] = NULL;
		return b->bytes;
	}
	b = xmalloc(sizeof(*b) + size);
	b->size = size;
	return b->bytes;
}

static void
pool_give(voidpf opaque, voidpf p)
{
	struct pool *pool = opaque;
	struct pool_block *b = (struct pool_block *)(void *)((uint8_t *)p -
	    offsetof(struct pool_block, bytes));

	for (size_t i = 0; i < POOL; i++) {
		if (pool->free[i] != NULL)
			continue;
		pool->free[i] = b;
		return;
	}
	free(b);
}

static void
pool_release(struct pool *pool)
{
	for (size_t i = 0; i < POOL; i++)
		free(pool->free[i]);
}

static struct span
tail(struct span s, size_t len)
{
	return s.len > len ? span_sub(s, s.len - len, len) : s;
}

static void
prime(z_stream *z, struct span data)
{
	data = tail(data, (size_t)1 << 15);
	if (data.len > 0)
		must(deflateSetDictionary(z, data.p, (uInt)data.len));
}

struct deflater *
deflater_new(struct span dictionary, int window)
{
	struct deflater *d = xcalloc(1, sizeof(*d));

	d->primed.zalloc = pool_take;
	d->primed.zfree = pool_give;
	d->primed.opaque = &d->pool;
	must(deflateInit2(&d->primed, LEVEL, Z_DEFLATED, -window,
	    window == DEFLATE_LARGE ? MAX_MEM_LEVEL : MEMORY_LEVEL,
	    Z_DEFAULT_STRATEGY));
	prime(&d->primed, dictionary);
	return d;
}

void
deflater_free(struct deflater *d)
{
	if (d == NULL)
		return;
	deflateEnd(&d->primed);
	pool_release(&d->pool);
	free(d);
}

static int
pump(z_stream *z, struct buf *out, struct err *err)
{
	uint8_t chunk[4096];
	int rc;

	do {
		z->next_out = chunk;
		z->avail_out = sizeof(chunk);
		rc = deflate(z, Z_FINISH);
		assert(rc == Z_OK || rc == Z_STREAM_END);
		if (buf_add(out,
			(struct span){ chunk, sizeof(chunk) - z->avail_out },
			err) < 0)
			return -1;
	} while (rc != Z_STREAM_END);
	return 0;
}

int
deflater_run(struct deflater *d, struct span context, struct span in,
    struct buf *out, struct err *err)
{
	z_stream z;
	int rc;

	if (in.len > UINT_MAX)
		return err_set(err, ERR_LIMIT, "too long to compress");
	must(deflateCopy(&z, &d->primed));
	prime(&z, context);
	z.next_in = unconst(in.p);
	z.avail_in = (uInt)in.len;
	rc = pump(&z, out, err);
	deflateEnd(&z);
	return rc;
}

struct inflater *
inflater_new(int window)
{
	struct inflater *i = xcalloc(1, sizeof(*i));

	must(inflateInit2(&i->z, -window));
	return i;
}

void
inflater_free(struct inflater *i)
{
	if (i == NULL)
		return;
	inflateEnd(&i->z);
	free(i);
}

static void
recall(z_stream *z, struct span data)
{
	data = tail(data, (size_t)1 << 15);
	if (data.len > 0)
		must(inflateSetDictionary(z, data.p, (uInt)data.len));
}

int
inflater_run(struct inflater *i, struct span dictionary, struct span context,
    struct span in, uint8_t *out, size_t len, struct err *err)
{
	uint8_t beyond;
	int rc;

	if (in.len > UINT_MAX || len > UINT_MAX)
		return err_set(err, ERR_CORRUPT, "too long");
	must(inflateReset(&i->z));
	recall(&i->z, dictionary);
	recall(&i->z, context);
	i->z.next_in = unconst(in.p);
	i->z.avail_in = (uInt)in.len;
	/* Without room zlib would not even read the end of the stream. */
	i->z.next_out = len > 0 ? out : &beyond;
	i->z.avail_out = len > 0 ? (uInt)len : 1;
	rc = inflate(&i->z, Z_FINISH);
	if (rc == Z_MEM_ERROR)
		xalloc_failed();
	if (rc != Z_STREAM_END || i->z.total_out != len || i->z.avail_in != 0)
		return err_set(err, ERR_CORRUPT,
		    "its compressed bytes do not decode");
	return 0;
}
