#include "replay/loop.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <utlist.h>
#include <uv.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "replay/address.h"

#define INPUT_BYTES 65536
#define BACKLOG     1024
#define TICK_MS     1000
#define LINGER_S    2
#define SPARE_FILES 64 /* descriptors kept for everything but peers */

struct peer {
	uv_tcp_t tcp;
	uv_write_t write;
	uv_shutdown_t shutdown;
	struct loop *loop;
	void *state;
	struct span held; /* input put off while output is pending; owned */
	size_t held_used;
	void (*done)(void *owner);
	void *owner;
	uint64_t deadline; /* of the loop's clock, ms */
	bool pending;      /* output waits for the peer to read */
	bool finishing;    /* to be closed once output is done */
	bool lingering;    /* our side is shut; input is thrown away */
	bool ended;        /* the peer shut its side */
	struct peer *prev, *next;
};

struct loop {
	uv_loop_t uv;
	uv_tcp_t listener;
	uv_async_t stopper;
	uv_signal_t interrupt, terminate;
	uv_timer_t tick;
	const struct loop_events *events;
	struct peer *peers;
	size_t peer_count, peer_limit;
	bool accept_waits; /* a connection is ready, but there are too many */
	bool stopping, ended;
	uint64_t grace_end;
	char url[ADDRESS_URL_SIZE];
	char input[INPUT_BYTES]; /* of whoever is read at the moment */
};

static int
fail(struct err *err, enum err_code code, const char *what, int status)
{
	return err_set(err, code, "%s: %s", what, uv_strerror(status));
}

static void
hold_nothing(struct peer *p)
{
	free((void *)(uintptr_t)p->held.p);
	p->held = (struct span){ 0 };
	p->held_used = 0;
}

static void accept_one(struct loop *l);
static void end(struct loop *l);

static void
on_closed(uv_handle_t *h)
{
	struct peer *p = h->data;
	struct loop *l = p->loop;

	if (p->done != NULL)
		p->done(p->owner);
	l->events->closed(p->state);
	hold_nothing(p);
	DL_DELETE(l->peers, p);
	l->peer_count--;
	free(p);
	if (l->accept_waits)
		accept_one(l);
	if (l->stopping && l->peer_count == 0)
		end(l);
}

static void
peer_close(struct peer *p)
{
	if (!uv_is_closing((uv_handle_t *)&p->tcp))
		uv_close((uv_handle_t *)&p->tcp, on_closed);
}

static void
on_alloc(uv_handle_t *h, size_t size, uv_buf_t *buf)
{
	struct peer *p = h->data;

	(void)size;
	*buf = uv_buf_init(p->loop->input, INPUT_BYTES);
}

static void
on_shutdown(uv_shutdown_t *req, int status)
{
	struct peer *p = req->data;

	if (status < 0 || p->ended)
		peer_close(p);
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
	const struct loop_events *e = p->loop->events;

	if (p->pending || uv_is_closing((uv_handle_t *)&p->tcp))
		return;
	if (p->ended || (p->loop->stopping && !e->busy(p->state)))
		p->finishing = true;
	if (p->finishing)
		linger(p);
}

static void
feed(struct peer *p, struct span bytes)
{
	size_t used = p->loop->events->data(p->state, bytes);

	assert(used <= bytes.len);
	if (p->pending && !p->finishing) {
		uv_read_stop((uv_stream_t *)&p->tcp);
		hold(p, span_sub(bytes, used, bytes.len));
	} else {
		assert(used == bytes.len || p->finishing);
	}
	settle(p);
}

static void
on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct peer *p = s->data;

	if (n == UV_EOF)
		p->ended = true;
	if (n < 0 && (n != UV_EOF || p->lingering)) {
		peer_close(p);
		return;
	}
	if (n < 0) {
		uv_read_stop(s);
		settle(p);
	} else if (n > 0 && !p->lingering && !p->finishing) {
		feed(p, (struct span){ (const uint8_t *)buf->base, (size_t)n });
	}
}

/* Output is done: go on with what was put off, then with what arrives. */
static void
resume(struct peer *p)
{
	struct span held = p->held;

	if (p->finishing) {
		settle(p);
		return;
	}
	p->held = (struct span){ 0 };
	if (held.len > 0)
		feed(p, held);
	free((void *)(uintptr_t)held.p);
	settle(p);
	if (!p->pending && !p->lingering && !p->ended)
		uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_read);
}

static void
sent(struct peer *p)
{
	void (*done)(void *) = p->done;

	p->done = NULL;
	if (done != NULL)
		done(p->owner);
}

static void
on_written(uv_write_t *req, int status)
{
	struct peer *p = req->data;

	p->pending = false;
	sent(p);
	if (status < 0)
		peer_close(p);
	else if (!uv_is_closing((uv_handle_t *)&p->tcp))
		resume(p);
}

/* Leave to libuv what the kernel would not take. */
static bool
queue_rest(struct peer *p, uv_buf_t rest)
{
	p->write.data = p;
	p->pending = true;
	if (uv_write(&p->write, (uv_stream_t *)&p->tcp, &rest, 1, on_written) ==
	    0)
		return false;
	p->pending = false;
	sent(p);
	peer_finish(p);
	return true;
}

bool
peer_send(struct peer *p, struct span bytes, void (*done)(void *), void *owner)
{
	uv_buf_t all = { .base = (char *)(uintptr_t)bytes.p, .len = bytes.len };
	int n;

	assert(!p->pending);
	p->done = done;
	p->owner = owner;
	n = uv_try_write((uv_stream_t *)&p->tcp, &all, 1);
	if (n < 0)
		n = 0; /* a real error comes back from uv_write() */
	if ((size_t)n < bytes.len)
		return queue_rest(p,
		    (uv_buf_t){ .base = all.base + n,
			.len = bytes.len - (size_t)n });
	sent(p);
	return true;
}

void
peer_finish(struct peer *p)
{
	p->finishing = true;
}

void
peer_deadline(struct peer *p, unsigned seconds)
{
	p->deadline = uv_now(&p->loop->uv) + (uint64_t)seconds * 1000;
}

struct loop *
peer_loop(const struct peer *p)
{
	return p->loop;
}

static void
accept_one(struct loop *l)
{
	struct peer *p;

	l->accept_waits = l->peer_count >= l->peer_limit;
	if (l->accept_waits || l->stopping)
		return;
	p = xcalloc(1, sizeof(*p));
	p->loop = l;
	p->tcp.data = p;
	if (uv_tcp_init(&l->uv, &p->tcp) < 0) {
		free(p);
		return;
	}
	DL_APPEND(l->peers, p);
	l->peer_count++;
	p->deadline = UINT64_MAX;
	p->state = l->events->opened(l->events->ctx, p);
	if (uv_accept((uv_stream_t *)&l->listener, (uv_stream_t *)&p->tcp) <
		0 ||
	    uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_read) < 0)
		peer_close(p);
	else
		uv_tcp_nodelay(&p->tcp, 1);
}

static void
on_connection(uv_stream_t *listener, int status)
{
	if (status == 0)
		accept_one(listener->data);
}

static void
late(struct peer *p)
{
	if (p->lingering || p->pending) {
		peer_close(p);
		return;
	}
	p->deadline = UINT64_MAX;
	p->loop->events->late(p->state);
	settle(p);
}

static void
on_tick(uv_timer_t *timer)
{
	struct loop *l = timer->data;
	uint64_t now = uv_now(&l->uv);
	struct peer *p, *next;

	DL_FOREACH_SAFE(l->peers, p, next)
	{
		if (l->stopping && now >= l->grace_end)
			peer_close(p);
		else if (now >= p->deadline)
			late(p);
	}
}

/* Close everything that keeps uv_run() going, or could be closed. */
static void
end(struct loop *l)
{
	if (l->ended)
		return;
	l->ended = true;
	uv_close((uv_handle_t *)&l->stopper, NULL);
	uv_close((uv_handle_t *)&l->interrupt, NULL);
	uv_close((uv_handle_t *)&l->terminate, NULL);
	uv_close((uv_handle_t *)&l->tick, NULL);
}

static void
stop(struct loop *l)
{
	struct peer *p, *next;

	if (l->stopping) {
		l->grace_end = 0;
		on_tick(&l->tick);
		return;
	}
	l->stopping = true;
	l->grace_end = uv_now(&l->uv) + LOOP_GRACE_S * 1000;
	uv_close((uv_handle_t *)&l->listener, NULL);
	DL_FOREACH_SAFE(l->peers, p, next)
	settle(p);
	if (l->peer_count == 0)
		end(l);
}

static void
on_stopper(uv_async_t *a)
{
	stop(a->data);
}

static void
on_signal(uv_signal_t *s, int number)
{
	(void)number;
	stop(s->data);
}

/* As many connections as there can be descriptors. */
static size_t
peer_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return SPARE_FILES;
	if (r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &r) < 0 ||
		    getrlimit(RLIMIT_NOFILE, &r) < 0)
			return SPARE_FILES;
	}
	if (r.rlim_cur <= 2 * SPARE_FILES)
		return SPARE_FILES;
	if (r.rlim_cur - SPARE_FILES > LOOP_MAX_PEERS)
		return LOOP_MAX_PEERS;
	return (size_t)r.rlim_cur - SPARE_FILES;
}

/* Ask which port it became and write it down. */
static int
learn_url(struct loop *l, struct err *err)
{
	struct sockaddr_storage ss = { 0 };
	int len = sizeof(ss);
	int status =
	    uv_tcp_getsockname(&l->listener, (struct sockaddr *)&ss, &len);

	if (status < 0)
		return fail(err, ERR_SYSTEM, "getsockname", status);
	address_url(l->url, &ss);
	return 0;
}

static int
listen_on(struct loop *l, const char *address, struct err *err)
{
	struct sockaddr_storage ss = { 0 };
	int status;

	if (address_parse(&ss, address, err) < 0)
		return -1;
	status = uv_tcp_bind(&l->listener, (struct sockaddr *)&ss, 0);
	if (status == 0)
		status = uv_listen((uv_stream_t *)&l->listener, BACKLOG,
		    on_connection);
	if (status < 0)
		return fail(err, ERR_SYSTEM, address, status);
	return learn_url(l, err);
}

static int
init_handles(struct loop *l)
{
	int status = uv_tcp_init(&l->uv, &l->listener);

	if (status == 0)
		status = uv_async_init(&l->uv, &l->stopper, on_stopper);
	if (status == 0)
		status = uv_signal_init(&l->uv, &l->interrupt);
	if (status == 0)
		status = uv_signal_init(&l->uv, &l->terminate);
	if (status == 0)
		status = uv_timer_init(&l->uv, &l->tick);
	l->listener.data = l->stopper.data = l->tick.data = l;
	l->interrupt.data = l->terminate.data = l;
	return status;
}

/* From here on a signal waits for loop_run() instead of killing us. */
static int
start_handles(struct loop *l)
{
	int status = uv_signal_start(&l->interrupt, on_signal, SIGINT);

	signal(SIGPIPE, SIG_IGN);
	if (status == 0)
		status = uv_signal_start(&l->terminate, on_signal, SIGTERM);
	if (status == 0)
		status = uv_timer_start(&l->tick, on_tick, TICK_MS, TICK_MS);
	return status;
}

int
loop_open(struct loop **out, const char *address,
    const struct loop_events *events, struct err *err)
{
	struct loop *l = xcalloc(1, sizeof(*l));
	int status = uv_loop_init(&l->uv);

	if (status < 0) {
		free(l);
		return fail(err, ERR_SYSTEM, "event loop", status);
	}
	l->events = events;
	l->peer_limit = peer_limit();
	status = init_handles(l);
	if (status == 0)
		status = start_handles(l);
	if (status < 0) {
		loop_close(l);
		return fail(err, ERR_SYSTEM, "event loop", status);
	}
	if (listen_on(l, address, err) < 0) {
		loop_close(l);
		return -1;
	}
	*out = l;
	return 0;
}

const char *
loop_url(const struct loop *l)
{
	return l->url;
}

bool
loop_is_stopping(const struct loop *l)
{
	return l->stopping;
}

void
loop_run(struct loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void
loop_stop(struct loop *l)
{
	uv_async_send(&l->stopper);
}

static void
close_handle(uv_handle_t *h, void *arg)
{
	struct loop *l = arg;

	if (uv_is_closing(h))
		return;
	if (h == (uv_handle_t *)&l->listener ||
	    h == (uv_handle_t *)&l->stopper ||
	    h == (uv_handle_t *)&l->interrupt ||
	    h == (uv_handle_t *)&l->terminate || h == (uv_handle_t *)&l->tick)
		uv_close(h, NULL);
	else
		uv_close(h, on_closed);
}

void
loop_close(struct loop *l)
{
	if (l == NULL)
		return;
	l->stopping = l->ended = true;
	uv_walk(&l->uv, close_handle, l);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	uv_loop_close(&l->uv);
	free(l);
}
