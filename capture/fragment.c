#include "capture/fragment.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/budget.h"
#include "base/xalloc.h"

enum { UNIT = 8, MAX_DATAGRAM = 65535, UNITS = (MAX_DATAGRAM + UNIT) / UNIT };

/* Compared as bytes: zeroed before it is filled in. */
struct key {
	uint8_t src[16], dst[16];
	uint32_t id, domain;
	uint16_t protocol; /* IPv4 only: IPv6 identifies without it */
	bool v6;
};

struct datagram {
	UT_hash_handle hh;
	struct key key;
	int64_t time;   /* of its first piece */
	uint8_t *bytes; /* owned */
	size_t cap;     /* of bytes, and taken from the budget */
	size_t end;     /* the furthest that any piece reaches */
	size_t total;   /* 0: the last piece is missing */
	size_t cut;     /* where captured bytes end */
	size_t units;   /* of 8 bytes, seen */
	uint16_t protocol;
	bool bad;
	uint8_t seen[UNITS / 8 + 1]; /* one bit for each unit */
};

struct fragments {
	struct budget *budget;
	struct datagram *table; /* in the order of their first pieces */
	struct datagram *done;  /* not in the table; owned, or NULL */
};

struct fragments *
fragments_new(struct budget *budget)
{
	struct fragments *f = xcalloc(1, sizeof(*f));

	f->budget = budget;
	return f;
}

static void
drop_bytes(struct fragments *f, struct datagram *d)
{
	budget_give(f->budget, d->cap);
	free(d->bytes);
	d->bytes = NULL;
	d->cap = 0;
}

static void
free_datagram(struct fragments *f, struct datagram *d)
{
	if (d == NULL)
		return;
	drop_bytes(f, d);
	budget_give(f->budget, sizeof(*d));
	free(d);
}

static void
forget(struct fragments *f, struct datagram *d)
{
	HASH_DEL(f->table, d);
	free_datagram(f, d);
}

void
fragments_release_done(struct fragments *f)
{
	free_datagram(f, f->done);
	f->done = NULL;
}

void
fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	fragments_release_done(f);
	while (f->table != NULL)
		forget(f, f->table);
	free(f);
}

static bool
is_old(const struct datagram *d, int64_t now)
{
	return now - d->time > FRAGMENT_MAX_AGE ||
	    d->time - now > FRAGMENT_MAX_AGE;
}

static void
forget_old(struct fragments *f, int64_t now)
{
	while (f->table != NULL && is_old(f->table, now))
		forget(f, f->table);
}

static void
fill_key(struct key *key, const struct fragment *piece)
{
	memset(key, 0, sizeof(*key));
	memcpy(key->src, piece->src->addr, sizeof(key->src));
	memcpy(key->dst, piece->dst->addr, sizeof(key->dst));
	key->id = piece->id;
	key->domain = piece->domain;
	key->v6 = piece->src->v6;
	key->protocol = key->v6 ? 0 : piece->protocol;
}

static struct datagram *
find_or_add(struct fragments *f, const struct fragment *piece)
{
	struct datagram *d;
	struct key key;

	fill_key(&key, piece);
	HASH_FIND(hh, f->table, &key, sizeof(key), d);
	if (d != NULL && !is_old(d, piece->time))
		return d;
	if (d != NULL)
		forget(f, d);
	if (HASH_COUNT(f->table) == FRAGMENT_MAX_DATAGRAMS)
		forget(f, f->table);
	d = xcalloc(1, sizeof(*d));
	budget_take(f->budget, sizeof(*d));
	d->key = key;
	d->time = piece->time;
	d->cut = SIZE_MAX;
	d->protocol = piece->protocol;
	HASH_ADD(hh, f->table, key, sizeof(d->key), d);
	return d;
}

/* Are the lengths possible, also beside the pieces that are held? */
static bool
fits(const struct datagram *d, const struct fragment *piece)
{
	size_t end = piece->offset + piece->wire_len;

	if (piece->wire_len > MAX_DATAGRAM || end > MAX_DATAGRAM)
		return false;
	if (d->total != 0 && end > d->total)
		return false;
	if (piece->more)
		return piece->wire_len > 0 && piece->wire_len % UNIT == 0;
	return end > 0 && end >= d->end && (d->total == 0 || d->total == end);
}

static void
make_room(struct fragments *f, struct datagram *d, size_t n)
{
	if (n <= d->cap)
		return;
	if (n < 2 * d->cap)
		n = 2 * d->cap < MAX_DATAGRAM ? 2 * d->cap : MAX_DATAGRAM;
	d->bytes = xrealloc(d->bytes, n);
	budget_take(f->budget, n - d->cap);
	d->cap = n;
}

/*
 * Store the unit of the piece at `at`, n bytes of which were captured.
 * Return false if other bytes are there.
 */
static bool
store_unit(struct datagram *d, size_t at, const uint8_t *p, size_t n)
{
	size_t unit = at / UNIT;
	uint8_t bit = (uint8_t)(1u << unit % 8);

	if ((d->seen[unit / 8] & bit) == 0) {
		d->seen[unit / 8] |= bit;
		d->units++;
		if (n > 0)
			memcpy(d->bytes + at, p, n);
		return true;
	}
	if (at >= d->cut)
		return true;
	if (n > d->cut - at)
		n = d->cut - at;
	return n == 0 || memcmp(d->bytes + at, p, n) == 0;
}

static bool
store(struct fragments *f, struct datagram *d, const struct fragment *piece)
{
	size_t end = piece->offset + piece->wire_len;
	size_t captured = piece->offset + piece->bytes.len;

	make_room(f, d, end);
	for (size_t at = piece->offset; at < end; at += UNIT) {
		struct span part =
		    span_sub(piece->bytes, at - piece->offset, UNIT);

		if (!store_unit(d, at, part.p, part.len))
			return false;
	}
	if (captured < end && captured < d->cut)
		d->cut = captured;
	if (d->end < end)
		d->end = end;
	if (!piece->more)
		d->total = end;
	if (piece->offset == 0)
		d->protocol = piece->protocol;
	return true;
}

/*
 * Give up whole datagrams, the oldest first, until there is memory.
 * Return false if d was among them.
 */
static bool
stay_within_budget(struct fragments *f, const struct datagram *d)
{
	bool kept = true;

	while (f->table != NULL && budget_is_over(f->budget)) {
		kept = kept && f->table != d;
		forget(f, f->table);
	}
	return kept;
}

static void
finish(struct fragments *f, struct datagram *d, struct fragment *piece)
{
	size_t len = d->total < d->cut ? d->total : d->cut;

	HASH_DEL(f->table, d);
	free_datagram(f, f->done);
	f->done = d;
	piece->bytes = (struct span){ d->bytes, len };
	piece->wire_len = d->total;
	piece->protocol = d->protocol;
}

enum fragment_result
fragments_add(struct fragments *f, struct fragment *piece)
{
	struct datagram *d;
	bool bad;

	forget_old(f, piece->time);
	d = find_or_add(f, piece);
	if (!d->bad && (!fits(d, piece) || !store(f, d, piece))) {
		d->bad = true;
		drop_bytes(f, d);
	}
	bad = d->bad;
	if (!stay_within_budget(f, d) || bad)
		return bad ? FRAGMENT_BAD : FRAGMENT_HELD;
	if (d->total == 0 || d->units < (d->total + UNIT - 1) / UNIT)
		return FRAGMENT_HELD;
	finish(f, d, piece);
	return FRAGMENT_COMPLETE;
}
