#include "replay/shortcut.h"

#include <stdlib.h>
#include <utlist.h>

#include "base/hash.h"
#include "base/xalloc.h"
#include "http/exchange.h"

/* Every request is looked up here. */
#define HASH_FUNCTION(key, len, hash)                                          \
	((hash) = (unsigned)hash_bytes(0, (struct span){ (key), (len) }))
#include <uthash.h>

struct entry {
	UT_hash_handle hh;
	struct shortcut shortcut;
	struct entry *prev, *next;
	size_t len;
	uint8_t bytes[];
};

struct shortcuts {
	struct entry *by_bytes;
	struct entry *oldest;
	size_t bytes, limit;
	uint8_t scratch[SHORTCUT_BYTES];
};

struct shortcuts *
shortcuts_new(size_t bytes)
{
	struct shortcuts *all = xcalloc(1, sizeof(*all));

	all->limit = bytes;
	return all;
}

static void
forget_oldest(struct shortcuts *all)
{
	struct entry *e = all->oldest;

	all->bytes -= sizeof(*e) + e->len;
	HASH_DEL(all->by_bytes, e);
	DL_DELETE(all->oldest, e);
	free(e);
}

void
shortcuts_free(struct shortcuts *all)
{
	if (all == NULL)
		return;
	while (all->oldest != NULL)
		forget_oldest(all);
	free(all);
}

struct span
shortcuts_whole(struct shortcuts *all, const struct message *request)
{
	size_t head = request->head.len, body = request->body.len;

	if (head == 0 || head > SHORTCUT_BYTES || body > SHORTCUT_BYTES - head)
		return (struct span){ 0 };
	memcpy(all->scratch, request->head.p, head);
	if (body > 0)
		memcpy(all->scratch + head, request->body.p, body);
	return (struct span){ all->scratch, head + body };
}

struct shortcut *
shortcuts_find(struct shortcuts *all, struct span bytes)
{
	struct entry *e;

	HASH_FIND(hh, all->by_bytes, bytes.p, bytes.len, e);
	return e == NULL ? NULL : &e->shortcut;
}

/* Fields that say more of a connection than that it goes on. */
static bool
is_special(const struct field *f)
{
	static const struct span connection[] = {
		SPAN_LITERAL("Connection"),
		SPAN_LITERAL("Proxy-Connection"),
	};

	for (size_t i = 0; i < ARRAY_LEN(connection); i++)
		if (span_eq_nocase(f->name, connection[i]))
			return !span_eq_nocase(f->value,
			    span_of_str("keep-alive"));
	return span_eq_nocase(f->name, span_of_str("Expect")) ||
	    span_eq_nocase(f->name, span_of_str("Upgrade"));
}

static bool
is_plain(const struct head *h)
{
	for (size_t i = 0; i < h->field_count; i++)
		if (is_special(&h->fields[i]))
			return false;
	return h->major == 1 && h->minor == 1 &&
	    !span_eq_str(h->method, "CONNECT");
}

/* As head_copy(), without the fields. */
static struct head
bare_copy(const struct head *h, struct span bytes, struct span copy)
{
	struct head bare = *h;

	bare.method = span_moved(h->method, bytes, copy);
	bare.target = span_moved(h->target, bytes, copy);
	bare.fields = NULL;
	bare.field_count = 0;
	return bare;
}

struct shortcut *
shortcuts_add(struct shortcuts *all, struct span bytes,
    const struct message *request)
{
	struct entry *e = xcalloc(1, sizeof(*e) + bytes.len);
	struct shortcut *s = &e->shortcut;
	struct span copy = { e->bytes, bytes.len };

	memcpy(e->bytes, bytes.p, bytes.len);
	e->len = bytes.len;
	s->request = bare_copy(&request->parsed, request->head, copy);
	s->session = span_moved(head_field(&request->parsed, "X-Obit-Session"),
	    request->head, copy);
	s->plain = is_plain(&request->parsed);
	HASH_ADD_KEYPTR(hh, all->by_bytes, e->bytes, e->len, e);
	DL_APPEND(all->oldest, e);
	all->bytes += sizeof(*e) + e->len;
	while (all->bytes > all->limit && all->oldest != e)
		forget_oldest(all);
	return s;
}
