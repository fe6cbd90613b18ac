#include "replay/alarm.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include "base/err.h"

int
alarm_open(struct err *err)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	return fd < 0 ? err_sys(err, "timer") : fd;
}

void
alarm_set(int fd, int64_t when)
{
	struct itimerspec t = { 0 };

	if (when < 1)
		when = 1; /* zero would disarm it */
	t.it_value.tv_sec = when / 1000000000;
	t.it_value.tv_nsec = when % 1000000000;
	timerfd_settime(fd, TFD_TIMER_ABSTIME, &t, NULL);
}

void
alarm_quiet(int fd)
{
	uint64_t times;

	while (read(fd, &times, sizeof(times)) > 0)
		continue;
}
