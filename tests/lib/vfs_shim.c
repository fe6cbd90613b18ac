#include "tests/lib/vfs_shim.h"

#include <stdlib.h>

struct vfs_file *
vfs_file(sqlite3_file *f)
{
	return (struct vfs_file *)(void *)f;
}

sqlite3_file *
vfs_real(sqlite3_file *f)
{
	return vfs_file(f)->real;
}

static int
pass_close(sqlite3_file *f)
{
	return vfs_real(f)->pMethods->xClose(vfs_real(f));
}

static int
pass_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return vfs_real(f)->pMethods->xRead(vfs_real(f), p, n, at);
}

static int
pass_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	return vfs_real(f)->pMethods->xWrite(vfs_real(f), p, n, at);
}

static int
pass_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return vfs_real(f)->pMethods->xTruncate(vfs_real(f), size);
}

static int
pass_sync(sqlite3_file *f, int flags)
{
	return vfs_real(f)->pMethods->xSync(vfs_real(f), flags);
}

static int
pass_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return vfs_real(f)->pMethods->xFileSize(vfs_real(f), size);
}

static int
pass_lock(sqlite3_file *f, int level)
{
	return vfs_real(f)->pMethods->xLock(vfs_real(f), level);
}

static int
pass_unlock(sqlite3_file *f, int level)
{
	return vfs_real(f)->pMethods->xUnlock(vfs_real(f), level);
}

static int
pass_check(sqlite3_file *f, int *out)
{
	return vfs_real(f)->pMethods->xCheckReservedLock(vfs_real(f), out);
}

static int
pass_control(sqlite3_file *f, int op, void *arg)
{
	return vfs_real(f)->pMethods->xFileControl(vfs_real(f), op, arg);
}

static int
pass_sector(sqlite3_file *f)
{
	return vfs_real(f)->pMethods->xSectorSize(vfs_real(f));
}

static int
pass_device(sqlite3_file *f)
{
	return vfs_real(f)->pMethods->xDeviceCharacteristics(vfs_real(f));
}

static int
pass_shm_map(sqlite3_file *f, int page, int size, int extend,
    void volatile **out)
{
	return vfs_real(f)->pMethods->xShmMap(vfs_real(f), page, size, extend,
	    out);
}

static int
pass_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return vfs_real(f)->pMethods->xShmLock(vfs_real(f), at, n, flags);
}

static void
pass_shm_barrier(sqlite3_file *f)
{
	vfs_real(f)->pMethods->xShmBarrier(vfs_real(f));
}

static int
pass_shm_unmap(sqlite3_file *f, int gone)
{
	return vfs_real(f)->pMethods->xShmUnmap(vfs_real(f), gone);
}

sqlite3_io_methods
vfs_methods(void)
{
	return (sqlite3_io_methods){
		.iVersion = 2,
		.xClose = pass_close,
		.xRead = pass_read,
		.xWrite = pass_write,
		.xTruncate = pass_truncate,
		.xSync = pass_sync,
		.xFileSize = pass_size,
		.xLock = pass_lock,
		.xUnlock = pass_unlock,
		.xCheckReservedLock = pass_check,
		.xFileControl = pass_control,
		.xSectorSize = pass_sector,
		.xDeviceCharacteristics = pass_device,
		.xShmMap = pass_shm_map,
		.xShmLock = pass_shm_lock,
		.xShmBarrier = pass_shm_barrier,
		.xShmUnmap = pass_shm_unmap,
	};
}

int
vfs_open(sqlite3_vfs *shim, const char *name, sqlite3_file *f, int flags,
    int *out, const sqlite3_io_methods *methods)
{
	struct vfs_file *file = vfs_file(f);
	sqlite3_vfs *below = vfs_below(shim);
	int rc;

	file->real = (sqlite3_file *)(void *)(file + 1);
	rc = below->xOpen(below, name, file->real, flags, out);
	if (rc == SQLITE_OK)
		file->base.pMethods = methods;
	return rc;
}

sqlite3_vfs *
vfs_below(const sqlite3_vfs *shim)
{
	return shim->pAppData;
}

sqlite3_vfs
vfs_shim(const char *name)
{
	sqlite3_vfs *below = sqlite3_vfs_find(NULL), shim = *below;

	shim.pNext = NULL;
	shim.zName = name;
	shim.pAppData = below;
	shim.szOsFile += (int)sizeof(struct vfs_file);
	return shim;
}

void
vfs_install(sqlite3_vfs *shim)
{
	if (sqlite3_vfs_register(shim, 1) != SQLITE_OK)
		abort();
}
