#include "capture/pcapng.h"

#include "base/err.h"
#include "capture/input.h"
#include "capture/source.h"
#include "tests/lib/put.h"
#include "tests/lib/unit.h"

#define NS INT64_C(1000000000)

/* Begin a block; end_block() writes its length at both ends. */
static size_t
begin_block(struct put *w, uint32_t type)
{
	put_u32(w, type);
	put_u32(w, 0);
	return w->len - 8;
}

static void
end_block(struct put *w, size_t start)
{
	size_t end;

	while (w->len % 4 != 0)
		put_u8(w, 0);
	put_u32(w, (uint32_t)(w->len - start + 4));
	end = w->len;
	w->len = start + 4;
	put_u32(w, (uint32_t)(end - start));
	w->len = end;
}

static void
put_section(struct put *w, bool little)
{
	size_t start;

	w->little = little;
	start = begin_block(w, 0x0a0d0d0a);
	put_u32(w, 0x1a2b3c4d);
	put_u16(w, 1);
	put_u16(w, 0);
	put_u32(w, UINT32_MAX);
	put_u32(w, UINT32_MAX);
	end_block(w, start);
}

/* An interface with one option, or none if code is 0. */
static void
put_interface(struct put *w, uint16_t link, uint32_t snaplen, unsigned code,
    struct span value)
{
	size_t start = begin_block(w, 1);

	put_u16(w, link);
	put_u16(w, 0);
	put_u32(w, snaplen);
	if (code != 0) {
		put_u16(w, code);
		put_u16(w, (unsigned)value.len);
		put_bytes(w, value.p, value.len);
		while (w->len % 4 != 0)
			put_u8(w, 0);
		put_u32(w, 0);
	}
	end_block(w, start);
}

static void
put_packet(struct put *w, uint32_t interface, uint64_t ticks, const char *text)
{
	size_t start = begin_block(w, 6);

	put_u32(w, interface);
	put_u32(w, (uint32_t)(ticks >> 32));
	put_u32(w, (uint32_t)ticks);
	put_u32(w, (uint32_t)strlen(text));
	put_u32(w, 1000);
	put_text(w, text);
	end_block(w, start);
}

struct file {
	struct input *in;
	struct pcapng p;
	struct err err;
	bool cut;
};

static void
open_file(struct file *f, const struct put *w)
{
	*f = (struct file){ .p = PCAPNG_INIT };
	ck_assert_int_eq(input_open_memory(&f->in, put_span(w), &f->err), 0);
}

static int
next(struct file *f, struct frame *out)
{
	return pcapng_next(&f->p, f->in, out, &f->cut, &f->err);
}

static void
close_file(struct file *f)
{
	pcapng_release(&f->p);
	input_close(f->in);
}

static struct put w;

START_TEST(sections_of_both_orders_and_links_of_all_interfaces)
{
	struct file f;
	struct frame frame;

	for (int little = 0; little < 2; little++) {
		put_section(&w, little);
		put_interface(&w, 1, 0, 0, (struct span){ 0 });
		put_interface(&w, 276, 0, 0, (struct span){ 0 });
		put_packet(&w, 1, 1700000000123456, "second");
		put_packet(&w, 0, 1700000000123457, "first");
	}
	open_file(&f, &w);
	for (int section = 0; section < 2; section++) {
		ck_assert_int_eq(next(&f, &frame), 1);
		ck_assert_int_eq(frame.time, INT64_C(1700000000123456000));
		ck_assert_uint_eq(frame.link, 276);
		ck_assert_uint_eq(frame.wire_len, 1000);
		ck_assert(span_eq_str(frame.bytes, "second"));
		ck_assert_int_eq(next(&f, &frame), 1);
		ck_assert_uint_eq(frame.link, 1);
		ck_assert(span_eq_str(frame.bytes, "first"));
	}
	ck_assert_int_eq(next(&f, &frame), 0);
	ck_assert(!f.cut);
	close_file(&f);
}
END_TEST

START_TEST(an_interface_lasts_as_long_as_its_section)
{
	struct file f;
	struct frame frame;

	put_section(&w, true);
	put_interface(&w, 1, 0, 0, (struct span){ 0 });
	put_section(&w, true);
	put_packet(&w, 0, 0, "x");
	open_file(&f, &w);
	ck_assert_int_eq(next(&f, &frame), -1);
	ck_assert_str_eq(f.err.text,
	    "offset 76: a packet of the unknown interface 0");
	close_file(&f);
}
END_TEST

START_TEST(resolution_and_offset_make_nanoseconds)
{
	static const struct {
		unsigned code;
		struct span value;
		uint64_t ticks;
		int64_t time;
	} t[] = {
		{ 9, SPAN_LITERAL("\x06"), 1000001, NS + 1000 },
		{ 9, SPAN_LITERAL("\x09"), 1700000000123456789,
		    INT64_C(1700000000123456789) },
		{ 9, SPAN_LITERAL("\x00"), 5, 5 * NS },
		{ 9, SPAN_LITERAL("\x03"), 5001, 5 * NS + 1000000 },
		{ 9, SPAN_LITERAL("\x0c"), 1000000002999, NS + 2 },
		{ 9, SPAN_LITERAL("\x80"), 5, 5 * NS },
		{ 9, SPAN_LITERAL("\x8a"), 3 * 1024 + 512, 3 * NS + NS / 2 },
		{ 9, SPAN_LITERAL("\xa8"), (UINT64_C(1) << 40) * 3 / 4,
		    NS * 3 / 4 },
		{ 14, SPAN_LITERAL("\0\0\0\0\0\0\0\x0a"), 1, 10 * NS + 1000 },
		/* before 1970, and after what 63 bits can tell */
		{ 14, SPAN_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff"), 1, 0 },
		{ 14, SPAN_LITERAL("\x7f\xff\xff\xff\xff\xff\xff\xff"),
		    UINT64_MAX / 2, INT64_C(9223372035775807000) },
		{ 9, SPAN_LITERAL("\x00"), UINT64_MAX,
		    INT64_C(9223372035000000000) },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct file f;
		struct frame frame;

		w.len = 0;
		put_section(&w, false);
		put_interface(&w, 1, 0, t[i].code, t[i].value);
		put_packet(&w, 0, t[i].ticks, "x");
		open_file(&f, &w);
		ck_assert_int_eq(next(&f, &frame), 1);
		ck_assert_msg(frame.time == t[i].time, "%zu: %lld", i,
		    (long long)frame.time);
		close_file(&f);
	}
}
END_TEST

START_TEST(simple_and_obsolete_packets)
{
	struct file f;
	struct frame frame;
	size_t start;

	put_section(&w, true);
	put_interface(&w, 101, 6, 0, (struct span){ 0 });
	start = begin_block(&w, 2);
	put_u16(&w, 0); /* interface */
	put_u16(&w, 9); /* drops */
	put_u32(&w, 0);
	put_u32(&w, 7);
	put_u32(&w, 3);
	put_u32(&w, 50);
	put_text(&w, "old");
	end_block(&w, start);
	start = begin_block(&w, 3);
	put_u32(&w, 2000);
	put_text(&w, "simpleXX"); /* beyond the snap length */
	end_block(&w, start);
	start = begin_block(&w, 3);
	put_u32(&w, 3);
	put_text(&w, "abc");
	end_block(&w, start);
	open_file(&f, &w);

	ck_assert_int_eq(next(&f, &frame), 1);
	ck_assert_int_eq(frame.time, 7000);
	ck_assert_uint_eq(frame.wire_len, 50);
	ck_assert(span_eq_str(frame.bytes, "old"));
	ck_assert_int_eq(next(&f, &frame), 1);
	ck_assert_int_eq(frame.time, 7000);
	ck_assert_uint_eq(frame.link, 101);
	ck_assert_uint_eq(frame.wire_len, 2000);
	ck_assert(span_eq_str(frame.bytes, "simple"));
	ck_assert_int_eq(next(&f, &frame), 1);
	ck_assert(span_eq_str(frame.bytes, "abc"));
	ck_assert_int_eq(next(&f, &frame), 0);
	close_file(&f);
}
END_TEST

static void
put_statistics(struct put *out, uint32_t interface, uint32_t ifdrop,
    uint32_t osdrop)
{
	size_t start = begin_block(out, 5);

	put_u32(out, interface);
	put_zeros(out, 8);
	put_u16(out, 5);
	put_u16(out, 8);
	put_u32(out, 0);
	put_u32(out, ifdrop);
	put_u16(out, 7);
	put_u16(out, 8);
	put_u32(out, 0);
	put_u32(out, osdrop);
	put_u32(out, 0);
	end_block(out, start);
}

/* Counters grow: the last of an interface counts, and all interfaces. */
START_TEST(drops_are_those_of_the_last_statistics)
{
	struct file f;
	struct frame frame;
	uint64_t kernel = 0, interface = 0;

	for (int section = 0; section < 2; section++) {
		put_section(&w, false);
		put_interface(&w, 1, 0, 0, (struct span){ 0 });
		put_interface(&w, 1, 0, 0, (struct span){ 0 });
		put_statistics(&w, 0, 1, 10);
		put_statistics(&w, 0, 2, 20);
		put_statistics(&w, 1, 4, 40);
	}
	open_file(&f, &w);
	ck_assert_int_eq(next(&f, &frame), 0);
	pcapng_add_drops(&f.p, &kernel, &interface);
	ck_assert_uint_eq(kernel, 120);
	ck_assert_uint_eq(interface, 12);
	close_file(&f);
}
END_TEST

/* Of two packets each, with an option or, the obsolete ones, without. */
START_TEST(drops_that_packets_tell_of)
{
	struct file f;
	struct frame frame;
	uint64_t kernel = 0, interface = 0;

	put_section(&w, false);
	put_interface(&w, 1, 0, 0, (struct span){ 0 });
	put_interface(&w, 1, 0, 0, (struct span){ 0 });
	for (uint32_t n = 0; n < 2; n++) {
		size_t start = begin_block(&w, 6);

		put_u32(&w, 0); /* interface */
		put_zeros(&w, 8);
		put_u32(&w, 5);
		put_u32(&w, 5);
		put_text(&w, "fiveb   ");
		put_u16(&w, 4);
		put_u16(&w, 8);
		put_u32(&w, 0);
		put_u32(&w, 7);
		put_u32(&w, 0);
		end_block(&w, start);
		start = begin_block(&w, 2);
		put_u16(&w, 1);
		put_u16(&w, n == 0 ? 9 : UINT16_MAX);
		put_zeros(&w, 8);
		put_u32(&w, 0);
		put_u32(&w, 0);
		end_block(&w, start);
	}
	put_statistics(&w, 1, 4, 2);
	open_file(&f, &w);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(next(&f, &frame), 1);
	ck_assert_int_eq(next(&f, &frame), 0);
	pcapng_add_drops(&f.p, &kernel, &interface);
	ck_assert_uint_eq(kernel, 14 + 9 - 4);
	ck_assert_uint_eq(interface, 4);
	close_file(&f);
}
END_TEST

/* Secrets (10), names (4), a custom block, and one larger than the window. */
START_TEST(other_blocks_are_passed_over)
{
	static const uint32_t types[] = { 10, 4, 0xbad, 0x80000001 };
	struct file f;
	struct frame frame;

	put_section(&w, true);
	put_interface(&w, 1, 0, 0, (struct span){ 0 });
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t start = begin_block(&w, types[i]);

		put_zeros(&w, i * 50000);
		end_block(&w, start);
	}
	put_packet(&w, 0, 0, "x");
	open_file(&f, &w);
	ck_assert_int_eq(next(&f, &frame), 1);
	ck_assert_int_eq(next(&f, &frame), 0);
	close_file(&f);
}
END_TEST

START_TEST(a_file_cut_anywhere_ends_there)
{
	struct put whole;
	size_t packet;

	put_section(&w, true);
	put_interface(&w, 1, 0, 0, (struct span){ 0 });
	packet = w.len;
	put_packet(&w, 0, 0, "bytes");
	end_block(&w, begin_block(&w, 10));
	whole = w;
	for (w.len = 4; w.len < whole.len; w.len++) {
		struct file f;
		struct frame frame;
		bool has_packet = w.len >= whole.len - 12;

		open_file(&f, &w);
		ck_assert_int_eq(next(&f, &frame), has_packet);
		if (has_packet)
			ck_assert_int_eq(next(&f, &frame), 0);
		ck_assert_msg(f.cut ==
			(w.len != 28 && w.len != packet &&
			    w.len != whole.len - 12),
		    "%zu bytes", w.len);
		close_file(&f);
	}
}
END_TEST

/* Overwrite 4 bytes of a good file; expect the message. */
START_TEST(lies_are_refused_with_their_offset)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *text;
	} t[] = {
		{ 4, 27, "offset 0: a block with an impossible length" },
		{ 4, 24, "offset 0: a block whose two lengths differ" },
		{ 8, 0, "offset 0: a section without byte order" },
		{ 12, 0x00020000, "offset 0: not pcapng version 1" },
		{ 24, 0, "offset 0: a block whose two lengths differ" },
		{ 32, 0, "offset 28: a block with an impossible length" },
		{ 32, 8, "offset 28: a block with an impossible length" },
		{ 32, 0x7ffffffc,
		    "offset 28: a block of more than two megabytes" },
		{ 44, 0x00090002, "offset 28: a time option makes no sense" },
		{ 44, 0x00090001 | 0xff00,
		    "offset 28: an option is longer than its block" },
		{ 48, 0x14000000, "offset 28: a time option makes no sense" },
		{ 48, 0xc0000000, "offset 28: a time option makes no sense" },
		{ 68, 1, "offset 60: a packet of the unknown interface 1" },
		{ 80, 9, "offset 60: a packet is longer than its block" },
		{ 80, UINT32_MAX,
		    "offset 60: a packet is longer than its block" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct file f;
		struct frame frame;
		size_t end;

		w.len = 0;
		put_section(&w, false);
		put_interface(&w, 1, 0, 9, (struct span)SPAN_LITERAL("\x06"));
		ck_assert_uint_eq(w.len, 60);
		put_packet(&w, 0, 0, "bytes");
		end = w.len;
		w.len = t[i].at;
		put_u32(&w, t[i].value);
		w.len = end;
		open_file(&f, &w);
		ck_assert_msg(next(&f, &frame) == -1, "%zu", i);
		ck_assert_str_eq(f.err.text, t[i].text);
		ck_assert_int_eq(f.err.code, ERR_FORMAT);
		close_file(&f);
	}
}
END_TEST

UNIT_MAIN("pcapng", sections_of_both_orders_and_links_of_all_interfaces,
    an_interface_lasts_as_long_as_its_section,
    resolution_and_offset_make_nanoseconds, simple_and_obsolete_packets,
    drops_are_those_of_the_last_statistics, drops_that_packets_tell_of,
    other_blocks_are_passed_over, a_file_cut_anywhere_ends_there,
    lies_are_refused_with_their_offset)
