/*
 * What a socket alone can do: connect, write a request, read the answer,
 * close; one after another, N times.  Prints how many in a second.
 *
 *	bare PORT N METHOD PATH
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
once(const struct sockaddr_in *to, const char *request, size_t len)
{
	char answer[4096];
	int fd = socket(AF_INET, SOCK_STREAM, 0), good;

	good = fd >= 0 &&
	    connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0 &&
	    write(fd, request, len) == (ssize_t)len &&
	    read(fd, answer, sizeof(answer)) > 0;
	close(fd);
	return good;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	char request[4096];
	double begun;
	long count;
	int len;

	if (argc != 5)
		return 2;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons((uint16_t)atoi(argv[1]));
	count = atol(argv[2]);
	len = snprintf(request, sizeof(request),
	    "%s %s HTTP/1.1\r\nHost: h\r\n\r\n", argv[3], argv[4]);
	begun = now();
	for (long i = 0; i < count; i++)
		if (!once(&to, request, (size_t)len)) {
			perror("bare");
			return 3;
		}
	printf("%.0f\n", (double)count / (now() - begun));
	return 0;
}
