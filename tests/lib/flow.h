/*
 * flow.h - a conversation over TCP, written as text.
 *
 * tests/flows/README.md describes the format.  A struct flow is what both
 * sides sent, in order, and what the capture lacks of it; it knows nothing
 * of packets.  wire.h turns it into those.
 *
 *	> DELETE /a HTTP/1.1
 *	> Host: a.example
 *	>
 *	< HTTP/1.1 204 No Content
 *	<
 */
#ifndef TESTS_LIB_FLOW_H
#define TESTS_LIB_FLOW_H

#include "base/arena.h"
#include "base/base.h"

struct err;

enum flow_side {
	FLOW_CLIENT,
	FLOW_SERVER,
};

enum flow_kind {
	FLOW_DATA,  /* bytes that are captured */
	FLOW_GAP,   /* len bytes that no captured packet has */
	FLOW_SNAP,  /* len bytes of a packet captured without its payload */
	FLOW_CLOSE, /* a FIN */
	FLOW_RESET, /* a RST */
};

struct flow_event {
	enum flow_kind kind;
	enum flow_side side;
	size_t connection; /* index into flow.connections */
	int64_t at;        /* ns since the first packet; 0: at once */
	struct span bytes; /* FLOW_DATA: all that was sent in one go */
	size_t len;        /* FLOW_GAP, FLOW_SNAP */

	/*
	 * FLOW_DATA: a second, different copy of the bytes from conflict_at
	 * on, seen while the first byte of all is still on its way.  Absent
	 * if there is none.
	 */
	struct span conflict;
	size_t conflict_at;
	bool swapped; /* captured before the event that it follows */
};

struct flow_connection {
	struct span name;
	size_t ports;   /* the connection whose addresses it uses */
	bool midstream; /* the capture lacks the handshake */
	bool fast_open; /* the client's first bytes are in its SYN */
	bool open;      /* still open when the capture ends */
	bool seen[2];   /* the capture has packets of this side */
};

#define FLOW_MAX_CONNECTIONS 64

struct flow {
	struct arena arena;
	struct flow_connection connections[FLOW_MAX_CONNECTIONS];
	size_t connection_count;
	struct flow_event *events; /* owned */
	size_t event_count;
	bool uncut; /* a run stays one packet: its boundaries matter */
};

#define FLOW_INIT ((struct flow){ .arena = ARENA_INIT })

/*
 * Read a conversation; name stands in messages.  Errors: ERR_FORMAT with
 * "name:line: " in front.
 */
int flow_parse(struct flow *f, const char *name, struct span text,
    struct err *err) MUST_CHECK;

/* The same from a file.  Errors: also ERR_SYSTEM. */
int flow_read(struct flow *f, const char *path, struct err *err) MUST_CHECK;

void flow_release(struct flow *f);

#endif
