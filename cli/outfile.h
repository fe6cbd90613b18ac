/*
 * outfile.h - a file that is there whole or not at all.
 *
 * It is written under another name in the same folder, and takes the place
 * of what was there when it is complete.  What is no regular file, such as a
 * pipe or a terminal, is written to as it is, and so is standard output.
 */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/base.h"

struct err;

/* Who may read the file, as far as the umask lets them. */
enum outfile_mode {
	OUTFILE_OWN = 0600,
	OUTFILE_SHARED = 0666,
};

struct outfile {
	FILE *f;         /* to write to */
	bool borrowed;   /* f is standard output */
	char *path;      /* absent if there is nothing to put in its place */
	char *temporary; /* the name until it is complete */
};

/*
 * "-" means standard, unless that is NULL.  Errors: ERR_SYSTEM, with the path
 * in front.
 */
int outfile_open(struct outfile *o, const char *path, FILE *standard,
    enum outfile_mode mode, struct err *err) MUST_CHECK;

/* All is written: put it in its place.  Released whether it fails or not. */
int outfile_commit(struct outfile *o, struct err *err) MUST_CHECK;

/* Leave what was there before, and release. */
void outfile_abandon(struct outfile *o);

#endif
