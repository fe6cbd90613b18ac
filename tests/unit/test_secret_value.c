#include "replay/secret_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

static struct arena arena;
static struct err err;

static int
read_value(struct secret_value *v, const char *text)
{
	return secret_value_read(v, text, 20, &arena, &err);
}

static void
gives(const char *text, const char *value, bool hidden)
{
	struct secret_value v;

	ck_assert_msg(read_value(&v, text) == 0, "%s", err.text);
	ck_assert(span_eq_str(v.bytes, value));
	ck_assert(v.hidden == hidden);
	arena_release(&arena);
}

static void
fails(const char *text, enum err_code code, const char *why)
{
	struct secret_value v;

	ck_assert_int_eq(read_value(&v, text), -1);
	ck_assert_int_eq(err.code, code);
	ck_assert_msg(strstr(err.text, why) != NULL, "%s", err.text);
	arena_release(&arena);
}

/* "@PATH" of a new file with these bytes. */
static const char *
file(const void *bytes, size_t len)
{
	static char text[512];
	const char *path = folder_path("value");
	FILE *f = fopen(path, "w");

	fwrite(bytes, 1, len, f);
	fclose(f);
	snprintf(text, sizeof(text), "@%s", path);
	return text;
}

START_TEST(a_text_is_itself)
{
	gives("abc", "abc", false);
	gives("", "", false);
	gives("@@abc", "@abc", false);
	gives("$$abc", "$abc", false);
	gives("a@b", "a@b", false);
	fails("123456789012345678901", ERR_LIMIT, "20");
	fails("a\nb", ERR_USAGE, "control");
}
END_TEST

START_TEST(a_file_has_one_line)
{
	folder_enter();
	gives(file("abc", 3), "abc", true);
	gives(file("abc\n", 4), "abc", true);
	gives(file("abc\r\n", 5), "abc", true);
	gives(file(" a b ", 5), " a b ", true);
	gives(file("12345678901234567890\n", 21), "12345678901234567890", true);
	fails(file("", 0), ERR_FORMAT, "value: there is nothing");
	fails(file("\n", 1), ERR_FORMAT, "value: there is nothing");
	fails(file("a\nb\n", 4), ERR_FORMAT, "more than one line");
	fails(file("a\0b", 3), ERR_FORMAT, "control character");
	fails(file("123456789012345678901", 21), ERR_LIMIT, "value: ");
	fails(file("12345678901234567890123456789", 29), ERR_LIMIT, "value: ");
	folder_leave();
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_named)
{
	fails("@/nonexistent/file", ERR_SYSTEM, "/nonexistent/file: No such");
	fails("@/", ERR_SYSTEM, "/: ");
	fails("@", ERR_SYSTEM, "No such file");
}
END_TEST

START_TEST(a_variable_must_be_there)
{
	setenv("OBIT_TEST_VALUE", "abc", 1);
	gives("$OBIT_TEST_VALUE", "abc", true);
	setenv("OBIT_TEST_VALUE", "", 1);
	fails("$OBIT_TEST_VALUE", ERR_FORMAT, "OBIT_TEST_VALUE: there is");
	unsetenv("OBIT_TEST_VALUE");
	fails("$OBIT_TEST_VALUE", ERR_USAGE, "OBIT_TEST_VALUE is not in");
	fails("$", ERR_USAGE, "name of a variable");
}
END_TEST

UNIT_MAIN("secret_value", a_text_is_itself, a_file_has_one_line,
    a_file_that_cannot_be_read_is_named, a_variable_must_be_there)
