/*
 * own.h - answers that are the server's own, not recorded ones.
 */
#ifndef REPLAY_OWN_H
#define REPLAY_OWN_H

#include <stdbool.h>

#include "base/span.h"

struct arena;

/* The words for a status that the server gives itself. */
const char *own_phrase(int status);

struct own {
	int status;
	const char *what; /* "miss", "refused", "failed": the field X-Obit */
	struct span text; /* JSON */
	bool head_only;   /* the text is announced, and left off */
	bool last;        /* the connection ends with it */
};

/* All bytes of it, in the arena. */
struct span own_answer(const struct own *own, struct arena *arena);

/* The JSON of a refusal, in the arena; why is NULL if that is not known. */
struct span own_refusal(int status, const char *why, struct arena *arena);

/* What a client that asked for a tunnel gets (RFC 9110, section 9.3.6). */
struct span own_tunnel(void);

#endif
