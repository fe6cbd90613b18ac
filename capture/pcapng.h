/*
 * pcapng.h - read the pcapng format (draft-ietf-opsawg-pcapng).
 *
 * Our own block reader, because libpcap refuses files with several link
 * types and rounds times.  Read: section headers of both byte orders,
 * interface descriptions (link type, if_tsresol, if_tsoffset), enhanced,
 * simple and obsolete packets, and the drop counters of interface
 * statistics.  Every other block, the embedded TLS secrets among them, is
 * passed over, whatever its length, without being held in memory.
 */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include "base/base.h"
#include "base/span.h"

struct err;
struct frame;
struct input;
struct pcapng_interface;

#define PCAPNG_MAX_INTERFACES 65536 /* of one section */

struct pcapng {
	bool little;                         /* byte order of the section */
	struct pcapng_interface *interfaces; /* of the section; owned */
	size_t count, cap;
	uint64_t kernel_drops, interface_drops; /* of sections before */
	int64_t last;                           /* time of the last frame */
};

#define PCAPNG_INIT ((struct pcapng){ 0 })

bool pcapng_is_magic(struct span head);

/*
 * Get the next frame: 1, 0 at the end, -1 on an error.  *cut is set if the
 * input ends inside a block; out->bytes lasts until the next call.  A
 * simple packet has no time and gets that of the frame before it; times
 * before 1970 become 0.  Errors: ERR_FORMAT with the block's offset,
 * ERR_SYSTEM.
 */
int pcapng_next(struct pcapng *p, struct input *in, struct frame *out,
    bool *cut, struct err *err) MUST_CHECK;

/*
 * Add what the statistics blocks report as lost, the last of each
 * interface: by the operating system and by the interface.
 */
void pcapng_add_drops(const struct pcapng *p, uint64_t *kernel,
    uint64_t *interface);

void pcapng_release(struct pcapng *p);

#endif
