#include "replay/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "replay/address.h"

#define TAKE_MAX 256

int
socket_set_open(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

size_t
socket_set_take(int set, struct socket_news *out, size_t room)
{
	struct epoll_event at[TAKE_MAX];
	int count =
	    epoll_wait(set, at, room < TAKE_MAX ? (int)room : TAKE_MAX, 0);

	for (int i = 0; i < count; i++)
		out[i] = (struct socket_news){ at[i].data.ptr, at[i].events };
	return count < 0 ? 0 : (size_t)count;
}

static struct epoll_event
interest(void *owner)
{
	return (struct epoll_event){
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.ptr = owner,
	};
}

/* Where it is in the set, it can tell how the connecting ends. */
static int
begin(int fd, const struct sockaddr_storage *ss, int set, void *owner)
{
	struct epoll_event e = interest(owner);
	socklen_t len = ss->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
						  : sizeof(struct sockaddr_in);

	if (connect(fd, (const struct sockaddr *)ss, len) < 0 &&
	    errno != EINPROGRESS)
		return -1;
	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &e);
}

int
socket_connect(const struct endpoint *to, int set, void *owner)
{
	struct sockaddr_storage ss = address_sockaddr(to);
	int fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int failure;

	if (fd < 0 || begin(fd, &ss, set, owner) == 0)
		return fd;
	failure = errno;
	close(fd);
	errno = failure;
	return -1;
}

void
socket_retell(int fd, int set, void *owner)
{
	struct epoll_event e = interest(owner);

	epoll_ctl(set, EPOLL_CTL_MOD, fd, &e);
}

int
socket_error(int fd)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	return error;
}

struct endpoint
socket_local(int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return (struct endpoint){ 0 };
	return address_endpoint((struct sockaddr *)&ss);
}

void
socket_hurry(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

size_t
socket_send(int fd, struct span bytes)
{
	ssize_t n;

	do
		n = send(fd, bytes.p, bytes.len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? 0 : (size_t)n;
}

void
socket_break(int fd)
{
	shutdown(fd, SHUT_RDWR);
}

ssize_t
socket_receive(int fd, void *bytes, size_t room)
{
	ssize_t n;

	do
		n = recv(fd, bytes, room, 0);
	while (n < 0 && errno == EINTR);
	return n;
}
