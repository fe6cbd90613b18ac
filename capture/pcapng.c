#include "capture/pcapng.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "capture/bytes.h"
#include "capture/input.h"
#include "capture/source.h"

enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BLOCK_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
};

enum { OPTION_END = 0, IF_TSRESOL = 9, IF_TSOFFSET = 14 };
enum { ISB_IFDROP = 5, ISB_OSDROP = 7 };
enum { EPB_DROPCOUNT = 4 };

#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define NS               UINT64_C(1000000000)
#define LAST_SECOND      (INT64_MAX / (int64_t)NS - 1)

/* type, length, and the length again behind the body */
enum { BLOCK_HEAD = 8, BLOCK_TAIL = 4, BLOCK_MIN = BLOCK_HEAD + BLOCK_TAIL };

/* A block that is read and not passed over; packets with their options. */
#define MAX_BLOCK (SOURCE_MAX_FRAME + (1u << 20))

_Static_assert(MAX_BLOCK <= INPUT_MAX_PEEK, "a block fits into the window");

struct pcapng_interface {
	uint16_t link;
	uint32_t snaplen;   /* 0: no limit */
	uint8_t resolution; /* if_tsresol: 10^-n, or 2^-n with the top bit */
	int64_t offset;     /* seconds to add */
	uint64_t kernel_drops, interface_drops; /* by the statistics */
	uint64_t packet_drops;                  /* by the packets */
};

struct block {
	uint32_t type;
	uint32_t len;     /* as the block says, all included */
	uint64_t offset;  /* in the file, for messages */
	struct span body; /* without head and tail */
};

static uint16_t
get16(const struct pcapng *p, const uint8_t *at)
{
	return p->little ? le16(at) : be16(at);
}

static uint32_t
get32(const struct pcapng *p, const uint8_t *at)
{
	return p->little ? le32(at) : be32(at);
}

static uint64_t
get64(const struct pcapng *p, const uint8_t *at)
{
	uint64_t first = get32(p, at), second = get32(p, at + 4);

	return p->little ? second << 32 | first : first << 32 | second;
}

static int
refuse(const struct block *b, struct err *err, const char *what)
{
	return err_set(err, ERR_FORMAT, "offset %llu: %s",
	    (unsigned long long)b->offset, what);
}

static int
refuse_interface(const struct block *b, struct err *err, const char *what,
    uint32_t id)
{
	return err_set(err, ERR_FORMAT,
	    "offset %llu: %s of the unknown interface %lu",
	    (unsigned long long)b->offset, what, (unsigned long)id);
}

bool
pcapng_is_magic(struct span head)
{
	return head.len >= 4 && be32(head.p) == BLOCK_SECTION;
}

/* Blocks and options end where a multiple of four bytes does. */
static size_t
padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

/*
 * Cut the next option off *options.  Return 1, 0 behind the last, -1 if it
 * claims more bytes than there are.
 */
static int
next_option(const struct pcapng *p, struct span *options, uint16_t *code,
    struct span *value)
{
	size_t len;

	if (options->len < 4)
		return options->len == 0 ? 0 : -1;
	*code = get16(p, options->p);
	len = get16(p, options->p + 2);
	if (*code == OPTION_END)
		return 0;
	if (padded(len) > options->len - 4)
		return -1;
	*value = span_sub(*options, 4, len);
	*options = span_sub(*options, 4 + padded(len), SIZE_MAX);
	return 1;
}

/* Forget the interfaces of a section, but not what they dropped. */
static void
end_section(struct pcapng *p)
{
	uint64_t kernel = 0, interface = 0;

	pcapng_add_drops(p, &kernel, &interface);
	p->kernel_drops = kernel;
	p->interface_drops = interface;
	p->count = 0;
}

static int
start_section(struct pcapng *p, const struct block *b, struct err *err)
{
	end_section(p);
	if (b->body.len < 16)
		return refuse(b, err, "a section header that is too short");
	if (get16(p, b->body.p + 4) != 1)
		return refuse(b, err, "not pcapng version 1");
	return 0;
}

static int
set_option(const struct pcapng *p, struct pcapng_interface *i, uint16_t code,
    struct span value)
{
	if (code == IF_TSRESOL) {
		if (value.len != 1)
			return -1;
		i->resolution = value.p[0];
		if (i->resolution > 19 && i->resolution < 0x80)
			return -1;
		return i->resolution > (0x80 | 63) ? -1 : 0;
	}
	if (code == IF_TSOFFSET) {
		if (value.len != 8)
			return -1;
		i->offset = (int64_t)get64(p, value.p);
	}
	return 0;
}

static int
add_interface(struct pcapng *p, const struct block *b, struct err *err)
{
	struct pcapng_interface i = { .resolution = 6 };
	struct span options = span_sub(b->body, 8, SIZE_MAX), value;
	uint16_t code;
	int rc;

	if (b->body.len < 8)
		return refuse(b, err, "an interface block that is too short");
	if (p->count == PCAPNG_MAX_INTERFACES)
		return refuse(b, err, "more than 65536 interfaces");
	i.link = get16(p, b->body.p);
	i.snaplen = get32(p, b->body.p + 4);
	while ((rc = next_option(p, &options, &code, &value)) > 0)
		if (set_option(p, &i, code, value) < 0)
			return refuse(b, err, "a time option makes no sense");
	if (rc < 0)
		return refuse(b, err, "an option is longer than its block");
	if (p->count == p->cap) {
		p->cap = p->cap == 0 ? 4 : 2 * p->cap;
		p->interfaces =
		    xrealloc(p->interfaces, p->cap * sizeof(*p->interfaces));
	}
	p->interfaces[p->count++] = i;
	return 0;
}

static int
read_statistics(struct pcapng *p, const struct block *b, struct err *err)
{
	struct span options = span_sub(b->body, 12, SIZE_MAX), value;
	struct pcapng_interface *i;
	uint16_t code;
	int rc;

	if (b->body.len < 12)
		return refuse(b, err, "a statistics block that is too short");
	if (get32(p, b->body.p) >= p->count)
		return refuse_interface(b, err, "statistics",
		    get32(p, b->body.p));
	i = &p->interfaces[get32(p, b->body.p)];
	while ((rc = next_option(p, &options, &code, &value)) > 0) {
		if (code == ISB_IFDROP && value.len == 8)
			i->interface_drops = get64(p, value.p);
		if (code == ISB_OSDROP && value.len == 8)
			i->kernel_drops = get64(p, value.p);
	}
	if (rc < 0)
		return refuse(b, err, "an option is longer than its block");
	return 0;
}

/* The part of a second, below 1, in nanoseconds. */
static uint64_t
decimal_part(uint64_t ticks, uint64_t per_second)
{
	if (per_second > NS)
		return ticks / (per_second / NS);
	return ticks * (NS / per_second);
}

static uint64_t
binary_part(uint64_t ticks, unsigned bits)
{
	if (bits > 32) {
		ticks >>= bits - 32;
		bits = 32;
	}
	return ticks * NS >> bits;
}

static int64_t
to_time(const struct pcapng_interface *i, uint64_t ticks)
{
	uint64_t per_second = 1, seconds, part;
	unsigned n = i->resolution & 0x7f;
	int64_t total;

	if (i->resolution & 0x80) {
		per_second = UINT64_C(1) << n;
		part = binary_part(ticks % per_second, n);
	} else {
		for (unsigned k = 0; k < n; k++)
			per_second *= 10;
		part = decimal_part(ticks % per_second, per_second);
	}
	seconds = ticks / per_second;
	if (seconds > (uint64_t)LAST_SECOND)
		seconds = (uint64_t)LAST_SECOND;
	if (__builtin_add_overflow((int64_t)seconds, i->offset, &total) ||
	    total > LAST_SECOND)
		total = LAST_SECOND;
	return total < 0 ? 0 : total * (int64_t)NS + (int64_t)part;
}

/* Fill in a frame whose first byte stands at `at` of the body. */
static int
set_frame(struct frame *out, const struct block *b, size_t at, uint32_t len,
    uint32_t wire_len, struct err *err)
{
	if (len > b->body.len - at)
		return refuse(b, err, "a packet is longer than its block");
	if (len > SOURCE_MAX_FRAME)
		return refuse(b, err, "a packet of more than a megabyte");
	out->bytes = span_sub(b->body, at, len);
	out->wire_len = wire_len;
	return 0;
}

/* What a packet of len bytes says was dropped before it on its interface. */
static void
count_drops(const struct pcapng *p, const struct block *b, size_t len,
    struct pcapng_interface *i)
{
	struct span options = span_sub(b->body, 20 + padded(len), SIZE_MAX);
	struct span value;
	uint16_t code, dropped;

	if (b->type == BLOCK_OLD_PACKET) {
		dropped = get16(p, b->body.p + 2);
		i->packet_drops += dropped != UINT16_MAX ? dropped : 0;
		return;
	}
	while (next_option(p, &options, &code, &value) > 0)
		if (code == EPB_DROPCOUNT && value.len == 8)
			i->packet_drops += get64(p, value.p);
}

/* Enhanced and obsolete packets differ in how they name the interface. */
static int
read_packet(struct pcapng *p, const struct block *b, struct frame *out,
    struct err *err)
{
	const uint8_t *at = b->body.p;
	uint64_t ticks;
	uint32_t id;

	if (b->body.len < 20)
		return refuse(b, err, "a packet block that is too short");
	id = b->type == BLOCK_PACKET ? get32(p, at) : get16(p, at);
	if (id >= p->count)
		return refuse_interface(b, err, "a packet", id);
	ticks = (uint64_t)get32(p, at + 4) << 32 | get32(p, at + 8);
	out->time = p->last = to_time(&p->interfaces[id], ticks);
	out->link = p->interfaces[id].link;
	if (set_frame(out, b, 20, get32(p, at + 12), get32(p, at + 16), err) <
	    0)
		return -1;
	count_drops(p, b, out->bytes.len, &p->interfaces[id]);
	return 0;
}

/* Its captured length is not written: the least of three says it. */
static int
read_simple(struct pcapng *p, const struct block *b, struct frame *out,
    struct err *err)
{
	uint32_t wire_len, len;

	if (b->body.len < 4)
		return refuse(b, err, "a packet block that is too short");
	if (p->count == 0)
		return refuse_interface(b, err, "a packet", 0);
	wire_len = len = get32(p, b->body.p);
	if (p->interfaces[0].snaplen > 0 && len > p->interfaces[0].snaplen)
		len = p->interfaces[0].snaplen;
	if (len > b->body.len - 4)
		len = (uint32_t)b->body.len - 4;
	out->time = p->last;
	out->link = p->interfaces[0].link;
	return set_frame(out, b, 4, len, wire_len, err);
}

static bool
is_passed_over(uint32_t type)
{
	switch (type) {
	case BLOCK_SECTION:
	case BLOCK_INTERFACE:
	case BLOCK_OLD_PACKET:
	case BLOCK_SIMPLE_PACKET:
	case BLOCK_STATISTICS:
	case BLOCK_PACKET:
		return false;
	default:
		return true;
	}
}

/* Learn the byte order of the section that begins here. */
static int
read_byte_order(struct pcapng *p, const struct block *b, struct input *in,
    struct err *err)
{
	struct span head;
	int rc = input_peek(in, BLOCK_HEAD + 4, &head, err);

	if (rc <= 0)
		return rc;
	p->little = le32(head.p + 8) == BYTE_ORDER_MAGIC;
	if (!p->little && be32(head.p + 8) != BYTE_ORDER_MAGIC)
		return refuse(b, err, "a section without byte order");
	return 1;
}

/* Read type and length: 1, 0 if the input ends first, -1. */
static int
read_head(struct pcapng *p, struct block *b, struct input *in, bool *cut,
    struct err *err)
{
	struct span head;
	int rc = input_peek(in, BLOCK_HEAD, &head, err);

	b->offset = input_offset(in);
	*cut = rc == 0 && head.len > 0;
	if (rc <= 0)
		return rc;
	b->type = get32(p, head.p);
	if (b->type == BLOCK_SECTION) {
		rc = read_byte_order(p, b, in, err);
		*cut = rc == 0;
		if (rc <= 0 || input_peek(in, BLOCK_HEAD, &head, err) < 0)
			return rc <= 0 ? rc : -1;
	}
	b->len = get32(p, head.p + 4);
	if (b->len < BLOCK_MIN || b->len % 4 != 0)
		return refuse(b, err, "a block with an impossible length");
	if (!is_passed_over(b->type) && b->len > MAX_BLOCK)
		return refuse(b, err, "a block of more than two megabytes");
	return 1;
}

/* Get a block, its body if it is one to read: 1, 0, -1 as above. */
static int
read_block(struct pcapng *p, struct block *b, struct input *in, bool *cut,
    struct err *err)
{
	struct span all;
	size_t skip = 0;
	int rc = read_head(p, b, in, cut, err);

	if (rc <= 0)
		return rc;
	if (is_passed_over(b->type)) {
		skip = b->len - BLOCK_TAIL;
		rc = input_discard(in, skip, err);
		*cut = rc == 0;
		if (rc <= 0)
			return rc;
	}
	rc = input_peek(in, b->len - skip, &all, err);
	*cut = rc == 0;
	if (rc <= 0)
		return rc;
	if (get32(p, all.p + all.len - BLOCK_TAIL) != b->len)
		return refuse(b, err, "a block whose two lengths differ");
	input_skip(in, all.len);
	if (skip == 0)
		b->body = span_sub(all, BLOCK_HEAD, b->len - BLOCK_MIN);
	return 1;
}

/* Take a block: 1 if it is a packet, else 0, or -1. */
static int
read_body(struct pcapng *p, const struct block *b, struct frame *out,
    struct err *err)
{
	switch (b->type) {
	case BLOCK_SECTION:
		return start_section(p, b, err);
	case BLOCK_INTERFACE:
		return add_interface(p, b, err);
	case BLOCK_STATISTICS:
		return read_statistics(p, b, err);
	case BLOCK_SIMPLE_PACKET:
		return read_simple(p, b, out, err) < 0 ? -1 : 1;
	case BLOCK_PACKET:
	case BLOCK_OLD_PACKET:
		return read_packet(p, b, out, err) < 0 ? -1 : 1;
	default:
		return 0;
	}
}

int
pcapng_next(struct pcapng *p, struct input *in, struct frame *out, bool *cut,
    struct err *err)
{
	int rc = 0;

	while (rc == 0) {
		struct block b = { 0 };

		rc = read_block(p, &b, in, cut, err);
		if (rc <= 0)
			return rc;
		rc = read_body(p, &b, out, err);
	}
	return rc;
}

void
pcapng_add_drops(const struct pcapng *p, uint64_t *kernel, uint64_t *interface)
{
	*kernel += p->kernel_drops;
	*interface += p->interface_drops;
	for (size_t i = 0; i < p->count; i++) {
		const struct pcapng_interface *one = &p->interfaces[i];

		*interface += one->interface_drops;
		/* Packets say the same, but not of which kind it was. */
		*kernel +=
		    one->packet_drops > one->kernel_drops + one->interface_drops
		    ? one->packet_drops - one->interface_drops
		    : one->kernel_drops;
	}
}

void
pcapng_release(struct pcapng *p)
{
	free(p->interfaces);
	*p = PCAPNG_INIT;
}
