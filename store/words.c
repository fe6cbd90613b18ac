#include "store/words.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/arena.h"
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

struct words {
	struct db *db;
	struct word *known;
	struct arena arena;
};

struct words *
words_new(struct db *db)
{
	struct words *w = xcalloc(1, sizeof(*w));

	w->db = db;
	w->arena = ARENA_INIT;
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

static int
ask(struct words *w, enum sql_id sql, struct span text, int64_t *id,
    struct err *err)
{
	struct query *q = db_query(w->db, sql, err);
	int got;

	if (q == NULL)
		return -1;
	put_text(q, text);
	if ((got = query_step(q, err)) == 1)
		*id = take_int(q, 1, INT64_MAX);
	query_reset(q);
	return got;
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
	got = ask(w, SQL_WORD_FIND, text, out, err);
	if (got == 0)
		got = ask(w, SQL_WORD_ADD, text, out, err);
	if (got < 0)
		return -1;
	remember(w, text, *out);
	return 0;
}
