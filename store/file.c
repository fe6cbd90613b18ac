#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "store/db.h"
#include "store/schema.h"

/* The first bytes of every SQLite database, and where its numbers are. */
#define MAGIC          "SQLite format 3"
#define HEADER         100
#define APPLICATION_AT 68

static char *
join(const char *path, const char *suffix)
{
	char *s = xmalloc(strlen(path) + strlen(suffix) + 1);

	sprintf(s, "%s%s", path, suffix);
	return s;
}

static int
write_all(int fd, const uint8_t *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Say why, from errno. */
static int
cannot(const char *what, struct err *err)
{
	bool missing = errno == ENOENT;

	err_sys(err, "cannot %s it", what);
	if (missing)
		err->code = ERR_NOT_FOUND;
	return -1;
}

/* Put the image into a new file; mkostemp() makes it with mode 0600. */
static int
write_image(char *name, const uint8_t *image, size_t len, struct err *err)
{
	int fd = mkostemp(name, O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return cannot("create", err);
	if (fchmod(fd, 0600) < 0 || write_all(fd, image, len) < 0 ||
	    fsync(fd) < 0)
		rc = cannot("create", err);
	if (close(fd) < 0 && rc == 0)
		rc = cannot("create", err);
	if (rc < 0)
		unlink(name);
	return rc;
}

/* The folder that path is in; the caller frees it. */
static char *
folder_of(const char *path)
{
	char *folder = join(path, "");
	char *slash = strrchr(folder, '/');

	if (slash == NULL) {
		free(folder);
		return join(".", "");
	}
	slash[slash == folder] = '\0';
	return folder;
}

static void
sync_folder(const char *path)
{
	char *folder = folder_of(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		/* Some file systems cannot; the file itself is safe. */
		(void)fsync(fd);
		close(fd);
	}
	free(folder);
}

/*
 * Give the file its name: 1, or 0 if the name is taken.  A link, unlike a
 * rename, replaces nothing; where there are no links an empty file keeps
 * the name until the whole one takes its place.
 */
static int
give_name(const char *from, const char *path)
{
	int fd;

	if (link(from, path) == 0)
		return 1;
	if (errno == EEXIST)
		return 0;
	if (errno != EPERM && errno != EOPNOTSUPP)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	close(fd);
	return rename(from, path) == 0 ? 1 : -1;
}

int
file_put_in_place(const char *from, const char *path)
{
	int got = give_name(from, path);

	if (got == 1)
		sync_folder(path);
	return got;
}

static int
publish(const char *path, const uint8_t *image, size_t len, struct err *err)
{
	char *name = join(path, ".XXXXXX");
	int rc = write_image(name, image, len, err);

	if (rc == 0) {
		rc = file_put_in_place(name, path);
		if (rc < 0)
			cannot("create", err);
		unlink(name);
	}
	free(name);
	return rc;
}

static int
make_image(uint8_t **image, size_t *len, struct err *err)
{
	struct db *db;
	int rc;

	if (db_open(&db, NULL, DB_SCRATCH, err) < 0)
		return -1;
	rc = schema_create(db, err);
	if (rc == 0)
		rc = db_image(db, image, len, err);
	db_close(db);
	return rc;
}

int
file_create(const char *path, struct err *err)
{
	struct stat st;
	uint8_t *image;
	size_t len;
	int rc;

	if (lstat(path, &st) == 0)
		return 0;
	if (errno != ENOENT)
		return cannot("create", err);
	if (make_image(&image, &len, err) < 0)
		return -1;
	rc = publish(path, image, len, err);
	db_image_free(image);
	return rc;
}

static int
check_header(int fd, struct err *err)
{
	uint8_t h[HEADER];
	ssize_t n = pread(fd, h, sizeof(h), 0);
	uint32_t application;

	if (n < 0)
		return cannot("read", err);
	if (n == 0)
		return err_set(err, ERR_FORMAT,
		    "is empty, not an obit archive");
	if (n < HEADER || memcmp(h, MAGIC, sizeof(MAGIC)) != 0)
		return err_set(err, ERR_FORMAT, "is not an obit archive");
	application = (uint32_t)h[APPLICATION_AT] << 24 |
	    (uint32_t)h[APPLICATION_AT + 1] << 16 |
	    (uint32_t)h[APPLICATION_AT + 2] << 8 | h[APPLICATION_AT + 3];
	if (application != SCHEMA_APPLICATION)
		return err_set(err, ERR_FORMAT,
		    "is a database, but not an obit archive");
	return 0;
}

static int
check_kind(int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return cannot("read", err);
	if (S_ISDIR(st.st_mode))
		return err_set(err, ERR_FORMAT,
		    "is a folder, not an obit archive");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FORMAT, "is not a regular file");
	return check_header(fd, err);
}

/* SQLite opens what is beside the archive, and would wait for a pipe. */
static int
check_beside(const char *path, struct err *err)
{
	static const char *const suffixes[] = { "-wal", "-shm", "-journal" };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(suffixes) && rc == 0; i++) {
		char *name = join(path, suffixes[i]);
		struct stat st;

		if (lstat(name, &st) == 0 && !S_ISREG(st.st_mode))
			rc = err_set(err, ERR_FORMAT,
			    "what is beside it as its %s is no regular file",
			    suffixes[i] + 1);
		free(name);
	}
	return rc;
}

int
file_check(const char *path, struct err *err)
{
	/* Opening a pipe must not wait for its other end. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return cannot("open", err);
	rc = check_kind(fd, err);
	close(fd);
	return rc < 0 ? -1 : check_beside(path, err);
}

bool
file_is_alone(const char *path)
{
	char *wal = join(path, "-wal");
	char *journal = join(path, "-journal");
	struct stat st;
	bool alone = stat(wal, &st) < 0 && errno == ENOENT &&
	    stat(journal, &st) < 0 && errno == ENOENT;

	free(wal);
	free(journal);
	return alone;
}

static bool
has_bytes(const char *path, const char *suffix)
{
	char *name = join(path, suffix);
	struct stat st;
	bool yes = stat(name, &st) < 0 ? errno != ENOENT : st.st_size > 0;

	free(name);
	return yes;
}

bool
file_has_journal(const char *path)
{
	return has_bytes(path, "-journal");
}

bool
file_is_at_rest(const char *path)
{
	bool quiet;
	int fd;

	if (has_bytes(path, "-wal") || has_bytes(path, "-journal"))
		return false;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	quiet = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) == 0;
	if (fd >= 0)
		close(fd);
	return quiet;
}

bool
file_folder_is_writable(const char *path)
{
	char *folder = folder_of(path);
	bool writable = access(folder, W_OK) == 0;

	free(folder);
	return writable;
}

int
file_lock(int *lock, const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return cannot("write to", err);
	/* flock() and SQLite's fcntl() locks do not see each other. */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			err_set(err, ERR_SYSTEM,
			    "is being written by another process");
		else
			cannot("lock", err);
		close(fd);
		return -1;
	}
	*lock = fd;
	return 0;
}

void
file_remove(const char *path)
{
	static const char *const suffixes[] = { "-wal", "-shm", "-journal",
		"" };

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		char *name = join(path, suffixes[i]);

		unlink(name);
		free(name);
	}
}
