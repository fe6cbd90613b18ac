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
