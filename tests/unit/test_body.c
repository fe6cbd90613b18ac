#include "http/body.h"

#include "base/err.h"
#include "http/exchange.h"
#include "tests/lib/unit.h"

/* What gzip(1) makes of "obituary\n", header time 0. */
static const uint8_t GZIP[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x02, 0x03, 0xcb, 0x4f, 0xca, 0x2c, 0x29, 0x4d, 0x2c, 0xaa, 0xe4, 0x02,
	0x00, 0xba, 0xd3, 0x75, 0x82, 0x09, 0x00, 0x00, 0x00 };

static const uint8_t ZLIB[] = { 0x78, 0xda, 0xcb, 0x4f, 0xca, 0x2c, 0x29, 0x4d,
	0x2c, 0xaa, 0xe4, 0x02, 0x00, 0x12, 0xb6, 0x03, 0x7a };

static const uint8_t RAW[] = { 0xcb, 0x4f, 0xca, 0x2c, 0x29, 0x4d, 0x2c, 0xaa,
	0xe4, 0x02, 0x00 };

/* 4 KiB of zeros. */
static const uint8_t BOMB[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x02, 0x03, 0xed, 0xc1, 0x01, 0x0d, 0x00, 0x00, 0x00, 0xc2, 0xa0, 0xf7,
	0x4f, 0x6d, 0x0f, 0x07, 0x14, 0x00, 0x00, 0x00, 0xf0, 0x6e, 0x11, 0x00,
	0x1c, 0xc7, 0x00, 0x10, 0x00, 0x00 };

/* GZIP, compressed once more as deflate. */
static const uint8_t TWICE[] = { 0x78, 0xda, 0x93, 0xef, 0xe6, 0x60, 0x00, 0x01,
	0x26, 0xe6, 0xd3, 0xfe, 0xa7, 0x74, 0x34, 0x7d, 0x75, 0x56, 0x3d, 0x61,
	0x62, 0xd8, 0x75, 0xb9, 0xb4, 0x89, 0x13, 0x28, 0x08, 0x00, 0x64, 0x8d,
	0x07, 0x87 };

#define BYTES(a) ((struct span){ (a), sizeof(a) })

static struct span
entity_of(const char *body, struct arena *arena)
{
	struct message m = { .framing = FRAMING_CHUNKED,
		.body = span_of_str(body) };

	return body_entity(&m, arena);
}

START_TEST(chunk_framing_goes)
{
	static const char *const cases[][2] = {
		{ "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde" },
		{ "3;n=v;q=\"x\"\r\nabc\r\n0;last\r\nT: 1\r\n\r\n", "abc" },
		{ "3 \r\nabc\r\n0\r\n\r\n", "abc" },
		{ "3\nabc\n0\n\n", "abc" },
		{ "A\r\n0123456789\r\n0\r\n\r\n", "0123456789" },
		{ "a\r\n0123", "0123" },
		{ "3\r\nabc\r\n2", "abc" },
		{ "3\r\nabc\r\n2\r\n", "abc" },
		{ "3\r\nabc", "abc" },
		{ "0\r\n\r\n", "" },
		{ "", "" },
		{ "x\r\nabc", "" },
		{ "3\r\nabc\r\nzz\r\nde", "abc" },
		{ "ffffffffffffffff\r\nab", "ab" },
		{ "10000000000000001\r\nab", "" },
	};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span got = entity_of(cases[i][0], &arena);

		ck_assert_ptr_nonnull(got.p);
		ck_assert_msg(span_eq_str(got, cases[i][1]), "case %zu", i);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(chunks_show_extensions_and_what_follows)
{
	struct span rest = span_of_str("2;a=b\r\nhi\r\n0;c\r\nT: v\r\n\r\n");
	struct chunk c;

	ck_assert(body_next_chunk(&rest, &c));
	ck_assert(span_eq_str(c.extension, ";a=b"));
	ck_assert(span_eq_str(c.data, "hi"));
	ck_assert(!body_next_chunk(&rest, &c));
	ck_assert(span_eq_str(c.extension, ";c"));
	ck_assert_ptr_null(c.data.p);
	ck_assert(span_eq_str(rest, "T: v\r\n\r\n"));
}
END_TEST

START_TEST(unframed_bodies_are_not_copied)
{
	struct arena arena = ARENA_INIT;
	struct message m = { .framing = FRAMING_LENGTH,
		.body = span_of_str("abc") };

	ck_assert_ptr_eq(body_entity(&m, &arena).p, m.body.p);
	m.framing = FRAMING_CHUNKED;
	m.body = (struct span){ 0 };
	ck_assert_ptr_null(body_entity(&m, &arena).p);
	ck_assert_uint_eq(arena.held, 0);
}
END_TEST

/* Decode under one or two Content-Encoding lines. */
static int
decode(const char *first, const char *second, struct span body, size_t limit,
    struct arena *arena, struct span *out, struct err *err)
{
	struct field fields[2] = {
		{ span_of_str("content-ENCODING"), span_of_str(first) },
		{ span_of_str("Content-Encoding"), span_of_str(second) },
	};
	struct head head = { .fields = fields, .field_count = 2 };

	return body_decode(&head, body, limit, arena, out, err);
}

START_TEST(content_codings_are_undone)
{
	const struct {
		const char *first, *second;
		struct span body;
	} cases[] = {
		{ "gzip", "", BYTES(GZIP) },
		{ "X-GZip", "identity", BYTES(GZIP) },
		{ "deflate", "", BYTES(ZLIB) },
		{ "deflate", "", BYTES(RAW) },
		{ "gzip, deflate", "", BYTES(TWICE) },
		{ "gzip", "deflate", BYTES(TWICE) },
		{ "", " , identity", span_of_str("obituary\n") },
	};
	struct arena arena = ARENA_INIT;
	struct err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span out;

		ck_assert_int_eq(decode(cases[i].first, cases[i].second,
				     cases[i].body, 64, &arena, &out, &err),
		    0);
		ck_assert_msg(span_eq_str(out, "obituary\n"), "case %zu", i);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(gzip_members_follow_each_other)
{
	uint8_t two[2 * sizeof(GZIP)];
	struct arena arena = ARENA_INIT;
	struct span out;
	struct err err;

	memcpy(two, GZIP, sizeof(GZIP));
	memcpy(two + sizeof(GZIP), GZIP, sizeof(GZIP));
	ck_assert_int_eq(decode("gzip", "", BYTES(two), 64, &arena, &out, &err),
	    0);
	ck_assert(span_eq_str(out, "obituary\nobituary\n"));
	arena_release(&arena);
}
END_TEST

START_TEST(what_does_not_decode_says_why)
{
	const struct {
		const char *coding;
		struct span body;
		enum err_code code;
	} cases[] = {
		{ "br", BYTES(GZIP), ERR_UNSUPPORTED },
		{ "gzip", span_of_str("not gzip at all"), ERR_FORMAT },
		{ "gzip", { GZIP, sizeof(GZIP) - 1 }, ERR_FORMAT },
		{ "gzip", { GZIP, 1 }, ERR_FORMAT },
		{ "deflate", { ZLIB, sizeof(ZLIB) - 1 }, ERR_FORMAT },
		{ "gzip", BYTES(BOMB), ERR_LIMIT },
		{ "a,b,c,d,e,f,g,h,i", BYTES(GZIP), ERR_LIMIT },
		{ "",
		    span_of_str("0123456789012345678901234567890123456789"
				"0123456789012345678901234"),
		    ERR_LIMIT },
	};
	struct arena arena = ARENA_INIT;
	struct span out;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { 0 };

		ck_assert_int_eq(decode(cases[i].coding, "", cases[i].body, 64,
				     &arena, &out, &err),
		    -1);
		ck_assert_int_eq(err.code, cases[i].code);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(nothing_needs_no_decoding)
{
	struct arena arena = ARENA_INIT;
	struct span out;
	struct err err;

	ck_assert_int_eq(decode("br", "", span_of_str(""), 64, &arena, &out,
			     &err),
	    0);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_int_eq(decode("gzip", "", (struct span){ 0 }, 64, &arena,
			     &out, &err),
	    0);
	ck_assert_ptr_null(out.p);
	arena_release(&arena);
}
END_TEST

START_TEST(both_codings_are_undone_for_a_message)
{
	static const struct field field = { SPAN_LITERAL("Content-Encoding"),
		SPAN_LITERAL("deflate") };
	uint8_t wire[64] = "0000000\r\n";
	size_t size = sizeof(RAW);
	struct message m = { .framing = FRAMING_CHUNKED,
		.body = { wire, 9 + size } };
	struct arena arena = ARENA_INIT;
	struct span out;
	struct err err;

	wire[5] = (uint8_t)('0' + size / 16);
	wire[6] = (uint8_t) "0123456789abcdef"[size % 16];
	memcpy(wire + 9, RAW, size);
	m.parsed.fields = &field;
	m.parsed.field_count = 1;
	ck_assert_int_eq(body_decoded(&m, 64, &arena, &out, &err), 0);
	ck_assert(span_eq_str(out, "obituary\n"));
	arena_release(&arena);
}
END_TEST

START_TEST(a_purged_body_leaves_its_digests)
{
	static const char chunks[] = "3;x\r\nabc\r\n0\r\n\r\n";
	struct arena arena = ARENA_INIT;
	struct message m = { .framing = FRAMING_CHUNKED,
		.body = span_of_str(chunks),
		.wire_len = strlen(chunks),
		.body_len = 3,
		.has_digest = true,
		.digest_due = true };
	uint8_t wire[DIGEST_SIZE], entity[DIGEST_SIZE];

	digest_of(wire, span_of_str(chunks));
	digest_of(entity, span_of_str("abc"));
	ck_assert(body_purge(&m, &arena));
	ck_assert_ptr_null(m.body.p);
	ck_assert_uint_eq(m.purged->len, strlen(chunks));
	ck_assert_mem_eq(m.purged->sha256, wire, DIGEST_SIZE);
	ck_assert(!m.digest_due);
	ck_assert_mem_eq(m.body_sha256, entity, DIGEST_SIZE);
	ck_assert_uint_eq(m.wire_len, strlen(chunks));
	ck_assert_uint_eq(m.body_len, 3);
	ck_assert(!body_purge(&m, &arena));
	m = (struct message){ .body = span_of_str("") };
	ck_assert(!body_purge(&m, &arena));
	ck_assert_ptr_nonnull(m.body.p);
	arena_release(&arena);
}
END_TEST

UNIT_MAIN("body", chunk_framing_goes, chunks_show_extensions_and_what_follows,
    unframed_bodies_are_not_copied, content_codings_are_undone,
    gzip_members_follow_each_other, what_does_not_decode_says_why,
    nothing_needs_no_decoding, both_codings_are_undone_for_a_message,
    a_purged_body_leaves_its_digests)
