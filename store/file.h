/*
 * file.h - the archive as a file: made whole, told apart, locked, removed.
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <stdbool.h>

#include "base/base.h"

struct err;

/*
 * Make an archive without recordings at path: 1 if it was made, 0 if there
 * was something already.  The file appears whole or not at all, with mode
 * 0600 whatever the umask.  Errors: ERR_SYSTEM.
 */
int file_create(const char *path, struct err *err) MUST_CHECK;

/*
 * Look at the file before SQLite does.  Errors: ERR_NOT_FOUND, ERR_SYSTEM,
 * ERR_FORMAT for a directory, an empty file or another kind of file.
 */
int file_check(const char *path, struct err *err) MUST_CHECK;

/*
 * Give a closed archive the name path, which is durable afterwards: 1, 0 if
 * the name is taken, -1 with errno.  The old name may stay as well.
 */
int file_put_in_place(const char *from, const char *path) MUST_CHECK;

/* Is there no journal beside it? */
bool file_is_alone(const char *path);

/* Is there a journal beside it that may have to be undone? */
bool file_has_journal(const char *path);

/*
 * Is nothing of the archive in a journal (which may exist), and nobody
 * writing to it now?
 */
bool file_is_at_rest(const char *path);

/* May files be made beside it? */
bool file_folder_is_writable(const char *path);

/*
 * Become the only writer; *lock stays open for as long.  Errors:
 * ERR_SYSTEM, also if another process is the writer.
 */
int file_lock(int *lock, const char *path, struct err *err) MUST_CHECK;

/* Remove the file and what SQLite put beside it. */
void file_remove(const char *path);

#endif
