/* clang-format off */
/*
 * leaf.h - what the evidence is about: the leaves of the Merkle tree.
 *
 * A leaf is the SHA-256 of 0x00 and an encoding of everything an exchange,
 * or an ended recording, is.  The encoding depends neither on compression
 * nor on batches, and holds no time of day at which something was recorded
 * and no file name: the same capture gives the same leaves.  It does hold
 * the id, so that one that was moved can be told from one that was altered.
 *
 *	int       8 bytes, big-endian, two's complement
 *	bytes     int 0 if absent; else int 1, int length, the bytes
 *	body      int 0 if absent; else int 1, int length, its SHA-256
 *	endpoint  bytes of the address, 4 or 16; int port
 *	message   int 0 if there is none; else int 1, bytes interim,
 *	          bytes head, body, int wire_len, int body_len, int has_digest
 *	          and, if it is 1, the 32 bytes of the digest; int framing,
 *	          int complete, int number of holes, offset and length of
 *	          each, int first, int last
 *	exchange  int 1, int id, int connection, int number,
 *	          endpoint client, endpoint server, int missing, int reason,
 *	          int flaws, message request, message response, int kind,
 *	          the 16 bytes of the key, bytes principal;
 *	          of a deletion: see below; int number of follow-ups,
 *	          of each int deletion, bytes state, int verdict
 *	deletion  bytes operation, int contract, int outcome, bytes code,
 *	          bytes message, bytes request_id, bytes token, int dry_run,
 *	          int force, int set_delete, int attempt_of,
 *	          int attempt_number, int findings, int number of targets,
 *	          of each bytes type, bytes id, bytes scope, int outcome,
 *	          bytes code
 *	recording int 2, int id, bytes filter, int first, int last,
 *	          int cut_short, int number of counts that are not 0,
 *	          of each bytes name, int count, in the order of coverage.h
 *
 * Numbers that stand for names are those of the table term.
 */
/* clang-format on */
#ifndef STORE_LEAF_H
#define STORE_LEAF_H

#include "base/base.h"
#include "http/digest.h"

struct buf;
struct coverage;
struct err;
struct exchange;
struct reading;

void leaf_of_exchange(uint8_t leaf[DIGEST_SIZE], uint64_t id,
    const struct exchange *x, const struct reading *reading);

void leaf_of_recording(uint8_t leaf[DIGEST_SIZE], uint64_t id,
    struct span filter, const struct coverage *coverage);

/*
 * The encoding of an exchange itself; out is emptied.  Where a deletion has
 * its attempt_of is told, 0 of anything else.  Errors: ERR_LIMIT.
 */
int leaf_encode(struct buf *out, uint64_t id, const struct exchange *x,
    const struct reading *reading, size_t *attempt_at,
    struct err *err) MUST_CHECK;

/* The leaf of an encoding. */
void leaf_of_encoding(uint8_t leaf[DIGEST_SIZE], struct span encoding);

/* Where in the encoding of an exchange its id is. */
#define LEAF_ID_AT 8

/* No encoding is longer: heads are kept up to what is packed of them. */
#define LEAF_ENCODING_MAX ((size_t)128 << 20)

#endif
