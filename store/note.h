/*
 * note.h - signed notes and their keys (C2SP signed-note).
 *
 * A note is a text of lines, an empty line, and signature lines.  A key
 * has a name and is one line of text:
 *
 *	vkey     NAME+ID+base64(0x01 || public key)
 *	private  PRIVATE+KEY+NAME+ID+base64(0x01 || seed)
 *
 * where ID is the first four bytes, in hexadecimal, of
 * SHA-256(NAME || 0x0a || 0x01 || public key).
 */
#ifndef STORE_NOTE_H
#define STORE_NOTE_H

#include "base/base.h"
#include "base/span.h"

struct buf;
struct err;

#define NOTE_NAME_MAX 255
#define NOTE_ID_SIZE  4
#define NOTE_MAX      ((size_t)64 << 10)

struct note_key {
	char name[NOTE_NAME_MAX + 1];
	uint8_t id[NOTE_ID_SIZE];
	uint8_t public[32];
	uint8_t seed[32];
	bool can_sign; /* has its seed */
};

/* Is this a name that a key may have? */
bool note_name_is_valid(struct span name);

/* Make a new key.  Errors: ERR_USAGE for the name, ERR_SYSTEM. */
int note_key_new(struct note_key *key, struct span name,
    struct err *err) MUST_CHECK;

/* Read a key of either form; the line may end in a newline.  ERR_FORMAT. */
int note_key_read(struct note_key *key, struct span line,
    struct err *err) MUST_CHECK;

/* Append the vkey, or with its seed the private form, and a newline. */
int note_key_add_public(const struct note_key *key, struct buf *out,
    struct err *err) MUST_CHECK;
int note_key_add_private(const struct note_key *key, struct buf *out,
    struct err *err) MUST_CHECK;

/* Make a note of the text in out, which ends in a newline. */
int note_sign(struct buf *out, const struct note_key *key,
    struct err *err) MUST_CHECK;

/*
 * Find the text of a note, up to its empty line, in note.  Errors:
 * ERR_FORMAT.  Nothing is said about signatures.
 */
int note_text(struct span note, struct span *text, struct err *err) MUST_CHECK;

/*
 * The same, and the key has signed it.  1; 0 if it has not, or if a
 * signature that says it is the key's is not good; -1.
 */
int note_open(struct span note, const struct note_key *key, struct span *text,
    struct err *err) MUST_CHECK;

#endif
