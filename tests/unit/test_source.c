#include "capture/source.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/err.h"
#include "tests/lib/put.h"
#include "tests/lib/unit.h"

#define SECOND INT64_C(1000000000)

static struct put w;

static void
put_header(struct put *out, uint32_t magic, uint16_t link)
{
	put_u32(out, magic);
	put_u16(out, 2);
	put_u16(out, 4);
	put_zeros(out, 8);
	put_u32(out, 65535);
	put_u32(out, link);
}

static void
put_record(struct put *out, uint32_t seconds, uint32_t fraction,
    const char *text)
{
	put_u32(out, seconds);
	put_u32(out, fraction);
	put_u32(out, (uint32_t)strlen(text));
	put_u32(out, 99);
	put_text(out, text);
}

/* A file of its own, to be unlinked by drop(). */
static char *
keep(struct span bytes)
{
	char *name = strdup("test_source.XXXXXX");
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes.p, bytes.len), (ssize_t)bytes.len);
	close(fd);
	return name;
}

static void
drop(char *name)
{
	unlink(name);
	free(name);
}

/* Read all and write each frame's bytes with a space behind. */
static void
read_all(struct source *s, char *text)
{
	struct frame f;
	struct err err;
	int rc;

	*text = '\0';
	while ((rc = source_next(s, &f, &err)) > 0)
		text += sprintf(text, "%.*s ", (int)f.bytes.len,
		    (const char *)f.bytes.p);
	ck_assert_int_eq(rc, 0);
}

START_TEST(all_four_magics)
{
	static const struct {
		uint32_t magic;
		bool little;
		int64_t time;
	} t[] = {
		{ 0xa1b2c3d4, false, 5 * SECOND + 123456000 },
		{ 0xa1b2c3d4, true, 5 * SECOND + 123456000 },
		{ 0xa1b23c4d, false, 5 * SECOND + 123456 },
		{ 0xa1b23c4d, true, 5 * SECOND + 123456 },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct source *s;
		struct frame f;
		struct err err;

		w.len = 0;
		w.little = t[i].little;
		put_header(&w, t[i].magic, 276);
		put_record(&w, 5, 123456, "bytes");
		ck_assert_int_eq(source_open_memory(&s, put_span(&w), &err), 0);
		ck_assert_int_eq(source_next(s, &f, &err), 1);
		ck_assert_int_eq(f.time, t[i].time);
		ck_assert_uint_eq(f.link, 276);
		ck_assert_uint_eq(f.wire_len, 99);
		ck_assert(span_eq_str(f.bytes, "bytes"));
		ck_assert_int_eq(source_next(s, &f, &err), 0);
		ck_assert_int_eq(source_next(s, &f, &err), 0);
		ck_assert(!source_was_cut(s));
		source_close(s);
	}
}
END_TEST

START_TEST(what_is_no_capture_is_refused_by_name)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} t[] = {
		{ "", 0, "memory: is empty, not a capture" },
		{ "GET", 3,
		    "memory: is not a pcap or pcapng capture: it begins with "
		    "47 45 54" },
		{ "\xa1\xb2\xcd\x34....", 8,
		    "memory: is not a pcap or pcapng capture: it begins with "
		    "a1 b2 cd 34" },
		{ "\xa1\xb2\xc3\xd4\0\2\0\4", 8,
		    "memory: ends inside its 24-byte file header" },
		{ "\xa1\xb2\xc3\xd4\0\3\0\0................", 24,
		    "memory: offset 4: pcap version 3" },
		{ "\x1f\x8b\x08 is not gzip at all", 22,
		    "memory: damaged gzip data: unknown header flags set" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct span bytes = { (const uint8_t *)t[i].bytes, t[i].len };
		struct source *s;
		struct err err;

		ck_assert_int_eq(source_open_memory(&s, bytes, &err), -1);
		ck_assert_str_eq(err.text, t[i].text);
		ck_assert_int_eq(err.code, ERR_FORMAT);
	}
}
END_TEST

START_TEST(what_cannot_be_opened_is_refused_by_name)
{
	static const char *const missing[] = { "no/such/file" };
	static const char *const folder[] = { "." };
	struct source *s;
	struct err err;

	ck_assert_int_eq(source_open(&s, missing, 1, &err), -1);
	ck_assert_int_eq(err.code, ERR_SYSTEM);
	ck_assert_str_eq(err.text,
	    "no/such/file: cannot open: No such file or directory");
	ck_assert_int_eq(source_open(&s, folder, 1, &err), -1);
	ck_assert_str_eq(err.text, ".: is a directory, not a capture");
}
END_TEST

START_TEST(a_lying_length_is_refused_with_its_offset)
{
	struct source *s;
	struct frame f;
	struct err err;

	put_header(&w, 0xa1b2c3d4, 1);
	put_record(&w, 5, 0, "one");
	put_u32(&w, 6);
	put_u32(&w, 0);
	put_u32(&w, 0x7fffffff);
	put_u32(&w, 0x7fffffff);
	ck_assert_int_eq(source_open_memory(&s, put_span(&w), &err), 0);
	ck_assert_int_eq(source_next(s, &f, &err), 1);
	ck_assert_int_eq(source_next(s, &f, &err), -1);
	ck_assert_str_eq(err.text,
	    "memory: offset 43: a packet of 2147483647 bytes, more than "
	    "1048576");
	source_close(s);
}
END_TEST

START_TEST(a_file_cut_anywhere_ends_there)
{
	enum { HEADER = 24, RECORD = 16 + 3 };
	struct put whole;

	put_header(&w, 0xa1b23c4d, 1);
	put_record(&w, 5, 0, "one");
	put_record(&w, 4, 0, "two");
	whole = w;
	for (w.len = HEADER; w.len <= whole.len; w.len++) {
		size_t frames = (w.len - HEADER) / RECORD;
		struct source *s;
		struct err err;
		char text[20];

		ck_assert_int_eq(source_open_memory(&s, put_span(&w), &err), 0);
		read_all(s, text);
		ck_assert_uint_eq(strlen(text), 4 * frames);
		ck_assert_msg(source_was_cut(s) ==
			((w.len - HEADER) % RECORD != 0),
		    "%zu bytes", w.len);
		source_close(s);
	}
}
END_TEST

static size_t
pack(uint8_t *out, size_t n, struct span bytes)
{
	z_stream z = { .next_out = out, .avail_out = (uInt)n };

	ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	z.next_in = (Bytef *)(uintptr_t)bytes.p;
	z.avail_in = (uInt)bytes.len;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

/* Two members and padding, as from `cat a.gz b.gz` and a tape. */
START_TEST(gzip_in_members_and_cut_anywhere)
{
	uint8_t packed[512] = { 0 };
	char text[20];
	size_t len;
	struct span part, all;

	put_header(&w, 0xa1b23c4d, 1);
	put_record(&w, 5, 0, "one");
	put_record(&w, 6, 0, "two");
	all = put_span(&w);
	len = pack(packed, sizeof(packed), span_sub(all, 0, 50));
	len += pack(packed + len, sizeof(packed) - len,
	    span_sub(all, 50, SIZE_MAX));
	for (size_t n = len; n <= len + 9; n += 9) {
		struct source *s;
		struct err err;
		uint64_t done, total;

		part = (struct span){ packed, n };
		ck_assert_int_eq(source_open_memory(&s, part, &err), 0);
		read_all(s, text);
		ck_assert_str_eq(text, "one two ");
		ck_assert(!source_was_cut(s));
		source_progress(s, &done, &total);
		ck_assert_uint_eq(done, n);
		ck_assert_uint_eq(total, n);
		source_close(s);
	}
	for (size_t n = len - 1; n > 60; n--) {
		struct source *s;
		struct err err;

		part = (struct span){ packed, n };
		ck_assert_int_eq(source_open_memory(&s, part, &err), 0);
		read_all(s, text);
		ck_assert_msg(source_was_cut(s), "%zu", n);
		source_close(s);
	}
}
END_TEST

static char *
keep_frames(const uint32_t *seconds, const char *const *text, size_t n)
{
	w.len = 0;
	put_header(&w, 0xa1b23c4d, 1);
	for (size_t i = 0; i < n; i++)
		put_record(&w, seconds[i], 0, text[i]);
	return keep(put_span(&w));
}

/* Equal times in the order of files; a step back stays where it is. */
START_TEST(files_are_merged_by_time)
{
	char *files[4] = {
		keep_frames((uint32_t[]){ 1, 4, 4, 9 },
		    (const char *[]){ "a1", "a4", "a4'", "a9" }, 4),
		keep_frames((uint32_t[]){ 2, 4, 8 },
		    (const char *[]){ "b2", "b4", "b8" }, 3),
		keep_frames(NULL, NULL, 0),
		keep_frames((uint32_t[]){ 3, 0, 5 },
		    (const char *[]){ "d3", "d0", "d5" }, 3),
	};
	const char *names[4] = { files[0], files[1], files[2], files[3] };
	struct source *s;
	struct err err;
	char text[64];

	ck_assert_int_eq(source_open(&s, names, 4, &err), 0);
	read_all(s, text);
	ck_assert_str_eq(text, "a1 b2 d3 d0 a4 a4' b4 d5 b8 a9 ");
	source_close(s);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		drop(files[i]);
}
END_TEST

START_TEST(standard_input_is_a_file)
{
	char *name = keep_frames((uint32_t[]){ 1, 2 },
	    (const char *[]){ "one", "two" }, 2);
	struct source *s;
	struct err err;
	char text[20];

	ck_assert_ptr_nonnull(freopen(name, "r", stdin));
	ck_assert_int_eq(source_open(&s, (const char *[]){ "-" }, 1, &err), 0);
	read_all(s, text);
	ck_assert_str_eq(text, "one two ");
	source_close(s);
	drop(name);
}
END_TEST

/* Longer than the window, which therefore moves and grows. */
START_TEST(large_frames_come_whole)
{
	enum { LEN = 200000 };
	struct source *s;
	struct frame f;
	struct err err;

	put_header(&w, 0xa1b23c4d, 1);
	for (unsigned i = 1; i <= 2; i++) {
		put_zeros(&w, 8);
		put_u32(&w, LEN);
		put_u32(&w, LEN);
		for (size_t n = 0; n < LEN; n++)
			put_u8(&w, (unsigned)(n * i % 251));
	}
	ck_assert_int_eq(source_open_memory(&s, put_span(&w), &err), 0);
	for (unsigned i = 1; i <= 2; i++) {
		ck_assert_int_eq(source_next(s, &f, &err), 1);
		ck_assert_uint_eq(f.bytes.len, LEN);
		for (size_t n = 0; n < LEN; n++)
			ck_assert(f.bytes.p[n] == n * i % 251);
	}
	ck_assert_int_eq(source_next(s, &f, &err), 0);
	source_close(s);
}
END_TEST

/* An IPv4 header and the ports of TCP, raw. */
#define TO_PORT(port)                                                          \
	"45 00 0028 0001 0000 40 06 0000 0a000001 0a000002"                    \
	"c000" port "00000000 00000000 50 02 0000 0000 0000"

START_TEST(a_filter_keeps_back_and_counts)
{
	struct source *s;
	struct frame f;
	struct err err;
	static const char *const frames[] = { TO_PORT("0050"), TO_PORT("0051"),
		TO_PORT("0050") };

	put_header(&w, 0xa1b23c4d, 101);
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		put_zeros(&w, 8);
		put_u32(&w, 40);
		put_u32(&w, 40);
		put_hex(&w, frames[i]);
	}
	ck_assert_int_eq(source_open_memory(&s, put_span(&w), &err), 0);
	ck_assert_int_eq(source_set_filter(s, "tcp port and", &err), -1);
	ck_assert_int_eq(err.code, ERR_USAGE);
	ck_assert_int_eq(source_set_filter(s, "tcp port 81", &err), 0);
	ck_assert_int_eq(source_next(s, &f, &err), 1);
	ck_assert_uint_eq(f.bytes.p[23], 0x51);
	ck_assert_int_eq(source_next(s, &f, &err), 0);
	ck_assert_uint_eq(source_filtered(s), 2);
	source_close(s);
}
END_TEST

/* It shall be counted as what it is, whatever the filter. */
START_TEST(a_filter_passes_links_that_are_not_read)
{
	struct source *s;
	struct frame f;
	struct err err;

	put_header(&w, 0xa1b23c4d, 147);
	put_record(&w, 0, 0, "x");
	ck_assert_int_eq(source_open_memory(&s, put_span(&w), &err), 0);
	ck_assert_int_eq(source_set_filter(s, "tcp port 81", &err), 0);
	ck_assert_int_eq(source_next(s, &f, &err), 1);
	ck_assert_int_eq(source_next(s, &f, &err), 0);
	source_close(s);
}
END_TEST

UNIT_MAIN("source", all_four_magics, what_is_no_capture_is_refused_by_name,
    what_cannot_be_opened_is_refused_by_name,
    a_lying_length_is_refused_with_its_offset, a_file_cut_anywhere_ends_there,
    gzip_in_members_and_cut_anywhere, files_are_merged_by_time,
    standard_input_is_a_file, large_frames_come_whole,
    a_filter_keeps_back_and_counts, a_filter_passes_links_that_are_not_read)
