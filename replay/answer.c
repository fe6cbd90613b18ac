#include "replay/answer.h"

#include <assert.h>
#include <stdlib.h>
#include <uthash.h>
#include <utlist.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "http/body.h"
#include "http/exchange.h"
#include "http/head.h"
#include "store/store.h"

/* An answer with its cache entry; the bytes follow it in memory. */
struct kept {
	UT_hash_handle hh;
	struct kept *prev, *next;
	unsigned users; /* the cache is one of them */
	struct answer answer;
	uint8_t bytes[];
};

struct answers {
	struct store *store;
	bool incomplete;
	struct entry entry; /* scratch */
	struct kept *by_id;
	struct kept *recent; /* latest use first */
	size_t bytes, limit;
	uint64_t age; /* grows with every one that is dropped */
};

/* Is every byte of it there that there was, or was until it was purged? */
static bool
has_bytes(const struct message *m)
{
	if (m->purged != NULL)
		return m->purged->len == m->wire_len;
	return m->head.p != NULL && (m->body.p != NULL || m->wire_len == 0) &&
	    m->body.len == m->wire_len;
}

static bool
is_whole(const struct exchange *x)
{
	return exchange_is_complete(x) && has_bytes(x->response) &&
	    x->response->hole_count == 0;
}

/* What went wrong was on the wire, and nothing was lost on the way to us. */
static bool
is_fault(const struct exchange *x)
{
	static const flaw_set unseen = FLAW_BIT(FLAW_GAP) |
	    FLAW_BIT(FLAW_MIDSTREAM) | FLAW_BIT(FLAW_LIMIT) |
	    FLAW_BIT(FLAW_AMBIGUOUS) | FLAW_BIT(FLAW_SNAPLEN) |
	    FLAW_BIT(FLAW_RESPONSE_LOST) | FLAW_BIT(FLAW_MALFORMED);
	const struct message *m = x->response;

	if (x->request == NULL || !x->request->complete ||
	    (x->flaws & unseen) != 0)
		return false;
	if (m == NULL)
		return x->reason == REASON_RESET ||
		    x->reason == REASON_NO_RESPONSE;
	return !m->complete && has_bytes(m) && m->hole_count == 0;
}

bool
answer_exists(const struct exchange *x, bool incomplete)
{
	return is_whole(x) || is_fault(x) ||
	    (incomplete && x->request != NULL && x->response != NULL &&
		has_bytes(x->response));
}

/* Does the connection end with a response that is whole? */
static bool
is_last(const struct message *m)
{
	const struct head *h = &m->parsed;

	return m->framing == FRAMING_CLOSE || h->status == 101 ||
	    head_has_token(h, "Connection", "close") ||
	    (h->minor == 0 && !head_has_token(h, "Connection", "keep-alive"));
}

static enum ending
ending_of(const struct exchange *x)
{
	if (x->response == NULL)
		return x->reason == REASON_RESET ? ENDING_RESET
						 : ENDING_SILENCE;
	if (is_whole(x))
		return is_last(x->response) ? ENDING_CLOSE : ENDING_KEEP;
	return flaw_has(x->flaws, FLAW_RESET) ? ENDING_RESET : ENDING_CLOSE;
}

struct answers *
answers_new(struct store *store, bool incomplete, size_t bytes)
{
	struct answers *a = xcalloc(1, sizeof(*a));

	a->incomplete = incomplete;
	a->limit = bytes;
	a->store = store;
	return a;
}

static struct kept *
kept_of(const struct answer *answer)
{
	return (
	    struct kept *)((uintptr_t)answer - offsetof(struct kept, answer));
}

static void
let_go(struct kept *k)
{
	if (--k->users == 0)
		free(k);
}

void
answer_release(const struct answer *answer)
{
	let_go(kept_of(answer));
}

static void
drop(struct answers *a, struct kept *k)
{
	a->age++;
	a->bytes -= sizeof(*k) + k->answer.interim.len + k->answer.final.len;
	HASH_DEL(a->by_id, k);
	DL_DELETE(a->recent, k);
	let_go(k);
}

void
answers_free(struct answers *a)
{
	if (a == NULL)
		return;
	while (a->recent != NULL)
		drop(a, a->recent);
	entry_release(&a->entry);
	free(a);
}

static struct span
append(uint8_t **to, struct span data)
{
	struct span copy = { *to, data.len };

	if (data.len > 0)
		memcpy(*to, data.p, data.len);
	*to += data.len;
	return copy;
}

/* How long the service thought; 0 if the clock says that it did not. */
static int64_t
delay_of(const struct exchange *x)
{
	int64_t delay = x->response->first - x->request->last;

	return delay > 0 ? delay : 0;
}

static struct kept *
make(const struct entry *e)
{
	static const struct message nothing;
	const struct exchange *x = e->exchange;
	const struct message *m = x->response != NULL ? x->response : &nothing;
	struct kept *k =
	    xcalloc(1, sizeof(*k) + m->interim.len + m->head.len + m->body.len);
	uint8_t *to = k->bytes;

	k->users = 1;
	k->answer.id = e->id;
	k->answer.interim = append(&to, m->interim);
	k->answer.final = append(&to, m->head);
	k->answer.final.len += append(&to, m->body).len;
	k->answer.head_len = m->head.len;
	k->answer.status = m->parsed.status;
	k->answer.chunked = m->framing == FRAMING_CHUNKED;
	k->answer.cut = m != &nothing && !m->complete;
	k->answer.purged = m->purged != NULL;
	k->answer.ending = ending_of(x);
	k->answer.delay_ns = m != &nothing ? delay_of(x) : 0;
	return k;
}

static struct kept *
keep(struct answers *a, const struct entry *e)
{
	struct kept *k = make(e);

	HASH_ADD(hh, a->by_id, answer.id, sizeof(k->answer.id), k);
	DL_PREPEND(a->recent, k);
	a->bytes += sizeof(*k) + k->answer.interim.len + k->answer.final.len;
	while (a->bytes > a->limit && a->recent->prev != k)
		drop(a, a->recent->prev);
	return k;
}

void
answers_offer(struct answers *a, const struct entry *e)
{
	struct kept *k;

	HASH_FIND(hh, a->by_id, &e->id, sizeof(e->id), k);
	if (k == NULL && answers_has(a, e->exchange))
		keep(a, e);
}

bool
answers_has(const struct answers *a, const struct exchange *x)
{
	return answer_exists(x, a->incomplete);
}

/* Read one from the archive and keep it. */
static int
load(struct answers *a, uint64_t id, struct kept **out, struct err *err)
{
	int found = store_get(a->store, id, &a->entry, err);

	if (found < 0)
		return -1;
	if (found == 0 || !answers_has(a, a->entry.exchange))
		return err_set(err, ERR_CORRUPT,
		    "exchange %llu has no response", (unsigned long long)id);
	*out = keep(a, &a->entry);
	entry_release(&a->entry);
	return 0;
}

static int
find(struct answers *a, uint64_t id, struct kept **out, struct err *err)
{
	struct kept *k;

	HASH_FIND(hh, a->by_id, &id, sizeof(id), k);
	if (k == NULL && load(a, id, &k, err) < 0)
		return -1;
	if (a->recent != k) {
		DL_DELETE(a->recent, k);
		DL_PREPEND(a->recent, k);
	}
	*out = k;
	return 0;
}

int
answers_get(struct answers *a, uint64_t id, struct answer_place *place,
    const struct answer **out, struct err *err)
{
	struct answer_place nowhere = { 0 };
	struct kept *k;

	if (place == NULL)
		place = &nowhere;
	if (place->answer == NULL || place->age != a->age ||
	    place->answer->id != id) {
		if (find(a, id, &k, err) < 0)
			return -1;
		*place = (struct answer_place){ &k->answer, a->age };
	}
	kept_of(place->answer)->users++;
	*out = place->answer;
	return 0;
}

/* Take one interim response off *rest. */
static struct span
next_interim(struct span *rest)
{
	const uint8_t *end = memmem(rest->p, rest->len, "\r\n\r\n", 4);
	size_t len = end == NULL ? rest->len : (size_t)(end - rest->p) + 4;
	struct span one = span_sub(*rest, 0, len);

	*rest = span_sub(*rest, len, rest->len);
	return one;
}

/* "HTTP/1.1 100 ..." */
static bool
is_continue(struct span interim)
{
	size_t blank = span_find(interim, ' ');

	return span_has_prefix(span_sub(interim, blank, 4),
	    span_of_str(" 100"));
}

struct span
answer_interim(const struct answer *answer, bool want_continue,
    struct arena *arena)
{
	struct span rest = answer->interim, out = { 0 };
	uint8_t *to;

	if (rest.len == 0 || want_continue)
		return rest;
	to = arena_alloc(arena, rest.len);
	out.p = to;
	while (rest.len > 0) {
		struct span one = next_interim(&rest);

		if (!is_continue(one))
			append(&to, one);
	}
	out.len = (size_t)(to - out.p);
	return out;
}

/* Lines of a head but for those that frame a body as chunks. */
static int
copy_head(struct buf *to, struct span head, struct err *err)
{
	static const struct span names[] = {
		SPAN_LITERAL("Transfer-Encoding"),
		SPAN_LITERAL("Trailer"),
		SPAN_LITERAL("Content-Length"),
	};

	while (head.len > 0) {
		size_t end = span_find(head, '\n') + 1;
		struct span line = span_sub(head, 0, end);
		struct span name = span_sub(line, 0, span_find(line, ':'));
		bool frames = false;

		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			frames |= span_eq_nocase(name, names[i]);
		if (!frames && buf_add(to, line, err) < 0)
			return -1;
		head = span_sub(head, end, head.len);
	}
	return 0;
}

int
answer_unchunk(const struct answer *answer, struct arena *arena,
    struct span *out, struct err *err)
{
	struct message m = {
		.head = span_sub(answer->final, 0, answer->head_len),
		.body = span_sub(answer->final, answer->head_len,
		    answer->final.len),
		.framing = FRAMING_CHUNKED,
	};
	struct span entity = body_entity(&m, arena);
	struct buf b = BUF_INIT(answer->final.len + 64);
	struct span length = arena_printf(arena, "Content-Length: %zu\r\n\r\n",
	    entity.len + answer->cut);
	/* The empty line comes after the new field. */
	size_t fields = m.head.len -
	    (span_has_prefix(span_sub(m.head, m.head.len - 2, 2),
		 span_of_str("\r\n"))
		    ? 2
		    : 1);
	int status = copy_head(&b, span_sub(m.head, 0, fields), err);

	if (status == 0)
		status = buf_add(&b, length, err);
	if (status == 0)
		status = buf_add(&b, entity, err);
	if (status == 0)
		*out = arena_copy(arena, buf_span(&b));
	buf_release(&b);
	return status;
}
