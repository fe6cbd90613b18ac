#include "cli/rotation.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "cli/opt.h"

#define DIGITS 6

int
rotation_parse(struct rotation *r, const char *text, struct err *err)
{
	size_t len = strlen(text);
	char unit = len > 0 ? text[len - 1] : '\0';

	*r = (struct rotation){ 0 };
	if (unit != '\0' && strchr("KMG", unit) != NULL &&
	    opt_size(&r->bytes, text) && r->bytes >= ROTATION_MIN_BYTES)
		return 0;
	if (unit != '\0' && strchr("smhd", unit) != NULL &&
	    opt_duration(&r->ns, text))
		return 0;
	return err_set(err, ERR_USAGE,
	    "--rotate takes a size from 256K such as 64M, or a time such as "
	    "30m, 1h or 1d, not \"%s\"",
	    text);
}

/* How much of base stands before the number: all but ".obit" or so. */
static size_t
stem(const char *base)
{
	const char *slash = strrchr(base, '/');
	const char *name = slash != NULL ? slash + 1 : base;
	const char *dot = strrchr(name, '.');

	return dot != NULL && dot > name ? (size_t)(dot - base) : strlen(base);
}

char *
rotation_name(const char *base, uint64_t n)
{
	size_t room = strlen(base) + 24, split = stem(base);
	char *name = xmalloc(room);

	snprintf(name, room, "%.*s-%0*" PRIu64 "%s", (int)split, base, DIGITS,
	    n, base + split);
	return name;
}

/* The number in a name of the rotation of base, or 0. */
static uint64_t
number_in(const char *name, const char *base)
{
	size_t split = stem(base);
	uint64_t n;
	char *end;

	if (strncmp(name, base, split) != 0 || name[split] != '-' ||
	    strspn(name + split + 1, "0123456789") < DIGITS)
		return 0;
	errno = 0;
	n = strtoull(name + split + 1, &end, 10);
	return errno == 0 && n < UINT64_MAX && strcmp(end, base + split) == 0
	    ? n
	    : 0;
}

static DIR *
open_folder(const char *base, const char **name)
{
	const char *slash = strrchr(base, '/');
	char *folder;
	DIR *dir;

	*name = slash != NULL ? slash + 1 : base;
	if (slash == NULL)
		return opendir(".");
	folder = xmalloc((size_t)(slash - base) + 2);
	sprintf(folder, "%.*s/", (int)(slash - base), base);
	dir = opendir(folder);
	free(folder);
	return dir;
}

int
rotation_next(uint64_t *n, const char *base, struct err *err)
{
	const char *name;
	DIR *dir = open_folder(base, &name);
	struct dirent *entry;
	uint64_t highest = 0;

	if (dir == NULL)
		return err_sys(err, "%s: cannot read its folder", base);
	while ((entry = readdir(dir)) != NULL) {
		uint64_t here = number_in(entry->d_name, name);

		if (here > highest)
			highest = here;
	}
	closedir(dir);
	*n = highest + 1;
	return 0;
}
