/*
 * privilege.h - give up the rights of root for good.
 */
#ifndef CLI_PRIVILEGE_H
#define CLI_PRIVILEGE_H

#include "base/base.h"

struct err;

/*
 * Is there a user of that name, who is not root?  Errors: ERR_USAGE.
 */
int privilege_check(const char *user, struct err *err) MUST_CHECK;

/*
 * Become the user, with the user's groups and home folder, in a way that
 * cannot be taken back, and make sure of that.  Nothing to do if the process
 * is the user already.  To be called before there are threads.  Errors:
 * ERR_SYSTEM, ERR_USAGE as above.
 */
int privilege_drop(const char *user, struct err *err) MUST_CHECK;

#endif
