#include "store/note.h"

#include "base/buf.h"
#include "base/err.h"
#include "store/checkpoint.h"
#include "tests/lib/unit.h"

/*
 * The key of test 1 in RFC 8032, section 7.1, under the name example.org/a.
 * Id and base64 were computed with Python's hashlib and base64 from the
 * text of C2SP signed-note.
 */
#define VKEY                                                                   \
	"example.org/a+cb706ea2+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
#define PRIVATE_KEY                                                            \
	"PRIVATE+KEY+example.org/a+cb706ea2+AZ1hsZ3v/"                         \
	"VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"

static struct note_key
key_of(const char *text)
{
	struct note_key key;
	struct err err;

	ck_assert_msg(note_key_read(&key, span_of_str(text), &err) == 0, "%s",
	    err.text);
	return key;
}

START_TEST(keys_are_as_specified)
{
	struct note_key key = key_of(PRIVATE_KEY "\n");
	struct buf out = BUF_INIT(1024);
	struct err err;

	ck_assert(key.can_sign);
	ck_assert_str_eq(key.name, "example.org/a");
	ck_assert_int_eq(note_key_add_public(&key, &out, &err), 0);
	ck_assert(span_eq_str(buf_span(&out), VKEY "\n"));
	buf_reset(&out);
	ck_assert_int_eq(note_key_add_private(&key, &out, &err), 0);
	ck_assert(span_eq_str(buf_span(&out), PRIVATE_KEY "\n"));
	key = key_of(VKEY);
	ck_assert(!key.can_sign);
	buf_release(&out);
}
END_TEST

static const char *const bad_keys[] = { "", "\n", "+", "++", "a+b+c",
	"example.org/a+00000000+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
	"example.org/b+cb706ea2+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
	"example.org/a+cb706ea2+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Eax",
	"example.org/a+cb706ea2",
	"+cb706ea2+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
	"example.org/a+cb706ea2+", "PRIVATE+KEY+",
	" a+cb706ea2+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea" };

START_TEST(other_keys_are_refused)
{
	struct note_key key;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(bad_keys); i++)
		ck_assert_msg(note_key_read(&key, span_of_str(bad_keys[i]),
				  &err) < 0 &&
			err.code == ERR_FORMAT,
		    "%s", bad_keys[i]);
}
END_TEST

START_TEST(names_have_rules)
{
	static const char *const bad[] = { "", "a b", "a+b", "a\nb",
		("a\xe2\x80\x83"
		 "b"),
		"\xff" };
	struct note_key key;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert(!note_name_is_valid(span_of_str(bad[i])));
		ck_assert_int_lt(note_key_new(&key, span_of_str(bad[i]), &err),
		    0);
		ck_assert_int_eq(err.code, ERR_USAGE);
	}
	ck_assert(note_name_is_valid(span_of_str("example.org/\xc3\xa4")));
}
END_TEST

static void
make_note(struct buf *out, const struct note_key *key)
{
	struct err err;

	ck_assert_int_eq(buf_add(out, span_of_str("one\n\ntwo\n"), &err), 0);
	ck_assert_int_eq(note_sign(out, key, &err), 0);
}

START_TEST(a_note_opens_with_its_key_alone)
{
	struct note_key key = key_of(PRIVATE_KEY), public = key_of(VKEY), other;
	struct buf note = BUF_INIT(NOTE_MAX);
	struct span text;
	struct err err;

	make_note(&note, &key);
	ck_assert_int_eq(note_open(buf_span(&note), &public, &text, &err), 1);
	ck_assert(span_eq_str(text, "one\n\ntwo\n"));
	ck_assert_int_eq(note_key_new(&other, span_of_str("example.org/a"),
			     &err),
	    0);
	ck_assert_int_eq(note_open(buf_span(&note), &other, &text, &err), 0);
	buf_release(&note);
}
END_TEST

/* A change is an error or a signature that is not good, never good. */
START_TEST(no_changed_byte_opens)
{
	struct note_key key = key_of(PRIVATE_KEY);
	struct buf note = BUF_INIT(NOTE_MAX);
	struct span text;
	struct err err;

	make_note(&note, &key);
	for (size_t i = 0; i < note.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			note.p[i] ^= (uint8_t)(1 << bit);
			ck_assert_int_lt(note_open(buf_span(&note), &key, &text,
					     &err),
			    1);
			note.p[i] ^= (uint8_t)(1 << bit);
		}
	for (size_t len = 0; len < note.len; len++)
		ck_assert_int_lt(note_open(span_sub(buf_span(&note), 0, len),
				     &key, &text, &err),
		    1);
	buf_release(&note);
}
END_TEST

START_TEST(other_signatures_are_ignored)
{
	struct note_key key = key_of(PRIVATE_KEY);
	struct buf note = BUF_INIT(NOTE_MAX);
	struct span text;
	struct err err;

	make_note(&note, &key);
	ck_assert_int_eq(buf_add(&note,
			     span_of_str("\xe2\x80\x94 example.org/a "
					 "AAAAAAAAAAAA\n"
					 "\xe2\x80\x94 other !\n"),
			     &err),
	    0);
	ck_assert_int_eq(note_open(buf_span(&note), &key, &text, &err), 1);
	ck_assert_int_eq(buf_add(&note, span_of_str("no signature\n"), &err),
	    0);
	ck_assert_int_eq(note_open(buf_span(&note), &key, &text, &err), -1);
	buf_release(&note);
}
END_TEST

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

START_TEST(checkpoints_come_back)
{
	const char *text = "example.org/a\n20852163\n" ROOT "\n";
	struct buf out = BUF_INIT(1024);
	struct checkpoint c;
	struct err err;

	ck_assert_int_eq(checkpoint_read(&c, span_of_str(text), &err), 0);
	ck_assert(span_eq_str(c.origin, "example.org/a"));
	ck_assert_uint_eq(c.size, 20852163);
	ck_assert_uint_eq(c.root[0], 0x0a);
	ck_assert_int_eq(checkpoint_add(&c, &out, &err), 0);
	ck_assert(span_eq_str(buf_span(&out), text));
	ck_assert_int_eq(checkpoint_read(&c,
			     span_of_str("a\n0\n" ROOT "\nmore\n"), &err),
	    0);
	buf_release(&out);
}
END_TEST

static const char *const bad_checkpoints[] = { "", "a\n", "a\n1\n",
	"a\n1\n" ROOT, "\n1\n" ROOT "\n", "a\n01\n" ROOT "\n",
	"a\n-1\n" ROOT "\n", "a\n\n" ROOT "\n",
	"a\n9223372036854775808\n" ROOT "\n",
	"a\n99999999999999999999\n" ROOT "\n", "a\n1\nAAAA\n",
	"a\n1\n" ROOT "\n\nmore\n", "a\n1\n" ROOT " \n" };

START_TEST(other_checkpoints_are_refused)
{
	struct checkpoint c;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(bad_checkpoints); i++)
		ck_assert_msg(checkpoint_read(&c,
				  span_of_str(bad_checkpoints[i]), &err) < 0 &&
			err.code == ERR_FORMAT,
		    "%s", bad_checkpoints[i]);
}
END_TEST

UNIT_MAIN("note", keys_are_as_specified, other_keys_are_refused,
    names_have_rules, a_note_opens_with_its_key_alone, no_changed_byte_opens,
    other_signatures_are_ignored, checkpoints_come_back,
    other_checkpoints_are_refused)
