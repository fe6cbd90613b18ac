#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "replay/lane.h"
#include "replay/tls.h"

#define LINGER_S   2
#define TLS_RECORD 0x16                /* a handshake (RFC 8446, section 5.1) */
#define MAX_CIPHER ((size_t)256 << 20) /* of one answer */
#define BATCH      64                  /* answers that leave together */

struct peer {
	uv_tcp_t tcp;
	uv_timer_t timer;
	uv_write_t write;
	uv_shutdown_t shutdown;
	struct lane *lane;
	struct tls *tls; /* NULL: none */
	struct buf wire; /* enciphered, on its way; it is being written */
	void *state;
	struct span held; /* input put off while output is pending; owned */
	void (*done)(void *owner);
	void *owner;
	struct span due;   /* output that leaves when the turn ends */
	int fd;            /* of tcp */
	uint64_t deadline; /* of the loop's clock, ms */
	int handles;       /* of tcp and timer, how many are not closed */
	bool surplus;
	bool sniffs;    /* the next byte says whether it is TLS */
	bool batches;   /* what is sent now may become due */
	bool pending;   /* output waits for the peer to read */
	bool waiting;   /* for the timer */
	bool finishing; /* to be closed once output is done */
	bool resetting; /* and that with a reset */
	bool lingering; /* our side is shut; input is thrown away */
	bool ended;     /* the peer shut its side */
	struct peer *prev, *next;
	struct peer *due_prev, *due_next;
};

static bool
is_due(const struct peer *p)
{
	return p->due.p != NULL;
}

static void
undo_due(struct peer *p)
{
	struct lane *lane = p->lane;

	DL_DELETE2(lane->due, p, due_prev, due_next);
	lane->due_count--;
	p->due = (struct span){ 0 };
}

static void
hold_nothing(struct peer *p)
{
	free((void *)(uintptr_t)p->held.p);
	p->held = (struct span){ 0 };
}

static void
on_closed(uv_handle_t *h)
{
	struct peer *p = h->data;
	struct lane *lane = p->lane;

	if (--p->handles > 0)
		return;
	if (p->done != NULL)
		p->done(p->owner);
	lane->loop->events->closed(p->state);
	hold_nothing(p);
	tls_free(p->tls);
	buf_release(&p->wire);
	DL_DELETE(lane->peers, p);
	free(p);
	lane_left(lane);
}

static bool
is_closing(const struct peer *p)
{
	return uv_is_closing((const uv_handle_t *)&p->tcp);
}

void
peer_close(struct peer *p)
{
	if (is_closing(p))
		return;
	if (is_due(p))
		undo_due(p);
	uv_close((uv_handle_t *)&p->timer, on_closed);
	if (!p->resetting || uv_tcp_close_reset(&p->tcp, on_closed) < 0)
		uv_close((uv_handle_t *)&p->tcp, on_closed);
}

static void
on_alloc(uv_handle_t *h, size_t size, uv_buf_t *buf)
{
	struct peer *p = h->data;

	(void)size;
	*buf = uv_buf_init(p->lane->input, LANE_INPUT_BYTES);
}

static void
on_shutdown(uv_shutdown_t *req, int status)
{
	struct peer *p = req->data;

	if (status < 0 || p->ended)
		peer_close(p);
}

/* Tell the other side of TLS that this is the end, if it still listens. */
static void
say_end(struct peer *p)
{
	uv_buf_t bytes;
	struct err err;

	if (p->tls == NULL)
		return;
	buf_reset(&p->wire);
	if (tls_shut(p->tls, &p->wire, &err) < 0 || p->wire.len == 0)
		return;
	bytes = uv_buf_init((char *)p->wire.p, (unsigned)p->wire.len);
	uv_try_write((uv_stream_t *)&p->tcp, &bytes, 1);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf);

/* Shut our side, and wait a moment for the peer to shut its own. */
static void
linger(struct peer *p)
{
	if (p->lingering)
		return;
	p->lingering = true;
	hold_nothing(p);
	say_end(p);
	peer_deadline(p, LINGER_S);
	p->shutdown.data = p;
	if (uv_shutdown(&p->shutdown, (uv_stream_t *)&p->tcp, on_shutdown) < 0)
		peer_close(p);
	else if (!p->ended)
		uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_read);
}

/* Keep what was not used until output is done. */
static void
hold(struct peer *p, struct span rest)
{
	uint8_t *copy;

	if (rest.len == 0)
		return;
	copy = xmalloc(rest.len);
	memcpy(copy, rest.p, rest.len);
	p->held = (struct span){ copy, rest.len };
}

/* After anything happened: close what has nothing left to do. */
static void
settle(struct peer *p)
{
	const struct loop_events *e = p->lane->loop->events;

	if (is_due(p) || p->pending || p->waiting || is_closing(p))
		return;
	if (p->resetting) {
		peer_close(p);
		return;
	}
	if (p->ended || (p->lane->stopping && !e->busy(p->state)))
		p->finishing = true;
	if (p->finishing)
		linger(p);
}

static void take(struct peer *p, struct span bytes);

static void
feed(struct peer *p, struct span bytes)
{
	size_t used = p->lane->loop->events->data(p->state, bytes);
	struct span rest = span_sub(bytes, used, bytes.len);

	p->batches = false;
	assert(used <= bytes.len);
	if (p->finishing || p->resetting) {
		settle(p);
	} else if (p->pending || p->waiting) {
		uv_read_stop((uv_stream_t *)&p->tcp);
		hold(p, rest);
	} else if (p->sniffs && rest.len > 0) {
		take(p, rest);
	} else {
		assert(rest.len == 0);
		settle(p);
	}
}

static void
sent(struct peer *p)
{
	void (*done)(void *) = p->done;

	p->done = NULL;
	if (done != NULL)
		done(p->owner);
}

static void resume(struct peer *p);

static void
on_written(uv_write_t *req, int status)
{
	struct peer *p = req->data;

	p->pending = false;
	sent(p);
	if (status < 0)
		peer_close(p);
	else if (!is_closing(p))
		resume(p);
}

/* Leave to libuv what the kernel would not take. */
static bool
queue_rest(struct peer *p, struct span rest)
{
	uv_buf_t buf = { .base = (char *)(uintptr_t)rest.p, .len = rest.len };

	p->write.data = p;
	p->pending = true;
	if (uv_write(&p->write, (uv_stream_t *)&p->tcp, &buf, 1, on_written) ==
	    0) {
		p->lane->loop->events->stuck(p->state);
		return false;
	}
	p->pending = false;
	sent(p);
	peer_finish(p);
	return true;
}

/*
 * As peer_send(), for bytes as they are on the wire.  Not by
 * uv_try_write(), as send() has less to do for a socket than write().
 */
static bool
write_wire(struct peer *p, struct span bytes)
{
	ssize_t n = send(p->fd, bytes.p, bytes.len, MSG_NOSIGNAL);
	size_t done = n > 0 ? (size_t)n : 0;

	if (done < bytes.len) /* an error comes back from uv_write() */
		return queue_rest(p, span_sub(bytes, done, bytes.len));
	sent(p);
	return true;
}

/* Write what is due.  Whoever does not read it is not read any more. */
static void
flush(struct peer *p)
{
	struct span due = p->due;

	undo_due(p);
	if (!write_wire(p, due))
		uv_read_stop((uv_stream_t *)&p->tcp);
	settle(p);
}

void
peers_flush(struct lane *lane)
{
	while (lane->due != NULL)
		flush(lane->due);
}

/* Leave it for the end of the turn. */
static void
make_due(struct peer *p, struct span bytes)
{
	struct lane *lane = p->lane;

	p->due = bytes;
	DL_APPEND2(lane->due, p, due_prev, due_next);
	lane->due_count++;
}

/* What is due leaves before there is more of it than makes sense. */
static void
make_way(struct peer *p)
{
	if (p->lane->due_count == BATCH)
		peers_flush(p->lane);
	if (is_due(p)) /* read twice in one turn, as one of very many */
		flush(p);
}

static void
broken(struct peer *p, const struct err *err)
{
	p->lane->loop->events->broken(p->state, err->text);
	peer_finish(p);
}

/* Decipher, answer what TLS wants answered, pass on what is left. */
static void
take_cipher(struct peer *p, struct span bytes)
{
	struct buf *plain = &p->lane->plain;
	struct err err;
	int status;

	buf_reset(plain);
	buf_reset(&p->wire);
	status = tls_take(p->tls, bytes, plain, &p->wire, &err);
	if (p->wire.len > 0)
		write_wire(p, buf_span(&p->wire));
	if (status < 0)
		broken(p, &err);
	if (tls_has_ended(p->tls))
		p->ended = true;
	if (p->pending) {
		/* A peer that only asks and never reads gets no further. */
		uv_read_stop((uv_stream_t *)&p->tcp);
		hold(p, buf_span(plain));
	} else if (plain->len > 0 && status == 0) {
		take(p, buf_span(plain));
	}
	settle(p);
}

/* The first bytes of a connection, or of one inside another. */
static void
begin(struct peer *p, struct span bytes)
{
	struct tls_context *context = p->lane->loop->tls;

	p->sniffs = false;
	if (p->tls == NULL && context != NULL && bytes.p[0] == TLS_RECORD) {
		p->tls = tls_accept(context);
		take_cipher(p, bytes);
	} else {
		feed(p, bytes);
	}
}

/* Use bytes without the TLS that may be around them. */
static void
take(struct peer *p, struct span bytes)
{
	if (p->sniffs)
		begin(p, bytes);
	else
		feed(p, bytes);
}

static void
read_bytes(struct peer *p, struct span bytes)
{
	if (p->tls != NULL)
		take_cipher(p, bytes);
	else if (p->pending)
		hold(p, bytes);
	else
		take(p, bytes);
}

static void
on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct peer *p = s->data;

	if (n == UV_EOF)
		p->ended = true;
	if (n > 0)
		make_way(p);
	if (n < 0 && (n != UV_EOF || p->lingering)) {
		peer_close(p);
		return;
	}
	if (n < 0) {
		uv_read_stop(s);
		settle(p);
	} else if (n > 0 && !p->lingering && !p->finishing && !is_closing(p)) {
		read_bytes(p,
		    (struct span){ (const uint8_t *)buf->base, (size_t)n });
	}
}

/* Output is done: go on with what was put off, then with what arrives. */
static void
resume(struct peer *p)
{
	struct span held = p->held;

	if (p->finishing || p->resetting) {
		settle(p);
		return;
	}
	p->held = (struct span){ 0 };
	if (held.len > 0)
		take(p, held);
	free((void *)(uintptr_t)held.p);
	settle(p);
	if (!p->pending && !p->waiting && !p->lingering && !p->ended &&
	    !is_closing(p))
		uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_read);
}

/* The plain bytes are of no use any more once they are enciphered. */
static bool
send_cipher(struct peer *p, struct span bytes)
{
	struct err err;
	int status;

	buf_reset(&p->wire);
	status = tls_give(p->tls, bytes, &p->wire, &err);
	sent(p);
	if (status < 0) {
		broken(p, &err);
		return true;
	}
	return write_wire(p, buf_span(&p->wire));
}

bool
peer_send(struct peer *p, struct span bytes, void (*done)(void *), void *owner)
{
	assert(!is_due(p) && !p->pending && !p->waiting);
	p->done = done;
	p->owner = owner;
	if (p->tls != NULL)
		return send_cipher(p, bytes);
	if (!p->batches)
		return write_wire(p, bytes);
	make_due(p, bytes);
	return true;
}

void
peer_batch(struct peer *p)
{
	p->batches = true;
}

static void
on_timer(uv_timer_t *timer)
{
	struct peer *p = timer->data;

	p->waiting = false;
	p->lane->loop->events->woken(p->state);
	if (!p->pending && !p->waiting && !is_closing(p))
		resume(p);
}

void
peer_wait(struct peer *p, uint64_t ms)
{
	p->waiting = true;
	uv_timer_start(&p->timer, on_timer, ms, 0);
}

void
peer_sniff(struct peer *p)
{
	p->sniffs = true;
}

void
peer_finish(struct peer *p)
{
	p->finishing = true;
}

void
peer_reset(struct peer *p)
{
	p->resetting = true;
}

void
peer_deadline(struct peer *p, unsigned seconds)
{
	p->deadline = uv_now(&p->lane->uv) + (uint64_t)seconds * 1000;
}

struct loop *
peer_loop(const struct peer *p)
{
	return p->lane->loop;
}

bool
peer_is_surplus(const struct peer *p)
{
	return p->surplus;
}

void
peer_open(struct lane *lane, struct arrival a)
{
	struct peer *p = xcalloc(1, sizeof(*p));

	p->lane = lane;
	p->surplus = a.surplus;
	p->fd = a.fd;
	p->sniffs = lane->loop->tls != NULL;
	p->wire = BUF_INIT(MAX_CIPHER);
	p->tcp.data = p->timer.data = p;
	if (uv_tcp_init(&lane->uv, &p->tcp) < 0) {
		close(a.fd);
		free(p);
		lane_left(lane);
		return;
	}
	uv_timer_init(&lane->uv, &p->timer);
	p->handles = 2;
	DL_APPEND(lane->peers, p);
	p->deadline = UINT64_MAX;
	p->state = lane->loop->events->opened(lane->loop->events->ctx,
	    lane->number, p);
	if (uv_tcp_open(&p->tcp, a.fd) < 0) {
		close(a.fd);
		peer_close(p);
	} else if (uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_read) <
	    0) {
		peer_close(p);
	} else {
		uv_tcp_nodelay(&p->tcp, 1);
	}
}

static void
late(struct peer *p)
{
	if (p->lingering || p->pending) {
		peer_close(p);
		return;
	}
	if (p->waiting || is_due(p))
		return;
	p->deadline = UINT64_MAX;
	/* In the middle of a handshake there is nobody to answer to. */
	if (p->tls != NULL && !tls_is_open(p->tls))
		peer_finish(p);
	else
		p->lane->loop->events->late(p->state);
	settle(p);
}

void
peers_tick(struct lane *lane)
{
	uint64_t now = uv_now(&lane->uv);
	struct peer *p, *next;

	DL_FOREACH_SAFE(lane->peers, p, next)
	{
		if (lane->stopping && now >= lane->grace_end)
			peer_close(p);
		else if (now >= p->deadline)
			late(p);
	}
}

void
peers_settle(struct lane *lane)
{
	struct peer *p, *next;

	DL_FOREACH_SAFE(lane->peers, p, next)
	settle(p);
}
