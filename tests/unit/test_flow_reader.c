#include "tests/lib/flow.h"

#include "base/err.h"
#include "tests/lib/unit.h"

static void
parse(struct flow *f, const char *text)
{
	struct err err;

	*f = FLOW_INIT;
	ck_assert_msg(flow_parse(f, "f", span_of_str(text), &err) == 0, "%s",
	    err.text);
}

START_TEST(lines_of_one_side_are_one_run)
{
	struct flow f;

	parse(&f,
	    "# a comment\n"
	    "> GET / HTTP/1.1\n"
	    ">\n"
	    "\n"
	    ">| a\\r\\n\\t\\0\\\\\\x7fb\n"
	    "< 204\n");
	ck_assert_uint_eq(f.event_count, 2);
	ck_assert(span_eq(f.events[0].bytes,
	    (struct span)SPAN_LITERAL("GET / HTTP/1.1\r\n\r\na\r\n\t\0\\\x7f"
				      "b")));
	ck_assert_int_eq(f.events[0].side, FLOW_CLIENT);
	ck_assert(span_eq_str(f.events[1].bytes, "204\r\n"));
	ck_assert_int_eq(f.events[1].side, FLOW_SERVER);
	flow_release(&f);
}
END_TEST

START_TEST(events_end_a_run)
{
	struct flow f;

	parse(&f, "<| ab\n@gap < 7\n<| cd\n@at 1.5s\n<| ef\n@reset\n");
	ck_assert_uint_eq(f.event_count, 5);
	ck_assert_int_eq(f.events[1].kind, FLOW_GAP);
	ck_assert_uint_eq(f.events[1].len, 7);
	ck_assert(span_eq_str(f.events[2].bytes, "cd"));
	ck_assert_int_eq(f.events[3].at, 1500000000);
	ck_assert_int_eq(f.events[4].kind, FLOW_RESET);
	ck_assert_int_eq(f.events[4].side, FLOW_SERVER);
	flow_release(&f);
}
END_TEST

START_TEST(repeat_and_conflict_belong_to_their_run)
{
	struct flow f;

	parse(&f, ">| x\n@repeat > 3 ab\\n\n@conflict > 1 AB\n");
	ck_assert_uint_eq(f.event_count, 1);
	ck_assert(span_eq_str(f.events[0].bytes, "xab\nab\nab\n"));
	ck_assert(span_eq_str(f.events[0].conflict, "AB"));
	ck_assert_uint_eq(f.events[0].conflict_at, 1);
	flow_release(&f);
}
END_TEST

START_TEST(connections_have_names_and_ports)
{
	struct flow f;

	parse(&f,
	    "@connection a\n> 1\n@connection b as a\n@midstream\n> 2\n"
	    "@connection a\n@only <\n< 3\n");
	ck_assert_uint_eq(f.connection_count, 2);
	ck_assert_uint_eq(f.connections[1].ports, 0);
	ck_assert(f.connections[1].midstream);
	ck_assert(!f.connections[0].midstream);
	ck_assert(!f.connections[0].seen[FLOW_CLIENT]);
	ck_assert(f.connections[0].seen[FLOW_SERVER]);
	ck_assert_uint_eq(f.event_count, 3);
	ck_assert_uint_eq(f.events[1].connection, 1);
	ck_assert_uint_eq(f.events[2].connection, 0);
	flow_release(&f);
}
END_TEST

static const struct {
	const char *text;
	const char *message;
} mistakes[] = {
	{ "> a\nhello\n", "f:2: a line begins with >, <, @ or #" },
	{ ">a\n", "f:1: a space must follow the mark" },
	{ "\n>| \\q\n", "f:2: an escape is \\r \\n \\t \\0 \\\\ or \\xHH" },
	{ ">| \\x1", "f:1: an escape is \\r \\n \\t \\0 \\\\ or \\xHH" },
	{ "@gap 10\n", "f:1: the side must be > or <" },
	{ "@gap > ten\n", "f:1: that is not a count of bytes" },
	{ "@gap >\n", "f:1: a count of bytes is missing or too large" },
	{ "@gap > 99999999999999999999\n",
	    "f:1: that is not a count of bytes" },
	{ "@gap > 1 2\n", "f:1: words after the count" },
	{ "@nap > 1\n", "f:1: no such directive" },
	{ "@at soon\n", "f:1: that is not a time" },
	{ "@at 5\n", "f:1: a time ends in s, ms or us" },
	{ "@at -1s\n", "f:1: that is not a time" },
	{ "> a\n@conflict > 2 abc\n", "f:2: no such bytes were just sent" },
	{ "> a\n@conflict < 1 a\n", "f:2: no such bytes were just sent" },
	{ "> a\n@swap\n", "f:2: @swap stands alone, after two runs" },
	{ "> a\n@connection b\n< c\n@swap\n",
	    "f:4: @swap needs two runs of one connection" },
	{ "@connection a as b\n", "f:1: no connection of that name" },
	{ "@connection\n", "f:1: the connection has no name" },
	{ "@open now\n", "f:1: @open stands alone" },
};

static void
check_mistake(const char *text, const char *message)
{
	struct flow f = FLOW_INIT;
	struct err err;

	ck_assert_int_eq(flow_parse(&f, "f", span_of_str(text), &err), -1);
	ck_assert_int_eq(err.code, ERR_FORMAT);
	ck_assert_str_eq(err.text, message);
	flow_release(&f);
}

START_TEST(mistakes_name_file_and_line)
{
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++)
		check_mistake(mistakes[i].text, mistakes[i].message);
}
END_TEST

UNIT_MAIN("flow", lines_of_one_side_are_one_run, events_end_a_run,
    repeat_and_conflict_belong_to_their_run, connections_have_names_and_ports,
    mistakes_name_file_and_line)
