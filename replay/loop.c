#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "replay/lane.h"

#define BACKLOG     1024
#define TICK_MS     1000
#define SPARE_FILES 64 /* descriptors kept for everything but peers */
#define ACCEPT_TURN 64 /* connections accepted before others have a turn */

static int
fail(struct err *err, enum err_code code, const char *what, int status)
{
	return err_set(err, code, "%s: %s", what, uv_strerror(status));
}

static void on_readable(uv_poll_t *poll, int status, int events);

void
lane_wake(struct lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	if (!lane->ended)
		uv_async_send(&lane->wake);
	pthread_mutex_unlock(&lane->lock);
}

/* Close everything that keeps uv_run() going, or could be closed. */
static void
lane_end(struct lane *lane)
{
	struct loop *l = lane->loop;

	if (lane->ended)
		return;
	pthread_mutex_lock(&lane->lock);
	lane->ended = lane->inbox_count == 0;
	pthread_mutex_unlock(&lane->lock);
	if (!lane->ended) /* it will be woken for them */
		return;
	uv_close((uv_handle_t *)&lane->wake, NULL);
	uv_close((uv_handle_t *)&lane->tick, NULL);
	uv_close((uv_handle_t *)&lane->turn, NULL);
	if (lane->number > 0)
		return;
	uv_close((uv_handle_t *)&l->interrupt, NULL);
	uv_close((uv_handle_t *)&l->terminate, NULL);
	uv_close((uv_handle_t *)&l->hangup, NULL);
}

/* The first lane waits for the others: it has the signals. */
static void
end_if_done(struct lane *lane)
{
	struct loop *l = lane->loop;

	if (!lane->stopping || atomic_load(&lane->load) > 0)
		return;
	if (lane->number == 0 && atomic_load(&l->peer_count) > 0)
		return;
	lane_end(lane);
}

void
lane_left(struct lane *lane)
{
	struct loop *l = lane->loop;

	atomic_fetch_sub(&lane->load, 1);
	atomic_fetch_sub(&l->peer_count, 1);
	if (lane->number > 0 &&
	    (lane->stopping || atomic_load(&l->accept_waits)))
		lane_wake(&l->lanes[0]);
	else if (atomic_load(&l->accept_waits))
		uv_async_send(&lane->wake);
	end_if_done(lane);
}

static struct lane *
least_busy(struct loop *l)
{
	struct lane *best = &l->lanes[0];

	for (size_t i = 1; i < l->lane_count; i++)
		if (atomic_load(&l->lanes[i].load) < atomic_load(&best->load))
			best = &l->lanes[i];
	return best;
}

static void
deal(struct loop *l, struct arrival a)
{
	struct lane *lane = least_busy(l);

	atomic_fetch_add(&lane->load, 1);
	if (lane->number == 0) {
		peer_open(lane, a);
		return;
	}
	pthread_mutex_lock(&lane->lock);
	if (lane->inbox_count == lane->inbox_cap) {
		lane->inbox_cap = 2 * lane->inbox_cap + 16;
		lane->inbox = xrealloc(lane->inbox,
		    lane->inbox_cap * sizeof(lane->inbox[0]));
	}
	lane->inbox[lane->inbox_count++] = a;
	if (!lane->ended)
		uv_async_send(&lane->wake);
	else /* nobody will; lane_close() closes it */
		atomic_fetch_sub(&l->peer_count, 1);
	pthread_mutex_unlock(&lane->lock);
}

/* Is there room for one more?  If not, accepting waits for lane_left(). */
static bool
has_room(struct loop *l)
{
	size_t most = l->max_peers + LOOP_SURPLUS;

	if (atomic_load(&l->peer_count) < most)
		return true;
	atomic_store(&l->accept_waits, true);
	/* One may have left before it could know that we wait. */
	if (atomic_load(&l->peer_count) < most) {
		atomic_store(&l->accept_waits, false);
		return true;
	}
	uv_poll_stop(&l->listener);
	return false;
}

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	struct loop *l = poll->data;

	(void)events;
	for (int i = 0; status == 0 && i < ACCEPT_TURN && has_room(l); i++) {
		struct arrival a = { .fd = accept4(l->fd, NULL, NULL,
					 SOCK_NONBLOCK | SOCK_CLOEXEC) };

		if (a.fd < 0 && errno != ECONNABORTED && errno != EINTR)
			return;
		if (a.fd < 0)
			continue;
		a.surplus = atomic_fetch_add(&l->peer_count, 1) >= l->max_peers;
		deal(l, a);
	}
}

static void
open_arrivals(struct lane *lane)
{
	struct arrival *inbox;
	size_t count;

	pthread_mutex_lock(&lane->lock);
	inbox = lane->inbox;
	count = lane->inbox_count;
	lane->inbox = NULL;
	lane->inbox_count = lane->inbox_cap = 0;
	pthread_mutex_unlock(&lane->lock);
	for (size_t i = 0; i < count; i++)
		peer_open(lane, inbox[i]);
	free(inbox);
}

static void
stop_listening(struct loop *l)
{
	if (l->fd < 0)
		return;
	uv_close((uv_handle_t *)&l->listener, NULL);
	close(l->fd);
	l->fd = -1;
}

static void
lane_stop(struct lane *lane)
{
	lane->stopping = true;
	lane->grace_end = uv_now(&lane->uv) + LOOP_GRACE_S * 1000;
	if (lane->number == 0)
		stop_listening(lane->loop);
	peers_settle(lane);
}

static void
on_wake(uv_async_t *async)
{
	struct lane *lane = async->data;
	struct loop *l = lane->loop;
	int stops = atomic_load(&l->stops);

	open_arrivals(lane);
	if (stops > 0 && !lane->stopping)
		lane_stop(lane);
	if (stops > 1) {
		lane->grace_end = 0;
		peers_tick(lane);
	}
	if (lane->number == 0 && l->fd >= 0 &&
	    atomic_exchange(&l->accept_waits, false))
		uv_poll_start(&l->listener, UV_READABLE, on_readable);
	end_if_done(lane);
}

static void
stop_all(struct loop *l)
{
	atomic_fetch_add(&l->stops, 1);
	for (size_t i = 0; i < l->lane_count; i++)
		lane_wake(&l->lanes[i]);
}

static void
on_signal(uv_signal_t *s, int number)
{
	struct loop *l = s->data;

	if (number == SIGHUP) {
		l->events->again(l->events->ctx);
		return;
	}
	stop_all(l);
}

static void
on_tick(uv_timer_t *timer)
{
	peers_tick(timer->data);
}

static void
on_turn(uv_prepare_t *prepare)
{
	peers_flush(prepare->data);
}

/* As many connections as there can be descriptors. */
static size_t
descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return 0;
	if (r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &r) < 0 ||
		    getrlimit(RLIMIT_NOFILE, &r) < 0)
			return 0;
	}
	return r.rlim_cur > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t)r.rlim_cur;
}

static size_t
peer_limit(size_t wanted)
{
	size_t spare = SPARE_FILES + LOOP_SURPLUS, have = descriptors();

	if (wanted == 0)
		wanted = LOOP_MAX_PEERS;
	if (have <= 2 * spare)
		return SPARE_FILES;
	return wanted < have - spare ? wanted : have - spare;
}

/* Ask which port it became and write it down. */
static int
learn_url(struct loop *l, struct err *err)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getsockname(l->fd, (struct sockaddr *)&ss, &len) < 0)
		return err_sys(err, "getsockname");
	address_url(l->url, l->tls == NULL ? "http" : "https", &ss);
	return 0;
}

static int
listen_on(struct loop *l, const char *address, struct err *err)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len;
	int on = 1;

	if (address_parse(&ss, address, err) < 0)
		return -1;
	len = ss.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
				       : sizeof(struct sockaddr_in);
	l->fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0 ||
	    setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(l->fd, (struct sockaddr *)&ss, len) < 0 ||
	    listen(l->fd, BACKLOG) < 0)
		return err_sys(err, "%s", address);
	return learn_url(l, err);
}

/*
 * With the first stream of a loop libuv opens /dev/null, and tries again
 * with every one while it cannot.  So the first one is before the server
 * may open nothing any more.
 */
static int
begin_streams(struct lane *lane)
{
	int status = uv_tcp_init(&lane->uv, &lane->first);

	if (status == 0)
		uv_close((uv_handle_t *)&lane->first, NULL);
	return status;
}

static int
lane_init(struct lane *lane)
{
	int status = uv_loop_init(&lane->uv);

	if (status < 0)
		return status;
	lane->made = true;
	lane->wake.data = lane->tick.data = lane->turn.data = lane;
	uv_timer_init(&lane->uv, &lane->tick);
	uv_prepare_init(&lane->uv, &lane->turn);
	uv_prepare_start(&lane->turn, on_turn);
	status = uv_async_init(&lane->uv, &lane->wake, on_wake);
	if (status == 0)
		status = uv_timer_start(&lane->tick, on_tick, TICK_MS, TICK_MS);
	if (status == 0)
		status = begin_streams(lane);
	return status;
}

/* From here on a signal waits for loop_run() instead of killing us. */
static int
start_signals(struct loop *l)
{
	uv_signal_t *signals[] = { &l->interrupt, &l->terminate, &l->hangup };
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	int status = 0;

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_LEN(signals) && status == 0; i++) {
		signals[i]->data = l;
		status = uv_signal_init(&l->lanes[0].uv, signals[i]);
		if (status == 0)
			status =
			    uv_signal_start(signals[i], on_signal, numbers[i]);
	}
	return status;
}

static int
start_listener(struct loop *l)
{
	int status = uv_poll_init(&l->lanes[0].uv, &l->listener, l->fd);

	l->listener.data = l;
	if (status == 0)
		status = uv_poll_start(&l->listener, UV_READABLE, on_readable);
	return status;
}

static struct loop *
loop_new(const struct loop_options *options, const struct loop_events *events)
{
	struct loop *l = xcalloc(1, sizeof(*l));

	l->events = events;
	l->tls = options->tls;
	l->max_peers = peer_limit(options->max_peers);
	l->fd = -1;
	l->lane_count = options->lanes;
	l->lanes = xcalloc(l->lane_count, sizeof(l->lanes[0]));
	for (size_t i = 0; i < l->lane_count; i++) {
		l->lanes[i].loop = l;
		l->lanes[i].number = i;
		l->lanes[i].plain = BUF_INIT(LANE_PLAIN_BYTES);
		pthread_mutex_init(&l->lanes[i].lock, NULL);
	}
	return l;
}

int
loop_open(struct loop **out, const struct loop_options *options,
    const struct loop_events *events, struct err *err)
{
	struct loop *l = loop_new(options, events);
	int status = 0;

	if (listen_on(l, options->address, err) < 0) {
		loop_close(l);
		return -1;
	}
	for (size_t i = 0; i < l->lane_count && status == 0; i++)
		status = lane_init(&l->lanes[i]);
	if (status == 0)
		status = start_signals(l);
	if (status == 0)
		status = start_listener(l);
	if (status < 0) {
		loop_close(l);
		return fail(err, ERR_SYSTEM, "event loop", status);
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
	return atomic_load(&l->stops) > 0;
}

static void *
lane_main(void *arg)
{
	struct lane *lane = arg;

	uv_run(&lane->uv, UV_RUN_DEFAULT);
	return NULL;
}

/* The first lane is this thread. */
int
loop_run(struct loop *l, struct err *err)
{
	size_t made = 1;
	int status = 0;

	for (; made < l->lane_count && status == 0; made += status == 0)
		status = pthread_create(&l->lanes[made].thread, NULL, lane_main,
		    &l->lanes[made]);
	if (status != 0)
		stop_all(l);
	lane_main(&l->lanes[0]);
	for (size_t i = 1; i < made; i++)
		pthread_join(l->lanes[i].thread, NULL);
	if (status == 0)
		return 0;
	return err_set(err, ERR_SYSTEM, "cannot make a thread: %s",
	    uv_strerror(-status));
}

static void
close_handle(uv_handle_t *h, void *arg)
{
	struct lane *lane = arg;

	if (uv_is_closing(h))
		return;
	/* The others with a place of their own are a peer's. */
	if (h->type == UV_TCP)
		peer_close(h->data);
	else if (h->type != UV_TIMER || h == (uv_handle_t *)&lane->tick)
		uv_close(h, NULL);
}

static void
lane_close(struct lane *lane)
{
	lane->stopping = lane->ended = true;
	if (lane->made) {
		uv_walk(&lane->uv, close_handle, lane);
		uv_run(&lane->uv, UV_RUN_DEFAULT);
		uv_loop_close(&lane->uv);
	}
	for (size_t i = 0; i < lane->inbox_count; i++)
		close(lane->inbox[i].fd);
	free(lane->inbox);
	buf_release(&lane->plain);
	pthread_mutex_destroy(&lane->lock);
}

void
loop_close(struct loop *l)
{
	if (l == NULL)
		return;
	for (size_t i = l->lane_count; i-- > 0;)
		lane_close(&l->lanes[i]);
	if (l->fd >= 0)
		close(l->fd);
	free(l->lanes);
	free(l);
}
