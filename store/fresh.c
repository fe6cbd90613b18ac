#include "store/fresh.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "store/file.h"
#include "store/store.h"

static char *
join(const char *a, const char *b)
{
	char *s = xmalloc(strlen(a) + strlen(b) + 1);

	strcpy(s, a);
	return strcat(s, b);
}

static void
release(struct fresh *f)
{
	if (f->folder != NULL)
		rmdir(f->folder);
	free(f->path);
	free(f->folder);
	free(f->temporary);
	*f = (struct fresh){ 0 };
}

int
fresh_open(struct fresh *f, const char *path, struct err *err)
{
	struct stat there;

	*f = (struct fresh){ 0 };
	if (lstat(path, &there) == 0)
		return err_set(err, ERR_EXISTS, "%s: exists already", path);
	f->path = join(path, "");
	f->folder = join(path, ".XXXXXX");
	if (mkdtemp(f->folder) == NULL) {
		free(f->folder);
		f->folder = NULL;
		release(f);
		return err_sys(err, "%s: cannot create it", path);
	}
	f->temporary = join(f->folder, "/archive");
	if (store_make(&f->st, f->temporary, path, err) == 0)
		return 0;
	release(f);
	return -1;
}

static int
publish(struct fresh *f, struct err *err)
{
	int got = file_put_in_place(f->temporary, f->path);

	if (got == 1)
		return 0;
	if (got == 0)
		return err_set(err, ERR_EXISTS, "%s: exists already", f->path);
	return err_sys(err, "%s: cannot create it", f->path);
}

int
fresh_commit(struct fresh *f, struct err *err)
{
	struct store *st = f->st;
	int rc;

	f->st = NULL;
	rc = store_close(st, err);
	if (rc == 0)
		rc = publish(f, err);
	fresh_abandon(f);
	return rc;
}

void
fresh_abandon(struct fresh *f)
{
	struct err ignored;

	(void)!store_close(f->st, &ignored);
	if (f->temporary != NULL)
		file_remove(f->temporary);
	release(f);
}
