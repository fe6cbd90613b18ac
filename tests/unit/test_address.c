#include "replay/address.h"

#include "base/base.h"
#include "base/err.h"
#include "tests/lib/unit.h"

START_TEST(addresses_become_urls)
{
	static const struct {
		const char *text, *url;
	} cases[] = {
		{ "127.0.0.1:0", "http://127.0.0.1:0" },
		{ "0.0.0.0:65535", "http://0.0.0.0:65535" },
		{ "[::1]:8080", "http://[::1]:8080" },
		{ "::1:80", "http://[::1]:80" },
	};
	char url[ADDRESS_URL_SIZE];
	struct sockaddr_storage a;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ck_assert_int_eq(address_parse(&a, cases[i].text, &err), 0);
		address_url(url, "http", &a);
		ck_assert_str_eq(url, cases[i].url);
	}
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	static const char *const cases[] = { "", ":", "8080", ":8080",
		"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
		"127.0.0.1:80x", "127.0.0.1:99999999999999999999",
		"localhost:80", "[]:80", "[::1:80", "1.2.3:80",
		"127.0.0.1:+1" };
	struct sockaddr_storage a;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		err = (struct err){ 0 };
		ck_assert_msg(address_parse(&a, cases[i], &err) == -1, "%s",
		    cases[i]);
		ck_assert_int_eq(err.code, ERR_USAGE);
	}
}
END_TEST

UNIT_MAIN("address", addresses_become_urls, what_is_no_address_is_refused)
