/* The forms of slots, byte for byte as obit-archive(5), section 5, has them. */
#include "store/slot.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include "store/schema.h"
#include "store/words.h"
#include "tests/lib/unit.h"

#define START INT64_C(1700000000987654321) /* 2023-11-14T22:13:20Z */

static struct tokens context, message;
static struct arena arena;
static struct err err;
static struct slot_ctx ctx = { .context = &context,
	.time = START,
	.arena = &arena };

/* Write value in a slot; its bytes in hexadecimal, or why there are none. */
static const char *
put(struct slot slot, const char *sample, const char *value)
{
	static char text[256];
	struct buf out = BUF_INIT(100);
	int got;

	message.bytes = span_of_str(value);
	message.count = 1;
	message.list[0].at = 0;
	message.list[0].len = (uint32_t)strlen(value);
	got = slot_put(&slot, &ctx, span_of_str(sample), &message, &out, &err);
	text[0] = '\0';
	for (size_t i = 0; i < out.len; i++)
		sprintf(text + 2 * i, "%02x", out.p[i]);
	buf_release(&out);
	return got == 1 ? text : got == 0 ? "no" : "error";
}

static struct span
unhex(const char *hex)
{
	size_t len = strlen(hex) / 2;
	uint8_t *p = arena_alloc(&arena, len + 1);
	unsigned byte;

	for (size_t i = 0; i < len; i++) {
		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		p[i] = (uint8_t)byte;
	}
	return (struct span){ p, len };
}

/* Read those bytes, of which none may be left; NULL if they make no sense. */
static const char *
take(struct slot slot, const char *sample, struct span data)
{
	struct span values[] = { span_of_str("first") }, out;

	if (slot_take(&slot, &ctx, span_of_str(sample), values, &data, &out,
		&err) < 0) {
		ck_assert_int_eq(err.code, ERR_CORRUPT);
		return NULL;
	}
	ck_assert_uint_eq(data.len, 0);
	return arena_string(&arena, out);
}

static const struct {
	struct slot slot;
	const char *sample, *value, *bytes;
} cases[] = {
	{ { 0, SLOT_DATE, { 0 } }, "", "Tue, 14 Nov 2023 22:13:20 GMT", "00" },
	{ { 0, SLOT_DATE, { 0 } }, "", "Tue, 14 Nov 2023 22:13:21 GMT", "02" },
	{ { 0, SLOT_DATE, { 0 } }, "", "Tue, 14 Nov 2023 22:13:19 GMT", "01" },
	{ { 0, SLOT_DATE, { 0 } }, "", "Thu, 01 Jan 1970 00:00:00 GMT",
	    "ffc39fd50c" },
	{ { 0, SLOT_DATE, { 0 } }, "", "Fri, 31 Dec 9999 23:59:59 GMT",
	    "fec182aad30e" },
	{ { 0, SLOT_DATE, { 0 } }, "", "Wed, 14 Nov 2023 22:13:20 GMT", "no" },
	{ { 0, SLOT_DATE, { 0 } }, "", "Tue, 14 Nov 2023 22:13:60 GMT", "no" },
	{ { 0, SLOT_DATE, { 0 } }, "", "Tue, 14 nov 2023 22:13:20 GMT", "no" },
	{ { 0, SLOT_STAMP, { 0 } }, "", "20231114T221321Z", "02" },
	{ { 0, SLOT_STAMP, { 0 } }, "", "20240229T000000Z", "80e0de08" },
	{ { 0, SLOT_STAMP, { 0 } }, "", "20230229T000000Z", "no" },
	{ { 0, SLOT_STAMP, { 0 } }, "", "20231114t221321Z", "no" },
	{ { 0, SLOT_STAMP, { 0 } }, "", "2023111xT221321Z", "no" },
	{ { 0, SLOT_UUID, { 0 } }, "", "00112233-4455-6677-8899-aabbccddeeff",
	    "00112233445566778899aabbccddeeff" },
	{ { 0, SLOT_UUID, { 0 } }, "", "00112233-4455-6677-8899-AABBCCDDEEFF",
	    "no" },
	{ { 0, SLOT_UUID, { 0 } }, "", "001122334-455-6677-8899-aabbccddeeff",
	    "no" },
	{ { 0, SLOT_UUID, { 0 } }, "", "00112233445566778899aabbccddeeff",
	    "no" },
	{ { 0, SLOT_HEX, { 9 } }, "", "123456789", "1234567890" },
	{ { 0, SLOT_HEX, { 8 } }, "", "0000000f", "0000000f" },
	{ { 0, SLOT_HEX, { 8 } }, "", "0000000F", "no" },
	{ { 0, SLOT_HEX, { 8 } }, "", "123456789", "no" },
	{ { 0, SLOT_DECIMAL, { 0 } }, "", "0", "00" },
	{ { 0, SLOT_DECIMAL, { 0 } }, "", "300", "ac02" },
	{ { 0, SLOT_DECIMAL, { 0 } }, "", "999999999999999999",
	    "ffff8fbbbad6adf00d" },
	{ { 0, SLOT_DECIMAL, { 0 } }, "", "1000000000000000000", "no" },
	{ { 0, SLOT_DECIMAL, { 0 } }, "", "007", "no" },
	{ { 0, SLOT_DECIMAL, { 0 } }, "", "-1", "no" },
	{ { 0, SLOT_DECIMAL, { 0 } }, "", "", "no" },
	/* 011001 100110 111101 101111 011000: "foo" and six bits more */
	{ { 0, SLOT_MASK, { 3, 5, 2 } }, "ob_AAAAA__", "ob_Zm9vY__",
	    "666f6f60" },
	{ { 0, SLOT_MASK, { 3, 5, 2 } }, "ob_AAAAA__", "ob_-_-_-__",
	    "fbffbff8" },
	{ { 0, SLOT_MASK, { 3, 5, 2 } }, "ob_AAAAA__", "obxZm9vY__", "no" },
	{ { 0, SLOT_MASK, { 3, 5, 2 } }, "ob_AAAAA__", "ob_Zm9vYx_", "no" },
	{ { 0, SLOT_MASK, { 3, 5, 2 } }, "ob_AAAAA__", "ob_Zm9v+__", "no" },
	{ { 0, SLOT_MASK, { 3, 5, 2 } }, "ob_AAAAA__", "ob_Zm9vYY__", "no" },
	{ { 0, SLOT_TEXT, { 0 } }, "", "", "00" },
	{ { 0, SLOT_TEXT, { 0 } }, "", "abc", "03616263" },
	{ { 0, SLOT_CONTEXT, { 1 } }, "", "i-2", "" },
	{ { 0, SLOT_CONTEXT, { 0 } }, "", "i-2", "no" },
	{ { 0, SLOT_CONTEXT, { 2 } }, "", "i-2", "no" },
	{ { 0, SLOT_NUMBER, { 0 } }, "", "\x85\x01", "8501" },
};

START_TEST(forms_are_as_described)
{
	ck_assert(tokens_scan(&context, span_of_str("i-1\ni-2\n"), 0));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got =
		    put(cases[i].slot, cases[i].sample, cases[i].value);

		ck_assert_msg(strcmp(got, cases[i].bytes) == 0, "%s: %s",
		    cases[i].value, got);
		if (strcmp(got, "no") == 0)
			continue;
		got =
		    take(cases[i].slot, cases[i].sample, unhex(cases[i].bytes));
		ck_assert_pstr_eq(got, cases[i].value);
	}
	arena_release(&arena);
}
END_TEST

/* What libc writes, at any second of ten thousand years. */
START_TEST(times_are_those_of_libc)
{
	struct slot date = { 0, SLOT_DATE, { 0 } };
	struct slot stamp = { 0, SLOT_STAMP, { 0 } };
	char text[64];
	uint64_t state = 1;

	for (int i = 0; i < 20000; i++) {
		time_t t;
		struct tm tm;

		state = state * 6364136223846793005u + 1442695040888963407u;
		t = (time_t)((state >> 20) % 253402300800);
		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		ck_assert_str_eq(take(date, "", unhex(put(date, "", text))),
		    text);
		strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &tm);
		ck_assert_str_eq(take(stamp, "", unhex(put(stamp, "", text))),
		    text);
		arena_reset(&arena);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(clocks_change_nothing)
{
	struct slot date = { 0, SLOT_DATE, { 0 } };
	struct slot stamp = { 0, SLOT_STAMP, { 0 } };
	struct slot_clock clock[2] = { { 0 }, { 0 } };

	ctx.clock = clock;
	for (int i = 0; i < 2; i++) {
		ck_assert_str_eq(put(date, "", "Tue, 14 Nov 2023 22:13:21 GMT"),
		    "02");
		ck_assert_str_eq(put(stamp, "", "20231114T221322Z"), "04");
		ck_assert_str_eq(take(date, "", unhex("04")),
		    "Tue, 14 Nov 2023 22:13:22 GMT");
		ck_assert_str_eq(take(stamp, "", unhex("02")),
		    "20231114T221321Z");
		ck_assert_str_eq(put(stamp, "", "20231114T221322Z"), "04");
	}
	ctx.clock = NULL;
	arena_release(&arena);
}
END_TEST

START_TEST(nonsense_is_refused)
{
	static const struct {
		struct slot slot;
		const char *bytes;
	} bad[] = {
		{ { 0, SLOT_NUMBER, { 0 } }, "" },
		{ { 0, SLOT_NUMBER, { 0 } }, "80" },
		{ { 0, SLOT_DATE, { 0 } }, "" },
		{ { 0, SLOT_DATE, { 0 } }, "828080808020" },
		{ { 0, SLOT_DATE, { 0 } }, "80c282aad30e" },
		{ { 0, SLOT_STAMP, { 0 } }, "81c49fd50c" },
		{ { 0, SLOT_UUID, { 0 } }, "00112233445566778899aabbccddee" },
		{ { 0, SLOT_HEX, { 9 } }, "12345678" },
		{ { 0, SLOT_DECIMAL, { 0 } }, "ff" },
		{ { 0, SLOT_MASK, { 3, 5, 2 } }, "666f6f" },
		{ { 0, SLOT_TEXT, { 0 } }, "046162" },
		{ { 0, SLOT_TEXT, { 0 } }, "ffffffffffffffffff01" },
		{ { 0, SLOT_CONTEXT, { 2 } }, "" },
		{ { 0, SLOT_WORD, { 0 } }, "" },
		{ { 0, SLOT_WORD, { 0 } }, "00" },
		{ { 0, SLOT_WORD, { 0 } }, "ffffffffffffffffff01" },
	};

	ck_assert(tokens_scan(&context, span_of_str("i-1\ni-2\n"), 0));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(take(bad[i].slot, "ob_AAAAA__",
				  unhex(bad[i].bytes)) == NULL,
		    "case %zu", i);
	ck_assert_int_eq(slot_arguments('q'), -1);
	ck_assert_int_eq(slot_arguments(0), -1);
	arena_release(&arena);
}
END_TEST

START_TEST(earlier_tokens_and_words_are_referred_to)
{
	struct slot same = { 0, SLOT_SAME, { 0 } };
	struct slot word = { 0, SLOT_WORD, { 0 } };
	struct db *db;

	ck_assert_str_eq(take(same, "", unhex("")), "first");
	ck_assert_int_eq(db_open(&db, NULL, DB_SCRATCH, &err), 0);
	ck_assert_int_eq(schema_create(db, &err), 0);
	ctx.words = words_new(db);
	ck_assert_str_eq(put(word, "", "east"), "01");
	ck_assert_str_eq(put(word, "", "west"), "02");
	ck_assert_str_eq(put(word, "", "east"), "01");
	ck_assert_str_eq(take(word, "", unhex("02")), "west");
	ck_assert_ptr_null(take(word, "", unhex("03")));
	words_free(ctx.words);
	ctx.words = NULL;
	db_close(db);
	arena_release(&arena);
}
END_TEST

UNIT_MAIN("slot", forms_are_as_described, times_are_those_of_libc,
    clocks_change_nothing, nonsense_is_refused,
    earlier_tokens_and_words_are_referred_to)
