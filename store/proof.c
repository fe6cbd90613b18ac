#include "store/proof.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/err.h"
#include "store/inclusion.h"
#include "store/leaf.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"
#define EXTRA      "extra "
#define INDEX      "index "

static int
add_line(struct buf *out, struct span bytes, struct err *err)
{
	if (base64_add(out, bytes, err) < 0)
		return -1;
	return buf_add(out, span_of_str("\n"), err);
}

static int
add_path(struct buf *out, const struct inclusion *in, struct err *err)
{
	char index[32];

	snprintf(index, sizeof(index), INDEX "%" PRIu64 "\n", in->index);
	if (buf_add(out, span_of_str(index), err) < 0)
		return -1;
	for (size_t i = 0; i < in->count; i++)
		if (add_line(out,
			(struct span){ in->steps[i].hash, DIGEST_SIZE },
			err) < 0)
			return -1;
	return 0;
}

int
proof_add(struct buf *out, struct span encoding, const struct inclusion *in,
    struct span checkpoint, struct err *err)
{
	if (buf_add(out, span_of_str(FIRST_LINE "\n" EXTRA), err) < 0 ||
	    add_line(out, encoding, err) < 0 || add_path(out, in, err) < 0 ||
	    buf_add(out, span_of_str("\n"), err) < 0)
		return -1;
	return buf_add(out, checkpoint, err);
}

static int
not_a_proof(struct err *err)
{
	return err_set(err, ERR_FORMAT, "is not a proof that obit wrote");
}

/* Cut off a line that begins as it should; what follows that is left. */
static bool
cut_line(struct span *text, const char *begin, struct span *rest)
{
	struct span line = span_cut(text, '\n'), prefix = span_of_str(begin);

	*rest = span_sub(line, prefix.len, line.len);
	return text->p != NULL && span_has_prefix(line, prefix);
}

static int
read_path(struct proof *p, struct span *text, struct err *err)
{
	struct span line;
	size_t before;

	while ((line = span_cut(text, '\n')).len > 0) {
		before = p->hashes.len;
		if (text->p == NULL || base64_read(&p->hashes, line, err) < 0 ||
		    p->hashes.len - before != DIGEST_SIZE)
			return not_a_proof(err);
	}
	return text->p != NULL ? 0 : not_a_proof(err);
}

int
proof_read(struct proof *p, struct span text, struct err *err)
{
	struct span rest, extra, index;

	*p = (struct proof){ .encoding = BUF_INIT(LEAF_ENCODING_MAX),
		.hashes = BUF_INIT(INCLUSION_MAX * (size_t)DIGEST_SIZE) };
	if (!cut_line(&text, FIRST_LINE, &rest) || rest.len > 0 ||
	    !cut_line(&text, EXTRA, &extra) ||
	    !cut_line(&text, INDEX, &index) ||
	    !checkpoint_number(index, &p->index) ||
	    base64_read(&p->encoding, extra, err) < 0)
		return not_a_proof(err);
	if (read_path(p, &text, err) < 0)
		return -1;
	p->checkpoint = text;
	return 0;
}

void
proof_release(struct proof *p)
{
	buf_release(&p->encoding);
	buf_release(&p->hashes);
}

bool
proof_is_good(const struct proof *p, const struct checkpoint *c)
{
	uint8_t leaf[DIGEST_SIZE], root[DIGEST_SIZE];

	leaf_of_encoding(leaf, buf_span(&p->encoding));
	return inclusion_root(root, leaf, p->index, c->size,
		   buf_span(&p->hashes)) &&
	    memcmp(root, c->root, DIGEST_SIZE) == 0;
}

/* Reading an encoding; bad once it does not fit. */
struct decoder {
	struct span rest;
	bool bad;
};

static struct span
take(struct decoder *d, uint64_t len)
{
	struct span s = span_sub(d->rest, 0, (size_t)len);

	if (len > d->rest.len)
		d->bad = true;
	d->rest = span_sub(d->rest, s.len, d->rest.len);
	return s;
}

static uint64_t
take_number(struct decoder *d)
{
	struct span s = take(d, 8);
	uint64_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n = n << 8 | s.p[i];
	return n;
}

static struct span
take_text(struct decoder *d)
{
	if (take_number(d) == 0)
		return (struct span){ 0 };
	return take(d, take_number(d));
}

static void
skip(struct decoder *d, unsigned numbers)
{
	while (numbers-- > 0)
		take_number(d);
}

static void
skip_body(struct decoder *d)
{
	if (take_number(d) != 0) {
		take_number(d);
		take(d, DIGEST_SIZE);
	}
}

static void
take_message(struct decoder *d, struct proof_subject *out)
{
	uint64_t holes;

	take_text(d);
	out->head = take_text(d);
	skip_body(d);
	skip(d, 2);
	if (take_number(d) != 0)
		take(d, DIGEST_SIZE);
	skip(d, 2);
	for (holes = take_number(d); holes > 0 && !d->bad; holes--)
		skip(d, 2);
	out->time = (int64_t)take_number(d);
}

int
proof_subject(struct proof_subject *out, const struct proof *p, struct err *err)
{
	struct decoder d = { .rest = buf_span(&p->encoding) };

	*out = (struct proof_subject){ 0 };
	if (take_number(&d) != 1)
		return not_a_proof(err);
	out->id = take_number(&d);
	skip(&d, 2);
	take_text(&d);
	skip(&d, 1);
	take_text(&d);
	skip(&d, 4);
	if (take_number(&d) != 0)
		take_message(&d, out);
	return d.bad ? not_a_proof(err) : 0;
}
