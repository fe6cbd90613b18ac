#include "replay/shortcut.h"

#include "base/arena.h"
#include "base/err.h"
#include "http/exchange.h"
#include "tests/lib/unit.h"

static struct arena arena;

/* A request as it was sent, its head taken apart. */
static struct message
request(const char *head, const char *body)
{
	struct message m = { .head = span_of_str(head),
		.body = span_of_str(body) };
	struct err err;

	ck_assert_int_eq(head_parse(&m.parsed, HEAD_REQUEST, m.head, &arena,
			     &err),
	    0);
	return m;
}

static struct shortcut *
add(struct shortcuts *all, const char *head, const char *body)
{
	struct message m = request(head, body);

	return shortcuts_add(all, shortcuts_whole(all, &m), &m);
}

START_TEST(only_the_same_bytes_are_the_same)
{
	struct shortcuts *all = shortcuts_new(1 << 20);
	struct shortcut *s = add(all,
	    "POST /a HTTP/1.1\r\nX-Obit-Session: n\r\n"
	    "Content-Length: 2\r\n\r\n",
	    "xy");

	ck_assert(span_eq_str(s->request.method, "POST"));
	ck_assert(span_eq_str(s->request.target, "/a"));
	ck_assert(span_eq_str(s->session, "n"));
	ck_assert(shortcuts_find(all,
		      span_of_str("POST /a HTTP/1.1\r\nX-Obit-Session: n\r\n"
				  "Content-Length: 2\r\n\r\nxy")) == s);
	ck_assert(shortcuts_find(all,
		      span_of_str("POST /a HTTP/1.1\r\nX-Obit-Session: n\r\n"
				  "Content-Length: 2\r\n\r\nxz")) == NULL);
	ck_assert(shortcuts_find(all,
		      span_of_str("POST /a HTTP/1.1\r\nX-Obit-Session: n\r\n"
				  "Content-Length: 2\r\n\r\n")) == NULL);
	shortcuts_free(all);
	arena_release(&arena);
}
END_TEST

START_TEST(special_requests_are_not_plain)
{
	static const struct {
		const char *head;
		bool plain;
	} cases[] = {
		{ "DELETE /a HTTP/1.1\r\n\r\n", true },
		{ "DELETE /a HTTP/1.1\r\nconnection: Keep-Alive\r\n\r\n",
		    true },
		{ "DELETE /a HTTP/1.1\r\nConnection: close\r\n\r\n", false },
		{ "DELETE /a HTTP/1.1\r\nConnection: keep-alive, te\r\n\r\n",
		    false },
		{ "DELETE /a HTTP/1.1\r\nProxy-Connection: close\r\n\r\n",
		    false },
		{ "DELETE /a HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", false },
		{ "DELETE /a HTTP/1.1\r\nUpgrade: h2c\r\n\r\n", false },
		{ "DELETE /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		    false },
		{ "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", false },
	};
	struct shortcuts *all = shortcuts_new(1 << 20);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(add(all, cases[i].head, "")->plain ==
			cases[i].plain,
		    "%s", cases[i].head);
	shortcuts_free(all);
	arena_release(&arena);
}
END_TEST

START_TEST(the_oldest_go_first)
{
	static const char *const heads[] = { "GET /0 HTTP/1.1\r\n\r\n",
		"GET /1 HTTP/1.1\r\n\r\n", "GET /2 HTTP/1.1\r\n\r\n" };
	/* Room for two, however large one is. */
	size_t one = sizeof(struct shortcut) + strlen(heads[0]);
	struct shortcuts *all = shortcuts_new(3 * one);

	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		add(all, heads[i], "");
		ck_assert(shortcuts_find(all, span_of_str(heads[i])) != NULL);
	}
	ck_assert(shortcuts_find(all, span_of_str(heads[0])) == NULL);
	shortcuts_free(all);
	arena_release(&arena);
}
END_TEST

START_TEST(long_requests_are_not_remembered)
{
	static const uint8_t zeros[SHORTCUT_BYTES + 1];
	struct shortcuts *all = shortcuts_new(1 << 20);
	struct message m = request("GET / HTTP/1.1\r\n\r\n", "");

	m.body = (struct span){ zeros,
		SHORTCUT_BYTES - strlen("GET / HTTP/1.1\r\n\r\n") };
	ck_assert_uint_eq(shortcuts_whole(all, &m).len, SHORTCUT_BYTES);
	m.body.len++;
	ck_assert(shortcuts_whole(all, &m).p == NULL);
	m.body.len = 0;
	m.head = (struct span){ 0 };
	ck_assert(shortcuts_whole(all, &m).p == NULL);
	shortcuts_free(all);
	arena_release(&arena);
}
END_TEST

UNIT_MAIN("shortcut", only_the_same_bytes_are_the_same,
    special_requests_are_not_plain, the_oldest_go_first,
    long_requests_are_not_remembered)
