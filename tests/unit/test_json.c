#include "base/json.h"

#include <stdlib.h>

#include "tests/lib/unit.h"

static char *written;
static size_t written_len;

static struct json
start(void)
{
	return JSON_INIT(open_memstream(&written, &written_len));
}

static void
expect(struct json *j, const char *text)
{
	fclose(j->out);
	ck_assert_str_eq(written, text);
	free(written);
}

START_TEST(commas_stand_between_values)
{
	struct json j = start();

	json_object(&j, NULL);
	json_array(&j, "a");
	json_end(&j);
	json_array(&j, "b");
	json_int(&j, NULL, -1);
	json_uint(&j, NULL, UINT64_MAX);
	json_real(&j, NULL, -0.12345);
	json_object(&j, NULL);
	json_bool(&j, "t", true);
	json_end(&j);
	json_end(&j);
	json_null(&j, "n");
	json_end(&j);
	json_line(&j);
	json_str(&j, NULL, NULL);
	json_line(&j);
	expect(&j,
	    "{\"a\":[],\"b\":[-1,18446744073709551615,-0.123,{\"t\":true}],"
	    "\"n\":null}\nnull\n");
}
END_TEST

START_TEST(text_is_escaped_and_valid_utf8)
{
	struct json j = start();

	json_text(&j, NULL,
	    (struct span)SPAN_LITERAL("\"\\\n\r\t\x01\0\x7f\xff\xc3\xbc"));
	expect(&j,
	    "\"\\\"\\\\\\n\\r\\t\\u0001\\u0000\\u007f\xef\xbf\xbd\xc3\xbc\"");
}
END_TEST

START_TEST(absent_is_null_and_empty_is_not)
{
	struct json j = start();

	json_array(&j, NULL);
	json_text(&j, NULL, (struct span){ 0 });
	json_text(&j, NULL, span_of_str(""));
	json_hex(&j, NULL, (struct span){ 0 });
	json_hex(&j, NULL, (struct span)SPAN_LITERAL("\x00\xff"));
	json_time(&j, NULL, 0);
	json_end(&j);
	expect(&j,
	    "[null,\"\",null,\"00ff\",\"1970-01-01T00:00:00.000000000Z\"]");
}
END_TEST

START_TEST(base64_as_in_rfc_4648)
{
	struct json j = start();

	json_array(&j, NULL);
	json_base64(&j, NULL, span_of_str(""));
	json_base64(&j, NULL, span_of_str("f"));
	json_base64(&j, NULL, span_of_str("fo"));
	json_base64(&j, NULL, span_of_str("foo"));
	json_base64(&j, NULL, span_of_str("foob"));
	json_end(&j);
	expect(&j, "[\"\",\"Zg==\",\"Zm8=\",\"Zm9v\",\"Zm9vYg==\"]");
}
END_TEST

UNIT_MAIN("json", commas_stand_between_values, text_is_escaped_and_valid_utf8,
    absent_is_null_and_empty_is_not, base64_as_in_rfc_4648)
