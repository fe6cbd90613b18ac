#include "base/base64.h"

#include "base/buf.h"
#include "base/err.h"
#include "tests/lib/unit.h"

/* RFC 4648, section 10. */
static const struct {
	const char *bytes, *text;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

START_TEST(the_vectors_of_the_rfc)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct buf text = BUF_INIT(64), bytes = BUF_INIT(64);
		struct err err;

		ck_assert_int_eq(base64_add(&text,
				     span_of_str(vectors[i].bytes), &err),
		    0);
		ck_assert(span_eq_str(buf_span(&text), vectors[i].text));
		ck_assert_int_eq(base64_read(&bytes,
				     span_of_str(vectors[i].text), &err),
		    0);
		ck_assert(span_eq_str(buf_span(&bytes), vectors[i].bytes));
		buf_release(&text);
		buf_release(&bytes);
	}
}
END_TEST

/* Each differs from what base64_add() writes. */
static const char *const others[] = { "Z", "Zg",
	"Zg=", "Zg= =", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n", "Zm9-",
	"====", "Z===", "=g==", "Zm=v" };

START_TEST(there_is_one_way_to_write_it)
{
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct buf bytes = BUF_INIT(64);
		struct err err;

		ck_assert_msg(base64_read(&bytes, span_of_str(others[i]),
				  &err) == -1 &&
			err.code == ERR_FORMAT,
		    "%s", others[i]);
		buf_release(&bytes);
	}
}
END_TEST

START_TEST(limits_hold)
{
	struct buf small = BUF_INIT(5);
	struct err err;

	ck_assert_int_eq(base64_add(&small, span_of_str("foob"), &err), -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	buf_reset(&small);
	ck_assert_int_eq(base64_read(&small, span_of_str("Zm9vYmFy"), &err),
	    -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	buf_release(&small);
}
END_TEST

UNIT_MAIN("base64", the_vectors_of_the_rfc, there_is_one_way_to_write_it,
    limits_hold)
