#include "capture/flow.h"

#include <stdlib.h>
#include <utlist.h>

#include "base/hash.h"
#include "base/xalloc.h"
#include "capture/bytes.h"
#include "capture/side.h"
#include "capture/table.h"

/* What a connection takes. */
#define FLOW_SIZE (sizeof(struct flow) + BUDGET_MALLOC + TABLE_COST)

#define MAX_SYN      65536     /* bytes that come with a SYN, and SYN itself */
#define MAX_BEFORE   (1 << 20) /* bytes before the first one that was seen */
#define ENOUGH_BYTES 4096      /* without HTTP in them: it is something else */

/* So long can segments live in the network (RFC 9293, section 3.4.3). */
#define SEGMENT_LIFE_NS ((int64_t)120 * 1000000000)
/* No connection is given up for another before it was silent for so long. */
#define SILENCE_NS ((int64_t)10 * 1000000000)
/* Most clients and servers close what was silent for so long. */
#define STALE_NS ((int64_t)600 * 1000000000)

/* Both ends, the low one first, and the network: compared as words. */
struct flow_key {
	uint64_t words[6];
};

/* What every packet needs comes first: it is seldom in the nearest cache. */
struct flow {
	struct flow_key key;
	bool closed;          /* finished; only remembered */
	int64_t last;         /* packet time */
	uint64_t used;        /* number of its last packet */
	struct side sides[2]; /* sent by low, sent by high */
	struct pair pair;
	struct pair_facts facts;
	struct endpoint ends[2]; /* low, high */
	uint32_t syn_seq[2];
	int64_t syn_time; /* of the last SYN */
	int64_t taken;    /* time of the last packet that was not stale */
	uint32_t stuck;   /* packets since both sides wait for each other */
	uint32_t hash;    /* of the key */
	struct flow *prev, *next;
};

struct flow_table {
	struct outlet *outlet;
	struct table flows; /* by key */
	struct flow *first;
	size_t ordered;      /* so many of the first at most are in the order of
				their last packets */
	uint64_t ordered_at; /* as of this packet */
	uint64_t packets;
	struct flow *recent; /* of the last packet; NULL: none */
	uint64_t count;
	uint64_t seed; /* so that nobody can choose keys that collide */
};

static uint64_t
be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static struct flow_key
make_key(const struct segment *seg, bool swap)
{
	const struct endpoint *low = swap ? &seg->dst : &seg->src;
	const struct endpoint *high = swap ? &seg->src : &seg->dst;

	return (struct flow_key){
		{ be64(low->addr), be64(low->addr + 8), be64(high->addr),
		    be64(high->addr + 8),
		    (uint64_t)low->port << 16 | high->port,
		    (uint64_t)seg->domain << 1 | low->v6 },
	};
}

/* Is the source the high end? */
static bool
is_swapped(const struct segment *seg)
{
	const struct endpoint *src = &seg->src, *dst = &seg->dst;

	for (size_t i = 0; i < sizeof(src->addr); i += 8)
		if (be64(src->addr + i) != be64(dst->addr + i))
			return be64(src->addr + i) > be64(dst->addr + i);
	return src->port > dst->port;
}

static bool
is_same(const struct flow_key *a, const struct flow_key *b)
{
	uint64_t differs = 0;

	for (size_t i = 0; i < ARRAY_LEN(a->words); i++)
		differs |= a->words[i] ^ b->words[i];
	return differs == 0;
}

/* One multiplication a word: this is done for every packet. */
static uint32_t
hash_key(const struct flow_table *t, const struct flow_key *key)
{
	uint64_t hash = t->seed;

	for (size_t i = 0; i < ARRAY_LEN(key->words); i++)
		hash = hash_word(hash, key->words[i]);
	return (uint32_t)hash;
}

struct flow_table *
flow_table_new(struct outlet *outlet)
{
	struct flow_table *t = xcalloc(1, sizeof(*t));

	t->outlet = outlet;
	t->seed = (uintptr_t)t; /* random where addresses are */
	return t;
}

static struct flow *
flow_new(struct flow_table *t, const struct flow_key *key, uint32_t hash,
    const struct segment *seg, int from)
{
	struct flow *f = xcalloc(1, sizeof(*f));

	f->key = *key;
	f->ends[from] = seg->src;
	f->ends[!from] = seg->dst;
	f->facts.connection = ++t->count;
	f->pair = PAIR_INIT(t->outlet, &f->facts);
	for (int i = 0; i < 2; i++)
		side_init(&f->sides[i], &f->sides[!i], &f->pair, &f->facts,
		    &f->ends[i], t->outlet);
	budget_take(&t->outlet->budget, FLOW_SIZE);
	f->hash = hash;
	table_add(&t->flows, hash, f);
	DL_APPEND2(t->first, f, prev, next);
	return f;
}

static void
count_flow(struct flow_table *t, const struct flow *f)
{
	struct coverage *c = &t->outlet->coverage;
	const struct side *s = f->sides;
	bool ignored = s[0].mode == SIDE_IGNORE || s[1].mode == SIDE_IGNORE;

	if (s[0].heads || s[1].heads)
		c->flows.http++;
	else if (ignored || s[0].bytes + s[1].bytes >= ENOUGH_BYTES)
		c->flows.other++;
	else
		c->flows.undecided++;
}

/*
 * Each side waits for the other, as where a segment is a later copy.  Let the
 * client go first: what a response can answer is known only where all requests
 * are that it acknowledges, see rank.h.  If nobody knows who that is it is the
 * one that was captured first.  Return whether there was any.
 */
static bool
force(struct flow *f)
{
	struct side *a = &f->sides[0], *b = &f->sides[1];
	const struct piece *of_a = stream_waiting(&a->stream),
			   *of_b = stream_waiting(&b->stream);
	bool first;

	if (of_a == NULL && of_b == NULL)
		return false;
	if (of_a == NULL || of_b == NULL)
		first = of_a != NULL;
	else if (side_is_client(a) || side_is_client(b))
		first = side_is_client(a);
	else
		first = of_a->time <= of_b->time;
	stream_force(first ? &a->stream : &b->stream);
	return true;
}

/* Deliver everything that is still held back, as far as order allows. */
static void
drain_all(struct flow *f)
{
	struct side *s = f->sides;

	for (;;) {
		bool moved = stream_drain(&s[0].stream);

		moved |= stream_drain(&s[1].stream);
		if (moved)
			continue;
		if (stream_skip_hole(&s[0].stream) ||
		    stream_skip_hole(&s[1].stream))
			continue;
		if (!force(f))
			return;
	}
}

/* Finish a connection; it stays in the table, so that echoes find it. */
static void
flow_close(struct flow_table *t, struct flow *f, enum reason why)
{
	if (f->closed)
		return;
	f->closed = true;
	drain_all(f);
	for (int i = 0; i < 2; i++) {
		struct side *s = &f->sides[i];

		side_finish(s, stream_is_over(&s->stream));
	}
	count_flow(t, f);
	pair_flush(&f->pair, why);
	for (int i = 0; i < 2; i++)
		side_release(&f->sides[i]);
}

static void
flow_free(struct flow_table *t, struct flow *f, enum reason why)
{
	flow_close(t, f, why);
	if (t->recent == f)
		t->recent = NULL;
	table_remove(&t->flows, f->hash, f);
	DL_DELETE2(t->first, f, prev, next);
	budget_give(&t->outlet->budget, FLOW_SIZE);
	free(f);
}

/*
 * After the end of a connection: is this of another one, the SYNs of which were
 * not captured?
 */
static bool
is_after_end(const struct flow *f, const struct segment *seg, int from)
{
	const struct stream *s = &f->sides[from].stream,
			    *to = &f->sides[!from].stream;
	bool ending = f->closed || f->facts.reset || s->end != 0;
	uint64_t position, ack;

	if (seg->wire_len == 0 || !s->started || !ending)
		return false;
	position = stream_position(s, seg->seq);
	ack = stream_position(to, seg->ack);
	/* Nothing follows FIN (RFC 9293, section 3.6). */
	return (s->end != 0 && position > s->end) ||
	    position + MAX_BEFORE < s->first ||
	    ((seg->flags & TCP_ACK) && ack + MAX_BEFORE < to->first);
}

/* Far from the SYN of a side of which nothing else was seen? */
static bool
is_far(const struct stream *s, uint32_t seq)
{
	uint64_t position = stream_position(s, seq);

	return s->syn && !s->sent &&
	    (position < s->first || position > s->first + MAX_BEFORE);
}

/*
 * Of the connection before, between the same ports: it begins before the first
 * byte of this one, by more than a keep-alive probe does, or acknowledges less
 * than the peer's SYN.  Or the server answers a SYN for that one, and the
 * client refuses the answer (RFC 9293, section 3.5.1).
 */
static bool
is_stale(const struct stream *s, const struct stream *peer,
    const struct segment *seg)
{
	if (seg->flags & TCP_SYN)
		return false;
	if (seg->flags & TCP_RST)
		return is_far(s, seg->seq);
	if (!s->syn && seg->wire_len == 0 && is_far(peer, seg->ack))
		return true;
	return (s->syn && stream_position(s, seg->seq) + 1 < s->first) ||
	    (peer->syn && (seg->flags & TCP_ACK) &&
		stream_position(peer, seg->ack) < peer->first);
}

/*
 * What seems to be of the connection before can no longer be: it is of another
 * one after it, neither the end of this one nor the SYNs of which were
 * captured.
 */
static bool
is_behind_time(const struct flow *f, const struct segment *seg, int from)
{
	return seg->wire_len > 0 && !f->closed &&
	    seg->time - f->syn_time > SEGMENT_LIFE_NS &&
	    seg->time - f->taken > SILENCE_NS &&
	    is_stale(&f->sides[from].stream, &f->sides[!from].stream, seg);
}

/* Another connection between the same endpoints? */
static bool
is_reuse(const struct flow *f, const struct segment *seg, int from)
{
	const struct stream *s = &f->sides[from].stream;
	uint32_t acked = seg->ack - f->syn_seq[!from], late;

	if (!(seg->flags & TCP_SYN))
		return is_after_end(f, seg, from) ||
		    is_behind_time(f, seg, from);
	if (s->syn)
		return f->syn_seq[from] != seg->seq;
	/* It answers another SYN than the one that was seen. */
	if ((seg->flags & TCP_ACK) && f->sides[!from].stream.syn &&
	    (acked == 0 || acked > MAX_SYN))
		return true;
	/* A late SYN, of a connection whose first bytes may come late, too. */
	late = s->first_seq - seg->seq;
	return s->started && (late == 0 || late > MAX_SYN);
}

/*
 * Does this side go on where it stopped?  A keep-alive probe repeats its last
 * byte (RFC 9293, section 3.8.4).
 */
static bool
goes_on(const struct flow *f, const struct segment *seg, int from)
{
	const struct stream *s = &f->sides[from].stream;
	uint64_t next = s->acked > s->next ? s->acked : s->next;
	uint64_t position = stream_position(s, seg->seq);

	return !f->closed && s->started &&
	    (position == next || position + 1 == next);
}

static bool
is_over(const struct flow *f, const struct segment *seg, int from)
{
	return seg->time - f->last > FLOW_IDLE_NS && !goes_on(f, seg, from);
}

static struct flow *
look_up(const struct flow_table *t, const struct flow_key *key, uint32_t hash)
{
	struct flow *f;

	for (size_t i = 0; (f = table_next(&t->flows, hash, &i)) != NULL;)
		if (is_same(&f->key, key))
			return f;
	return NULL;
}

static struct flow *
find(struct flow_table *t, const struct segment *seg, int *from)
{
	struct flow_key key;
	struct flow *f;
	uint32_t hash;

	*from = is_swapped(seg);
	key = make_key(seg, *from);
	hash = hash_key(t, &key);
	f = t->recent;
	if (f == NULL || !is_same(&f->key, &key))
		f = look_up(t, &key, hash);
	if (f != NULL && (is_reuse(f, seg, *from) || is_over(f, seg, *from))) {
		flow_free(t, f, REASON_NONE);
		f = NULL;
	}
	return f != NULL ? f : flow_new(t, &key, hash, seg, *from);
}

static void
note_flags(struct flow *f, const struct segment *seg, int from)
{
	struct stream *s = &f->sides[from].stream,
		      *to = &f->sides[!from].stream;

	if (seg->flags & TCP_SYN) {
		f->syn_seq[from] = seg->seq;
		f->syn_time = seg->time;
	}
	f->facts.reset |= (seg->flags & TCP_RST) != 0;
	if ((seg->flags & (TCP_ACK | TCP_RST)) != TCP_ACK)
		return;
	stream_start(s, seg->seq + ((seg->flags & TCP_SYN) != 0));
	stream_start(to, seg->ack);
	stream_acked(to, seg->ack, (int32_t)(seg->seq - s->next_seq) >= 0);
}

static void
take(struct flow_table *t, struct flow *f, const struct segment *seg, int from)
{
	struct side *s = &f->sides[from], *to = &f->sides[!from];
	bool has_ack = (seg->flags & (TCP_ACK | TCP_RST)) == TCP_ACK;

	if (is_stale(&s->stream, &to->stream, seg))
		return;
	f->taken = seg->time;
	note_flags(f, seg, from);
	if (seg->wire_len > 0 || (seg->flags & (TCP_SYN | TCP_FIN)))
		stream_add(&s->stream, seg,
		    has_ack ? stream_position(&to->stream, seg->ack) : 0);
	stream_tick(&to->stream);
	stream_tick(&s->stream);
	if (stream_waiting(&s->stream) == NULL ||
	    stream_waiting(&to->stream) == NULL)
		f->stuck = 0;
	else if (++f->stuck > STREAM_GRACE)
		force(f);
	if (stream_is_over(&s->stream) && stream_is_over(&to->stream))
		flow_close(t, f, REASON_NONE);
}

static int
by_use(const struct flow *a, const struct flow *b)
{
	return (a->used > b->used) - (a->used < b->used);
}

/*
 * The connection that has been silent longest.  The list is put in order
 * only when that is asked; in front stand then those that were not used
 * since, and what was is moved behind them when its turn comes.
 */
static struct flow *
stalest(struct flow_table *t)
{
	struct flow *f;

	for (;; t->ordered--) {
		if (t->ordered == 0) {
			DL_SORT2(t->first, by_use, prev, next);
			t->ordered = t->flows.count;
			t->ordered_at = t->packets;
		}
		f = t->first;
		if (f == NULL || f->used <= t->ordered_at)
			return f;
		DL_DELETE2(t->first, f, prev, next);
		DL_APPEND2(t->first, f, prev, next);
	}
}

/*
 * Of a connection that is over nothing is lost.  Any other is worth more than a
 * large body, unless bodies leave half of the memory to connections: in some
 * networks most of these never end.
 */
static void
shrink(struct flow_table *t, int64_t now)
{
	struct outlet *o = t->outlet;
	struct flow *f;

	while (budget_is_over(&o->budget) && (f = stalest(t)) != NULL) {
		bool over = f->closed || now - f->last > STALE_NS;

		if (!over && bulk_size(&o->bulk) > o->budget.limit / 2 &&
		    draft_give_up_largest(o))
			continue;
		o->coverage.evicted += !f->closed;
		flow_free(t, f, REASON_LIMIT);
	}
}

void
flow_table_add(struct flow_table *t, const struct segment *seg)
{
	int from;
	struct flow *f = find(t, seg, &from);

	f->last = seg->time;
	f->used = ++t->packets;
	t->recent = f;
	if (!f->closed)
		take(t, f, seg, from);
	if (budget_is_over(&t->outlet->budget))
		shrink(t, seg->time);
}

static int
by_number(const struct flow *a, const struct flow *b)
{
	return (a->facts.connection > b->facts.connection) -
	    (a->facts.connection < b->facts.connection);
}

void
flow_table_finish(struct flow_table *t)
{
	DL_SORT2(t->first, by_number, prev, next);
	while (t->first != NULL)
		flow_free(t, t->first, REASON_NONE);
}

void
flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	flow_table_finish(t);
	table_release(&t->flows);
	draft_drop_spare(t->outlet);
	free(t);
}
