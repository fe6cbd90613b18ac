/*
 * The least that a server does: wait for connections, read what came, send
 * the same 204 to each.  It looks at nothing, so a server that takes no more
 * processor time than this one has nothing left to save but system calls.
 *
 *	bare_server PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 1024

static const char answer[] = "HTTP/1.1 204 No Content\r\n"
			     "Server: bare\r\n"
			     "Date: Tue, 14 Nov 2023 22:00:00 GMT\r\n"
			     "Connection: keep-alive\r\n\r\n";
static char request[65536];

static void
watch(int epoll, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0) {
		perror("bare_server");
		exit(3);
	}
}

static void
accept_all(int epoll, int listener)
{
	int fd, on = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		watch(epoll, fd);
	}
}

static void
respond(int fd)
{
	ssize_t n = recv(fd, request, sizeof(request), 0);

	if (n <= 0 || send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) < 0)
		close(fd);
}

static int
listen_on(const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((uint16_t)atoi(port));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(fd, EVENTS) < 0) {
		perror("bare_server");
		exit(3);
	}
	return fd;
}

int
main(int argc, char **argv)
{
	static struct epoll_event events[EVENTS];
	int listener, epoll;

	if (argc != 2)
		return 2;
	listener = listen_on(argv[1]);
	epoll = epoll_create1(0);
	watch(epoll, listener);
	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++)
			if (events[i].data.fd == listener)
				accept_all(epoll, listener);
			else
				respond(events[i].data.fd);
	}
}
