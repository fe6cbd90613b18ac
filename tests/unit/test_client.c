#include "replay/client.h"

#include "base/err.h"
#include "http/head.h"
#include "replay/course.h"
#include "replay/missed.h"
#include "replay/player.h"
#include "tests/lib/folder.h"
#include "tests/lib/peer.h"
#include "tests/lib/tape.h"
#include "tests/lib/unit.h"

static struct tape tape;
static struct service service;
static struct course *course;
static struct player_options options = { .memory = (size_t)1 << 20 };
static struct peer peer;
static struct client *client;

#define DELETE_A "DELETE /v/a HTTP/1.1\r\nHost: h\r\n\r\n"
#define DELETE_B "DELETE /v/b HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_C    "GET /v/c HTTP/1.1\r\nHost: h\r\n\r\n"
#define DONE     "HTTP/1.1 204 No  Content\r\nx-CASE: 1\r\n\r\n"
#define GONE     "HTTP/1.1 404 \r\nServer:  x\r\nContent-Length: 4\r\n\r\ngone"
#define CHUNKS                                                                 \
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n"        \
	"3;x=y\r\nabc\r\n02\r\nde\r\n0\r\nTrailer: t\r\n\r\n"
#define INTERIM                                                                \
	"HTTP/1.1 100 Continue\r\n\r\n"                                        \
	"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
#define CUT      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
#define DELETE_F "DELETE /v/f HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_G    "GET /v/g HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_I    "GET /v/i HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_OLD  "GET /v/old HTTP/1.1\r\nHost: h\r\n\r\n"
#define DELETE_TWO                                                             \
	"DELETE /v/a HTTP/1.1\r\nHost: h\r\nX-Obit-Session: two\r\n\r\n"
#define CONNECT(host)                                                          \
	"CONNECT " host ":443 HTTP/1.1\r\nHost: " host ":443\r\n\r\n"
#define POST_E(more)                                                           \
	"POST /v/e HTTP/1.1\r\nHost: h\r\n" more "Content-Length: 3\r\n\r\n"

static void
connect_client(void)
{
	peer = PEER_INIT;
	client = client_new(&service, &peer);
}

static void
disconnect(void)
{
	client_free(client);
	peer_release(&peer);
}

static void
setup(void)
{
	struct err err;

	folder_enter();
	tape_open(&tape, folder_path("tape.obit"));
	tape_add(&tape, DELETE_A, DONE);
	tape_add(&tape, DELETE_A, GONE);
	tape_add(&tape, GET_C, CHUNKS);
	tape_add(&tape, "GET /v/d HTTP/1.1\r\nHost: h\r\n\r\n",
	    "HTTP/1.1 200 OK\r\n\r\nto the end");
	tape_add(&tape, POST_E("") "a=1", INTERIM GONE);
	tape_put(&tape,
	    &(struct tape_take){ .request = DELETE_F,
		.reason = REASON_RESET,
		.flaws = FLAW_BIT(FLAW_RESET) });
	tape_put(&tape,
	    &(struct tape_take){ .request = DELETE_F,
		.reason = REASON_NO_RESPONSE,
		.flaws = FLAW_BIT(FLAW_NO_RESPONSE) });
	tape_put(&tape,
	    &(struct tape_take){ .request = DELETE_F,
		.response = CUT,
		.cut = true,
		.flaws = FLAW_BIT(FLAW_TRUNCATED) });
	tape_put(&tape,
	    &(struct tape_take){ .request = DELETE_F,
		.response = CUT,
		.cut = true,
		.flaws = FLAW_BIT(FLAW_TRUNCATED) | FLAW_BIT(FLAW_RESET) });
	tape_put(&tape,
	    &(struct tape_take){ .request = GET_G,
		.response = GONE,
		.delay_ns = 1500400000 });
	tape_add(&tape, CONNECT("refused"),
	    "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
	tape_add(&tape, GET_OLD,
	    "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\no");
	tape_put(&tape,
	    &(struct tape_take){ .request = GET_I,
		.response = CUT,
		.cut = true,
		.flaws = FLAW_BIT(FLAW_GAP) });
	tape_rewind(&tape);
	service = (struct service){ .missed = missed_new(),
		.input.limit = CLIENT_MAX_INPUT,
		.limits = SERVER_LIMITS };
	ck_assert_int_eq(course_open(&course, tape.store, &err), 0);
	ck_assert_int_eq(player_open(&service.player, tape.store, tape.rules,
			     course, &options, &err),
	    0);
	connect_client();
}

static void
teardown(void)
{
	disconnect();
	player_close(service.player);
	course_close(course);
	missed_free(service.missed);
	tape_close(&tape);
	folder_leave();
}

/* Feed all of text; the client must use all of it. */
static void
feed(const char *text)
{
	ck_assert_uint_eq(client_data(client, span_of_str(text)), strlen(text));
}

static void
sent(const char *want)
{
	struct span got = buf_span(&peer.out);

	ck_assert_msg(span_eq_str(got, want), "got:\n%.*s", (int)got.len,
	    (const char *)got.p);
	buf_reset(&peer.out);
}

/* What was sent has these words. */
static void
said(const char *words)
{
	struct span got = buf_span(&peer.out);

	ck_assert_msg(memmem(got.p, got.len, words, strlen(words)) != NULL,
	    "want %s, got:\n%.*s", words, (int)got.len, (const char *)got.p);
}

static void
sent_status(const char *status)
{
	struct span got = buf_span(&peer.out);

	ck_assert_msg(span_has_prefix(got, span_of_str("HTTP/1.1 ")) &&
		span_eq_str(span_sub(got, 9, 3), status),
	    "want %s, got:\n%.*s", status, (int)got.len, (const char *)got.p);
	buf_reset(&peer.out);
}

START_TEST(bytes_are_as_recorded_however_requests_are_cut)
{
	const char *both = DELETE_A DELETE_A;

	setup();
	for (size_t i = 0; i < strlen(both); i++)
		client_data(client, span_sub(span_of_str(both), i, 1));
	sent(DONE GONE);
	feed(DELETE_A DELETE_A GET_C);
	sent(GONE GONE CHUNKS);
	ck_assert(!peer.finished && !client_is_busy(client));
	ck_assert_uint_eq(service.report.answered, 5);
	teardown();
}
END_TEST

/* Put a series of requests, each on a connection of its own, n times. */
static void
ask_all(const char *const *requests, size_t count, bool cut, int n)
{
	for (size_t i = 0; i < count * (size_t)n; i++) {
		struct span r = span_of_str(requests[i % count]);
		size_t step = cut ? 1 : r.len;
		struct buf out;

		for (size_t at = 0; at < r.len; at += step)
			client_data(client, span_sub(r, at, step));
		out = peer.out;
		peer.out = (struct buf){ 0 };
		disconnect();
		connect_client();
		peer.out = out;
	}
}

/* What comes again in one piece is answered as if it were parsed. */
START_TEST(repeated_requests_are_as_good_as_new)
{
	static const char *const requests[] = {
		DELETE_A,
		DELETE_B,
		GET_C,
		POST_E("") "a=1",
		POST_E("Expect: 100-continue\r\n") "a=1",
		"GET /v/c HTTP/1.0\r\n\r\n",
		"GET /v/c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		"HEAD /v/c HTTP/1.1\r\nHost: h\r\n\r\n",
		CONNECT("refused"),
		DELETE_F,
		GET_OLD,
		DELETE_TWO,
	};
	struct server_report report;
	struct buf out;

	options.head_of_get = true;
	setup();
	ask_all(requests, ARRAY_LEN(requests), true, 4);
	out = peer.out;
	report = service.report;
	peer = PEER_INIT;
	teardown();
	setup();
	ask_all(requests, ARRAY_LEN(requests), false, 4);
	ck_assert(out.len > 0);
	ck_assert(span_eq(buf_span(&peer.out), buf_span(&out)));
	ck_assert_uint_eq(service.report.requests, report.requests);
	ck_assert_uint_eq(service.report.answered, report.answered);
	ck_assert_uint_eq(service.report.missed, report.missed);
	buf_release(&out);
	teardown();
	options.head_of_get = false;
}
END_TEST

/* A known request is no request where a body is due. */
START_TEST(a_body_is_not_taken_for_a_repeated_request)
{
	setup();
	feed(DELETE_A);
	sent(DONE);
	feed("POST /v/e HTTP/1.1\r\nHost: h\r\nContent-Length: 33\r\n\r\n");
	ck_assert_uint_eq(strlen(DELETE_A), 33);
	feed(DELETE_A);
	sent_status("404");
	feed("DELETE /v/x HTTP/1.1\r\nX: ");
	feed(DELETE_A);
	sent_status("404");
	ck_assert_uint_eq(service.report.answered, 1);
	feed(DELETE_A);
	sent(GONE);
	teardown();
}
END_TEST

START_TEST(a_slow_reader_gets_one_answer_at_a_time)
{
	const struct span two = span_of_str(DELETE_A DELETE_A);
	size_t used;

	setup();
	peer.stuck = true;
	used = client_data(client, two);
	ck_assert_uint_eq(used, strlen(DELETE_A));
	sent(DONE);
	peer_read(&peer);
	peer.stuck = false;
	ck_assert_uint_eq(client_data(client, span_sub(two, used, two.len)),
	    two.len - used);
	sent(GONE);
	teardown();
}
END_TEST

START_TEST(connections_end_where_they_should)
{
	static const struct {
		const char *request, *answer;
	} cases[] = {
		{ "GET /v/d HTTP/1.1\r\nHost: h\r\n\r\n",
		    "HTTP/1.1 200 OK\r\n\r\nto the end" },
		{ "GET /v/c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		    CHUNKS },
		{ "GET /v/c HTTP/1.0\r\n\r\n",
		    "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\n"
		    "abcde" },
	};

	setup();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		feed(cases[i].request);
		sent(cases[i].answer);
		ck_assert(peer.finished);
		feed(DELETE_A); /* too late */
		sent("");
		disconnect();
		connect_client();
	}
	peer.stopping = true;
	feed(DELETE_A);
	sent(DONE);
	ck_assert(peer.finished);
	teardown();
}
END_TEST

START_TEST(interim_responses_go_to_those_who_wait)
{
	setup();
	feed(POST_E("") "a=1");
	sent("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" GONE);
	feed(POST_E("Expect: 100-continue\r\n"));
	sent("HTTP/1.1 100 Continue\r\n\r\n");
	feed("a=1");
	sent("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" GONE);
	feed(POST_E("Expect: 100-continue\r\n") "a=1");
	sent(INTERIM GONE);
	teardown();
}
END_TEST

#define TEN       "0123456789"
#define FIFTY     TEN TEN TEN TEN TEN
#define LONG_NAME FIFTY FIFTY FIFTY

START_TEST(what_is_wrong_is_refused)
{
	static const struct {
		const char *request, *status, *detail;
	} cases[] = {
		{ "garbage\r\n\r\n", "400", "" },
		{ "GET / HTTP/1.1\r\nContent-Length: 1\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n",
		    "400", "both Content-Length and Transfer-Encoding" },
		{ "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "400",
		    "does not end in chunked" }, /* RFC 9112, 6.3 */
		{ "GET / HTTP/1.1\r\nContent-Length: one\r\n\r\n", "400",
		    "Content-Length" },
		{ "GET / HTTP/2.0\r\n\r\n", "505", "HTTP/1.0 and 1.1" },
		{ "POST / HTTP/1.1\r\nContent-Length: 8388609\r\n\r\n", "413",
		    "--max-body" },
		{ "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
		  "chunked\r\n\r\nx\r\n",
		    "400", "chunk size" },
		{ "GET /v/d HTTP/1.1\r\nHost: h\r\n"
		  "X-Obit-Session: " LONG_NAME "\r\n\r\n",
		    "503", "session" },
		{ "GET /v/d HTTP/1.1\r\nHostess: h\r\n\r\n", "400",
		    "no Host" }, /* RFC 9112, 3.2 */
		{ "GET http://h/v/d HTTP/1.1\r\n\r\n", "400", "no Host" },
		{ "GET /v/d HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n", "400",
		    "more than one Host" },
		{ "GET /v/d HTTP/1.0\r\nHost: h\r\nHost: i\r\n\r\n", "400",
		    "more than one Host" },
	};

	setup();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		client_data(client, span_of_str(cases[i].request));
		said(cases[i].detail);
		sent_status(cases[i].status);
		ck_assert(peer.finished);
		disconnect();
		connect_client();
	}
	ck_assert_uint_eq(service.report.refused, ARRAY_LEN(cases));
	ck_assert_uint_eq(service.report.requests, ARRAY_LEN(cases));
	ck_assert_uint_eq(service.input.used, 0);
	teardown();
}
END_TEST

START_TEST(chunks_without_end_are_refused)
{
	static char chunk[0x1002 + 6] = "1000\r\n";

	setup();
	memset(chunk + 6, 'a', 0x1000);
	memcpy(chunk + 6 + 0x1000, "\r\n", 2);
	feed(
	    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (size_t i = 0; i <= SERVER_LIMITS.body / 0x1000; i++)
		client_data(client,
		    (struct span){ (uint8_t *)chunk, sizeof(chunk) });
	sent_status("413");
	ck_assert(peer.finished);
	ck_assert_uint_eq(service.input.used, 0);
	teardown();
}
END_TEST

START_TEST(a_head_without_end_is_refused)
{
	static char line[1024];

	setup();
	memset(line, 'a', sizeof(line) - 1);
	feed("GET / HTTP/1.1\r\nX: ");
	for (size_t i = 0; i <= HEAD_MAX_BYTES / 1023 && !peer.finished; i++)
		client_data(client, span_of_str(line));
	sent_status("431");
	teardown();
}
END_TEST

START_TEST(late_requests_are_told_so)
{
	setup();
	feed("DELETE /v/a HTTP/1.1\r\nHo");
	ck_assert(client_is_busy(client));
	client_late(client);
	sent_status("408");
	ck_assert(peer.finished);
	disconnect();
	connect_client();
	client_late(client);
	sent("");
	ck_assert(peer.finished);
	teardown();
}
END_TEST

START_TEST(misses_follow_the_policy)
{
	setup();
	feed(DELETE_B);
	sent_status("404");
	ck_assert(!peer.finished);
	service.on_miss = MISS_POLICY_501;
	feed(DELETE_B);
	sent_status("501");
	service.on_miss = MISS_POLICY_CLOSE;
	client_data(client, span_of_str(DELETE_B DELETE_A));
	sent("");
	ck_assert(peer.finished);
	ck_assert_uint_eq(service.report.missed, 3);
	teardown();
}
END_TEST

/* A miss tells the path, and nothing else that the client sent. */
START_TEST(misses_keep_secrets)
{
	struct span got;

	setup();
	feed("GET /v/a?token=geheim HTTP/1.1\r\nHost: h\r\n"
	     "Authorization: Bearer geheim\r\nX-Obit-Session: geheim\r\n\r\n");
	got = buf_span(&peer.out);
	ck_assert(memmem(got.p, got.len, "/v/a", 4) != NULL);
	ck_assert(memmem(got.p, got.len, "geheim", 6) == NULL);
	teardown();
}
END_TEST

START_TEST(sessions_are_told_apart)
{
	setup();
	feed(DELETE_A);
	sent(DONE);
	feed("DELETE /v/a HTTP/1.1\r\nHost: h\r\nx-obit-session: two\r\n\r\n");
	sent(DONE);
	feed(DELETE_A);
	sent(GONE);
	teardown();
}
END_TEST

/* Ask on a connection of its own, and look at how it ends. */
static void
ends(const char *request, const char *answer, bool finished, bool reset)
{
	disconnect();
	connect_client();
	feed(request);
	sent(answer);
	ck_assert_int_eq(peer.finished, finished);
	ck_assert_int_eq(peer.reset, reset);
	feed(DELETE_A); /* nobody answers any more */
	sent("");
}

START_TEST(recorded_faults_are_faults)
{
	setup();
	ends(DELETE_F, "", false, true);
	ends(DELETE_F, "", false, false);
	client_late(client); /* silent until it is time */
	sent("");
	ck_assert(peer.finished);
	ends(DELETE_F, CUT, true, false);
	ends(DELETE_F, CUT, false, true);
	ck_assert_uint_eq(service.report.answered, 4);
	teardown();
}
END_TEST

START_TEST(what_follows_a_silence_is_lost_too)
{
	setup();
	ends(DELETE_F, "", false, true);
	disconnect();
	connect_client();
	feed(DELETE_F DELETE_A); /* in one piece */
	sent("");
	feed(DELETE_A);
	sent("");
	ck_assert_uint_eq(service.report.requests, 2);
	teardown();
}
END_TEST

START_TEST(holes_are_served_only_if_asked_for)
{
	setup();
	feed(GET_I);
	sent_status("404");
	teardown();
	options.incomplete = true;
	setup();
	ends(GET_I, CUT, true, false);
	teardown();
	options.incomplete = false;
}
END_TEST

START_TEST(answers_wait_as_they_did)
{
	setup();
	feed(GET_G);
	sent(GONE); /* not asked for */
	service.latency = 2;
	client_data(client, span_of_str(GET_G DELETE_A));
	sent("");
	ck_assert(peer.waiting);
	ck_assert_uint_eq(peer.wait_ms, 3001);
	peer.waiting = false;
	client_woken(client);
	sent(GONE);
	feed(DELETE_A);
	sent(DONE);
	feed(GET_G);
	disconnect(); /* while it waits */
	connect_client();
	teardown();
}
END_TEST

START_TEST(a_proxy_s_client_gets_a_tunnel)
{
	struct span got;

	setup();
	ck_assert_uint_eq(client_data(client,
			      span_of_str(CONNECT("h") DELETE_A)),
	    strlen(CONNECT("h")));
	ck_assert(peer.sniffs && !peer.finished);
	got = buf_span(&peer.out);
	ck_assert(span_has_prefix(got, span_of_str("HTTP/1.1 200 ")));
	ck_assert(memmem(got.p, got.len, "Content-Length", 14) == NULL);
	buf_reset(&peer.out);
	feed(DELETE_A);
	sent(DONE);
	ck_assert_uint_eq(service.report.tunnels, 1);
	ck_assert_uint_eq(service.report.missed, 0);
	/* What was recorded comes first. */
	peer.sniffs = false;
	feed(CONNECT("refused"));
	sent_status("403");
	ck_assert(!peer.sniffs);
	teardown();
}
END_TEST

START_TEST(head_of_a_get_only_if_asked_for)
{
	static const char head[] = "HEAD /v/c HTTP/1.1\r\nHost: h\r\n\r\n";
	struct span got;

	setup();
	feed(head);
	got = buf_span(&peer.out);
	ck_assert(span_has_prefix(got, span_of_str("HTTP/1.1 404 ")));
	ck_assert(span_eq_str(span_sub(got, got.len - 4, 4), "\r\n\r\n"));
	teardown();
	options.head_of_get = true;
	setup();
	feed(head);
	feed(head); /* as seen before */
	sent("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n"
	     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n");
	feed(GET_C);
	sent(CHUNKS);
	feed("HEAD /v/a HTTP/1.1\r\nHost: h\r\n\r\n");
	sent_status("404");
	teardown();
	options.head_of_get = false;
}
END_TEST

START_TEST(a_server_of_1_0_closes)
{
	setup();
	ends(GET_OLD, "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\no", true,
	    false);
	teardown();
}
END_TEST

START_TEST(limits_can_be_lower)
{
	static const char head[] = "GET /v/c HTTP/1.1\r\nHost: h\r\n\r\n";

	setup();
	service.limits.head = strlen(head) - 1;
	client_data(client, span_of_str(head));
	sent_status("431");
	disconnect();
	connect_client();
	for (size_t i = 0; i < strlen(head); i++)
		client_data(client, span_sub(span_of_str(head), i, 1));
	sent_status("431"); /* its end did not have to come */
	disconnect();
	service.limits.head++;
	connect_client();
	feed(head);
	sent(CHUNKS);
	disconnect();
	service.limits.head = HEAD_MAX_BYTES;
	service.limits.body = 2;
	connect_client();
	client_data(client, span_of_str(POST_E("")));
	sent_status("413");
	disconnect();
	connect_client();
	client_data(client,
	    span_of_str("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
			"chunked\r\n\r\n"
			"3\r\nabc\r\n"));
	sent_status("413");
	disconnect();
	peer = PEER_INIT;
	peer.surplus = true;
	client = client_new(&service, &peer);
	client_data(client, span_of_str("G"));
	sent_status("503");
	ck_assert(peer.finished);
	teardown();
}
END_TEST

UNIT_MAIN("client", bytes_are_as_recorded_however_requests_are_cut,
    repeated_requests_are_as_good_as_new,
    a_body_is_not_taken_for_a_repeated_request,
    a_slow_reader_gets_one_answer_at_a_time, connections_end_where_they_should,
    interim_responses_go_to_those_who_wait, what_is_wrong_is_refused,
    chunks_without_end_are_refused, a_head_without_end_is_refused,
    late_requests_are_told_so, misses_follow_the_policy, misses_keep_secrets,
    sessions_are_told_apart, recorded_faults_are_faults,
    what_follows_a_silence_is_lost_too, holes_are_served_only_if_asked_for,
    answers_wait_as_they_did, a_proxy_s_client_gets_a_tunnel,
    head_of_a_get_only_if_asked_for, a_server_of_1_0_closes,
    limits_can_be_lower)
