#include "tests/lib/peer.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"

bool
peer_send(struct peer *p, struct span bytes, void (*done)(void *), void *owner)
{
	struct err err;

	assert(!p->pending && !p->waiting);
	if (buf_add(&p->out, bytes, &err) < 0)
		abort();
	if (p->stuck) {
		p->pending = true;
		p->done = done;
		p->owner = owner;
		return false;
	}
	if (done != NULL)
		done(owner);
	return true;
}

void
peer_read(struct peer *p)
{
	if (p->pending && p->done != NULL)
		p->done(p->owner);
	p->pending = false;
}

void
peer_finish(struct peer *p)
{
	p->finished = true;
}

void
peer_reset(struct peer *p)
{
	p->reset = true;
}

void
peer_wait(struct peer *p, uint64_t ms)
{
	assert(!p->waiting);
	p->waiting = true;
	p->wait_ms = ms;
}

void
peer_sniff(struct peer *p)
{
	p->sniffs = true;
}

void
peer_batch(struct peer *p)
{
	(void)p;
}

bool
peer_is_surplus(const struct peer *p)
{
	return p->surplus;
}

void
peer_deadline(struct peer *p, unsigned seconds)
{
	(void)p;
	assert(seconds > 0);
}

struct loop *
peer_loop(const struct peer *p)
{
	return (struct loop *)(uintptr_t)p;
}

bool
loop_is_stopping(const struct loop *l)
{
	return ((const struct peer *)l)->stopping;
}

void
peer_release(struct peer *p)
{
	peer_read(p);
	buf_release(&p->out);
}
