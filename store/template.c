#include "store/template.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "store/number.h"

static struct template *
new_template(struct span sample, size_t numbers)
{
	struct template *t = xcalloc(1, sizeof(*t));
	struct err err;

	t->sample = BUF_INIT(TEMPLATE_SAMPLE);
	t->slots = xcalloc(TOKENS_MAX, sizeof(*t->slots));
	if (buf_add(&t->sample, sample, &err) == 0 &&
	    tokens_scan(&t->tokens, buf_span(&t->sample), numbers))
		return t;
	template_free(t);
	return NULL;
}

void
template_free(struct template *t)
{
	if (t == NULL)
		return;
	buf_release(&t->sample);
	free(t->slots);
	free(t);
}

static size_t
numbers_of(const struct tokens *t)
{
	const struct token *last;

	if (t->numbers == 0)
		return 0;
	last = &t->list[t->numbers - 1];
	return last->at + last->len;
}

size_t
template_numbers(const struct template *t)
{
	return numbers_of(&t->tokens);
}

struct template *
template_learn(const struct lesson *lessons, size_t count)
{
	const struct tokens *first = lessons[0].tokens;
	struct template *t = new_template(first->bytes, numbers_of(first));

	if (t == NULL)
		return NULL;
	for (size_t i = 0; i < first->count; i++)
		if (!learn_is_constant(lessons, count, i))
			t->slots[t->slot_count++] =
			    learn_slot(lessons, count, i);
	return t;
}

/* Can the slot stand where it is, behind those before it? */
static bool
slot_is_good(const struct template *t, const struct slot *slot)
{
	const uint64_t *a = slot->arguments;
	size_t len;

	if (slot->token >= t->tokens.count ||
	    (slot->token < t->tokens.numbers) != (slot->form == SLOT_NUMBER))
		return false;
	len = t->tokens.list[slot->token].len;
	if (slot->form == SLOT_SAME)
		return a[0] < slot->token;
	if (slot->form == SLOT_HEX)
		return a[0] <= TEMPLATE_SAMPLE;
	return slot->form != SLOT_MASK ||
	    (a[0] <= len && a[1] <= len - a[0] && a[2] == len - a[0] - a[1]);
}

static bool
load_slot(struct template *t, struct span *slots, uint64_t *token)
{
	struct slot *slot = &t->slots[t->slot_count];
	uint64_t gap, form;
	int arguments;

	if (t->slot_count == TOKENS_MAX || !number_take(slots, &gap) ||
	    gap >= TOKENS_MAX || !number_take(slots, &form) || form > 127)
		return false;
	*token += gap;
	slot->token = (uint32_t)*token;
	slot->form = (enum slot_form)form;
	if ((arguments = slot_arguments(slot->form)) < 0)
		return false;
	for (int i = 0; i < arguments; i++)
		if (!number_take(slots, &slot->arguments[i]))
			return false;
	t->slot_count++;
	++*token;
	return slot_is_good(t, slot);
}

struct template *
template_load(int64_t id, struct span sample, size_t numbers, struct span slots)
{
	struct template *t = new_template(sample, numbers);
	uint64_t token = 0;
	bool good = t != NULL;

	while (good && slots.len > 0)
		good = load_slot(t, &slots, &token);
	if (!good) {
		template_free(t);
		return NULL;
	}
	t->id = id;
	return t;
}

int
template_slots(const struct template *t, struct buf *out, struct err *err)
{
	uint64_t token = 0;

	buf_reset(out);
	for (size_t i = 0; i < t->slot_count; i++) {
		const struct slot *slot = &t->slots[i];

		if (number_add(out, slot->token - token, err) < 0 ||
		    number_add(out, slot->form, err) < 0)
			return -1;
		for (int j = 0; j < slot_arguments(slot->form); j++)
			if (number_add(out, slot->arguments[j], err) < 0)
				return -1;
		token = slot->token + 1;
	}
	return 0;
}

/* Are the tokens from..to - 1, and the gaps around, those of the sample? */
static bool
same_stretch(const struct template *t, const struct tokens *tokens, size_t from,
    size_t to)
{
	const struct token *a = t->tokens.list, *b = tokens->list;
	size_t a_at = from > 0 ? a[from - 1].at + a[from - 1].len : 0;
	size_t b_at = from > 0 ? b[from - 1].at + b[from - 1].len : 0;
	size_t a_end = to < t->tokens.count ? a[to].at : t->sample.len;
	size_t b_end = to < tokens->count ? b[to].at : tokens->bytes.len;

	return a_end - a_at == b_end - b_at &&
	    memcmp(t->sample.p + a_at, tokens->bytes.p + b_at, a_end - a_at) ==
	    0;
}

int
template_put(const struct template *t, const struct tokens *tokens,
    const struct slot_ctx *ctx, struct buf *out, struct err *err)
{
	size_t from = 0;
	int got;

	if (tokens->count != t->tokens.count ||
	    tokens->numbers != t->tokens.numbers)
		return 0;
	for (size_t i = 0; i < t->slot_count; i++) {
		const struct slot *slot = &t->slots[i];

		if (!same_stretch(t, tokens, from, slot->token))
			return 0;
		got = slot_put(slot, ctx, token_at(&t->tokens, slot->token),
		    tokens, out, err);
		if (got < 1)
			return got;
		from = slot->token + 1;
	}
	return same_stretch(t, tokens, from, tokens->count);
}

/* Where a message is read, and where in the sample that is. */
struct match {
	const struct template *t;
	struct tokens *tokens; /* of the message, as far as it was read */
	size_t at, from;
};

/* Is what comes next as in the sample, up to byte to of that? */
static bool
match_stretch(struct match *m, size_t to)
{
	struct span rest = span_sub(m->tokens->bytes, m->at, SIZE_MAX);
	size_t len = to - m->from;

	if (rest.len < len ||
	    memcmp(rest.p, m->t->sample.p + m->from, len) != 0)
		return false;
	m->at += len;
	m->from = to;
	return true;
}

/* The token that stands in the slot. */
static bool
match_token(struct match *m, const struct slot *slot)
{
	const struct token *sample = &m->t->tokens.list[slot->token];
	struct span rest, bytes = m->tokens->bytes;
	uint64_t n;
	size_t len;

	/* Those before it that are constant can be referred to as well. */
	for (size_t i = m->tokens->count; i < slot->token; i++) {
		struct token token = m->t->tokens.list[i];

		token.at = (uint32_t)(token.at + m->at - m->from);
		m->tokens->list[i] = token;
	}
	rest = span_sub(bytes, m->at, SIZE_MAX);
	if (slot->form != SLOT_NUMBER)
		len = token_length(bytes, m->at);
	else if (number_take(&rest, &n))
		len = bytes.len - m->at - rest.len;
	else
		return false;
	m->tokens->list[slot->token] =
	    (struct token){ (uint32_t)m->at, (uint32_t)len };
	m->tokens->count = slot->token + 1;
	m->at += len;
	m->from = sample->at + sample->len;
	return len > 0;
}

int
template_match(const struct template *t, struct span packed,
    struct tokens *tokens, const struct slot_ctx *ctx, struct buf *out,
    struct err *err)
{
	struct match m = { .t = t, .tokens = tokens };
	int got;

	if (packed.len > TEMPLATE_SAMPLE)
		return 0;
	tokens->bytes = packed;
	tokens->count = 0;
	for (size_t i = 0; i < t->slot_count; i++) {
		const struct slot *slot = &t->slots[i];

		if (!match_stretch(&m, t->tokens.list[slot->token].at) ||
		    !match_token(&m, slot))
			return 0;
		got = slot_put(slot, ctx, token_at(&t->tokens, slot->token),
		    tokens, out, err);
		if (got < 1)
			return got;
	}
	return match_stretch(&m, t->sample.len) && m.at == packed.len;
}

/* The values of all tokens: 0 or -1. */
static int
take_values(const struct template *t, struct span data,
    const struct slot_ctx *ctx, struct span *values, struct err *err)
{
	size_t next = 0;

	for (size_t i = 0; i < t->tokens.count; i++) {
		struct span sample = token_at(&t->tokens, i);
		const struct slot *slot = &t->slots[next];

		values[i] = sample;
		if (next == t->slot_count || slot->token != i)
			continue;
		if (slot_take(slot, ctx, sample, values, &data, &values[i],
			err) < 0)
			return -1;
		next++;
	}
	if (data.len == 0)
		return 0;
	return err_set(err, ERR_CORRUPT, "its data goes on behind its end");
}

static uint8_t *
put(uint8_t *p, struct span s)
{
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return p + s.len;
}

int
template_take(const struct template *t, struct span data,
    const struct slot_ctx *ctx, size_t max, struct span *out, struct err *err)
{
	struct span values[TOKENS_MAX];
	const struct token *list = t->tokens.list;
	struct span sample = buf_span(&t->sample);
	size_t len = sample.len, from = 0;
	uint8_t *p;

	if (take_values(t, data, ctx, values, err) < 0)
		return -1;
	for (size_t i = 0; i < t->slot_count; i++) {
		size_t token = t->slots[i].token;

		len -= list[token].len;
		if (values[token].len > max || len > max)
			return err_set(err, ERR_CORRUPT, "it is too long");
		len += values[token].len;
	}
	if (len > max)
		return err_set(err, ERR_CORRUPT, "it is too long");
	p = arena_alloc(ctx->arena, len);
	*out = (struct span){ p, len };
	for (size_t i = 0; i < t->slot_count; i++) {
		size_t token = t->slots[i].token, at = list[token].at;

		p = put(p, span_sub(sample, from, at - from));
		p = put(p, values[token]);
		from = at + list[token].len;
	}
	p = put(p, span_sub(sample, from, SIZE_MAX));
	assert(p == out->p + len);
	return 0;
}
