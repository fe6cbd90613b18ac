/* A rule file: every mistake is told, and nothing else happens. */
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "deletion/compiler.h"
#include "deletion/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
tell(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rules rules = { .arena = ARENA_INIT };
	struct compiler c = { .rules = &rules,
		.arena = &rules.arena,
		.file = "f",
		.tell = tell };
	struct yaml_node *root;
	struct err err;

	rules.rules =
	    arena_alloc(&rules.arena, RULES_MAX * sizeof(struct rule *));
	if (yaml_read(&root, (struct span){ data, len }, &rules.arena, &err) ==
		0 &&
	    root != NULL)
		compile_file(&c, root);
	arena_release(&rules.arena);
	return 0;
}
