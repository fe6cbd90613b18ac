#include "store/slot.h"

#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/date.h"
#include "store/hex.h"
#include "store/number.h"
#include "store/words.h"

#define SECOND    1000000000
#define DATE_LEN  29
#define STAMP_LEN 16
#define TEXT_ROOM 40
#define UUID_LEN  36

static const char base64url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int
slot_arguments(enum slot_form form)
{
	switch (form) {
	case SLOT_NUMBER:
	case SLOT_DATE:
	case SLOT_STAMP:
	case SLOT_WORD:
	case SLOT_UUID:
	case SLOT_DECIMAL:
	case SLOT_TEXT:
		return 0;
	case SLOT_CONTEXT:
	case SLOT_SAME:
	case SLOT_HEX:
		return 1;
	case SLOT_MASK:
		return 3;
	default:
		return -1;
	}
}

/* Times as texts. */

/* So many digits of n; printf() would take longer than all else of a slot. */
static char *
print_number(char *p, int n, int count)
{
	for (int i = count - 1; i >= 0; i--, n /= 10)
		p[i] = (char)('0' + n % 10);
	return p + count;
}

/* A name of three letters and what stands behind it. */
static char *
put_name(char *p, const char *names, int number, char end)
{
	memcpy(p, names + (size_t)number * 3, 3);
	p[3] = end;
	return p + 4;
}

static char *
put_clock(char *p, const struct tm *tm, const char *between)
{
	size_t len = strlen(between);

	p = print_number(p, tm->tm_hour, 2);
	memcpy(p, between, len);
	p = print_number(p + len, tm->tm_min, 2);
	memcpy(p, between, len);
	return print_number(p + len, tm->tm_sec, 2);
}

/* "Tue, 14 Nov 2023 22:13:20 GMT" */
static char *
put_date(char *p, const struct tm *tm)
{
	p = put_name(p, "SunMonTueWedThuFriSat", tm->tm_wday, ',');
	*p++ = ' ';
	p = print_number(p, tm->tm_mday, 2);
	*p++ = ' ';
	p = put_name(p, "JanFebMarAprMayJunJulAugSepOctNovDec", tm->tm_mon,
	    ' ');
	p = print_number(p, tm->tm_year + 1900, 4);
	*p++ = ' ';
	p = put_clock(p, tm, ":");
	memcpy(p, " GMT", 4);
	return p + 4;
}

/* "20231114T221320Z" */
static char *
put_stamp(char *p, const struct tm *tm)
{
	p = print_number(p, tm->tm_year + 1900, 4);
	p = print_number(p, tm->tm_mon + 1, 2);
	p = print_number(p, tm->tm_mday, 2);
	*p++ = 'T';
	p = put_clock(p, tm, "");
	*p++ = 'Z';
	return p;
}

static struct span
format_time(char text[TEXT_ROOM], enum slot_form form, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char *end;

	/* Of years with four digits. */
	if (seconds < 0 || seconds >= INT64_C(253402300800) ||
	    gmtime_r(&t, &tm) == NULL)
		return (struct span){ 0 };
	end = form == SLOT_DATE ? put_date(text, &tm) : put_stamp(text, &tm);
	return (struct span){ (const uint8_t *)text, (size_t)(end - text) };
}

static int
digits(const uint8_t *p, int count)
{
	int n = 0;

	for (int i = 0; i < count; i++)
		n = n * 10 + (p[i] - '0');
	return n;
}

/* The seconds of a text that format_time() would write. */
static bool
parse_time(int64_t *seconds, enum slot_form form, struct span s)
{
	char text[TEXT_ROOM];
	struct tm tm = { 0 };

	if (form == SLOT_DATE) {
		if (s.len != DATE_LEN || !date_parse(seconds, s))
			return false;
	} else {
		if (s.len != STAMP_LEN || s.p[8] != 'T')
			return false;
		tm.tm_year = digits(s.p, 4) - 1900;
		tm.tm_mon = digits(s.p + 4, 2) - 1;
		tm.tm_mday = digits(s.p + 6, 2);
		tm.tm_hour = digits(s.p + 9, 2);
		tm.tm_min = digits(s.p + 11, 2);
		tm.tm_sec = digits(s.p + 13, 2);
		*seconds = timegm(&tm);
	}
	return span_eq(format_time(text, form, *seconds), s);
}

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

static struct slot_clock *
clock_of(const struct slot_ctx *ctx, enum slot_form form)
{
	return ctx->clock != NULL ? &ctx->clock[form == SLOT_DATE] : NULL;
}

static struct span
clock_text(const struct slot_clock *c)
{
	return (struct span){ (const uint8_t *)c->text, c->len };
}

static void
remember(struct slot_clock *c, struct span text, int64_t seconds)
{
	if (c == NULL || text.len > sizeof(c->text))
		return;
	memcpy(c->text, text.p, text.len);
	c->len = text.len;
	c->seconds = seconds;
}

static int
put_time(enum slot_form form, const struct slot_ctx *ctx, struct span value,
    struct buf *out, struct err *err)
{
	struct slot_clock *c = clock_of(ctx, form);
	int64_t seconds;

	if (c != NULL && span_eq(clock_text(c), value))
		seconds = c->seconds;
	else if (parse_time(&seconds, form, value))
		remember(c, value, seconds);
	else
		return 0;
	return number_add(out, zigzag(seconds - ctx->time / SECOND), err) < 0
	    ? -1
	    : 1;
}

static bool
take_time(enum slot_form form, const struct slot_ctx *ctx, struct span *data,
    struct span *out)
{
	struct slot_clock *c = clock_of(ctx, form);
	char text[TEXT_ROOM];
	int64_t seconds;
	struct span value;
	uint64_t n;

	if (!number_take(data, &n) || n > UINT64_C(1) << 40)
		return false;
	seconds = ctx->time / SECOND + unzigzag(n);
	if (c != NULL && c->len > 0 && c->seconds == seconds)
		value = clock_text(c);
	else
		value = format_time(text, form, seconds);
	if (value.p == NULL)
		return false;
	*out = arena_copy(ctx->arena, value);
	remember(c, *out, seconds);
	return true;
}

/* Digits as bytes. */

static int
base64url_value(uint8_t c)
{
	const char *at = c != 0 ? strchr(base64url, c) : NULL;

	return at != NULL ? (int)(at - base64url) : -1;
}

static bool
is_dash(size_t at, bool uuid)
{
	return uuid && (at == 8 || at == 13 || at == 18 || at == 23);
}

/* Put digits of some bits each, the highest first, filled up with zeros. */
static int
put_digits(struct span s, int bits, bool uuid, struct buf *out, struct err *err)
{
	unsigned held = 0, have = 0;
	uint8_t byte;

	for (size_t i = 0; i < s.len; i++) {
		int value =
		    bits == 4 ? hex_value(s.p[i]) : base64url_value(s.p[i]);

		if (is_dash(i, uuid) ? s.p[i] != '-' : value < 0)
			return 0;
		if (is_dash(i, uuid))
			continue;
		held = held << bits | (unsigned)value;
		have += (unsigned)bits;
		byte = have >= 8 ? (uint8_t)(held >> (have - 8)) : 0;
		if (have >= 8 &&
		    buf_add(out, (struct span){ &byte, 1 }, err) < 0)
			return -1;
		have -= have >= 8 ? 8 : 0;
	}
	byte = (uint8_t)(held << (8 - have));
	if (have > 0 && buf_add(out, (struct span){ &byte, 1 }, err) < 0)
		return -1;
	return 1;
}

/* Take len digits, with the dashes of a UUID among them. */
static bool
take_digits(uint8_t *p, size_t len, int bits, bool uuid, struct span *data)
{
	static const char hex[] = "0123456789abcdef";
	unsigned held = 0, have = 0;
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_dash(i, uuid)) {
			p[i] = '-';
			continue;
		}
		if (have < (unsigned)bits) {
			if (at == data->len)
				return false;
			held = held << 8 | data->p[at++];
			have += 8;
		}
		have -= (unsigned)bits;
		p[i] = (uint8_t)(bits == 4 ? hex[held >> have & 15]
					   : base64url[held >> have & 63]);
	}
	*data = span_sub(*data, at, data->len);
	return true;
}

static bool
parse_decimal(uint64_t *n, struct span s)
{
	*n = 0;
	if (s.len == 0 || s.len > 18 || (s.p[0] == '0' && s.len > 1))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*n = *n * 10 + (uint64_t)(s.p[i] - '0');
	}
	return true;
}

static struct span
mask_digits(const struct slot *slot, struct span value)
{
	return span_sub(value, slot->arguments[0], slot->arguments[1]);
}

/* Is the value the sample but for its digits? */
static bool
mask_fits(const struct slot *slot, struct span sample, struct span value)
{
	size_t front = slot->arguments[0], back = slot->arguments[2];

	return value.len == sample.len &&
	    memcmp(value.p, sample.p, front) == 0 &&
	    memcmp(value.p + value.len - back, sample.p + sample.len - back,
		back) == 0;
}

static int
put_number(uint64_t n, struct buf *out, struct err *err)
{
	return number_add(out, n, err) < 0 ? -1 : 1;
}

static int
put_text(struct span value, struct buf *out, struct err *err)
{
	if (number_add(out, value.len, err) < 0)
		return -1;
	return buf_add(out, value, err) < 0 ? -1 : 1;
}

static int
put_word(const struct slot_ctx *ctx, struct span value, struct buf *out,
    struct err *err)
{
	int64_t word;

	if (words_number(ctx->words, value, &word, err) < 0)
		return -1;
	return put_number((uint64_t)word, out, err);
}

int
slot_put(const struct slot *slot, const struct slot_ctx *ctx,
    struct span sample, const struct tokens *t, struct buf *out,
    struct err *err)
{
	struct span value = token_at(t, slot->token);
	uint64_t n = slot->arguments[0];

	switch (slot->form) {
	case SLOT_NUMBER:
		return buf_add(out, value, err) < 0 ? -1 : 1;
	case SLOT_CONTEXT:
		return n < ctx->context->count &&
		    span_eq(value, token_at(ctx->context, n));
	case SLOT_SAME:
		return span_eq(value, token_at(t, n));
	case SLOT_DATE:
	case SLOT_STAMP:
		return put_time(slot->form, ctx, value, out, err);
	case SLOT_WORD:
		return put_word(ctx, value, out, err);
	case SLOT_UUID:
		return value.len == UUID_LEN
		    ? put_digits(value, 4, true, out, err)
		    : 0;
	case SLOT_HEX:
		return value.len == n ? put_digits(value, 4, false, out, err)
				      : 0;
	case SLOT_DECIMAL:
		return parse_decimal(&n, value) ? put_number(n, out, err) : 0;
	case SLOT_MASK:
		if (!mask_fits(slot, sample, value))
			return 0;
		return put_digits(mask_digits(slot, value), 6, false, out, err);
	case SLOT_TEXT:
		return put_text(value, out, err);
	}
	return 0;
}

static bool
take_text(size_t len, struct span *data, struct span *out)
{
	if (data->len < len)
		return false;
	*out = span_sub(*data, 0, len);
	*data = span_sub(*data, len, data->len);
	return true;
}

static bool
take_number(struct span *data, struct span *out)
{
	struct span before = *data;
	uint64_t n;

	if (!number_take(data, &n))
		return false;
	*out = span_sub(before, 0, before.len - data->len);
	return true;
}

static bool
take_packed(const struct slot *slot, const struct slot_ctx *ctx,
    struct span sample, struct span *data, struct span *out)
{
	bool mask = slot->form == SLOT_MASK, uuid = slot->form == SLOT_UUID;
	size_t front = mask ? slot->arguments[0] : 0;
	size_t len = mask ? slot->arguments[1]
	    : uuid        ? UUID_LEN
			  : slot->arguments[0];
	size_t all = mask ? sample.len : len;
	uint8_t *p = arena_alloc(ctx->arena, all);

	*out = (struct span){ p, all };
	if (mask)
		memcpy(p, sample.p, all);
	return take_digits(p + front, len, mask ? 6 : 4, uuid, data);
}

static bool
take_decimal(const struct slot_ctx *ctx, struct span *data, struct span *out)
{
	uint64_t n;

	if (!number_take(data, &n))
		return false;
	*out = arena_printf(ctx->arena, "%llu", (unsigned long long)n);
	return true;
}

static bool
take_value(const struct slot *slot, const struct slot_ctx *ctx,
    struct span sample, const struct span *values, struct span *data,
    struct span *out)
{
	uint64_t n = slot->arguments[0];

	switch (slot->form) {
	case SLOT_NUMBER:
		return take_number(data, out);
	case SLOT_CONTEXT:
		if (n >= ctx->context->count)
			return false;
		*out = token_at(ctx->context, n);
		return true;
	case SLOT_SAME:
		*out = values[n];
		return true;
	case SLOT_DATE:
	case SLOT_STAMP:
		return take_time(slot->form, ctx, data, out);
	case SLOT_UUID:
	case SLOT_HEX:
	case SLOT_MASK:
		return take_packed(slot, ctx, sample, data, out);
	case SLOT_DECIMAL:
		return take_decimal(ctx, data, out);
	case SLOT_TEXT:
		return number_take(data, &n) && take_text(n, data, out);
	case SLOT_WORD:
		break;
	}
	return false;
}

int
slot_take(const struct slot *slot, const struct slot_ctx *ctx,
    struct span sample, const struct span *values, struct span *data,
    struct span *out, struct err *err)
{
	uint64_t word;

	if (slot->form != SLOT_WORD) {
		if (take_value(slot, ctx, sample, values, data, out))
			return 0;
	} else if (number_take(data, &word) && word > 0 && word <= INT64_MAX)
		return words_text(ctx->words, (int64_t)word, ctx->arena, out,
		    err);
	return err_set(err, ERR_CORRUPT, "its data makes no sense");
}
