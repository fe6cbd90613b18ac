/*
 * thread.h - threads that signals leave alone.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

#include "base/base.h"

/*
 * As pthread_create(), with every signal blocked in the new thread: they are
 * for the one that was there first.  Returns 0 or an errno value.
 */
int thread_start(pthread_t *out, void *(*run)(void *arg), void *arg) MUST_CHECK;

#endif
