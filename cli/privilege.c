#include "cli/privilege.h"

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"

/* What is returned lasts until the next call. */
static struct passwd *
find(const char *user, struct err *err)
{
	struct passwd *pw = getpwnam(user);

	if (pw == NULL)
		err_set(err, ERR_USAGE, "--user: no user \"%s\"", user);
	else if (pw->pw_uid == 0)
		err_set(err, ERR_USAGE,
		    "--user: \"%s\" has all rights; name another user", user);
	else
		return pw;
	return NULL;
}

int
privilege_check(const char *user, struct err *err)
{
	return find(user, err) != NULL ? 0 : -1;
}

/* Is there no way back? */
static bool
is_dropped(const struct passwd *pw)
{
	return setuid(0) < 0 && seteuid(0) < 0 && getuid() == pw->pw_uid &&
	    geteuid() == pw->pw_uid && getgid() == pw->pw_gid &&
	    getegid() == pw->pw_gid;
}

int
privilege_drop(const char *user, struct err *err)
{
	struct passwd *pw = find(user, err);

	if (pw == NULL)
		return -1;
	if (getuid() == pw->pw_uid && geteuid() == pw->pw_uid)
		return 0;
	/* Groups first: only root can change them. */
	if (initgroups(pw->pw_name, pw->pw_gid) < 0 || setgid(pw->pw_gid) < 0 ||
	    setuid(pw->pw_uid) < 0)
		return err_sys(err, "cannot become user \"%s\"", user);
	if (!is_dropped(pw))
		return err_set(err, ERR_SYSTEM,
		    "became user \"%s\", but could go back", user);
	if (setenv("HOME", pw->pw_dir, 1) < 0)
		return err_sys(err, "cannot set HOME");
	return 0;
}
