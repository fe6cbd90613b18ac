#include "replay/guard.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/err.h"
#include "replay/destination.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

static struct guard *guard;
static struct err err;

/* One exchange with a server at address, asked for as host. */
static void
note(const char *address, uint16_t port, const char *host)
{
	char request[256];
	struct exchange *x;

	snprintf(request, sizeof(request),
	    "DELETE /x HTTP/1.1\r\nHost: %s\r\n\r\n", host);
	x = exchange_of_strings(request, NULL);
	x->server = (struct endpoint){ .port = port };
	x->server.v6 = strchr(address, ':') != NULL;
	ck_assert_int_eq(inet_pton(x->server.v6 ? AF_INET6 : AF_INET, address,
			     x->server.addr),
	    1);
	guard_note(guard, x);
	exchange_free(x);
}

static bool
refuses_name(const char *url)
{
	struct destination d;

	ck_assert_int_eq(destination_parse(&d, url, &err), 0);
	if (guard_check_name(guard, &d, &err) == 0)
		return false;
	ck_assert_int_eq(err.code, ERR_REFUSED);
	return true;
}

static bool
refuses_at(const char *address, uint16_t port)
{
	struct destination d = { .host = "innocent.example" };
	struct endpoint e = { .port = port };

	e.v6 = strchr(address, ':') != NULL;
	ck_assert_int_eq(inet_pton(e.v6 ? AF_INET6 : AF_INET, address, e.addr),
	    1);
	if (guard_check_addresses(guard, &d, &e, 1, &err) == 0)
		return false;
	ck_assert_int_eq(err.code, ERR_REFUSED);
	return true;
}

START_TEST(recorded_names_are_refused_on_any_port)
{
	guard = guard_new();
	note("192.0.2.7", 443, "API.Example.test:8443");
	ck_assert(refuses_name("http://api.example.test"));
	ck_assert(refuses_name("https://API.EXAMPLE.TEST:1"));
	ck_assert(refuses_name("https://api.example.test.:1"));
	ck_assert(!refuses_name("https://api.example.tes"));
	ck_assert(!refuses_name("https://b.api.example.test"));
	guard_free(guard);
}
END_TEST

START_TEST(recorded_addresses_are_refused_in_any_spelling)
{
	guard = guard_new();
	note("192.0.2.7", 443, "api.example.test");
	note("2001:db8::7", 443, "203.0.113.9:99");
	ck_assert(refuses_name("http://192.0.2.7:9"));
	ck_assert(refuses_name("http://[::ffff:192.0.2.7]:9"));
	ck_assert(refuses_name("http://[::ffff:c000:207]:9"));
	ck_assert(refuses_name("http://[2001:DB8:0::7]"));
	ck_assert(refuses_name("http://203.0.113.9"));
	ck_assert(refuses_at("192.0.2.7", 1));
	ck_assert(refuses_at("2001:db8::7", 1));
	ck_assert(!refuses_name("http://192.0.2.8:443"));
	guard_free(guard);
}
END_TEST

START_TEST(on_the_loopback_ports_count)
{
	guard = guard_new();
	note("127.0.0.1", 8080, "localhost:8080");
	note("::1", 9090, "x.test");
	ck_assert(refuses_name("http://localhost:8080"));
	ck_assert(refuses_name("http://127.0.0.1:8080"));
	ck_assert(refuses_at("127.0.0.1", 8080));
	ck_assert(refuses_at("::1", 9090));
	ck_assert(!refuses_name("http://localhost:8081"));
	ck_assert(!refuses_at("127.0.0.1", 8081));
	ck_assert(!refuses_at("127.0.0.2", 8080));
	ck_assert(!refuses_at("::1", 8080));
	guard_free(guard);
}
END_TEST

START_TEST(no_address_at_all_is_refused)
{
	guard = guard_new();
	ck_assert(refuses_name("http://0.0.0.0:1"));
	ck_assert(refuses_name("http://[::]:1"));
	ck_assert(refuses_at("::ffff:0.0.0.0", 1));
	guard_free(guard);
	guard_free(NULL);
}
END_TEST

UNIT_MAIN("guard", recorded_names_are_refused_on_any_port,
    recorded_addresses_are_refused_in_any_spelling, on_the_loopback_ports_count,
    no_address_at_all_is_refused)
