#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"

static int
temporary(struct err *err)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	int fd;

	if (folder == NULL || folder[0] == '\0')
		folder = "/var/tmp";
	if (snprintf(path, sizeof(path), "%s/obit-XXXXXX", folder) >=
	    (int)sizeof(path))
		return err_set(err, ERR_SYSTEM, "TMPDIR: %s",
		    "File name too long");
	if ((fd = mkostemp(path, O_CLOEXEC)) < 0)
		return err_sys(err, "%s", path);
	unlink(path);
	return fd;
}

/* Without the room a write to the mapping would be a signal. */
static int
reserve(int fd, size_t len, struct err *err)
{
	int rc = posix_fallocate(fd, 0, (off_t)len);

	if (rc == 0)
		return 0;
	errno = rc;
	return err_sys(err, "cannot keep %zu MiB in a temporary file",
	    len >> 20);
}

static int
map(struct spool *s, int flags, int fd, struct err *err)
{
	void *p = mmap(NULL, s->len, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		return err_sys(err, "cannot map %zu bytes", s->len);
	s->p = p;
	return 0;
}

int
spool_open(struct spool *s, size_t len, struct err *err)
{
	int fd, rc;

	*s = (struct spool){ .len = len > 0 ? len : 1 };
	if (len < SPOOL_FILE)
		return map(s, MAP_PRIVATE | MAP_ANONYMOUS, -1, err);
	if ((fd = temporary(err)) < 0)
		return -1;
	rc = reserve(fd, len, err);
	if (rc == 0)
		rc = map(s, MAP_SHARED, fd, err);
	close(fd);
	return rc;
}

void
spool_close(struct spool *s)
{
	if (s->p != NULL)
		munmap(s->p, s->len);
	s->p = NULL;
}
