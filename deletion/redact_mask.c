#include <stdlib.h>

#include "base/xalloc.h"
#include "deletion/redact_parts.h"

#define KNOWN_MASKS 4096 /* a power of two */
#define KNOWN_LEN   63   /* of a token; longer ones are digested again */

/* What was put over a secret.  A token comes again with every request. */
struct known_mask {
	uint8_t len; /* 0: free */
	uint8_t secret[KNOWN_LEN];
	uint8_t mask[KNOWN_LEN];
};

struct known_masks {
	struct known_mask at[KNOWN_MASKS];
};

struct known_masks *
known_masks_new(void)
{
	return xcalloc(1, sizeof(struct known_masks));
}

void
known_masks_free(struct known_masks *k)
{
	if (k != NULL)
		explicit_bzero(k, sizeof(*k));
	free(k);
}

/* FNV-1a */
static size_t
slot_of(struct span secret)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < secret.len; i++)
		hash = (hash ^ secret.p[i]) * 16777619u;
	return (hash ^ hash >> 15) % KNOWN_MASKS;
}

void
known_masks_write(struct known_masks *k, const uint8_t key[MASK_KEY_SIZE],
    struct span secret, struct text place)
{
	struct known_mask *m;

	if (k == NULL || secret.p != place.p || secret.len != place.len ||
	    secret.len > KNOWN_LEN || secret.len == 0) {
		mask_write(key, secret, place);
		return;
	}
	m = &k->at[slot_of(secret)];
	if (!span_eq((struct span){ m->secret, m->len }, secret)) {
		m->len = (uint8_t)secret.len;
		memcpy(m->secret, secret.p, secret.len);
		mask_write(key, secret, place);
		memcpy(m->mask, place.p, place.len);
	}
	memcpy(place.p, m->mask, place.len);
}
