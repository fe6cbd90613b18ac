#include "tests/lib/wire_segment.h"

#include "base/err.h"
#include "tests/lib/unit.h"

#define FIN      0x01
#define SYN      0x02
#define MAX_SENT 4096

/* Long enough to be cut, shuffled and repeated in many ways. */
static const char conversation[] = "@repeat > 100 request\\n\n"
				   "@repeat < 90 response\\n\n"
				   ">| more\n"
				   "<| and more\n";

/* What a receiver makes of the segments of one side. */
struct side {
	bool begun;
	uint32_t first; /* sequence number of the first byte */
	uint8_t bytes[MAX_SENT];
	bool have[MAX_SENT];
	size_t len;
};

static void
receive(struct side *side, const struct wire_segment *s)
{
	uint32_t at = s->seq - side->first;

	if (s->flags & SYN) {
		side->first = s->seq + 1;
		side->begun = true;
		return;
	}
	ck_assert(side->begun);
	ck_assert_uint_le(at + s->payload.len, MAX_SENT);
	for (size_t i = 0; i < s->payload.len; i++) {
		if (side->have[at + i])
			ck_assert_int_eq(side->bytes[at + i], s->payload.p[i]);
		side->bytes[at + i] = s->payload.p[i];
		side->have[at + i] = true;
		if (at + i + 1 > side->len)
			side->len = at + i + 1;
	}
}

/* All that one side of the flow sent. */
static void
expect_sent(const struct flow *f, enum flow_side which, const struct side *got)
{
	size_t at = 0;

	for (size_t i = 0; i < f->event_count; i++) {
		const struct flow_event *e = &f->events[i];

		if (e->side != which)
			continue;
		ck_assert_uint_le(at + e->bytes.len, got->len);
		ck_assert_mem_eq(got->bytes + at, e->bytes.p, e->bytes.len);
		at += e->bytes.len;
	}
	ck_assert_uint_eq(at, got->len);
}

static void
check_plan(const struct flow *f, const struct wire_plan *plan)
{
	struct side sides[2] = { 0 };
	struct wire_segments s;
	int64_t before = 0;

	wire_segments_make(&s, f, plan);
	for (size_t i = 0; i < s.count; i++) {
		receive(&sides[s.all[i].side], &s.all[i]);
		ck_assert_int_gt(s.all[i].time, before);
		before = s.all[i].time;
	}
	expect_sent(f, FLOW_CLIENT, &sides[FLOW_CLIENT]);
	expect_sent(f, FLOW_SERVER, &sides[FLOW_SERVER]);
	if (plan->wrap)
		ck_assert_uint_gt(sides[FLOW_CLIENT].first, UINT32_MAX - 60);
	wire_segments_release(&s);
}

START_TEST(no_plan_loses_a_byte)
{
	struct flow f = FLOW_INIT;
	struct err err;

	ck_assert_int_eq(flow_parse(&f, "f", span_of_str(conversation), &err),
	    0);
	for (unsigned n = 0; n < 4 * 5 * 2 * 3; n++) {
		const struct wire_plan plan = {
			.cut = (enum wire_cut)(n % 4),
			.order = (enum wire_order)(n / 4 % 5),
			.wrap = n / 20 % 2 != 0,
			.seed = n / 40,
		};

		check_plan(&f, &plan);
	}
	flow_release(&f);
}
END_TEST

static void
make(struct wire_segments *s, struct flow *f, const char *text)
{
	static const struct wire_plan plan = { .seed = 7 };
	struct err err;

	ck_assert_int_eq(flow_parse(f, "f", span_of_str(text), &err), 0);
	wire_segments_make(s, f, &plan);
}

START_TEST(a_gap_is_acknowledged_and_absent)
{
	struct flow f = FLOW_INIT;
	struct wire_segments s;

	make(&s, &f, "@midstream\n>| abc\n@gap > 10\n>| def\n@open\n");
	/* abc, its ACK, the ACK of the gap, def, its ACK */
	ck_assert_uint_eq(s.count, 5);
	ck_assert_uint_eq(s.all[3].seq, s.all[0].seq + 13);
	ck_assert_uint_eq(s.all[2].ack, s.all[0].seq + 13);
	ck_assert_int_eq(s.all[2].side, FLOW_SERVER);
	wire_segments_release(&s);
	flow_release(&f);
}
END_TEST

START_TEST(both_sides_close_at_the_end)
{
	struct flow f = FLOW_INIT;
	struct wire_segments s;
	int fins = 0;

	make(&s, &f, ">| a\n@close <\n");
	for (size_t i = 0; i < s.count; i++)
		fins += (s.all[i].flags & FIN) != 0;
	ck_assert_int_eq(fins, 2);
	wire_segments_release(&s);
	flow_release(&f);
}
END_TEST

START_TEST(early_data_is_in_the_syn_alone)
{
	struct flow f = FLOW_INIT;
	struct wire_segments s;

	make(&s, &f, "@fast-open\n>| early\n<| late\n@open\n");
	/* SYN, SYN ACK, ACK, ACK of the server, late, its ACK */
	ck_assert_uint_eq(s.count, 6);
	ck_assert_int_eq(s.all[0].flags, SYN);
	ck_assert(span_eq_str(s.all[0].payload, "early"));
	ck_assert_uint_eq(s.all[4].ack, s.all[0].seq + 6);
	ck_assert(span_eq_str(s.all[4].payload, "late"));
	wire_segments_release(&s);
	flow_release(&f);
}
END_TEST

START_TEST(a_swapped_answer_comes_first)
{
	struct flow f = FLOW_INIT;
	struct wire_segments s;

	make(&s, &f, "@midstream\n>| ask\n<| answer\n@swap\n@open\n");
	ck_assert(span_eq_str(s.all[0].payload, "answer"));
	ck_assert(span_eq_str(s.all[2].payload, "ask"));
	ck_assert_uint_eq(s.all[0].ack, s.all[2].seq + 3);
	wire_segments_release(&s);
	flow_release(&f);
}
END_TEST

UNIT_MAIN("wire_segment", no_plan_loses_a_byte,
    a_gap_is_acknowledged_and_absent, both_sides_close_at_the_end,
    early_data_is_in_the_syn_alone, a_swapped_answer_comes_first)
