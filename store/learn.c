#include "store/learn.h"

#include "base/buf.h"
#include "base/err.h"

/* Digits of a mask are worth taking apart from so many on. */
#define MASK_MIN 12

/* A text of fewer bytes is as short as its number. */
#define WORD_MIN 4

/* Of so many lessons one at most may have a text that no other has. */
#define WORD_PART 2

static struct span
value_of(const struct lesson *l, size_t token)
{
	return token_at(l->tokens, token);
}

bool
learn_is_constant(const struct lesson *lessons, size_t count, size_t token)
{
	for (size_t i = 1; i < count; i++)
		if (!span_eq(value_of(&lessons[i], token),
			value_of(&lessons[0], token)))
			return false;
	return true;
}

/* Does the slot fit all of them? */
static bool
fits(const struct slot *slot, const struct lesson *lessons, size_t count)
{
	struct span sample = value_of(&lessons[0], slot->token);
	struct buf scratch = BUF_INIT(4096);
	struct err err;
	bool good = true;

	for (size_t i = 0; good && i < count; i++) {
		buf_reset(&scratch);
		good = slot_put(slot, &lessons[i].ctx, sample,
			   lessons[i].tokens, &scratch, &err) == 1;
	}
	buf_release(&scratch);
	return good;
}

static bool
try_form(struct slot *slot, enum slot_form form, uint64_t argument,
    const struct lesson *lessons, size_t count)
{
	*slot = (struct slot){ slot->token, form, { argument } };
	return fits(slot, lessons, count);
}

static bool
try_context(struct slot *slot, const struct lesson *lessons, size_t count)
{
	for (size_t i = 0; i < lessons[0].ctx.context->count; i++)
		if (try_form(slot, SLOT_CONTEXT, i, lessons, count))
			return true;
	return false;
}

static bool
try_same(struct slot *slot, const struct lesson *lessons, size_t count)
{
	const struct tokens *t = lessons[0].tokens;

	for (size_t i = t->numbers; i < slot->token; i++)
		if (span_eq(token_at(t, i), token_at(t, slot->token)) &&
		    try_form(slot, SLOT_SAME, i, lessons, count))
			return true;
	return false;
}

/* Few texts, each in several of them? */
static bool
is_word(const struct lesson *lessons, size_t count, size_t token)
{
	size_t news = 0;

	for (size_t i = 0; i < count; i++) {
		struct span value = value_of(&lessons[i], token);
		size_t before = 0;

		while (before < i &&
		    !span_eq(value_of(&lessons[before], token), value))
			before++;
		news += before == i;
		if (value.len < WORD_MIN)
			return false;
	}
	return news * WORD_PART <= count;
}

/* How much all of them have in common at the front and at the back. */
static bool
try_mask(struct slot *slot, const struct lesson *lessons, size_t count)
{
	struct span a = value_of(&lessons[0], slot->token);
	size_t front = a.len, back = a.len;

	for (size_t i = 1; i < count; i++) {
		struct span b = value_of(&lessons[i], slot->token);
		size_t n = 0;

		if (b.len != a.len)
			return false;
		while (n < front && a.p[n] == b.p[n])
			n++;
		front = n;
		for (n = 0;
		     n < back && a.p[a.len - 1 - n] == b.p[a.len - 1 - n];)
			n++;
		back = n;
	}
	if (front + back + MASK_MIN > a.len)
		return false;
	*slot = (struct slot){ slot->token, SLOT_MASK,
		{ front, a.len - front - back, back } };
	return fits(slot, lessons, count);
}

struct slot
learn_slot(const struct lesson *lessons, size_t count, size_t token)
{
	struct slot slot = { .token = (uint32_t)token };
	size_t len = value_of(&lessons[0], token).len;

	if (token < lessons[0].tokens->numbers)
		slot.form = SLOT_NUMBER;
	else if (try_context(&slot, lessons, count) ||
	    try_same(&slot, lessons, count) ||
	    try_form(&slot, SLOT_DATE, 0, lessons, count) ||
	    try_form(&slot, SLOT_STAMP, 0, lessons, count))
		return slot;
	else if (is_word(lessons, count, token))
		slot = (struct slot){ slot.token, SLOT_WORD, { 0 } };
	else if (try_form(&slot, SLOT_UUID, 0, lessons, count) ||
	    (len >= 8 && try_form(&slot, SLOT_HEX, len, lessons, count)) ||
	    try_form(&slot, SLOT_DECIMAL, 0, lessons, count) ||
	    try_mask(&slot, lessons, count))
		return slot;
	else
		slot = (struct slot){ slot.token, SLOT_TEXT, { 0 } };
	return slot;
}
