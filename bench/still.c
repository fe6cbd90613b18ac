/*
 * How long does a core stand still, because a hypervisor runs others on it?
 * Wakes every millisecond with the priority of real time, so that nothing of
 * this system can be before it.  Prints after SIGTERM how often it woke more
 * than 2 ms late, and for how long it had been standing in all.
 *
 *	still CORE
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MS 1000000L

static volatile sig_atomic_t over;

static void
on_end(int signo)
{
	(void)signo;
	over = 1;
}

static long
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

int
main(int argc, char **argv)
{
	struct sched_param first = { .sched_priority = 1 };
	struct timespec nap = { 0, MS };
	struct sigaction act = { .sa_handler = on_end };
	cpu_set_t core;
	unsigned count = 0;
	long sum = 0;

	if (argc != 2)
		return 2;
	CPU_ZERO(&core);
	CPU_SET(atoi(argv[1]), &core);
	sigaction(SIGTERM, &act, NULL);
	if (sched_setaffinity(0, sizeof(core), &core) < 0 ||
	    sched_setscheduler(0, SCHED_FIFO, &first) < 0) {
		perror("still");
		return 3;
	}
	while (!over) {
		long from = now(), late;

		nanosleep(&nap, NULL);
		late = now() - from - MS;
		if (late > 2 * MS) {
			count++;
			sum += late;
		}
	}
	printf("%u %ld\n", count, sum / MS);
	return 0;
}
