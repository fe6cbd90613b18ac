/*
 * signer.h - sign a request again, as its client had signed it.
 *
 * Four schemes: Huawei's SDK-HMAC-SHA256, and its V11-HMAC-SHA256 with a key
 * derived for one region and service, which its SDKs use where the endpoint is
 * none of Huawei's own; Volcengine's HMAC-SHA256 and AWS Signature Version 4,
 * the latter two in a header or in the query.  What is
 * signed is what was signed in the recording: the same headers and query
 * fields, the same region and service.  Keys, date, security token and body
 * hash are new.
 *
 * Sources: Huawei's "API Request Signing Guide", Volcengine's "signature
 * mechanism" (docs/6369/67269), "Signature Version 4" in the AWS General
 * Reference and its chapter in the S3 API Reference.  V11-HMAC-SHA256 is in no
 * document: huaweicloud-sdk-core 3.1.211 (npm), DerivedAKSKSigner.
 */
#ifndef REPLAY_SIGNER_H
#define REPLAY_SIGNER_H

#include <stdint.h>

#include "base/base.h"
#include "replay/request.h"

enum signer_scheme {
	SIGNER_HUAWEI,
	SIGNER_HUAWEI_V11,
	SIGNER_VOLCENGINE,
	SIGNER_AWS,
	SIGNER_COUNT,
};

/* "huawei"..., and "SDK-HMAC-SHA256"... */
const char *signer_name(enum signer_scheme s);
const char *signer_algorithm(enum signer_scheme s);

struct signer {
	enum signer_scheme scheme;
	struct span access;          /* key id */
	struct span secret;          /* key */
	struct span token;           /* of a session; absent: there is none */
	struct span region, service; /* absent: as recorded */
};

/* Was r signed by this scheme, in a header or in its query? */
bool signer_fits(enum signer_scheme s, const struct request *r);

/*
 * Sign r, which must fit, as at the time now.  Without a token, a masked one
 * of the recording is taken out.  What is shown says "when-sent" where the
 * time comes in; key id and token stand in it for the redactor to mask. Errors:
 * ERR_FORMAT for a signature that cannot be read, ERR_UNSUPPORTED for a body
 * that is signed in chunks, those of setting headers.
 */
int signer_sign(const struct signer *s, struct request *r, int64_t now,
    struct err *err) MUST_CHECK;

#endif
