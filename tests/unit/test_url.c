#include "http/url.h"

#include "base/arena.h"
#include "base/base.h"
#include "tests/lib/unit.h"

#define ABSENT NULL

struct split_case {
	const char *method, *target;
	const char *scheme, *userinfo, *authority, *path, *query;
};

static const struct split_case splits[] = {
	{ "GET", "/a/b?x=1?y", ABSENT, ABSENT, ABSENT, "/a/b", "x=1?y" },
	{ "GET", "/a", ABSENT, ABSENT, ABSENT, "/a", ABSENT },
	{ "GET", "/a?", ABSENT, ABSENT, ABSENT, "/a", "" },
	{ "OPTIONS", "*", ABSENT, ABSENT, ABSENT, "*", ABSENT },
	{ "DELETE", "http://h:8/a?b", "http", ABSENT, "h:8", "/a", "b" },
	{ "DELETE", "HTTP://h", "HTTP", ABSENT, "h", "/", ABSENT },
	{ "DELETE", "http://h?q", "http", ABSENT, "h", "/", "q" },
	{ "GET", "http://u:p@h/", "http", "u:p", "h", "/", ABSENT },
	{ "GET", "http://u:p@q@h/x@y", "http", "u:p@q", "h", "/x@y", ABSENT },
	{ "GET", "http://@h/", "http", "", "h", "/", ABSENT },
	{ "CONNECT", "h:443", ABSENT, ABSENT, "h:443", ABSENT, ABSENT },
	{ "GET", "/http://x", ABSENT, ABSENT, ABSENT, "/http://x", ABSENT },
	{ "GET", "h:80", ABSENT, ABSENT, ABSENT, "h:80", ABSENT },
	{ "GET", "", ABSENT, ABSENT, ABSENT, "", ABSENT },
};

static void
check_part(struct span got, const char *want)
{
	if (want == ABSENT)
		ck_assert_ptr_null(got.p);
	else
		ck_assert(got.p != NULL && span_eq_str(got, want));
}

START_TEST(targets_fall_into_their_parts)
{
	for (size_t i = 0; i < ARRAY_LEN(splits); i++) {
		const struct split_case *c = &splits[i];
		struct url u =
		    url_split(span_of_str(c->method), span_of_str(c->target));

		check_part(u.scheme, c->scheme);
		check_part(u.userinfo, c->userinfo);
		check_part(u.authority, c->authority);
		check_part(u.path, c->path);
		check_part(u.query, c->query);
	}
}
END_TEST

START_TEST(percent_signs_are_undone_once)
{
	static const struct {
		const char *in;
		bool form;
		const char *out;
	} cases[] = {
		{ "a%2Fb", false, "a/b" },
		{ "a%2fb%", false, "a/b%" },
		{ "%4", false, "%4" },
		{ "%zz%41", false, "%zzA" },
		{ "%2541", false, "%41" },
		{ "a+b", false, "a+b" },
		{ "a+b%20", false, "a+b " },
		{ "a+b%2B", true, "a b+" },
		{ "", true, "" },
	};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert(span_eq_str(url_decode(span_of_str(cases[i].in),
					  cases[i].form, &arena),
		    cases[i].out));
	arena_release(&arena);
}
END_TEST

START_TEST(paths_keep_what_is_no_separator)
{
	static const char *const cases[][2] = {
		{ "a/b", "a/b" },
		{ "a%2Fb/c", "a%2Fb/c" },
		{ "%61%2f%7E", "a%2F~" },
		{ "a%252Fb", "a%252Fb" },
		{ "100%25", "100%25" },
		{ "%E4%BD%A0/%20", "\xE4\xBD\xA0/ " },
		{ "%zz%", "%zz%" },
		{ "", "" },
	};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert(span_eq_str(url_decode_path(span_of_str(cases[i][0]),
					  &arena),
		    cases[i][1]));
	ck_assert(span_eq_str(url_path_segment(span_of_str("a/b%2Fc"), &arena),
	    "a%2Fb%252Fc"));
	ck_assert(
	    span_eq_str(url_path_segment(span_of_str("a b"), &arena), "a b"));
	arena_release(&arena);
}
END_TEST

START_TEST(what_needs_no_decoding_is_not_copied)
{
	struct arena arena = ARENA_INIT;
	struct span s = span_of_str("plain+text");

	ck_assert_ptr_eq(url_decode(s, false, &arena).p, s.p);
	ck_assert_ptr_null(url_decode((struct span){ 0 }, true, &arena).p);
	ck_assert_uint_eq(arena.held, 0);
}
END_TEST

START_TEST(pairs_come_in_order_and_empty_ones_do_not)
{
	struct span rest = span_of_str("&a=1&&delete&b==&");
	struct pair p;

	ck_assert(url_next_pair(&rest, &p));
	ck_assert(span_eq_str(p.key, "a") && span_eq_str(p.value, "1"));
	ck_assert(url_next_pair(&rest, &p));
	ck_assert(span_eq_str(p.key, "delete"));
	ck_assert_ptr_null(p.value.p);
	ck_assert(url_next_pair(&rest, &p));
	ck_assert(span_eq_str(p.key, "b") && span_eq_str(p.value, "="));
	ck_assert(!url_next_pair(&rest, &p));
	ck_assert_ptr_null(rest.p);
	ck_assert(!url_next_pair(&rest, &p));
}
END_TEST

START_TEST(hosts_lose_their_port_only)
{
	ck_assert(span_eq_str(url_host(span_of_str("a.b:80")), "a.b"));
	ck_assert(span_eq_str(url_host(span_of_str("a.b")), "a.b"));
	ck_assert(span_eq_str(url_host(span_of_str("[::1]:1")), "[::1]"));
	ck_assert(span_eq_str(url_host(span_of_str("[::1")), "[::1"));
	ck_assert(span_eq_str(url_host(span_of_str("")), ""));
}
END_TEST

UNIT_MAIN("url", targets_fall_into_their_parts, percent_signs_are_undone_once,
    paths_keep_what_is_no_separator, what_needs_no_decoding_is_not_copied,
    pairs_come_in_order_and_empty_ones_do_not, hosts_lose_their_port_only)
