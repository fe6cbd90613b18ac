/*
 * trace.h - what the matcher and the classifier tell about their work.
 *
 * A subject may carry a trace; then every match line that is tried, every
 * source that gives a value and every line that decides is told to it, in
 * the order of evaluation.  Nothing is evaluated differently for it, but
 * that the index of match lines is left aside.
 */
#ifndef DELETION_TRACE_H
#define DELETION_TRACE_H

#include "deletion/rule.h"

struct list;
struct subject;

enum miss {
	MISS_NONE,    /* the line holds */
	MISS_METHOD,  /* only the method is another */
	MISS_SEGMENT, /* a segment of the path, or its length */
	MISS_COND,
};

/* One match line, tried. */
struct attempted {
	const struct match *line;
	enum miss miss;
	const struct cond *cond;  /* MISS_COND: the first that does not hold */
	struct span wanted, seen; /* absent: nothing at all */
	unsigned fits;   /* literal segments and conditions that hold */
	unsigned misses; /* what does not */
};

struct trace {
	const char *what; /* that is looked for now: "id"; NULL: not told */
	void (*tried)(struct trace *t, const struct attempted *a);
	void (*found)(struct trace *t, const struct source *source,
	    const struct list *values);
	void (*decided)(struct trace *t, struct place place, struct span how);
};

/* Say what the next sources are asked for. */
void trace_ask(struct subject *s, const char *what);

/* Tell what a source gave, if something is asked for. */
void trace_found(struct subject *s, const struct source *source,
    const struct list *values);

/* As above, of a word that the rule itself says. */
void trace_said(struct subject *s, struct span word, struct place place);

/* As above, of a condition that holds. */
void trace_held(struct subject *s, const struct cond *cond);

/* Tell why the outcome is what it is. */
void trace_decided(struct subject *s, struct place place, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif
