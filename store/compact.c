#include "store/compact.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "store/db.h"
#include "store/hex.h"

#define UUID_TEXT  36
#define UUID_BYTES 16

/* Shorter ones gain too little, and longer ones are no ids. */
#define HEX_MIN 8
#define HEX_MAX 128

static bool
is_dash_at(size_t at)
{
	return at == 8 || at == 13 || at == 18 || at == 23;
}

/* Digits of text, but for the dashes of a UUID, as bytes. */
static bool
pack_digits(uint8_t *out, struct span text, bool uuid)
{
	unsigned byte = 1; /* a bit in front of what is collected */

	for (size_t i = 0; i < text.len; i++) {
		int value = hex_value(text.p[i]);

		if (uuid && is_dash_at(i)) {
			if (text.p[i] != '-')
				return false;
			continue;
		}
		if (value < 0)
			return false;
		byte = byte << 4 | (unsigned)value;
		if (byte < 0x100)
			continue;
		*out++ = (uint8_t)byte;
		byte = 1;
	}
	return true;
}

static bool
put_digits(struct query *q, struct span text, struct arena *arena)
{
	bool uuid = text.len == UUID_TEXT && text.p[8] == '-';
	size_t len = uuid ? UUID_BYTES : text.len / 2;
	uint8_t *p;

	if (!uuid &&
	    (text.len < HEX_MIN || text.len > HEX_MAX || text.len % 2 != 0))
		return false;
	p = arena_alloc(arena, 1 + len);
	p[0] = uuid ? COMPACT_UUID : COMPACT_HEX;
	if (!pack_digits(p + 1, text, uuid))
		return false;
	put_blob(q, (struct span){ p, 1 + len });
	return true;
}

void
put_compact(struct query *q, struct span text, struct arena *arena)
{
	uint8_t *p;

	if (text.p == NULL) {
		put_null(q);
		return;
	}
	if (put_digits(q, text, arena))
		return;
	if (utf8_is_valid(text) && span_find(text, 0) == text.len) {
		put_text(q, text);
		return;
	}
	p = arena_alloc(arena, 1 + text.len);
	p[0] = COMPACT_BYTES;
	memcpy(p + 1, text.p, text.len);
	put_blob(q, (struct span){ p, 1 + text.len });
}

static struct span
unpack_digits(struct span bytes, bool uuid, struct arena *arena)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = bytes.len * 2 + (uuid ? 4 : 0), at = 0;
	uint8_t *p = arena_alloc(arena, len);

	for (size_t i = 0; i < bytes.len; i++) {
		if (uuid && is_dash_at(at))
			p[at++] = '-';
		p[at++] = (uint8_t)digits[bytes.p[i] >> 4];
		p[at++] = (uint8_t)digits[bytes.p[i] & 15];
	}
	return (struct span){ p, len };
}

bool
take_compact(struct query *q, struct arena *arena, struct span *out)
{
	bool blob;
	struct span value = take_value(q, &blob), bytes;

	*out = value;
	if (!blob) {
		*out = arena_copy(arena, value);
		return true;
	}
	bytes = span_sub(value, 1, value.len);
	if (value.len > 0 && value.p[0] == COMPACT_BYTES)
		*out = arena_copy(arena, bytes);
	else if (value.len > 0 && value.p[0] == COMPACT_HEX)
		*out = unpack_digits(bytes, false, arena);
	else if (value.len == 1 + UUID_BYTES && value.p[0] == COMPACT_UUID)
		*out = unpack_digits(bytes, true, arena);
	else
		return false;
	return true;
}
