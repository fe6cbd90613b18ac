#include "replay/dialer.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "replay/alarm.h"
#include "replay/tls.h"

#define INPUT_BYTES 65536
#define TICK_MS     100
#define MAX_PLAIN   ((size_t)4 << 20)   /* of what one read deciphers to */
#define MAX_CIPHER  ((size_t)600 << 20) /* of one request */

struct dialer {
	uv_loop_t uv;
	uv_async_t wake;
	uv_timer_t tick;
	uv_poll_t alarm;
	uv_signal_t interrupt, terminate;
	int alarm_fd;
	const struct dialer_events *events;
	struct buf plain, wire; /* of whoever is read or written */
	char input[INPUT_BYTES];
};

struct dial {
	uv_tcp_t tcp;
	uv_connect_t connect;
	struct dialer *dialer;
	struct tls *tls; /* NULL: none */
	void *owner;
	bool open;             /* opened() was called */
	struct endpoint local; /* from then on */
};

/* What the kernel did not take. */
struct rest {
	uv_write_t request;
	uint8_t bytes[];
};

static void
on_closed(uv_handle_t *h)
{
	struct dial *c = h->data;

	tls_free(c->tls);
	free(c);
}

static bool
is_closing(const struct dial *c)
{
	return uv_is_closing((const uv_handle_t *)&c->tcp);
}

void
dial_close(struct dial *c)
{
	if (c == NULL)
		return;
	c->owner = NULL;
	if (!is_closing(c))
		uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void
end(struct dial *c, enum dial_end how, const char *why)
{
	void *owner = c->owner;
	struct dialer *d = c->dialer;

	if (is_closing(c))
		return;
	if (!c->open)
		how = DIAL_FAILED;
	dial_close(c);
	d->events->ended(owner, how, why);
}

static void
on_written(uv_write_t *w, int status)
{
	/* If it failed, reading tells how it ended. */
	(void)status;
	free(w->data);
}

static void
put(struct dial *c, struct span bytes)
{
	uv_buf_t all = { .base = (char *)(uintptr_t)bytes.p, .len = bytes.len };
	int n = uv_try_write((uv_stream_t *)&c->tcp, &all, 1);
	struct rest *rest;
	size_t len;

	if (n < 0)
		n = 0;
	len = bytes.len - (size_t)n;
	if (len == 0)
		return;
	rest = xmalloc(sizeof(*rest) + len);
	memcpy(rest->bytes, bytes.p + n, len);
	rest->request.data = rest;
	all = (uv_buf_t){ .base = (char *)rest->bytes, .len = len };
	if (uv_write(&rest->request, (uv_stream_t *)&c->tcp, &all, 1,
		on_written) < 0)
		free(rest);
}

/* What TLS wants to say, also after an error. */
static void
put_wire(struct dial *c)
{
	if (c->dialer->wire.len > 0)
		put(c, buf_span(&c->dialer->wire));
}

static struct endpoint
local_address(const struct dial *c)
{
	struct sockaddr_storage ss = { 0 };
	const struct sockaddr_in *v4 = (void *)&ss;
	const struct sockaddr_in6 *v6 = (void *)&ss;
	struct endpoint e = { 0 };
	int len = sizeof(ss);

	if (uv_tcp_getsockname(&c->tcp, (struct sockaddr *)&ss, &len) < 0)
		return e;
	e.v6 = ss.ss_family == AF_INET6;
	e.port = ntohs(e.v6 ? v6->sin6_port : v4->sin_port);
	if (e.v6)
		memcpy(e.addr, &v6->sin6_addr, 16);
	else
		memcpy(e.addr, &v4->sin_addr, 4);
	return e;
}

static void
opened(struct dial *c)
{
	c->open = true;
	c->local = local_address(c);
	c->dialer->events->opened(c->owner);
}

/* Bytes of TLS: a handshake goes on, or something was said. */
static void
take_cipher(struct dial *c, struct span bytes)
{
	struct dialer *d = c->dialer;
	struct err err;
	int rc;

	buf_reset(&d->plain);
	buf_reset(&d->wire);
	rc = tls_take(c->tls, bytes, &d->plain, &d->wire, &err);
	put_wire(c);
	if (rc == 0 && !c->open && tls_is_open(c->tls))
		opened(c);
	if (!is_closing(c) && d->plain.len > 0)
		d->events->data(c->owner, buf_span(&d->plain));
	if (rc < 0)
		end(c, DIAL_RESET, err.text);
	else if (!is_closing(c) && tls_has_ended(c->tls))
		end(c, DIAL_CLOSED, "TLS was closed");
}

static void
on_alloc(uv_handle_t *h, size_t size, uv_buf_t *buf)
{
	struct dial *c = h->data;

	(void)size;
	*buf = uv_buf_init(c->dialer->input, INPUT_BYTES);
}

static void
on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct dial *c = s->data;
	struct span bytes = { (const uint8_t *)buf->base, (size_t)n };

	if (n < 0)
		end(c, n == UV_EOF ? DIAL_CLOSED : DIAL_RESET,
		    uv_strerror((int)n));
	else if (n > 0 && c->tls != NULL)
		take_cipher(c, bytes);
	else if (n > 0)
		c->dialer->events->data(c->owner, bytes);
}

static void
on_connect(uv_connect_t *request, int status)
{
	struct dial *c = request->data;

	if (is_closing(c))
		return;
	if (status == 0)
		status =
		    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
	if (status < 0) {
		end(c, DIAL_FAILED, uv_strerror(status));
		return;
	}
	uv_tcp_nodelay(&c->tcp, 1);
	if (c->tls != NULL)
		take_cipher(c, span_of_str(""));
	else
		opened(c);
}

/* An error that is known at once is told by the loop like any other. */
static void
on_connect_failed(uv_handle_t *h)
{
	struct dial *c = h->data;

	if (c->owner != NULL)
		c->dialer->events->ended(c->owner, DIAL_FAILED,
		    "no connection can be made");
	on_closed(h);
}

static struct sockaddr_storage
socket_address(const struct endpoint *e)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *v4 = (void *)&ss;
	struct sockaddr_in6 *v6 = (void *)&ss;

	if (e->v6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(e->port);
		memcpy(&v6->sin6_addr, e->addr, 16);
	} else {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(e->port);
		memcpy(&v4->sin_addr, e->addr, 4);
	}
	return ss;
}

struct dial *
dial_open(struct dialer *d, const struct endpoint *to, struct tls_context *tls,
    const char *host, void *owner)
{
	struct dial *c = xcalloc(1, sizeof(*c));
	struct sockaddr_storage ss = socket_address(to);

	c->dialer = d;
	c->owner = owner;
	c->tcp.data = c->connect.data = c;
	if (tls != NULL)
		c->tls = tls_connect(tls, host);
	uv_tcp_init(&d->uv, &c->tcp);
	if (uv_tcp_connect(&c->connect, &c->tcp, (struct sockaddr *)&ss,
		on_connect) < 0)
		uv_close((uv_handle_t *)&c->tcp, on_connect_failed);
	return c;
}

void
dial_send(struct dial *c, struct span bytes)
{
	struct dialer *d = c->dialer;
	struct err err;

	assert(c->open);
	if (is_closing(c))
		return;
	if (c->tls == NULL) {
		put(c, bytes);
		return;
	}
	buf_reset(&d->wire);
	if (tls_give(c->tls, bytes, &d->wire, &err) == 0)
		put_wire(c);
}

const struct endpoint *
dial_local(const struct dial *c)
{
	return &c->local;
}

static void
on_wake(uv_async_t *a)
{
	struct dialer *d = a->data;

	d->events->woken(d->events->ctx);
}

static void
on_tick(uv_timer_t *t)
{
	struct dialer *d = t->data;

	d->events->woken(d->events->ctx);
}

static void
on_alarm(uv_poll_t *p, int status, int events)
{
	struct dialer *d = p->data;

	(void)status;
	(void)events;
	alarm_quiet(d->alarm_fd);
	d->events->woken(d->events->ctx);
}

static void
on_signal(uv_signal_t *s, int number)
{
	struct dialer *d = s->data;

	(void)number;
	d->events->stopped(d->events->ctx);
}

static int
init_handles(struct dialer *d)
{
	int status = uv_async_init(&d->uv, &d->wake, on_wake);

	if (status == 0)
		status = uv_timer_init(&d->uv, &d->tick);
	if (status == 0)
		status = uv_poll_init(&d->uv, &d->alarm, d->alarm_fd);
	if (status == 0)
		status = uv_signal_init(&d->uv, &d->interrupt);
	if (status == 0)
		status = uv_signal_init(&d->uv, &d->terminate);
	d->wake.data = d->tick.data = d->alarm.data = d;
	d->interrupt.data = d->terminate.data = d;
	return status;
}

static int
start_handles(struct dialer *d)
{
	int status = uv_timer_start(&d->tick, on_tick, TICK_MS, TICK_MS);

	signal(SIGPIPE, SIG_IGN);
	if (status == 0)
		status = uv_poll_start(&d->alarm, UV_READABLE, on_alarm);
	if (status == 0)
		status = uv_signal_start(&d->interrupt, on_signal, SIGINT);
	if (status == 0)
		status = uv_signal_start(&d->terminate, on_signal, SIGTERM);
	return status;
}

int
dialer_open(struct dialer **out, const struct dialer_events *events,
    struct err *err)
{
	struct dialer *d = xcalloc(1, sizeof(*d));
	int status;

	d->events = events;
	d->plain = BUF_INIT(MAX_PLAIN);
	d->wire = BUF_INIT(MAX_CIPHER);
	d->alarm_fd = alarm_open(err);
	if (d->alarm_fd < 0) {
		free(d);
		return -1;
	}
	status = uv_loop_init(&d->uv);
	if (status < 0) {
		close(d->alarm_fd);
		free(d);
		return err_set(err, ERR_SYSTEM, "event loop: %s",
		    uv_strerror(status));
	}
	status = init_handles(d);
	if (status == 0)
		status = start_handles(d);
	if (status == 0) {
		*out = d;
		return 0;
	}
	dialer_close(d);
	return err_set(err, ERR_SYSTEM, "event loop: %s", uv_strerror(status));
}

void
dialer_run(struct dialer *d)
{
	uv_run(&d->uv, UV_RUN_DEFAULT);
}

void
dialer_stop(struct dialer *d)
{
	uv_stop(&d->uv);
}

void
dialer_wake(struct dialer *d)
{
	uv_async_send(&d->wake);
}

void
dialer_alarm(struct dialer *d, int64_t when)
{
	alarm_set(d->alarm_fd, when);
}

static void
close_handle(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, h->type == UV_TCP ? on_closed : NULL);
}

void
dialer_close(struct dialer *d)
{
	if (d == NULL)
		return;
	uv_walk(&d->uv, close_handle, NULL);
	/* A dialer_stop() that none has seen yet ends one of them at once. */
	while (uv_run(&d->uv, UV_RUN_DEFAULT) != 0)
		continue;
	uv_loop_close(&d->uv);
	close(d->alarm_fd);
	buf_release(&d->plain);
	buf_release(&d->wire);
	free(d);
}
