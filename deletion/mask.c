#include "deletion/mask.h"

#include "http/digest.h"

#define MARK     "ob_"
#define MARK_LEN 3
#define FILLER   '_'

/* With 19 bytes there is room for everything. */
#define LONG_CHECK  4
#define SHORT_CHECK 2
#define FULL_LEN    (MARK_LEN + MASK_FINGERPRINT + LONG_CHECK)

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The first n characters of digest in base64url; n <= 40. */
static void
encode(const uint8_t digest[DIGEST_SIZE], uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t bit = i * 6;
		unsigned two =
		    (unsigned)digest[bit / 8] << 8 | digest[bit / 8 + 1];

		out[i] = (uint8_t)alphabet[two >> (10 - bit % 8) & 63];
	}
}

struct shape {
	size_t fingerprint, check;
};

/* How a mask of len >= MASK_MIN bytes divides; filler is the rest. */
static struct shape
shape_of(size_t len)
{
	struct shape s = {
		.check = len < FULL_LEN ? SHORT_CHECK : LONG_CHECK,
	};

	s.fingerprint = len - MARK_LEN - s.check;
	if (s.fingerprint > MASK_FINGERPRINT)
		s.fingerprint = MASK_FINGERPRINT;
	return s;
}

static void
write_check(struct span fingerprint, uint8_t *out, size_t n)
{
	uint8_t digest[DIGEST_SIZE];

	digest_of(digest, fingerprint);
	encode(digest, out, n);
}

static bool
is_filler(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] != FILLER)
			return false;
	return true;
}

/* Does a mask of len bytes begin at the start of s, but for its filler? */
static bool
begins_mask(struct span s, size_t len)
{
	struct shape shape = shape_of(len);
	uint8_t check[LONG_CHECK];

	if (s.len < len || !span_has_prefix(s, span_of_str(MARK)))
		return false;
	write_check(span_sub(s, MARK_LEN, shape.fingerprint), check,
	    shape.check);
	return span_eq(span_sub(s, MARK_LEN + shape.fingerprint, shape.check),
	    (struct span){ check, shape.check });
}

bool
mask_is(struct span s)
{
	struct shape shape;

	if (s.len < MASK_MIN)
		return s.len > 0 && is_filler(s);
	shape = shape_of(s.len);
	return begins_mask(s, s.len) &&
	    is_filler(
		span_sub(s, MARK_LEN + shape.fingerprint + shape.check, s.len));
}

void
mask_write(const uint8_t key[MASK_KEY_SIZE], struct span secret,
    struct text place)
{
	uint8_t digest[DIGEST_SIZE];
	struct shape shape;
	uint8_t *fingerprint = place.p + MARK_LEN;

	if (place.len == 0 || mask_is(text_span(place)))
		return;
	digest_hmac(digest, (struct span){ key, MASK_KEY_SIZE }, secret);
	memset(place.p, FILLER, place.len);
	if (place.len < MASK_MIN)
		return;
	shape = shape_of(place.len);
	memcpy(place.p, MARK, MARK_LEN);
	encode(digest, fingerprint, shape.fingerprint);
	write_check((struct span){ fingerprint, shape.fingerprint },
	    fingerprint + shape.fingerprint, shape.check);
}

size_t
mask_length(struct span s)
{
	size_t len;

	if (begins_mask(s, FULL_LEN)) {
		len = FULL_LEN;
		while (len < s.len && s.p[len] == FILLER)
			len++;
		return len;
	}
	for (len = FULL_LEN - 1; len >= MASK_MIN; len--)
		if (s.len >= len && mask_is(span_sub(s, 0, len)))
			return len;
	return 0;
}

bool
mask_inside(struct span s)
{
	const uint8_t *at;

	while (s.len > 0 && (at = memmem(s.p, s.len, MARK, MARK_LEN)) != NULL) {
		s = span_sub(s, (size_t)(at - s.p), s.len);
		if (mask_length(s) > 0)
			return true;
		s = span_sub(s, 1, s.len);
	}
	return false;
}

struct span
mask_fingerprint(struct span mask)
{
	if (mask.len < MASK_MIN)
		return span_sub(mask, 0, 0);
	return span_sub(mask, MARK_LEN, shape_of(mask.len).fingerprint);
}
