#include "replay/pairing.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/err.h"
#include "tests/lib/folder.h"
#include "tests/lib/tape.h"
#include "tests/lib/unit.h"

#define X(id)          "DELETE /x/" id " HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET            "GET /other HTTP/1.1\r\nHost: h\r\n\r\n"
#define AT(host, line) line " HTTP/1.1\r\nHost: " host "\r\n\r\n"
#define OK             "HTTP/1.1 204 No Content\r\n\r\n"
#define STATE(state)                                                           \
	"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"state\":\"" state "\"}"

#define CLOUDDC "clouddc.cn-north-4.myhuaweicloud.com"
#define SERVER  "/v1/p/instances/i"

static struct tape tape[2];
static char text[1024];

static void
begin(void)
{
	folder_enter();
	tape_open(&tape[0], folder_path("a.obit"));
	tape_open(&tape[1], folder_path("b.obit"));
}

static void
end(void)
{
	tape_close(&tape[0]);
	tape_close(&tape[1]);
	folder_leave();
}

static void
print_side(const struct pairing *p, int side)
{
	for (uint64_t id = 1; id <= pairing_count(p, side); id++) {
		uint64_t with = pairing_partner(p, side, id);
		size_t at = strlen(text);

		if (with == PAIRING_OUT)
			strcat(text, " out");
		else
			snprintf(text + at, sizeof(text) - at, " %s%d",
			    side == PAIRING_B && pairing_is_moved(p, id) ? "m"
									 : "",
			    (int)with);
	}
}

/* Partners in the order of ids: those of A, "|", those of B. */
static const char *
pairs(struct pairing_options options)
{
	struct pairing *p;
	struct err err;

	tape_rewind(&tape[0]);
	tape_rewind(&tape[1]);
	ck_assert_int_eq(pairing_open(&p, tape[0].store, tape[1].store,
			     tape[0].rules, &options, &err),
	    0);
	text[0] = '\0';
	print_side(p, PAIRING_A);
	strcat(text, " |");
	print_side(p, PAIRING_B);
	pairing_close(p);
	return text;
}

#define EVERYTHING ((struct pairing_options){ 0 })

START_TEST(by_key_and_order_not_by_id)
{
	begin();
	tape_add(&tape[0], X("1"), OK);
	tape_add(&tape[0], X("2"), OK);
	tape_add(&tape[0], X("1"), OK);
	tape_add(&tape[0], X("3"), OK);
	tape_add(&tape[1], X("3"), OK);
	tape_add(&tape[1], X("1"), OK);
	tape_add(&tape[1], X("1"), OK);
	tape_add(&tape[1], X("1"), OK);
	ck_assert_str_eq(pairs(EVERYTHING), " 2 0 3 1 | 4 1 3 0");
	end();
}
END_TEST

START_TEST(nothing_at_all)
{
	begin();
	ck_assert_str_eq(pairs(EVERYTHING), " |");
	end();
}
END_TEST

START_TEST(one_empty_side)
{
	begin();
	tape_add(&tape[1], X("1"), OK);
	tape_add(&tape[1], X("2"), OK);
	ck_assert_str_eq(pairs(EVERYTHING), " | 0 0");
	end();
}
END_TEST

START_TEST(others_can_be_left_out)
{
	begin();
	tape_add(&tape[0], GET, OK);
	tape_add(&tape[0], X("1"), OK);
	tape_add(&tape[1], X("1"), OK);
	tape_add(&tape[1], GET, OK);
	tape_add(&tape[1], GET, OK);
	ck_assert_str_eq(pairs((struct pairing_options){ .no_others = true }),
	    " out 1 | 2 out out");
	end();
}
END_TEST

START_TEST(three_polls_or_one)
{
	begin();
	for (int i = 0; i < 2; i++)
		tape_add(&tape[i], AT(CLOUDDC, "DELETE " SERVER), OK);
	tape_add(&tape[0], AT(CLOUDDC, "GET " SERVER "/status"),
	    STATE("shutting-down"));
	tape_add(&tape[0], AT(CLOUDDC, "GET " SERVER "/status"),
	    STATE("shutting-down"));
	for (int i = 0; i < 2; i++)
		tape_add(&tape[i], AT(CLOUDDC, "GET " SERVER "/status"),
		    STATE("terminated"));
	ck_assert_str_eq(pairs((struct pairing_options){ .last_follow = true }),
	    " 1 out out 2 | 1 4");
	end();
}
END_TEST

START_TEST(a_replay_at_another_host)
{
	begin();
	tape_add(&tape[0], AT("other.host", "GET " SERVER), OK);
	tape_add(&tape[0], AT(CLOUDDC, "DELETE " SERVER), OK);
	tape_add(&tape[0], AT(CLOUDDC, "DELETE " SERVER), OK);
	tape_add(&tape[1], AT("127.0.0.1:1234", "DELETE " SERVER "x"), OK);
	tape_add(&tape[1], AT("127.0.0.1:1234", "DELETE " SERVER), OK);
	tape_add(&tape[1], AT("127.0.0.1:1234", "DELETE " SERVER), OK);
	tape_add(&tape[1], AT("127.0.0.1:1234", "DELETE " SERVER), OK);
	ck_assert_str_eq(pairs(EVERYTHING), " 0 2 3 | 0 m2 m3 0");
	end();
}
END_TEST

UNIT_MAIN("pairing", by_key_and_order_not_by_id, nothing_at_all, one_empty_side,
    others_can_be_left_out, three_polls_or_one, a_replay_at_another_host)
