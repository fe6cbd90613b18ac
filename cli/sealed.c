#include "cli/sealed.h"

#include "base/err.h"
#include "cli/blob.h"

void
sealed_release(struct sealed *s)
{
	buf_release(&s->note);
}

int
sealed_key(struct note_key *key, const char *path, struct err *err)
{
	struct buf line = BUF_INIT(NOTE_MAX);
	int rc = blob_read(path, &line, err);

	if (rc == 0 && note_key_read(key, buf_span(&line), err) < 0)
		rc = err_prefix(err, "%s", path);
	buf_release(&line);
	return rc;
}

int
sealed_read(struct sealed *s, const char *path, struct err *err)
{
	struct span text;

	if (blob_read(path, &s->note, err) < 0)
		return -1;
	if (note_text(buf_span(&s->note), &text, err) < 0 ||
	    checkpoint_read(&s->checkpoint, text, err) < 0)
		return err_prefix(err, "%s", path);
	return 0;
}

int
sealed_open(struct checkpoint *c, struct span note, const struct note_key *key,
    struct err *err)
{
	struct span text;
	int got = note_open(note, key, &text, err);

	if (got < 1)
		return got;
	return checkpoint_read(c, text, err) < 0 ? -1 : 1;
}

int
sealed_signer(struct note_key *key, const char *path, struct err *err)
{
	if (sealed_key(key, path, err) < 0)
		return -1;
	if (!key->can_sign)
		return err_set(err, ERR_USAGE,
		    "%s: is the public half of a key", path);
	return 0;
}

int
sealed_earlier(struct sealed *s, const struct note_key *key, const char *path,
    struct err *err)
{
	if (blob_read(path, &s->note, err) < 0)
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	if (sealed_open(&s->checkpoint, buf_span(&s->note), key, err) == 1)
		return 1;
	return err_set(err, ERR_EXISTS,
	    "%s: exists and is no checkpoint of this key", path);
}

int
sealed_write(const struct checkpoint *c, const struct note_key *key,
    const char *path, struct err *err)
{
	struct buf note = BUF_INIT(NOTE_MAX);
	int rc = -1;

	if (checkpoint_add(c, &note, err) == 0 &&
	    note_sign(&note, key, err) == 0)
		rc = blob_write(path, buf_span(&note), err);
	buf_release(&note);
	return rc;
}
