/* confine.h where sanitizers are built in. */
#include "replay/confine.h"

int
confine(struct err *err)
{
	(void)err;
	return 0;
}
