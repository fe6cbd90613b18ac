/* Texts that others hand over: a key, a checkpoint, a proof with its note. */
#include "base/err.h"
#include "store/note.h"
#include "store/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The first key of RFC 8032, section 7.1. */
#define VKEY                                                                   \
	"example.org/a+cb706ea2+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"

static void
read_note(struct span s, const struct note_key *key)
{
	struct checkpoint c;
	struct span text;
	struct err err;

	if (note_open(s, key, &text, &err) == 1 &&
	    checkpoint_read(&c, text, &err) < 0)
		return;
	if (checkpoint_read(&c, s, &err) < 0)
		return;
}

static void
read_proof(struct span s, const struct note_key *key)
{
	struct checkpoint c = { .size = 21 };
	struct proof_subject subject;
	struct proof p;
	struct err err;

	if (proof_read(&p, s, &err) == 0) {
		read_note(p.checkpoint, key);
		if (!proof_is_good(&p, &c) &&
		    proof_subject(&subject, &p, &err) < 0)
			read_note(s, key);
	}
	proof_release(&p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span s = { data, len };
	struct note_key key;
	struct err err;

	if (note_key_read(&key, s, &err) == 0)
		read_note(s, &key);
	if (note_key_read(&key, span_of_str(VKEY), &err) < 0)
		return 0;
	read_note(s, &key);
	read_proof(s, &key);
	return 0;
}
