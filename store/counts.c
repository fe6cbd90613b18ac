#include "store/counts.h"

#include "base/base.h"
#include "http/coverage.h"

#define COUNT(text, member)                                                    \
	{                                                                      \
		text, offsetof(struct coverage, member)                        \
	}

static const struct {
	const char *name;
	size_t offset;
} counts[] = {
	COUNT("packets", packets),
	COUNT("bytes", bytes),
	COUNT("excluded", excluded),
#define X(id, name, text) COUNT("layer:" name, layers[LAYER_##id]),
	LAYERS(X)
#undef X
	    COUNT("flows:http", flows.http),
	COUNT("flows:other", flows.other),
	COUNT("flows:undecided", flows.undecided),
	COUNT("exchanges:seen", exchanges.seen),
	COUNT("exchanges:kept", exchanges.kept),
	COUNT("exchanges:filtered", exchanges.filtered),
	COUNT("exchanges:incomplete", exchanges.incomplete),
	COUNT("exchanges:orphans", exchanges.orphans),
	COUNT("deletions", deletions),
#define X(id, name, text) COUNT("flaw:" name, flaws[FLAW_##id]),
	FLAWS(X)
#undef X
	    COUNT("unseen_bytes", unseen_bytes),
	COUNT("evicted", evicted),
	COUNT("drops:kernel", kernel_drops),
	COUNT("drops:interface", interface_drops),
	COUNT("interface:downs", interface_downs),
	COUNT("watched:from", watched_from),
	COUNT("watched:until", watched_until),
};

const size_t counts_number = ARRAY_LEN(counts);

const char *
counts_name(size_t i)
{
	return counts[i].name;
}

uint64_t
counts_get(const struct coverage *c, size_t i)
{
	uint64_t n;

	memcpy(&n, (const uint8_t *)c + counts[i].offset, sizeof(n));
	return n;
}

bool
counts_set(struct coverage *c, struct span name, uint64_t count)
{
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (span_eq_str(name, counts[i].name)) {
			memcpy((uint8_t *)c + counts[i].offset, &count,
			    sizeof(count));
			return true;
		}
	return false;
}
