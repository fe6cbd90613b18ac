#include "tests/lib/vfs_fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* in the bytes that follow */
};

static sqlite3_vfs shim;
static unsigned calls, fail_at;
static bool full_disk, happened;

static sqlite3_file *
real(sqlite3_file *f)
{
	return ((struct file *)(void *)f)->real;
}

static bool
fails(void)
{
	calls++;
	if (fail_at == 0 || calls < fail_at || (calls > fail_at && !full_disk))
		return false;
	happened = true;
	errno = full_disk ? ENOSPC : EIO;
	return true;
}

/* Of calls that a full disk lets through. */
static bool
breaks(void)
{
	return !full_disk && fails();
}

static int
my_close(sqlite3_file *f)
{
	if (breaks()) {
		/* Closed it is all the same, as close(2) has it. */
		real(f)->pMethods->xClose(real(f));
		return SQLITE_IOERR_CLOSE;
	}
	return real(f)->pMethods->xClose(real(f));
}

static int
my_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	if (breaks())
		return SQLITE_IOERR_READ;
	return real(f)->pMethods->xRead(real(f), p, n, at);
}

static int
my_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (fails())
		return full_disk ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	return real(f)->pMethods->xWrite(real(f), p, n, at);
}

static int
my_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (breaks())
		return SQLITE_IOERR_TRUNCATE;
	return real(f)->pMethods->xTruncate(real(f), size);
}

static int
my_sync(sqlite3_file *f, int flags)
{
	if (breaks())
		return SQLITE_IOERR_FSYNC;
	return real(f)->pMethods->xSync(real(f), flags);
}

static int
my_size(sqlite3_file *f, sqlite3_int64 *size)
{
	if (breaks())
		return SQLITE_IOERR_FSTAT;
	return real(f)->pMethods->xFileSize(real(f), size);
}

static int
my_lock(sqlite3_file *f, int level)
{
	if (breaks())
		return SQLITE_IOERR_LOCK;
	return real(f)->pMethods->xLock(real(f), level);
}

static int
my_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int
my_check(sqlite3_file *f, int *out)
{
	if (breaks())
		return SQLITE_IOERR_CHECKRESERVEDLOCK;
	return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

static int
my_control(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int
my_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
my_device(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int
my_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	if (breaks())
		return SQLITE_IOERR_SHMMAP;
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}

static int
my_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	if ((flags & SQLITE_SHM_LOCK) != 0 && breaks())
		return SQLITE_IOERR_SHMLOCK;
	return real(f)->pMethods->xShmLock(real(f), at, n, flags);
}

static void
my_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int
my_shm_unmap(sqlite3_file *f, int gone)
{
	return real(f)->pMethods->xShmUnmap(real(f), gone);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = my_close,
	.xRead = my_read,
	.xWrite = my_write,
	.xTruncate = my_truncate,
	.xSync = my_sync,
	.xFileSize = my_size,
	.xLock = my_lock,
	.xUnlock = my_unlock,
	.xCheckReservedLock = my_check,
	.xFileControl = my_control,
	.xSectorSize = my_sector,
	.xDeviceCharacteristics = my_device,
	.xShmMap = my_shm_map,
	.xShmLock = my_shm_lock,
	.xShmBarrier = my_shm_barrier,
	.xShmUnmap = my_shm_unmap,
};

static int
my_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *out)
{
	struct file *file = (struct file *)(void *)f;
	sqlite3_vfs *below = vfs->pAppData;
	int rc;

	memset(file, 0, sizeof(*file));
	if (breaks())
		return SQLITE_CANTOPEN;
	file->real = (sqlite3_file *)(void *)(file + 1);
	rc = below->xOpen(below, name, file->real, flags, out);
	if (rc == SQLITE_OK)
		file->base.pMethods = &methods;
	return rc;
}

static int
my_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	sqlite3_vfs *below = vfs->pAppData;

	if (breaks())
		return SQLITE_IOERR_DELETE;
	return below->xDelete(below, name, sync);
}

static int
my_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	sqlite3_vfs *below = vfs->pAppData;

	if (breaks())
		return SQLITE_IOERR_ACCESS;
	return below->xAccess(below, name, flags, out);
}

void
vfs_fail_install(void)
{
	sqlite3_vfs *below = sqlite3_vfs_find(NULL);

	shim = *below;
	shim.pNext = NULL;
	shim.zName = "fail";
	shim.pAppData = below;
	shim.xOpen = my_open;
	shim.xDelete = my_delete;
	shim.xAccess = my_access;
	shim.szOsFile += (int)sizeof(struct file);
	if (sqlite3_vfs_register(&shim, 1) != SQLITE_OK)
		abort();
}

void
vfs_fail_at(unsigned n, bool full)
{
	calls = 0;
	fail_at = n;
	full_disk = full;
	happened = false;
}

bool
vfs_fail_happened(void)
{
	return happened;
}
