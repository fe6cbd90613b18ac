/*
 * tree_diff.h - where two trees differ.
 *
 * Members of objects are paired by name, elements of arrays by position,
 * XML elements by name and, among those of one name, by position.  Nothing
 * is built but the pointers of what is told.
 */
#ifndef DELETION_TREE_DIFF_H
#define DELETION_TREE_DIFF_H

#include "deletion/tree.h"

struct arena;

#define TREE_DIFF_STEP 128  /* bytes shown of one step of a pointer */
#define TREE_DIFF_TEXT 4096 /* bytes shown of a value */

struct tree_diff {
	struct arena *arena; /* for what is told, and for scratch */

	/* Is this node no part of the comparison?  NULL: all are. */
	bool (*is_left_out)(void *ctx, const struct tree *node);

	/* Is the text of this node a secret, or the mask of one? */
	bool (*is_secret)(void *ctx, const struct tree *node);

	/*
	 * A JSON pointer, or a path of XML tags ("/A/B[2]/@name"), and what
	 * stands there: JSON strings in quotes, arrays and objects by their
	 * size; absent if nothing stands there.  Return false to stop.
	 */
	bool (*tell)(void *ctx, struct span path, struct span a, struct span b);
	void *ctx;
};

/*
 * Compare; two secrets are alike.  Return true if no difference was told.
 * Text that XML elements hold beside other elements counts without the
 * blanks around it.
 */
bool tree_diff(const struct tree_diff *d, const struct tree *a,
    const struct tree *b);

#endif
