/*
 * xml.h - XML bodies.  The door to expat.
 */
#ifndef DELETION_XML_H
#define DELETION_XML_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct err;
struct tree;

/*
 * Read one XML document.  Names lose their prefixes, attributes are
 * passed over, and a document type declaration, hence every declared
 * entity, is refused.  Errors: ERR_FORMAT, ERR_LIMIT (see tree.h).
 */
int xml_read(struct tree **out, struct span text, struct arena *arena,
    struct err *err) MUST_CHECK;

/* The same with attributes: children "@name" that come first. */
int xml_read_all(struct tree **out, struct span text, struct arena *arena,
    struct err *err) MUST_CHECK;

#endif
