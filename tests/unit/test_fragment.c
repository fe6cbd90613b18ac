#include "capture/fragment.h"

#include "base/base.h"
#include "base/budget.h"
#include "tests/lib/unit.h"

static const struct endpoint src = { .addr = { 10, 0, 0, 1 } };
static const struct endpoint dst = { .addr = { 10, 0, 0, 2 } };

#define TEXT "0123456789abcdefghijklmnopqrstuvwxyz"

/* A piece of TEXT, or of something else in its place. */
struct part {
	unsigned offset, len;
	bool more;
	const char *other; /* NULL: the bytes of TEXT */
};

static struct fragment
piece_of(const struct part *part)
{
	const char *text =
	    part->other != NULL ? part->other : &TEXT[part->offset];

	return (struct fragment){
		.src = &src,
		.dst = &dst,
		.id = 1,
		.protocol = 6,
		.offset = part->offset,
		.more = part->more,
		.bytes = { (const uint8_t *)text, part->len },
		.wire_len = part->len,
	};
}

static struct budget budget;

static struct fragments *
open_fragments(size_t limit)
{
	budget = (struct budget){ .limit = limit };
	return fragments_new(&budget);
}

static void
close_fragments(struct fragments *f)
{
	fragments_free(f);
	ck_assert_uint_eq(budget.used, 0);
}

/* Add parts; expect HELD of all but the last, and `last` of that. */
static void
expect(const struct part *parts, size_t n, enum fragment_result last,
    const char *text)
{
	struct fragments *f = open_fragments(1 << 20);

	for (size_t i = 0; i < n; i++) {
		struct fragment piece = piece_of(&parts[i]);
		enum fragment_result want = i + 1 < n ? FRAGMENT_HELD : last;

		ck_assert_int_eq(fragments_add(f, &piece), want);
		if (want != FRAGMENT_COMPLETE)
			continue;
		ck_assert_uint_eq(piece.wire_len, strlen(text));
		ck_assert(span_eq_str(piece.bytes, text));
	}
	close_fragments(f);
}

START_TEST(pieces_in_any_order_make_the_datagram)
{
	static const struct part parts[3] = {
		{ 0, 8, true, NULL },
		{ 8, 16, true, NULL },
		{ 24, 5, false, NULL },
	};
	static const int order[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		struct part p[3] = { parts[order[i][0]], parts[order[i][1]],
			parts[order[i][2]] };

		expect(p, 3, FRAGMENT_COMPLETE,
		    "0123456789abcdefghijklmnopqrs");
	}
}
END_TEST

START_TEST(overlap_of_equal_bytes_is_harmless)
{
	static const struct part parts[] = {
		{ 8, 16, true, NULL },
		{ 8, 16, true, NULL },
		{ 16, 16, true, NULL },
		{ 32, 4, false, NULL },
		{ 0, 16, true, NULL },
	};

	expect(parts, ARRAY_LEN(parts), FRAGMENT_COMPLETE, TEXT);
}
END_TEST

START_TEST(what_contradicts_is_bad)
{
	static const struct part t[][2] = {
		/* other bytes, in the first and in a later unit */
		{ { 0, 16, true, NULL }, { 8, 8, true, "89abcdeX" } },
		{ { 8, 8, true, NULL }, { 0, 16, true, "0123456789abcdeX" } },
		/* beyond the end, a second end, an end before what is there */
		{ { 8, 8, false, NULL }, { 16, 8, true, NULL } },
		{ { 8, 8, false, NULL }, { 8, 9, false, NULL } },
		{ { 8, 16, true, NULL }, { 0, 9, false, NULL } },
		/* not the last, and not a multiple of 8, or empty */
		{ { 0, 8, true, NULL }, { 8, 7, true, NULL } },
		{ { 0, 8, true, NULL }, { 8, 0, true, NULL } },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		expect(t[i], 2, FRAGMENT_BAD, NULL);
}
END_TEST

START_TEST(longer_than_ip_allows_is_bad)
{
	struct fragments *f = open_fragments(1 << 20);
	struct part part = { 0, 8, false, NULL };
	struct fragment piece = piece_of(&part);

	piece.offset = 65528;
	ck_assert_int_eq(fragments_add(f, &piece), FRAGMENT_BAD);
	close_fragments(f);
}
END_TEST

START_TEST(a_bad_datagram_stays_bad)
{
	static const struct part parts[] = {
		{ 8, 8, true, NULL },
		{ 8, 8, true, "XXXXXXXX" },
		{ 0, 8, true, NULL },
		{ 16, 8, false, NULL },
	};
	struct fragments *f = open_fragments(1 << 20);

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct fragment piece = piece_of(&parts[i]);

		ck_assert_int_eq(fragments_add(f, &piece),
		    i == 0 ? FRAGMENT_HELD : FRAGMENT_BAD);
	}
	close_fragments(f);
}
END_TEST

/* The datagram then ends, as captured, at the cut that is nearest. */
START_TEST(a_cut_piece_cuts_the_datagram)
{
	static const struct part parts[] = { { 0, 16, true, NULL },
		{ 16, 8, false, NULL } };
	struct fragments *f = open_fragments(1 << 20);
	struct fragment first = piece_of(&parts[0]);
	struct fragment last = piece_of(&parts[1]);

	first.bytes.len = 11;
	last.bytes.len = 2;
	ck_assert_int_eq(fragments_add(f, &first), FRAGMENT_HELD);
	ck_assert_int_eq(fragments_add(f, &last), FRAGMENT_COMPLETE);
	ck_assert_uint_eq(last.wire_len, 24);
	ck_assert(span_eq_str(last.bytes, "0123456789a"));
	close_fragments(f);
}
END_TEST

START_TEST(each_key_is_its_own_datagram)
{
	static const struct part parts[] = { { 0, 8, true, NULL },
		{ 8, 8, false, NULL } };
	static const struct endpoint other = { .addr = { 10, 0, 0, 3 } };
	struct fragments *f = open_fragments(1 << 20);

	for (int i = 0; i < 5; i++) {
		struct fragment first = piece_of(&parts[0]);
		struct fragment last = piece_of(&parts[1]);

		last.src = i == 0 ? &other : last.src;
		last.dst = i == 1 ? &other : last.dst;
		last.id += i == 2;
		last.protocol += i == 3;
		last.domain += i == 4;
		ck_assert_int_eq(fragments_add(f, &first), FRAGMENT_HELD);
		ck_assert_int_eq(fragments_add(f, &last), FRAGMENT_HELD);
	}
	close_fragments(f);
}
END_TEST

START_TEST(old_pieces_are_forgotten)
{
	static const struct part parts[] = { { 0, 8, true, NULL },
		{ 8, 8, false, NULL } };
	struct fragments *f = open_fragments(1 << 20);
	struct fragment first = piece_of(&parts[0]);
	struct fragment last = piece_of(&parts[1]);

	last.time = FRAGMENT_MAX_AGE + 1;
	ck_assert_int_eq(fragments_add(f, &first), FRAGMENT_HELD);
	ck_assert_int_eq(fragments_add(f, &last), FRAGMENT_HELD);
	first.time = 1;
	ck_assert_int_eq(fragments_add(f, &first), FRAGMENT_COMPLETE);
	close_fragments(f);
}
END_TEST

START_TEST(count_and_memory_are_bounded)
{
	struct part part = { 8, 8, true, NULL };
	struct fragments *f = open_fragments(20000);

	for (uint32_t i = 0; i < 1000; i++) {
		struct fragment piece = piece_of(&part);

		piece.id = i;
		fragments_add(f, &piece);
		ck_assert_uint_le(budget.used, budget.limit);
	}
	budget.limit = 1 << 30;
	for (uint32_t i = 0; i < 1000; i++) {
		struct fragment piece = piece_of(&part);

		piece.id = i;
		piece.offset = 65000;
		fragments_add(f, &piece);
	}
	ck_assert_uint_le(budget.used, FRAGMENT_MAX_DATAGRAMS * 70000);
	close_fragments(f);
}
END_TEST

UNIT_MAIN("fragment", pieces_in_any_order_make_the_datagram,
    overlap_of_equal_bytes_is_harmless, what_contradicts_is_bad,
    longer_than_ip_allows_is_bad, a_bad_datagram_stays_bad,
    a_cut_piece_cuts_the_datagram, each_key_is_its_own_datagram,
    old_pieces_are_forgotten, count_and_memory_are_bounded)
