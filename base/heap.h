/*
 * heap.h - how malloc() deals with large blocks.
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

/*
 * Let each large block be a mapping of its own, from now on and for good: it
 * grows without a copy, and what it took goes back when it is freed.
 * Otherwise glibc stops to do so once such a block was freed.
 */
void heap_map_large(void);

#endif
