/*
 * auth.h - what a request's credentials say about it.
 *
 * Service and region often stand nowhere else.  Nothing is verified, and
 * nothing depends on a secret's value: a masked request gives the same
 * scheme, service and region.
 */
#ifndef DELETION_AUTH_H
#define DELETION_AUTH_H

#include "base/span.h"

struct arena;
struct head;

struct auth {
	struct span scheme; /* "AWS4-HMAC-SHA256", "Bearer" */
	struct span ak;     /* access key id, perhaps masked */
	struct span date;
	struct span region;
	struct span service;
};

/*
 * Read Authorization: Huawei SDK-HMAC-SHA256, Volcengine HMAC-SHA256, AWS4,
 * TC3, ACS3; else the query's X-Credential, X-Amz-Credential, AccessKeyId.
 * Service and region that these leave open come from the headers Service,
 * Region (Volcengine's documents) and X-TC-Region (Tencent).  What is not said
 * is absent.
 */
void auth_read(struct auth *out, const struct head *head, struct span query,
    struct arena *arena);

#endif
