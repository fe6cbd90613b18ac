/*
 * A conversation whose truth is known, damaged as the input says: segments
 * are lost, repeated, delayed, or come after their acknowledgement, the
 * capture begins late, requests are pipelined in batches, or a new one is
 * sent whenever one is answered, or by whim, and the client or the server
 * closes too early.  Request number N is for "/N", its response has status
 * 200 + N.  Whatever happens, no exchange may have another's status, and
 * nothing may be handed over twice.
 *
 * An input that ends in TRAILER and one more byte chooses also whether
 * requests have ids, of their own or one for two, which responses repeat,
 * whether the first of the client's bytes come with its SYN, whether bodies
 * hold text that looks like responses, whether segments are small, whether the
 * server, when it has answered all, says 408, and whether times and the sizes
 * of requests follow the input.  With those two, and with text, one can show
 * anything, so that then a status may be wrong where it is said to be inferred;
 * nowhere else.
 *
 * Between its packets come those of another connection, whole, whose
 * exchanges must all be there.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/flow.h"
#include "http/exchange.h"

#define MAX_REQUESTS 60
#define TRAILER      0xec
#define OTHERS_EVERY 20 /* packets */

/* Nobody asks for it. */
#define TIMEOUT "HTTP/1.1 408 T\r\nContent-Length: 0\r\n\r\n"

enum mode {
	MODE_JOIN = 1,     /* no SYN */
	MODE_WRAP = 2,     /* of the client's sequence numbers */
	MODE_WRAP_TOO = 4, /* of the server's */
	MODE_BATCH = 8,
	MODE_CLOSE = 16,
	MODE_SLIDE = 32,
	MODE_LATE = 64, /* the first packets were not captured */
	MODE_QUIT = 128,
};

enum option {
	OPTION_IDS = 1,
	OPTION_TIMES = 2,
	OPTION_SIZES = 4,
	OPTION_SYN = 8,
	OPTION_SHARED = 16,
	OPTION_QUOTES = 32,
	OPTION_SMALL = 64,
	OPTION_TIMEOUT = 128,
};

enum damage {
	LOSE = 7,
	REPEAT = 8,
	DELAY = 9,
	EARLY_ACK = 10,
};

struct input {
	const uint8_t *p;
	size_t len;
};

struct script {
	struct input in;
	struct outlet outlet;
	struct flow_table *flows;
	uint32_t seq[2];
	struct segment late; /* held back */
	uint8_t late_bytes[512];
	bool is_late;
	bool syn_due; /* it comes with the first bytes */
	bool seen[MAX_REQUESTS];
	int64_t time;
	int64_t step; /* time from one packet to the next */
	unsigned options, packets;
	unsigned sent, answered;       /* requests */
	unsigned mute;                 /* packets not captured yet */
	unsigned others, others_taken; /* exchanges of the other connection */
	uint32_t other_seq[2];
};

static unsigned
next(struct input *in)
{
	if (in->len == 0)
		return 0;
	in->len--;
	return *in->p++;
}

static unsigned
wants(void *ctx, const struct head *request)
{
	(void)ctx;
	return request->target.p[request->target.len - 1] != '9';
}

static void
take_other(struct script *s, struct exchange *x)
{
	assert(x->client.port == 6000 && x->server.port == 80);
	assert(exchange_status(x) == 300 + (int)(x->number % 100));
	assert(x->number == ++s->others_taken && exchange_is_complete(x));
	exchange_free(x);
}

static bool
may_be_wrong(const struct script *s, const struct exchange *x)
{
	return flaw_has(x->flaws, FLAW_INFERRED) &&
	    (s->options & (OPTION_TIMES | OPTION_SIZES | OPTION_QUOTES)) != 0;
}

static int
take(void *ctx, struct exchange *x, bool *kept, flaw_set *flaws,
    struct err *err)
{
	struct script *s = ctx;
	unsigned n = 0;

	(void)flaws;
	(void)err;
	*kept = true;
	if (span_eq_str(x->request->parsed.target, "/other")) {
		take_other(s, x);
		return 0;
	}
	assert(x->client.port == 5000);
	for (size_t i = 1; i < x->request->parsed.target.len; i++)
		n = n * 10 + (x->request->parsed.target.p[i] - '0');
	assert(n < MAX_REQUESTS && !s->seen[n]);
	s->seen[n] = true;
	assert((x->response == NULL) == (x->reason != REASON_NONE));
	if (x->response != NULL && !may_be_wrong(s, x))
		assert(exchange_status(x) == 200 + (int)n);
	assert(x->server.port == 80);
	exchange_free(x);
	return 0;
}

static void
put_other(struct script *s, int from, uint8_t flags, const char *text)
{
	struct segment seg = {
		.time = s->time,
		.seq = s->other_seq[from],
		.ack = s->other_seq[!from],
		.flags = flags,
		.payload = span_of_str(text),
		.wire_len = (uint32_t)strlen(text),
	};

	seg.src.addr[0] = from == 0 ? 1 : 2;
	seg.dst.addr[0] = from == 0 ? 2 : 1;
	seg.src.port = from == 0 ? 6000 : 80;
	seg.dst.port = from == 0 ? 80 : 6000;
	s->other_seq[from] += seg.wire_len + ((flags & TCP_SYN) != 0);
	flow_table_add(s->flows, &seg);
}

static void
exchange_other(struct script *s)
{
	char text[64];

	snprintf(text, sizeof(text), "HTTP/1.1 %u OK\r\n\r\n",
	    300 + ++s->others % 100);
	put_other(s, 0, TCP_ACK, "HEAD /other HTTP/1.1\r\n\r\n");
	put_other(s, 1, TCP_ACK, text);
}

static void
put(struct script *s, int from, uint8_t flags, uint32_t seq, struct span bytes)
{
	struct segment seg = {
		.time = s->time += s->step,
		.seq = seq,
		.ack = s->seq[!from],
		.flags = flags,
		.payload = bytes,
		.wire_len = (uint32_t)bytes.len,
	};

	seg.src.addr[0] = from == 0 ? 1 : 2;
	seg.dst.addr[0] = from == 0 ? 2 : 1;
	seg.src.port = from == 0 ? 5000 : 80;
	seg.dst.port = from == 0 ? 80 : 5000;
	if (s->mute > 0) {
		s->mute--;
		return;
	}
	flow_table_add(s->flows, &seg);
	if (++s->packets % OTHERS_EVERY == 0)
		exchange_other(s);
}

static void
put_late(struct script *s)
{
	if (!s->is_late)
		return;
	s->is_late = false;
	flow_table_add(s->flows, &s->late);
}

static void
hold_back(struct script *s, int from, uint8_t flags, uint32_t seq,
    struct span bytes)
{
	put_late(s);
	memcpy(s->late_bytes, bytes.p, bytes.len);
	s->late = (struct segment){
		.time = s->time,
		.seq = seq,
		.ack = s->seq[!from],
		.flags = flags,
		.payload = { s->late_bytes, bytes.len },
		.wire_len = (uint32_t)bytes.len,
	};
	s->late.src.addr[0] = from == 0 ? 1 : 2;
	s->late.dst.addr[0] = from == 0 ? 2 : 1;
	s->late.src.port = from == 0 ? 5000 : 80;
	s->late.dst.port = from == 0 ? 80 : 5000;
	s->is_late = true;
}

static void
answer_syn(struct script *s)
{
	s->syn_due = false;
	put(s, 1, TCP_SYN | TCP_ACK, s->seq[1]++, (struct span){ 0 });
}

static size_t
segment_len(const struct script *s, unsigned what)
{
	if (what & 0x80)
		return 200;
	return s->options & OPTION_SMALL ? 1 + what / 16 * 7 : 11 + what % 64;
}

/* Send bytes in segments, each with what the input wants done to it. */
static void
say(struct script *s, int from, struct span bytes)
{
	while (bytes.len > 0) {
		unsigned what = next(&s->in);
		struct span part = span_sub(bytes, 0, segment_len(s, what));
		bool syn = from == 0 && s->syn_due;
		uint8_t flags = syn ? TCP_SYN : TCP_ACK;
		uint32_t seq = s->seq[from] - syn;

		bytes = span_sub(bytes, part.len, bytes.len);
		s->seq[from] += (uint32_t)part.len;
		what %= 16;
		if (what == EARLY_ACK && !syn)
			put(s, !from, TCP_ACK, s->seq[!from],
			    (struct span){ 0 });
		if (what == DELAY)
			hold_back(s, from, flags, seq, part);
		else if (what != LOSE)
			put(s, from, flags, seq, part);
		if (what == REPEAT)
			put(s, from, flags, seq, part);
		if (syn)
			answer_syn(s);
		if (what != REPEAT && what != DELAY)
			put_late(s);
		if (what & 1)
			put(s, !from, TCP_ACK, s->seq[!from],
			    (struct span){ 0 });
	}
}

/* The client or the server takes its time. */
static void
ponder(struct script *s)
{
	if (s->options & OPTION_TIMES)
		s->time += 1000 * (int64_t)next(&s->in);
}

/* The field with the id of request n, if there are such. */
static const char *
id_of(const struct script *s, unsigned n)
{
	static char text[40];

	if (s->options & OPTION_SHARED)
		n /= 2;
	snprintf(text, sizeof(text), "X-Request-Id: number-%02u\r\n", n);
	return s->options & OPTION_IDS ? text : "";
}

static void
request(struct script *s, unsigned n)
{
	char text[256];
	unsigned body = n % 5 == 4 ? 60 : 0;
	unsigned more = s->options & OPTION_SIZES ? next(&s->in) % 64 : 0;
	int len = snprintf(text, sizeof(text),
	    "%s /%u HTTP/1.1\r\n%sContent-Length:%*s%u\r\n\r\n%.*s",
	    n % 7 == 6 ? "HEAD" : "PUT", n, id_of(s, n), 1 + (int)more, "",
	    body, (int)body,
	    "0123456789012345678901234567890123456789"
	    "012345678901234567890123456789");

	ponder(s);
	say(s, 0, (struct span){ (uint8_t *)text, (size_t)len });
	s->sent++;
}

/* A response whose body holds text that looks like one, or like some. */
static void
quote(struct script *s, unsigned n, bool chunked)
{
	unsigned kind = next(&s->in), count = 1 + kind % 4;
	const char *before = kind & 4 ? "--\r\n" : "";
	char part[128], head[128];
	int len = snprintf(part, sizeof(part), "HTTP/1.1 %u Q\r\n%s%s\r\n",
	    500 + kind % 64, kind & 8 ? id_of(s, n) : "",
	    kind & 16 ? "" : "Content-Length: 0\r\n");
	unsigned all = count * ((unsigned)len + (unsigned)strlen(before));

	snprintf(head, sizeof(head), "HTTP/1.1 %u OK\r\n%s%s%.0d\r\n\r\n",
	    200 + n, id_of(s, n),
	    chunked ? "Transfer-Encoding: chunked" : "Content-Length: ",
	    chunked ? 0 : (int)all);
	say(s, 1, span_of_str(head));
	snprintf(head, sizeof(head), "%x\r\n", all);
	if (chunked)
		say(s, 1, span_of_str(head));
	for (unsigned i = 0; i < count; i++) {
		say(s, 1, span_of_str(before));
		say(s, 1, span_of_str(part));
	}
	if (chunked)
		say(s, 1, span_of_str("\r\n0\r\n\r\n"));
}

static void
response(struct script *s, unsigned n)
{
	char text[256];
	bool chunked = n % 3 == 1, head = n % 7 == 6;
	int len = snprintf(text, sizeof(text),
	    "%sHTTP/1.1 %u OK\r\n%s%s\r\n\r\n%s",
	    n % 11 == 3 ? "HTTP/1.1 100 C\r\n\r\n" : "", 200 + n, id_of(s, n),
	    chunked ? "Transfer-Encoding: chunked" : "Content-Length: 20",
	    head          ? ""
		: chunked ? "5\r\nabcde\r\n8\r\n12345678\r\n0\r\n\r\n"
			  : "01234567890123456789");

	ponder(s);
	s->answered++;
	if ((s->options & OPTION_QUOTES) && !head && n % 2 == 1)
		quote(s, n, chunked);
	else
		say(s, 1, (struct span){ (uint8_t *)text, (size_t)len });
}

static void
begin(struct script *s, unsigned mode)
{
	s->seq[0] = mode & MODE_WRAP ? UINT32_MAX - 100 : 1000;
	s->seq[1] = mode & MODE_WRAP_TOO ? UINT32_MAX - 200 : 70000;
	put_other(s, 0, TCP_SYN, "");
	put_other(s, 1, TCP_SYN | TCP_ACK, "");
	if (mode & MODE_LATE)
		s->mute = 2 + next(&s->in) % 32;
	if (mode & MODE_JOIN)
		return;
	s->syn_due = (s->options & OPTION_SYN) != 0;
	if (s->syn_due) {
		s->seq[0]++;
		return;
	}
	put(s, 0, TCP_SYN, s->seq[0]++, (struct span){ 0 });
	answer_syn(s);
}

static void
take_turns(struct script *s, unsigned mode)
{
	unsigned n = 0;

	while (s->in.len > 0 && n < MAX_REQUESTS) {
		unsigned batch = mode & MODE_BATCH ? 1 + next(&s->in) % 4 : 1;

		if (batch > MAX_REQUESTS - n)
			batch = MAX_REQUESTS - n;
		for (unsigned i = 0; i < batch; i++)
			request(s, n + i);
		for (unsigned i = 0; i < batch; i++)
			response(s, n + i);
		n += batch;
	}
}

/* The client has some requests under way until it has sent its last. */
static void
slide(struct script *s, unsigned mode)
{
	unsigned depth = 2 + next(&s->in) % 3, sent = 0, answered = 0;

	while (answered < MAX_REQUESTS) {
		while (s->in.len > 0 && sent < MAX_REQUESTS &&
		    sent < answered + depth)
			request(s, sent++);
		if (answered == sent)
			break;
		if ((mode & MODE_QUIT) && s->in.len == 0)
			break;
		response(s, answered++);
	}
}

/*
 * The client sends when it likes, up to some requests under way, and may
 * give up in the end what it is owed.
 */
static void
follow_whims(struct script *s)
{
	unsigned sent = 0, answered = 0, depth = 1 + next(&s->in) % 4;

	while (s->in.len > 0) {
		if ((next(&s->in) & 1) && sent < MAX_REQUESTS &&
		    sent < answered + depth)
			request(s, sent++);
		else if (answered < sent)
			response(s, answered++);
	}
}

static void
converse(struct script *s)
{
	unsigned mode = next(&s->in);
	bool whims = (mode & MODE_SLIDE) && (mode & MODE_BATCH);
	int first = (mode & MODE_QUIT) && !whims;

	/* No times, where they could show by chance what is not so. */
	s->step = (mode & MODE_SLIDE) && !(s->options & OPTION_TIMES) ? 0 : 10;
	begin(s, mode);
	if (whims)
		follow_whims(s);
	else if (mode & MODE_SLIDE)
		slide(s, mode);
	else
		take_turns(s, mode);
	put_late(s);
	if ((s->options & OPTION_TIMEOUT) && s->answered == s->sent)
		say(s, 1, span_of_str(TIMEOUT));
	if (!(mode & MODE_CLOSE))
		return;
	put(s, first, TCP_ACK | TCP_FIN, s->seq[first]++, (struct span){ 0 });
	put(s, !first, TCP_ACK | TCP_FIN, s->seq[!first]++, (struct span){ 0 });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct script s = { .in = { data, len } };
	const struct capture_sink sink = { &s, wants, take, NULL };
	const struct coverage *c = &s.outlet.coverage;

	if (len >= 2 && data[len - 2] == TRAILER) {
		s.options = data[len - 1];
		s.in.len -= 2;
	}
	s.outlet.sink = &sink;
	s.outlet.max_body = 1000;
	s.outlet.budget.limit = 1 << 20;
	s.flows = flow_table_new(&s.outlet);
	converse(&s);
	flow_table_free(s.flows);
	assert(s.outlet.budget.used == 0);
	assert(c->exchanges.seen ==
	    c->exchanges.kept + c->exchanges.filtered +
		c->exchanges.incomplete);
	assert(s.others_taken == s.others);
	assert(c->flows.http + c->flows.other + c->flows.undecided <= 2);
	return 0;
}
