#include "tests/lib/wire_file.h"

#include "tests/lib/wire_frame.h"

#define SNAPLEN 262144
#define SECOND  1000000000

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
};

/* A few numbers in the byte order of the file. */
struct record {
	bool big;
	size_t len;
	uint8_t bytes[64];
};

static void
put(struct record *r, uint64_t n, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (r->big ? size - 1 - i : i);

		r->bytes[r->len++] = (uint8_t)(n >> shift);
	}
}

static int
write_record(struct buf *out, const struct record *r, struct err *err)
{
	return buf_add(out, (struct span){ r->bytes, r->len }, err);
}

static int
begin_pcap(struct buf *out, const struct wire_format *format, uint16_t link,
    struct err *err)
{
	struct record r = { .big = format->big };

	put(&r, format->nano ? 0xa1b23c4d : 0xa1b2c3d4, 4);
	put(&r, 2, 2);
	put(&r, 4, 2);
	put(&r, 0, 8);
	put(&r, SNAPLEN, 4);
	put(&r, link, 4);
	return write_record(out, &r, err);
}

static int
begin_section(struct buf *out, const struct wire_format *format,
    struct err *err)
{
	struct record r = { .big = format->big };

	put(&r, BLOCK_SECTION, 4);
	put(&r, 28, 4);
	put(&r, 0x1a2b3c4d, 4);
	put(&r, 1, 2);
	put(&r, 0, 2);
	put(&r, UINT64_MAX, 8);
	put(&r, 28, 4);
	return write_record(out, &r, err);
}

/* Microseconds are what a reader assumes without the if_tsresol option. */
static int
add_interface(struct buf *out, const struct wire_format *format, uint16_t link,
    struct err *err)
{
	struct record r = { .big = format->big };
	size_t len = format->nano ? 32 : 20;

	put(&r, BLOCK_INTERFACE, 4);
	put(&r, len, 4);
	put(&r, link, 2);
	put(&r, 0, 2);
	put(&r, SNAPLEN, 4);
	if (format->nano) {
		put(&r, 9, 2);
		put(&r, 1, 2);
		r.bytes[r.len] = 9;
		r.len += 4;
		put(&r, 0, 4);
	}
	put(&r, len, 4);
	return write_record(out, &r, err);
}

int
wire_file_begin(struct buf *out, const struct wire_format *format,
    const uint16_t *links, size_t link_count, struct err *err)
{
	if (!format->blocks)
		return begin_pcap(out, format, links[0], err);
	if (begin_section(out, format, err) < 0)
		return -1;
	for (size_t i = 0; i < link_count; i++) {
		if (add_interface(out, format, links[i], err) < 0)
			return -1;
	}
	return 0;
}

static int
add_pcap(struct buf *out, const struct wire_format *format,
    const struct wire_frame *frame, struct err *err)
{
	struct record r = { .big = format->big };
	uint64_t part = (uint64_t)frame->time % SECOND;

	put(&r, (uint64_t)frame->time / SECOND, 4);
	put(&r, format->nano ? part : part / 1000, 4);
	put(&r, frame->bytes.len, 4);
	put(&r, frame->wire_len, 4);
	if (write_record(out, &r, err) < 0)
		return -1;
	return buf_add(out, frame->bytes, err);
}

static int
add_block(struct buf *out, const struct wire_format *format, uint32_t interface,
    const struct wire_frame *frame, struct err *err)
{
	struct record head = { .big = format->big };
	struct record tail = { .big = format->big };
	size_t pad = (4 - frame->bytes.len % 4) % 4;
	size_t len = 32 + frame->bytes.len + pad;
	uint64_t time = (uint64_t)frame->time;

	if (!format->nano)
		time /= 1000;
	put(&head, BLOCK_PACKET, 4);
	put(&head, len, 4);
	put(&head, interface, 4);
	put(&head, time >> 32, 4);
	put(&head, time & UINT32_MAX, 4);
	put(&head, frame->bytes.len, 4);
	put(&head, frame->wire_len, 4);
	put(&tail, 0, pad);
	put(&tail, len, 4);
	if (write_record(out, &head, err) < 0 ||
	    buf_add(out, frame->bytes, err) < 0)
		return -1;
	return write_record(out, &tail, err);
}

int
wire_file_add(struct buf *out, const struct wire_format *format,
    uint32_t interface, const struct wire_frame *frame, struct err *err)
{
	if (format->blocks)
		return add_block(out, format, interface, frame, err);
	return add_pcap(out, format, frame, err);
}
