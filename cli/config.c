#include "cli/config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"

int
config_path(char path[CONFIG_PATH_SIZE], const char *name, struct err *err)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int len;

	if (xdg != NULL && xdg[0] == '/')
		len = snprintf(path, CONFIG_PATH_SIZE, "%s/obit/%s", xdg, name);
	else if (home != NULL && home[0] == '/')
		len = snprintf(path, CONFIG_PATH_SIZE, "%s/.config/obit/%s",
		    home, name);
	else
		return err_set(err, ERR_NOT_FOUND,
		    "no folder for %s: set HOME or XDG_CONFIG_HOME", name);
	if (len < CONFIG_PATH_SIZE)
		return 0;
	return err_set(err, ERR_LIMIT, "the path of %s is too long", name);
}

int
config_key(uint8_t key[REDACT_KEY_SIZE], struct err *err)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	char path[CONFIG_PATH_SIZE];
	struct err why;

	if (config_path(path, "fingerprint.key", err) < 0)
		return -1;
	if (redact_key_load(key, path, err) == 0)
		return 0;
	if (err->code != ERR_SYSTEM || (xdg != NULL && xdg[0] == '/'))
		return -1;
	why = *err;
	return err_set(err, why.code,
	    "%s; set XDG_CONFIG_HOME to a folder that may be written to",
	    why.text);
}
