/*
 * The response side of a client.  The first byte says how the connection
 * ends and into what pieces the rest is cut, and whether HEAD was asked.
 * However it is cut, the same must be seen; what is told to be complete must
 * be so, and a deletion must not be one that nothing proves.
 */
#include <assert.h>

#include "http/exchange.h"
#include "replay/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct exchange *
play(const uint8_t *data, size_t len, uint8_t mode, size_t piece)
{
	struct exchange *x = exchange_new();
	struct reply *r = reply_new(4096);
	enum reply_state state = REPLY_MORE;

	x->request = arena_alloc(&x->arena, sizeof(*x->request));
	x->request->parsed.method = span_of_str(mode & 4 ? "HEAD" : "DELETE");
	reply_begin(r, x);
	for (size_t at = 0; at < len && state == REPLY_MORE; at += piece)
		state = reply_feed(r,
		    span_sub((struct span){ data, len }, at, piece), 7);
	if (state == REPLY_MORE)
		reply_end(r, (enum reply_end)((mode & 3) % 3), 8);
	assert((x->response != NULL) == (x->reason == REASON_NONE));
	reply_free(r);
	return x;
}

static void
check(const struct exchange *x, size_t len)
{
	const struct message *m = x->response;

	if (m == NULL) {
		assert(x->flaws != 0);
		return;
	}
	/* Three digits (RFC 9112, 4), also those that mean nothing. */
	assert(m->parsed.status >= 0 && m->parsed.status <= 999);
	assert(m->interim.len + m->head.len + m->wire_len <= len ||
	    flaw_has(x->flaws, FLAW_LIMIT));
	assert(m->body.p == NULL || m->body.len == m->wire_len);
	assert(m->complete || x->flaws != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct exchange *whole, *cut;

	if (len == 0)
		return 0;
	whole = play(data + 1, len - 1, data[0], len);
	cut = play(data + 1, len - 1, data[0], 1 + (data[0] >> 3));
	check(whole, len - 1);
	check(cut, len - 1);
	assert((whole->response == NULL) == (cut->response == NULL));
	assert(whole->reason == cut->reason);
	if (whole->response != NULL) {
		assert(span_eq(whole->response->head, cut->response->head));
		assert(span_eq(whole->response->body, cut->response->body));
		assert(whole->response->complete == cut->response->complete);
	}
	exchange_free(whole);
	exchange_free(cut);
	return 0;
}
