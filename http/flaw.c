#include "http/flaw.h"

#define X(id, name, text) [FLAW_##id] = (name),
static const char *const names[] = { FLAWS(X) };
#undef X

#define X(id, name, text) [FLAW_##id] = (text),
static const char *const texts[] = { FLAWS(X) };
#undef X

const char *
flaw_name(enum flaw f)
{
	return names[f];
}

const char *
flaw_text(enum flaw f)
{
	return texts[f];
}
