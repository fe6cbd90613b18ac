#include "tests/lib/wire_segment.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"

#define START      ((int64_t)1767225600 * 1000000000) /* 2026-01-01 */
#define STEP       100000                             /* ns between packets */
#define WHOLE      32768 /* below what IPv4 and a tunnel can carry */
#define MSS        1460
#define RANDOM_CUT 40
#define NEAR       8 /* places; far below the recorder's grace */

enum {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	PSH = 0x08,
	ACK = 0x10,
};

/* One side of a connection. */
struct peer {
	uint32_t isn;
	uint64_t sent; /* bytes, the FIN included */
	bool finished;
};

struct state {
	struct peer peer[2];
	size_t early; /* bytes of the client's next run that were in its SYN */
	bool begun, reset;
};

struct maker {
	const struct flow *flow;
	const struct wire_plan *plan;
	struct wire_segments *out;
	struct state states[FLOW_MAX_CONNECTIONS];
	uint64_t random;
	int64_t clock;
	size_t run_first; /* where the latest event's segments begin */
};

/* xorshift64*: enough for cuts, and the same on every machine. */
static uint32_t
draw(struct maker *m, uint32_t below)
{
	m->random ^= m->random >> 12;
	m->random ^= m->random << 25;
	m->random ^= m->random >> 27;
	return (uint32_t)((m->random * 0x2545F4914F6CDD1DULL) >> 33) % below;
}

static struct wire_segment *
add(struct maker *m, size_t connection, enum flow_side side, uint64_t offset,
    uint8_t flags, struct span payload)
{
	struct peer *peer = m->states[connection].peer;
	struct wire_segments *out = m->out;
	struct wire_segment *s;

	if (!m->flow->connections[connection].seen[side])
		return NULL;
	if (out->count % 256 == 0)
		out->all =
		    xrealloc(out->all, (out->count + 256) * sizeof(*out->all));
	s = &out->all[out->count++];
	*s = (struct wire_segment){ .connection = connection,
		.side = side,
		.seq = peer[side].isn + 1 + (uint32_t)offset,
		.ack = peer[!side].isn + 1 + (uint32_t)peer[!side].sent,
		.flags = flags,
		.payload = payload };
	return s;
}

static void
add_ack(struct maker *m, size_t connection, enum flow_side side)
{
	if (!m->states[connection].peer[side].finished)
		add(m, connection, side, m->states[connection].peer[side].sent,
		    ACK, (struct span){ NULL, 0 });
}

/* Give the segments from first on their times, in their final order. */
static void
stamp(struct maker *m, size_t first)
{
	for (size_t i = first; i < m->out->count; i++) {
		m->clock += STEP;
		m->out->all[i].time = m->clock;
	}
}

static uint32_t
first_number(struct maker *m)
{
	uint32_t n = draw(m, 1u << 30);

	return m->plan->wrap ? UINT32_MAX - n % 30 : n;
}

/* The handshake, with the client's first bytes if it is a fast one. */
static void
begin(struct maker *m, const struct flow_event *e)
{
	struct state *s = &m->states[e->connection];
	const struct flow_connection *c = &m->flow->connections[e->connection];
	struct span early = { NULL, 0 };
	struct wire_segment *syn;

	s->begun = true;
	s->peer[FLOW_CLIENT].isn = first_number(m);
	s->peer[FLOW_SERVER].isn = first_number(m);
	if (c->midstream)
		return;
	if (c->fast_open && e->kind == FLOW_DATA && e->side == FLOW_CLIENT)
		early = span_sub(e->bytes, 0, MSS);
	syn = add(m, e->connection, FLOW_CLIENT, (uint64_t)-1, SYN, early);
	if (syn != NULL)
		syn->ack = 0;
	s->early = early.len;
	s->peer[FLOW_CLIENT].sent = early.len;
	add(m, e->connection, FLOW_SERVER, (uint64_t)-1, SYN | ACK,
	    (struct span){ NULL, 0 });
	add_ack(m, e->connection, FLOW_CLIENT);
}

static size_t
cut(struct maker *m, size_t left)
{
	size_t n = WHOLE;

	if (m->flow->uncut)
		return left < n ? left : n;
	if (m->plan->cut == CUT_MSS)
		n = MSS;
	else if (m->plan->cut == CUT_BYTES)
		n = 1;
	else if (m->plan->cut == CUT_RANDOM)
		n = 1 + draw(m, RANDOM_CUT);
	return n < left ? n : left;
}

static void
swap(struct wire_segment *a, struct wire_segment *b)
{
	struct wire_segment was = *a;

	*a = *b;
	*b = was;
}

/* Mix blocks of NEAR segments, so that none goes further than that. */
static void
shuffle(struct maker *m, size_t first)
{
	struct wire_segment *all = m->out->all;

	for (size_t i = first; i < m->out->count; i++) {
		size_t block = first + (i - first) / NEAR * NEAR;

		swap(&all[i], &all[block + draw(m, (uint32_t)(i - block + 1))]);
	}
}

/* Send again what was sent up to NEAR segments ago. */
static void
duplicate(struct maker *m, size_t first)
{
	size_t n = m->out->count - first;
	struct wire_segment *was;

	if (n == 0)
		return;
	was = xmalloc(n * sizeof(*was));
	memcpy(was, m->out->all + first, n * sizeof(*was));
	m->out->count = first;
	for (size_t i = 0; i < n; i++) {
		const struct wire_segment *s = &was[i];
		struct wire_segment *copy;

		for (int twice = 0; twice < 2; twice++) {
			copy = add(m, s->connection, s->side, 0, 0, s->payload);
			assert(copy != NULL);
			*copy = *s;
			s = &was[i -
			    draw(m, (uint32_t)(i < NEAR ? i + 1 : NEAR))];
			if (draw(m, 3) != 0)
				break;
		}
	}
	free(was);
}

/* Begin some segments up to 30 bytes earlier, but not before the run. */
static void
overlap(struct maker *m, size_t first)
{
	size_t before = 0;

	for (size_t i = first; i < m->out->count; i++) {
		struct wire_segment *s = &m->out->all[i];
		size_t len = s->payload.len, more = draw(m, 31);

		if (more > before || draw(m, 2) == 0)
			more = 0;
		s->seq -= (uint32_t)more;
		s->payload.p -= more;
		s->payload.len += more;
		before += len;
	}
}

static void
arrange(struct maker *m, size_t first)
{
	if (m->plan->order == ORDER_SHUFFLED)
		shuffle(m, first);
	else if (m->plan->order == ORDER_DUPLICATED)
		duplicate(m, first);
	else if (m->plan->order == ORDER_OVERLAPPING)
		overlap(m, first);
}

/* The bytes of a run from `from` up to `to`, cut and arranged. */
static void
send_bytes(struct maker *m, const struct flow_event *e, size_t from, size_t to)
{
	uint64_t base = m->states[e->connection].peer[e->side].sent;
	size_t first = m->out->count, n;

	for (size_t at = from; at < to; at += n) {
		n = cut(m, to - at);
		add(m, e->connection, e->side, base + at, PSH | ACK,
		    span_sub(e->bytes, at, n));
	}
	arrange(m, first);
}

/* All but the first byte, the other copy, then the first byte. */
static void
send_conflict(struct maker *m, const struct flow_event *e)
{
	uint64_t base = m->states[e->connection].peer[e->side].sent;

	send_bytes(m, e, 1, e->bytes.len);
	add(m, e->connection, e->side, base + e->conflict_at, PSH | ACK,
	    e->conflict);
	send_bytes(m, e, 0, 1);
}

/* Move the ACK that was just added before up to three segments of its run. */
static void
ack_first(struct maker *m, size_t first)
{
	size_t i = m->out->count - 1;

	for (int n = 0; n < 3 && i > first; n++, i--)
		swap(&m->out->all[i], &m->out->all[i - 1]);
}

static void
send_run(struct maker *m, const struct flow_event *e)
{
	struct state *s = &m->states[e->connection];
	struct peer *peer = &s->peer[e->side];
	size_t first = m->out->count, done = 0, before;

	if (e->side == FLOW_CLIENT) {
		done = s->early;
		s->early = 0;
	}
	peer->sent -= done;
	if (e->conflict.p != NULL)
		send_conflict(m, e);
	else
		send_bytes(m, e, done, e->bytes.len);
	peer->sent += e->bytes.len;
	before = m->out->count;
	add_ack(m, e->connection, !e->side);
	if (m->plan->order == ORDER_ACK_FIRST && m->out->count > before)
		ack_first(m, first);
}

/* A packet with headers only, though its payload was len bytes. */
static void
send_snapped(struct maker *m, const struct flow_event *e)
{
	struct peer *peer = &m->states[e->connection].peer[e->side];
	size_t n;

	for (size_t at = 0; at < e->len; at += n) {
		n = e->len - at < MSS ? e->len - at : MSS;
		add(m, e->connection, e->side, peer->sent + at, PSH | ACK,
		    (struct span){ NULL, n });
	}
	peer->sent += e->len;
	add_ack(m, e->connection, !e->side);
}

static void
send_fin(struct maker *m, size_t connection, enum flow_side side)
{
	struct state *s = &m->states[connection];
	struct peer *peer = &s->peer[side];

	if (s->reset || peer->finished)
		return;
	add(m, connection, side, peer->sent, FIN | ACK,
	    (struct span){ NULL, 0 });
	peer->finished = true;
	peer->sent++;
	if (s->peer[!side].finished)
		add(m, connection, !side, s->peer[!side].sent, ACK,
		    (struct span){ NULL, 0 });
	else
		add_ack(m, connection, !side);
}

static void
send_event(struct maker *m, const struct flow_event *e)
{
	struct state *s = &m->states[e->connection];

	switch (e->kind) {
	case FLOW_DATA:
		send_run(m, e);
		break;
	case FLOW_GAP:
		s->peer[e->side].sent += e->len;
		add_ack(m, e->connection, !e->side);
		break;
	case FLOW_SNAP:
		send_snapped(m, e);
		break;
	case FLOW_CLOSE:
		send_fin(m, e->connection, e->side);
		break;
	case FLOW_RESET:
		add(m, e->connection, e->side, s->peer[e->side].sent, RST | ACK,
		    (struct span){ NULL, 0 });
		s->reset = true;
		break;
	}
}

/* Put the segments from middle on before those from first on. */
static void
exchange_runs(struct wire_segments *s, size_t first, size_t middle)
{
	size_t head = middle - first, tail = s->count - middle;
	struct wire_segment *was;

	if (head == 0 || tail == 0)
		return;
	was = xmalloc(head * sizeof(*was));
	memcpy(was, s->all + first, head * sizeof(*was));
	memmove(s->all + first, s->all + middle, tail * sizeof(*was));
	memcpy(s->all + first + tail, was, head * sizeof(*was));
	free(was);
}

static void
make_event(struct maker *m, const struct flow_event *e)
{
	size_t before = m->run_first, first;

	if (!m->states[e->connection].begun) {
		first = m->out->count;
		begin(m, e);
		stamp(m, first);
	}
	if (e->at > 0 && m->clock < START + e->at - STEP)
		m->clock = START + e->at - STEP;
	first = m->run_first = m->out->count;
	send_event(m, e);
	if (e->swapped) {
		exchange_runs(m->out, before, first);
		m->clock = before == 0 ? START : m->out->all[before - 1].time;
		first = before;
	}
	stamp(m, first);
}

void
wire_segments_make(struct wire_segments *out, const struct flow *flow,
    const struct wire_plan *plan)
{
	struct maker m = { .flow = flow,
		.plan = plan,
		.out = out,
		.random = plan->seed * 2654435761u + 88172645463325252ULL,
		.clock = START - STEP };
	size_t first;

	*out = (struct wire_segments){ NULL, 0 };
	for (size_t i = 0; i < flow->event_count; i++)
		make_event(&m, &flow->events[i]);
	first = out->count;
	for (size_t c = 0; c < flow->connection_count; c++) {
		if (flow->connections[c].open || !m.states[c].begun)
			continue;
		send_fin(&m, c, FLOW_CLIENT);
		send_fin(&m, c, FLOW_SERVER);
	}
	stamp(&m, first);
}

void
wire_segments_release(struct wire_segments *s)
{
	free(s->all);
	*s = (struct wire_segments){ NULL, 0 };
}
