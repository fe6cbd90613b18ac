#include "replay/confine.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>

#include "base/err.h"

static const int refused[] = {
	/* other hosts, and sockets of other programs */
	SCMP_SYS(socket),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(pidfd_getfd),

	/* files */
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(openat2),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(creat),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),

	/* programs, which might do either */
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_writev),

	/* and a way around such a list as this one */
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
};

static const int rings[] = {
	SCMP_SYS(io_uring_setup),
};

static int
load(scmp_filter_ctx filter, const int *calls, size_t count)
{
	/* Threads that run already are to be held by it too. */
	int status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	for (size_t i = 0; status == 0 && i < count; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
		    calls[i], 0);
	return status == 0 ? seccomp_load(filter) : status;
}

static int
refuse(const int *calls, size_t count, struct err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int status = filter == NULL ? -ENOMEM : load(filter, calls, count);

	seccomp_release(filter);
	if (status == 0)
		return 0;
	errno = -status;
	return err_sys(err, "cannot confine the server with seccomp");
}

int
confine_rings(struct err *err)
{
	return refuse(rings, ARRAY_LEN(rings), err);
}

int
confine(struct err *err)
{
	return refuse(refused, ARRAY_LEN(refused), err);
}
