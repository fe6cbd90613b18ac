#include "capture/classic.h"

#include "base/err.h"
#include "capture/bytes.h"
#include "capture/input.h"
#include "capture/source.h"

#define MAGIC_MICRO 0xa1b2c3d4
#define MAGIC_NANO  0xa1b23c4d

enum { HEADER_LEN = 24, RECORD_LEN = 16 };

/* The high bits of the link field tell of a frame check sequence. */
#define LINK_MASK 0xffff

static uint32_t
get32(const struct classic *c, const uint8_t *p)
{
	return c->little ? le32(p) : be32(p);
}

static bool
is_magic(uint32_t n)
{
	return n == MAGIC_MICRO || n == MAGIC_NANO;
}

bool
classic_is_magic(struct span head)
{
	return head.len >= CLASSIC_MAGIC_LEN &&
	    (is_magic(be32(head.p)) || is_magic(le32(head.p)));
}

int
classic_start(struct classic *c, struct input *in, struct err *err)
{
	struct span head;
	uint16_t major;
	int rc = input_peek(in, HEADER_LEN, &head, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_FORMAT,
		    "ends inside its %d-byte file header", HEADER_LEN);
	c->little = is_magic(le32(head.p));
	c->nano = get32(c, head.p) == MAGIC_NANO;
	major = c->little ? le16(head.p + 4) : be16(head.p + 4);
	if (major != 2)
		return err_set(err, ERR_FORMAT, "offset 4: pcap version %u",
		    major);
	c->link = get32(c, head.p + 20) & LINK_MASK;
	input_skip(in, HEADER_LEN);
	return 0;
}

int
classic_next(struct classic *c, struct input *in, struct frame *out, bool *cut,
    struct err *err)
{
	uint32_t seconds, fraction, len;
	struct span bytes;
	int rc = input_peek(in, RECORD_LEN, &bytes, err);

	if (rc <= 0) {
		*cut = rc == 0 && bytes.len > 0;
		return rc;
	}
	seconds = get32(c, bytes.p);
	fraction = get32(c, bytes.p + 4);
	len = get32(c, bytes.p + 8);
	out->wire_len = get32(c, bytes.p + 12);
	if (len > SOURCE_MAX_FRAME)
		return err_set(err, ERR_FORMAT,
		    "offset %llu: a packet of %u bytes, more than %u",
		    (unsigned long long)input_offset(in), len,
		    SOURCE_MAX_FRAME);
	input_skip(in, RECORD_LEN);
	rc = input_peek(in, len, &out->bytes, err);
	if (rc <= 0) {
		*cut = rc == 0;
		return rc;
	}
	input_skip(in, len);
	out->time = (int64_t)seconds * 1000000000 +
	    (int64_t)fraction * (c->nano ? 1 : 1000);
	out->link = c->link;
	return 1;
}
