/* confine.h where sanitizers are built in. */
#include "replay/confine.h"

int
confine_rings(struct err *err)
{
	(void)err;
	return 0;
}

int
confine(struct err *err)
{
	(void)err;
	return 0;
}
