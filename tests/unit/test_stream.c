#include "capture/stream.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/budget.h"
#include "tests/lib/unit.h"

/* What came out: bytes as they are, a gap as "<n>", a snapped one "{n}". */
struct sink {
	char text[512];
	size_t len;
	uint64_t position;
	unsigned conflicts, again;
	bool blocked;
};

static struct budget budget;

static bool
ready(void *ctx, uint64_t ack)
{
	(void)ack;
	return !((struct sink *)ctx)->blocked;
}

static void
data(void *ctx, const struct piece *p)
{
	struct sink *s = ctx;

	ck_assert_uint_eq(p->position, s->position);
	s->position += p->bytes.len;
	s->conflicts += p->conflict;
	memcpy(s->text + s->len, p->bytes.p, p->bytes.len);
	s->len += p->bytes.len;
	s->text[s->len] = '\0';
}

static void
gap(void *ctx, uint64_t position, uint64_t len, bool snapped)
{
	struct sink *s = ctx;

	ck_assert_uint_eq(position, s->position);
	s->position += len;
	s->len += (size_t)snprintf(s->text + s->len, sizeof(s->text) - s->len,
	    snapped ? "{%d}" : "<%d>", (int)len);
}

static void
again(void *ctx, uint64_t position, struct span bytes)
{
	(void)position;
	((struct sink *)ctx)->again += (unsigned)bytes.len;
}

static const struct stream_events events = { ready, data, gap, again };

static void
quiet_data(void *ctx, const struct piece *p)
{
	(void)ctx;
	(void)p;
}

static void
quiet_gap(void *ctx, uint64_t position, uint64_t len, bool snapped)
{
	(void)ctx;
	(void)position;
	(void)len;
	(void)snapped;
}

static const struct stream_events quiet = { ready, quiet_data, quiet_gap,
	again };

static struct stream
start(struct sink *s, uint32_t isn)
{
	struct stream st = STREAM_INIT(&events, s, &budget);
	struct segment syn = { .seq = isn, .flags = TCP_SYN };

	*s = (struct sink){ .position = STREAM_START };
	budget = (struct budget){ .limit = 100000 };
	stream_add(&st, &syn, 0);
	return st;
}

static void
add(struct stream *s, uint32_t seq, const char *text, uint8_t flags)
{
	struct segment seg = {
		.seq = seq,
		.flags = flags,
		.payload = span_of_str(text),
		.wire_len = (uint32_t)strlen(text),
	};

	stream_add(s, &seg, 0);
}

START_TEST(order_does_not_matter)
{
	static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	static const char *const parts[] = { "abc", "defg", "hi" };
	static const uint32_t at[] = { 0, 3, 7 };
	static const uint32_t isns[] = { 0, 99, UINT32_MAX, UINT32_MAX - 4 };

	for (size_t k = 0; k < 4; k++)
		for (size_t i = 0; i < 6; i++) {
			struct sink out;
			struct stream s = start(&out, isns[k]);

			for (size_t j = 0; j < 3; j++) {
				int n = orders[i][j];

				add(&s, isns[k] + 1 + at[n], parts[n], 0);
			}
			ck_assert_str_eq(out.text, "abcdefghi");
			ck_assert_uint_eq(budget.used, 0);
		}
}
END_TEST

START_TEST(first_copy_wins)
{
	struct sink out;
	struct stream s = start(&out, 0);

	add(&s, 4, "def", 0);
	add(&s, 3, "cXef", 0); /* only c is new; X differs */
	add(&s, 1, "ab", 0);
	ck_assert_str_eq(out.text, "abcdef");
	ck_assert_uint_eq(out.conflicts, 1);
	add(&s, 5, "efgh", 0); /* half old */
	ck_assert_str_eq(out.text, "abcdefgh");
	ck_assert_uint_eq(out.again, 2);
	add(&s, 1, "ab", 0);
	ck_assert_uint_eq(out.again, 4);
	stream_release(&s);
}
END_TEST

START_TEST(keep_alive_probe_holds_anything)
{
	struct sink out;
	struct stream s = start(&out, 0);

	add(&s, 4, "X", 0); /* SND.NXT - 1, before what it probes for */
	add(&s, 2, "bcd", 0);
	add(&s, 1, "a", 0);
	ck_assert_str_eq(out.text, "abcd");
	stream_release(&s);
}
END_TEST

/* It holds the first byte of what follows. */
START_TEST(zero_window_probe_holds_what_is_next)
{
	struct sink out;
	struct stream s = start(&out, 0);

	add(&s, 3, "c", 0);
	add(&s, 3, "XX", 0);
	add(&s, 1, "ab", 0);
	ck_assert_str_eq(out.text, "abcX");
	stream_release(&s);
}
END_TEST

START_TEST(one_segment_over_two_holes)
{
	struct sink out;
	struct stream s = start(&out, 0);

	add(&s, 3, "c", 0);
	add(&s, 5, "e", 0);
	add(&s, 2, "bcdef", 0);
	add(&s, 1, "a", 0);
	ck_assert_str_eq(out.text, "abcdef");
	ck_assert_uint_eq(out.conflicts, 0);
	ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(gap_needs_ack_and_grace)
{
	struct sink out;
	struct stream s = start(&out, 0);

	add(&s, 4, "def", 0);
	for (int i = 0; i < 100; i++)
		stream_tick(&s);
	ck_assert_str_eq(out.text, ""); /* never acknowledged */
	stream_acked(&s, 7, false);
	for (int i = 0; i < STREAM_GRACE; i++)
		stream_tick(&s);
	ck_assert_str_eq(out.text, "");
	stream_tick(&s);
	ck_assert_str_eq(out.text, "<3>def");
	ck_assert_uint_eq(s.unseen, 3);
	ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(too_much_behind_a_hole_is_let_go)
{
	struct sink out;
	struct stream s = start(&out, 0);
	uint32_t seq = 100;

	while (s.held <= STREAM_MAX_HELD) {
		stream_tick(&s);
		ck_assert_uint_eq(s.next, STREAM_START);
		/* one byte each: what is held is mostly the record of it */
		add(&s, seq, "x", 0);
		seq += 2;
	}
	s.events = &quiet;
	stream_tick(&s);
	ck_assert_uint_gt(s.next, STREAM_START);
	stream_release(&s);
}
END_TEST

START_TEST(late_data_prevents_gap)
{
	struct sink out;
	struct stream s = start(&out, 0);

	stream_acked(&s, 4, false);
	for (int i = 0; i < STREAM_GRACE; i++)
		stream_tick(&s);
	add(&s, 1, "abc", 0);
	stream_tick(&s);
	ck_assert_str_eq(out.text, "abc");
	stream_tick(&s);
	ck_assert_str_eq(out.text, "abc");
}
END_TEST

START_TEST(acknowledged_fin_is_no_gap)
{
	struct sink out;
	struct stream s = start(&out, 0);

	add(&s, 1, "abc", TCP_FIN);
	stream_acked(&s, 5, false);
	for (int i = 0; i < 100; i++)
		stream_tick(&s);
	ck_assert(!stream_skip_hole(&s));
	ck_assert_str_eq(out.text, "abc");
	ck_assert(stream_is_over(&s));
}
END_TEST

START_TEST(snapped_segment_is_a_gap_at_once)
{
	struct sink out;
	struct stream s = start(&out, 0);
	struct segment seg = {
		.seq = 1,
		.payload = span_of_str("ab"),
		.wire_len = 10,
	};

	stream_add(&s, &seg, 0);
	add(&s, 11, "c", 0);
	ck_assert_str_eq(out.text, "ab{8}c");
	ck_assert_uint_eq(s.unseen, 0);
}
END_TEST

START_TEST(end_skips_every_hole)
{
	struct sink out;
	struct stream s = start(&out, 0);

	add(&s, 3, "c", 0);
	add(&s, 6, "f", 0);
	while (stream_skip_hole(&s))
		;
	ck_assert_str_eq(out.text, "<2>c<2>f");
}
END_TEST

START_TEST(refused_bytes_wait)
{
	struct sink out;
	struct stream s = start(&out, 0);

	out.blocked = true;
	add(&s, 1, "a", 0);
	add(&s, 2, "b", 0);
	ck_assert_str_eq(out.text, "");
	out.blocked = false;
	ck_assert(stream_drain(&s));
	ck_assert_str_eq(out.text, "ab");
	ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(data_in_syn_counts)
{
	struct sink out = { .position = STREAM_START };
	struct stream s = STREAM_INIT(&events, &out, &budget);

	add(&s, 10, "ab", TCP_SYN);
	add(&s, 13, "c", 0);
	ck_assert_str_eq(out.text, "abc");
	ck_assert(s.syn);
}
END_TEST

START_TEST(release_returns_the_budget)
{
	struct sink out;
	struct stream s = start(&out, 0);

	add(&s, 100, "waits", 0);
	ck_assert_uint_gt(budget.used, 5);
	stream_release(&s);
	ck_assert_uint_eq(budget.used, 0);
}
END_TEST

UNIT_MAIN("stream", order_does_not_matter, first_copy_wins,
    keep_alive_probe_holds_anything, zero_window_probe_holds_what_is_next,
    one_segment_over_two_holes, gap_needs_ack_and_grace,
    too_much_behind_a_hole_is_let_go, late_data_prevents_gap,
    acknowledged_fin_is_no_gap, snapped_segment_is_a_gap_at_once,
    end_skips_every_hole, refused_bytes_wait, data_in_syn_counts,
    release_returns_the_budget)
