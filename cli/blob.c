#include "cli/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/outfile.h"

static int
cannot(const char *what, const char *path, struct err *err)
{
	bool missing = errno == ENOENT;

	err_sys(err, "%s: cannot %s it", path, what);
	if (missing)
		err->code = ERR_NOT_FOUND;
	return -1;
}

static int
read_all(FILE *f, struct buf *out, struct err *err)
{
	uint8_t chunk[4096];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		if (buf_add(out, (struct span){ chunk, n }, err) < 0)
			return -1;
	return ferror(f) ? err_sys(err, "cannot read it") : 0;
}

int
blob_read(const char *path, struct buf *out, struct err *err)
{
	FILE *f = fopen(path, "re");
	int rc;

	if (f == NULL)
		return cannot("open", path, err);
	rc = read_all(f, out, err);
	fclose(f);
	return rc < 0 ? err_prefix(err, "%s", path) : 0;
}

/* Write, sync and close. */
static int
fill(int fd, struct span data)
{
	while (data.len > 0) {
		ssize_t n = write(fd, data.p, data.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		data = span_sub(data, (size_t)n, data.len);
	}
	if (data.len > 0 || fsync(fd) < 0) {
		close(fd);
		return -1;
	}
	return close(fd);
}

int
blob_write(const char *path, struct span data, struct err *err)
{
	struct outfile o;

	if (outfile_open(&o, path, NULL, OUTFILE_SHARED, err) < 0)
		return -1;
	if (data.len > 0)
		fwrite(data.p, 1, data.len, o.f);
	return outfile_commit(&o, err);
}

int
blob_write_secret(const char *path, struct span data, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return err_set(err, ERR_EXISTS, "%s: exists already", path);
	if (fd < 0)
		return cannot("create", path, err);
	if (fill(fd, data) == 0)
		return 0;
	cannot("write", path, err);
	unlink(path);
	return -1;
}

int
blob_check_secret(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return cannot("open", path, err);
	if (st.st_mode & 077)
		return err_set(err, ERR_USAGE,
		    "%s: others may read this key; chmod 600 it", path);
	return 0;
}
