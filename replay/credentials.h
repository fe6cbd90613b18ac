/*
 * credentials.h - put secrets back where the recording has masks.
 *
 * Three kinds of options, in texts from a command line:
 *
 *	[HOST/]NAME=VALUE      give a header this value where it was recorded
 *	+[HOST/]NAME=VALUE     the same, and add it where it was not
 *	SCHEME:KEY=VALUE,...   sign again what was signed by that scheme
 *
 * HOST is a pattern for the recorded host, without its port; without it, any
 * host will do.  VALUE is @FILE, the one line of a file, or $NAME, a variable
 * of the environment; anything else is the value itself, in which a first
 * "@" or "$" stands twice.  A secret is never taken from the command line,
 * where other users can read it.
 *
 *	c = credentials_new(redactor);
 *	if (credentials_header(c, "X-Auth-Token=@token", err) < 0 ||
 *	    credentials_sign(c, "huawei:ak=$AK,sk=$SK", err) < 0)
 *		...
 *	dresser = credentials_dresser(c), signer = credentials_signer(c);
 */
#ifndef REPLAY_CREDENTIALS_H
#define REPLAY_CREDENTIALS_H

#include "base/base.h"
#include "http/digest.h"
#include "replay/request.h"

struct credentials;
struct err;
struct redactor;

#define CREDENTIALS_MAX       256          /* options of each kind */
#define CREDENTIALS_MAX_VALUE (64u * 1024) /* bytes of a value */

/* The redactor, which tells what is a secret, must outlive it. */
struct credentials *credentials_new(const struct redactor *redactor);

/* NULL is allowed.  Values are wiped. */
void credentials_free(struct credentials *c);

/*
 * One option more.  Files and variables are read now.  Errors: ERR_USAGE,
 * also for a secret that stands in the text; ERR_SYSTEM, ERR_FORMAT and
 * ERR_LIMIT with the file in front.
 */
int credentials_header(struct credentials *c, const char *text,
    struct err *err) MUST_CHECK;
int credentials_query(struct credentials *c, const char *text,
    struct err *err) MUST_CHECK;

/*
 * SCHEME is huawei, huawei-v11, volcengine or aws.  Keys are ak and sk, which
 * must be there, token (of a session), region and service (else as recorded),
 * and host (a pattern).  The first that fits a request signs it.
 */
int credentials_sign(struct credentials *c, const char *text,
    struct err *err) MUST_CHECK;

/* What puts values in, and what signs, which must come after all others.
 * The credentials must outlive both. */
struct dresser credentials_dresser(struct credentials *c);
struct dresser credentials_signer(struct credentials *c);

/*
 * A keyed fingerprint of every value, in the order of the options.  The mask
 * of a short value does not tell it from another, and a key is not shown.
 */
void credentials_fingerprint(const struct credentials *c,
    uint8_t out[DIGEST_SIZE]);

/* Tell of each option that no request had a use for: as it was given, but
 * without its values. */
void credentials_unused(const struct credentials *c,
    void (*tell)(void *ctx, const char *option), void *ctx);

#endif
