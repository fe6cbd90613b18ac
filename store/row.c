#include "store/row.h"

int64_t
row_path(struct span path)
{
	uint8_t digest[DIGEST_SIZE];

	digest_of(digest, path);
	return (int64_t)digest[0] << 24 | digest[1] << 16 | digest[2] << 8 |
	    digest[3];
}
