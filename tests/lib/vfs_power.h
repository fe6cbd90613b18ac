/*
 * vfs_power.h - a file system for SQLite whose power is cut.
 *
 * What was written is sure to be on the disk only once it was synced.
 * Until then any part of it may be, in any order: each write by itself,
 * and of a write each sector by itself.
 */
#ifndef TESTS_LIB_VFS_POWER_H
#define TESTS_LIB_VFS_POWER_H

#include <stdbool.h>

/* Put it in front of the system's, for this process and for good. */
void vfs_power_install(void);

/*
 * Forget all files, and cut the power at event n from 1: the n-th call that
 * writes, syncs, truncates or deletes, and every call after it, fails.  0
 * cuts it never.
 */
void vfs_power_start(unsigned n);

/* Was it cut? */
bool vfs_power_is_cut(void);

enum vfs_power_luck {
	LUCK_NONE,    /* nothing that was not synced is there */
	LUCK_WRITES,  /* some writes, but those as a whole */
	LUCK_SECTORS, /* some sectors of them */
	LUCK_ALL,     /* everything */
	LUCK_COUNT,
};

/*
 * Put on the disk what is left, and give power.  What is left to luck is
 * drawn with rand().
 */
void vfs_power_back(enum vfs_power_luck luck);

#endif
