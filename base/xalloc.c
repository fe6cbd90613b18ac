#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
xalloc_failed(void)
{
	fputs("obit: out of memory\n", stderr);
	abort();
}

static void *
check(void *p)
{
	if (p == NULL)
		xalloc_failed();
	return p;
}

void *
xmalloc(size_t size)
{
	return check(malloc(size));
}

void *
xcalloc(size_t n, size_t size)
{
	return check(calloc(n, size));
}

void *
xrealloc(void *old, size_t size)
{
	return check(realloc(old, size));
}

char *
xstrdup(const char *s)
{
	return check(strdup(s));
}
