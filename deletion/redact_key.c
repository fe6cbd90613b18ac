#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "deletion/redact.h"

_Static_assert(REDACT_KEY_SIZE <= 256, "getrandom() gives that much at once");

static int
check_file(int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FORMAT, "not a regular file");
	if ((st.st_mode & 077) != 0)
		return err_set(err, ERR_FORMAT,
		    "others may read or change this key (mode %04o); it "
		    "should be 0600",
		    (unsigned)st.st_mode & 07777);
	if (st.st_size != REDACT_KEY_SIZE)
		return err_set(err, ERR_FORMAT,
		    "not a fingerprint key: %lld bytes instead of %d",
		    (long long)st.st_size, REDACT_KEY_SIZE);
	return 0;
}

static int
read_key(int fd, uint8_t key[REDACT_KEY_SIZE], struct err *err)
{
	ssize_t n;

	if (check_file(fd, err) < 0)
		return -1;
	n = pread(fd, key, REDACT_KEY_SIZE, 0);
	if (n < 0)
		return err_sys(err, "read");
	if (n != REDACT_KEY_SIZE)
		return err_set(err, ERR_FORMAT, "the key is cut");
	return 0;
}

/* 1 if the key was read, 0 if there is none. */
static int
load(uint8_t key[REDACT_KEY_SIZE], const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_sys(err, "%s", path);
	rc = read_key(fd, key, err);
	close(fd);
	return rc < 0 ? err_prefix(err, "%s", path) : 1;
}

/* Make the folders above path that are missing. */
static int
make_folders(const char *path, struct err *err)
{
	char folder[PATH_MAX];

	if (strlen(path) >= sizeof(folder))
		return err_set(err, ERR_LIMIT, "path too long");
	strcpy(folder, path);
	for (char *p = strchr(folder + 1, '/'); p != NULL;
	     p = strchr(p + 1, '/')) {
		*p = 0;
		if (mkdir(folder, 0700) < 0 && errno != EEXIST &&
		    errno != EISDIR && errno != EROFS)
			return err_sys(err, "mkdir %s", folder);
		*p = '/';
	}
	return 0;
}

static int
write_new(int fd, struct err *err)
{
	uint8_t key[REDACT_KEY_SIZE];
	ssize_t n = getrandom(key, sizeof(key), 0);

	if (n == sizeof(key))
		n = write(fd, key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	if (n < 0)
		return err_sys(err, "new key");
	if (n != sizeof(key))
		return err_set(err, ERR_SYSTEM, "new key: short write");
	return fsync(fd) < 0 ? err_sys(err, "new key: fsync") : 0;
}

/*
 * A link appears at once and never over another one, so whoever reads the
 * file sees a whole key, and of two processes the first decides.
 */
static int
create(const char *path, struct err *err)
{
	char temporary[PATH_MAX];
	int fd, rc;

	if (make_folders(path, err) < 0)
		return -1;
	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
	    (int)sizeof(temporary))
		return err_set(err, ERR_LIMIT, "path too long");
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "new key");
	rc = write_new(fd, err);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(err, "new key: close");
	if (rc == 0 && link(temporary, path) < 0 && errno != EEXIST)
		rc = err_sys(err, "new key: link");
	unlink(temporary);
	return rc;
}

int
redact_key_load(uint8_t key[REDACT_KEY_SIZE], const char *path, struct err *err)
{
	int rc = load(key, path, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (create(path, err) < 0)
		return err_prefix(err, "%s", path);
	rc = load(key, path, err);
	if (rc == 0)
		return err_set(err, ERR_SYSTEM, "%s: vanished", path);
	return rc < 0 ? -1 : 0;
}
