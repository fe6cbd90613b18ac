/*
 * vfs_shim.h - a file system for SQLite that passes everything on to the one
 * below, but for the functions that a test puts in their place.
 */
#ifndef TESTS_LIB_VFS_SHIM_H
#define TESTS_LIB_VFS_SHIM_H

#include <sqlite3.h>

/* An open file of the shim. */
struct vfs_file {
	sqlite3_file base;
	sqlite3_file *real; /* in the bytes that follow */
	void *own;          /* whatever the test wants to know of it */
};

/* Of a file with vfs_methods(), or with methods made from it. */
struct vfs_file *vfs_file(sqlite3_file *f);
sqlite3_file *vfs_real(sqlite3_file *f);

/* Methods that pass everything on. */
sqlite3_io_methods vfs_methods(void);

/* xOpen of the one below; f gets these methods. */
int vfs_open(sqlite3_vfs *shim, const char *name, sqlite3_file *f, int flags,
    int *out, const sqlite3_io_methods *methods);

/* The file system below. */
sqlite3_vfs *vfs_below(const sqlite3_vfs *shim);

/* Make a shim in front of the default one, to be changed and installed. */
sqlite3_vfs vfs_shim(const char *name);

/* It is the default for this process, for good. */
void vfs_install(sqlite3_vfs *shim);

#endif
