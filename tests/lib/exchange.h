/*
 * exchange.h - an exchange from the text of its two messages.
 *
 * For tests that need an exchange without a capture.  Line ends in heads
 * may be LF alone; bodies are taken as they are.
 */
#ifndef TESTS_LIB_EXCHANGE_H
#define TESTS_LIB_EXCHANGE_H

#include "http/exchange.h"

/*
 * A complete exchange of a request and a response; the response may be
 * absent.  A body shorter than its Content-Length makes its message
 * incomplete.  Aborts the test if a head does not parse.  Times: the
 * request at second 1, the response at second 2.  Owned by the caller.
 */
struct exchange *exchange_of_text(struct span request, struct span response);

/* The same of two strings; response may be NULL. */
struct exchange *exchange_of_strings(const char *request, const char *response);

/* The contents of a file below top_srcdir, in the arena; absent if there is
 * no such file. */
struct span file_of_tests(const char *path, struct arena *arena);

#endif
