#include "deletion/trace.h"

#include <stdarg.h>
#include <stdio.h>

#include "deletion/subject.h"

void
trace_ask(struct subject *s, const char *what)
{
	if (s->trace != NULL)
		s->trace->what = what;
}

void
trace_found(struct subject *s, const struct source *source,
    const struct list *values)
{
	if (s->trace != NULL && s->trace->what != NULL)
		s->trace->found(s->trace, source, values);
}

void
trace_said(struct subject *s, struct span word, struct place place)
{
	struct source rule = { .text = SPAN_LITERAL("the rule"),
		.place = place };

	trace_found(s, &rule, &(struct list){ &word, 1, 1 });
}

void
trace_held(struct subject *s, const struct cond *cond)
{
	struct list found = { 0 };

	if (s->trace == NULL || s->trace->what == NULL)
		return;
	subject_values(s, &cond->source, &found);
	s->trace->found(s->trace, &cond->source, &found);
}

void
trace_decided(struct subject *s, struct place place, const char *fmt, ...)
{
	char how[512];
	va_list args;

	if (s->trace == NULL)
		return;
	va_start(args, fmt);
	vsnprintf(how, sizeof(how), fmt, args);
	va_end(args);
	s->trace->decided(s->trace, place,
	    arena_copy(s->arena, span_of_str(how)));
}
