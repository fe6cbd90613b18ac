#include "replay/destination.h"

#include "base/err.h"
#include "tests/lib/unit.h"

static struct destination d;
static struct err err;

START_TEST(urls_are_read)
{
	static const struct {
		const char *url, *host, *authority;
		unsigned port;
		bool tls;
	} cases[] = {
		{ "http://h:1", "h", "h:1", 1, false },
		{ "HTTPS://A.b-c_d.E", "a.b-c_d.e", "a.b-c_d.e", 443, true },
		{ "http://10.0.0.1:80", "10.0.0.1", "10.0.0.1", 80, false },
		{ "https://[::1]:65535", "::1", "[::1]:65535", 65535, true },
		{ "http://[FE80::A]", "fe80::a", "[fe80::a]", 80, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ck_assert_int_eq(destination_parse(&d, cases[i].url, &err), 0);
		ck_assert_str_eq(d.host, cases[i].host);
		ck_assert_str_eq(d.authority, cases[i].authority);
		ck_assert_uint_eq(d.port, cases[i].port);
		ck_assert(d.tls == cases[i].tls);
	}
}
END_TEST

START_TEST(everything_else_is_refused)
{
	static const char *const urls[] = { "", "h", "h:80", "//h", "http:/h",
		"http://", "http://:1", "http://h:", "http://h:0",
		"http://h:65536", "http://h:1x", "http://h/", "http://h:1/p",
		"http://h?q", "http://h#f", "http://u@h", "http://u:p@h:1",
		"http://a b", "http://[::1", "http://[]:1", "http://[::1]1",
		"http://::1", "file:///h", "http://h\n", "http://h%41" };

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		ck_assert_int_eq(destination_parse(&d, urls[i], &err), -1);
		ck_assert_int_eq(err.code, ERR_USAGE);
	}
}
END_TEST

START_TEST(overrides_hold_for_their_host_and_port)
{
	static const char *const texts[] = { "other:1:10.0.0.1", "h:2:10.0.0.2",
		"H:1:10.0.0.3", "h:1:[::1]" };
	struct endpoint at[DESTINATION_MAX_ADDRESSES];
	char text[ENDPOINT_SIZE];
	size_t n;

	ck_assert_int_eq(destination_parse(&d, "http://h:1", &err), 0);
	ck_assert_int_eq(destination_resolve(&d, texts, 4, at, &n, &err), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(endpoint_format(text, &at[0]), "10.0.0.3:1");
	ck_assert_int_eq(destination_resolve(&d, texts + 3, 1, at, &n, &err),
	    0);
	ck_assert_str_eq(endpoint_format(text, &at[0]), "[::1]:1");
}
END_TEST

START_TEST(bad_overrides_are_named)
{
	static const char *const texts[] = { "", "h", "h:1", "h:1:", "h:1:x",
		"h:x:10.0.0.1", ":1:10.0.0.1", "h:1:10.0.0.1:2" };
	struct endpoint at[DESTINATION_MAX_ADDRESSES];
	size_t n;

	ck_assert_int_eq(destination_parse(&d, "http://h:1", &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		ck_assert_int_eq(destination_resolve(&d, &texts[i], 1, at, &n,
				     &err),
		    -1);
		ck_assert_int_eq(err.code, ERR_USAGE);
	}
}
END_TEST

START_TEST(numbers_need_nobody)
{
	struct endpoint at[DESTINATION_MAX_ADDRESSES], e;
	size_t n;

	ck_assert_int_eq(destination_parse(&d, "http://127.0.0.9:7", &err), 0);
	ck_assert(destination_is_address(&d, &e));
	ck_assert_int_eq(destination_resolve(&d, NULL, 0, at, &n, &err), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(at[0].port, 7);
	ck_assert_int_eq(destination_parse(&d, "http://localhost", &err), 0);
	ck_assert(!destination_is_address(&d, &e));
}
END_TEST

UNIT_MAIN("destination", urls_are_read, everything_else_is_refused,
    overrides_hold_for_their_host_and_port, bad_overrides_are_named,
    numbers_need_nobody)
