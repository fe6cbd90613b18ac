/*
 * Change bytes of a small valid archive and read all of it.  The input is
 * a list of changes, each of four bytes: an offset of three, big-endian,
 * modulo the length of the archive, and the value that goes there.
 */
#include "tests/lib/fuzz_archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t bytes[MAX_ARCHIVE];

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span original = fuzz_archive_original();

	memcpy(bytes, original.p, original.len);
	for (; len >= 4; data += 4, len -= 4)
		bytes[(data[0] << 16 | data[1] << 8 | data[2]) % original.len] =
		    data[3];
	fuzz_archive_put(bytes, original.len);
	fuzz_archive_read();
	return 0;
}
