/*
 * builtin.h - the text of the files in rules/, in the order of their names.
 *
 * build-aux/embed.sh writes builtin.c.
 */
#ifndef DELETION_BUILTIN_H
#define DELETION_BUILTIN_H

#include <stddef.h>

struct builtin {
	const char *name; /* "built-in/10-huawei.yaml" */
	const char *text;
};

extern const struct builtin builtin_rules[];
extern const size_t builtin_count;

#endif
