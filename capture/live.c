#include "capture/live.h"

#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "capture/capture.h"
#include "capture/layers.h"
#include "capture/source.h"

#define LOOK_AT_CLOCK 256                   /* frames between two looks */
#define PATIENCE      ((int64_t)2000000000) /* ns, to read what came before */

/* Its counters have 32 bits and go on from 0. */
struct counter {
	uint64_t sum;
	uint32_t last;
};

struct live {
	pcap_t *pcap;
	const char *name;
	uint16_t link;
	int64_t unit;     /* ns of the fraction in a time stamp */
	int64_t deadline; /* by the steady clock */
	bool idle;        /* there was no frame when last looked for */
	bool ending;
	int64_t last;     /* time stamp of the last frame that counts */
	int64_t patience; /* by the steady clock, should time run backwards */
	uint64_t frames, bytes;
	struct counter kernel, interface;
	uint64_t downs;
	bool up;
	unsigned index; /* the interface's number; 0: it has none */
	volatile sig_atomic_t stopped;
};

static int
refuse(const struct live *l, int rc, struct err *err)
{
	const char *detail = pcap_geterr(l->pcap);

	switch (rc) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return err_set(err, ERR_SYSTEM, "no such interface");
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return err_set(err, ERR_SYSTEM,
		    "may not be watched: that needs root, or the capability "
		    "CAP_NET_RAW");
	case PCAP_ERROR_IFACE_NOT_UP:
		return err_set(err, ERR_SYSTEM, "is down");
	default:
		if (rc != PCAP_ERROR || detail[0] == '\0')
			detail = pcap_statustostr(rc);
		return err_set(err, ERR_SYSTEM, "cannot be watched: %s",
		    detail);
	}
}

static int
activate(struct live *l, const struct capture_interface *i, struct err *err)
{
	int rc;

	pcap_set_snaplen(l->pcap, (int)i->snaplen);
	pcap_set_promisc(l->pcap, i->promiscuous);
	pcap_set_timeout(l->pcap, LIVE_DELAY_MS);
	pcap_set_buffer_size(l->pcap, (int)i->buffer);
	/* Where there are none, they are in microseconds. */
	(void)pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO);
	rc = pcap_activate(l->pcap);
	if (rc < 0)
		return refuse(l, rc, err);
	l->unit =
	    pcap_get_tstamp_precision(l->pcap) == PCAP_TSTAMP_PRECISION_NANO
	    ? 1
	    : 1000;
	return 0;
}

static bool
is_read(int dlt)
{
	return link_first((uint16_t)dlt) != PROTO_END;
}

static bool
offers(const int *dlts, int count, int dlt)
{
	for (int i = 0; i < count; i++)
		if (dlts[i] == dlt)
			return true;
	return false;
}

/* Cooked packets are better in version 2, which names the interface. */
static int
choose(const int *dlts, int count, int current)
{
	if (current == DLT_LINUX_SLL && offers(dlts, count, DLT_LINUX_SLL2))
		return DLT_LINUX_SLL2;
	if (is_read(current))
		return current;
	for (int i = 0; i < count; i++)
		if (is_read(dlts[i]))
			return dlts[i];
	return -1;
}

static int
set_link(struct live *l, struct err *err)
{
	int current = pcap_datalink(l->pcap);
	const char *name = pcap_datalink_val_to_name(current);
	int *dlts, count = pcap_list_datalinks(l->pcap, &dlts), dlt;

	if (count < 0)
		return refuse(l, count, err);
	dlt = choose(dlts, count, current);
	pcap_free_datalinks(dlts);
	if (dlt < 0)
		return err_set(err, ERR_UNSUPPORTED,
		    "has a link type that obit does not read: %s",
		    name != NULL ? name : "unknown");
	if (dlt != current && pcap_set_datalink(l->pcap, dlt) < 0)
		return refuse(l, PCAP_ERROR, err);
	l->link = (uint16_t)dlt;
	return 0;
}

static int
set_filter(struct live *l, const char *expression, struct err *err)
{
	struct bpf_program code;
	int rc;

	if (expression == NULL)
		return 0;
	if (pcap_compile(l->pcap, &code, expression, 1, PCAP_NETMASK_UNKNOWN) <
	    0)
		return err_set(err, ERR_USAGE, "filter \"%s\": %s", expression,
		    pcap_geterr(l->pcap));
	rc = pcap_setfilter(l->pcap, &code);
	pcap_freecode(&code);
	return rc < 0 ? refuse(l, rc, err) : 0;
}

static int
start(struct live *l, const struct capture_options *options, struct err *err)
{
	char detail[PCAP_ERRBUF_SIZE] = "";

	l->pcap = pcap_create(l->name, detail);
	if (l->pcap == NULL)
		return err_set(err, ERR_SYSTEM, "cannot be watched: %s",
		    detail);
	if (activate(l, options->interface, err) < 0 || set_link(l, err) < 0 ||
	    set_filter(l, options->filter, err) < 0)
		return -1;
	if (pcap_setnonblock(l->pcap, 1, detail) < 0)
		return err_set(err, ERR_SYSTEM, "cannot be watched: %s",
		    detail);
	return 0;
}

int
live_open(struct live **out, const struct capture_options *options,
    struct err *err)
{
	const struct capture_interface *i = options->interface;
	struct live *l = xcalloc(1, sizeof(*l));

	l->name = i->name;
	if (start(l, options, err) < 0) {
		live_close(l);
		return err_prefix(err, "%s", i->name);
	}
	l->index = if_nametoindex(i->name);
	l->up = true;
	l->deadline =
	    i->duration > 0 ? clock_steady() + i->duration : INT64_MAX;
	*out = l;
	return 0;
}

static void
fill(struct live *l, struct frame *out, const struct pcap_pkthdr *head,
    const u_char *bytes)
{
	int64_t time = (int64_t)head->ts.tv_sec * 1000000000 +
	    (int64_t)head->ts.tv_usec * l->unit;

	*out = (struct frame){
		.time = time > 0 ? time : 0,
		.link = l->link,
		.wire_len = head->len,
		.bytes = { bytes, head->caplen },
	};
	l->frames++;
	l->bytes += head->caplen;
}

static void
note_down(struct live *l)
{
	l->downs += l->up;
	l->up = false;
}

/*
 * The interface is down, perhaps because it is gone.  Take the error off the
 * socket: libpcap would stop at it, before what is left in the ring.
 */
static void
take_error(struct live *l, int fd)
{
	int error;
	socklen_t len = sizeof(error);

	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	note_down(l);
}

/* Wait for packets or trouble: poll()'s answer. */
static int
wait_for_frame(struct live *l)
{
	struct pollfd p = {
		.fd = pcap_get_selectable_fd(l->pcap),
		.events = POLLIN,
	};
	int rc = poll(&p, 1, LIVE_DELAY_MS);

	if (rc > 0 && (p.revents & POLLERR))
		take_error(l, p.fd);
	return rc;
}

/* Where libpcap took the error before us, the interface still shows it. */
static void
look_at_interface(struct live *l)
{
	struct ifreq r = { 0 };

	if (l->index == 0 || if_indextoname(l->index, r.ifr_name) == NULL ||
	    ioctl(pcap_get_selectable_fd(l->pcap), SIOCGIFFLAGS, &r) < 0)
		return;
	if (r.ifr_flags & IFF_UP)
		l->up = true;
	else
		note_down(l);
}

/* There is none of its number any more. */
static bool
is_gone(const struct live *l)
{
	char name[IF_NAMESIZE];

	return l->index != 0 && if_indextoname(l->index, name) == NULL;
}

static int
say_gone(const struct live *l, struct err *err)
{
	return err_set(err, ERR_SYSTEM, "%s: the interface disappeared",
	    l->name);
}

/*
 * libpcap saw and took the error before take_error() could, and from then on
 * knows of nothing but frames that are ready.  Those that are not yet become so
 * within the delay.
 */
static int
read_rest(struct live *l, struct pcap_pkthdr **head, const u_char **bytes)
{
	int rc = pcap_next_ex(l->pcap, head, bytes);

	if (rc >= 0)
		return rc;
	(void)poll(NULL, 0, 2 * LIVE_DELAY_MS);
	return pcap_next_ex(l->pcap, head, bytes);
}

/* As live_next(), without waiting before the end: 0 if there is nothing. */
static int
read_frame(struct live *l, struct frame *out, struct err *err)
{
	struct pcap_pkthdr *head;
	const u_char *bytes;
	int rc = pcap_next_ex(l->pcap, &head, &bytes);

	if (rc < 0 && is_gone(l)) {
		note_down(l);
		rc = read_rest(l, &head, &bytes);
		if (rc < 0)
			return say_gone(l, err);
	}
	if (rc == 1)
		fill(l, out, head, bytes);
	if (rc >= 0)
		return rc;
	err_set(err, ERR_SYSTEM, "%s", pcap_geterr(l->pcap));
	return err_prefix(err, "%s", l->name);
}

/*
 * Told to stop, or out of time?  What came before that moment may still wait
 * in the ring.
 */
static void
look_for_end(struct live *l)
{
	bool due = l->stopped ||
	    ((l->idle || l->frames % LOOK_AT_CLOCK == 0) &&
		clock_steady() >= l->deadline);

	if (l->ending || !due)
		return;
	l->ending = true;
	l->last = clock_wall();
	l->patience = clock_steady() + PATIENCE;
}

/* Nothing is left of what came before the end. */
static bool
is_over(const struct live *l, const struct frame *f)
{
	return l->ending && (f->time > l->last || clock_steady() > l->patience);
}

int
live_next(struct live *l, struct frame *out, struct err *err)
{
	int waited = 1, rc;

	look_for_end(l);
	rc = read_frame(l, out, err);
	if (rc == 0 && (waited = wait_for_frame(l)) > 0)
		rc = read_frame(l, out, err);
	l->idle = rc == 0;
	if (rc == 1)
		return !is_over(l, out);
	if (rc != 0 || waited != 0)
		return rc < 0 ? -1 : SOURCE_IDLE;
	look_at_interface(l);
	if (is_gone(l))
		return say_gone(l, err);
	return l->ending ? 0 : SOURCE_IDLE;
}

static void
advance(struct counter *c, uint32_t now)
{
	c->sum += (uint32_t)(now - c->last);
	c->last = now;
}

void
live_losses(struct live *l, uint64_t *kernel, uint64_t *interface,
    uint64_t *downs)
{
	struct pcap_stat now;

	if (pcap_stats(l->pcap, &now) == 0) {
		advance(&l->kernel, now.ps_drop);
		advance(&l->interface, now.ps_ifdrop);
	}
	*kernel = l->kernel.sum;
	*interface = l->interface.sum;
	*downs = l->downs;
}

uint64_t
live_bytes(const struct live *l)
{
	return l->bytes;
}

void
live_stop(struct live *l)
{
	l->stopped = 1;
}

void
live_close(struct live *l)
{
	if (l == NULL)
		return;
	if (l->pcap != NULL)
		pcap_close(l->pcap);
	free(l);
}
