#include "store/words.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "store/db.h"

/* What is forgotten when it is reached is found again in the table. */
#define MAX_KNOWN 4096

struct word {
	struct span text;
	int64_t id;
	UT_hash_handle hh;
};

#define READ     1024 /* remembered, each in place id modulo this */
#define READ_MAX 1024 /* bytes of each */

struct words {
	struct db *db;
	struct {
		int64_t id; /* 0: free */
		struct buf text;
	} read[READ];
	struct word *known;
	struct arena arena;
};

struct words *
words_new(struct db *db)
{
	struct words *w = xcalloc(1, sizeof(*w));

	w->db = db;
	w->arena = ARENA_INIT;
	for (size_t i = 0; i < READ; i++)
		w->read[i].text = BUF_INIT(READ_MAX);
	return w;
}

static void
forget(struct words *w)
{
	HASH_CLEAR(hh, w->known);
	arena_release(&w->arena);
}

void
words_free(struct words *w)
{
	if (w == NULL)
		return;
	forget(w);
	for (size_t i = 0; i < READ; i++)
		buf_release(&w->read[i].text);
	free(w);
}

static void
remember(struct words *w, struct span text, int64_t id)
{
	struct word *word;

	if (HASH_COUNT(w->known) >= MAX_KNOWN || w->arena.held > 1u << 20)
		forget(w);
	word = arena_alloc(&w->arena, sizeof(*word));
	word->text = arena_copy(&w->arena, text);
	word->id = id;
	HASH_ADD_KEYPTR(hh, w->known, word->text.p, word->text.len, word);
}

/* The row of a text: 1, 0 or -1. */
static int
find(struct words *w, struct span text, int64_t *id, struct err *err)
{
	struct query *q = db_query(w->db, SQL_WORD_FIND, err);
	int got;

	if (q == NULL)
		return -1;
	put_text(q, text);
	if ((got = query_step(q, err)) == 1)
		*id = take_int(q, 1, INT64_MAX);
	query_reset(q);
	return got;
}

static int
add(struct words *w, struct span text, int64_t *id, struct err *err)
{
	struct query *q = db_query(w->db, SQL_WORD_ADD, err);

	if (q == NULL)
		return -1;
	put_text(q, text);
	return query_insert(q, id, err);
}

int
words_number(struct words *w, struct span text, int64_t *out, struct err *err)
{
	struct word *word;
	int got;

	*out = 0;
	if (text.p == NULL)
		return 0;
	HASH_FIND(hh, w->known, text.p, text.len, word);
	if (word != NULL) {
		*out = word->id;
		return 0;
	}
	got = find(w, text, out, err);
	if (got == 0)
		got = add(w, text, out, err);
	if (got < 0)
		return -1;
	remember(w, text, *out);
	return 0;
}

static int
fetch(struct words *w, int64_t id, struct arena *arena, struct span *out,
    struct err *err)
{
	struct query *q = db_query(w->db, SQL_WORD_GET, err);
	bool bad;

	if (q == NULL)
		return -1;
	put_int(q, id);
	if (query_row(q, "a word is missing", err) < 0)
		return -1;
	*out = arena_copy(arena, take_bytes(q));
	bad = query_is_bad(q) || out->p == NULL;
	query_reset(q);
	if (!bad)
		return 0;
	return err_set(err, ERR_CORRUPT, "a word has the wrong type");
}

int
words_text(struct words *w, int64_t id, struct arena *arena, struct span *out,
    struct err *err)
{
	struct buf *text = &w->read[id % READ].text;
	struct err ignored;

	*out = (struct span){ 0 };
	if (id == 0)
		return 0;
	if (w->read[id % READ].id == id) {
		*out = arena_copy(arena,
		    text->len > 0 ? buf_span(text) : span_of_str(""));
		return 0;
	}
	if (fetch(w, id, arena, out, err) < 0)
		return -1;
	buf_reset(text);
	/* What is too long is asked for again. */
	w->read[id % READ].id = buf_add(text, *out, &ignored) < 0 ? 0 : id;
	return 0;
}
