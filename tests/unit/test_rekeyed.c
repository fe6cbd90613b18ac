#include "replay/rekeyed.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "deletion/rules.h"
#include "http/exchange.h"
#include "replay/course.h"
#include "replay/player.h"
#include "tests/lib/folder.h"
#include "tests/lib/tape.h"
#include "tests/lib/unit.h"

#define DONE "HTTP/1.1 204 No Content\r\n\r\n"
#define GONE "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

static struct tape tape;
static struct rules *rules;

/* Two keys of two exchanges each, recorded under the built-in rules. */
static void
record(void)
{
	folder_enter();
	tape_open(&tape, folder_path("tape.obit"));
	tape_add(&tape, "DELETE /mine/a HTTP/1.1\r\nHost: h\r\n\r\n", DONE);
	tape_add(&tape, "DELETE /mine/b HTTP/1.1\r\nHost: h\r\n\r\n", DONE);
	tape_add(&tape, "GET /mine/b HTTP/1.1\r\nHost: h\r\n\r\n", GONE);
	tape_add(&tape, "DELETE /mine/a HTTP/1.1\r\nHost: h\r\n\r\n", GONE);
	tape_rewind(&tape);
}

static void
read_rules(const char *text)
{
	const char *path = folder_path("rules.yaml");
	FILE *f = fopen(path, "w");
	struct err err;

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_msg(rules_open(&rules, &path, 1, &err) == 0, "%s", err.text);
}

static void
end(void)
{
	rules_close(rules);
	tape_close(&tape);
	folder_leave();
}

static uint64_t
ask(struct player *player, const char *line)
{
	struct message m = { .complete = true, .body = span_of_str("") };
	struct arena arena = ARENA_INIT;
	struct play play;
	struct err err;
	uint64_t id = 0;

	m.head = arena_printf(&arena, "%s HTTP/1.1\r\nHost: h\r\n\r\n", line);
	ck_assert_int_eq(head_parse(&m.parsed, HEAD_REQUEST, m.head, &arena,
			     &err),
	    0);
	ck_assert_int_eq(player_take(player, &m, (struct span){ 0 }, &arena,
			     &play, &err),
	    0);
	if (play.answer != NULL) {
		id = play.answer->id;
		answer_release(play.answer);
	}
	arena_release(&arena);
	return id;
}

START_TEST(the_same_rules_move_nothing)
{
	struct rekeyed *r;
	struct err err;

	record();
	read_rules("rules:\n  - name: other\n    match: DELETE /other/{id}\n"
		   "    type: t\n    id: path:id\n");
	ck_assert_int_eq(rekeyed_open(&r, tape.store, rules, 4, &err), 0);
	ck_assert_ptr_null(r);
	ck_assert_uint_eq(rekeyed_count(r), 0);
	ck_assert(!rekeyed_has(r, 1));
	end();
}
END_TEST

START_TEST(under_other_rules_the_same_answers_are_found)
{
	struct player_options options = { .memory = (size_t)1 << 20 };
	struct player *player;
	struct course *course;
	struct rekeyed *r;
	struct err err;

	record();
	read_rules("rules:\n  - name: mine\n    match: DELETE /mine/{id}\n"
		   "    type: thing\n    id: path:id\n");
	ck_assert_int_eq(rekeyed_open(&r, tape.store, rules, 4, &err), 0);
	ck_assert_uint_eq(rekeyed_count(r), 3);
	ck_assert(rekeyed_has(r, 1) && !rekeyed_has(r, 3));
	options.rekeyed = r;
	ck_assert_int_eq(course_open(&course, tape.store, &err), 0);
	ck_assert_int_eq(player_open(&player, tape.store, rules, course,
			     &options, &err),
	    0);
	ck_assert_uint_eq(ask(player, "DELETE /mine/b"), 2);
	ck_assert_uint_eq(ask(player, "GET /mine/b"), 3);
	ck_assert_uint_eq(ask(player, "DELETE /mine/a"), 1);
	ck_assert_uint_eq(ask(player, "DELETE /mine/a"), 4);
	ck_assert_uint_eq(ask(player, "DELETE /mine/c"), 0);
	player_close(player);
	course_close(course);
	rekeyed_close(r);
	end();
}
END_TEST

UNIT_MAIN("rekeyed", the_same_rules_move_nothing,
    under_other_rules_the_same_answers_are_found)
