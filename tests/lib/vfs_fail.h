/*
 * vfs_fail.h - a file system for SQLite that fails one call.
 */
#ifndef TESTS_LIB_VFS_FAIL_H
#define TESTS_LIB_VFS_FAIL_H

#include <stdbool.h>

/* Put it in front of the system's, for this process and for good. */
void vfs_fail_install(void);

/*
 * Fail call n, from 1, of those that open, read, write, sync, truncate,
 * lock, map, delete, look or close; if the disk is to be full, of those that
 * write, and all of them that follow.  0 fails none.
 */
void vfs_fail_at(unsigned n, bool full);

/* Was a call failed since? */
bool vfs_fail_happened(void);

#endif
