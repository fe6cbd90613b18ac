#include "base/base64.h"

/* Three bytes, or what is left of them, as four characters. */
static void
put_quantum(FILE *f, struct span s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;

	for (size_t i = 0; i < 3; i++)
		bits = bits << 8 | (i < s.len ? s.p[i] : 0);
	for (size_t i = 0; i < 4; i++)
		putc(i <= s.len ? digits[bits >> (18 - 6 * i) & 63] : '=', f);
}

void
base64_write(FILE *out, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i += 3)
		put_quantum(out, span_sub(bytes, i, 3));
}
