#include "store/learn.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"
#include "store/schema.h"
#include "store/words.h"
#include "tests/lib/unit.h"

#define COUNT 4

static struct tokens tokens[COUNT], contexts[COUNT];
static struct lesson lessons[COUNT];
static struct arena arena;
static struct db *db;
static struct words *words;

static void
begin(void)
{
	struct err err;

	ck_assert_int_eq(db_open(&db, NULL, DB_SCRATCH, &err), 0);
	ck_assert_int_eq(schema_create(db, &err), 0);
	words = words_new(db);
}

static void
end(void)
{
	words_free(words);
	db_close(db);
	arena_release(&arena);
}

/* What the last token is taken for, of messages that begin at one second. */
static struct slot
learn(const char *const texts[COUNT], const char *context)
{
	for (size_t i = 0; i < COUNT; i++) {
		ck_assert(tokens_scan(&tokens[i], span_of_str(texts[i]), 0));
		ck_assert(tokens_scan(&contexts[i], span_of_str(context), 0));
		lessons[i].tokens = &tokens[i];
		lessons[i].ctx = (struct slot_ctx){ &contexts[i],
			INT64_C(1700000000000000000), words, &arena, NULL };
	}
	return learn_slot(lessons, COUNT, tokens[0].count - 1);
}

static const struct {
	const char *texts[COUNT];
	const char *context;
	enum slot_form form;
	uint64_t arguments[SLOT_ARGUMENTS];
} cases[] = {
	{ { "1", "2", "3", "4" }, "", SLOT_DECIMAL, { 0 } },
	{ { "1", "2", "3", "04" }, "", SLOT_TEXT, { 0 } },
	{ { "0000000a", "0000000b", "0000000c", "12345678" }, "", SLOT_HEX,
	    { 8 } },
	{ { "000000a", "000000b", "000000c", "1234567" }, "", SLOT_TEXT,
	    { 0 } },
	{ { "0000000a", "0000000b", "0000000c", "1234567" }, "", SLOT_TEXT,
	    { 0 } },
	{ { "00112233-4455-6677-8899-aabbccddeef0",
	      "00112233-4455-6677-8899-aabbccddeef1",
	      "00112233-4455-6677-8899-aabbccddeef2",
	      "00112233-4455-6677-8899-aabbccddeef3" },
	    "", SLOT_UUID, { 0 } },
	/* Two texts of four messages are words, three are none. */
	{ { "east", "west", "east", "west" }, "", SLOT_WORD, { 0 } },
	{ { "east", "west", "north", "west" }, "", SLOT_TEXT, { 0 } },
	{ { "eas", "wes", "eas", "wes" }, "", SLOT_TEXT, { 0 } },
	/* What stands before, or in the context, takes no byte. */
	{ { "a-1/a-1", "b-2/b-2", "c-3/c-3", "d-4/d-4" }, "", SLOT_SAME,
	    { 0 } },
	{ { "a-1/a-1", "a-1/a-1", "a-1/a-1", "a-1/a-1" }, "x\na-1\n",
	    SLOT_CONTEXT, { 1 } },
	{ { "20231114T221321Z", "20231114T221322Z", "20231114T221323Z",
	      "20231114T221323Z" },
	    "", SLOT_STAMP, { 0 } },
	{ { "Tue, 14 Nov 2023 22:13:21 GMT", "Tue, 14 Nov 2023 22:13:22 GMT",
	      "Tue, 14 Nov 2023 22:13:23 GMT",
	      "Tue, 14 Nov 2023 22:13:24 GMT" },
	    "", SLOT_DATE, { 0 } },
	/* Twelve digits are a mask, eleven are not. */
	{ { "ob_aaaaaaaaaaaz_", "ob_baaaaaaaaaay_", "ob_caaaaaaaaaax_",
	      "ob_daaaaaaaaaaw_" },
	    "", SLOT_MASK, { 3, 12, 1 } },
	{ { "ob_aaaaaaaaaaz_", "ob_baaaaaaaaay_", "ob_caaaaaaaaax_",
	      "ob_daaaaaaaaaw_" },
	    "", SLOT_TEXT, { 0 } },
};

START_TEST(the_form_that_takes_least_is_found)
{
	begin();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slot slot = learn(cases[i].texts, cases[i].context);

		ck_assert_msg(slot.form == cases[i].form, "%s: %c",
		    cases[i].texts[0], slot.form);
		ck_assert_mem_eq(slot.arguments, cases[i].arguments,
		    sizeof(slot.arguments));
		ck_assert_uint_eq(slot.token, tokens[0].count - 1);
	}
	end();
}
END_TEST

START_TEST(what_differs_nowhere_is_constant)
{
	static const char *const texts[COUNT] = { "a=1 b=2", "a=1 b=2",
		"a=1 b=2", "a=1 b=3" };

	begin();
	learn(texts, "");
	for (size_t i = 0; i < 3; i++)
		ck_assert(learn_is_constant(lessons, COUNT, i));
	ck_assert(!learn_is_constant(lessons, COUNT, 3));
	ck_assert(learn_is_constant(lessons, COUNT - 1, 3));
	end();
}
END_TEST

UNIT_MAIN("learn", the_form_that_takes_least_is_found,
    what_differs_nowhere_is_constant)
