/*
 * The first byte chooses where a known secret is planted, the second whether
 * the message is cut behind it; after the third, the rest is noise
 * around it.  The secret's bytes must not survive, and lengths must not
 * change.
 */
#include <assert.h>

#include "base/err.h"
#include "deletion/redact.h"
#include "deletion/redact_parts.h"
#include "http/exchange.h"

#define SECRET  "hunter2-0123456789abcdef"
#define NOISE   64 /* bytes on each side */
#define REQUEST "POST /a HTTP/1.1\r\nHost: h\r\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum noise {
	IN_FIELD,  /* no line end */
	IN_TARGET, /* nor a blank */
	IN_JSON,   /* valid inside an array */
	IN_XML,    /* character data */
	IN_FORM,
};

static const struct plant {
	enum noise noise;
	bool body;
	const char *before, *after;
} plants[] = {
	{ IN_FIELD, false,
	    REQUEST "X: %s\r\nX-Auth-Token: ", "\r\nY: %s\r\n\r\n" },
	{ IN_FIELD, false, REQUEST "Authorization: Bearer ",
	    "\r\nY: %s%s\r\n\r\n" },
	{ IN_FIELD, false, REQUEST "Y: %s\r\nCookie: a=", "; %s\r\n\r\n" },
	{ IN_TARGET, false, "GET /%s?token=", "&%s HTTP/1.1\r\n\r\n" },
	{ IN_TARGET, false, "GET http://u%s:", "@%s/ HTTP/1.1\r\n\r\n" },
	{ IN_JSON, true, "[%s,{\"password\":\"", "\"},%s]" },
	{ IN_XML, true, "<a>%s<token>", "</token>%s</a>" },
	{ IN_FORM, true, "%s&password=", "&%s" },
};

static bool
allowed(enum noise noise, uint8_t c)
{
	switch (noise) {
	case IN_FIELD:
		return c != '\r' && c != '\n';
	case IN_TARGET:
		return c > ' ' && strchr("/?#@&%=", c) == NULL;
	case IN_JSON:
		return c >= '0' && c <= '9';
	case IN_XML:
		return c != '<';
	case IN_FORM:
		return c != '&' && c != 0 && c != '{' && c != '[' && c != '<' &&
		    c != '"';
	}
	return false;
}

/* printf() without the end at a NUL. */
static void
add(struct text *out, const char *format, enum noise noise, struct span s)
{
	for (; *format != 0; format++) {
		if (format[0] != '%') {
			out->p[out->len++] = (uint8_t)*format;
			continue;
		}
		format++;
		for (size_t i = 0; i < s.len; i++)
			if (allowed(noise, s.p[i]))
				out->p[out->len++] = s.p[i];
	}
}

static void
set_message(struct exchange *x, const struct plant *p, struct span text,
    unsigned how)
{
	struct message *m = arena_alloc(&x->arena, sizeof(*m));
	struct err err;

	m->head = p->body ? span_of_str(REQUEST "\r\n") : text;
	m->body = p->body ? text : span_of_str("");
	m->wire_len = m->body.len;
	m->framing = FRAMING_LENGTH;
	m->complete = (how & 1) == 0;
	if (head_parse(&m->parsed, HEAD_REQUEST, m->head, &x->arena, &err) < 0)
		m->parsed = (struct head){ 0 };
	x->request = m;
}

static size_t
count(struct span s)
{
	const uint8_t *at;
	size_t n = 0;

	while (s.len > 0 &&
	    (at = memmem(s.p, s.len, SECRET, strlen(SECRET))) != NULL) {
		s = span_sub(s, (size_t)(at - s.p) + 1, s.len);
		n++;
	}
	return n;
}

/* Whoever watches is told names, and none of them is the secret. */
static void
on_hit(void *ctx, const struct redact_hit *hit)
{
	(void)ctx;
	assert(hit->raw.len > 0);
	assert(count(hit->name) == 0);
}

static void
check(struct exchange *x)
{
	struct redactor r = { .key = "fuzz", .watch = on_hit };
	struct message before = *x->request, *m = x->request;

	redactor_apply(&r, x);
	assert(m->head.len == before.head.len);
	assert(m->body.len == before.body.len);
	assert(count(m->head) == 0);
	assert(count(m->body) == 0);
	redactor_principal(&r, x);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct plant *p;
	struct exchange *x;
	struct text text;
	struct span noise;

	if (len < 3)
		return 0;
	p = &plants[data[0] % (sizeof(plants) / sizeof(plants[0]))];
	noise = span_sub((struct span){ data, len }, 3, 2 * NOISE);
	x = exchange_new();
	text = (struct text){ arena_alloc(&x->arena, 1024), 0 };
	add(&text, p->before, p->noise, span_sub(noise, 0, NOISE));
	add(&text, SECRET, p->noise, noise);
	if ((data[1] & 1) == 0)
		add(&text, p->after, p->noise, span_sub(noise, NOISE, NOISE));
	set_message(x, p, text_span(text), data[1]);
	/* The noise may hold the secret as well, in a harmless place. */
	if (count(text_span(text)) == 1)
		check(x);
	exchange_free(x);
	return 0;
}
