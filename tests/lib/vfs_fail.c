#include "tests/lib/vfs_fail.h"

#include <errno.h>
#include <stddef.h>

#include "tests/lib/vfs_shim.h"

static sqlite3_vfs shim;
static sqlite3_io_methods methods;
static unsigned calls, fail_at;
static bool full_disk, happened;

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
		vfs_real(f)->pMethods->xClose(vfs_real(f));
		return SQLITE_IOERR_CLOSE;
	}
	return vfs_real(f)->pMethods->xClose(vfs_real(f));
}

static int
my_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	if (breaks())
		return SQLITE_IOERR_READ;
	return vfs_real(f)->pMethods->xRead(vfs_real(f), p, n, at);
}

static int
my_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (fails())
		return full_disk ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	return vfs_real(f)->pMethods->xWrite(vfs_real(f), p, n, at);
}

static int
my_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (breaks())
		return SQLITE_IOERR_TRUNCATE;
	return vfs_real(f)->pMethods->xTruncate(vfs_real(f), size);
}

static int
my_sync(sqlite3_file *f, int flags)
{
	if (breaks())
		return SQLITE_IOERR_FSYNC;
	return vfs_real(f)->pMethods->xSync(vfs_real(f), flags);
}

static int
my_size(sqlite3_file *f, sqlite3_int64 *size)
{
	if (breaks())
		return SQLITE_IOERR_FSTAT;
	return vfs_real(f)->pMethods->xFileSize(vfs_real(f), size);
}

static int
my_lock(sqlite3_file *f, int level)
{
	if (breaks())
		return SQLITE_IOERR_LOCK;
	return vfs_real(f)->pMethods->xLock(vfs_real(f), level);
}

static int
my_check(sqlite3_file *f, int *out)
{
	if (breaks())
		return SQLITE_IOERR_CHECKRESERVEDLOCK;
	return vfs_real(f)->pMethods->xCheckReservedLock(vfs_real(f), out);
}

static int
my_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	if (breaks())
		return SQLITE_IOERR_SHMMAP;
	return vfs_real(f)->pMethods->xShmMap(vfs_real(f), page, size, extend,
	    out);
}

static int
my_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	if ((flags & SQLITE_SHM_LOCK) != 0 && breaks())
		return SQLITE_IOERR_SHMLOCK;
	return vfs_real(f)->pMethods->xShmLock(vfs_real(f), at, n, flags);
}

static int
my_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *out)
{
	f->pMethods = NULL;
	if (breaks())
		return SQLITE_CANTOPEN;
	return vfs_open(vfs, name, f, flags, out, &methods);
}

static int
my_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	sqlite3_vfs *below = vfs_below(vfs);

	if (breaks())
		return SQLITE_IOERR_DELETE;
	return below->xDelete(below, name, sync);
}

static int
my_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	sqlite3_vfs *below = vfs_below(vfs);

	if (breaks())
		return SQLITE_IOERR_ACCESS;
	return below->xAccess(below, name, flags, out);
}

void
vfs_fail_install(void)
{
	methods = vfs_methods();
	methods.xClose = my_close;
	methods.xRead = my_read;
	methods.xWrite = my_write;
	methods.xTruncate = my_truncate;
	methods.xSync = my_sync;
	methods.xFileSize = my_size;
	methods.xLock = my_lock;
	methods.xCheckReservedLock = my_check;
	methods.xShmMap = my_shm_map;
	methods.xShmLock = my_shm_lock;
	shim = vfs_shim("fail");
	shim.xOpen = my_open;
	shim.xDelete = my_delete;
	shim.xAccess = my_access;
	vfs_install(&shim);
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
