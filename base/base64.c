#include "base/base64.h"

#include "base/buf.h"
#include "base/err.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* The first three bytes of s, or what there is of them, as four letters. */
static void
put_quantum(char out[4], struct span s)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 3; i++)
		bits = bits << 8 | (i < s.len ? s.p[i] : 0);
	for (size_t i = 0; i < 4; i++)
		out[i] = i <= s.len ? digits[bits >> (18 - 6 * i) & 63] : '=';
}

void
base64_write(FILE *out, struct span data)
{
	char quantum[4];

	for (size_t i = 0; i < data.len; i += 3) {
		put_quantum(quantum, span_sub(data, i, 3));
		fwrite(quantum, 1, sizeof(quantum), out);
	}
}

int
base64_add(struct buf *b, struct span data, struct err *err)
{
	char quantum[4];

	for (size_t i = 0; i < data.len; i += 3) {
		put_quantum(quantum, span_sub(data, i, 3));
		if (buf_add(b, (struct span){ (uint8_t *)quantum, 4 }, err) < 0)
			return -1;
	}
	return 0;
}

static uint32_t
value_of(uint8_t c)
{
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (uint32_t)(at - digits) : 0;
}

/* Only the last four letters may be padded. */
static size_t
decode_quantum(uint8_t out[3], struct span four)
{
	size_t padding = (four.p[3] == '=') + (four.p[2] == '=');
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++)
		bits = bits << 6 | value_of(four.p[i]);
	for (size_t i = 0; i < 3; i++)
		out[i] = (uint8_t)(bits >> (16 - 8 * i));
	return 3 - padding;
}

/* What does not come out as it went in was not written by base64_add(). */
static int
read_quantum(struct buf *b, struct span four, bool last, struct err *err)
{
	char again[4];
	uint8_t out[3];
	size_t len;

	if (four.len == 4) {
		len = decode_quantum(out, four);
		put_quantum(again, (struct span){ out, len });
		if ((len == 3 || last) && memcmp(again, four.p, 4) == 0)
			return buf_add(b, (struct span){ out, len }, err);
	}
	return err_set(err, ERR_FORMAT, "is not base64");
}

int
base64_read(struct buf *b, struct span text, struct err *err)
{
	for (size_t i = 0; i < text.len; i += 4)
		if (read_quantum(b, span_sub(text, i, 4), i + 4 >= text.len,
			err) < 0)
			return -1;
	return 0;
}
