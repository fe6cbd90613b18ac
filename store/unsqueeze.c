#include "store/unsqueeze.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "store/db.h"
#include "store/deflate.h"
#include "store/number.h"
#include "store/pack.h"
#include "store/template.h"

#define MAX_DICTIONARY ((size_t)1 << 15)

/* Deflate cannot do better (zlib's technical notes). */
#define MAX_EXPANSION 1032

#define DICTIONARIES 16 /* remembered, each in place id modulo this */

#define TEMPLATES 64 /* the same */

struct dictionary {
	int64_t id; /* 0: free */
	struct buf bytes;
};

struct unsqueezer {
	struct db *db;
	struct words *words;
	struct template *templates[TEMPLATES];
	struct tokens context; /* of the exchange at hand */
	struct slot_clock clock[2];
	struct inflater *small, *large;
	struct dictionary dictionaries[DICTIONARIES];
};

struct unsqueezer *
unsqueezer_new(struct db *db, struct words *words)
{
	struct unsqueezer *u = xcalloc(1, sizeof(*u));

	u->db = db;
	u->words = words;
	u->small = inflater_new(DEFLATE_SMALL);
	u->large = inflater_new(DEFLATE_LARGE);
	for (size_t i = 0; i < DICTIONARIES; i++)
		u->dictionaries[i].bytes = BUF_INIT(MAX_DICTIONARY);
	return u;
}

void
unsqueezer_free(struct unsqueezer *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < TEMPLATES; i++)
		template_free(u->templates[i]);
	inflater_free(u->small);
	inflater_free(u->large);
	for (size_t i = 0; i < DICTIONARIES; i++)
		buf_release(&u->dictionaries[i].bytes);
	free(u);
}

static int
corrupt(struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT, "%s", what);
}

static int
get_dictionary(struct unsqueezer *u, int64_t id, struct span *out,
    struct err *err)
{
	struct dictionary *slot = &u->dictionaries[id % DICTIONARIES];
	struct query *q;
	struct span bytes;
	int rc;

	*out = (struct span){ 0 };
	if (id == 0)
		return 0;
	*out = buf_span(&slot->bytes);
	if (slot->id == id)
		return 0;
	slot->id = 0;
	buf_reset(&slot->bytes);
	if ((q = db_query(u->db, SQL_DICTIONARY_GET, err)) == NULL)
		return -1;
	put_int(q, id);
	if (query_row(q, "its dictionary is missing", err) < 0)
		return -1;
	bytes = take_bytes(q);
	rc = bytes.len == 0 ? corrupt(err, "its dictionary is empty")
			    : buf_add(&slot->bytes, bytes, err);
	query_reset(q);
	if (rc < 0)
		return corrupt(err, "its dictionary makes no sense");
	slot->id = id;
	*out = buf_span(&slot->bytes);
	return 0;
}

/* Decompress size bytes into the arena. */
static int
inflate_into(struct inflater *i, struct span dictionary, struct span context,
    struct span data, int64_t size, struct arena *arena, struct span *out,
    struct err *err)
{
	uint8_t *p;

	if (data.p == NULL || (size_t)size / MAX_EXPANSION > data.len)
		return corrupt(err, "its compressed bytes do not decode");
	p = arena_alloc(arena, (size_t)size);
	*out = (struct span){ p, (size_t)size };
	return inflater_run(i, dictionary, context, data, p, (size_t)size, err);
}

int
unsqueezer_body(struct unsqueezer *u, int64_t id, struct arena *arena,
    struct span *out, struct err *err)
{
	struct span none = { 0 };
	struct query *q;
	int64_t size;
	int rc;

	*out = none;
	if (id == 0)
		return 0;
	if ((q = db_query(u->db, SQL_BODY_GET, err)) == NULL)
		return -1;
	put_int(q, id);
	if (query_row(q, "its body is missing", err) < 0)
		return -1;
	size = take_int(q, 0, DB_MAX_VALUE);
	rc = query_is_bad(q) ? corrupt(err, "its body makes no sense")
			     : inflate_into(u->large, none, none, take_bytes(q),
				   size, arena, out, err);
	query_reset(q);
	return rc;
}

int
unsqueezer_old(struct unsqueezer *u, int64_t dictionary, struct span context,
    struct span data, int64_t size, struct arena *arena, struct span *out,
    struct err *err)
{
	struct span primed;

	if (get_dictionary(u, dictionary, &primed, err) < 0)
		return -1;
	return inflate_into(u->small, primed, context, data, size, arena, out,
	    err);
}

static int
get_template(struct unsqueezer *u, int64_t id, struct err *err)
{
	struct template **slot = &u->templates[id % TEMPLATES];
	struct span sample, slots;
	struct query *q;
	size_t numbers;

	if (*slot != NULL && (*slot)->id == id)
		return 0;
	template_free(*slot);
	*slot = NULL;
	if ((q = db_query(u->db, SQL_TEMPLATE_GET, err)) == NULL)
		return -1;
	put_int(q, id);
	if (query_row(q, "its template is missing", err) < 0)
		return -1;
	numbers = (size_t)take_int(q, 0, TEMPLATE_SAMPLE);
	sample = take_bytes(q);
	slots = take_bytes(q);
	if (!query_is_bad(q))
		*slot = template_load(id, sample, numbers, slots);
	query_reset(q);
	return *slot != NULL ? 0 : corrupt(err, "its template makes no sense");
}

static int
get_formed(struct unsqueezer *u, uint64_t id, struct span data,
    const struct slot_ctx *ctx, struct span *out, struct err *err)
{
	if (id > INT64_MAX)
		return corrupt(err, "its data makes no sense");
	if (get_template(u, (int64_t)id, err) < 0)
		return -1;
	return template_take(u->templates[id % TEMPLATES], data, ctx, PACK_MAX,
	    out, err);
}

int
unsqueezer_get(struct unsqueezer *u, struct span data, struct span context,
    int64_t time, struct arena *arena, struct span *out, struct err *err)
{
	struct slot_ctx ctx = { &u->context, time, u->words, arena, u->clock };
	uint64_t template, dictionary, size;

	if (!number_take(&data, &template))
		return corrupt(err, "its data makes no sense");
	if (template != 0) {
		/* What is too much for it is no context of a template. */
		if (!tokens_scan(&u->context, context, 0))
			u->context.count = 0;
		return get_formed(u, template, data, &ctx, out, err);
	}
	if (!number_take(&data, &dictionary) || dictionary > INT64_MAX ||
	    !number_take(&data, &size) || size > PACK_MAX)
		return corrupt(err, "its data makes no sense");
	return unsqueezer_old(u, (int64_t)dictionary, context, data,
	    (int64_t)size, arena, out, err);
}
