#include "replay/player.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "http/exchange.h"
#include "replay/answer.h"
#include "replay/course.h"
#include "tests/lib/folder.h"
#include "tests/lib/tape.h"
#include "tests/lib/unit.h"

#define GONE "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
#define DONE "HTTP/1.1 204 No Content\r\n\r\n"
#define HERE "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static struct tape tape;
static struct course *course;
static struct player_options options = { .memory = (size_t)1 << 20 };
static struct player *player;
static struct arena arena;

static void
begin(void)
{
	folder_enter();
	tape_open(&tape, folder_path("tape.obit"));
}

static void
play(void)
{
	struct err err;

	tape_rewind(&tape);
	ck_assert_int_eq(course_open(&course, tape.store, &err), 0);
	ck_assert_int_eq(player_open(&player, tape.store, tape.rules, course,
			     &options, &err),
	    0);
}

static void
end(void)
{
	player_close(player);
	course_close(course);
	tape_close(&tape);
	folder_leave();
	arena_release(&arena);
}

/* Send "METHOD TARGET" to a host with a body; the answer's id, 0: a miss. */
static uint64_t
ask(const char *line, const char *host, const char *body, struct miss *miss)
{
	struct message m = { .framing = FRAMING_LENGTH, .complete = true };
	struct err err = { 0 };
	struct play p;
	uint64_t id;

	m.head = arena_printf(&arena,
	    "%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %zu\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n\r\n",
	    line, host, strlen(body));
	m.body = span_of_str(body);
	m.wire_len = m.body_len = m.body.len;
	ck_assert_int_eq(head_parse(&m.parsed, HEAD_REQUEST, m.head, &arena,
			     &err),
	    0);
	ck_assert_msg(player_take(player, &m, (struct span){ 0 }, &arena, &p,
			  &err) == 0,
	    "%s", err.text);
	if (miss != NULL)
		*miss = p.miss;
	if (p.answer == NULL)
		return 0;
	id = p.answer->id;
	answer_release(p.answer);
	return id;
}

static uint64_t
say(const char *line)
{
	return ask(line, "h", "", NULL);
}

START_TEST(an_empty_archive_misses)
{
	struct miss miss;

	begin();
	play();
	ck_assert_uint_eq(ask("DELETE /a", "h", "", &miss), 0);
	ck_assert_int_eq(miss.reason, MISS_UNKNOWN);
	ck_assert_uint_eq(miss.nearest_count, 0);
	end();
}
END_TEST

START_TEST(gets_before_and_after_differ)
{
	begin();
	tape_add(&tape, "GET /v/a HTTP/1.1\r\nHost: h\r\n\r\n", HERE);
	tape_add(&tape, "DELETE /v/a HTTP/1.1\r\nHost: h\r\n\r\n", DONE);
	tape_add(&tape, "GET /v/a HTTP/1.1\r\nHost: h\r\n\r\n", GONE);
	tape_add(&tape, "DELETE /v/a HTTP/1.1\r\nHost: h\r\n\r\n", GONE);
	tape_add(&tape, "GET /v/a/status HTTP/1.1\r\nHost: h\r\n\r\n", GONE);
	play();
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(say("GET /v/a"), 1);
	ck_assert_uint_eq(say("GET /v/a/status"), 0);
	ck_assert_uint_eq(say("DELETE /v/a"), 2);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(say("GET /v/a"), 3);
	ck_assert_uint_eq(say("GET /v/a/status"), 5);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(say("DELETE /v/a"), 4);
	end();
}
END_TEST

/* A list is above what it lists; a polled status below it. */
START_TEST(lists_show_what_was_deleted)
{
	begin();
	tape_add(&tape, "GET /v/p HTTP/1.1\r\nHost: h\r\n\r\n", HERE);
	tape_add(&tape, "DELETE /v/p/a HTTP/1.1\r\nHost: H\r\n\r\n", DONE);
	tape_add(&tape, "GET /v/p HTTP/1.1\r\nHost: h\r\n\r\n", HERE);
	tape_add(&tape, "DELETE /v/p/a HTTP/1.1\r\nHost: h\r\n\r\n", GONE);
	tape_add(&tape, "DELETE /v/p/b HTTP/1.1\r\nHost: h\r\n\r\n", DONE);
	tape_add(&tape, "GET /v/p HTTP/1.1\r\nHost: h\r\n\r\n", HERE);
	tape_add(&tape, "GET /v/q HTTP/1.1\r\nHost: h\r\n\r\n", HERE);
	play();
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(say("GET /v/p"), 1);
	ck_assert_uint_eq(say("DELETE /v/p/a"), 2);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(say("GET /v/p"), 3);
	ck_assert_uint_eq(say("DELETE /v/p/b"), 5);
	ck_assert_uint_eq(say("GET /v/p"), 6);
	ck_assert_uint_eq(say("GET /v/q"), 7);
	end();
}
END_TEST

START_TEST(nothing_else_is_answered)
{
	static const char *const misses[] = { "GET /v/a", "DELETE /v/b",
		"DELETE /v/a/", "DELETE /v", "DELETE /v/a/b", "POST /v/a",
		"HEAD /v/c", "GET /v/c?x=1" };

	begin();
	tape_add(&tape, "DELETE /v/a HTTP/1.1\r\nHost: h\r\n\r\n", DONE);
	tape_add(&tape, "GET /v/c HTTP/1.1\r\nHost: h\r\n\r\n", HERE);
	tape_add(&tape, "DELETE /v/b HTTP/1.1\r\nHost: h\r\n\r\n", NULL);
	play();
	for (size_t i = 0; i < ARRAY_LEN(misses); i++)
		ck_assert_msg(say(misses[i]) == 0, "%s", misses[i]);
	ck_assert_uint_eq(say("DELETE /v/a"), 1);
	ck_assert_uint_eq(say("GET /v/c"), 2);
	end();
}
END_TEST

START_TEST(the_host_breaks_ties)
{
	struct miss miss;

	begin();
	tape_add(&tape, "DELETE /v/a HTTP/1.1\r\nHost: one\r\n\r\n", DONE);
	tape_add(&tape, "DELETE /v/a HTTP/1.1\r\nHost: two\r\n\r\n", GONE);
	tape_add(&tape, "DELETE /v/b HTTP/1.1\r\nHost: two\r\n\r\n", GONE);
	play();
	ck_assert_uint_eq(ask("DELETE /v/a", "ONE", "", NULL), 1);
	ck_assert_uint_eq(ask("DELETE /v/a", "two", "", NULL), 2);
	ck_assert_uint_eq(ask("DELETE http://two/v/a", "x", "", NULL), 2);
	ck_assert_uint_eq(ask("DELETE /v/a", "127.0.0.1:1", "", &miss), 0);
	ck_assert_int_eq(miss.reason, MISS_AMBIGUOUS);
	ck_assert_uint_eq(miss.host_count, 2);
	ck_assert_uint_eq(ask("DELETE /v/b", "127.0.0.1:1", "", NULL), 3);
	ck_assert_uint_eq(ask("DELETE http://x/v/b", "x", "", NULL), 3);
	end();
}
END_TEST

/* A rule that names a host, and a client that only knows the mock. */
START_TEST(a_rule_for_a_host_is_found_from_elsewhere)
{
	begin();
	tape_add(&tape,
	    "DELETE /v1/p/instances/i-1 HTTP/1.1\r\n"
	    "Host: clouddc.example.com\r\n\r\n",
	    DONE);
	play();
	ck_assert_uint_eq(ask("DELETE /v1/p/instances/i-1", "127.0.0.1:1", "",
			      NULL),
	    1);
	ck_assert_uint_eq(ask("DELETE /v1/p/instances/i-2", "127.0.0.1:1", "",
			      NULL),
	    0);
	end();
}
END_TEST

#define VOLC "/?Action=DeleteInstances&Version=2020-04-01"
#define AUTH                                                                   \
	"Authorization: HMAC-SHA256 Credential=AK/20261120/cn-beijing/ecs/"    \
	"request, SignedHeaders=x-date, Signature=00\r\n"

START_TEST(targets_match_as_a_multiset)
{
	struct miss miss;

	begin();
	tape_add(&tape,
	    "GET " VOLC "&InstanceIds.1=a&InstanceIds.2=b HTTP/1.1\r\n"
	    "Host: ecs.example.com\r\n" AUTH "\r\n",
	    HERE);
	play();
	ck_assert_uint_eq(say("GET " VOLC "&InstanceIds.2=a&InstanceIds.1=b"),
	    1);
	ck_assert_uint_eq(say("GET " VOLC "&InstanceIds.1=a"), 0);
	ck_assert_uint_eq(say("GET " VOLC "&InstanceIds.1=a&InstanceIds.2=b&"
			      "InstanceIds.3=c"),
	    0);
	ck_assert_uint_eq(say("GET " VOLC "&InstanceIds.1=a&InstanceIds.2=a"),
	    0);
	ck_assert_uint_eq(ask("GET " VOLC "&InstanceIds.1=a&InstanceIds.2=c",
			      "h", "", &miss),
	    0);
	ck_assert_int_eq(miss.reason, MISS_UNKNOWN);
	ck_assert_uint_eq(miss.nearest_count, 1);
	ck_assert_uint_eq(miss.nearest[0].id, 1);
	ck_assert_uint_eq(miss.nearest[0].differs, 1u << DIFFERENCE_TARGETS);
	ck_assert(span_eq_str(miss.nearest[0].missing.name[0], "b"));
	ck_assert(span_eq_str(miss.nearest[0].extra.name[0], "c"));
	end();
}
END_TEST

/* Every value of a repeated form key counts. */
START_TEST(bodies_are_compared)
{
	begin();
	tape_add(&tape,
	    "POST /f HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n\r\na=1&a=2",
	    HERE);
	play();
	ck_assert_uint_eq(ask("POST /f", "h", "a=1&a=3", NULL), 0);
	ck_assert_uint_eq(ask("POST /f", "h", "a=1", NULL), 0);
	ck_assert_uint_eq(ask("POST /f", "h", "a=1&a=2", NULL), 1);
	end();
}
END_TEST

static void
count_unused(void *ctx, uint64_t id, struct span method, struct span target)
{
	uint64_t *sum = ctx;

	*sum = *sum * 10 + id;
	ck_assert(span_eq_str(method, "DELETE") && target.len == 4);
}

START_TEST(what_was_never_served_is_told)
{
	uint64_t unused = 0;
	struct err err;

	begin();
	tape_add(&tape, "DELETE /v/a HTTP/1.1\r\nHost: h\r\n\r\n", DONE);
	tape_add(&tape, "DELETE /v/b HTTP/1.1\r\nHost: h\r\n\r\n", DONE);
	tape_add(&tape, "DELETE /v/c HTTP/1.1\r\nHost: h\r\n\r\n", NULL);
	tape_add(&tape, "DELETE /v/d HTTP/1.1\r\nHost: h\r\n\r\n", DONE);
	play();
	say("DELETE /v/b");
	ck_assert_int_eq(player_unused(player, count_unused, &unused, &err), 0);
	ck_assert_uint_eq(unused, 14);
	end();
}
END_TEST

UNIT_MAIN("player", an_empty_archive_misses, gets_before_and_after_differ,
    lists_show_what_was_deleted, nothing_else_is_answered, the_host_breaks_ties,
    a_rule_for_a_host_is_found_from_elsewhere, targets_match_as_a_multiset,
    bodies_are_compared, what_was_never_served_is_told)
