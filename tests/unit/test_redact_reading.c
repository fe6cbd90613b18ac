/* Stricter rules for what is recorded: masks reach the reading and the key. */
#include <stdio.h>

#include "base/err.h"
#include "deletion/key.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

static struct rules *rules;
static struct redactor *redactor;
static struct err err;

static void
open_rules(void)
{
	static const uint8_t key[REDACT_KEY_SIZE] = { 1 };

	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	redactor = redactor_new(rules, key);
}

static void
close_rules(void)
{
	redactor_free(redactor);
	rules_close(rules);
}

static bool
holds(struct span s, const char *word)
{
	return s.len > 0 && memmem(s.p, s.len, word, strlen(word)) != NULL;
}

#define ID "0123456789abcdef0123456789abcdef"

/* A deletion of a target that the path and the answer name. */
static struct exchange *
sample(struct reading *r)
{
	static const struct target target = { SPAN_LITERAL("link"),
		SPAN_LITERAL(ID), SPAN_LITERAL("pool-" ID), OUTCOME_DELETED,
		{ NULL, 0 } };
	struct exchange *x =
	    exchange_of_strings("DELETE /v1/pool-" ID "/links/" ID
				"?pin=77 HTTP/1.1\n"
				"Host: h\nX-Trace: trace-4711\n\n",
		"HTTP/1.1 200 OK\nContent-Type: application/json\n"
		"Content-Length: 44\n\n"
		"{\"msg\":\"gone\",\"link\":\"" ID "\"}");

	*r = (struct reading){ .kind = KIND_DELETION,
		.principal = span_of_str("ak:abc"),
		.deletion = { .operation = span_of_str("generic:Delete"),
		    .message = span_of_str("no more " ID " of trace-4711"),
		    .request_id = span_of_str("trace-4711"),
		    .code = span_of_str("77"),
		    .targets = &target,
		    .target_count = 1,
		    .attempt_of = 1,
		    .attempt_number = 1 } };
	key_of(r->key, rules, x->request, &r->deletion);
	return x;
}

START_TEST(nothing_to_mask_changes_nothing)
{
	struct reading r, before;
	struct exchange *x;

	open_rules();
	x = sample(&before);
	r = before;
	ck_assert(!redactor_apply_again(redactor, rules, x, &r));
	ck_assert_mem_eq(r.key, before.key, MATCH_KEY_SIZE);
	ck_assert(span_eq(r.deletion.message, before.deletion.message));
	ck_assert(span_eq_str(r.deletion.targets[0].id, ID));
	exchange_free(x);
	close_rules();
}
END_TEST

START_TEST(a_header_is_masked_wherever_it_is_repeated)
{
	static const struct source header = { .kind = SOURCE_HEADER,
		.name = SPAN_LITERAL("x-tr*") };
	struct exchange *x;
	struct reading r;

	open_rules();
	redactor_add(redactor, &header, 1);
	x = sample(&r);
	ck_assert(redactor_apply_again(redactor, rules, x, &r));
	ck_assert(!holds(x->request->head, "trace-4711"));
	ck_assert(span_has_prefix(r.deletion.request_id, span_of_str("ob_")));
	ck_assert_uint_eq(r.deletion.request_id.len, strlen("trace-4711"));
	ck_assert(!holds(r.deletion.message, "trace"));
	ck_assert(holds(r.deletion.message, "no more " ID " of ob_"));
	ck_assert(span_eq_str(r.principal, "ak:abc"));
	exchange_free(x);
	close_rules();
}
END_TEST

START_TEST(a_segment_of_a_path_is_masked_with_its_target)
{
	struct exchange *x;
	struct reading r, before;

	open_rules();
	ck_assert_int_eq(redactor_add_path(redactor, "/v1/{pool}/links/*",
			     &err),
	    0);
	x = sample(&before);
	r = before;
	ck_assert(redactor_apply_again(redactor, rules, x, &r));
	ck_assert(holds(x->request->head, "DELETE /v1/pool-" ID "/links/ob_"));
	ck_assert(holds(x->request->head, "?pin=77 HTTP/1.1"));
	ck_assert(
	    span_has_prefix(r.deletion.targets[0].id, span_of_str("ob_")));
	/* The scope repeats the bytes; the body was not asked about. */
	ck_assert(holds(r.deletion.targets[0].scope, "pool-ob_"));
	ck_assert_mem_ne(r.key, before.key, MATCH_KEY_SIZE);
	exchange_free(x);
	close_rules();
}
END_TEST

/* "77" stands in many numbers; only where it is all of a text it goes. */
START_TEST(a_short_secret_is_masked_as_a_whole)
{
	static const struct source query = { .kind = SOURCE_QUERY,
		.name = SPAN_LITERAL("pin") };
	struct exchange *x;
	struct reading r;

	open_rules();
	redactor_add(redactor, &query, 1);
	x = sample(&r);
	r.deletion.message = span_of_str("error 17749");
	ck_assert(redactor_apply_again(redactor, rules, x, &r));
	ck_assert(holds(x->request->head, "?pin=__ HTTP/1.1"));
	ck_assert(span_eq_str(r.deletion.code, "__"));
	ck_assert(span_eq_str(r.deletion.message, "error 17749"));
	exchange_free(x);
	close_rules();
}
END_TEST

START_TEST(a_path_pattern_masks_something)
{
	static const char *const bad[] = { "", "*", "links/*", "/links", "/{a}",
		"/a*" };

	open_rules();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(redactor_add_path(redactor, bad[i], &err), -1);
		ck_assert_int_eq(err.code, ERR_USAGE);
	}
	ck_assert_int_eq(redactor_add_path(redactor, "/*", &err), 0);
	close_rules();
}
END_TEST

START_TEST(names_that_are_added_are_not_remembered_as_harmless)
{
	static const struct source field = { .kind = SOURCE_JSON,
		.name = SPAN_LITERAL("link") };
	struct exchange *x;
	struct reading r;

	open_rules();
	x = sample(&r);
	ck_assert(!redactor_apply_again(redactor, rules, x, &r));
	redactor_add(redactor, &field, 1);
	ck_assert(redactor_apply_again(redactor, rules, x, &r));
	ck_assert(!holds(x->response->body, ID));
	exchange_free(x);
	close_rules();
}
END_TEST

UNIT_MAIN("redact_reading", nothing_to_mask_changes_nothing,
    a_header_is_masked_wherever_it_is_repeated,
    a_segment_of_a_path_is_masked_with_its_target,
    a_short_secret_is_masked_as_a_whole, a_path_pattern_masks_something,
    names_that_are_added_are_not_remembered_as_harmless)
