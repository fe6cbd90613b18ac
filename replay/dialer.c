#include "replay/dialer.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>
#include <uv.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "replay/alarm.h"
#include "replay/socket.h"
#include "replay/tls.h"

#define INPUT_BYTES 65536
#define MAX_READS   32 /* of one connection in a row */
#define MAX_NEWS    256
#define TICK_MS     100
#define MAX_PLAIN   ((size_t)4 << 20)   /* of what one read deciphers to */
#define MAX_CIPHER  ((size_t)600 << 20) /* of one request */
#define MAX_REST    (2 * MAX_CIPHER)

struct dialer {
	uv_loop_t uv;
	uv_async_t wake;
	uv_timer_t tick;
	uv_poll_t alarm, news;
	uv_signal_t interrupt, terminate;
	int alarm_fd;
	int64_t alarm_at; /* what it is set to; 0: nothing */
	int set;          /* of all sockets */
	bool has_failed;  /* one of them never was */
	const struct dialer_events *events;
	struct dial *live, *gone;
	struct buf plain, wire; /* of whoever is read or written */
	char input[INPUT_BYTES];
};

struct dial {
	struct dialer *dialer;
	struct dial *prev, *next;
	int fd;          /* -1: it is over, or never was */
	int failure;     /* errno, if it never was */
	struct tls *tls; /* NULL: none */
	void *owner;
	bool connected;
	bool open;             /* opened() was called */
	struct endpoint local; /* from then on */
	struct buf rest;       /* that the kernel did not take, */
	size_t sent;           /* but for so much of it */
};

static void
free_dial(struct dial *c)
{
	tls_free(c->tls);
	buf_release(&c->rest);
	free(c);
}

/* News of them may be on their way until all news were told. */
static void
free_gone(struct dialer *d)
{
	struct dial *c, *next;

	DL_FOREACH_SAFE(d->gone, c, next)
	free_dial(c);
	d->gone = NULL;
}

static bool
is_closing(const struct dial *c)
{
	return c->owner == NULL;
}

void
dial_close(struct dial *c)
{
	if (c == NULL || is_closing(c))
		return;
	c->owner = NULL;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	DL_DELETE(c->dialer->live, c);
	DL_APPEND(c->dialer->gone, c);
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

/* If something fails, reading tells how it ended. */
static void
put_rest(struct dial *c)
{
	struct span rest = span_sub(buf_span(&c->rest), c->sent, c->rest.len);

	if (rest.len == 0)
		return;
	c->sent += socket_send(c->fd, rest);
	if (c->sent < c->rest.len)
		return;
	buf_release(&c->rest);
	c->sent = 0;
}

static void
put(struct dial *c, struct span bytes)
{
	size_t n = c->rest.len > 0 ? 0 : socket_send(c->fd, bytes);
	struct err err;

	if (n == bytes.len)
		return;
	if (c->rest.len == 0)
		socket_hurry(c->fd);
	c->rest.limit = MAX_REST;
	if (buf_add(&c->rest, span_sub(bytes, n, bytes.len), &err) < 0)
		socket_break(c->fd);
}

/* What TLS wants to say, also after an error. */
static void
put_wire(struct dial *c)
{
	if (c->dialer->wire.len > 0)
		put(c, buf_span(&c->dialer->wire));
}

static void
opened(struct dial *c)
{
	c->open = true;
	c->local = socket_local(c->fd);
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
take(struct dial *c, struct span bytes)
{
	if (c->tls != NULL)
		take_cipher(c, bytes);
	else
		c->dialer->events->data(c->owner, bytes);
}

static void
end_of_reading(struct dial *c, ssize_t n)
{
	if (n == 0)
		end(c, DIAL_CLOSED, "end of file");
	else if (errno != EAGAIN)
		end(c, DIAL_RESET, strerror(errno));
}

/* A short read was the last, unless the end was there as well. */
static void
read_all(struct dial *c, uint32_t what)
{
	struct dialer *d = c->dialer;

	for (int i = 0; i < MAX_READS; i++) {
		ssize_t n = socket_receive(c->fd, d->input, INPUT_BYTES);

		if (n <= 0) {
			end_of_reading(c, n);
			return;
		}
		take(c, (struct span){ (uint8_t *)d->input, (size_t)n });
		if (is_closing(c))
			return;
		if (n < INPUT_BYTES && (what & SOCKET_ENDED) == 0)
			return;
	}
	/* Others have their turn, and the clock. */
	socket_retell(c->fd, d->set, c);
}

static void
connected(struct dial *c, uint32_t what)
{
	int error = what & SOCKET_ENDED ? socket_error(c->fd) : 0;

	if (error != 0) {
		end(c, DIAL_FAILED, strerror(error));
		return;
	}
	c->connected = true;
	if (c->tls == NULL) {
		opened(c);
		return;
	}
	socket_hurry(c->fd);
	take_cipher(c, span_of_str(""));
}

static void
happen(struct dial *c, uint32_t what)
{
	if (!is_closing(c) && !c->connected &&
	    (what & (SOCKET_WRITE | SOCKET_ENDED)) != 0)
		connected(c, what);
	if (!is_closing(c) && (what & SOCKET_WRITE) != 0)
		put_rest(c);
	if (!is_closing(c) && (what & SOCKET_READ) != 0)
		read_all(c, what);
}

static void
on_news(uv_poll_t *p, int status, int events)
{
	struct dialer *d = p->data;
	struct socket_news news[MAX_NEWS];
	size_t count = socket_set_take(d->set, news, MAX_NEWS);

	(void)status;
	(void)events;
	for (size_t i = 0; i < count; i++)
		happen(news[i].owner, news[i].what);
	free_gone(d);
	d->events->told(d->events->ctx);
}

/* An error that was known at once is told by the loop like any other. */
static void
tell_failed(struct dialer *d)
{
	struct dial *c;

	d->has_failed = false;
	/* Whoever is told may open and close others. */
	do {
		DL_SEARCH_SCALAR(d->live, c, fd, -1);
		if (c != NULL)
			end(c, DIAL_FAILED, strerror(c->failure));
	} while (c != NULL);
}

struct dial *
dial_open(struct dialer *d, const struct endpoint *to, struct tls_context *tls,
    const char *host, void *owner)
{
	struct dial *c = xcalloc(1, sizeof(*c));

	c->dialer = d;
	c->owner = owner;
	if (tls != NULL)
		c->tls = tls_connect(tls, host);
	DL_APPEND(d->live, c);
	c->fd = socket_connect(to, d->set, c);
	if (c->fd < 0) {
		c->failure = errno;
		d->has_failed = true;
		uv_async_send(&d->wake);
	}
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
wake(struct dialer *d)
{
	d->events->woken(d->events->ctx);
	d->events->told(d->events->ctx);
}

static void
on_wake(uv_async_t *a)
{
	struct dialer *d = a->data;

	if (d->has_failed)
		tell_failed(d);
	wake(d);
}

static void
on_tick(uv_timer_t *t)
{
	wake(t->data);
}

static void
on_alarm(uv_poll_t *p, int status, int events)
{
	struct dialer *d = p->data;

	(void)status;
	(void)events;
	alarm_quiet(d->alarm_fd);
	d->alarm_at = 0;
	wake(d);
}

static void
on_signal(uv_signal_t *s, int number)
{
	struct dialer *d = s->data;

	(void)number;
	d->events->stopped(d->events->ctx);
	d->events->told(d->events->ctx);
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
		status = uv_poll_init(&d->uv, &d->news, d->set);
	if (status == 0)
		status = uv_signal_init(&d->uv, &d->interrupt);
	if (status == 0)
		status = uv_signal_init(&d->uv, &d->terminate);
	d->wake.data = d->tick.data = d->alarm.data = d->news.data = d;
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
		status = uv_poll_start(&d->news, UV_READABLE, on_news);
	if (status == 0)
		status = uv_signal_start(&d->interrupt, on_signal, SIGINT);
	if (status == 0)
		status = uv_signal_start(&d->terminate, on_signal, SIGTERM);
	return status;
}

static int
open_descriptors(struct dialer *d, struct err *err)
{
	d->alarm_fd = alarm_open(err);
	if (d->alarm_fd < 0)
		return -1;
	d->set = socket_set_open();
	if (d->set >= 0)
		return 0;
	err_sys(err, "event loop");
	close(d->alarm_fd);
	return -1;
}

static void
close_descriptors(struct dialer *d)
{
	close(d->alarm_fd);
	close(d->set);
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
	if (open_descriptors(d, err) < 0) {
		free(d);
		return -1;
	}
	status = uv_loop_init(&d->uv);
	if (status < 0) {
		close_descriptors(d);
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
	if (when == d->alarm_at)
		return;
	d->alarm_at = when;
	alarm_set(d->alarm_fd, when);
}

static void
close_handle(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

void
dialer_close(struct dialer *d)
{
	if (d == NULL)
		return;
	while (d->live != NULL)
		dial_close(d->live);
	free_gone(d);
	uv_walk(&d->uv, close_handle, NULL);
	/* A dialer_stop() that none has seen yet ends one of them at once. */
	while (uv_run(&d->uv, UV_RUN_DEFAULT) != 0)
		continue;
	uv_loop_close(&d->uv);
	close_descriptors(d);
	buf_release(&d->plain);
	buf_release(&d->wire);
	free(d);
}
