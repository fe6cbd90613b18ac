/*
 * slot.h - one place of a template where messages differ.
 *
 * A slot knows what its values look like, and so how few bytes say which
 * one it is.  obit-archive(5), section 5, has the forms.
 */
#ifndef STORE_SLOT_H
#define STORE_SLOT_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"
#include "store/token.h"

struct arena;
struct buf;
struct err;
struct words;

/* Each a letter in the archive; the arguments follow as numbers. */
enum slot_form {
	SLOT_NUMBER = 'n',  /* a number */
	SLOT_CONTEXT = 'c', /* a token of the context: which */
	SLOT_SAME = 's',    /* an earlier token: which */
	SLOT_DATE = 'd',    /* HTTP-date: seconds since the exchange began */
	SLOT_STAMP = 't',   /* the same as 20231114T220000Z */
	SLOT_WORD = 'w',    /* one of few texts, in the table word */
	SLOT_UUID = 'u',    /* 16 bytes */
	SLOT_HEX = 'h',     /* lower-case digits: how many */
	SLOT_DECIMAL = 'i', /* a number in digits */
	SLOT_MASK = 'm',    /* base64url between what all have: front, digits,
			       back */
	SLOT_TEXT = 'x',    /* its length and its bytes */
};

#define SLOT_ARGUMENTS 3

struct slot {
	uint32_t token;
	enum slot_form form;
	uint64_t arguments[SLOT_ARGUMENTS];
};

/* How many arguments a form has; -1 if there is no such form. */
int slot_arguments(enum slot_form form);

/* The last time that was a text: most are as the one before. */
struct slot_clock {
	int64_t seconds;
	size_t len; /* 0: none yet */
	char text[40];
};

/* What values are read and written with. */
struct slot_ctx {
	const struct tokens *context;
	int64_t time; /* of the exchange */
	struct words *words;
	struct arena *arena;      /* for what is read */
	struct slot_clock *clock; /* two of them; none: NULL */
};

/*
 * Write the value of the slot, of which sample is one, to the end of out: 1, 0
 * if it is of another form, -1.
 */
int slot_put(const struct slot *slot, const struct slot_ctx *ctx,
    struct span sample, const struct tokens *t, struct buf *out,
    struct err *err) MUST_CHECK;

/*
 * Take a value off the front of data.  Values of the tokens before it, and
 * the sample, are in t.  Errors: ERR_CORRUPT, ERR_SYSTEM.
 */
int slot_take(const struct slot *slot, const struct slot_ctx *ctx,
    struct span sample, const struct span *values, struct span *data,
    struct span *out, struct err *err) MUST_CHECK;

#endif
