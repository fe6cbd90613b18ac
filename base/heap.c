#include "base/heap.h"

#include <malloc.h>

#define LARGE (128 * 1024)

void
heap_map_large(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, LARGE);
}
