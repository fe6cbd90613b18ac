/*
 * config.h - where the user's own files are.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "base/base.h"
#include "deletion/redact.h"

struct err;

#define CONFIG_PATH_SIZE 4096

/*
 * The path of a file in the user's configuration folder: under
 * $XDG_CONFIG_HOME/obit if that is set to an absolute path, else under
 * $HOME/.config/obit (XDG Base Directory Specification).  Errors:
 * ERR_NOT_FOUND if neither is set, ERR_LIMIT.
 */
int config_path(char path[CONFIG_PATH_SIZE], const char *name,
    struct err *err) MUST_CHECK;

/*
 * The fingerprint key in that folder, made there if there is none.  Errors:
 * those of config_path() and redact_key_load(), which say what helps.
 */
int config_key(uint8_t key[REDACT_KEY_SIZE], struct err *err) MUST_CHECK;

#endif
