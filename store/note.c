#include "store/note.h"

#include <stdio.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "http/digest.h"
#include "store/sign.h"

#define TYPE_ED25519 0x01
#define PRIVATE      "PRIVATE+KEY+"
#define DASH         "\xe2\x80\x94 " /* an em dash and a blank */

_Static_assert(SIGN_PUBLIC_SIZE == 32 && SIGN_SEED_SIZE == 32, "note.h");

/* The characters with the property White_Space above U+0020. */
static const char *const spaces[] = { "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80",
	"\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83",
	"\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87",
	"\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
	"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80" };

static bool
begins_with_space(struct span s)
{
	if (s.p[0] <= ' ' || s.p[0] == 0x7f)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(spaces); i++)
		if (span_has_prefix(s, span_of_str(spaces[i])))
			return true;
	return false;
}

bool
note_name_is_valid(struct span name)
{
	if (name.len == 0 || name.len > NOTE_NAME_MAX || !utf8_is_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.p[i] == '+' ||
		    begins_with_space(span_sub(name, i, name.len)))
			return false;
	return true;
}

static void
set_id(struct note_key *key)
{
	static const uint8_t type[] = { '\n', TYPE_ED25519 };
	struct digest *d = digest_new();
	uint8_t out[DIGEST_SIZE];

	digest_add(d, span_of_str(key->name));
	digest_add(d, (struct span){ type, sizeof(type) });
	digest_add(d, (struct span){ key->public, sizeof(key->public) });
	digest_finish(d, out);
	digest_free(d);
	memcpy(key->id, out, sizeof(key->id));
}

static void
set_name(struct note_key *key, struct span name)
{
	memcpy(key->name, name.p, name.len);
	key->name[name.len] = '\0';
}

int
note_key_new(struct note_key *key, struct span name, struct err *err)
{
	*key = (struct note_key){ .can_sign = true };
	if (!note_name_is_valid(name))
		return err_set(err, ERR_USAGE,
		    "a key's name has no blanks, no \"+\" and at most %d bytes",
		    NOTE_NAME_MAX);
	set_name(key, name);
	if (sign_new_seed(key->seed, err) < 0 ||
	    sign_public(key->public, key->seed, err) < 0)
		return -1;
	set_id(key);
	return 0;
}

static void
id_text(char text[2 * NOTE_ID_SIZE + 1], const struct note_key *key)
{
	for (size_t i = 0; i < NOTE_ID_SIZE; i++)
		sprintf(text + 2 * i, "%02x", key->id[i]);
}

static int
not_a_key(struct err *err)
{
	return err_set(err, ERR_FORMAT, "is not an Ed25519 key of a note");
}

/* The 32 bytes behind the type, in base64. */
static int
read_bytes(uint8_t bytes[32], struct span text, struct err *err)
{
	struct buf b = BUF_INIT(33);
	int rc = base64_read(&b, text, err);

	if (rc == 0 && b.len == 33 && b.p[0] == TYPE_ED25519)
		memcpy(bytes, b.p + 1, 32);
	else
		rc = not_a_key(err);
	buf_release(&b);
	return rc;
}

int
note_key_read(struct note_key *key, struct span line, struct err *err)
{
	struct span private = span_of_str(PRIVATE), name, id;
	char expected[2 * NOTE_ID_SIZE + 1];

	*key = (struct note_key){ 0 };
	line = span_cut(&line, '\n');
	if ((key->can_sign = span_has_prefix(line, private)))
		line = span_sub(line, private.len, line.len);
	name = span_cut(&line, '+');
	id = span_cut(&line, '+');
	if (!note_name_is_valid(name) || line.p == NULL)
		return not_a_key(err);
	set_name(key, name);
	if (read_bytes(key->can_sign ? key->seed : key->public, line, err) < 0)
		return -1;
	if (key->can_sign && sign_public(key->public, key->seed, err) < 0)
		return -1;
	set_id(key);
	id_text(expected, key);
	return span_eq_str(id, expected) ? 0 : not_a_key(err);
}

static int
add_key(const struct note_key *key, const uint8_t bytes[32], struct buf *out,
    struct err *err)
{
	uint8_t typed[33] = { TYPE_ED25519 };
	char id[2 * NOTE_ID_SIZE + 1];

	memcpy(typed + 1, bytes, 32);
	id_text(id, key);
	if (buf_add(out, span_of_str(key->name), err) < 0 ||
	    buf_add(out, span_of_str("+"), err) < 0 ||
	    buf_add(out, span_of_str(id), err) < 0 ||
	    buf_add(out, span_of_str("+"), err) < 0 ||
	    base64_add(out, (struct span){ typed, sizeof(typed) }, err) < 0)
		return -1;
	return buf_add(out, span_of_str("\n"), err);
}

int
note_key_add_public(const struct note_key *key, struct buf *out,
    struct err *err)
{
	return add_key(key, key->public, out, err);
}

int
note_key_add_private(const struct note_key *key, struct buf *out,
    struct err *err)
{
	if (buf_add(out, span_of_str(PRIVATE), err) < 0)
		return -1;
	return add_key(key, key->seed, out, err);
}

int
note_sign(struct buf *out, const struct note_key *key, struct err *err)
{
	uint8_t bytes[NOTE_ID_SIZE + SIGN_SIZE];

	memcpy(bytes, key->id, NOTE_ID_SIZE);
	if (sign_make(bytes + NOTE_ID_SIZE, key->seed, buf_span(out), err) <
		0 ||
	    buf_add(out, span_of_str("\n" DASH), err) < 0 ||
	    buf_add(out, span_of_str(key->name), err) < 0 ||
	    buf_add(out, span_of_str(" "), err) < 0 ||
	    base64_add(out, (struct span){ bytes, sizeof(bytes) }, err) < 0)
		return -1;
	return buf_add(out, span_of_str("\n"), err);
}

static bool
is_plain_text(struct span note)
{
	for (size_t i = 0; i < note.len; i++)
		if (note.p[i] < ' ' && note.p[i] != '\n')
			return false;
	return utf8_is_valid(note);
}

/* The last empty line divides text and signatures. */
static int
split(struct span note, struct span *text, struct span *signatures,
    struct err *err)
{
	size_t at = note.len;

	if (note.len > NOTE_MAX || note.len < 2 ||
	    note.p[note.len - 1] != '\n' || !is_plain_text(note))
		return err_set(err, ERR_FORMAT, "is not a note");
	while (at >= 2 && (note.p[at - 1] != '\n' || note.p[at - 2] != '\n'))
		at--;
	if (at < 2)
		return err_set(err, ERR_FORMAT, "is not a note");
	*text = span_sub(note, 0, at - 1);
	*signatures = span_sub(note, at, note.len);
	return 0;
}

int
note_text(struct span note, struct span *text, struct err *err)
{
	struct span signatures;

	return split(note, text, &signatures, err);
}

/* Does the line say that it is a signature of this key, and which? */
static bool
is_of_key(struct span line, const struct note_key *key, struct buf *bytes)
{
	struct span name = span_cut(&line, ' ');
	struct err err;

	buf_reset(bytes);
	return line.p != NULL && span_eq_str(name, key->name) &&
	    base64_read(bytes, line, &err) == 0 && bytes->len >= NOTE_ID_SIZE &&
	    memcmp(bytes->p, key->id, NOTE_ID_SIZE) == 0;
}

static int
check_lines(struct span lines, const struct note_key *key, struct span text,
    struct err *err)
{
	struct buf bytes = BUF_INIT(NOTE_MAX);
	struct span dash = span_of_str(DASH), line, signature;
	bool signed_by_key = false, good = true;
	int rc = 0;

	while (lines.len > 0 && rc == 0) {
		line = span_cut(&lines, '\n');
		if (!span_has_prefix(line, dash)) {
			rc = err_set(err, ERR_FORMAT, "is not a note");
			break;
		}
		line = span_sub(line, dash.len, line.len);
		if (!is_of_key(line, key, &bytes))
			continue;
		signed_by_key = true;
		signature = span_sub(buf_span(&bytes), NOTE_ID_SIZE, bytes.len);
		good = good && sign_is_good(signature, key->public, text);
	}
	buf_release(&bytes);
	return rc < 0 ? -1 : signed_by_key && good;
}

int
note_open(struct span note, const struct note_key *key, struct span *text,
    struct err *err)
{
	struct span lines;

	if (split(note, text, &lines, err) < 0)
		return -1;
	return check_lines(lines, key, *text, err);
}
