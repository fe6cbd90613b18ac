/*
 * The request side of a server: parser, key, match and answer, against a
 * small archive with faults in it.  The first byte says into what pieces
 * the rest is cut and whether the client is slow to read, the second what
 * the server was told: latency, low limits, what to do on a miss.
 *
 * Whatever comes, every request is counted once, nothing is sent after the
 * end, and all memory and every answer is given back.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "replay/client.h"
#include "replay/course.h"
#include "replay/missed.h"
#include "replay/player.h"
#include "tests/lib/peer.h"
#include "tests/lib/tape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define DELETE_R "DELETE /r HTTP/1.1\r\nHost: h\r\n\r\n"

static char path[1024];
static struct tape tape;

static void
leave(void)
{
	tape_close(&tape);
	unlink(path);
}

static void
open_tape(void)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	snprintf(path, sizeof(path), "%s/fuzz-serve.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	fd = mkstemp(path);
	assert(fd >= 0);
	close(fd);
	unlink(path);
	tape_open(&tape, path);
	tape_add(&tape, "DELETE /v/a HTTP/1.1\r\nHost: h\r\n\r\n",
	    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
	tape_add(&tape, "GET /v/a HTTP/1.1\r\nHost: h\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "1\r\na\r\n0\r\n\r\n");
	tape_add(&tape,
	    "GET /?Action=DeleteInstances&Version=2020-04-01&InstanceIds.1=a "
	    "HTTP/1.1\r\nHost: ecs.example.com\r\n"
	    "Authorization: HMAC-SHA256 Credential=AK/20261120/cn-beijing/ecs/"
	    "request, SignedHeaders=x-date, Signature=00\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	tape_add(&tape,
	    "POST /f HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n\r\na=1",
	    "HTTP/1.1 200 OK\r\n\r\nto the end");
	tape_put(&tape,
	    &(struct tape_take){ .request = DELETE_R,
		.reason = REASON_RESET,
		.flaws = FLAW_BIT(FLAW_RESET) });
	tape_put(&tape,
	    &(struct tape_take){ .request = DELETE_R,
		.reason = REASON_NO_RESPONSE,
		.flaws = FLAW_BIT(FLAW_NO_RESPONSE) });
	tape_put(&tape,
	    &(struct tape_take){ .request = "GET /slow HTTP/1.1\r\n\r\n",
		.response = "HTTP/1.1 200 OK\r\n"
			    "Transfer-Encoding: chunked\r\n\r\n3\r\nab",
		.cut = true,
		.delay_ns = 1000000,
		.flaws = FLAW_BIT(FLAW_TRUNCATED) });
	tape_add(&tape, "CONNECT t:1 HTTP/1.1\r\nHost: t:1\r\n\r\n",
	    "HTTP/1.1 200 OK\r\n\r\n");
	tape_rewind(&tape);
	atexit(leave);
}

/* The client reads what it got, and time passes where it must. */
static void
catch_up(struct client *c, struct peer *p)
{
	peer_read(p);
	if (!p->waiting)
		return;
	p->waiting = false;
	client_woken(c);
	peer_read(p);
}

static bool
is_over(const struct peer *p)
{
	return p->finished || p->reset;
}

static void
feed(struct client *c, struct peer *p, struct span all, size_t piece)
{
	while (all.len > 0 && !is_over(p)) {
		struct span now = span_sub(all, 0, piece);
		size_t used = client_data(c, now);

		assert(used <= now.len);
		assert(used == now.len || p->pending || p->waiting ||
		    p->sniffs || is_over(p));
		p->sniffs = false;
		catch_up(c, p);
		all = span_sub(all, used, all.len);
	}
	client_late(c);
}

static void
check_report(const struct server_report *r)
{
	assert(r->requests ==
	    r->answered + r->missed + r->refused + r->failed + r->tunnels);
	assert(r->failed == 0);
}

static void
run(struct service *service, uint8_t how, struct span all)
{
	struct peer peer = PEER_INIT;
	struct client *client;
	size_t sent;

	peer.stuck = how & 0x80;
	client = client_new(service, &peer);
	feed(client, &peer, all, (how & 0x7f) + 1u);
	peer_read(&peer);
	sent = peer.out.len;
	if (is_over(&peer)) {
		client_data(client, span_of_str(DELETE_R));
		assert(peer.out.len == sent);
	}
	peer_release(&peer);
	client_free(client);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct player_options options = { .memory = 65536,
		.head_of_get = true };
	struct service service = { .input.limit = CLIENT_MAX_INPUT,
		.limits = SERVER_LIMITS };
	struct course *course;
	struct err err;

	if (len < 2)
		return 0;
	if (tape.store == NULL)
		open_tape();
	options.incomplete = data[1] & 1;
	service.latency = data[1] & 2 ? 1 : 0;
	if (data[1] & 4)
		service.limits.head = service.limits.body = 64;
	service.on_miss = data[1] & 8 ? MISS_POLICY_CLOSE : MISS_POLICY_404;
	service.missed = missed_new();
	if (course_open(&course, tape.store, &err) < 0 ||
	    player_open(&service.player, tape.store, tape.rules, course,
		&options, &err) < 0)
		abort();
	/* The second time, requests may be known by their bytes. */
	for (int i = 0; i < 2; i++)
		run(&service, data[0], (struct span){ data + 2, len - 2 });
	assert(service.input.used == 0);
	check_report(&service.report);
	player_close(service.player);
	course_close(course);
	missed_free(service.missed);
	return 0;
}
