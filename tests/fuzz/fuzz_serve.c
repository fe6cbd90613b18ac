/*
 * The request side of a server: parser, key, match and answer, against a
 * small archive.  The first byte says into what pieces the rest is cut and
 * whether the client is slow to read.
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
	tape_rewind(&tape);
	atexit(leave);
}

static void
feed(struct client *c, struct peer *p, struct span all, size_t piece)
{
	while (all.len > 0 && !p->finished) {
		struct span now = span_sub(all, 0, piece);
		size_t used = client_data(c, now);

		assert(used <= now.len);
		assert(used == now.len || p->pending || p->finished);
		peer_read(p);
		all = span_sub(all, used, all.len);
	}
	client_late(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct player_options options = { .memory = 65536,
		.head_of_get = true };
	struct service service = { .input.limit = CLIENT_MAX_INPUT,
		.limits = SERVER_LIMITS };
	struct peer peer = PEER_INIT;
	struct client *client;
	struct course *course;
	struct err err;

	if (len == 0)
		return 0;
	if (tape.store == NULL)
		open_tape();
	service.missed = missed_new();
	if (course_open(&course, tape.store, &err) < 0 ||
	    player_open(&service.player, tape.store, tape.rules, course,
		&options, &err) < 0)
		abort();
	peer.stuck = data[0] & 0x80;
	client = client_new(&service, &peer);
	feed(client, &peer, (struct span){ data + 1, len - 1 },
	    (data[0] & 0x7f) + 1u);
	peer_release(&peer);
	client_free(client);
	assert(service.input.used == 0);
	player_close(service.player);
	course_close(course);
	missed_free(service.missed);
	return 0;
}
