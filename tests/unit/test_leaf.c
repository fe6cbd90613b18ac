#include "store/leaf.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "deletion/deletion.h"
#include "http/body.h"
#include "http/coverage.h"
#include "http/exchange.h"
#include "tests/lib/unit.h"

/*
 * The digests were computed with Python's hashlib and struct from the
 * description in obit-archive(5), section 7.
 */
#define DELETION_LEAF                                                          \
	"7afd0de7d482c16adab04a0a878aa070e9ae8f8d5b4e2cee7ae545454849c355"
#define FOLLOW_UP_LEAF                                                         \
	"4631ac29e4cc9c3b8307a802138cd4e3f7c44c4409fea5e715b3cc74995a6675"
#define RECORDING_LEAF                                                         \
	"5a2d74b33120c1ab5eb01e95b4a1f85fb2237793dd140c189dc18bc910da4d3d"

static struct message request = {
	.interim = SPAN_LITERAL(""),
	.head = SPAN_LITERAL("DELETE /a HTTP/1.1\r\n\r\n"),
	.body = SPAN_LITERAL(""),
	.has_digest = true,
	.complete = true,
	.first = 100,
	.last = 101,
};

static const struct hole hole = { 4, 5 };

static struct message response = {
	.head = SPAN_LITERAL("HTTP/1.1 202 OK\r\n\r\n"),
	.wire_len = 9,
	.body_len = 8,
	.framing = FRAMING_CHUNKED,
	.holes = &hole,
	.hole_count = 1,
	.first = -3,
	.last = 200,
};

static const struct exchange exchange = {
	.connection = 3,
	.number = 2,
	.client = { .addr = { 192, 0, 2, 1 }, .port = 40000 },
	.server = { .addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
	    .v6 = true,
	    .port = 80 },
	.request = &request,
	.response = &response,
	.flaws = FLAW_BIT(FLAW_TUNNEL),
	.missing = 5,
};

static const struct target target = {
	.type = SPAN_LITERAL("type"),
	.id = SPAN_LITERAL("id"),
	.outcome = OUTCOME_ACCEPTED,
	.code = SPAN_LITERAL("c"),
};

static const struct follow_up follow_up = {
	.deletion = 6,
	.state = SPAN_LITERAL("s"),
	.verdict = VERDICT_CONFIRMED,
};

static const struct reading deletion = {
	.kind = KIND_DELETION,
	.deletion = {
		.operation = SPAN_LITERAL("op"),
		.contract = true,
		.outcome = OUTCOME_ACCEPTED,
		.message = SPAN_LITERAL(""),
		.request_id = SPAN_LITERAL("r"),
		.token = SPAN_LITERAL("t"),
		.force = true,
		.targets = &target,
		.target_count = 1,
		.attempt_of = 7,
		.attempt_number = 2,
		.findings = 3,
	},
	.key = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	.principal = SPAN_LITERAL("p"),
};

static const struct reading later = {
	.kind = KIND_FOLLOW_UP,
	.follow_ups = &follow_up,
	.follow_up_count = 1,
	.key = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
};

static void
check(const uint8_t leaf[DIGEST_SIZE], const char *expected)
{
	char text[2 * DIGEST_SIZE + 1];

	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", leaf[i]);
	ck_assert_str_eq(text, expected);
}

START_TEST(leaves_are_as_described)
{
	struct coverage coverage = { .packets = 2,
		.layers[LAYER_TCP] = 2,
		.flaws[FLAW_GAP] = 1,
		.interface_drops = UINT64_C(1) << 63,
		.first = -1,
		.last = 10,
		.cut_short = true };
	uint8_t leaf[DIGEST_SIZE];

	digest_of(request.body_sha256, span_of_str(""));
	leaf_of_exchange(leaf, 9, &exchange, &deletion);
	check(leaf, DELETION_LEAF);
	leaf_of_exchange(leaf, 9, &exchange, &later);
	check(leaf, FOLLOW_UP_LEAF);
	leaf_of_recording(leaf, 4, (struct span){ 0 }, &coverage);
	check(leaf, RECORDING_LEAF);
}
END_TEST

START_TEST(an_encoding_gives_the_leaf)
{
	size_t at;
	struct buf encoding = BUF_INIT(LEAF_ENCODING_MAX);
	struct buf small = BUF_INIT(100);
	uint8_t leaf[DIGEST_SIZE];
	struct err err;

	digest_of(request.body_sha256, span_of_str(""));
	ck_assert_int_eq(leaf_encode(&encoding, 9, &exchange, &deletion, &at,
			     &err),
	    0);
	ck_assert_uint_eq(encoding.p[LEAF_ID_AT + 7], 9);
	leaf_of_encoding(leaf, buf_span(&encoding));
	check(leaf, DELETION_LEAF);
	ck_assert_int_eq(leaf_encode(&small, 9, &exchange, &deletion, &at,
			     &err),
	    -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	buf_release(&encoding);
	buf_release(&small);
}
END_TEST

START_TEST(a_purged_body_changes_no_leaf)
{
	struct message m = request;
	struct exchange x = exchange;
	uint8_t before[DIGEST_SIZE], after[DIGEST_SIZE];

	x.request = &m;
	m.body = span_of_str("secret");
	leaf_of_exchange(before, 9, &x, &deletion);
	ck_assert(body_purge(&m, &x.arena));
	leaf_of_exchange(after, 9, &x, &deletion);
	ck_assert_mem_eq(before, after, DIGEST_SIZE);
	m.purged = &(struct purged){ m.purged->len + 1, { 0 } };
	leaf_of_exchange(after, 9, &x, &deletion);
	ck_assert_mem_ne(before, after, DIGEST_SIZE);
	m.purged = NULL;
	leaf_of_exchange(after, 9, &x, &deletion);
	ck_assert_mem_ne(before, after, DIGEST_SIZE);
	arena_release(&x.arena);
}
END_TEST

UNIT_MAIN("leaf", leaves_are_as_described, an_encoding_gives_the_leaf,
    a_purged_body_changes_no_leaf)
