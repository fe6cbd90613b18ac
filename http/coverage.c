#include "http/coverage.h"

#define X(id, name, text) [LAYER_##id] = (name),
static const char *const names[] = { LAYERS(X) };
#undef X

const char *
layer_name(enum layer layer)
{
	return names[layer];
}
