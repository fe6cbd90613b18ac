#include "tests/lib/folder.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[2048];

void
folder_enter(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/obit-test.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

const char *
folder_path(const char *name)
{
	static char paths[8][8192];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* Visit the files; how many there were. */
static int
each_file(void (*visit)(const char *path))
{
	DIR *dir = opendir(folder);
	struct dirent *d;
	int count = 0;

	ck_assert_ptr_nonnull(dir);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.' &&
		    (d->d_name[1] == '\0' || d->d_name[1] == '.'))
			continue;
		visit(folder_path(d->d_name));
		count++;
	}
	closedir(dir);
	return count;
}

static void
ignore_file(const char *path)
{
	(void)path;
}

static void
remove_file(const char *path)
{
	ck_assert_int_eq(remove(path), 0);
}

int
folder_count(void)
{
	return each_file(ignore_file);
}

void
folder_leave(void)
{
	chmod(folder, 0700);
	each_file(remove_file);
	ck_assert_int_eq(rmdir(folder), 0);
}
