/*
 * An archive of KEYS deletions with ANSWERS different answers each, for
 * tests and benchmarks of serve:
 *
 *	make_archive ARCHIVE KEYS ANSWERS [empty]
 *
 * The answer number N, from 0, of DELETE /v1/p/instances/i-K is a 200 whose
 * body has "key":K and "number":N, in the order of the numbers, or a 204
 * with the header X-Key: K.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/tape.h"

static void
add(struct tape *t, unsigned long key, const char *response)
{
	char request[256];

	snprintf(request, sizeof(request),
	    "DELETE /v1/p/instances/i-%lu HTTP/1.1\r\n"
	    "Host: ecs.example.com\r\n"
	    "User-Agent: make_archive\r\n\r\n",
	    key);
	tape_add(t, request, response);
}

static void
add_full(struct tape *t, unsigned long key, unsigned long number)
{
	char body[512], response[1024];

	snprintf(body, sizeof(body),
	    "{\"key\":%lu,\"number\":%lu,\"job\":{\"status\":\"running\","
	    "\"begin_time\":\"2026-11-20T10:00:00Z\","
	    "\"entities\":{\"server\":\"i-%lu\",\"sub_jobs\":[]}}}",
	    key, number, key);
	snprintf(response, sizeof(response),
	    "HTTP/1.1 200 OK\r\n"
	    "Date: Fri, 20 Nov 2026 10:00:00 GMT\r\n"
	    "Content-Type: application/json\r\n"
	    "X-Request-Id: 0000%016lx%08lx\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    key * 2654435761UL, number, strlen(body), body);
	add(t, key, response);
}

static void
add_empty(struct tape *t, unsigned long key, unsigned long number)
{
	char response[256];

	(void)number;
	snprintf(response, sizeof(response),
	    "HTTP/1.1 204 No Content\r\n"
	    "Date: Fri, 20 Nov 2026 10:00:00 GMT\r\n"
	    "X-Key: %lu\r\n\r\n",
	    key);
	add(t, key, response);
}

int
main(int argc, char **argv)
{
	bool empty = argc == 5 && strcmp(argv[4], "empty") == 0;
	unsigned long keys, answers;
	struct tape t;

	if (argc != 4 + empty) {
		fprintf(stderr,
		    "usage: make_archive ARCHIVE KEYS ANSWERS [empty]\n");
		return 2;
	}
	keys = strtoul(argv[2], NULL, 10);
	answers = strtoul(argv[3], NULL, 10);
	tape_open(&t, argv[1]);
	for (unsigned long number = 0; number < answers; number++)
		for (unsigned long key = 0; key < keys; key++)
			(empty ? add_empty : add_full)(&t, key, number);
	tape_rewind(&t);
	tape_close(&t);
	return 0;
}
