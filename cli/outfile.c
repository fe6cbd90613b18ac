#include "cli/outfile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/xalloc.h"

#define SUFFIX ".XXXXXX"

/* Where a link leads, so that the link stays. */
static char *
resolve(const char *path)
{
	char *real = realpath(path, NULL);

	if (real == NULL && (real = strdup(path)) == NULL)
		xalloc_failed();
	return real;
}

/* mkostemp() makes it with mode 0600; give it what open() would. */
static int
make_temporary(char *name, enum outfile_mode mode)
{
	mode_t mask = umask(0);
	int fd = mkostemp(name, O_CLOEXEC);

	umask(mask);
	if (fd < 0 || fchmod(fd, mode & ~mask) == 0)
		return fd;
	close(fd);
	unlink(name);
	return -1;
}

static int
open_temporary(struct outfile *o, const char *path, enum outfile_mode mode,
    struct err *err)
{
	size_t len;
	int fd;

	o->path = resolve(path);
	len = strlen(o->path);
	o->temporary = xmalloc(len + sizeof(SUFFIX));
	memcpy(o->temporary, o->path, len);
	memcpy(o->temporary + len, SUFFIX, sizeof(SUFFIX));
	fd = make_temporary(o->temporary, mode);
	if (fd < 0)
		return err_sys(err, "%s", path);
	o->f = fdopen(fd, "w");
	if (o->f == NULL)
		xalloc_failed();
	return 0;
}

static void
release(struct outfile *o)
{
	free(o->path);
	free(o->temporary);
	*o = (struct outfile){ 0 };
}

int
outfile_open(struct outfile *o, const char *path, FILE *standard,
    enum outfile_mode mode, struct err *err)
{
	struct stat st;

	*o = (struct outfile){ 0 };
	if (standard != NULL && strcmp(path, "-") == 0) {
		o->f = standard;
		o->borrowed = true;
		return 0;
	}
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		o->f = fopen(path, "we");
		return o->f == NULL ? err_sys(err, "%s", path) : 0;
	}
	if (open_temporary(o, path, mode, err) == 0)
		return 0;
	release(o);
	return -1;
}

/* Flush, and make sure that it is on the disk before it gets its name. */
static int
finish(struct outfile *o)
{
	bool ok = fflush(o->f) == 0 && !ferror(o->f);

	if (ok && o->path != NULL)
		ok = fsync(fileno(o->f)) == 0;
	if (!o->borrowed && fclose(o->f) != 0)
		ok = false;
	return ok ? 0 : -1;
}

int
outfile_commit(struct outfile *o, struct err *err)
{
	int status = finish(o);

	if (status == 0 && o->path != NULL)
		status = rename(o->temporary, o->path);
	if (status < 0) {
		err_sys(err, "%s", o->path != NULL ? o->path : "output");
		if (o->temporary != NULL)
			unlink(o->temporary);
	}
	release(o);
	return status;
}

void
outfile_abandon(struct outfile *o)
{
	if (o->f != NULL && !o->borrowed)
		fclose(o->f);
	if (o->temporary != NULL)
		unlink(o->temporary);
	release(o);
}
