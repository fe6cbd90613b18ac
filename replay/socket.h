/*
 * socket.h - TCP sockets of a client, none of which ever waits, and sets of
 * them that say what can be done now.
 *
 * A set tells of a change once (EPOLLET): whoever is told that there is
 * something to read reads until there is no more, or calls socket_retell().
 * So a connection costs one call of epoll_ctl(2) in its life where a stream of
 * libuv needs four, of the dozen calls that a deletion is made of.
 */
#ifndef REPLAY_SOCKET_H
#define REPLAY_SOCKET_H

#include <stddef.h>
#include <sys/epoll.h>

#include "base/base.h"
#include "base/span.h"
#include "http/exchange.h"

/* What can be done, or has happened. */
#define SOCKET_WRITE EPOLLOUT
#define SOCKET_ENDED (EPOLLRDHUP | EPOLLHUP | EPOLLERR)
#define SOCKET_READ  (EPOLLIN | SOCKET_ENDED)

struct socket_news {
	void *owner;
	uint32_t what; /* SOCKET_ bits */
};

/* A new set, or -1 with errno. */
int socket_set_open(void);

/* What is new of up to room sockets; never waits. */
size_t socket_set_take(int set, struct socket_news *out, size_t room);

/*
 * Begin to connect to an address, in a set.  When it can be written to, or
 * has ended, that is known; see socket_error().  Return it, or -1 with errno.
 */
int socket_connect(const struct endpoint *to, int set, void *owner);

/* Tell of all that can be done with it once more. */
void socket_retell(int fd, int set, void *owner);

/* The errno that it failed with, or 0. */
int socket_error(int fd);

/* Our own address. */
struct endpoint socket_local(int fd);

/* Send what is written at once, not with what follows. */
void socket_hurry(int fd);

/* How many bytes the kernel took; an error is told by the set. */
size_t socket_send(int fd, struct span bytes);

/* Neither side says any more; the set tells of that. */
void socket_break(int fd);

/*
 * Bytes that have come; 0 at the end of the stream.  -1 with errno: EAGAIN if
 * there are none now.
 */
ssize_t socket_receive(int fd, void *bytes, size_t room);

#endif
