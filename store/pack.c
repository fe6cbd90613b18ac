#include "store/pack.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "deletion/deletion.h"
#include "http/body.h"
#include "store/number.h"

/* The first number of an exchange. */
enum {
	HAS_REQUEST = 1,
	HAS_RESPONSE = 2,
	HAS_KEY = 4, /* else it is that of pack_key() */
};

/* The first number of a message; its lowest two bits are the framing. */
enum {
	FRAMING_BITS = 0x03,
	COMPLETE = 0x04,
	HAS_DIGEST = 0x08,
	HAS_INTERIM = 0x10,
	HAS_BODY = 0x20,
	BODY_ALONE = 0x40,
	DIGEST_GIVEN = 0x80, /* else it is that of the body at hand, or */
	PURGED = 0x100,      /* of the one that was, whose digest is here */
	FLAGS_MAX = 0x1ff,
	FLAGS_MAX_1 = 0xff, /* in version 1 */
};

#define MAX_HOLES 65536

static uint64_t
zigzag(int64_t n)
{
	return (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0);
}

static int64_t
unzigzag(uint64_t n)
{
	return (int64_t)(n >> 1 ^ (n & 1 ? UINT64_MAX : 0));
}

/* Times and lengths wrap round: any two are a difference that fits. */
static int64_t
difference(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t
sum(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int
add_signed(struct buf *b, int64_t n, struct err *err)
{
	return number_add(b, zigzag(n), err);
}

/* Can a reader compute the digest from the body, at little cost? */
static bool
digest_follows(const struct message *m)
{
	uint8_t digest[DIGEST_SIZE];
	struct arena arena = ARENA_INIT;
	bool same = false;

	if (m->purged != NULL)
		return memcmp(m->purged->sha256, m->body_sha256, DIGEST_SIZE) ==
		    0;
	if (m->body.p == NULL || pack_is_alone(m->body))
		return false;
	digest_of(digest, body_entity(m, &arena));
	same = memcmp(digest, m->body_sha256, DIGEST_SIZE) == 0;
	arena_release(&arena);
	return same;
}

static unsigned
message_flags(const struct message *m)
{
	unsigned flags = m->framing;

	if (m->complete)
		flags |= COMPLETE;
	if (m->has_digest)
		flags |= HAS_DIGEST;
	if (m->interim.p != NULL)
		flags |= HAS_INTERIM;
	if (m->body.p != NULL || m->purged != NULL)
		flags |= HAS_BODY;
	if (m->purged != NULL)
		flags |= PURGED;
	if (pack_is_alone(m->body))
		flags |= BODY_ALONE;
	if (m->has_digest && !digest_follows(m))
		flags |= DIGEST_GIVEN;
	return flags;
}

static int
add_lengths(struct buf *b, const struct message *m, unsigned flags,
    struct err *err)
{
	uint64_t len = m->purged != NULL ? m->purged->len : m->body.len;
	int64_t body = (int64_t)len;

	if ((flags & HAS_INTERIM && number_add(b, m->interim.len, err) < 0) ||
	    number_add(b, m->head.len, err) < 0 ||
	    (flags & HAS_BODY && number_add(b, len, err) < 0) ||
	    add_signed(b, difference((int64_t)m->wire_len, body), err) < 0)
		return -1;
	return add_signed(b, difference((int64_t)m->body_len, body), err);
}

static int
add_holes(struct buf *b, const struct message *m, struct err *err)
{
	if (m->hole_count > MAX_HOLES)
		return err_set(err, ERR_LIMIT, "more than %d holes", MAX_HOLES);
	if (number_add(b, m->hole_count, err) < 0)
		return -1;
	for (size_t i = 0; i < m->hole_count; i++)
		if (number_add(b, m->holes[i].offset, err) < 0 ||
		    number_add(b, m->holes[i].len, err) < 0)
			return -1;
	return 0;
}

/* Bytes that are no text, as numbers of eight of them. */
static int
add_words(struct buf *b, const uint8_t *p, size_t len, struct err *err)
{
	for (size_t i = 0; i < len; i += 8) {
		uint64_t n = 0;

		for (size_t j = i; j < i + 8; j++)
			n = n << 8 | p[j];
		if (number_add(b, n, err) < 0)
			return -1;
	}
	return 0;
}

static int
add_message(struct buf *b, const struct message *m, int64_t base,
    struct err *err)
{
	unsigned flags;

	if (m == NULL)
		return 0;
	flags = message_flags(m);
	if (number_add(b, flags, err) < 0 ||
	    add_signed(b, difference(m->first, base), err) < 0 ||
	    add_signed(b, difference(m->last, m->first), err) < 0 ||
	    add_lengths(b, m, flags, err) < 0 || add_holes(b, m, err) < 0)
		return -1;
	if (flags & DIGEST_GIVEN &&
	    add_words(b, m->body_sha256, DIGEST_SIZE, err) < 0)
		return -1;
	if (flags & PURGED)
		return add_words(b, m->purged->sha256, DIGEST_SIZE, err);
	return 0;
}

static int
add_texts(struct buf *b, const struct message *m, struct err *err)
{
	if (m == NULL)
		return 0;
	if (buf_add(b, m->interim, err) < 0 || buf_add(b, m->head, err) < 0)
		return -1;
	return pack_is_alone(m->body) ? 0 : buf_add(b, m->body, err);
}

static int
add_head(struct buf *b, const struct exchange *x, const uint8_t *key,
    struct err *err)
{
	unsigned flags = (x->request != NULL ? HAS_REQUEST : 0) |
	    (x->response != NULL ? HAS_RESPONSE : 0) |
	    (key != NULL ? HAS_KEY : 0);

	if (number_add(b, flags, err) < 0 ||
	    number_add(b, x->number, err) < 0 ||
	    number_add(b, x->missing, err) < 0)
		return -1;
	return key != NULL ? add_words(b, key, MATCH_KEY_SIZE, err) : 0;
}

int
pack_exchange(const struct exchange *x, const uint8_t *key, struct buf *out,
    size_t *numbers, struct err *err)
{
	int64_t base = exchange_time(x);

	buf_reset(out);
	if (add_head(out, x, key, err) < 0 ||
	    add_message(out, x->request, base, err) < 0 ||
	    add_message(out, x->response, base, err) < 0)
		return -1;
	*numbers = out->len;
	if (add_texts(out, x->request, err) < 0)
		return -1;
	return add_texts(out, x->response, err);
}

/* What is left to read; bad once something did not fit. */
struct unpack {
	struct span rest;
	struct arena *arena;
	int version; /* of the archive */
	bool bad;
};

static uint64_t
take_number(struct unpack *u)
{
	uint64_t n;

	if (number_take(&u->rest, &n))
		return n;
	u->bad = true;
	return 0;
}

static void
take_words(struct unpack *u, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i += 8) {
		uint64_t n = take_number(u);

		for (int j = 7; j >= 0; j--, n >>= 8)
			out[i + (size_t)j] = (uint8_t)n;
	}
}

static int64_t
take_signed(struct unpack *u)
{
	return unzigzag(take_number(u));
}

static struct span
take_text(struct unpack *u, size_t len)
{
	struct span s = span_sub(u->rest, 0, len);

	if (s.len < len)
		u->bad = true;
	u->rest = span_sub(u->rest, s.len, u->rest.len);
	return s;
}

/* Lengths are put into spans that have no address yet. */
static void
take_lengths(struct unpack *u, struct message *m, unsigned flags)
{
	if (flags & HAS_INTERIM)
		m->interim.len = take_number(u);
	m->head.len = take_number(u);
	if (flags & HAS_BODY)
		m->body.len = take_number(u);
	m->wire_len = (uint64_t)sum(take_signed(u), (int64_t)m->body.len);
	m->body_len = (uint64_t)sum(take_signed(u), (int64_t)m->body.len);
}

static void
take_holes(struct unpack *u, struct message *m)
{
	uint64_t count = take_number(u);
	struct hole *holes;

	/* A hole takes two bytes at least. */
	if (count > MAX_HOLES || count > u->rest.len / 2) {
		u->bad = true;
		return;
	}
	holes = arena_alloc(u->arena, count * sizeof(*holes));
	for (size_t i = 0; i < count; i++) {
		holes[i].offset = take_number(u);
		holes[i].len = take_number(u);
	}
	m->holes = holes;
	m->hole_count = count;
}

static void
take_digest(struct unpack *u, struct message *m)
{
	struct span digest;

	if (u->version > 1) {
		take_words(u, m->body_sha256, DIGEST_SIZE);
		return;
	}
	digest = take_text(u, DIGEST_SIZE);
	if (!u->bad)
		memcpy(m->body_sha256, digest.p, DIGEST_SIZE);
}

/* What its length was put into has no bytes. */
static void
take_purged(struct unpack *u, struct message *m, unsigned flags)
{
	struct purged *left = arena_alloc(u->arena, sizeof(*left));

	left->len = m->body.len;
	take_words(u, left->sha256, DIGEST_SIZE);
	m->purged = left;
	m->body = (struct span){ 0 };
	if (!(flags & HAS_BODY) || flags & BODY_ALONE || left->len == 0)
		u->bad = true;
}

static struct message *
take_message(struct unpack *u, int64_t base, unsigned *out_flags)
{
	struct message *m = arena_alloc(u->arena, sizeof(*m));
	uint64_t flags = take_number(u);

	if (flags > (u->version > 1 ? FLAGS_MAX : FLAGS_MAX_1))
		u->bad = true;
	m->framing = flags & FRAMING_BITS;
	m->complete = (flags & COMPLETE) != 0;
	m->has_digest = (flags & HAS_DIGEST) != 0;
	m->first = sum(base, take_signed(u));
	m->last = sum(m->first, take_signed(u));
	take_lengths(u, m, (unsigned)flags);
	take_holes(u, m);
	if (flags & DIGEST_GIVEN)
		take_digest(u, m);
	if (flags & PURGED)
		take_purged(u, m, (unsigned)flags);
	*out_flags = (unsigned)flags;
	return m;
}

static void
take_texts(struct unpack *u, struct message *m, unsigned flags,
    struct span alone)
{
	if (m == NULL)
		return;
	if (flags & HAS_INTERIM)
		m->interim = take_text(u, m->interim.len);
	m->head = take_text(u, m->head.len);
	if (flags & BODY_ALONE) {
		if (alone.p == NULL || alone.len != m->body.len)
			u->bad = true;
		m->body = alone;
	} else if (flags & HAS_BODY && !(flags & PURGED)) {
		m->body = take_text(u, m->body.len);
	}
}

static int
parse(struct message *m, enum head_side side, unsigned flags,
    struct arena *arena, struct err *err)
{
	if (m == NULL)
		return 0;
	if (head_parse(&m->parsed, side, m->head, arena, err) < 0) {
		err->code = ERR_CORRUPT;
		return -1;
	}
	if (!(flags & HAS_DIGEST) || flags & DIGEST_GIVEN)
		return 0;
	if (m->purged != NULL)
		memcpy(m->body_sha256, m->purged->sha256, DIGEST_SIZE);
	else
		digest_of(m->body_sha256, body_entity(m, arena));
	return 0;
}

/* What stands before the messages; the key, if it is given. */
static uint64_t
take_head(struct unpack *u, struct exchange *x, uint8_t *key, bool *has_key)
{
	uint64_t has = take_number(u), number;

	if (u->version > 1) {
		number = take_number(u);
		x->number = (uint32_t)number;
		u->bad = u->bad || number > UINT32_MAX;
	}
	x->missing = take_number(u);
	*has_key = u->version > 1 && (has & HAS_KEY) != 0;
	if (*has_key) {
		take_words(u, key, MATCH_KEY_SIZE);
		has &= ~(uint64_t)HAS_KEY;
	}
	if (has == 0 || has > (HAS_REQUEST | HAS_RESPONSE))
		u->bad = true;
	return has;
}

int
pack_read(struct exchange *x, const struct packed *in, uint8_t *key,
    bool *has_key, struct err *err)
{
	struct unpack u = { .rest = in->bytes,
		.arena = &x->arena,
		.version = in->version };
	uint64_t has = take_head(&u, x, key, has_key);
	unsigned flags[2] = { 0 };

	if (has & HAS_REQUEST)
		x->request = take_message(&u, in->time, &flags[0]);
	if (has & HAS_RESPONSE)
		x->response = take_message(&u, in->time, &flags[1]);
	take_texts(&u, x->request, flags[0], in->alone[0]);
	take_texts(&u, x->response, flags[1], in->alone[1]);
	if (u.bad || u.rest.len > 0)
		return err_set(err, ERR_CORRUPT, "its lengths do not add up");
	if (parse(x->request, HEAD_REQUEST, flags[0], &x->arena, err) < 0)
		return -1;
	return parse(x->response, HEAD_RESPONSE, flags[1], &x->arena, err);
}

/* A value behind its tag and its length. */
static uint8_t *
key_put(uint8_t *p, uint8_t tag, struct span s)
{
	*p++ = tag;
	for (int i = 0; i < 8; i++)
		*p++ = (uint8_t)((uint64_t)s.len >> (56 - 8 * i));
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return p + s.len;
}

static uint8_t *
key_put_value(uint8_t *p, struct span s)
{
	if (s.p != NULL)
		return key_put(p, 'V', s);
	*p++ = '?';
	return p;
}

#define KEY_HEAD 9 /* bytes in front of each value */

static size_t
key_room(const struct deletion *d)
{
	size_t room = 2 * KEY_HEAD + 3 + d->operation.len;

	for (size_t i = 0; i < d->target_count; i++)
		room += 3 * KEY_HEAD + d->targets[i].type.len +
		    d->targets[i].id.len + d->targets[i].scope.len;
	return room;
}

static int
compare_targets(const void *a, const void *b)
{
	const struct target *x = a, *y = b;
	int diff = span_cmp(x->type, y->type);

	if (diff == 0)
		diff = span_cmp(x->id, y->id);
	return diff != 0 ? diff : span_cmp(x->scope, y->scope);
}

void
pack_key(const struct reading *reading, struct arena *arena, uint8_t *key)
{
	const struct deletion *d = &reading->deletion;
	const struct target *t = d->targets;
	uint8_t flags[] = { d->dry_run, d->force, d->set_delete };
	uint8_t digest[DIGEST_SIZE];
	uint8_t *all = arena_alloc(arena, key_room(d)), *p = all;
	struct target *sorted;

	p = key_put(p, 'D', d->operation);
	p = key_put(p, 'F', (struct span){ flags, sizeof(flags) });
	if (d->target_count > 1) {
		sorted = arena_alloc(arena, d->target_count * sizeof(*sorted));
		memcpy(sorted, t, d->target_count * sizeof(*sorted));
		qsort(sorted, d->target_count, sizeof(*sorted),
		    compare_targets);
		t = sorted;
	}
	for (size_t i = 0; i < d->target_count; i++) {
		p = key_put(p, 'T', t[i].type);
		p = key_put_value(p, t[i].id);
		p = key_put_value(p, t[i].scope);
	}
	digest_of(digest, (struct span){ all, (size_t)(p - all) });
	memcpy(key, digest, MATCH_KEY_SIZE);
}

static void
add_context(struct buf *out, struct span text, int version)
{
	struct span end = span_of_str(version > 1 ? "\n" : "");
	struct err err;

	/* What does not fit is merely compressed less. */
	if (text.p == NULL || text.len + end.len > PACK_CONTEXT_MAX - out->len)
		return;
	(void)!buf_add(out, text, &err);
	(void)!buf_add(out, end, &err);
}

void
pack_context(const struct reading *reading, int version, struct buf *out)
{
	const struct deletion *d = &reading->deletion;

	buf_reset(out);
	if (reading->kind != KIND_DELETION)
		return;
	add_context(out, d->token, version);
	add_context(out, d->request_id, version);
	add_context(out, d->message, version);
	for (size_t i = 0; i < d->target_count; i++) {
		add_context(out, d->targets[i].scope, version);
		add_context(out, d->targets[i].id, version);
	}
}
