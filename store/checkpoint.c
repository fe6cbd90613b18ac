#include "store/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"

bool
checkpoint_number(struct span text, uint64_t *out)
{
	uint64_t n = 0;

	if (text.len == 0 || text.len > 19 ||
	    (text.len > 1 && text.p[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(text.p[i] - '0');
	}
	*out = n;
	return n <= INT64_MAX;
}

static bool
is_origin(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return s.len > 0 && s.len <= 1024 && utf8_is_valid(s);
}

int
checkpoint_add(const struct checkpoint *c, struct buf *out, struct err *err)
{
	char size[32];

	if (!is_origin(c->origin))
		return err_set(err, ERR_USAGE, "an origin is one line of text");
	snprintf(size, sizeof(size), "\n%" PRIu64 "\n", c->size);
	if (buf_add(out, c->origin, err) < 0 ||
	    buf_add(out, span_of_str(size), err) < 0 ||
	    base64_add(out, (struct span){ c->root, DIGEST_SIZE }, err) < 0)
		return -1;
	return buf_add(out, span_of_str("\n"), err);
}

static bool
read_root(struct checkpoint *c, struct span text)
{
	struct buf root = BUF_INIT(DIGEST_SIZE);
	struct err err;
	bool good =
	    base64_read(&root, text, &err) == 0 && root.len == DIGEST_SIZE;

	if (good)
		memcpy(c->root, root.p, DIGEST_SIZE);
	buf_release(&root);
	return good;
}

int
checkpoint_read(struct checkpoint *c, struct span text, struct err *err)
{
	struct span size, root;
	bool good;

	c->origin = span_cut(&text, '\n');
	size = span_cut(&text, '\n');
	root = span_cut(&text, '\n');
	good = text.p != NULL && is_origin(c->origin) &&
	    checkpoint_number(size, &c->size) && read_root(c, root);
	while (good && text.len > 0)
		good = span_cut(&text, '\n').len > 0;
	return good ? 0 : err_set(err, ERR_FORMAT, "is not a checkpoint");
}
