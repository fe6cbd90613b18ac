#include "store/purge.h"

#include "http/exchange.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

enum {
	NONE = 0,
	REQUEST = 1,
	RESPONSE = 2,
	BOTH = 3,
};

/* An exchange of which those sides have no body any more. */
static struct exchange
gone(int sides)
{
	static const struct purged left = { .len = 1 };
	static struct message request, response;

	request.purged = sides & REQUEST ? &left : NULL;
	response.purged = sides & RESPONSE ? &left : NULL;
	return (struct exchange){ .request = &request, .response = &response };
}

static void
note(struct purge_set *set, uint64_t n, int sides)
{
	struct exchange x = gone(sides);

	purge_set_note(set, n, &x);
}

/* The sides of exchange n that the set purges. */
static int
purges(const struct purge_set *set, uint64_t n)
{
	struct exchange *x =
	    exchange_of_strings("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: "
				"1\r\n\r\na",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
	int sides;

	purge_set_apply(set, n, x);
	sides = (x->request->body.p == NULL ? REQUEST : NONE) |
	    (x->response->body.p == NULL ? RESPONSE : NONE);
	exchange_free(x);
	return sides;
}

START_TEST(a_set_purges_what_was_noted)
{
	struct purge_set set = { 0 };
	struct exchange half = { 0 };

	ck_assert_int_eq(purges(&set, 0), NONE);
	note(&set, 2, NONE);
	ck_assert_uint_eq(set.size, 0);
	note(&set, 0, REQUEST);
	note(&set, 3, RESPONSE);
	note(&set, 1000003, BOTH);
	ck_assert_int_eq(purges(&set, 0), REQUEST);
	for (uint64_t n = 1; n < 3; n++)
		ck_assert_int_eq(purges(&set, n), NONE);
	ck_assert_int_eq(purges(&set, 3), RESPONSE);
	ck_assert_int_eq(purges(&set, 4), NONE);
	ck_assert_int_eq(purges(&set, 1000002), NONE);
	ck_assert_int_eq(purges(&set, 1000003), BOTH);
	ck_assert_int_eq(purges(&set, UINT64_MAX), NONE);
	purge_set_note(&set, 5, &half);
	purge_set_apply(&set, 1000003, &half);
	purge_set_release(&set);
}
END_TEST

START_TEST(sets_are_joined)
{
	struct purge_set a = { 0 }, b = { 0 };

	note(&a, 1, REQUEST);
	note(&b, 1, RESPONSE);
	note(&b, 100, BOTH);
	purge_set_join(&a, &b);
	ck_assert_int_eq(purges(&a, 1), BOTH);
	ck_assert_int_eq(purges(&a, 100), BOTH);
	ck_assert_int_eq(purges(&b, 1), RESPONSE);
	purge_set_join(&b, &(struct purge_set){ 0 });
	ck_assert_int_eq(purges(&b, 1), RESPONSE);
	purge_set_release(&a);
	purge_set_release(&b);
}
END_TEST

UNIT_MAIN("purge", a_set_purges_what_was_noted, sets_are_joined)
