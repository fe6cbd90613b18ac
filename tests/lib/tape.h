/*
 * tape.h - an archive written down in a test.  Mistakes end the process.
 *
 *	struct tape t;
 *
 *	tape_open(&t, path);
 *	tape_add(&t, "DELETE /a HTTP/1.1\r\nHost: h\r\n\r\n",
 *	    "HTTP/1.1 204 No Content\r\n\r\n");
 *	tape_rewind(&t);
 *	...t.store is open for reading...
 *	tape_close(&t);
 */
#ifndef TESTS_LIB_TAPE_H
#define TESTS_LIB_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/exchange.h"

struct recogniser;
struct rules;
struct store;

struct tape {
	const char *path;
	struct rules *rules; /* the built-in ones */
	struct recogniser *recogniser;
	struct store *store;
};

/* Begin an archive at path, which must outlive the tape. */
void tape_open(struct tape *t, const char *path);

/* An exchange in every detail that a test may care for. */
struct tape_take {
	const char *request, *response; /* NULL: there is none */
	enum reason reason;             /* if there is no response */
	flaw_set flaws;
	bool cut;         /* the response is not complete */
	int64_t delay_ns; /* from the request's end to the response */
};

uint64_t tape_put(struct tape *t, const struct tape_take *take);

/*
 * Add an exchange, both messages whole; a response of NULL was lost on the
 * way to the recorder.  Bytes of a response before its last head are
 * interim responses.
 */
uint64_t tape_add(struct tape *t, const char *request, const char *response);

/* End the recording and open the archive for reading. */
void tape_rewind(struct tape *t);

/* The file stays. */
void tape_close(struct tape *t);

#endif
