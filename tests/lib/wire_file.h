/*
 * wire_file.h - frames as a capture file: pcap or pcapng, either clock,
 * either byte order.
 */
#ifndef TESTS_LIB_WIRE_FILE_H
#define TESTS_LIB_WIRE_FILE_H

#include "base/base.h"
#include "base/buf.h"

struct err;
struct wire_frame;

struct wire_format {
	bool blocks; /* pcapng */
	bool nano;   /* nanoseconds, else microseconds */
	bool big;    /* big-endian */
};

/* Append the file's header; links are those of its interfaces. */
int wire_file_begin(struct buf *out, const struct wire_format *format,
    const uint16_t *links, size_t link_count, struct err *err) MUST_CHECK;

/* Append a frame of one interface; a pcap file has only number 0. */
int wire_file_add(struct buf *out, const struct wire_format *format,
    uint32_t interface, const struct wire_frame *frame,
    struct err *err) MUST_CHECK;

#endif
