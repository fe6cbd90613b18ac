/*
 * xalloc.h - allocation that returns memory or ends the process.
 *
 * Sizes that an outsider controls never reach these directly; they go
 * through a struct buf, whose limit is an ordinary error.
 */
#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);

/* Say that there is no memory, and end the process. */
_Noreturn void xalloc_failed(void);

#endif
