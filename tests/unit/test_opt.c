#include "cli/opt.h"

#include "base/err.h"
#include "tests/lib/unit.h"

struct args {
	bool flag;
	const char *string;
	struct opt_list list;
	uint64_t number, size;
	struct opt_time at;
	int64_t length;
};

#define AT(member) offsetof(struct args, member)

static const struct opt opts[] = {
	{ 'f', "flag", OPT_FLAG, AT(flag), NULL, "flag" },
	{ 's', "string", OPT_STRING, AT(string), "S", "string" },
	{ 'l', "list", OPT_LIST, AT(list), "S", "list" },
	{ 0, "number", OPT_UINT, AT(number), "N", "number" },
	{ 0, "size", OPT_SIZE, AT(size), "N", "size" },
	{ 0, "at", OPT_TIME, AT(at), "T", "time" },
	{ 0, "length", OPT_DURATION, AT(length), "T", "length" },
	{ 0 },
};

/* Parse a line of words; argv[0] is its first. */
static int
parse(struct args *args, char *line, struct err *err)
{
	char *argv[16];
	int argc = 0;

	for (char *w = strtok(line, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = w;
	argv[argc] = NULL;
	return opt_parse(opts, argc, argv, args, err);
}

START_TEST(every_kind_is_set)
{
	char line[] = "x -f -sA -l one --list=two --number 7 --size 3K "
		      "--at 1970-01-01T00:00:01Z rest";
	struct args args = { 0 };
	struct err err;

	ck_assert_int_eq(parse(&args, line, &err), 12);
	ck_assert(args.flag);
	ck_assert_str_eq(args.string, "A");
	ck_assert_uint_eq(args.list.count, 2);
	ck_assert_str_eq(args.list.items[1], "two");
	ck_assert_uint_eq(args.number, 7);
	ck_assert_uint_eq(args.size, 3072);
	ck_assert(args.at.given && args.at.t == 1000000000);
	opt_release(opts, &args);
	ck_assert_ptr_null(args.list.items);
}
END_TEST

START_TEST(what_is_not_given_keeps_its_default)
{
	char line[] = "x";
	struct args args = { .number = 5 };
	struct err err;

	ck_assert_int_eq(parse(&args, line, &err), 1);
	ck_assert_uint_eq(args.number, 5);
	ck_assert(!args.at.given);
}
END_TEST

static const struct {
	const char *line, *text;
} bad[] = {
	{ "x --nosuch", "bad option \"--nosuch\"" },
	{ "x -z", "bad option \"-z\"" },
	{ "x -fz", "bad option \"-z\"" },
	{ "x --string", "option \"--string\" needs an argument" },
	{ "x --number 7x", "--number takes a number, not \"7x\"" },
	{ "x --number -7", "--number takes a number, not \"-7\"" },
	{ "x --number 99999999999999999999",
	    "--number takes a number, not \"99999999999999999999\"" },
	{ "x --size 8Q",
	    "--size takes a size such as 4096, 64K or 8M, not \"8Q\"" },
	{ "x --size 99999999999G",
	    "--size takes a size such as 4096, 64K or 8M, "
	    "not \"99999999999G\"" },
	{ "x --length 5x",
	    "--length takes a time such as 90, 90s, 5m, 12h or 7d, "
	    "not \"5x\"" },
	{ "x --at noon", "--at: \"noon\" is not an RFC 3339 time" },
};

START_TEST(mistakes_are_named)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct args args = { 0 };
		struct err err;
		char line[64];

		strcpy(line, bad[i].line);
		ck_assert_int_eq(parse(&args, line, &err), -1);
		ck_assert_int_eq(err.code, ERR_USAGE);
		ck_assert_str_eq(err.text, bad[i].text);
	}
}
END_TEST

static const struct {
	const char *text;
	int64_t seconds; /* 0: it is none */
} durations[] = {
	{ "1", 1 },
	{ "90s", 90 },
	{ "5m", 300 },
	{ "12h", 43200 },
	{ "7d", 604800 },
	{ "3660d", 316224000 },
	{ "3661d", 0 },
	{ "18446744073709551615d", 0 },
	{ "99999999999999999999", 0 },
	{ "0", 0 },
	{ "0s", 0 },
	{ "", 0 },
	{ "s", 0 },
	{ "-5s", 0 },
	{ "5S", 0 },
	{ "5ms", 0 },
	{ "1.5h", 0 },
};

START_TEST(durations_have_units)
{
	for (size_t i = 0; i < ARRAY_LEN(durations); i++) {
		int64_t ns = 0;
		bool is = opt_duration(&ns, durations[i].text);

		ck_assert_int_eq(is, durations[i].seconds != 0);
		if (is)
			ck_assert_int_eq(ns, durations[i].seconds * 1000000000);
	}
}
END_TEST

UNIT_MAIN("opt", every_kind_is_set, what_is_not_given_keeps_its_default,
    mistakes_are_named, durations_have_units)
