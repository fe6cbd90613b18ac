/*
 * folder.h - a folder of its own for one test.
 */
#ifndef TESTS_LIB_FOLDER_H
#define TESTS_LIB_FOLDER_H

/* Make an empty folder; a test has one at a time. */
void folder_enter(void);

/* The path of a file in it; valid until the eighth call after this one. */
const char *folder_path(const char *name);

/* How many files are in it. */
int folder_count(void);

/* Remove it with its files. */
void folder_leave(void);

#endif
