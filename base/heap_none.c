#include "base/heap.h"

/* A malloc() without mallopt(), as that of musl, never does anything else. */
void
heap_map_large(void)
{
}
