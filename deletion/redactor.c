#include <stdlib.h>

#include "base/xalloc.h"
#include "deletion/redact.h"
#include "deletion/redact_parts.h"

struct redactor *
redactor_new(const struct rules *rules, const uint8_t key[REDACT_KEY_SIZE])
{
	struct redactor *r = xcalloc(1, sizeof(*r));

	memcpy(r->key, key, sizeof(r->key));
	r->secrets = rules_secrets(rules);
	r->known = known_names_new();
	return r;
}

void
redactor_free(struct redactor *r)
{
	if (r == NULL)
		return;
	known_names_free(r->known);
	explicit_bzero(r->key, sizeof(r->key));
	free(r);
}
